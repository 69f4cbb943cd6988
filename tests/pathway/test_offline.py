"""What a tablet kept without a connection: taken over once, at its own time, and never lost."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting, infusion, offline
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, PermissionDenied
from reprieve.pathway.infusion import Happened
from reprieve.pathway.offline import Kept, Refusal
from reprieve.records.models import InfusionEvent, Observation, OfflineEntry, Signature
from reprieve.records.queries import offline as queries
from tests.chairside import Chair, sit
from tests.world import World, new

TABLET = uuid.UUID("11111111-2222-4333-8444-555555555555")
Chart = Callable[..., Mapping[str, Any]]


@pytest.fixture
def chair(world: World) -> Chair:
    made = sit(world)
    made.start(20)
    world.later(minutes=10)
    return made


@dataclass
class Tablet:
    """A tablet that lost the server at `since`; its clock is `slow_s` behind the server's."""

    chair: Chair
    since: datetime
    slow_s: int = 90
    id: uuid.UUID = TABLET
    who: str = "infusion_nurse"
    acts: list[uuid.UUID] = field(default_factory=list)

    def send(self, kind: str, at: datetime, chart: Chart, *, uid: uuid.UUID | None = None) -> str:
        world, act = self.chair.world, uid or new()
        self.acts.append(act)
        hand = _Hand(chart, {"actor": world[self.who], "uid": act, "at": world.at,
                             "encounter": self.chair.encounter})  # fmt: skip
        kept = Kept(
            kind=kind, tablet=self.id, tablet_ms=ms(at) - self.slow_s * 1000,
            offset_ms=self.slow_s * 1000, since_ms=ms(self.since),
        )  # fmt: skip
        return offline.take_over(kept=kept, hand=hand, **hand.args)


@dataclass
class _Hand:
    chart: Chart
    args: dict[str, Any]

    def write(self, at: datetime, *, beside: bool) -> Mapping[str, Any]:
        return self.chart(at=at, beside=beside, args=self.args)

    def as_note(self, why: Refusal) -> str:
        return f"not charted: {why}"


def rate(mg_per_h: int) -> Chart:
    def chart(*, at: datetime, beside: bool, args: dict[str, Any]) -> Mapping[str, Any]:
        happened = Happened(kind="rate", at=at, rate_ug_per_h=mg_per_h * 1000, reported=True)
        return infusion.act(happened=happened, beside=beside, **args)

    return chart


def spo2(value: int) -> Chart:
    def chart(*, at: datetime, beside: bool, args: dict[str, Any]) -> Mapping[str, Any]:
        return charting.save_set(values={"spo2": value}, measured_at=at, beside=beside, **args)

    return chart


@pytest.fixture
def tablet(chair: Chair) -> Tablet:
    """It heard the server just now; then twenty minutes pass."""
    made = Tablet(chair, since=chair.world.at)
    chair.world.later(minutes=20)
    return made


def ago(chair: Chair, **delta: float) -> datetime:
    return chair.world.at - timedelta(**delta)


def events(chair: Chair, kind: str) -> list[InfusionEvent]:
    rows = InfusionEvent.of(chair.world.id).filter(encounter_id=chair.encounter, kind=kind)
    return list(rows.order_by("at_ms"))


def test_an_entry_counts_for_the_tablets_time(chair: Chair, tablet: Tablet) -> None:
    at = ago(chair, minutes=15)
    assert tablet.send("set", at, spo2(97)) == ""
    [value] = Observation.of(chair.world.id).filter(code="spo2")
    assert (value.measured_at, value.recorded_at) == (at, chair.world.at)
    assert value.addendum is False
    [entry] = queries.of_encounter(clinic=chair.world.id, encounter=chair.encounter)
    assert (entry.at_ms, entry.received_ms) == (ms(at), ms(chair.world.at))
    assert entry.at_ms - entry.tablet_ms == entry.offset_ms == 90_000
    assert entry.subject == str(value.set_id)
    assert entry.by == "Infusion_Nurse Invented"


def test_an_entry_sent_twice_is_there_once(chair: Chair, tablet: Tablet) -> None:
    act = new()
    for _ in range(3):
        tablet.send("set", ago(chair, minutes=15), spo2(97), uid=act)
    assert Observation.of(chair.world.id).filter(code="spo2").count() == 1
    assert OfflineEntry.of(chair.world.id).count() == 1


def test_an_answer_lost_on_the_way_doubles_nothing(chair: Chair) -> None:
    tablet, act = Tablet(chair, since=chair.world.at), new()
    at = chair.world.later(seconds=1)
    args = {"actor": chair.world["infusion_nurse"], "uid": act, "at": at,
            "encounter": chair.encounter}  # fmt: skip
    rate(15)(at=at, beside=False, args=args)
    chair.world.later(minutes=5)
    assert tablet.send("rate", at, rate(15), uid=act) == ""
    assert tablet.send("rate", ago(chair, minutes=1), rate(10)) == ""
    assert [e.rate_ug_per_h for e in events(chair, "rate")] == [15_000, 10_000]


