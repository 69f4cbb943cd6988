"""What somebody must do by a time: opened, seen, escalated, done. Nothing drops in silence."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import N_
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.pathway.work_sight import refuse_unseen
from reprieve.records import audit, changes, notes
from reprieve.records.models import WorkItem, WorkItemEvent

OPEN = ("open", "seen")
# Kinds that only their own step may close, since closing them decides something.
OWN_STEP = frozenset({
    "clinician_review", "call_24h", "booster_proposal", "follow_up_visit", "cosign",
    "ledger_discrepancy", "loss_notice", "loss_form", "emergency_review", "harm_stop",
    "second_wanted", "drug_undrawn", "adverse_event", "evaluation_review", "not_come",
})  # fmt: skip


def open_item(
    *,
    actor: Actor,
    at: datetime,
    kind: str,
    owner_role: str,
    due_at: datetime,
    patient: uuid.UUID | None = None,
    encounter: uuid.UUID | None = None,
    owner: uuid.UUID | None = None,
    text: str = "",
) -> uuid.UUID:
    """This function will open a work item inside the caller's act and return its id.

    `owner` names the person asked first; `text` is free text, kept encrypted.
    """
    item: WorkItem = WorkItem.objects.add(
        clinic_id=actor.clinic, kind=kind, patient_id=patient, encounter_id=encounter,
        owner_role=owner_role, opened_at=at, due_at=due_at,
    )  # fmt: skip
    _event(item, "opened", actor=actor, at=at, owner=owner, text=text)
    return item.pk


def already_open(*, clinic: uuid.UUID, kind: str, patient: uuid.UUID) -> uuid.UUID | None:
    """This function will return the patient's open item of a kind, so that none is made twice."""
    rows = WorkItem.of(clinic).filter(kind=kind, patient_id=patient, state__in=OPEN)
    return rows.order_by("opened_at").values_list("id", flat=True).first()


def locked_open(*, clinic: uuid.UUID, kind: str, patient: uuid.UUID) -> WorkItem | None:
    """This function will lock the patient's open item of a kind, before what it rests on is read.

    Of two who settle the last two things that it waits for, the later sees what the first did.
    """
    rows = WorkItem.of(clinic).filter(kind=kind, patient_id=patient, state__in=OPEN)
    found: WorkItem | None = rows.select_for_update().order_by("opened_at").first()
    return found


def open_once(
    *, actor: Actor, at: datetime, kind: str, owner_role: str, due_at: datetime,
    patient: uuid.UUID, text: str = "",
) -> uuid.UUID:  # fmt: skip
    """This function will open an item of a kind for a patient, or return the one that is open."""
    known = already_open(clinic=actor.clinic, kind=kind, patient=patient)
    return known or open_item(
        actor=actor, at=at, kind=kind, owner_role=owner_role, due_at=due_at, patient=patient,
        text=text,
    )  # fmt: skip


def closed_since(
    *, clinic: uuid.UUID, kind: str, patient: uuid.UUID, since: datetime
) -> bool:
    """This function will tell whether somebody closed an item of a kind at a moment or later."""
    rows = WorkItemEvent.of(clinic).filter(item__kind=kind, item__patient_id=patient)
    return rows.filter(kind="done", recorded_at__gte=since).exists()


def answered_since(
    *, clinic: uuid.UUID, kind: str, patient: uuid.UUID, since: datetime
) -> bool:
    """This function will tell whether somebody closed an item of a kind by a word, not by doing
    something that ended it, at a moment or later.
    """
    rows = WorkItemEvent.of(clinic).filter(item__kind=kind, item__patient_id=patient)
    return rows.filter(kind="done", note__isnull=False, recorded_at__gte=since).exists()


def acknowledge(*, actor: Actor, uid: uuid.UUID, at: datetime, item: uuid.UUID) -> None:
    """This function will note that a person has taken a work item on."""
    _handle("seen", actor=actor, uid=uid, at=at, item=item, text="")


