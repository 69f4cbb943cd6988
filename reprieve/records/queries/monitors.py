"""Monitors seen, whom they speak for, and what could not be charted, with the reason."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import Max

from reprieve.records.models import (
    Device,
    DeviceAssociation,
    Frame,
    ParkedDecision,
    ParkedMessage,
    UnmappedCode,
)

PAGE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """One device: what it calls itself and its bed, when last heard, and the open link if any."""

    id: uuid.UUID
    sender: str
    bed: str
    heard_ms: int | None
    encounter: uuid.UUID | None
    patient: uuid.UUID | None
    linked_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """A message that was not charted, without its content."""

    number: int
    received_ms: int
    measured_ms: int | None
    sender: str
    bed: str
    kind: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unmapped:
    """A code that no dialect knows, with the first value seen under it."""

    sender: str
    code: str
    first_ms: int
    example: str


def monitors(*, clinic: uuid.UUID) -> tuple[Monitor, ...]:
    """This function will list every monitor that ever spoke to the clinic, last heard first."""
    links = {
        link.device_id: link
        for link in DeviceAssociation.objects.filter(
            clinic_id=clinic, until_ms__isnull=True
        ).select_related("encounter")
    }
    found = [_monitor(row, links.get(row.pk)) for row in Device.of(clinic)]
    return tuple(sorted(found, key=lambda m: (-(m.heard_ms or 0), m.sender, m.bed)))


def parked(*, clinic: uuid.UUID, size: int = PAGE) -> tuple[Parked, ...]:
    """This function will list messages that wait for a person, newest first."""
    rows = _waiting(clinic).exclude(kind__in=("training", "alert")).order_by("-received_ms", "-id")
    return tuple(_parked(row) for row in rows[:size])


def one_parked(*, clinic: uuid.UUID, number: int) -> Parked | None:
    """This function will return one parked message, decided on or not, or None."""
    row = ParkedMessage.objects.filter(clinic_id=clinic, pk=number).first()
    return None if row is None else _parked(row)


def contradictions(*, clinic: uuid.UUID) -> tuple[Parked, ...]:
    """This function will list messages that name another patient than the linked one."""
    rows = _waiting(clinic).filter(kind="contradiction").order_by("-received_ms", "-id")
    return tuple(_parked(row) for row in rows[:PAGE])


def training(*, clinic: uuid.UUID) -> int:
    """This function will count senders and days of test traffic, which is charted nowhere."""
    return ParkedMessage.objects.filter(clinic_id=clinic, kind="training").count()


def unmapped(*, clinic: uuid.UUID) -> tuple[Unmapped, ...]:
    """This function will list the codes that no dialect knows, newest first."""
    rows = UnmappedCode.of(clinic).order_by("-first_ms", "sender", "code")
    return tuple(
        Unmapped(sender=r.sender, code=r.code, first_ms=r.first_ms, example=r.example) for r in rows
    )


def _waiting(clinic: uuid.UUID):  # type: ignore[no-untyped-def]  # a queryset
    decided = ParkedDecision.of(clinic).values("parked_id")
    return ParkedMessage.objects.filter(clinic_id=clinic).exclude(pk__in=decided)


def _monitor(row: Device, link: DeviceAssociation | None) -> Monitor:
    return Monitor(
        id=row.pk,
        sender=row.sender,
        bed=row.bed,
        heard_ms=_heard_ms(row),
        encounter=None if link is None else link.encounter_id,
        patient=None if link is None else link.encounter.patient_id,
        linked_ms=None if link is None else link.from_ms,
    )


def _heard_ms(row: Device) -> int | None:
    """The newest message, charted or parked; a charted one by the link's newest frame."""
    newest = (
        Frame.objects.filter(association__device=row)
        .order_by("-association_id", "-measured_ms")
        .values_list("recorded_ms", flat=True)
        .first()
    )
    parked_ms = ParkedMessage.objects.filter(
        clinic_id=row.clinic_id, sender=row.sender, bed=row.bed
    ).aggregate(last=Max("received_ms"))["last"]
    return max((t for t in (newest, parked_ms) if t is not None), default=None)


def _parked(row: ParkedMessage) -> Parked:
    return Parked(
        number=row.pk, received_ms=row.received_ms, measured_ms=row.measured_ms,
        sender=row.sender, bed=row.bed, kind=row.kind, reason=row.reason,
    )  # fmt: skip
