"""Which parked messages go together, and which of them may be charted on a visit."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from reprieve.knowledge import N_
from reprieve.pathway import infusion, parked, parked_minutes
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.feed_batch import times, told_times
from reprieve.pathway.feed_values import FeedMessage
from reprieve.records.models import (
    DeviceAssociation,
    Encounter,
    ParkedDecision,
    ParkedFrame,
    ParkedMessage,
)

DEALT_WITH = N_("This message was already dealt with.")
NOT_DURING = N_("The message was not measured during this visit.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """Rows that wait, of one monitor, reason and patient, in order.

    `others` counts the messages between them in which it calls the patient otherwise.
    """

    rows: tuple[ParkedMessage, ...]
    others: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One minute held against a visit: what may be charted on it, and what has to wait on."""

    row: ParkedMessage
    inside: tuple[FeedMessage, ...]
    outside: tuple[FeedMessage, ...]


def stretch(*, clinic: uuid.UUID, number: int, first: int | None) -> Stretch:
    """This function will find what waits from `first` to `number`, for the reason of the latter."""
    last = _waiting(clinic, number)
    if first is None or first >= number:
        return Stretch(rows=(last,), others=0)
    rows = ParkedMessage.objects.filter(
        clinic_id=clinic, sender=last.sender, bed=last.bed, kind=last.kind, reason=last.reason,
        pk__gte=first, pk__lt=number,
    )  # fmt: skip
    named = _named(last)
    decided = ParkedDecision.of(clinic).filter(parked__gte=first, parked__lt=number)
    over = set(decided.values_list("parked_id", flat=True))
    before = [row for row in rows.order_by("pk") if row.pk not in over]
    same = {row.pk for row in before if _named(row) == named}
    return Stretch(
        rows=(*(row for row in before if row.pk in same), last),
        others=counted([row.pk for row in before if row.pk not in same]),
    )


def counted(numbers: Sequence[int]) -> int:
    """This function will count the messages of rows; one without values of its minute is one."""
    rows = ParkedFrame.objects.filter(parked__in=numbers).values_list("parked_id")
    counts = dict(rows.annotate(n=Count("pk")))
    return sum(counts.get(number, 1) for number in numbers)


def of_visit(
    rows: Sequence[ParkedMessage], *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime
) -> list[Fit]:
    """This function will return the minutes of which something may be charted on a visit.

    Raises NotNow, with the reason, where there is none.
    """
    found = sort_out(rows, clinic=clinic, encounter=encounter, at=at)
    if not any(one.inside for one in found):
        told = any(one.outside for one in found)
        raise NotNow(NOT_DURING if told else N_("The message holds no value with a time."))
    return [one for one in found if one.inside]


def sort_out(
    rows: Sequence[ParkedMessage], *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime
) -> list[Fit]:
    """This function will hold each message of some rows against a visit.

    A message belongs to it if all it says was measured since the visit was opened, and never while
    the monitor spoke for another visit. Of a contradiction the latter is not asked: it names
    another patient than the linked one, and a person says which.
    """
    opened = Encounter.of(clinic).filter(pk=encounter).values_list("recorded_at", flat=True).first()
    if opened is None:
        raise NotFound(N_("There is no such infusion."))
    span = ms(opened), ms(at) + infusion.FUTURE_MS
    taken = _of_others(rows, clinic, encounter)
    return [_held_against(row, span, taken if row.kind == "unmatched" else []) for row in rows]


def _held_against(
    row: ParkedMessage, span: tuple[int, int], taken: Sequence[tuple[int, int | None]]
) -> Fit:
    inside: list[FeedMessage] = []
    outside: list[FeedMessage] = []
    if not _is_near(row, *span):
        return Fit(row=row, inside=(), outside=(parked.opened(row),))
    for message in parked_minutes.messages(row):
        said = told_times(message)
        if not said:
            continue  # nothing of it can be charted on anybody
        during = span[0] <= min(said) and max(said) <= span[1]
        anothers = any(_covers(link, at_ms) for link in taken for at_ms in times(message))
        (inside if during and not anothers else outside).append(message)
    return Fit(row=row, inside=tuple(inside), outside=tuple(outside))


def _of_others(
    rows: Sequence[ParkedMessage], clinic: uuid.UUID, encounter: uuid.UUID
) -> list[tuple[int, int | None]]:
    """When the monitor spoke for other visits than this one; rows of one monitor."""
    if not rows:
        return []
    links = DeviceAssociation.objects.filter(
        clinic_id=clinic, device__sender=rows[0].sender, device__bed=rows[0].bed
    ).exclude(encounter_id=encounter)
    return list(links.values_list("from_ms", "until_ms"))


def _covers(link: tuple[int, int | None], at_ms: int) -> bool:
    from_ms, until_ms = link
    return from_ms <= at_ms and (until_ms is None or at_ms < until_ms)


def _is_near(row: ParkedMessage, first_ms: int, last_ms: int) -> bool:
    """Whether a minute may hold something of a visit, before it is opened."""
    if row.measured_ms is None:
        return True
    return first_ms - parked.MINUTE_MS < row.measured_ms < last_ms + parked.MINUTE_MS


def _named(row: ParkedMessage) -> frozenset[str]:
    return frozenset(parked.opened(row).patient_ids)


def _waiting(clinic: uuid.UUID, number: int) -> ParkedMessage:
    found = ParkedMessage.objects.filter(clinic_id=clinic, pk=number).first()
    if found is None:
        raise NotFound(N_("There is no such message."))
    if ParkedDecision.of(clinic).filter(parked=found).exists():
        raise NotNow(DEALT_WITH)
    return found