def test_rates_of_one_tablet_follow_each_other(chair: Chair, tablet: Tablet) -> None:
    assert tablet.send("rate", ago(chair, minutes=15), rate(15)) == ""
    assert tablet.send("rate", ago(chair, minutes=5), rate(10)) == ""
    assert chair.row.rate_ug_per_h == 10_000
    # 20 mg/h for 15 minutes, 15 for 10, 10 for 5.
    assert chair.given_ug() == 5_000 + 2_500 + 834


def test_a_rate_changed_on_both_sides_stands_beside_and_counts(
    chair: Chair, tablet: Tablet
) -> None:
    chair.do("rate", who="physician", rate_ug_per_h=30_000, reported=True, at=ago(chair, minutes=8))
    assert tablet.send("rate", ago(chair, minutes=16), rate(10)) == "overlap"
    offline_rate, other = events(chair, "rate")
    assert (offline_rate.addendum, other.addendum) == (True, False)
    assert chair.row.rate_ug_per_h == 30_000
    # 20 mg/h for 14 minutes, 10 for 8, 30 for 8: what ran counts wherever it was entered.
    assert chair.given_ug() == 10_000
    # Values are no matter of rates.
    assert tablet.send("set", ago(chair, minutes=10), spo2(97)) == ""


def test_what_lies_after_a_stop_stands_beside(chair: Chair, tablet: Tablet) -> None:
    chair.do("stopped", at=ago(chair, minutes=10))
    assert tablet.send("set", ago(chair, minutes=12), spo2(97)) == ""
    assert tablet.send("set", ago(chair, minutes=8), spo2(96)) == "stopped"
    marks = Observation.of(chair.world.id).filter(code="spo2").order_by("measured_at")
    assert [row.addendum for row in marks] == [False, True]


def test_what_was_known_before_the_cut_is_no_reason(chair: Chair) -> None:
    chair.do("stopped")
    tablet = Tablet(chair, since=chair.world.later(minutes=1))
    chair.world.later(minutes=5)
    assert tablet.send("set", ago(chair, minutes=2), spo2(97)) == ""


def test_after_the_signature_it_is_an_addendum(chair: Chair, tablet: Tablet) -> None:
    Signature.objects.add(
        clinic_id=chair.world.id, patient_id=chair.patient, encounter_id=chair.encounter,
        subject_kind="encounter",
        subject=chair.encounter, content_sha256="0" * 64, meaning="record",
        printed_name="Invented", recorded_at=chair.world.at,
        by_id=chair.world["physician"].practitioner,
    )  # fmt: skip
    assert tablet.send("rate", ago(chair, minutes=5), rate(10)) == "signed"
    assert events(chair, "rate")[0].addendum is True


def test_what_cannot_be_charted_is_kept_as_a_note(chair: Chair, tablet: Tablet) -> None:
    assert tablet.send("set", ago(chair, minutes=5), spo2(9)) == ""
    [note] = events(chair, "noted")
    assert note.note is not None
    assert note.detail == {"not_charted": "set"}
    assert not Observation.of(chair.world.id).filter(code="spo2").exists()
    [entry] = queries.of_encounter(clinic=chair.world.id, encounter=chair.encounter)
    assert (entry.refused, entry.subject) == (True, str(note.pk))


def test_a_cancelled_visit_still_takes_it_as_a_note(world: World) -> None:
    chair = sit(world)
    tablet = Tablet(chair, since=world.at)
    world.later(minutes=5)
    chair.do("cancelled")
    tablet.send("set", ago(chair, minutes=2), spo2(97))
    assert len(events(chair, "noted")) == 1


def test_a_clock_set_forward_puts_nothing_into_the_future(chair: Chair, tablet: Tablet) -> None:
    tablet.send("set", chair.world.at + timedelta(hours=3), spo2(97))
    assert Observation.of(chair.world.id).get(code="spo2").measured_at == chair.world.at


def test_only_what_needs_no_server_is_taken(chair: Chair, tablet: Tablet) -> None:
    for kind in ("started", "halve", "suspend", "end", "correct"):
        with pytest.raises(BadValue, match="without a connection"):
            tablet.send(kind, chair.world.at, spo2(97))
    assert not OfflineEntry.of(chair.world.id).exists()


def test_it_needs_the_right_to_chart(chair: Chair, tablet: Tablet) -> None:
    tablet.who = "front_desk"
    with pytest.raises(PermissionDenied):
        tablet.send("set", chair.world.at, spo2(97))


def test_a_number_used_by_somebody_else_is_refused(chair: Chair, tablet: Tablet) -> None:
    act = new()
    args = {"actor": chair.world["physician"], "uid": act, "at": chair.world.at,
            "encounter": chair.encounter}  # fmt: skip
    spo2(95)(at=chair.world.at, beside=False, args=args)
    with pytest.raises(Conflict):
        tablet.send("set", chair.world.at, spo2(97), uid=act)


def test_a_visit_without_such_entries_lists_none(chair: Chair) -> None:
    assert queries.of_encounter(clinic=chair.world.id, encounter=chair.encounter) == ()
