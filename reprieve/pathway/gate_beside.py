"""A second clinician who is elsewhere stands beside a decision at the start gate.

One of the two asks with a reason; the other reads the same finding on a screen of their own and
agrees with their password. Until then nothing passes, and what was seen may not have changed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import double_checks, gate, messages, signatures, worklist
from reprieve.pathway import people as accounts
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.gate import Item
from reprieve.pathway.permissions import CLINICIANS, DOCTORS, NURSE, PHYSICIAN, Actor
from reprieve.records.models import Decision, FindingOverride, Practitioner
from reprieve.records.queries import overrides, people
from reprieve.records.queries.overrides import AskedView

KIND = gate.SECOND_WANTED
ANSWER_WITHIN = timedelta(minutes=15)
# What was seen is asked about for so long; then it is asked anew.
HOLDS = timedelta(minutes=30)


@dataclass(frozen=True, slots=True, kw_only=True)
class Open:
    """A question that waits for a second person, with the item as it stands now."""

    asked: AskedView
    item: Item


def ask(
    *, actor: Actor, second: uuid.UUID, uid: uuid.UUID, at: datetime, encounter: uuid.UUID,
    rule: str, reason: str,
) -> uuid.UUID:  # fmt: skip
    """This function will ask a named colleague to stand beside a decision from elsewhere.

    Raises BadValue for a missing reason, a colleague who cannot, or when neither of the two is a
    doctor, and NotNow for what nobody may override.
    """
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))
    member = people.member(clinic=actor.clinic, practitioner=second)
    if member is None or not member.active or member.id == actor.practitioner:
        raise BadValue("second", N_("must be another person than you"))
    if not member.roles & CLINICIANS:
        raise BadValue("second", N_("must be a clinician"))
    if not (actor.roles | member.roles) & DOCTORS:
        raise BadValue("second", N_("one of the two must be a doctor"))

    def work() -> Done:
        visit = gate.visit_of(actor.clinic, encounter)
        item = gate.blocking_item(actor.clinic, encounter, rule, at)
        if item.wants_doctor:
            raise BadValue("rule", N_("a doctor alone has to have seen this"))
        row = gate.keep_decision(
            visit, [item.finding], kind="override", outcome="asked", reason=reason, actor=actor,
            at=at,
        )  # fmt: skip
        worklist.open_item(
            actor=actor, at=at, kind=KIND, due_at=at + ANSWER_WITHIN, owner=member.id,
            owner_role=PHYSICIAN if member.roles & DOCTORS else NURSE, patient=visit.patient_id,
            encounter=visit.pk,
        )  # fmt: skip
        messages.enqueue(
            clinic=actor.clinic, template="clinician_review", at=at, to=member.email
        )
        return Done(
            subject_kind="decision", subject=row.pk,
            detail={"rule": rule, "second": str(member.id)},
        )  # fmt: skip

    done = perform("infusion.ask_beside", actor=actor, uid=uid, at=at, work=work)
    return uuid.UUID(done["id"])


def waiting(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> list[Open]:
    """This function will list what waits for a second person and still is as it was seen."""
    asked = overrides.asked(clinic=clinic, encounter=encounter)
    if not asked:
        return []
    now = {i.finding.rule: i for i in gate.items(clinic=clinic, encounter=encounter, at=at)}
    return [Open(asked=a, item=now[a.rule]) for a in asked if _stands(a, now.get(a.rule), at)]


def agree(
    *, actor: Actor, uid: uuid.UUID, at: datetime, decision: uuid.UUID, password: str
) -> None:
    """This function will let the finding pass: the second person has read it and agrees.

    Raises BadValue for a wrong password or for who asked, PermissionDenied when neither of the two
    is a doctor, NotNow when what was seen has changed.
    """

    def work() -> Done:
        row = Decision.of(actor.clinic).filter(pk=decision, outcome="asked").first()
        if row is None or row.encounter_id is None:
            raise NotFound(N_("There is no such question."))
        person = signatures.prove(actor=actor, password=password)
        asker = _asker(row)
        double_checks.may_stand_beside(asker, actor, double_checks.ACT)
        if not (asker.roles | actor.roles) & DOCTORS:
            raise PermissionDenied(N_("One of the two must be a doctor."))
        found = waiting(clinic=actor.clinic, encounter=row.encounter_id, at=at)
        asked = next((o for o in found if o.asked.id == row.pk), None)
        if asked is None:
            raise NotNow(N_("What was seen has changed since: it must be asked anew."))
        saved = _passed(row, asked.item, person, asker, at)
        if not overrides.asked(clinic=actor.clinic, encounter=row.encounter_id):
            worklist.finish_within(actor=actor, at=at, kind=KIND, patient=row.patient_id)
        detail = {"rule": saved.rule, "by": str(saved.by_id), "second": str(saved.second_id)}
        return Done(subject_kind="finding_override", subject=saved.pk, detail=detail)

    perform("infusion.beside", actor=actor, uid=uid, at=at, work=work)


def _asker(row: Decision) -> Actor:
    asked_by = Practitioner.of(row.clinic_id).filter(pk__in=[row.by_id])
    user = asked_by.values_list("user_id", flat=True).first()
    found = None if user is None else accounts.actor_of(user=user)
    if found is None:
        raise PermissionDenied(N_("Who asked no longer works here."))
    return found


def _passed(
    row: Decision, item: Item, person: Practitioner, asker: Actor, at: datetime
) -> FindingOverride:
    is_doctor = bool(asker.roles & DOCTORS)
    doctor, beside = (row.by_id, person.pk) if is_doctor else (person.pk, row.by_id)
    saved: FindingOverride = FindingOverride.objects.add(
        clinic_id=row.clinic_id, patient_id=row.patient_id, encounter_id=row.encounter_id,
        decision=row, rule=item.finding.rule, severity=item.finding.severity.value,
        reason_id=row.reason_id, second_id=beside, recorded_at=at, by_id=doctor,
    )  # fmt: skip
    return saved


def _stands(asked: AskedView, item: Item | None, at: datetime) -> bool:
    if item is None or not item.blocks or not item.may_be_overridden:
        return False
    return at - asked.at <= HOLDS and gate.same(asked, item, at)
