"""What the slow model says of coming weeks, and how well it would have said past ones.

Pain of a week is the mean of its evenings, NRS = E0 (1 - z I(t)) averaged over seven days, with
the scatter of such a mean added: daily scatter follows an AR(1), so the mean of n days has
variance s^2/n^2 (n + 2 sum_k (n - k) rho^k). See `slow`, `responders` and `relief`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reprieve.knowledge import BadValue
from reprieve.pharmacology import slow
from reprieve.pharmacology.diary import HIGHEST_PAIN, Entry
from reprieve.pharmacology.model import DEFAULT, Array
from reprieve.pharmacology.relief import EVENING_D, effects, series_of
from reprieve.pharmacology.responders import CORRELATION, SCATTER, draw, learn
from reprieve.pharmacology.schedule import Bolus, Infusion
from reprieve.pharmacology.slow import MIN_PER_DAY

WEEK_D = 7
PERCENTILES = (10.0, 90.0)
# A week says something when most of its days are answered.
LEAST_ANSWERS = 4
# The week that is compared begins this long after the day on which the forecast is made.
AHEAD_D = 7
MOST_WEEKS = 52
_DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Whom a forecast is about: weight, model, doses (minutes from the first day), diary."""

    weight_kg: float
    infusions: tuple[Infusion, ...]
    diary: tuple[Entry, ...]
    boluses: tuple[Bolus, ...] = ()
    model_name: str = DEFAULT
    crps: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Expected mean pain (0 to 10) of weeks that begin on `first_days`, with an 80 % band.

    The band is that of the reported weekly mean: what is not known of the patient and the scatter
    of reporting. It is not the error of the model.
    """

    version: str
    first_days: tuple[int, ...]
    mean: Array
    low: Array
    high: Array
    responder_probability: float
    entries: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One earlier forecast of a week beside what the diary then said."""

    made_day: int
    first_day: int
    mean: float
    low: float
    high: float
    seen: float

    @property
    def inside(self) -> bool:
        """Whether the week fell into the 80 % band."""
        return self.low <= self.seen <= self.high


def forecast(
    patient: Patient, *, from_day: int, weeks: int, rng: np.random.Generator
) -> Weeks:
    """Forecast weekly mean pain for weeks in a row, without any dose but those listed.

    Days count from the first infusion (0). Raises BadValue as `relief` does, and for fewer than 1
    or more than 52 weeks or a day before the first infusion.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise BadValue("weeks", f"{weeks} is not between 1 and {MOST_WEEKS}")
    if from_day < 0:
        raise BadValue("from_day", f"{from_day} is before the first infusion")
    pairs = slow.grid(crps=patient.crps)
    evenings = np.array([entry.day + EVENING_D for entry in patient.diary], dtype=np.float64)
    ahead = from_day + np.arange(WEEK_D * weeks) + EVENING_D
    series, wanted = series_of(
        patient.weight_kg, patient.infusions, patient.model_name, ahead, boluses=patient.boluses
    )
    known = learn(pairs.weights, 1.0 - effects(series, pairs, evenings), patient.diary)
    by_week = effects(series, pairs, wanted).reshape(3, -1, weeks, WEEK_D).mean(axis=-1)
    virtual = draw(known, size=_DRAWS, rng=rng)
    true = virtual.baseline[:, None] * (1.0 - by_week[virtual.kind, virtual.pair])
    told = true + mean_scatter(WEEK_D) * rng.standard_normal(true.shape)
    low, high = np.percentile(np.clip(told, 0.0, HIGHEST_PAIN), PERCENTILES, axis=0)
    return Weeks(
        version=slow.VERSION, first_days=tuple(range(from_day, from_day + WEEK_D * weeks, WEEK_D)),
        mean=np.clip(true, 0.0, HIGHEST_PAIN).mean(axis=0), low=low, high=high,
        responder_probability=known.responder_probability, entries=len(patient.diary),
    )  # fmt: skip


def track_record(
    patient: Patient, *, until_day: int, rng: np.random.Generator, most: int = 8
) -> tuple[Checked, ...]:
    """Repeat the forecasts of past weeks with what was known then; oldest first, `most` at most.

    Each is made from the diary up to one day, for the week that begins seven days later, and only
    where four days of that week were answered. What was given by the end of that week counts:
    the response is on trial, not the plan.
    """
    starts = range(until_day - WEEK_D, AHEAD_D - 1, -WEEK_D)
    found: list[Checked] = []
    for first in starts:
        if len(found) == most:
            break
        seen = week_mean(patient.diary, first)
        if seen is not None:
            found.append(_checked(patient, first, seen, rng))
    return tuple(reversed(found))


def week_mean(diary: Sequence[Entry], first_day: int) -> float | None:
    """Give the mean of a week's answers, None with fewer than four."""
    told = [e.average_pain for e in diary if first_day <= e.day < first_day + WEEK_D]
    return sum(told) / len(told) if len(told) >= LEAST_ANSWERS else None


def mean_scatter(days: int) -> float:
    """Give the SD of the mean of so many days' scatter, points of pain."""
    lags = np.arange(1, days)
    pairs = float(np.sum((days - lags) * CORRELATION**lags))
    return SCATTER * float(np.sqrt(days + 2.0 * pairs)) / days


def _checked(patient: Patient, first: int, seen: float, rng: np.random.Generator) -> Checked:
    made = first - AHEAD_D
    end_min = (first + WEEK_D) * MIN_PER_DAY
    then = replace(
        patient,
        boluses=tuple(push for push in patient.boluses if push.at_min < end_min),
        infusions=tuple(one for one in patient.infusions if one.start_min < end_min),
        diary=tuple(entry for entry in patient.diary if entry.day < made),
    )  # fmt: skip
    said = forecast(then, from_day=first, weeks=1, rng=rng)
    return Checked(
        made_day=made, first_day=first, seen=seen, mean=float(said.mean[0]),
        low=float(said.low[0]), high=float(said.high[0]),
    )  # fmt: skip
