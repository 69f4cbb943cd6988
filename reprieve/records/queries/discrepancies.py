"""What the ledger cannot account for, what was done about it, and how each person's sums lie."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from statistics import fmean, stdev
from typing import Any

from django.db.models import QuerySet

from reprieve.records import notes
from reprieve.records.models import (
    Discrepancy,
    DiscrepancyEvent,
    Practitioner,
    Reconciliation,
    StockCount,
)

CLOSING = frozenset({"explained", "judged_loss", "not_significant", "form_sent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Done:
    """One step of working a discrepancy up."""

    kind: str
    at: datetime
    by: str
    reference: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscrepancyView:
    """A discrepancy, theft or loss. The days are those of the federal report.

    `portion` is the bag, syringe or tablets whose sum it is about, `encounter` their visit.
    """

    id: uuid.UUID
    kind: str
    drug: str
    difference_ug: int | None
    found_at: datetime
    by: str
    witness: str
    about: str
    encounter: uuid.UUID | None
    portion: uuid.UUID | None
    text: str
    notice_due: date | None
    form_due: date | None
    events: tuple[Done, ...]

    @property
    def is_open(self) -> bool:
        """Whether something is still to be done."""
        return not CLOSING & {event.kind for event in self.events}

    @property
    def notice_sent(self) -> bool:
        """Whether the written notice went out."""
        return any(event.kind == "notice_sent" for event in self.events)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """How the sums of one person lie: mean difference with its interval, and the worst.

    `low_ug` and `high_ug` bound the mean at 95 % by the normal; None below three sums.
    """

    practitioner: uuid.UUID
    name: str
    drug: str
    sums: int
    beyond: int
    mean_ug: int
    low_ug: int | None
    high_ug: int | None
    total_ug: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CountView:
    """A blind count and whether it agreed."""

    id: uuid.UUID
    at: datetime
    occasion: str
    business: str
    agrees: bool
    by: str
    witness: str
    lines: tuple[dict[str, Any], ...]


def waiting(*, clinic: uuid.UUID) -> list[DiscrepancyView]:
    """This function will list the discrepancies that are not closed, oldest first."""
    return [one for one in _views(Discrepancy.of(clinic)) if one.is_open]


def one(*, clinic: uuid.UUID, discrepancy: uuid.UUID) -> DiscrepancyView | None:
    """This function will return one discrepancy."""
    return next(iter(_views(Discrepancy.of(clinic).filter(pk=discrepancy))), None)


def between(*, clinic: uuid.UUID, start: datetime, end: datetime) -> list[DiscrepancyView]:
    """This function will list every discrepancy found in a time, open or closed."""
    return _views(Discrepancy.of(clinic).filter(recorded_at__gte=start, recorded_at__lt=end))


def trends(*, clinic: uuid.UUID, since: datetime) -> list[Trend]:
    """This function will say how the sums of each person lie, who measured and who witnessed."""
    names = _names(clinic)
    sums: dict[tuple[Any, str], list[Reconciliation]] = defaultdict(list)
    for row in Reconciliation.of(clinic).filter(recorded_at__gte=since):
        for person in {row.by_id, row.witness_id}:
            sums[person, row.drug].append(row)
    found = [_trend(who, names.get(who, ""), drug, rows) for (who, drug), rows in sums.items()]
    return sorted(found, key=lambda t: (-abs(t.mean_ug), t.name, t.drug))


def counts(*, clinic: uuid.UUID, start: datetime, end: datetime) -> list[CountView]:
    """This function will list the counts of a time, the newest first."""
    rows = StockCount.of(clinic).filter(recorded_at__gte=start, recorded_at__lt=end)
    names = _names(clinic)
    return [_count(row, names) for row in rows.order_by("-recorded_at")]


def last_inventory(*, clinic: uuid.UUID) -> CountView | None:
    """This function will return the newest count that was an inventory."""
    rows = StockCount.of(clinic).filter(occasion__in=("initial", "biennial"))
    row = rows.order_by("-recorded_at").first()
    return None if row is None else _count(row, _names(clinic))


def _names(clinic: uuid.UUID) -> dict[Any, str]:
    return dict(Practitioner.of(clinic).values_list("id", "name"))


def _count(row: StockCount, names: dict[Any, str]) -> CountView:
    return CountView(
        id=row.pk, at=row.recorded_at, occasion=row.occasion, business=row.business,
        agrees=row.agrees, by=names.get(row.by_id, ""), witness=names.get(row.witness_id, ""),
        lines=tuple(row.lines),
    )  # fmt: skip


def _trend(
    who: uuid.UUID, name: str, drug: str, rows: list[Reconciliation]
) -> Trend:
    each = [row.difference_ug for row in rows]
    mean = fmean(each)
    half = 1.96 * stdev(each) / len(each) ** 0.5 if len(each) > 2 else None
    return Trend(
        practitioner=who, name=name, drug=drug, sums=len(each), mean_ug=round(mean),
        beyond=sum(not row.within for row in rows), total_ug=sum(each),
        low_ug=None if half is None else round(mean - half),
        high_ug=None if half is None else round(mean + half),
    )  # fmt: skip


def _views(rows: QuerySet[Discrepancy]) -> list[DiscrepancyView]:
    found = list(
        rows.select_related("note", "vial", "closing", "count").order_by("recorded_at", "id")
    )
    if not found:
        return []
    names = _names(found[0].clinic_id)
    events = _events(found, names)
    return [_view(row, names, events.get(row.pk, [])) for row in found]


def _events(found: Iterable[Discrepancy], names: dict[Any, str]) -> dict[uuid.UUID, list[Done]]:
    listed: dict[uuid.UUID, list[Done]] = defaultdict(list)
    rows = DiscrepancyEvent.objects.every().filter(discrepancy__in=list(found))
    for row in rows.select_related("note").order_by("recorded_at", "id"):
        listed[row.discrepancy_id].append(
            Done(
                kind=row.kind, at=row.recorded_at, by=names.get(row.by_id, ""),
                reference=row.reference, text=notes.read(row.note),
            )
        )  # fmt: skip
    return listed


def _view(row: Discrepancy, names: dict[Any, str], events: list[Done]) -> DiscrepancyView:
    beside = row.closing or row.count
    return DiscrepancyView(
        id=row.pk, kind=row.kind, drug=row.drug, difference_ug=row.difference_ug,
        found_at=row.recorded_at, by=names.get(row.by_id, ""),
        witness=names.get(beside.witness_id, "") if beside else "",
        about=f"{row.vial.lot}/{row.vial.serial}" if row.vial else "",
        encounter=row.closing.encounter_id if row.closing else None,
        portion=row.closing.portion_id if row.closing else None, text=notes.read(row.note),
        notice_due=row.notice_due, form_due=row.form_due, events=tuple(events),
    )  # fmt: skip
