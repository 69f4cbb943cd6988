"""What a pump gives over time: segments of constant rate, boluses, and the milligrams they add.

Times are whole milliseconds on any one clock, amounts are exact inside and rounded only when they
are shown.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from fractions import Fraction

from reprieve.knowledge import BadValue

MS_PER_MIN = 60_000
MS_PER_H = 60 * MS_PER_MIN
MICROGRAMS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A constant rate from `start_ms` to `end_ms`; without an end it still runs."""

    start_ms: int
    end_ms: int | None
    rate_mg_per_h: Decimal

    def __post_init__(self) -> None:
        _amount(self.rate_mg_per_h, field="rate_mg_per_h")
        if self.end_ms is not None and self.end_ms < self.start_ms:
            raise BadValue("end_ms", f"must not be before start_ms ({self.start_ms})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bolus:
    """A dose given evenly over `duration_ms`, which is 0 for a push."""

    start_ms: int
    duration_ms: int
    dose_mg: Decimal

    def __post_init__(self) -> None:
        _amount(self.dose_mg, field="dose_mg")
        if self.duration_ms < 0:
            raise BadValue("duration_ms", f"must not be negative, got {self.duration_ms}")

    @property
    def end_ms(self) -> int:
        """Say when the last of it is given."""
        return self.start_ms + self.duration_ms


def integral_mg(
    segments: Iterable[Segment], *, until_ms: int, boluses: Iterable[Bolus] = ()
) -> Decimal:
    """This function will add up the milligrams given up to and at a moment, to the microgram."""
    exact = given_mg(segments, boluses, from_ms=None, until_ms=until_ms)
    return Decimal(round(exact * MICROGRAMS)) / MICROGRAMS


def shown_mg(exact: Fraction) -> Decimal:
    """This function will round up to a microgram, so that more than a limit never looks equal."""
    return Decimal(math.ceil(exact * MICROGRAMS)) / MICROGRAMS


def given_mg(
    segments: Iterable[Segment],
    boluses: Iterable[Bolus],
    *,
    from_ms: int | None,
    until_ms: int,
) -> Fraction:
    """This function will add up the exact milligrams of a window, both of its ends included.

    A push at either end counts whole. `from_ms` None begins before everything.
    """
    flow = sum((_flow_mg(s, from_ms, until_ms) for s in segments), Fraction(0))
    return flow + sum((_bolus_mg(b, from_ms, until_ms) for b in boluses), Fraction(0))


def changed(
    segments: Sequence[Segment], *, at_ms: int, rate_mg_per_h: Decimal, until_ms: int
) -> tuple[Segment, ...]:
    """This function will replace what follows a moment by one rate that runs until another.

    Raises BadValue when the new rate would end before it begins.
    """
    if until_ms < at_ms:
        raise BadValue("until_ms", f"must not be before at_ms ({at_ms})")
    new = Segment(start_ms=at_ms, end_ms=until_ms, rate_mg_per_h=rate_mg_per_h)
    return (*cut(segments, at_ms=at_ms), new)


def cut(segments: Sequence[Segment], *, at_ms: int) -> tuple[Segment, ...]:
    """This function will keep what runs before a moment and drop what follows."""
    before = (s for s in segments if s.start_ms < at_ms)
    return tuple(replace(s, end_ms=_earlier(s.end_ms, at_ms)) for s in before)


def rate_at(segments: Iterable[Segment], *, at_ms: int) -> Decimal:
    """This function will find the rate that runs from a moment on, 0 when nothing runs."""
    running = (
        s.rate_mg_per_h
        for s in segments
        if s.start_ms <= at_ms and (s.end_ms is None or at_ms < s.end_ms)
    )
    return sum(running, Decimal(0))


def _flow_mg(segment: Segment, from_ms: int | None, until_ms: int) -> Fraction:
    start = segment.start_ms if from_ms is None else max(segment.start_ms, from_ms)
    length = _earlier(segment.end_ms, until_ms) - start
    return Fraction(segment.rate_mg_per_h) * max(length, 0) / MS_PER_H


def _bolus_mg(bolus: Bolus, from_ms: int | None, until_ms: int) -> Fraction:
    dose = Fraction(bolus.dose_mg)
    begin = bolus.start_ms if from_ms is None else max(bolus.start_ms, from_ms)
    length = min(bolus.end_ms, until_ms) - begin
    if bolus.duration_ms == 0:
        return dose if length >= 0 else Fraction(0)
    return dose * max(length, 0) / bolus.duration_ms


def _earlier(end_ms: int | None, at_ms: int) -> int:
    return at_ms if end_ms is None else min(end_ms, at_ms)


def _amount(value: Decimal, *, field: str) -> None:
    if not isinstance(value, Decimal) or not value.is_finite() or value < 0:
        raise BadValue(field, f"must be a Decimal of 0 or more, got {value!r}")
