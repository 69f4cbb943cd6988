"""What monitors send: charted on the linked visit, parked with its reason, or attached by hand."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import alarm_fold, feed, monitors, parked, ticker
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.pathway.feed_values import FeedMessage, NotCharted
from reprieve.records import frames
from reprieve.records.models import (
    Device,
    DeviceAssociation,
    ParkedDecision,
    ParkedMessage,
    RawTraffic,
    Signature,
    UnmappedCode,
)
from tests.chairside import Chair, sent, sit
from tests.world import World, new


@pytest.fixture
def chair(world: World) -> Chair:
    return sit(world)


def receive(world: World, *messages: FeedMessage) -> list[str]:
    return feed.receive(messages, clinic=world.id)


def device(world: World) -> Device:
    return Device.objects.every().get_or_create(
        clinic_id=world.id, sender="SIM-1", bed="1", defaults={"seen_first": world.at}
    )[0]


def link(chair: Chair, *patient_ids: str, who: str = "infusion_nurse") -> None:
    monitors.link(
        actor=chair.world[who], uid=new(), at=chair.world.at, encounter=chair.encounter,
        device=device(chair.world).pk, patient_ids=patient_ids,
    )  # fmt: skip


def charted(chair: Chair) -> list[tuple[str, float, int]]:
    links = DeviceAssociation.objects.filter(encounter_id=chair.encounter)
    values = [v for one in links for v in frames.read(one.pk)]
    return sorted((v.signal, float(v.value), v.at_ms) for v in values)


def waiting(world: World) -> list[ParkedMessage]:
    return list(ParkedMessage.objects.filter(clinic_id=world.id).order_by("id"))


class TestCharted:
    def test_once_whatever_is_repeated_or_reordered(self, world: World, chair: Chair) -> None:
        link(chair)
        first = sent(world, raw="a", spo2=97, heart_rate=70)
        world.later(seconds=1)
        second = sent(world, raw="b", spo2=96, heart_rate=71)
        assert receive(world, second) == ["charted"]
        late = replace(first, received_ms=ms(world.at))
        assert receive(world, late, second, late) == ["charted", "repeated", "repeated"]
        assert [v for v in charted(chair) if v[0] == "spo2"] == [
            ("spo2", 96.0, ms(world.at)), ("spo2", 97.0, ms(world.at) - 1000),
        ]  # fmt: skip

    def test_value_of_long_ago_inside_the_link_is_charted_and_sounds_nothing(
        self, world: World, chair: Chair
    ) -> None:
        link(chair)
        taken = world.at
        world.later(minutes=10)
        assert receive(world, sent(world, raw="a", at=taken, spo2=80)) == ["charted"]
        assert ("spo2", "high", "active") not in chair.alarms
        assert charted(chair) == [("spo2", 80.0, ms(taken))]

    def test_zero_is_no_value_and_a_high_technical_alarm_at_once(
        self, world: World, chair: Chair
    ) -> None:
        link(chair)
        zero = NotCharted(
            code="150456", value="0", reason="zero", kind="zero", signal="spo2", at_ms=ms(world.at)
        )
        message = replace(sent(world, raw="z", heart_rate=70), not_charted=(zero,))
        assert receive(world, message) == ["charted"]
        assert [v[0] for v in charted(chair)] == ["heart_rate"]
        assert ("spo2", "high", "active") in chair.alarms

    def test_mean_is_worked_out_for_the_limits_and_never_charted(
        self, world: World, chair: Chair
    ) -> None:
        link(chair)
        assert receive(world, sent(world, raw="p", sbp=150, dbp=96)) == ["charted"]
        assert [v[0] for v in charted(chair)] == ["dbp", "sbp"]
        track = alarm_fold.state_of(chair.row).tracks["map"]
        assert (track.value, track.derived) == (114.0, True)

    def test_withheld_value_is_a_low_technical_alarm(self, world: World, chair: Chair) -> None:
        link(chair)
        none = NotCharted(
            code="x", value="-999", reason="marker", kind="marker", signal="spo2",
            at_ms=ms(world.at),
        )  # fmt: skip
        receive(world, replace(sent(world, raw="z", heart_rate=70), not_charted=(none,)))
        assert ("spo2", "low", "active") in chair.alarms

    def test_silent_monitor_is_an_alarm_and_worse_while_the_drug_runs(
        self, world: World, chair: Chair
    ) -> None:
        link(chair)
        chair.start()
        receive(world, sent(world, raw="a", spo2=97, heart_rate=70))
        ticker.tick_alarms(at_ms=ms(world.at + timedelta(seconds=16)))
        assert ("spo2", "medium", "active") in chair.alarms
        ticker.tick_alarms(at_ms=ms(world.at + timedelta(seconds=80)))
        assert ("spo2", "high", "active") in chair.alarms

    def test_raw_traffic_is_kept_for_a_day(self, world: World) -> None:
        receive(world, sent(world, raw="a", spo2=97))
        assert RawTraffic.objects.filter(clinic_id=world.id).count() == 1
        feed.forget_raw(before=world.at + timedelta(days=2))
        assert not RawTraffic.objects.filter(clinic_id=world.id).exists()


class TestParked:
    def test_unknown_monitor(self, world: World) -> None:
        assert receive(world, sent(world, raw="a", spo2=97)) == ["parked"]
        row = waiting(world)[0]
        assert (row.kind, row.reason) == (
            "unmatched", "no patient was linked to this monitor at that time",
        )  # fmt: skip
        assert parked.opened(row).raw == b"a"
        assert Device.of(world.id).get().sender == "SIM-1"

    def test_outside_the_links_interval(self, world: World, chair: Chair) -> None:
        before = world.at - timedelta(seconds=1)
        link(chair)
        assert receive(world, sent(world, raw="a", at=before, spo2=97)) == ["parked"]
        monitors.unlink(
            actor=world["infusion_nurse"], uid=new(), at=world.later(seconds=5),
            encounter=chair.encounter,
        )  # fmt: skip
        assert receive(world, sent(world, raw="b", spo2=97)) == ["parked"]
        assert charted(chair) == []

    def test_without_any_time(self, world: World, chair: Chair) -> None:
        link(chair)
        message = sent(world, raw="a", spo2=97)
        timeless = replace(message, readings=(replace(message.readings[0], at_ms=None),))
        assert receive(world, timeless) == ["parked"]
        assert waiting(world)[0].reason == "the message does not say when"

    def test_another_patients_name_parks_and_alarms_until_it_fits_again(
        self, world: World, chair: Chair
    ) -> None:
        link(chair, "A-100")
        wrong = replace(sent(world, raw="a", spo2=80), patient_ids=("B-200",))
        assert receive(world, wrong) == ["parked"]
        assert waiting(world)[0].kind == "contradiction"
        assert ("monitor", "high", "active") in chair.alarms
        assert charted(chair) == []
        world.later(seconds=1)
        right = replace(sent(world, raw="b", spo2=97, heart_rate=70), patient_ids=("00A-100",))
        assert receive(world, right) == ["charted"]
        assert [a for a in chair.alarms if a[0] == "monitor"] == []

    def test_signed_record(self, world: World, chair: Chair) -> None:
        link(chair)
        sign(chair)
        assert receive(world, sent(world, raw="a", spo2=97)) == ["parked"]
        assert waiting(world)[0].reason == "the record is signed"

    def test_rejected_training_and_alert_traffic(self, world: World) -> None:
        plain = sent(world, raw="a")
        ends = receive(
            world,
            replace(plain, rejected="unknown version"),
            replace(plain, raw=b"b", training=True),
            replace(plain, raw=b"c", alerts=({"text": "** SpO2 LOW", "priority": "PM"},)),
            replace(plain, raw=b"d"),
        )
        assert ends == ["parked", "training", "charted", "repeated"]
        assert sorted(r.kind for r in waiting(world)) == ["alert", "rejected", "training"]

    def test_unmapped_code_is_listed_once(self, world: World) -> None:
        strange = NotCharted(code="9999^X", value="3", reason="unmapped", kind="unmapped")
        for raw in ("a", "b"):
            receive(world, replace(sent(world, raw=raw), not_charted=(strange,)))
        assert UnmappedCode.of(world.id).get().example == "3"

    def test_what_cannot_be_stored_harms_no_other_message(
        self, world: World, chair: Chair
    ) -> None:
        link(chair)
        good = sent(world, raw="a", spo2=97)
        far = replace(good.readings[0], value=Decimal("1e12"))
        assert receive(world, replace(good, readings=(far,)), good) == ["parked", "charted"]


class TestLink:
    def test_chair_is_fed_while_linked(self, world: World, chair: Chair) -> None:
        link(chair)
        assert not chair.row.by_hand
        chair.start()
        assert chair.row.alarm_fold["due_ms"] is None
        monitors.unlink(
            actor=world["infusion_nurse"], uid=new(), at=world.later(minutes=1),
            encounter=chair.encounter,
        )  # fmt: skip
        assert chair.row.by_hand
        assert chair.row.alarm_fold["due_ms"] is not None

    def test_one_monitor_speaks_for_one_visit(self, world: World, chair: Chair) -> None:
        link(chair)
        with pytest.raises(Conflict, match="already linked"):
            link(chair)
        with pytest.raises(Conflict, match="another patient"):
            link(sit(world))

    def test_refusals(self, world: World, chair: Chair) -> None:
        args = {"actor": world["infusion_nurse"], "at": world.at, "encounter": chair.encounter}
        with pytest.raises(NotFound):
            monitors.link(uid=new(), device=new(), **args)  # type: ignore[arg-type]
        with pytest.raises(NotNow):
            monitors.unlink(uid=new(), **args)  # type: ignore[arg-type]
        with pytest.raises(PermissionDenied):
            link(chair, who="front_desk")
        chair.do("cancelled")
        with pytest.raises(NotNow):
            link(chair)


class TestAttach:
    @pytest.fixture
    def number(self, world: World, chair: Chair) -> int:
        world.later(minutes=1)
        receive(world, sent(world, raw="a", spo2=80))
        return waiting(world)[0].pk

    def attach(self, chair: Chair, number: int) -> str:
        return monitors.attach(
            actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at, number=number,
            encounter=chair.encounter,
        ).end  # fmt: skip

    def test_charts_it_once_and_folds_its_alarm(self, chair: Chair, number: int) -> None:
        assert self.attach(chair, number) == "charted"
        assert charted(chair) == [("spo2", 80.0, ms(chair.world.at))]
        assert ("spo2", "high", "active") in chair.alarms
        assert ParkedDecision.of(chair.world.id).get().kind == "attached"
        with pytest.raises(NotNow, match="dealt with"):
            self.attach(chair, number)

    def test_put_aside_needs_a_reason(self, chair: Chair, number: int) -> None:
        nurse = chair.world["infusion_nurse"]
        args = {"actor": nurse, "at": chair.world.at, "number": number}
        with pytest.raises(BadValue, match="reason"):
            monitors.put_aside(uid=new(), reason=" ", **args)  # type: ignore[arg-type]
        monitors.put_aside(uid=new(), reason="test bed", **args)  # type: ignore[arg-type]
        with pytest.raises(NotNow):
            self.attach(chair, number)

    def test_of_the_page_that_put_it_aside(self, chair: Chair, number: int) -> None:
        args = {
            "actor": chair.world["infusion_nurse"], "at": chair.world.at, "number": number,
            "uid": new(),
        }  # fmt: skip
        monitors.put_aside(reason="test bed", **args)  # type: ignore[arg-type]
        with pytest.raises(Conflict, match="already used"):
            monitors.attach(encounter=chair.encounter, **args)  # type: ignore[arg-type]

    def test_of_another_time_or_without_values_or_unknown(
        self, world: World, chair: Chair, number: int
    ) -> None:
        receive(world, sent(world, raw="b", at=world.at - timedelta(days=55), spo2=97))
        receive(world, replace(sent(world, raw="c"), rejected="x"))
        old, empty = (row.pk for row in waiting(world)[-2:])
        with pytest.raises(NotNow, match="not measured during"):
            self.attach(chair, old)
        with pytest.raises(NotNow, match="no value"):
            self.attach(chair, empty)
        with pytest.raises(NotFound):
            self.attach(chair, 0)

    def test_signed_record(self, chair: Chair, number: int) -> None:
        sign(chair)
        with pytest.raises(NotNow, match="signed"):
            self.attach(chair, number)

    def test_another_clinics_message(self, chair: Chair, number: int) -> None:
        other = sit(_other())
        with pytest.raises(NotFound):
            self.attach(other, number)


def _other() -> World:
    from tests import world as worlds

    return worlds.found("Other")


def sign(chair: Chair) -> uuid.UUID:
    row = Signature.objects.add(
        clinic_id=chair.world.id, subject_kind="encounter", subject=chair.encounter,
        encounter_id=chair.encounter, patient_id=chair.patient, meaning="record",
        printed_name="x", content_sha256="", recorded_at=chair.world.at,
        by_id=chair.world["physician"].practitioner,
    )  # fmt: skip
    return uuid.UUID(str(row.pk))
