"""Counts of the whole installation for whoever watches the server: no clinic, no person."""

from __future__ import annotations

from datetime import datetime

from reprieve.records import audit
from reprieve.records.models import InfusionState, OutboxMessage, ParkedMessage, WorkItem


def counts(*, at: datetime) -> dict[str, float]:
    """This function will count what is open, waiting, failed or late, in all clinics together."""
    loose, oldest = audit.unsealed()
    outbox = OutboxMessage.objects.every()
    work = WorkItem.objects.every().filter(state__in=("open", "seen"))
    return {
        "infusions_open": InfusionState.objects.every().filter(
            started_ms__isnull=False, ended_ms__isnull=True
        ).count(),
        "audit_unsealed": loose,
        "audit_unsealed_age_s": (at - oldest).total_seconds() if oldest else 0.0,
        "messages_waiting": outbox.filter(state="waiting").count(),
        "messages_failed": outbox.filter(state="failed").count(),
        "messages_parked": ParkedMessage.objects.count(),
        "work_open": work.count(),
        "work_overdue": work.filter(due_at__lt=at).count(),
    }  # fmt: skip
