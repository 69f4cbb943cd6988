"""The start gate: every rule of the start asked about this visit, and what people decided.

Nothing starts while a finding blocks. A clinician may decide otherwise with a reason and a second
named clinician, except where nobody may; a decision holds for what was seen, not for what follows.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from reprieve.clinical import safety
from reprieve.clinical.findings import Finding, Outcome, Severity, Step, by_weight
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import double_checks, episodes, observations, states, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor, allowed
from reprieve.records import notes
from reprieve.records.models import Decision, Encounter, FindingOverride, InfusionState
from reprieve.records.queries import gate_facts, gate_people, overrides, safety_numbers
from reprieve.records.queries.overrides import AskedView, OverrideView

ACT = "infusion.override"
SECOND_WANTED = "second_wanted"
OWN_NUMBERS = safety_numbers.KEY
VITAL_SIGNS = "vital_signs"
REPEATS = "remeasured_n"
# A decision about a vital sign is about these minutes.
VITALS_HOLD = timedelta(minutes=30)
NOT_THE_STARTER = N_(
    "Another person was named to start this infusion. Name who starts under Room and people."
)
# These are worked out by two people each time; a reason does not stand for the numbers.
BY_TWO = frozenset({"double-check"})
# A decision about the people who act is about those who were named by then.
OF_PEOPLE = frozenset({"staff-credentials", "starter-credentials"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One rule's answer at the gate, and the decision that lets it pass if there is one."""

    finding: Finding
    chapter: str
    override: OverrideView | None = None
    since: datetime | None = None  # older decisions were about other people

    @property
    def blocks(self) -> bool:
        """Whether the infusion may not start with this item as it stands."""
        return self.is_open and self.override is None

    @property
    def is_open(self) -> bool:
        """Whether somebody has to resolve this item, or to decide about it."""
        return self.finding.blocks or self.wants_doctor

    @property
    def wants_doctor(self) -> bool:
        """Whether a doctor must have seen it, which needs no second person."""
        found = self.finding.outcome is Outcome.FINDS
        return found and self.finding.severity is Severity.WARN_HIGH

    @property
    def may_be_overridden(self) -> bool:
        """Whether a clinician may decide otherwise, now."""
        fixed = not self.finding.overridable or self.finding.rule in BY_TWO
        return not (fixed or self.wants_repeat)

    @property
    def wants_repeat(self) -> bool:
        """Whether a vital sign out of range has to be measured again before anybody decides."""
        return self.chapter == VITAL_SIGNS and REPEATS in self.finding.needs


def items(
    *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime, facts: Mapping[str, Any] | None = None
) -> tuple[Item, ...]:
    """This function will ask every rule of the start, heaviest answers first, clear ones last.

    `facts` are those of `gate_facts` at this moment, where they were already gathered.
    """
    if facts is None:
        facts = gate_facts.facts(clinic=clinic, encounter=encounter, at=at)
    own = safety_numbers.own(clinic=clinic, at=at)
    found = by_weight(safety.examine(facts=facts, step=Step.START, own_numbers=own))
    decided = overrides.of_visit(clinic=clinic, encounter=encounter)
    since = gate_people.named(clinic=clinic, encounter=encounter).since
    asked = (
        Item(
            finding=f, chapter=_chapter(f.rule), since=since if f.rule in OF_PEOPLE else None
        )
        for f in found
    )  # fmt: skip
    return tuple(replace(item, override=_holding(item, decided, at)) for item in asked)


def refuse_closed(found: Sequence[Item]) -> None:
    """This function will raise NotNow naming the first item that still blocks the start."""
    for item in found:
        if item.blocks:
            says = {"says": item.finding.says}
            raise NotNow(Message(id=N_("The start gate is closed: {says}"), params=says))


def refuse_other_starter(
    *, clinic: uuid.UUID, encounter: uuid.UUID, practitioner: uuid.UUID | None
) -> None:
    """This function will raise NotNow when another person was named to start than who presses."""
    starter = gate_people.named(clinic=clinic, encounter=encounter).starter
    if starter and starter != str(practitioner):
        raise NotNow(NOT_THE_STARTER)


def override(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, rule: str,
    reason: str,
) -> None:  # fmt: skip
    """This function will let one finding pass, by a doctor with a reason and a second clinician.

    `second` has just authenticated; one of the two must be a doctor. Raises BadValue for a missing
    reason or a rule that does not block, NotNow for one that nobody may override.
    """
    double_checks.may_stand_beside(actor, second, double_checks.ACT)
    doctor, beside = (actor, second) if allowed(actor, ACT) else (second, actor)
    _pass(
        doctor, beside.practitioner, uid=uid, at=at, encounter=encounter, rule=rule, reason=reason
    )


def acknowledge(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, rule: str, reason: str
) -> None:
    """This function will note that a doctor has seen a warning, and what they say to it.

    Raises BadValue for a missing reason or a rule that is no such warning now.
    """
    _pass(actor, None, uid=uid, at=at, encounter=encounter, rule=rule, reason=reason)


