"""Monitors seen, whom they speak for, and what could not be charted, with the reason."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Count, Max

from reprieve.records.models import (
    Device,
    DeviceAssociation,
    Frame,
    ParkedDecision,
    ParkedFrame,
    ParkedMessage,
    UnmappedCode,
)

PAGE = 100
MOST_ROWS = 3000  # two days of one monitor, a row a minute
PAUSE_MS = 300_000


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
class Run:
    """What one monitor said without a pause that was not charted: a row for each minute.

    `first` and `newest` are the ends; `numbers` names every row, `messages` counts what came.
    """

    newest: Parked
    first: Parked
    numbers: tuple[int, ...]
    messages: int


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


def parked(*, clinic: uuid.UUID) -> tuple[Run, ...]:
    """This function will list what waits for a person, newest first, in stretches.

    A monitor that speaks without a pause is one line. Minutes beyond `MOST_ROWS` show when newer
    ones are dealt with.
    """
    rows = _waiting(clinic).exclude(kind__in=("training", "alert")).order_by("-pk")
    runs = _runs([_parked(row) for row in rows.defer("ciphertext")[:MOST_ROWS]])
    return _counted(runs[:PAGE])


def run_to(*, clinic: uuid.UUID, number: int) -> Run | None:
    """This function will return the stretch of waiting messages that ends with one, or None."""
    last = _waiting(clinic).filter(pk=number).defer("ciphertext").first()
    if last is None:
        return None
    rows = _waiting(clinic).filter(
        sender=last.sender, bed=last.bed, kind=last.kind, pk__lte=number
    ).order_by("-pk")  # fmt: skip
    runs = _runs([_parked(row) for row in rows.defer("ciphertext")[:MOST_ROWS]])
    return _counted(runs[:1])[0]


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


def _runs(rows: Sequence[Parked]) -> list[Run]:
    """Put rows, the newest first, together: one sender, one reason, no longer pause."""
    runs: dict[tuple[str, str, str, str], list[list[Parked]]] = {}
    for row in rows:
        same = runs.setdefault((row.sender, row.bed, row.kind, row.reason), [])
        if same and same[-1][-1].received_ms - row.received_ms <= PAUSE_MS:
            same[-1].append(row)
        else:
            same.append([row])
    found = [
        Run(newest=run[0], first=run[-1], numbers=tuple(row.number for row in run), messages=0)
        for same in runs.values() for run in same
    ]  # fmt: skip
    return sorted(found, key=lambda run: -run.newest.number)


def _counted(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Count the messages of each; a row without values of its minute is one."""
    every = [number for run in runs for number in run.numbers]
    rows = ParkedFrame.objects.filter(parked__in=every).values_list("parked_id")
    counts = dict(rows.annotate(n=Count("pk")))
    return tuple(
        replace(run, messages=sum(counts.get(number, 1) for number in run.numbers)) for run in runs
    )


def _heard_ms(row: Device) -> int | None:
    """The newest message, charted or parked; a charted one by the link's newest frame."""
    newest = (
        Frame.objects.filter(association__device=row)
        .order_by("-association_id", "-measured_ms")
        .values_list("recorded_ms", flat=True)
        .first()
    )
    told = (newest, *_parked_last(row))
    return max((t for t in told if t is not None), default=None)


def _parked_last(row: Device) -> tuple[int | None, int | None]:
    """When the newest parked message came, and the newest of its minute."""
    rows = ParkedMessage.objects.filter(clinic_id=row.clinic_id, sender=row.sender, bed=row.bed)
    last = rows.order_by("-pk").values_list("pk", "received_ms").first()
    if last is None:
        return None, None
    beside = ParkedFrame.objects.filter(parked=last[0]).aggregate(last=Max("recorded_ms"))
    return last[1], beside["last"]


def _parked(row: ParkedMessage) -> Parked:
    return Parked(
        number=row.pk, received_ms=row.received_ms, measured_ms=row.measured_ms,
        sender=row.sender, bed=row.bed, kind=row.kind, reason=row.reason,
    )  # fmt: skip
