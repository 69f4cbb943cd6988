"""Whole infusions replayed through the pathway: one by hand, one on a monitor's feed.

They are the same on any date and in any zone: one of them runs over the end of daylight saving.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from reprieve.pathway import (
    alarm_fold,
    alarms,
    charting,
    charting_drug,
    charting_harm,
    feed,
    infusion,
    monitors,
    ticker,
)
from reprieve.pathway.charting_drug import Dose
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.pathway.infusion import Happened
from reprieve.records.models import Device, InfusionState, MedicationRequest
from reprieve.records.queries import charts, live, schedules
from reprieve.records.queries import worklist as work_lists
from tests.chairside import Chair, sent, sit
from tests.world import World, new

DAYS = {
    "spring noon": datetime(2026, 3, 3, 17, 0, tzinfo=UTC),
    "leap day": datetime(2028, 2, 29, 15, 0, tzinfo=UTC),
    "clocks go back": datetime(2026, 11, 1, 5, 0, tzinfo=UTC),
}
WELL = {"sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14, "rass": 0}


def ordered(chair: Chair) -> None:
    """The session's order and one for midazolam as needed, as signing a plan writes them."""
    world, who = chair.world, chair.world["physician"].practitioner
    common = {
        "clinic_id": world.id, "patient_id": chair.patient, "encounter_id": chair.encounter,
        "prescriber_id": who, "recorded_at": world.at, "by_id": who, "route": "iv",
        "valid_from": world.at, "valid_until": world.at + timedelta(hours=12),
    }  # fmt: skip
    MedicationRequest.objects.add(
        drug="ketamine", max_total_ug=100_000, max_rate_ug_per_h=30_000, weight_g=80_000,
        steps=[{"start_min": 0, "end_min": 120, "rate_ug_per_h": 20_000}], **common,
    )  # fmt: skip
    MedicationRequest.objects.add(
        drug="midazolam", as_needed=True, max_dose_ug=1_000, max_total_ug=3_000,
        min_interval_min=2, **common,
    )  # fmt: skip


def asked(chair: Chair, kind: str, **more: object) -> None:
    infusion.act(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, happened=Happened(kind=kind, **more),  # type: ignore[arg-type]
    )  # fmt: skip


def save(chair: Chair, **values: float) -> None:
    charting.save_set(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, values=values,
    )  # fmt: skip


def answer_all(chair: Chair) -> None:
    shown = alarm_fold.state_of(chair.row).shown
    alarms.acknowledge_all(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, alarms=[a.id for a in shown],
    )  # fmt: skip


@pytest.mark.parametrize("day", DAYS)
def test_infusion_by_hand_from_chair_to_recovery(world: World, day: str) -> None:
    world.at = DAYS[day]
    chair = sit(world)
    ordered(chair)
    save(chair, **WELL)
    world.later(minutes=5)
    save(chair, **WELL)
    chair.start(20)
    for _ in range(3):
        world.later(minutes=5)
        save(chair, **{**WELL, "heart_rate": 74 + world.at.minute % 5}, pain=5)
    assert chair.alarms == []

    # Pressure rises: the nurse halves the rate, and everything is due anew in five minutes.
    world.later(minutes=15)
    save(chair, **{**WELL, "sbp": 183, "dbp": 101})
    assert ("sbp", "high", "active") in chair.alarms
    infusion.halve(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter
    )
    answer_all(chair)
    assert chair.row.rate_ug_per_h == 10_000
    due_ms = schedules.next_by_hand_ms(
        clinic=world.id, encounter=chair.encounter, at_ms=ms(world.at)
    )
    assert due_ms == ms(world.at) + 5 * 60_000

    # Nobody measures: overdue is the alarm, and it climbs the ladder.
    world.later(minutes=12)
    ticker.tick_alarms(at_ms=ms(world.at))
    assert ("observations", "high", "active") in chair.alarms
    assert work_lists.waiting(clinic=world.id)
    save(chair, **WELL)
    assert [a for a in chair.alarms if a[0] == "observations"] == []
    answer_all(chair)
    assert work_lists.waiting(clinic=world.id) == []

    # Distress: a side effect, a drug inside its order, and one refused too soon after it.
    charting_harm.record(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
        harm=Harm(term="dissociation", grade=2, action="drug given"),
    )  # fmt: skip
    dose = Dose(drug="midazolam", dose=Decimal(1), route="iv")
    args = {"actor": world["infusion_nurse"], "encounter": chair.encounter, "dose": dose}
    charting_drug.give(uid=new(), at=world.at, **args)  # type: ignore[arg-type]
    with pytest.raises(NotNow):
        charting_drug.give(uid=new(), at=world.later(minutes=1), **args)  # type: ignore[arg-type]

    world.later(minutes=17)
    with pytest.raises(NotNow):
        asked(chair, "rate", rate_ug_per_h=40_000)
    asked(chair, "ended", detail={"volume_left_ml": "12"})
    record = charts.chart(clinic=world.id, encounter=chair.encounter)
    assert record is not None
    # 30 min at 20 mg/h and 30 min at 10 mg/h.
    assert chair.given_ug() == 15_000
    assert record.state == "recovery"
    assert [e["kind"] for e in record.events] == ["started", "rate", "ended"]
    assert [d["dose_text"] for d in record.drugs] == ["1 mg"]
    assert {v.provenance for v in record.values} == {"typed"}
    harm = record.adverse_events[0]
    assert (harm["rate_ug_per_h_at_onset"], harm["given_ug_at_onset"]) == (10_000, 12_000)


