"""An invented patient who is fit for treatment, told through the pathway, for tests."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from reprieve.clinical.facts import Kind
from reprieve.pathway import evaluation, history, questionnaires
from tests.house.stories import kept
from tests.world import World, new

# What a history asks that is well when the answer is not "no".
WELL: dict[str, Any] = {
    "iv_access": "easy", "liver_disease": "none", "pregnancy_test": "not done",
    "urinalysis": "not done",
    "liver_baseline_done": True,
    "ecg_reviewed": True, "pdmp_checked": True, "days_since_multiday_course": None,
    "courses_elsewhere_last_365_d": 0, "ketamine_mg_elsewhere_last_365_d": 0,
}  # fmt: skip
FORMS: dict[str, dict[str, int]] = {
    "nrs": {"pain": 7},
    "peg": {"pain": 7, "enjoyment": 8, "activity": 8},
    "phq-9": {f"q{n}": 0 for n in range(1, 10)},
    "c-ssrs-screener": {"q1": 0, "q2": 0, "q6": 0},
    "audit-c": {"q1": 0, "q2": 0, "q3": 0},
    "ort-oud": dict.fromkeys((f"q{n}" for n in range(1, 10)), 0),
}


@kept
def well(world: World, patient: uuid.UUID, *, began: bool = True, **changes: Any) -> None:
    """This function will evaluate a patient with every answer clear, but for the changes named."""
    if began:
        evaluation.begin(**_act(world, patient))
    answers = {
        fact.name: WELL.get(fact.name, False if fact.kind is Kind.FLAG else 0.5)
        for fact in evaluation.questions()
    }
    told = answers | {k: v for k, v in changes.items() if k in answers}
    evaluation.record_history(answers=told, mode="clinic", **_act(world, patient))
    vitals = {"sbp": 124, "dbp": 78, "heart_rate": 70, "spo2": 98, "respiratory_rate": 14}
    evaluation.record_vitals(
        values={k: Decimal(changes.get(k, v)) for k, v in vitals.items()}, **_act(world, patient)
    )
    evaluation.record_body(weight=Decimal(74), height=Decimal(170), **_act(world, patient))
    history.add_condition(code=changes.get("code", "G90.511"), **_act(world, patient))
    history.takes_nothing(**_act(world, patient))
    history.no_allergies(**_act(world, patient))
    forms(world, patient)


@kept
def forms(world: World, patient: uuid.UUID) -> None:
    """This function will fill in the forms of a baseline, all calm."""
    for name, answers in FORMS.items():
        wanted = _answers(name, answers)
        questionnaires.save(
            instrument=name, answers=wanted, complete=True, mode="clinic", **_act(world, patient)
        )


def _answers(name: str, answers: dict[str, int]) -> dict[str, int]:
    """Score-only instruments take their total where their items are not held here."""
    from reprieve.clinical import instruments

    form = instruments.instrument(name)
    if set(answers) <= {item.id for item in form.items}:
        return answers
    return {item.id: 0 for item in form.scored}


def _act(world: World, patient: uuid.UUID) -> dict[str, Any]:
    world.later(seconds=1)
    return {"actor": world["infusion_nurse"], "uid": new(), "at": world.at, "patient": patient}
