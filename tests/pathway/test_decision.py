"""The decision: what blocks, what may be overridden with a reason, and what is kept of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import override_settings

from reprieve.knowledge import BadValue
from reprieve.pathway import decision, evaluation, questionnaires
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import Decision, EpisodeOfCare, FindingOverride
from reprieve.records.queries import decisions, worklist
from tests import evaluated
from tests import world as worlds
from tests.world import World, new

ACKNOWLEDGED = ("drug-abuse-score",)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def decide(world: World, patient: uuid.UUID, outcome: str = "accept", **more: Any) -> uuid.UUID:
    given: dict[str, Any] = {
        "actor": world["physician"], "uid": new(), "at": world.at, "reason": "As discussed.",
        "acknowledged": ACKNOWLEDGED,
    }  # fmt: skip
    return decision.decide(patient=patient, outcome=outcome, **(given | more))


def place(world: World, patient: uuid.UUID) -> str:
    return EpisodeOfCare.of(world.id).get(patient_id=patient).state


def newest(world: World, patient: uuid.UUID) -> decisions.DecisionView:
    return decisions.of_patient(clinic=world.id, patient=patient)[0]


def test_a_fit_patient_is_accepted_and_the_findings_are_kept(
    world: World, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient)
    found = decision.examine(clinic=world.id, patient=patient, at=world.at)
    decide(world, patient, seen=decision.version(found))
    kept = newest(world, patient)
    assert (place(world, patient), kept.outcome, kept.reason, kept.by) == (
        "accepted", "accept", "As discussed.", "Physician Invented",
    )  # fmt: skip
    assert len(kept.findings) == len(found)
    assert kept.knowledge == decision.knowledge_of(found)
    assert kept.overrides == ()


def test_findings_come_heaviest_first_with_what_they_saw(world: World, patient: uuid.UUID) -> None:
    evaluated.well(world, patient, aneurysm=True, sbp=170)
    first, second = decision.examine(clinic=world.id, patient=patient, at=world.at)[:2]
    assert (first.rule, dict(first.saw)) == ("aneurysm", {"aneurysm": True})
    assert (second.rule, second.saw["sbp_mmhg"]) == ("blood-pressure-hold", 170)


@pytest.mark.parametrize("fact", ["aneurysm", "psychosis_active_or_poorly_controlled"])
def test_a_stop_blocks_until_overridden_with_a_reason(
    world: World, patient: uuid.UUID, fact: str
) -> None:
    evaluated.well(world, patient, **{fact: True})
    rule = decision.examine(clinic=world.id, patient=patient, at=world.at)[0].rule
    with pytest.raises(NotNow, match="blocks"):
        decide(world, patient)
    with pytest.raises(NotNow, match="blocks"):
        decide(world, patient, overrides={rule: "  "})
    assert not Decision.of(world.id).exists()
    decide(world, patient, overrides={rule: "Seen by neurology.", "no-such-rule": "ignored"})
    (used,) = newest(world, patient).overrides
    assert (used.rule, used.severity, used.reason) == (rule, "STOP", "Seen by neurology.")


@pytest.mark.parametrize(
    ("changes", "rule"),
    [
        ({"ketamine_allergy": True}, "ketamine-hypersensitivity"),
        ({"pregnancy_test": "positive"}, "pregnancy"),
        ({"sbp": 185}, "blood-pressure-stop"),
    ],
)
def test_some_findings_nobody_overrides(
    world: World, patient: uuid.UUID, changes: dict[str, Any], rule: str
) -> None:
    evaluated.well(world, patient, **changes)
    blocking = [
        f for f in decision.examine(clinic=world.id, patient=patient, at=world.at) if f.blocks
    ]
    assert any(not finding.overridable for finding in blocking), rule
    with pytest.raises(NotNow, match="Nobody"):
        decide(world, patient, overrides={f.rule: "I insist." for f in blocking})
    assert not FindingOverride.of(world.id).exists()
    assert place(world, patient) == "evaluating"


def test_an_uncleared_high_risk_cannot_be_accepted(world: World, patient: uuid.UUID) -> None:
    evaluated.well(world, patient)
    questionnaires.save(
        actor=world["infusion_nurse"], uid=new(), at=world.later(minutes=1), patient=patient,
        instrument="c-ssrs-screener", answers={"q1": 1, "q2": 1, "q3": 1, "q4": 1, "q5": 0,
        "q6": 0}, complete=True, mode="clinic",
    )  # fmt: skip
    with pytest.raises(NotNow, match="Nobody"):
        decide(world, patient, overrides={"suicide-risk-high": "I insist."})


def test_unknown_blocks_as_firmly_as_a_bad_answer(world: World, patient: uuid.UUID) -> None:
    evaluation.begin(
        actor=world["physician"], uid=new(), at=world.at, patient=patient
    )  # fmt: skip
    with pytest.raises(NotNow):
        decide(world, patient)


def test_a_grave_warning_is_acknowledged_first(world: World, patient: uuid.UUID) -> None:
    evaluated.well(world, patient)
    with pytest.raises(NotNow, match="Acknowledge"):
        decide(world, patient, acknowledged=())


def test_nothing_is_decided_on_findings_that_have_changed(world: World, patient: uuid.UUID) -> None:
    evaluated.well(world, patient)
    seen = decision.version(decision.examine(clinic=world.id, patient=patient, at=world.at))
    evaluation.record_vitals(
        actor=world["infusion_nurse"], uid=new(), at=world.later(minutes=1), patient=patient,
        values={"sbp": Decimal(140), "dbp": Decimal(80)},
    )  # fmt: skip
    with pytest.raises(NotNow, match="changed"):
        decide(world, patient, seen=seen)


def test_deferring_brings_it_back_and_declining_closes(world: World, patient: uuid.UUID) -> None:
    evaluated.well(world, patient, aneurysm=True)
    decide(world, patient, "defer")
    (item,) = worklist.waiting(clinic=world.id, patient=patient)
    assert (place(world, patient), item.kind) == ("deferred", "evaluation_review")
    evaluation.begin(
        actor=world["physician"], uid=new(), at=world.later(days=1), patient=patient
    )  # fmt: skip
    decide(world, patient, "decline")
    assert place(world, patient) == "closed"
    assert worklist.waiting(clinic=world.id, patient=patient) == []
    assert [d.outcome for d in decisions.of_patient(clinic=world.id, patient=patient)] == [
        "decline", "defer",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"reason": " "}, "reason"),
        ({"reason": "x" * 20_001}, "reason"),
        ({"outcome": "perhaps"}, "outcome"),
    ],
)
def test_a_decision_has_an_outcome_and_a_reason(
    world: World, patient: uuid.UUID, more: dict[str, Any], field: str
) -> None:
    evaluated.well(world, patient)
    with pytest.raises(BadValue) as refused:
        decide(world, patient, **more)
    assert refused.value.field == field


def test_only_doctors_decide_once_in_their_clinic(world: World, patient: uuid.UUID) -> None:
    evaluated.well(world, patient)
    with pytest.raises(PermissionDenied):
        decide(world, patient, actor=world["infusion_nurse"])
    with pytest.raises(NotFound):
        decide(worlds.found("Elsewhere"), patient)
    uid = new()
    assert decide(world, patient, uid=uid) == decide(world, patient, uid=uid)
    assert Decision.of(world.id).count() == 1
    with pytest.raises(NotNow):
        decide(world, patient)


def test_the_evidence_follows_the_pain_condition(world: World, patient: uuid.UUID) -> None:
    asked = {"clinic": world.id, "patient": patient}
    assert decision.evidence_of(**asked) == ""
    evaluated.well(world, patient, code="M79.7")
    assert decision.evidence_of(**asked) == "fibromyalgia"
