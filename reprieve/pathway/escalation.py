"""Work that nobody does by its time is handed up: seen by the next role as well, and by a message.

The first owner keeps it in view; its deadline stays, so that it shows as overdue. Alerts about a
patient's life have a faster ladder of their own (`risk`), and so have alarms (`alarm_calls`).
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import transaction

from reprieve.pathway import clock, staff_calls, worklist
from reprieve.pathway.permissions import system
from reprieve.pathway.work_sight import UP
from reprieve.records.models import WorkItem
from reprieve.records.queries import clinics, people
from reprieve.records.queries.risk import KIND as RISK

STEP = timedelta(hours=24)  # default of this product, for the medical director to confirm
OWN_LADDER = (RISK, "alarm")


def escalate_every_clinic() -> int:
    """This function will hand overdue work up in each clinic, by its own clock."""
    return sum(escalate_due(clinic=one.id, at=clock.now(one.id)) for one in clinics.clinics())


def escalate_due(*, clinic: uuid.UUID, at: datetime) -> int:
    """This function will hand up what is overdue: at once, then a role higher each day."""
    due = WorkItem.of(clinic).filter(state__in=worklist.OPEN, due_at__lte=at)
    rows = due.exclude(kind__in=OWN_LADDER).order_by("due_at", "id").values_list("id", flat=True)
    count = 0
    for item in list(rows):
        with transaction.atomic():
            count += _escalate(clinic, item, at)
    return count


def _escalate(clinic: uuid.UUID, item: uuid.UUID, at: datetime) -> int:
    row = WorkItem.of(clinic).select_for_update().filter(pk=item, state__in=worklist.OPEN).first()
    if row is None or row.level >= len(UP.get(row.owner_role, ())):
        return 0
    if at < row.due_at + STEP * row.level:
        return 0
    called = people.with_role(clinic=clinic, role=UP[row.owner_role][row.level])
    worklist.escalate(
        actor=system(clinic, "jobs"), at=at, item=row, due_at=row.due_at,
        owner=called[0].id if called else None,
    )  # fmt: skip
    staff_calls.call(called[0] if called else None, clinic=clinic, at=at)
    return 1
