"""More given than ordered is alarmed, once, while the drug runs."""

from datetime import timedelta

import pytest

from reprieve.pathway import alarm_fold, booking, infusion, ticker
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotNow
from reprieve.pathway.infusion import Happened
from reprieve.records.models import AlarmTransition, Encounter, InfusionState, MedicationRequest
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


def test_a_pump_that_runs_past_its_order_is_alarmed_once() -> None:
    world = w.found()
    patient, episode = w.person(world)
    visit = w.prepared(world, patient, episode)
    MedicationRequest.objects.add(
        clinic_id=world.id, patient_id=patient, encounter_id=visit, drug="ketamine", route="IV",
        max_total_ug=30_000, max_rate_ug_per_h=45_000, weight_g=60_000, valid_from=world.at,
        valid_until=world.at + timedelta(hours=12), recorded_at=world.at,
        prescriber_id=world["physician"].practitioner, steps=[],
    )  # fmt: skip
    row = infusion.locked(clinic=world.id, encounter=visit)
    begun = Happened(kind="started", rate_ug_per_h=45_000)
    infusion.append(row, begun, actor=world["infusion_nurse"], at=world.at)
    start = int(world.at.timestamp() * 1000)
    assert ticker.watch_orders(at_ms=start + 40 * 60_000) == 0
    assert ticker.watch_orders(at_ms=start + 41 * 60_000) == 1
    assert ticker.watch_orders(at_ms=start + 42 * 60_000) == 0
    raised = AlarmTransition.objects.filter(clinic_id=world.id, kind="technical", priority="high")
    beyond = {row.alarm for row in raised if row.detail["limit"] == ticker.BEYOND_ORDER}
    assert len(beyond) == 1
    state = alarm_fold.state_of(InfusionState.of(world.id).get(encounter_id=visit))
    assert state.sounding == "high"


def test_a_visit_is_not_over_while_its_infusion_is_open() -> None:
    world = w.found()
    patient, episode = w.person(world)
    desk = {"actor": world["front_desk"], "at": world.at}
    visit = booking.book(
        **desk, uid=w.new(), patient=patient, anyway=True,
        wanted=Slot(starts_at=world.at + timedelta(days=1), kind="infusion"),
    )  # fmt: skip
    booking.mark(**desk, uid=w.new(), appointment=visit, act="arrived")
    encounter = infusion.prepare(
        actor=world["infusion_nurse"], uid=w.new(), at=world.at, patient=patient,
        episode=episode, appointment=visit,
    )  # fmt: skip
    assert Encounter.of(world.id).filter(pk=encounter).exists()
    with pytest.raises(NotNow):
        booking.mark(**desk, uid=w.new(), appointment=visit, act="done")
    row = infusion.locked(clinic=world.id, encounter=encounter)
    infusion.append(row, Happened(kind="cancelled"), actor=world["infusion_nurse"], at=world.at)
    booking.mark(**desk, uid=w.new(), appointment=visit, act="done")
