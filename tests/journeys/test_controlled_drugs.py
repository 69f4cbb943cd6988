"""One hard day with controlled drugs: from the delivery to the signed record, to the milligram."""

from __future__ import annotations

import pytest

from tests.journeys import steps_drugs as drugs
from tests.journeys import steps_gate as gate
from tests.journeys import steps_infusion as infusion
from tests.journeys import steps_recovery as recovery
from tests.journeys.people import House

pytestmark = [pytest.mark.journey, pytest.mark.once]


def test_every_milligram_of_a_hard_day_is_accounted_for(house: House) -> None:
    patient = drugs.given_a_planned_patient(house)
    drugs.when_two_boxes_come(house)
    visit = drugs.given_a_gate_with_one_unknown(house, patient)
    drugs.when_the_bag_is_made_and_drawn(house, visit)
    drugs.then_a_tenfold_slip_is_caught(house, visit)
    gate.when_two_sets_are_measured_before(house, visit)
    drugs.then_one_unknown_is_decided_by_two(house, visit)
    gate.then_the_infusion_starts(house, visit)

    house.wait(minutes=10)
    drugs.when_anxiety_is_met_with_midazolam(house, visit)
    house.wait(minutes=30)
    infusion.then_the_infusion_ends(house, visit)

    event = drugs.then_the_physician_judges_it(house)
    drugs.then_what_is_left_is_measured_by_two(house, visit)
    drugs.when_the_patient_is_watched_for_two_hours(house, visit)
    recovery.when_the_way_home_is_settled(house, visit)
    recovery.then_the_patient_goes_home(house, visit)

    drugs.then_record_and_papers_agree(house, visit, event)
    drugs.then_no_page_of_it_has_a_barrier(house, visit, patient)
