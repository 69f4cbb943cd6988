"""What fits nobody is kept by the minute: no value lost, none twice, charted together later."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.pathway import feed, monitors, parked, parked_minutes, signing
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.feed_values import FeedMessage, NotCharted
from reprieve.records import frames, keys
from reprieve.records.export import tables
from reprieve.records.models import (
    AuditEvent,
    Device,
    DeviceAssociation,
    ParkedDecision,
    ParkedFrame,
    ParkedMessage,
)
from reprieve.records.queries import monitors as queries
from tests.chairside import Chair, quick_world, sent, sit
from tests.world import PASSWORD, World, new


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


@pytest.fixture
def chair(world: World) -> Chair:
    return sit(world)


def receive(world: World, *messages: FeedMessage) -> list[str]:
    return feed.receive(messages, clinic=world.id)


def speak(world: World, seconds: int, *, who: tuple[str, ...] = (), spo2: int = 97) -> None:
    """A monitor speaks once a second; ten messages come together."""
    for n in range(0, seconds, 10):
        batch = []
        for _ in range(min(10, seconds - n)):
            world.later(seconds=1)
            said = sent(world, raw=str(world.at), spo2=spo2, heart_rate=70)
            batch.append(replace(said, patient_ids=who))
        assert set(receive(world, *batch)) == {"parked"}


def rows(world: World) -> list[ParkedMessage]:
    return list(ParkedMessage.objects.filter(clinic_id=world.id).order_by("id"))


def held(world: World) -> list[tuple[str, float, int | None]]:
    """Every value that is parked."""
    messages = [m for row in rows(world) for m in parked_minutes.messages(row)]
    return sorted((v.signal, float(v.value), v.at_ms) for m in messages for v in m.readings)


def charted(chair: Chair) -> list[tuple[str, float, int]]:
    links = DeviceAssociation.objects.filter(encounter_id=chair.encounter)
    values = [v for one in links for v in frames.read(one.pk)]
    return sorted((v.signal, float(v.value), v.at_ms) for v in values)


def attach(chair: Chair, number: int, **more: Any) -> monitors.Attached:
    args = {"uid": new(), **more}
    return monitors.attach(
        actor=chair.world["infusion_nurse"], at=chair.world.at, number=number,
        encounter=chair.encounter, **args,
    )  # fmt: skip


def spoke_for(world: World, chair: Chair, *, seconds: int) -> None:
    """The one monitor is linked to a visit for some seconds."""
    nurse, device = world["infusion_nurse"], Device.of(world.id).get().pk
    monitors.link(
        actor=nurse, uid=new(), at=world.at, encounter=chair.encounter, device=device
    )
    monitors.unlink(
        actor=nurse, uid=new(), at=world.later(seconds=seconds), encounter=chair.encounter
    )


def aside(world: World, number: int, **more: Any) -> None:
    monitors.put_aside(
        actor=world["infusion_nurse"], uid=new(), at=world.at, number=number,
        reason="nobody in the chair", **more,
    )  # fmt: skip


def signed(chair: Chair) -> None:
    world = chair.world
    signing.write(
        signer=signing.prove(actor=world["physician"], password=PASSWORD), at=world.at,
        meaning=signing.RECORD, patient=chair.patient, subject_kind="encounter",
        subject=chair.encounter, content_sha256="0" * 64, encounter=chair.encounter,
    )  # fmt: skip


class TestKept:
    def test_one_row_a_minute_and_every_value(self, world: World) -> None:
        speak(world, 125)
        assert len(rows(world)) <= 4
        assert ParkedFrame.objects.count() == 125
        said = [ms(world.at) - n * 1000 for n in range(125)]
        usual = ("heart_rate", 70.0), ("spo2", 97.0)
        assert held(world) == sorted((name, value, at) for at in said for name, value in usual)
        assert parked.opened(rows(world)[0]).raw == str(world.at - timedelta(seconds=124)).encode()

    def test_retries_are_kept_once_however_late(self, world: World) -> None:
        first = sent(world, raw="a", spo2=97)
        assert receive(world, first, first) == ["parked", "parked"]
        world.later(minutes=10)
        receive(world, replace(first, received_ms=ms(world.at)))
        assert held(world) == [("spo2", 97.0, first.readings[0].at_ms)]
        assert len(rows(world)) == 1

    def test_what_one_minute_may_not_mix(self, world: World) -> None:
        plain = sent(world, raw="a", spo2=97)
        receive(
            world, plain, replace(plain, sender="SIM-2"), replace(plain, bed="2"),
            replace(plain, patient_ids=("A-100",)), replace(plain, dialect="philips"),
            replace(plain, sender="SIM-1|1", bed=""),
        )  # fmt: skip
        assert len(rows(world)) == 6

    def test_a_minute_of_no_values_is_one_row(self, world: World) -> None:
        for n in range(5):
            none = NotCharted(
                code="x", value="-999", reason="marker", kind="marker", signal="spo2",
                at_ms=ms(world.at) + n,
            )  # fmt: skip
            receive(world, replace(sent(world, raw=f"a{n}"), not_charted=(none,)))
        assert len(rows(world)) == 1
        assert held(world) == []

    def test_a_value_that_fits_no_frame_is_kept_whole(self, world: World) -> None:
        good = sent(world, raw="a", spo2=97)
        far = replace(good, raw=b"b", readings=(replace(good.readings[0], value=Decimal("1e12")),))
        odd = replace(good, raw=b"c", readings=(replace(good.readings[0], signal="icp"),))
        assert receive(world, good, far, odd) == ["parked"] * 3
        assert len(rows(world)) == 3
        assert {v for _, v, _ in held(world)} == {97.0, 1e12}

    def test_what_was_refused_is_shown_once_a_minute(self, world: World) -> None:
        said = sent(world, raw="q")
        for n in range(30):
            receive(world, replace(said, raw=f"q{n}".encode(), rejected="QRY^R02"))
        receive(world, replace(said, raw=b"other", rejected="ADT^A08"))
        receive(world, replace(said, raw=b"q7", rejected="QRY^R02"))
        first, other = rows(world)
        assert [first.reason, other.reason] == ["QRY^R02", "ADT^A08"]
        texts = [message.raw.decode() for message in parked_minutes.messages(first)]
        assert texts == [f"q{n}" for n in range(30)]
        assert [message.raw for message in parked_minutes.messages(other)] == [b"other"]
        assert b"q7" not in b"".join(bytes(f.signals) for f in ParkedFrame.objects.all())

    def test_what_was_refused_and_withheld_is_taken_out(self, world: World) -> None:
        none = NotCharted(
            code="x", value="", reason="none", kind="no value", signal="spo2", at_ms=ms(world.at)
        )
        receive(
            world, replace(sent(world, raw="q1"), rejected="QRY^R02"),
            replace(sent(world, raw="a", heart_rate=70), not_charted=(none,)),
        )  # fmt: skip
        (table,) = [one for one in tables.every(world.id) if one.name == "parkedframe"]
        names = [column.name for column in table.columns]
        found = [dict(zip(names, row, strict=True)) for row in table.rows()]
        told = [(one["signal"], one["source"], one["value"], one["text"]) for one in found]
        assert sorted(told, key=str) == sorted([
            ("", "", None, "q1"), ("heart_rate", "", Decimal(70), ""),
            ("spo2", "no value", None, ""),
        ], key=str)  # fmt: skip

    def test_a_message_of_an_earlier_version_is_still_read(self, world: World) -> None:
        message = sent(world, raw="a", spo2=97)
        row = parked.row(message, clinic=world.id, kind="unmatched", reason="x")
        plain = keys.decrypt(world.id, row.ciphertext, about=parked.about(bytes(row.content_key)))
        from reprieve.records import traffic

        row.ciphertext = keys.encrypt(
            world.id, traffic.unpacked(plain), about=parked.about(bytes(row.content_key))
        )
        parked.write([row])
        assert parked_minutes.messages(rows(world)[0]) == (message,)


class TestDecided:
    def test_a_minute_is_charted_whole_and_once(self, world: World, chair: Chair) -> None:
        world.later(minutes=1)
        last = sent(world, raw="z", spo2=97, heart_rate=70)
        speak(world, 20)
        (row, *more) = rows(world)
        for one in (row, *more):
            assert attach(chair, one.pk).end == "charted"
        assert charted(chair) == held(world)
        assert receive(world, sent(world, raw="again", spo2=97, heart_rate=70)) == ["repeated"]
        assert receive(world, replace(last, raw=b"before")) == ["parked"]

    def test_what_comes_after_the_decision_waits_anew(self, world: World, chair: Chair) -> None:
        world.later(minutes=1)
        early = sent(world, raw="a", spo2=96)
        receive(world, early)
        aside(world, rows(world)[0].pk)
        world.later(milliseconds=500)
        receive(world, early, sent(world, raw="b", spo2=95))
        assert [run.messages for run in queries.parked(clinic=world.id)] == [1]
        (waits,) = queries.parked(clinic=world.id)
        assert attach(chair, waits.newest.number).end == "charted"
        assert [v for _, v, _ in charted(chair)] == [95.0]

    def test_a_forgotten_link_is_made_good_in_one_act(self, world: World, chair: Chair) -> None:
        world.later(seconds=1)
        speak(world, 600)
        (run,) = queries.parked(clinic=world.id)
        assert run.messages == 600
        assert len(run.numbers) <= 12
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (600, 600)
        assert charted(chair) == held(world)
        assert queries.parked(clinic=world.id) == ()
        parts = -(-len(run.numbers) // monitors.CHARTED_AT_ONCE)
        assert DeviceAssociation.objects.count() == parts
        told = AuditEvent.objects.filter(clinic_id=world.id, action="monitor.link")
        details = [row.detail for row in told.order_by("-id")[:parts]]
        assert sum(detail["messages"] for detail in details) == 600
        assert {detail["encounter"] for detail in details} == {str(chair.encounter)}

    def test_more_than_an_hour_is_charted_in_parts(self, world: World, chair: Chair) -> None:
        said = [sent(world, raw=str(n), at=world.later(minutes=1), spo2=97) for n in range(75)]
        receive(world, *said)
        (run,) = queries.parked(clinic=world.id)
        uid = new()
        done = attach(chair, run.newest.number, first=run.first.number, uid=uid)
        assert (done.charted, done.messages) == (75, 75)
        assert charted(chair) == held(world)
        assert attach(chair, run.newest.number, first=run.first.number, uid=uid) == done
        assert len(charted(chair)) == 75

    def test_what_is_beyond_the_most_minutes_is_said(
        self, world: World, chair: Chair, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(monitors, "MOST_MINUTES", 5)
        said = [sent(world, raw=str(n), at=world.later(minutes=1), spo2=97) for n in range(8)]
        receive(world, *said)
        (run,) = queries.parked(clinic=world.id)
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (5, 8)
        assert [left.messages for left in queries.parked(clinic=world.id)] == [3]

    def test_what_was_before_the_visit_stays_parked(self, world: World) -> None:
        speak(world, 300)
        world.later(seconds=30 + 60 - world.at.second)
        chair = sit(world)
        opened = ms(world.at)
        speak(world, 120)
        (run,) = queries.parked(clinic=world.id)
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (120, 420)
        assert {at for _, _, at in charted(chair)} == {opened + n * 1000 for n in range(1, 121)}
        (left,) = queries.parked(clinic=world.id)
        assert left.messages == 300
        with pytest.raises(NotNow, match="not measured during"):
            attach(chair, left.newest.number, first=left.first.number)

    def test_another_patients_number_is_not_taken_along(self, world: World, chair: Chair) -> None:
        speak(world, 120, who=("A-100",))
        speak(world, 120, who=("B-200",), spo2=88)
        first, newest = rows(world)[0].pk, rows(world)[-1].pk
        done = attach(chair, newest, first=first)
        assert (done.charted, done.messages) == (120, 240)
        assert {v for s, v, _ in charted(chair) if s == "spo2"} == {88.0}
        assert {parked.opened(row).patient_ids for row in rows(world)} == {("A-100",), ("B-200",)}
        assert sum(run.messages for run in queries.parked(clinic=world.id)) == 120

    def test_the_time_of_somebody_elses_link_is_never_given_away(
        self, world: World, chair: Chair
    ) -> None:
        world.later(seconds=60 - world.at.second)
        receive(world, sent(world, raw="a", spo2=91))
        other, nurse = sit(world), world["infusion_nurse"]
        monitors.link(
            actor=nurse, uid=new(), at=world.later(seconds=5), encounter=other.encounter,
            device=Device.of(world.id).get().pk,
        )  # fmt: skip
        monitors.unlink(
            actor=nurse, uid=new(), at=world.later(seconds=5), encounter=other.encounter
        )
        during = world.at - timedelta(seconds=2)
        world.later(seconds=5)
        receive(world, sent(world, raw="b", spo2=92))
        (row,) = rows(world)
        attach(chair, row.pk)
        assert [v for _, v, _ in charted(chair)] == [91.0, 92.0]
        late = sent(world, raw="c", at=during, spo2=70)
        assert receive(world, late) == ["charted"]
        assert [v for _, v, _ in charted(other)] == [70.0]
        assert len(charted(chair)) == 2

    @pytest.mark.parametrize("seconds", [0, 60])
    def test_a_late_value_of_a_signed_record_is_not_taken_along(
        self, world: World, chair: Chair, seconds: int
    ) -> None:
        """A's value of A's own time comes late, between those of nobody's; B gets only these."""
        other = sit(world)
        world.later(seconds=60 - world.at.second)
        receive(world, sent(world, raw="first", spo2=99))
        aside(world, rows(world)[-1].pk)
        world.later(seconds=1)
        spoke_for(world, other, seconds=20)
        during = world.at - timedelta(seconds=5)
        signed(other)
        receive(world, sent(world, raw="b1", at=world.later(seconds=1 + seconds), spo2=95))
        assert receive(world, sent(world, raw="a", at=during, spo2=70)) == ["parked"]
        receive(world, sent(world, raw="b2", at=world.later(seconds=1 + seconds), spo2=94))
        by_reason = {run.newest.reason: run for run in queries.parked(clinic=world.id)}
        late = by_reason["the record is signed"]
        run = by_reason["no patient was linked to this monitor at that time"]
        done = attach(chair, run.newest.number, first=run.first.number)
        assert (done.charted, done.messages) == (2, 2)
        assert {v for _, v, _ in charted(chair)} == {95.0, 94.0}
        with pytest.raises(NotNow, match="not measured during"):
            attach(chair, late.newest.number)
        assert {v for _, v, _ in charted(chair)} == {95.0, 94.0}

    def test_a_minute_that_holds_anothers_value_gives_only_the_rest(
        self, world: World, chair: Chair
    ) -> None:
        """Earlier versions put messages of several reasons into one minute."""
        other = sit(world)
        world.later(seconds=60 - world.at.second)
        receive(world, sent(world, raw="b1", spo2=95))
        world.later(seconds=1)
        spoke_for(world, other, seconds=20)
        (row,) = rows(world)
        anothers = parked_minutes.spoken(
            sent(world, raw="a", at=world.at - timedelta(seconds=5), spo2=70),
            kind=row.kind, reason=row.reason,
        )  # fmt: skip
        assert anothers is not None
        parked_minutes.write([anothers], clinic=world.id)
        assert [one.pk for one in rows(world)] == [row.pk]
        done = attach(chair, row.pk)
        assert (done.charted, done.messages) == (1, 2)
        assert [v for _, v, _ in charted(chair)] == [95.0]
        (left,) = queries.parked(clinic=world.id)
        assert left.messages == 1
        with pytest.raises(NotNow, match="not measured during"):
            attach(chair, left.newest.number)

    def test_one_link_for_each_stretch_in_which_nobody_was_linked(
        self, world: World, chair: Chair
    ) -> None:
        other = sit(world)
        world.later(seconds=60 - world.at.second)
        speak(world, 60)
        world.later(seconds=1)
        spoke_for(world, other, seconds=5)
        speak(world, 60)
        (run,) = queries.parked(clinic=world.id)
        attach(chair, run.newest.number, first=run.first.number)
        assert len(charted(chair)) == 240
        assert DeviceAssociation.objects.filter(encounter_id=chair.encounter).count() == 2

    def test_zeros_are_heard_when_they_are_charted(self, world: World, chair: Chair) -> None:
        world.later(seconds=60 - world.at.second)
        told = []
        for n in range(3):
            at_ms = ms(world.later(seconds=1))
            told.append(at_ms)
            zero = NotCharted(
                code="150456", value="0", reason="a zero", kind="zero", signal="spo2", at_ms=at_ms
            )
            plain = sent(world, raw=f"a{n}", heart_rate=70)
            receive(world, replace(plain, not_charted=(zero,)))
        (row,) = rows(world)
        marks = [v for m in parked_minutes.messages(row) for v in m.not_charted]
        assert [(v.signal, v.kind, v.at_ms) for v in marks] == [("spo2", "zero", t) for t in told]
        assert {(v.code, v.value, v.reason) for v in marks} == {("150456", "0", "a zero")}
        assert "spo2" not in {signal for signal, _, _ in chair.alarms}
        attach(chair, row.pk)
        assert "spo2" in {signal for signal, _, _ in chair.alarms}
        assert {name for name, _, _ in charted(chair)} == {"heart_rate"}

    def test_many_minutes_are_put_aside_in_parts(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(monitors, "ASIDE_AT_ONCE", 20)
        receive(world, *[
            sent(world, raw=str(n), at=world.later(minutes=1), spo2=97) for n in range(50)
        ])  # fmt: skip
        (run,) = queries.parked(clinic=world.id)
        before = AuditEvent.objects.filter(action="monitor.link").count()
        uid = new()
        for _ in range(2):
            monitors.put_aside(
                actor=world["infusion_nurse"], uid=uid, at=world.at, reason="an empty bed",
                number=run.newest.number, first=run.first.number,
            )  # fmt: skip
        assert queries.parked(clinic=world.id) == ()
        assert ParkedDecision.of(world.id).count() == 50
        assert AuditEvent.objects.filter(action="monitor.link").count() == before + 3

    def test_a_night_is_put_aside_at_once(self, world: World) -> None:
        speak(world, 600)
        (run,) = queries.parked(clinic=world.id)
        aside(world, run.newest.number, first=run.first.number)
        assert queries.parked(clinic=world.id) == ()
        decided = ParkedDecision.of(world.id)
        assert decided.count() == len(run.numbers)
        assert decided.values("note").distinct().count() == 1
        with pytest.raises(NotNow, match="dealt with"):
            aside(world, run.newest.number, first=run.first.number)

    def test_a_stretch_of_another_clinic(self, world: World, chair: Chair) -> None:
        from tests import world as worlds

        speak(world, 60)
        other = sit(worlds.found("Other"))
        with pytest.raises(NotFound):
            attach(other, rows(world)[-1].pk, first=rows(world)[0].pk)
        assert queries.run_to(clinic=other.world.id, number=rows(world)[0].pk) is None


class TestListed:
    def test_a_pause_begins_another_line(self, world: World) -> None:
        speak(world, 60)
        world.later(minutes=20)
        speak(world, 30)
        newest, first = queries.parked(clinic=world.id)
        assert (newest.messages, first.messages) == (30, 60)
        found = queries.run_to(clinic=world.id, number=first.newest.number)
        assert found == first

    def test_last_heard_is_the_newest_of_the_minute(self, world: World) -> None:
        world.later(seconds=60 - world.at.second)
        speak(world, 40)
        (found,) = queries.monitors(clinic=world.id)
        assert found.heard_ms == ms(world.at)
        assert isinstance(found.id, uuid.UUID)
        assert Device.of(world.id).count() == 1
