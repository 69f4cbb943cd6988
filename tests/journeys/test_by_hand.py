"""One patient from the public page to a booked booster, vital signs typed by hand."""

from __future__ import annotations

import pytest

from tests.journeys import steps_after as after
from tests.journeys import steps_evaluation as evaluation
from tests.journeys import steps_gate as gate
from tests.journeys import steps_infusion as infusion
from tests.journeys import steps_plan as plan
from tests.journeys import steps_recovery as recovery
from tests.journeys.people import House

# The pathway on feed, which is the same but for the monitor, is walked on both engines.
pytestmark = [pytest.mark.journey, pytest.mark.once]
BETTER, WORSE = [3] * 20, [7] * 16  # average pain day by day; it was 7 before


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
    gate.when_two_sets_are_measured_before(house, visit)
    gate.when_a_doctor_answers_what_is_left(house, visit)
    gate.then_the_infusion_starts(house, visit)

    house.wait(minutes=5)
    infusion.when_a_set_is_typed(house, visit)
    infusion.when_the_rate_is_lowered(house, visit, rate_mg_per_h=40)
    infusion.when_a_side_effect_is_felt(house, visit, "dizziness")
    house.wait(minutes=10)
    infusion.when_a_set_is_typed(house, visit, sbp=131, dbp=78)
    house.wait(minutes=25)
    infusion.then_the_infusion_ends(house, visit)

    recovery.when_the_nurse_looks_twice(house, visit)
    recovery.when_the_way_home_is_settled(house, visit)
    recovery.when_the_desk_books_the_follow_up(house, patient)
    recovery.then_the_patient_goes_home(house, visit)

    house.wait(days=1)
    after.when_the_nurse_calls_after_a_day(house)
    phone = after.when_the_diary_is_sent(house, patient)
    after.when_a_day_is_kept_at_home(phone, average_pain=3, worst_pain=4, function=7, mood=7)
    after.when_days_pass_at_home(house, patient, BETTER)
    after.when_the_follow_up_visit_decides(house, patient, "continue")
    after.when_days_pass_at_home(house, patient, WORSE)
    after.then_a_booster_is_proposed(house)
    after.then_the_booster_is_booked(house, patient)
