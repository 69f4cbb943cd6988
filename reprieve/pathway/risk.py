"""The suicide-risk path: heard at once, a named clinician by a deadline, the next one after it.

An answer about thoughts of death, a diary's mood alarm or what is said on the phone opens it. A
clinician answers with the C-SSRS screener; moderate and high stay open until a clinician clears
them with a reason. The work item's name tells the desk no more than "clinician review needed".
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db import transaction

from reprieve.clinical.instruments import Score
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import observations, patients, risk_call, staff_calls, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import CLINICIANS, PHYSICIAN, Actor, system
from reprieve.records.models import WorkItem
from reprieve.records.queries import risk as state
from reprieve.records.queries.risk import CLEARED, GRAVE, KIND, OPEN, SCREENER, RiskView

FLAG = "suicide-risk"
STATEMENT = "suicidal_statement"
LONGEST_REASON = 4000


def heard(
    *,
    actor: Actor,
    at: datetime,
    patient: uuid.UUID,
    score: Score,
    complete: bool,
    encounter: uuid.UUID | None = None,
) -> bool:
    """This function will open or answer the path from a form's flags, inside the caller's act.

    Returns whether the crisis text must be shown now.
    """
    flagged = any(raised.flag.startswith(FLAG) for raised in score.flags)
    answered = score.instrument == SCREENER and complete and _is_clinician(actor)
    if answered and state.state(clinic=actor.clinic, patient=patient) not in GRAVE:
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)
    elif flagged:
        alert(actor=actor, at=at, patient=patient, encounter=encounter)
    return flagged


def alert(
    *, actor: Actor, at: datetime, patient: uuid.UUID, encounter: uuid.UUID | None = None
) -> uuid.UUID:
    """This function will open an alert inside the caller's act, or return the one that is open.

    Diary and the 24-hour call use it too. The clinician on call is told by mail and text
    without a health word.
    """
    running = worklist.already_open(clinic=actor.clinic, kind=KIND, patient=patient)
    if running is not None:
        return running
    owner = risk_call.person(clinic=actor.clinic, at=at, level=0)
    item = worklist.open_item(
        actor=actor, at=at, kind=KIND, owner_role=PHYSICIAN, patient=patient, encounter=encounter,
        due_at=risk_call.deadline(clinic=actor.clinic, at=at),
        owner=owner.id if owner else None,
    )  # fmt: skip
    staff_calls.call(owner, clinic=actor.clinic, at=at)
    return item


def report(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, text: str
) -> uuid.UUID:
    """This function will open an alert because of what a patient said. Raises BadValue("text")."""
    said = _reason("text", text)

    def work() -> Done:
        patients.get(clinic=actor.clinic, patient=patient)
        observations.write(
            [Told(code=STATEMENT, value=True)], actor=actor, at=at, measured_at=at,
            patient=patient, note=said,
        )  # fmt: skip
        item = alert(actor=actor, at=at, patient=patient)
        return Done(subject_kind="work_item", subject=item)

    return uuid.UUID(perform("risk.handle", actor=actor, uid=uid, at=at, work=work)["id"])


def acknowledge(*, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID) -> None:
    """This function will note that a clinician has taken the alert on, with time to act.

    Raises NotNow when nothing is open.
    """

    def work() -> Done:
        item = _open(actor.clinic, patient)
        due_at = risk_call.after_seen(clinic=actor.clinic, at=at)
        worklist.take_on(actor=actor, at=at, item=item, due_at=due_at)
        return Done(subject_kind="work_item", subject=item.pk)

    perform("risk.handle", actor=actor, uid=uid, at=at, work=work)


def clear(*, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, reason: str) -> None:
    """This function will clear the risk for now: a clinician spoke with the patient.

    Raises BadValue without a reason, and NotNow when there is nothing to clear or the screener
    was not done since the alert.
    """
    said = _reason("reason", reason)

    def work() -> Done:
        patients.get(clinic=actor.clinic, patient=patient)
        now = state.view(clinic=actor.clinic, patient=patient)
        _clearable(now)
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)
        row = observations.write(
            [Told(code=CLEARED, value=True)], actor=actor, at=at, measured_at=at, patient=patient,
            note=said,
        )[0]  # fmt: skip
        return Done(subject_kind="observation", subject=row.pk, detail={"level": now.level})

    perform("risk.handle", actor=actor, uid=uid, at=at, work=work)


def escalate_due(*, clinic: uuid.UUID, at: datetime) -> int:
    """This function will hand a clinic's alerts past their deadline to the next one on call."""
    due = WorkItem.of(clinic).filter(kind=KIND, state__in=OPEN, due_at__lte=at)
    count = 0
    for item in list(due.values_list("id", flat=True)):
        with transaction.atomic():
            count += _escalate(clinic, item, at)
    return count


def _escalate(clinic: uuid.UUID, item: uuid.UUID, at: datetime) -> int:
    rows = WorkItem.of(clinic).select_for_update()
    row = rows.filter(pk=item, state__in=OPEN, due_at__lte=at).first()
    if row is None:
        return 0
    owner = risk_call.person(clinic=clinic, at=at, level=row.level + 1)
    worklist.escalate(
        actor=system(clinic, "jobs"), at=at, item=row, owner=owner.id if owner else None,
        due_at=risk_call.deadline(clinic=clinic, at=at),
    )  # fmt: skip
    staff_calls.call(owner, clinic=clinic, at=at)
    return 1


def _open(clinic: uuid.UUID, patient: uuid.UUID) -> WorkItem:
    rows = WorkItem.of(clinic).select_for_update().filter(kind=KIND, patient_id=patient)
    item: WorkItem | None = rows.filter(state__in=OPEN).order_by("opened_at").first()
    if item is None:
        raise NotFound(N_("Nothing is open for this patient."))
    return item


def _clearable(now: RiskView) -> None:
    if now.state in ("none", "low", "cleared"):
        raise NotNow(N_("There is nothing to clear."))
    if now.level is None:
        raise NotNow(N_("Do the C-SSRS screener with the patient first."))


def _is_clinician(actor: Actor) -> bool:
    return bool(actor.roles & CLINICIANS)


def _reason(field: str, text: str) -> str:
    said = text.strip()
    if not said:
        raise BadValue(field, N_("is needed"))
    if len(said) > LONGEST_REASON:
        raise BadValue(field, f"has more than {LONGEST_REASON} characters")
    return said
