"""Take what is due from the outbox, note each try, and let a person try again.

A message is sent at least once: who takes it owns it for some minutes, and a process that dies
meanwhile leaves it to the next. Its number never changes, so a receiver can tell a repeat.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q

from reprieve.knowledge import N_
from reprieve.pathway import clock, message_ways, messages, text_by_mail, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import DESK, Actor, system
from reprieve.records import changes
from reprieve.records.models import OutboxAttempt, OutboxMessage
from reprieve.records.queries import booking, closings, reminder_choices
from reprieve.records.queries import patients as patient_queries
from reprieve.records.queries.booking import AppointmentView
from reprieve.records.queries.patients import PatientView

OWNED_FOR = timedelta(minutes=5)
WAITS = tuple(timedelta(minutes=m) for m in (1, 5, 15, 60, 240))
MOST_TRIES = len(WAITS) + 1
LARGEST_BATCH = 50
# What is due as the quiet hours begin is seen some seconds later, or after a full batch.
LATE_LOOK = timedelta(minutes=10)
FAILED_WORK = "message_failed"
ANSWER_WITHIN = timedelta(hours=4)
LONGEST_ERROR = 200
# A text in these states may have been taken by the gateway, once it was tried.
HANDED_OVER = frozenset({"waiting", "sent", "arrived"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message to send now, with what its words need. `sequence` counts changes of the visit."""

    id: uuid.UUID
    clinic: uuid.UUID
    channel: str
    template: str
    to: str
    phone: str
    language: str
    created_at: datetime
    appointment: AppointmentView | None = None
    sequence: int = 0
    patient: uuid.UUID | None = None
    is_patients: bool = False  # it goes to the address on file of the patient it is about
    params: Mapping[str, Any] = field(default_factory=dict)


def take(*, clinic: uuid.UUID, at: datetime, quiet_since: datetime | None) -> list[Due]:
    """This function will take the messages that are due; nobody else gets them for five minutes.

    What nobody must be disturbed for waits while it is quiet; `quiet_since` is when these hours
    began, None outside them. What came too late is dropped.
    """
    with transaction.atomic():
        rows = OutboxMessage.of(clinic).select_for_update().filter(state="waiting", due_at__lte=at)
        if quiet_since is not None:
            rows = rows.exclude(_must_wait(at, quiet_since))
        due = [_due(row) for row in rows.order_by("due_at", "id")[:LARGEST_BATCH]]
        late = {d.id for d in due if _is_over(d, at)}
        OutboxMessage.of(clinic).filter(pk__in=late).update(state="expired")
        tried = _were_tried(clinic, late)
        for one in due:
            # A text that kept failing until now, or one that failed and whose mail is too late.
            if one.id in tried or (one.id in late and text_by_mail.is_instead(one.params)):
                _ask_to_call(one, at)
        unwanted = _unwanted(clinic, due)
        OutboxMessage.of(clinic).filter(pk__in=unwanted).update(state="withdrawn")
        taken = [d for d in due if d.id not in late | unwanted]
        ways = {d.id: d.channel for d in taken}
        for row in OutboxMessage.of(clinic).filter(pk__in=ways):
            row.attempts, row.due_at = row.attempts + 1, at + OWNED_FOR
            row.channel = ways[row.pk]
            row.save(update_fields=["attempts", "due_at", "channel"])
    return taken


def _must_wait(at: datetime, quiet_since: datetime) -> Q:
    """What disturbs waits for the morning, but not what was due just as the quiet hours began."""
    disturbs = Q(template__in=messages.DISTURBING)
    if at > quiet_since + LATE_LOOK:
        return disturbs
    return disturbs & ~Q(due_at__range=(quiet_since - LATE_LOOK, quiet_since))


def _unwanted(clinic: uuid.UUID, due: list[Due]) -> set[uuid.UUID]:
    """Reminders to patients who want none, and whatever goes to somebody who moved away or died.

    What patients asked for themselves still goes out to the others.
    """
    asked = [d for d in due if d.template in messages.DISTURBING and d.patient is not None]
    no = reminder_choices.stopped(clinic=clinic, patients=[d.patient for d in asked if d.patient])
    theirs = [d for d in due if d.is_patients and d.patient is not None]
    gone = closings.silent(clinic=clinic, patients=[d.patient for d in theirs if d.patient])
    return {d.id for d in asked if d.patient in no} | {d.id for d in theirs if d.patient in gone}


def _were_tried(clinic: uuid.UUID, late: set[uuid.UUID]) -> set[uuid.UUID]:
    """Those that were tried at least once, also before a person let them be tried again."""
    rows = OutboxMessage.of(clinic).filter(pk__in=late)
    return set(rows.filter(Q(attempts__gt=0) | Q(tries__isnull=False)).values_list("pk", flat=True))


def _is_over(due: Due, at: datetime) -> bool:
    until = due.params.get("expires_at")
    return until is not None and datetime.fromisoformat(until) <= at


def _due(row: OutboxMessage) -> Due:
    to, params = messages.content(row)
    clinic = row.clinic_id
    who = patient_queries.one(clinic=clinic, patient=row.patient_id) if row.patient_id else None
    about = row.appointment_id
    visit = booking.one(clinic=clinic, appointment=about) if about else None
    return Due(
        id=row.pk, clinic=clinic, channel=_channel(row, to, params, who), template=row.template,
        to=to or (who.identity.email if who else ""), phone=who.identity.phone if who else "",
        language=who.language if who else "en", created_at=row.created_at, appointment=visit,
        sequence=_sequence(row), patient=row.patient_id, is_patients=not to, params=params,
    )  # fmt: skip


