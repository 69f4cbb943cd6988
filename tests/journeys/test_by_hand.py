"""One patient from the public page to a booked booster, vital signs typed by hand."""

from __future__ import annotations

import pytest

from tests.journeys import steps_evaluation as evaluation
from tests.journeys import steps_gate as gate
from tests.journeys import steps_plan as plan
from tests.journeys.people import House

pytestmark = pytest.mark.journey


def test_a_patient_is_treated_by_hand_and_gets_a_booster(house: House) -> None:
    evaluation.when_somebody_asks_for_a_consultation(house)
    patient = evaluation.then_the_desk_books_the_consultation(house)
    evaluation.when_the_nurse_evaluates(house, patient)
    evaluation.then_the_physician_accepts(house, patient)
    plan.when_the_patient_signs_the_consent(house, patient)
    plan.when_the_physician_plans(house, patient, sessions=1)
    begins = plan.then_the_desk_books_the_series(house, patient, sessions=1)
    plan.then_the_patient_arrives(house, begins)
    visit = gate.when_the_visit_is_opened(house, patient, chair="Chair 2", source="hand")
    gate.when_the_gate_is_answered(house, visit, by_hand=True)
    gate.when_the_bag_is_made_and_checked(house, visit)
    gate.when_a_set_is_measured_before(house)
    house.wait(minutes=6)
    gate.when_a_set_is_measured_before(house)
    house.wait(minutes=1)
    gate.when_a_doctor_answers_what_is_left(house, visit)
    gate.then_the_infusion_starts(house, visit)
