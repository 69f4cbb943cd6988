"""What fits nobody is kept by the minute: no value lost, none twice, charted together later."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.pathway import feed, monitors, parked, parked_minutes
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.feed_values import FeedMessage, NotCharted
from reprieve.records import frames, keys
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
from tests.world import World, new


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


def attach(chair: Chair, number: int, **more: Any) -> str:
    return monitors.attach(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at, number=number,
        encounter=chair.encounter, **more,
    )  # fmt: skip


def aside(world: World, number: int, **more: Any) -> None:
    monitors.put_aside(
        actor=world["infusion_nurse"], uid=new(), at=world.at, number=number,
        reason="nobody in the chair", **more,
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
        assert [row.reason for row in rows(world)] == ["QRY^R02", "ADT^A08"]

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
            assert attach(chair, one.pk) == "charted"
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
        assert attach(chair, waits.newest.number) == "charted"
        assert [v for _, v, _ in charted(chair)] == [95.0]

    def test_a_forgotten_link_is_made_good_in_one_act(self, world: World, chair: Chair) -> None:
        world.later(seconds=1)
        speak(world, 600)
        (run,) = queries.parked(clinic=world.id)
        assert run.messages == 600
        assert len(run.numbers) <= 12
        attach(chair, run.newest.number, first=run.first.number)
        assert charted(chair) == held(world)
        assert queries.parked(clinic=world.id) == ()
        assert DeviceAssociation.objects.count() == 1
        audit = AuditEvent.objects.filter(clinic_id=world.id, action="monitor.link").latest("id")
        assert audit.detail["messages"] == 600
        assert audit.detail["encounter"] == str(chair.encounter)

    def test_what_was_before_the_visit_stays_parked(self, world: World) -> None:
        speak(world, 300)
        world.later(seconds=30 + 60 - world.at.second)
        chair = sit(world)
        opened = ms(world.at)
        speak(world, 120)
        (run,) = queries.parked(clinic=world.id)
        attach(chair, run.newest.number, first=run.first.number)
        assert {at for _, _, at in charted(chair)} == {opened + n * 1000 for n in range(1, 121)}
        (left,) = queries.parked(clinic=world.id)
        assert 240 <= left.messages <= 300
        with pytest.raises(NotNow, match="not measured during"):
            attach(chair, left.newest.number, first=left.first.number)

    def test_another_patients_number_is_not_taken_along(self, world: World, chair: Chair) -> None:
        speak(world, 120, who=("A-100",))
        speak(world, 120, who=("B-200",), spo2=88)
        first, newest = rows(world)[0].pk, rows(world)[-1].pk
        attach(chair, newest, first=first)
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