@pytest.mark.parametrize("day", DAYS)
def test_infusion_on_feed_with_a_desaturation_and_a_lost_link(world: World, day: str) -> None:
    world.at = DAYS[day]
    chair = sit(world)
    ordered(chair)
    device = Device.objects.add(clinic_id=world.id, sender="SIM-1", bed="1", seen_first=world.at)
    monitors.link(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
        device=device.pk, patient_ids=["A-100"],
    )  # fmt: skip
    sending(chair, 1, spo2=98, heart_rate=70, sbp=124, dbp=76)
    sending(chair, 9, spo2=98, heart_rate=70)
    chair.start(20)
    sending(chair, 60, spo2=97, heart_rate=72)
    assert chair.alarms == []

    # Below 90 for ten seconds stops; below 85 at once.
    sending(chair, 11, spo2=88, heart_rate=90)
    assert ("spo2", "high", "active") in chair.alarms
    asked(chair, "paused", note="Stimulated, oxygen.")
    sending(chair, 20, spo2=97, heart_rate=80)
    assert ("spo2", "high", "latched") in chair.alarms
    answer_all(chair)
    assert chair.alarms == []

    # The probe falls off: never a measurement, never a clinical alarm, always heard at once.
    before = len(live.feed(clinic=world.id, encounter=chair.encounter).points["spo2"])
    zero(chair)
    assert ("spo2", "high", "active") in chair.alarms
    assert len(live.feed(clinic=world.id, encounter=chair.encounter).points["spo2"]) == before
    sending(chair, 3, spo2=97, heart_rate=80)

    # The cable is out: the silence is an alarm, worse while the drug runs.
    asked(chair, "resumed", rate_ug_per_h=10_000)
    world.later(seconds=90)
    ticker.tick_alarms(at_ms=ms(world.at))
    assert ("spo2", "high", "active") in chair.alarms
    monitors.unlink(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter
    )
    assert [a for a in chair.alarms if a[0] == "spo2"] == []
    assert InfusionState.of(world.id).get(encounter_id=chair.encounter).by_hand
    assert feed.receive([sent(world, raw="after", spo2=50)], clinic=world.id) == ["parked"]
    record = charts.chart(clinic=world.id, encounter=chair.encounter)
    assert record is not None
    assert len([v for v in record.values if v.signal == "spo2"]) == 10 + 60 + 11 + 20 + 3
    assert min(v.value for v in record.values if v.signal == "spo2") == 88


def sending(chair: Chair, seconds: int, **values: float) -> None:
    """One message a second, each sent twice as a monitor that missed its answer would."""
    for _ in range(seconds):
        chair.world.later(seconds=1)
        message = sent(chair.world, raw=f"{chair.world.at}", **values)
        ends = feed.receive([message, message], clinic=chair.world.id)
        assert ends == ["charted", "repeated"]


def zero(chair: Chair) -> None:
    from dataclasses import replace

    world = chair.world
    world.later(seconds=1)
    nothing = feed.NotCharted(
        code="150456", value="0", reason="zero", kind="zero", signal="spo2", at_ms=ms(world.at)
    )
    message = replace(sent(world, raw="zero", heart_rate=80), not_charted=(nothing,))
    assert feed.receive([message], clinic=world.id) == ["charted"]
