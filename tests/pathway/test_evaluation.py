"""History, body, vital signs and criteria: what is kept, converted, and refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings

from reprieve.clinical import safety
from reprieve.clinical.findings import Step
from reprieve.knowledge import BadValue
from reprieve.pathway import evaluation, questionnaires
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import by_link
from reprieve.records.models import EpisodeOfCare, Observation
from reprieve.records.queries import facts, liver, observations
from tests import world as worlds
from tests.world import World, new


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def act(world: World, patient: uuid.UUID) -> dict[str, Any]:
    world.later(seconds=1)
    return {"actor": world["infusion_nurse"], "uid": new(), "at": world.at, "patient": patient}


def known(world: World, patient: uuid.UUID, **more: Any) -> dict[str, Any]:
    return facts.facts(clinic=world.id, patient=patient, at=world.at, **more)


def tell(world: World, patient: uuid.UUID, **answers: Any) -> None:
    evaluation.record_history(answers=answers, mode="clinic", **act(world, patient))


def test_it_begins_once_from_where_the_states_allow(world: World, patient: uuid.UUID) -> None:
    once = act(world, patient)
    evaluation.begin(**once)
    evaluation.begin(**once)
    assert EpisodeOfCare.of(world.id).get(patient_id=patient).state == "evaluating"
    with pytest.raises(NotNow):
        evaluation.begin(**act(world, patient))
    with pytest.raises(PermissionDenied):
        evaluation.begin(**act(world, patient) | {"actor": world["front_desk"]})


def test_a_history_asks_every_fact_that_no_other_row_tells() -> None:
    asked = {fact.name for fact in evaluation.questions()}
    every = {fact.name for fact in safety.facts_at(Step.EVALUATION)}
    assert asked <= every <= asked | evaluation.WORKED_OUT
    assert not asked & evaluation.WORKED_OUT


def test_yes_no_and_unknown_are_three_answers(world: World, patient: uuid.UUID) -> None:
    tell(world, patient, aneurysm=False, porphyria=True, seizure_disorder=None)
    found = known(world, patient)
    assert (found["aneurysm"], found["porphyria"]) == (False, True)
    assert "seizure_disorder" not in found
    asked = observations.newest(clinic=world.id, patient=patient)["seizure_disorder"]
    assert asked.value is None


def test_unknown_takes_an_earlier_answer_back(world: World, patient: uuid.UUID) -> None:
    tell(world, patient, aneurysm=False)
    tell(world, patient, aneurysm=None)
    assert "aneurysm" not in known(world, patient)
    assert Observation.of(world.id).filter(code="aneurysm").count() == 2


@pytest.mark.parametrize(
    ("answers", "field"),
    [
        ({"aneurysm": "no"}, "aneurysm"),
        ({"liver_disease": "bad"}, "liver_disease"),
        ({"alt_times_uln": -1}, "alt_times_uln"),
        ({"cssrs_risk": "none"}, "cssrs_risk"),
        ({"shoe_size": 43}, "shoe_size"),
        ({}, "answers"),
    ],
)
def test_what_is_no_answer_is_refused(
    world: World, patient: uuid.UUID, answers: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        tell(world, patient, **answers)
    assert refused.value.field == field
    assert not Observation.of(world.id).exists()


def test_mode_and_time_must_be_possible(world: World, patient: uuid.UUID) -> None:
    given = {"answers": {"aneurysm": False}}
    with pytest.raises(BadValue, match="mode"):
        evaluation.record_history(mode="dream", **given, **act(world, patient))
    with pytest.raises(BadValue, match="measured_at"):
        evaluation.record_history(
            mode="clinic", measured_at=world.at + timedelta(days=1), **given, **act(world, patient)
        )


def test_a_patient_tells_their_own_history_only(world: World, patient: uuid.UUID) -> None:
    own = act(world, patient) | {"actor": by_link(world.id, patient)}
    evaluation.record_history(answers={"aneurysm": False}, mode="home", **own)
    view = observations.newest(clinic=world.id, patient=patient)["aneurysm"]
    assert (view.provenance, view.mode) == ("patient", "home")
    other, _ = worlds.person(world, given="Omar", mrn="A-101")
    with pytest.raises(PermissionDenied):
        evaluation.record_history(
            answers={"aneurysm": False}, mode="home", **own | {"patient": other, "uid": new()}
        )
    with pytest.raises(NotFound):
        evaluation.record_history(
            answers={"aneurysm": False}, mode="clinic", **act(worlds.found("Other"), patient)
        )


def test_pounds_are_kept_beside_the_kilograms(world: World, patient: uuid.UUID) -> None:
    evaluation.record_body(
        weight=Decimal("165"), weight_unit="lb", height=Decimal("66"), height_unit="in",
        **act(world, patient),
    )  # fmt: skip
    found = observations.newest(clinic=world.id, patient=patient)
    values = {code: (view.value, view.unit) for code, view in found.items()}
    assert values == {
        "weight_kg": (74.84, "kg"), "weight_lb": (165, "[lb_av]"),
        "height_cm": (167.6, "cm"), "height_in": (66, "[in_i]"),
    }  # fmt: skip
    assert known(world, patient)["weight_kg"] == 74.84


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"weight": Decimal(10)}, "weight_kg"),
        ({"weight": Decimal(165), "weight_unit": "stone"}, "weight_unit"),
        ({"height": Decimal(66)}, "height_cm"),
        ({}, "weight_kg"),
    ],
)
def test_a_body_that_cannot_be_is_refused(
    world: World, patient: uuid.UUID, given: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        evaluation.record_body(**given, **act(world, patient))
    assert refused.value.field == field


def test_weight_counts_today_and_is_compared_with_the_last(
    world: World, patient: uuid.UUID
) -> None:
    evaluation.record_body(weight=Decimal(80), height=Decimal(180), **act(world, patient))
    world.later(days=20)
    found = known(world, patient)
    assert "weight_kg" not in found
    assert (found["weight_last_kg"], found["height_cm"]) == (80, 180)


def vitals(world: World, patient: uuid.UUID, **values: int) -> None:
    given = {"sbp": 150, "dbp": 80} | values
    evaluation.record_vitals(
        values={k: Decimal(v) for k, v in given.items()}, **act(world, patient)
    )


def test_vital_signs_count_today_or_since_the_evaluation(world: World, patient: uuid.UUID) -> None:
    vitals(world, patient, heart_rate=70, spo2=98, respiratory_rate=14)
    vitals(world, patient, sbp=140)
    found = known(world, patient)
    assert (found["sbp_mmhg"], found["heart_rate_per_min"]) == (140, 70)
    assert "remeasured_n" not in found
    begun = world.at - timedelta(minutes=5)
    world.later(days=1)
    assert "sbp_mmhg" not in known(world, patient)
    assert known(world, patient, vitals_since=begun)["sbp_mmhg"] == 140


def test_a_high_pressure_is_repeated_from_its_first_reading_on(
    world: World, patient: uuid.UUID
) -> None:
    for minutes, sbp in ((0, 150), (6, 165), (6, 166)):
        world.later(minutes=minutes)
        vitals(world, patient, sbp=sbp)
    assert known(world, patient)["remeasured_n"] == 1


@pytest.mark.parametrize(
    ("values", "field"), [({"sbp": 400}, "sbp"), ({"dbp": 160}, "sbp"), ({"rass": 0}, "rass")]
)
def test_impossible_vital_signs_are_refused(
    world: World, patient: uuid.UUID, values: dict[str, int], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        vitals(world, patient, **values)
    assert refused.value.field == field


def test_a_criterion_keeps_its_facts_and_its_answer(world: World, patient: uuid.UUID) -> None:
    yes = dict.fromkeys(
        (
            "disproportionate_pain", "no_better_diagnosis", "signs_seen_at_this_examination",
            "symptom_sensory", "symptom_vasomotor", "symptom_sudomotor", "sign_sensory",
            "sign_motor",
        ),
        True,
    )  # fmt: skip
    verdict = evaluation.record_criterion(
        name="budapest", facts=yes | {"symptom_motor": None}, **act(world, patient)
    )
    assert verdict.met == "yes"
    found = observations.newest(clinic=world.id, patient=patient)
    assert found["criterion/budapest"].value == {"met": "yes", "grade": "clinical"}
    assert found["budapest/sign_motor"].value is True
    assert found["budapest/symptom_motor"].value is None
    with pytest.raises(BadValue) as refused:
        evaluation.record_criterion(
            name="budapest", facts={"sign_motor": "yes"}, **act(world, patient)
        )
    assert refused.value.field == "sign_motor"


def test_scores_and_the_mood_scales_of_this_series_are_facts(
    world: World, patient: uuid.UUID
) -> None:
    evaluation.begin(**act(world, patient))
    forms = {
        "phq-9": {f"q{n}": 0 for n in range(1, 10)},
        "c-ssrs-screener": {"q1": 0, "q2": 0, "q6": 0},
        "audit-c": {"q1": 1, "q2": 1, "q3": 0},
    }
    assert known(world, patient)["mood_scales_current"] is False
    for name, answers in forms.items():
        questionnaires.save(
            instrument=name, answers=answers, complete=True, mode="clinic", **act(world, patient)
        )
    found = known(world, patient)
    assert (found["audit_c_score"], found["phq9_item_9"], found["cssrs_risk"]) == (2, 0, "none")
    assert (found["mood_scales_current"], found["suicide_alert_open"]) == (True, False)
    assert found["suicide_risk_cleared"] is False


def test_age_and_consent_come_from_their_own_rows(world: World, patient: uuid.UUID) -> None:
    found = known(world, patient)
    assert (found["age_years"], found["consent_valid"]) == (45, False)
    unborn, _ = worlds.person(world, given="Omar", mrn="A-101", birth_date=None)
    assert "age_years" not in known(world, unborn)


def test_tests_age_and_day_facts_fade(world: World, patient: uuid.UUID) -> None:
    panel = dict.fromkeys(liver.TESTS, 1.2)
    tell(world, patient, **panel, pregnancy_test="negative", rash_or_fever=False,
         bladder_symptoms=False)  # fmt: skip
    assert known(world, patient)["rash_or_fever"] is False
    world.later(days=3)
    found = known(world, patient)
    assert (found["liver_tests_age_days"], found["pregnancy_test_age_days"]) == (3, 3)
    assert "rash_or_fever" not in found
    assert "bladder_symptoms" not in found, "no evaluation is under way: it must be asked again"
    evaluation.begin(**act(world, patient))
    tell(world, patient, bladder_symptoms=False)
    world.later(days=3)
    assert known(world, patient)["bladder_symptoms"] is False


def test_liver_tests_are_as_old_as_the_oldest_of_the_five(
    world: World, patient: uuid.UUID
) -> None:
    tell(world, patient, alt_times_uln=1, ast_times_uln=1, alp_times_uln=1, ggt_times_uln=1)
    world.later(days=20)
    assert "liver_tests_age_days" not in known(world, patient), "one of the five is missing"
    tell(world, patient, bilirubin_times_uln=1)
    assert known(world, patient)["liver_tests_age_days"] == 20
    tell(world, patient, **dict.fromkeys(liver.TESTS, 1))
    assert known(world, patient)["liver_tests_age_days"] == 0


def test_a_value_that_no_rule_can_read_is_unknown(world: World, patient: uuid.UUID) -> None:
    Observation.objects.add(
        clinic_id=world.id, patient_id=patient, code="aneurysm", value="perhaps",
        measured_at=world.at, recorded_at=world.at, provenance="imported",
    )  # fmt: skip
    assert "aneurysm" not in known(world, patient)


def test_nothing_is_told_of_another_clinics_patient(world: World, patient: uuid.UUID) -> None:
    assert known(worlds.found("Elsewhere"), patient) == {}


def sheet(**more: str) -> dict[str, evaluation.Reading]:
    read = {"alt": ("126", "42"), "ast": ("40", "40"), "alp": ("90", "120"), "ggt": ("33", "60")}
    found = {
        test: evaluation.Reading(result=Decimal(result), limit=Decimal(limit))
        for test, (result, limit) in read.items()
    }
    top = Decimal(more.get("limit", "1.2"))
    return found | {"bilirubin": evaluation.Reading(result=Decimal("0.6"), limit=top, unit="mg/dL")}


def test_liver_tests_keep_the_sheet_beside_the_multiple(world: World, patient: uuid.UUID) -> None:
    evaluation.record_liver(read=sheet(), baseline=True, **act(world, patient))
    found = observations.newest(clinic=world.id, patient=patient)
    kept = {code: (found[code].value, found[code].unit) for code in found if "alt" in code}
    assert kept == {
        "alt_times_uln": (3, "{ULN}"), "lab/alt": (126, "U/L"), "lab/alt_limit": (42, "U/L"),
    }  # fmt: skip
    told = known(world, patient)
    assert (told["alt_times_uln"], told["bilirubin_times_uln"]) == (3, 0.5)
    assert (told["liver_baseline_done"], told["liver_tests_age_days"]) == (True, 0)
    assert len({view.set_id for view in found.values()}) == 1


@pytest.mark.parametrize(
    ("read", "baseline", "field"),
    [
        ({}, False, "answers"),
        ({"alt": evaluation.Reading(result=Decimal(30), limit=None)}, False, "alt_limit"),
        ({"alt": evaluation.Reading(result=Decimal(30), limit=Decimal(40))}, True, "baseline"),
        ({"ldh": evaluation.Reading(result=Decimal(30), limit=Decimal(40))}, False, "ldh"),
        (sheet(limit="21"), False, "bilirubin_limit"),
    ],
)
def test_half_a_sheet_is_refused_and_nothing_is_kept(
    world: World, patient: uuid.UUID, read: Any, baseline: bool, field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        evaluation.record_liver(read=read, baseline=baseline, **act(world, patient))
    assert refused.value.field == field
    assert not Observation.of(world.id).exists()
