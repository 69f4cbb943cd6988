"""The physician's decision: accept, defer or decline, with the findings of that moment in view."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from reprieve import __version__
from reprieve.clinical import conditions, safety
from reprieve.clinical.findings import Finding, Outcome, Severity, Step, by_weight
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import closing, episodes, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records import notes
from reprieve.records.models import Decision, FindingOverride
from reprieve.records.queries import facts, problems, safety_numbers

OUTCOMES = ("accept", "defer", "decline")
VITALS_COUNT = timedelta(days=30)  # vital signs of the evaluation, at most this old
LOOK_AGAIN = timedelta(days=30)
REVIEW = "evaluation_review"
WANTED = "decision_wanted"


def examine(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> tuple[Finding, ...]:
    """This function will ask every rule of the evaluation about a patient, heaviest first."""
    began = facts.series_began(clinic=clinic, patient=patient) or at
    since = max(began, at - VITALS_COUNT)
    known = facts.facts(clinic=clinic, patient=patient, at=at, vitals_since=since)
    own = safety_numbers.own(clinic=clinic, at=at)
    return by_weight(safety.examine(facts=known, step=Step.EVALUATION, own_numbers=own))


def evidence_of(*, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None) -> str:
    """This function will name the evidence for the patient's pain condition, empty for none."""
    listed = problems.conditions(clinic=clinic, patient=patient, as_of=as_of)
    return next((conditions.evidence_of(c.code) for c in listed if c.is_pain_condition), "")


def decide(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    outcome: str,
    reason: str,
    overrides: Mapping[str, str] | None = None,
    acknowledged: Iterable[str] = (),
    seen: str = "",
) -> uuid.UUID:
    """This function will record a decision and move the patient on.

    To accept, each finding that blocks needs its reason in `overrides` (by rule), and each
    WARN-HIGH its rule in `acknowledged`. `seen` is `version(findings)` of the page: where a
    finding has changed since, nothing is decided. Raises BadValue("reason") without a reason,
    NotNow naming the rule that blocks or cannot be overridden.
    """
    if outcome not in OUTCOMES:
        raise BadValue("outcome", f"must be one of {', '.join(OUTCOMES)}")
    why = _reason("reason", reason)
    said = {rule: text.strip() for rule, text in (overrides or {}).items() if text.strip()}

    def work() -> Done:
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        episodes.advance(episode=episode, act=f"evaluation.{outcome}", actor=actor, at=at)
        found = examine(clinic=actor.clinic, patient=patient, at=at)
        if seen and seen != version(found):
            raise NotNow(N_("The findings have changed meanwhile: look at them again."))
        used = _accepted(found, said, set(acknowledged)) if outcome == "accept" else []
        row = Decision.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=episode, kind="evaluation",
            outcome=outcome, reason=_note(why, actor, at, patient),
            findings=[kept(finding) for finding in found], knowledge=knowledge_of(found),
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        for finding in used:
            _override(finding, said[finding.rule], row, actor, at)
        _follow(outcome, actor, at, patient)
        if outcome == "decline":
            closing.settle(episode, actor=actor, at=at)
        return Done(
            subject_kind="decision", subject=row.pk,
            detail={"outcome": outcome, "overrides": [finding.rule for finding in used]},
        )  # fmt: skip

    return uuid.UUID(perform("evaluation.decide", actor=actor, uid=uid, at=at, work=work)["id"])


def _accepted(
    found: Iterable[Finding], overrides: Mapping[str, str], acknowledged: set[str]
) -> list[Finding]:
    """The findings overridden. Raises NotNow for one that still blocks or was not acknowledged."""
    used = []
    for finding in found:
        if finding.blocks:
            _must_be_overridden(finding, overrides)
            used.append(finding)
        elif _to_acknowledge(finding) and finding.rule not in acknowledged:
            raise NotNow(Message(id=N_("Acknowledge first: {says}"), params={"says": finding.says}))
    return used


def _must_be_overridden(finding: Finding, overrides: Mapping[str, str]) -> None:
    params = {"says": finding.says}
    if not finding.overridable:
        raise NotNow(Message(id=N_("Nobody may override this: {says}"), params=params))
    if finding.rule not in overrides:
        raise NotNow(Message(id=N_("This blocks: {says}"), params=params))


def _to_acknowledge(finding: Finding) -> bool:
    return finding.severity is Severity.WARN_HIGH and finding.outcome is not Outcome.CLEAR


def _override(finding: Finding, reason: str, row: Decision, actor: Actor, at: datetime) -> None:
    FindingOverride.objects.add(
        clinic_id=actor.clinic, patient_id=row.patient_id, decision=row, rule=finding.rule,
        severity=finding.severity.value,
        reason=_note(_reason(finding.rule, reason), actor, at, row.patient_id),
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip


def _follow(outcome: str, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    """A deferred decision comes back by itself; any other one ends what waited for it."""
    for kind in (REVIEW, WANTED):
        worklist.finish_within(actor=actor, at=at, kind=kind, patient=patient)
    if outcome == "defer":
        worklist.open_item(
            actor=actor, at=at, kind=REVIEW, owner_role=PHYSICIAN, patient=patient,
            due_at=at + LOOK_AGAIN,
        )  # fmt: skip


def kept(finding: Finding) -> dict[str, Any]:
    """This function will return a finding as a decision keeps it: explained without the rule."""
    return {
        "rule": finding.rule,
        "severity": finding.severity.value,
        "outcome": finding.outcome.value,
        "says": str(finding.says),
        "because": str(finding.because),
        "source": finding.source,
        "verified": finding.verified,
        "saw": dict(finding.saw),
        "needs": list(finding.needs),
        "knowledge": finding.knowledge_version,
    }


def version(found: Iterable[Finding]) -> str:
    """This function will return a short mark of what the findings say, for a page to send back."""
    said = sorted(f"{f.rule}={f.outcome.value}:{sorted(f.saw.items())}" for f in found)
    return hashlib.sha256("\n".join(said).encode()).hexdigest()[:16]


def knowledge_of(found: Iterable[Finding]) -> str:
    """This function will return the version of all rules that were asked, as one mark."""
    said = sorted(f"{f.rule}={f.knowledge_version}" for f in found)
    mark = hashlib.sha256("\n".join(said).encode()).hexdigest()
    return f"{__version__}+{mark[:12]}"


def _note(text: str, actor: Actor, at: datetime, patient: uuid.UUID) -> Any:
    return notes.write(
        text, clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient
    )  # fmt: skip


def _reason(field: str, text: str) -> str:
    said = text.strip()
    if not said:
        raise BadValue(field, N_("is needed"))
    if len(said) > notes.LONGEST_NOTE:
        raise BadValue(field, f"has more than {notes.LONGEST_NOTE} characters")
    return said