def _channel(
    row: OutboxMessage, to: str, params: Mapping[str, Any], who: PatientView | None
) -> str:
    """A reminder goes by the way that its patient chose, or by what reaches them when it is due."""
    if to or who is None or row.template not in messages.DISTURBING:
        return row.channel
    if text_by_mail.is_instead(params):
        return row.channel
    way = message_ways.of_reminders(
        clinic=row.clinic_id, patient=who.id, who=who.identity
    )
    return way or row.channel


def _sequence(row: OutboxMessage) -> int:
    """How often the visit had changed when this message was written: the same on every try."""
    if row.appointment_id is None:
        return 0
    past = booking.history(clinic=row.clinic_id, appointment=row.appointment_id)
    return sum(kind in {"moved", "cancelled"} and at <= row.created_at for kind, at, _ in past)


def sent(*, due: Due, at: datetime, kept: bool = False) -> None:
    """This function will note that a message went out; `kept` is a demo's, which goes nowhere."""
    _end(due, at, state="kept" if kept else "sent", error="", due_at=at)


def failed(*, due: Due, at: datetime, error: str, for_good: bool) -> None:
    """This function will note a failed try and when the next one is due.

    `error` names the fault and never the address. After the last try that comes before it
    expires, or at once when it is `for_good`, a reminder by text goes by mail where it may; else
    the desk gets it as work.
    """
    tries = OutboxMessage.of(due.clinic).values_list("attempts", flat=True).get(pk=due.id)
    if for_good or tries >= MOST_TRIES or _is_over(due, at + WAITS[tries - 1]):
        _end(due, at, state="failed", error=error, due_at=at)
        return
    _end(due, at, state="waiting", error=error, due_at=at + WAITS[tries - 1])


def _end(
    due: Due, at: datetime, *, state: str, error: str, due_at: datetime,
    over: frozenset[str] = frozenset({"waiting"}),
) -> None:  # fmt: skip
    """Note how a try ended. Only a state in `over` gives way: a receipt may be here already."""
    with transaction.atomic():
        row = OutboxMessage.of(due.clinic).select_for_update().get(pk=due.id)
        moves = row.state in over
        if moves:
            row.state, row.due_at = state, due_at
            row.save(update_fields=["state", "due_at"])
        OutboxAttempt.objects.add(
            clinic_id=due.clinic, message=row, succeeded=not error, error=error[:LONGEST_ERROR],
            recorded_at=at,
        )  # fmt: skip
        if moves and state == "failed" and not text_by_mail.follow(row, at=at, error=error):
            _ask_to_call(due, at)
        changes.announce(
            clinic=due.clinic, topic="outbox", subject=row.pk, at_ms=clock.ms(at)
        )


def _ask_to_call(due: Due, at: datetime) -> None:
    """The desk gets it as work, but calls nobody who moved away or died meanwhile."""
    theirs = [due.patient] if due.is_patients and due.patient else []
    if closings.silent(clinic=due.clinic, patients=theirs):
        return
    worklist.open_item(
        actor=system(due.clinic, "outbox"), at=at, kind=FAILED_WORK, owner_role=DESK,
        due_at=at + ANSWER_WITHIN, patient=due.patient,
    )  # fmt: skip


def receipt(*, message: uuid.UUID, at: datetime, arrived: bool, reason: str = "") -> bool:
    """This function will note what the text gateway says of a text it took; False: unknown text.

    It may come before the sender has noted that the text went out, or after it gave up waiting
    for the gateway's answer: it counts then too. One that did not arrive is handled as a failed
    one is.
    """
    rows = OutboxMessage.objects.every().filter(pk=message, state__in=HANDED_OVER)
    row = rows.exclude(state="waiting", attempts=0).first()
    if row is None:
        return False
    _end(
        _due(row), at, state="arrived" if arrived else "failed", due_at=at,
        error="" if arrived else f"the gateway could not deliver it: {reason or 'no reason'}",
        over=HANDED_OVER,
    )  # fmt: skip
    return True


def retry(*, actor: Actor, uid: uuid.UUID, at: datetime, message: uuid.UUID) -> None:
    """This function will let a failed message be tried again from now on.

    A mail that still waits in place of a text is withdrawn: one of them goes out.
    """

    def work() -> Done:
        row = OutboxMessage.of(actor.clinic).select_for_update().filter(pk=message).first()
        if row is None:
            raise NotFound(N_("There is no such message."))
        if row.state != "failed":
            raise NotNow(N_("Only a message that failed can be tried again."))
        row.state, row.attempts, row.due_at = "waiting", 0, at
        row.save(update_fields=["state", "attempts", "due_at"])
        text_by_mail.take_back(row)
        if row.patient_id:
            worklist.finish_within(
                actor=actor, at=at, kind=FAILED_WORK, patient=row.patient_id
            )
        return Done(subject_kind="outbox", subject=row.pk)

    perform("outbox.retry", actor=actor, uid=uid, at=at, work=work)
