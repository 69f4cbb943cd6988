"""For the day without computers: each morning somebody is asked to print the downtime pack."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta

from django.db import transaction

from reprieve.pathway import clock, worklist
from reprieve.pathway.permissions import NURSE, system
from reprieve.records.models import Appointment, WorkItem
from reprieve.records.queries import clinics
from reprieve.records.queries.treatments import zone_of

KIND = "downtime_pack"
FROM = time(5)
BEFORE_FIRST = timedelta(minutes=30)


def ask_every_clinic() -> int:
    """This function will ask in each clinic's own morning, and return how many were asked."""
    return sum(ask(clinic=c.id, at=clock.now(c.id)) for c in clinics.clinics())


def ask(*, clinic: uuid.UUID, at: datetime) -> bool:
    """This function will open one work item a day when infusions are booked for today."""
    local = at.astimezone(zone_of(clinic))
    if local.time() < FROM:
        return False
    start = datetime.combine(local.date(), time(), tzinfo=local.tzinfo)
    end = datetime.combine(local.date() + timedelta(days=1), time(), tzinfo=local.tzinfo)
    booked = Appointment.of(clinic).filter(kind="infusion", starts_at__gte=start, starts_at__lt=end)
    first = booked.exclude(status="cancelled").order_by("starts_at").first()
    asked = WorkItem.of(clinic).filter(kind=KIND, opened_at__gte=start)
    if first is None or asked.exists():
        return False
    with transaction.atomic():
        worklist.open_item(
            actor=system(clinic, "downtime"), at=at, kind=KIND, owner_role=NURSE,
            due_at=max(at, first.starts_at - BEFORE_FIRST),
        )  # fmt: skip
    return True
