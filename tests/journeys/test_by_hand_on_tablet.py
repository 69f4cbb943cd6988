"""A whole infusion without a monitor on a tablet by touch: two taps for every entry."""

from __future__ import annotations

import pytest

from reprieve.records.models import AdverseEvent, InfusionEvent, InfusionState, Observation
from tests.journeys import steps_gate as gate
from tests.journeys import steps_infusion as infusion
from tests.journeys import steps_recovery as recovery
from tests.journeys.people import TABLET, House
from tests.journeys.steps_gate import ready

# At a desk the whole pathway is walked by hand in another journey.
pytestmark = [pytest.mark.journey, pytest.mark.once]


def test_an_infusion_by_hand_on_a_tablet(house: House) -> None:
    house.screen = TABLET
    visit = ready(house)
    gate.then_the_infusion_starts(house, visit)

    house.wait(minutes=5)
    infusion.when_a_set_is_typed(house, visit)
    infusion.when_the_rate_is_lowered(house, visit, rate_mg_per_h=20)
    infusion.when_a_side_effect_is_felt(house, visit, "nausea")
    infusion.when_a_drug_is_given(house, visit, "ondansetron", dose=4)
    # What is due is overdue, and that is the alarm of a chair without a monitor.
    house.wait(minutes=20)
    infusion.then_observations_are_overdue(house, visit)
    infusion.when_a_set_is_typed(house, visit, sbp=131, dbp=78)
    infusion.when_the_drug_is_stopped(house, visit, volume_left_ml=90)
    infusion.then_the_infusion_ends(house, visit)
    recovery.when_the_nurse_looks(house, visit)

    clinic = house.world.id
    acts = InfusionEvent.of(clinic).filter(encounter_id=visit).order_by("at_ms")
    kinds = [k for k in acts.values_list("kind", flat=True) if k != "bag_prepared"]
    assert kinds == ["started", "rate", "stopped", "ended"]
    assert AdverseEvent.of(clinic).get(encounter_id=visit).term == "nausea"
    assert Observation.of(clinic).filter(encounter_id=visit, code="sbp", value=131).count() == 1
    assert InfusionState.of(clinic).get(encounter_id=visit).state == "recovery"
