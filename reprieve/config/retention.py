"""Which backups to keep: the newest of each day, week and month, as far back as is asked."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Keep:
    """How many days, weeks and months have a backup kept. The newest is always kept."""

    days: int = 7
    weeks: int = 5
    months: int = 12


def kept(made: Iterable[datetime], keep: Keep) -> set[datetime]:
    """This function will choose which of the backups, by when they were made, are kept."""
    newest_first = sorted(made, reverse=True)
    found = set(newest_first[:1])
    for how_many, period in _periods(keep):
        seen: dict[object, datetime] = {}
        for moment in newest_first:
            seen.setdefault(period(moment), moment)
        found.update(list(seen.values())[:how_many])
    return found


def _periods(keep: Keep) -> list[tuple[int, Callable[[datetime], object]]]:
    return [
        (keep.days, lambda m: m.date()),
        (keep.weeks, lambda m: m.isocalendar()[:2]),
        (keep.months, lambda m: (m.year, m.month)),
    ]
