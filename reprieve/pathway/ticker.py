"""What time does by itself: one holder of the lease drives it, whichever process that is."""

from __future__ import annotations

from django.db import transaction

from reprieve.knowledge import N_
from reprieve.monitoring import events as ev
from reprieve.pathway import alarm_fold, clock, orders, risk
from reprieve.records import access, anchors, audit, changes
from reprieve.records.models import AlarmTransition, InfusionState, Lease
from reprieve.records.queries import clinics, courses

LEASE = "ticker"
BEYOND_ORDER = N_("more given than ordered: has the pump stopped?")
LEASE_MS = 3_000
# A lease that ends later than this was taken before the machine's clock was set back.
BELIEVED_MS = 60_000
DAY_MS = 86_400_000


def hold(*, holder: str, at_ms: int) -> bool:
    """This function will take or renew the lease; False while another holds it."""
    with transaction.atomic():
        row = Lease.objects.select_for_update().filter(name=LEASE).first()
        if row is None:
            Lease.objects.get_or_create(name=LEASE, defaults={"holder": holder, "until_ms": 0})
            row = Lease.objects.select_for_update().get(name=LEASE)
        if row.holder != holder and at_ms < row.until_ms <= at_ms + BELIEVED_MS:
            return False
        row.holder, row.until_ms = holder, at_ms + LEASE_MS
        row.save()
    return True


def is_held(*, at_ms: int) -> bool:
    """This function will tell whether somebody held the lease at a moment or later."""
    found = Lease.objects.filter(name=LEASE, until_ms__gt=at_ms)
    return found.filter(until_ms__lte=at_ms + BELIEVED_MS).exists()


def release(*, holder: str) -> None:
    """This function will give the lease back, so that the next process need not wait."""
    Lease.objects.filter(name=LEASE, holder=holder).update(until_ms=0)


def tick_alarms(*, at_ms: int) -> int:
    """This function will let time pass for every watched infusion whose alarms are due."""
    due = 0
    for row in InfusionState.objects.every().filter(state__in=alarm_fold.WATCHED):
        if not row.alarm_fold or row.alarm_fold.get("wake_ms", 0) > at_ms:
            continue
        with transaction.atomic():
            alarm_fold.fold(
                clinic=row.clinic_id,
                encounter=row.encounter_id,
                events=[ev.Tick(at_ms=at_ms)],
                recorded_ms=at_ms,
            )
            changes.announce(
                clinic=row.clinic_id, topic="infusion", subject=row.encounter_id, at_ms=at_ms
            )
        due += 1
    return due


def watch_orders(*, at_ms: int) -> int:
    """This function will alarm when a running infusion has given more than its order allows.

    A pump that ran past its volume, or a stop that nobody typed, must not pass in silence. It
    alarms once; the ladder and its reminders see to it that somebody answers.
    """
    beyond = 0
    for row in InfusionState.objects.every().filter(state="running"):
        order = orders.session_order(clinic=row.clinic_id, encounter=row.encounter_id)
        given = courses.of(clinic=row.clinic_id, encounter=row.encounter_id).given_ug(at_ms)
        if order is None or given <= order.max_total_ug or _said(row, BEYOND_ORDER):
            continue
        with transaction.atomic():
            alarm_fold.raise_deviation(
                clinic=row.clinic_id, encounter=row.encounter_id, at_ms=at_ms, says=BEYOND_ORDER
            )
            changes.announce(
                clinic=row.clinic_id, topic="infusion", subject=row.encounter_id, at_ms=at_ms
            )
        beyond += 1
    return beyond


def _said(row: InfusionState, says: str) -> bool:
    rows = AlarmTransition.objects.filter(clinic_id=row.clinic_id, encounter_id=row.encounter_id)
    return rows.filter(detail__limit=says).exists()


def escalate_risk() -> int:
    """This function will hand alerts about a patient's life on, in each clinic's own time."""
    return sum(
        risk.escalate_due(clinic=clinic.id, at=clock.now(clinic.id)) for clinic in clinics.clinics()
    )


def seal() -> int:
    """This function will link new audit and access rows into their chains."""
    return audit.seal() + access.seal()


def anchor() -> int:
    """This function will keep the ends of the chains outside the database."""
    return anchors.drop(at=clock.real())


def tidy(*, at_ms: int) -> None:
    """This function will remove what is kept for a day only: raw traffic and old notices."""
    from datetime import UTC, datetime

    from reprieve.pathway import feed

    feed.forget_raw(before=datetime.fromtimestamp((at_ms - DAY_MS) / 1000, UTC))
    changes.forget(at_ms - DAY_MS)
