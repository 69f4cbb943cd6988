"""Intervals and 5-minute slots since 1970 (UTC): the rows that make double booking impossible."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from reprieve.knowledge import BadValue
from reprieve.scheduling.wall import utc

SLOT_MIN = 5
_SLOT_S = SLOT_MIN * 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """From `start` up to, not including, `end`. Kept in UTC, so daylight saving cannot bend it."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", utc(self.start))
        object.__setattr__(self, "end", utc(self.end))
        if self.end <= self.start:
            raise BadValue("end", "must come after the start")

    @property
    def minutes(self) -> float:
        """Length in real minutes."""
        return (self.end - self.start).total_seconds() / 60

    def overlaps(self, other: Interval) -> bool:
        """Say whether the two share any moment; touching is not overlapping."""
        return self.start < other.end and other.start < self.end

    def holds(self, other: Interval) -> bool:
        """Say whether the other lies wholly inside."""
        return self.start <= other.start and other.end <= self.end


def slot_at(at: datetime) -> int:
    """Number the slot that a moment lies in."""
    return int(utc(at).timestamp() // _SLOT_S)


def slots(interval: Interval) -> range:
    """List the slots an interval touches: rounded outward, so that no minute stays unreserved."""
    return range(slot_at(interval.start), -int(-interval.end.timestamp() // _SLOT_S))


def interval(numbers: range) -> Interval:
    """Give the interval of a run of slots. Raises BadValue for an empty or stepped run."""
    if not numbers or numbers.step != 1:
        raise BadValue("slots", "must be a run of numbers without gaps")
    return Interval(start=_moment(numbers.start), end=_moment(numbers.stop))


def runs(numbers: Iterable[int]) -> tuple[range, ...]:
    """Join slot numbers into the fewest runs without gaps, in order."""
    found: list[range] = []
    for number in sorted(set(numbers)):
        if found and found[-1].stop == number:
            found[-1] = range(found[-1].start, number + 1)
        else:
            found.append(range(number, number + 1))
    return tuple(found)


def _moment(slot: int) -> datetime:
    return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=slot * _SLOT_S)
