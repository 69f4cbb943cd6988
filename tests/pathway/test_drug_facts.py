"""What a drug asks of a patient: told early, or answered at the chair beside the drug."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting, charting_drug, drug_facts
from reprieve.pathway.charting_drug import Dose
from reprieve.pathway.errors import NotNow
from reprieve.records.models import MedicationRequest, Observation
from tests.chairside import Chair, sit
from tests.world import World, new

LIMITS = {"labetalol": (10_000, 40_000, 10), "flumazenil": (200, 1_000, 1)}


@pytest.fixture
def chair(world: World) -> Chair:
    made = sit(world)
    made.start()
    return made


def act(chair: Chair) -> dict[str, Any]:
    world = chair.world
    return {
        "actor": world["infusion_nurse"], "uid": new(), "at": world.at,
        "encounter": chair.encounter,
    }  # fmt: skip


def ordered(chair: Chair, drug: str) -> None:
    one, most, wait = LIMITS[drug]
    doctor = chair.world["physician"].practitioner
    MedicationRequest.objects.add(
        clinic_id=chair.world.id, patient_id=chair.patient, encounter_id=chair.encounter,
        drug=drug, route="iv", as_needed=True, max_dose_ug=one, max_total_ug=most,
        min_interval_min=wait, prescriber_id=doctor, valid_from=chair.world.at,
        valid_until=chair.world.at + timedelta(hours=8), recorded_at=chair.world.at,
        by_id=doctor,
    )  # fmt: skip


def give(chair: Chair, drug: str, dose: str) -> dict[str, Any]:
    given = Dose(drug=drug, dose=Decimal(dose), route="iv")
    return charting_drug.give(dose=given, **act(chair))


def save(chair: Chair, **values: float) -> None:
    charting.save_set(values=values, **act(chair))


def answer(chair: Chair, **answers: bool) -> None:
    drug_facts.answer(answers=answers, **act(chair))


def test_pulse_counts_where_no_electrocardiogram_is(chair: Chair) -> None:
    ordered(chair, "labetalol")
    answer(chair, asthma=False)
    save(chair, pulse_rate=59)
    with pytest.raises(NotNow, match="below 60"):
        give(chair, "labetalol", "5")
    chair.world.later(minutes=1)
    save(chair, pulse_rate=72)
    assert not give(chair, "labetalol", "5")["deviation"]
    chair.world.later(minutes=11)
    save(chair, heart_rate=58, pulse_rate=72)
    with pytest.raises(NotNow, match="below 60"):
        give(chair, "labetalol", "5")


def test_answer_at_the_chair_is_history_with_who_said_it(chair: Chair) -> None:
    def open_questions() -> list[str]:
        found = drug_facts.unanswered(
            clinic=chair.world.id, patient=chair.patient, at=chair.world.at,
            drugs=["labetalol", "flumazenil", "midazolam"],
        )  # fmt: skip
        return [f"{q.drug}: {q.fact}" for q in found]

    ordered(chair, "flumazenil")
    assert open_questions() == ["labetalol: asthma", "flumazenil: benzodiazepine_chronic"]
    answer(chair, benzodiazepine_chronic=True)
    assert open_questions() == ["labetalol: asthma"]
    row = Observation.of(chair.world.id).get(code="benzodiazepine_chronic")
    assert (row.value, row.provenance, row.encounter_id) == (True, "typed", chair.encounter)
    assert row.by_id == chair.world["infusion_nurse"].practitioner
    with pytest.raises(NotNow, match="Seizures"):
        give(chair, "flumazenil", "0.2")
    chair.world.later(minutes=1)
    answer(chair, benzodiazepine_chronic=False)
    assert not give(chair, "flumazenil", "0.2")["deviation"]


@pytest.mark.parametrize(
    ("fact", "value"), [("seizure_disorder", True), ("asthma", "no"), ("x" * 90, True)]
)
def test_only_what_a_drug_asks_is_answered(chair: Chair, fact: str, value: bool) -> None:
    with pytest.raises(BadValue):
        answer(chair, **{fact: value})
    assert not Observation.of(chair.world.id).exists()


def test_no_question_is_nothing_asked(chair: Chair) -> None:
    asked = drug_facts.unanswered(
        clinic=chair.world.id, patient=chair.patient, at=chair.world.at, drugs=["oxygen"]
    )
    assert asked == ()


def test_no_long_use_of_a_benzodiazepine_is_believed_for_a_time(chair: Chair) -> None:
    """An "asthma: no" lasts; the medicines that somebody takes change."""
    drugs = ["labetalol", "flumazenil"]
    answer(chair, asthma=False, benzodiazepine_chronic=False)
    later = chair.world.later(days=100)
    asked = drug_facts.unanswered(
        clinic=chair.world.id, patient=chair.patient, at=later, drugs=drugs
    )
    assert [q.fact for q in asked] == ["benzodiazepine_chronic"]