def _pass(
    doctor: Actor, beside: uuid.UUID | None, *, uid: uuid.UUID, at: datetime,
    encounter: uuid.UUID, rule: str, reason: str,
) -> None:  # fmt: skip
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        visit = visit_of(doctor.clinic, encounter)
        item = blocking_item(doctor.clinic, encounter, rule, at)
        if beside is None and not item.wants_doctor:
            raise BadValue("second", N_("a second person must stand beside this decision"))
        decision = keep_decision(
            visit, [item.finding], kind="override", outcome="go_on", reason=reason, actor=doctor,
            at=at,
        )  # fmt: skip
        row = FindingOverride.objects.add(
            clinic_id=doctor.clinic, patient_id=visit.patient_id, encounter=visit,
            decision=decision, rule=rule, severity=item.finding.severity.value,
            reason_id=decision.reason_id, second_id=beside, recorded_at=at,
            by_id=doctor.practitioner,
        )  # fmt: skip
        detail = {"rule": rule, "second": str(beside or "")}
        return Done(subject_kind="finding_override", subject=row.pk, detail=detail)

    perform(ACT, actor=doctor, uid=uid, at=at, work=work)


def note_start(
    row: InfusionState, found: Sequence[Item], *, actor: Actor, at: datetime, reported: bool
) -> None:
    """This function will keep what the gate said at the start, inside the act that starts.

    The episode goes on; a start that was only reported is kept whatever the episode's state.
    """
    visit = visit_of(row.clinic_id, row.encounter_id)
    keep_decision(
        visit, [item.finding for item in found], kind="start", reason="", actor=actor, at=at,
        outcome="reported" if reported else "started",
    )  # fmt: skip
    # Whoever was asked to stand beside a decision is no longer needed.
    worklist.finish_within(actor=actor, at=at, kind=SECOND_WANTED, patient=row.patient_id)
    episode = episodes.get(clinic=row.clinic_id, episode=visit.episode_id)
    if not reported or "infusion.start" in states.possible("episode", episode.state):
        episodes.advance(episode=episode, act="infusion.start", actor=actor, at=at)


def as_json(finding: Finding) -> dict[str, Any]:
    """This function will write a finding as it is kept: with what it saw and its knowledge."""
    return {
        "rule": finding.rule, "severity": finding.severity.value,
        "outcome": finding.outcome.value, "says": finding.says.id,
        "saw": observations.plain(dict(finding.saw)), "needs": list(finding.needs),
        "knowledge": finding.knowledge_version,
    }  # fmt: skip


def visit_of(clinic: uuid.UUID, encounter: uuid.UUID) -> Encounter:
    """This function will return a visit. Raises NotFound."""
    row = Encounter.of(clinic).filter(pk=encounter).first()
    if row is None:
        raise NotFound(N_("There is no such infusion."))
    return row


def blocking_item(clinic: uuid.UUID, encounter: uuid.UUID, rule: str, at: datetime) -> Item:
    """This function will return the item of a rule that blocks now and may be decided about.

    Raises BadValue for one that does not block, NotNow for one that nobody may decide yet or ever.
    """
    found = {i.finding.rule: i for i in items(clinic=clinic, encounter=encounter, at=at)}
    item = found.get(rule)
    if item is None or not item.blocks:
        raise BadValue("rule", N_("does not block this start"))
    if item.wants_repeat:
        raise NotNow(N_("Measure again twice, some minutes apart; then decide."))
    if not item.may_be_overridden:
        raise NotNow(N_("Nobody may override this: it must be resolved."))
    return item


def keep_decision(
    visit: Encounter, found: Sequence[Finding], *, kind: str, outcome: str, reason: str,
    actor: Actor, at: datetime,
) -> Decision:  # fmt: skip
    """This function will keep a decision with what was found, inside the caller's act."""
    note = notes.optional(
        reason, clinic=visit.clinic_id, at=at, by=actor.practitioner, patient=visit.patient_id
    )
    said = [f for f in found if f.outcome is not Outcome.CLEAR] if kind == "override" else found
    row: Decision = Decision.objects.add(
        clinic_id=visit.clinic_id, patient_id=visit.patient_id, episode_id=visit.episode_id,
        encounter=visit, kind=kind, outcome=outcome, reason=note,
        findings=[as_json(f) for f in said],
        knowledge=found[0].knowledge_version[:40] if found else "",
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return row


def _chapter(rule: str) -> str:
    return _chapters()[rule]


def _chapters() -> Mapping[str, str]:
    return {entry.name: entry.chapter for entry in safety.rules()}


def _holding(item: Item, decided: Sequence[OverrideView], at: datetime) -> OverrideView | None:
    """The newest decision about this rule, while it is about what is seen now."""
    if not item.is_open or not item.may_be_overridden:
        return None
    own = [one for one in decided if one.rule == item.finding.rule]
    return own[-1] if own and same(own[-1], item, at) else None


def same(decision: OverrideView | AskedView, item: Item, at: datetime) -> bool:
    """This function will tell whether a decision is about what is seen now, and whom."""
    finding = item.finding
    if item.since is not None and decision.at < item.since:
        return False
    if (decision.severity, decision.outcome) != (finding.severity.value, finding.outcome.value):
        return False
    if _chapter(finding.rule) == VITAL_SIGNS:
        return at - decision.at <= VITALS_HOLD
    return _no_worse(decision.saw, as_json(finding)["saw"])


def _no_worse(then: Mapping[str, Any], now: Mapping[str, Any]) -> bool:
    """The same was seen; hours since a meal only grow while people wait."""
    waited = then.keys() & now.keys() & set(gate_facts.HOURS_SINCE)
    return then.keys() == now.keys() and all(
        now[name] >= then[name] if name in waited else now[name] == then[name] for name in now
    )
