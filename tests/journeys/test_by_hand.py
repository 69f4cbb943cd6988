"""One patient from the public page to a booked booster, vital signs typed by hand."""

from __future__ import annotations

import pytest

from tests.journeys import steps_evaluation as evaluation
from tests.journeys.people import House

pytestmark = pytest.mark.journey


def test_a_patient_is_treated_by_hand_and_gets_a_booster(house: House) -> None:
    evaluation.when_somebody_asks_for_a_consultation(house)
    patient = evaluation.then_the_desk_books_the_consultation(house)
    evaluation.when_the_nurse_evaluates(house, patient)
    evaluation.then_the_physician_accepts(house, patient)