def finish(*, actor: Actor, uid: uuid.UUID, at: datetime, item: uuid.UUID, text: str = "") -> None:
    """This function will close a work item, with what was done."""
    _handle("done", actor=actor, uid=uid, at=at, item=item, text=text)


def finish_within(
    *, actor: Actor, at: datetime, kind: str, patient: uuid.UUID, text: str = ""
) -> int:
    """This function will close the patient's open items of a kind, inside the caller's act."""
    rows = list(
        WorkItem.of(actor.clinic)
        .select_for_update()
        .filter(kind=kind, patient_id=patient, state__in=OPEN)
    )
    for row in rows:
        _move(row, "done", actor=actor, at=at, text=text)
    return len(rows)


def take_on(*, actor: Actor, at: datetime, item: WorkItem, due_at: datetime) -> None:
    """This function will note inside an act that a person took an item on, until a new deadline."""
    item.due_at = due_at
    item.save(update_fields=["due_at"])
    _move(item, "seen", actor=actor, at=at, text="")


def tried(*, actor: Actor, at: datetime, item: WorkItem, text: str = "") -> None:
    """This function will note inside an act that a person tried, with what they say about it.

    The deadline stays: however often somebody tries in vain, the item grows overdue.
    """
    item.state = "seen"
    item.save(update_fields=["state"])
    _event(item, "tried", actor=actor, at=at, owner=actor.practitioner, text=text)


def close(*, actor: Actor, at: datetime, item: WorkItem, text: str = "") -> None:
    """This function will close one item, locked by the caller, inside the caller's act."""
    _move(item, "done", actor=actor, at=at, text=text)


def _handle(
    kind: str, *, actor: Actor, uid: uuid.UUID, at: datetime, item: uuid.UUID, text: str
) -> None:
    def work() -> Done:
        row = WorkItem.of(actor.clinic).select_for_update().filter(pk=item).first()
        if row is None:
            raise NotFound(N_("There is no such work item."))
        if row.state not in OPEN:
            raise NotNow(N_("This is already done."))
        if row.kind in OWN_STEP:
            raise NotNow(N_("A clinician answers this on the patient's own page."))
        _move(row, kind, actor=actor, at=at, text=text)
        return Done(subject_kind="work_item", subject=row.pk, detail={"kind": kind})

    refuse_unseen(actor=actor, act="work.handle", at=at, item=item)
    perform("work.handle", actor=actor, uid=uid, at=at, work=work)


def _move(row: WorkItem, kind: str, *, actor: Actor, at: datetime, text: str) -> None:
    row.state = kind
    row.save(update_fields=["state"])
    _event(row, kind, actor=actor, at=at, owner=actor.practitioner, text=text)


def escalate(
    *, actor: Actor, at: datetime, item: WorkItem, owner: uuid.UUID | None, due_at: datetime
) -> None:
    """This function will hand an overdue item to the next person, with a new deadline."""
    item.level += 1
    item.due_at = due_at
    item.state = "open"
    item.save(update_fields=["level", "due_at", "state"])
    _event(item, "escalated", actor=actor, at=at, owner=owner, text="")
    audit.record(
        clinic=item.clinic_id, at=at, actor=actor.label, action="work.escalate",
        subject_kind="work_item", subject=item.pk, detail={"level": item.level},
    )  # fmt: skip


def _event(
    item: WorkItem, kind: str, *, actor: Actor, at: datetime, owner: uuid.UUID | None, text: str
) -> None:
    note = notes.optional(
        text, clinic=item.clinic_id, at=at, by=actor.practitioner, patient=item.patient_id
    )
    WorkItemEvent.objects.add(
        clinic_id=item.clinic_id, item=item, kind=kind, owner_id=owner, note=note,
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    changes.announce(
        clinic=item.clinic_id, topic="work", subject=item.pk, at_ms=round(at.timestamp() * 1000)
    )
