"""What is given and when: infusions and boluses, checked before anything is computed."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from reprieve.knowledge import BadValue
from reprieve.pharmacology.model import Array

# Beyond these an entry is a slip of the pen, not a plan. The steepest known use is an
# anaesthetic push of a few hundred mg within a minute or so.
HIGHEST_RATE_MG_PER_H = 5000.0
HIGHEST_BOLUS_MG = 1000.0
HIGHEST_AMOUNT_MG = 100_000.0  # a whole course, far beyond any
LONGEST_MIN = 3 * 366 * 24 * 60.0
MIN_PER_H = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Infusion:
    """A constant rate between two times; minutes from the start of the record."""

    rate_mg_per_h: float
    start_min: float
    end_min: float

    def __post_init__(self) -> None:
        check_range("infuse rate_mg_per_h", self.rate_mg_per_h, HIGHEST_RATE_MG_PER_H)
        check_range("infuse start_min", self.start_min, LONGEST_MIN)
        check_range("infuse end_min", self.end_min, LONGEST_MIN)
        if self.end_min <= self.start_min:
            raise BadValue(
                "infuse end_min", f"{self.end_min:g} is not after start_min {self.start_min:g}"
            )

    @property
    def dose_mg(self) -> float:
        """Amount given by the whole infusion."""
        return self.rate_mg_per_h * (self.end_min - self.start_min) / MIN_PER_H


@dataclass(frozen=True, slots=True, kw_only=True)
class Bolus:
    """An amount given at once; a level at that very minute is read just after it."""

    dose_mg: float
    at_min: float

    def __post_init__(self) -> None:
        check_range("bolus dose_mg", self.dose_mg, HIGHEST_BOLUS_MG)
        check_range("bolus at_min", self.at_min, LONGEST_MIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteDose:
    """A dose by another route than the vein, as the model names it, for example `film`."""

    route: str
    dose_mg: float
    at_min: float

    def __post_init__(self) -> None:
        check_range("dose_mg", self.dose_mg, HIGHEST_BOLUS_MG)
        check_range("dose at_min", self.at_min, LONGEST_MIN)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """All infusions and boluses of a record. Segments may touch; overlapping ones add."""

    infusions: tuple[Infusion, ...] = ()
    boluses: tuple[Bolus, ...] = ()

    @property
    def dose_mg(self) -> float:
        """Amount given by everything in the schedule."""
        return math.fsum([*(i.dose_mg for i in self.infusions), *(b.dose_mg for b in self.boluses)])

    def given_by(self, times_min: Array) -> Array:
        """Amount in mg that has been given by each time."""
        total = np.zeros_like(times_min)
        for one in self.infusions:
            on = np.clip(times_min - one.start_min, 0.0, one.end_min - one.start_min)
            total += one.rate_mg_per_h * on / MIN_PER_H
        for push in self.boluses:
            total += np.where(times_min >= push.at_min, push.dose_mg, 0.0)
        return total


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """A schedule cut into intervals of constant rate, in hours.

    Interval i begins at `starts_h[i]` with a jump of `jumps_mg[i]` and runs at
    `rates_mg_per_h[i]`; the last one has no end.
    """

    starts_h: Array
    jumps_mg: Array
    rates_mg_per_h: Array


def steps(schedule: Schedule) -> Steps:
    """Cut a schedule at every change of rate and every bolus."""
    edges = [m for i in schedule.infusions for m in (i.start_min, i.end_min)]
    starts = np.unique(np.array([*edges, *(b.at_min for b in schedule.boluses)], dtype=np.float64))
    rates, jumps = np.zeros(starts.size), np.zeros(starts.size)
    for one in schedule.infusions:
        first, last = np.searchsorted(starts, [one.start_min, one.end_min])
        rates[first:last] += one.rate_mg_per_h
    for push in schedule.boluses:
        jumps[np.searchsorted(starts, push.at_min)] += push.dose_mg
    return Steps(starts_h=starts / MIN_PER_H, jumps_mg=jumps, rates_mg_per_h=rates)


def check_together(schedule: Schedule, *, highest_mg_per_h: float) -> None:
    """Refuse what is absurd in sum: rates that run at one time, boluses of one minute.

    BadValue names `infuse rate_mg_per_h` or `bolus dose_mg`.
    """
    highest = min(highest_mg_per_h, HIGHEST_RATE_MG_PER_H)
    # A sum over the whole schedule that is low enough needs no look at what overlaps.
    if math.fsum(one.rate_mg_per_h for one in schedule.infusions) > highest:
        _refuse_above("infuse rate_mg_per_h", steps(schedule).rates_mg_per_h, highest)
    if math.fsum(push.dose_mg for push in schedule.boluses) > HIGHEST_BOLUS_MG:
        _refuse_above("bolus dose_mg", steps(schedule).jumps_mg, HIGHEST_BOLUS_MG)


def _refuse_above(field: str, together: Array, highest: float) -> None:
    most = float(together.max(initial=0.0))
    if most > highest * (1 + 1e-9):  # rounding of a sum is no slip of the pen
        raise BadValue(field, f"{most:g} at one time is above {highest:g}, more than is plausible")


def check_range(field: str, value: float, highest: float) -> float:
    """Give a number back; BadValue naming `field` when it is below 0, absurd or not finite."""
    if not math.isfinite(value):
        raise BadValue(field, f"{value} is not a number")
    if value < 0:
        raise BadValue(field, f"{value:g} is below 0")
    if value > highest:
        raise BadValue(field, f"{value:g} is above {highest:g}, more than is plausible")
    return float(value)


def check_times(times_min: Iterable[float], *, field: str = "at_min") -> Array:
    """Check times of observation: finite, from 0, in order. BadValue names `field`."""
    times = np.array([check_range(field, t, LONGEST_MIN) for t in times_min], dtype=np.float64)
    if times.size == 0:
        raise BadValue(field, "no time given")
    if np.any(np.diff(times) < 0):
        raise BadValue(field, "times are out of order")
    return times
