"""Side effects that stop the infusions of a patient, and a physician's word to go on or not."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.clinical import safety
from reprieve.clinical.findings import Finding, Outcome
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import gate, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records import notes
from reprieve.records.models import Decision, Encounter
from reprieve.records.queries import harm_stops, safety_numbers
from reprieve.records.queries.harm_stops import GO_ON, KIND, SEEN, STAY, HarmStop

ACT = "harm.judge"
RULE = "harm-repeated"
DECIDE_WITHIN = timedelta(hours=24)


def finding(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Finding:
    """This function will tell whether a patient's side effects stop further infusions."""
    known = harm_stops.of(clinic=clinic, patient=patient)
    return _asked(known, clinic=clinic, at=at)


def rests_on(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, entry: uuid.UUID) -> bool:
    """This function will tell whether a physician's "no further infusion" rests on an entry now.

    It does not where the entry was judged since and stops nothing any more.
    """
    known = harm_stops.of_entry(clinic=clinic, patient=patient, entry=entry)
    return known is not None and _asked(known, clinic=clinic, at=at).blocks


def _asked(known: HarmStop, *, clinic: uuid.UUID, at: datetime) -> Finding:
    own = safety_numbers.own(clinic=clinic, at=at)
    entry = next(e for e in safety.rules() if e.name == RULE)
    [mine] = safety.adjusted((entry,), own or {})
    return safety.ask(mine, known={k: v for k, v in known.facts.items() if v is not None})


def follow(*, actor: Actor, at: datetime, patient: uuid.UUID, encounter: uuid.UUID | None) -> None:
    """This function will ask a physician to decide where side effects now stop the infusions.

    It is part of the act that wrote a side effect down. Where a correction or a judgement left
    nothing that stops them, there is nothing to decide and the open item ends.
    """
    now = finding(clinic=actor.clinic, patient=patient, at=at)
    if not now.blocks:
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)
    if now.outcome is not Outcome.FINDS:
        return
    if worklist.already_open(clinic=actor.clinic, kind=KIND, patient=patient) is None:
        worklist.open_item(
            actor=actor, at=at, kind=KIND, owner_role=PHYSICIAN, due_at=at + DECIDE_WITHIN,
            patient=patient, encounter=encounter,
        )  # fmt: skip


def decide(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, outcome: str, reason: str
) -> uuid.UUID:
    """This function will write a physician's decision: go on, or no further infusion for now.

    Raises BadValue without a reason, NotNow where no side effect stops this patient's infusions,
    or to go on while a severe one waits for its judgement.
    """
    if outcome not in (GO_ON, STAY):
        raise BadValue("outcome", f"unknown {outcome[:40]!r}; known: {GO_ON}, {STAY}")
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        known = harm_stops.of(clinic=actor.clinic, patient=patient, as_if_undecided=True)
        seen = _asked(known, clinic=actor.clinic, at=at)
        visit = next((e.encounter for e in known.heavy if e.encounter is not None), None)
        if visit is None or not seen.blocks:
            raise NotNow(N_("No side effect stops the infusions of this patient."))
        if outcome == GO_ON and known.waits_for_judgement:
            raise NotNow(N_("Judge each severe side effect first, then decide."))
        saved = _write(
            seen, known, actor=actor, at=at, visit=visit, outcome=outcome, reason=reason
        )
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)
        return Done(subject_kind="decision", subject=saved.pk, detail={"outcome": outcome})

    return uuid.UUID(perform(ACT, actor=actor, uid=uid, at=at, work=work)["id"])


def _write(
    seen: Finding, known: HarmStop, *, actor: Actor, at: datetime, visit: uuid.UUID,
    outcome: str, reason: str,
) -> Decision:  # fmt: skip
    last = Encounter.of(actor.clinic).get(pk=visit)
    note = notes.write(
        reason.strip(), clinic=actor.clinic, at=at, by=actor.practitioner, patient=last.patient_id
    )
    row: Decision = Decision.objects.add(
        clinic_id=actor.clinic, patient_id=last.patient_id, episode_id=last.episode_id, kind=KIND,
        outcome=outcome, reason=note,
        findings=[gate.as_json(seen) | {SEEN: [str(event.id) for event in known.heavy]}],
        knowledge=seen.knowledge_version[:40], recorded_at=at,
        by_id=actor.practitioner,
    )  # fmt: skip
    return row
