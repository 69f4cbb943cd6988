"""One patient from the public page to a booked booster, vital signs from a monitor's messages."""

from __future__ import annotations

import pytest

from tests.journeys import steps_after as after
from tests.journeys import steps_evaluation as evaluation
from tests.journeys import steps_feed as feed
from tests.journeys import steps_gate as gate
from tests.journeys import steps_infusion as infusion
from tests.journeys import steps_plan as plan
from tests.journeys import steps_recovery as recovery
from tests.journeys.people import House

pytestmark = pytest.mark.journey
BETTER, WORSE = [3] * 20, [7] * 16  # average pain day by day; it was 7 before


def test_a_patient_is_treated_on_feed_and_gets_a_booster(house: House) -> None:
    evaluation.when_somebody_asks_for_a_consultation(house)
    patient = evaluation.then_the_desk_books_the_consultation(house)
    evaluation.when_the_nurse_evaluates(house, patient)
    evaluation.then_the_physician_accepts(house, patient)

    plan.when_the_patient_signs_the_consent(house, patient)
    plan.when_the_physician_plans(house, patient, sessions=1)
    begins = plan.then_the_desk_books_the_series(house, patient, sessions=1)
    plan.then_the_patient_arrives(house, begins)

    with feed.a_monitor_speaks(house) as monitor:
        visit = gate.when_the_visit_is_opened(house, patient, chair="Chair 1", source="feed")
        gate.when_the_gate_is_answered(house, visit, by_hand=False)
        feed.when_the_monitor_is_linked(house, visit, monitor)
        infusion.entry(house, visit, "set", rass=0, pain=7)  # what no monitor measures
        gate.when_the_bag_is_made_and_checked(house, visit)
        feed.let_time_pass(house, monitor, minutes=6)
        gate.when_a_doctor_answers_what_is_left(house, visit)
        gate.then_the_infusion_starts(house, visit)

        feed.let_time_pass(house, monitor, minutes=5)
        feed.then_the_values_are_on_the_chart(house, visit)
        feed.then_an_alarm_is_seen_and_acknowledged(house, visit, monitor)
        feed.let_time_pass(house, monitor, minutes=35)
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
