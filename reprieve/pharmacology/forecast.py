"""What the slow model says of coming weeks, and how well it would have said past ones.

Pain of a week is the mean of its evenings, NRS = E0 (1 - z I(t)) averaged over seven days, with
the scatter of such a mean added: daily scatter follows an AR(1), so the mean of n days has
variance s^2/n^2 (n + 2 sum_k (n - k) rho^k). See `slow`, `responders` and `relief`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reprieve.knowledge import N_, BadValue
from reprieve.pharmacology import slow
from reprieve.pharmacology.baseline import CORRELATION, SCATTER
from reprieve.pharmacology.diary import HIGHEST_PAIN, Entry
from reprieve.pharmacology.gates import Gate, at_most
from reprieve.pharmacology.misfit import understood
from reprieve.pharmacology.model import DEFAULT, Array
from reprieve.pharmacology.relief import EVENING_D, by_kind, drug_effect, series_of
from reprieve.pharmacology.responders import draw
from reprieve.pharmacology.schedule import Bolus, Infusion
from reprieve.pharmacology.slow import MIN_PER_DAY, Grid, Series

WEEK_D = 7
PERCENTILES = (10.0, 90.0)
# A week says something when most of its days are answered.
LEAST_ANSWERS = 4
# The week that is compared begins this long after the day on which the forecast is made.
AHEAD_D = 7
MOST_WEEKS = 52
# Two weeks in a row outside an 80 % band, to one side, are hardly chance.
_MISSES_IN_A_ROW = 2
_DRAWS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Patient:
    """Whom a forecast is about: weight, model, doses (minutes from the first day), diary.

    `untreated_before` says that no dose came before those listed, so that the week before day 0
    is a baseline.
    """

    weight_kg: float
    infusions: tuple[Infusion, ...]
    diary: tuple[Entry, ...]
    boluses: tuple[Bolus, ...] = ()
    model_name: str = DEFAULT
    crps: bool = False
    untreated_before: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Weeks:
    """Expected mean pain (0 to 10) of weeks that begin on `first_days`, with an 80 % band.

    The band is that of the reported weekly mean: what is not known of the patient and the scatter
    of reporting, and how far the model was off of late where it does not fit the diary: `gates`
    then says why (see `misfit`), and the diary itself is the better guide.
    """

    version: str
    first_days: tuple[int, ...]
    mean: Array
    low: Array
    high: Array
    responder_probability: float
    entries: int
    gates: tuple[Gate, ...]

    @property
    def fits(self) -> bool:
        """Whether the model explains the diary that the forecast is learnt from."""
        return all(gate.passed for gate in self.gates)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """One earlier forecast of a week beside what the diary then said.

    `fits` says whether the model explained the diary of then, without a look at the bands before.
    """

    made_day: int
    first_day: int
    mean: float
    low: float
    high: float
    seen: float
    fits: bool

    @property
    def inside(self) -> bool:
        """Whether the week fell into the 80 % band."""
        return self.low <= self.seen <= self.high


def forecast(patient: Patient, *, from_day: int, weeks: int, rng: np.random.Generator) -> Weeks:
    """Forecast weekly mean pain for weeks in a row, without any dose but those listed.

    Days count from the first infusion (0). Raises BadValue as `relief` does, and for fewer than 1
    or more than 52 weeks or a day before the first infusion.
    """
    if not 1 <= weeks <= MOST_WEEKS:
        raise BadValue("weeks", f"{weeks} is not between 1 and {MOST_WEEKS}")
    if from_day < 0:
        raise BadValue("from_day", f"{from_day} is before the first infusion")
    drug = _under_drug(patient, from_day + WEEK_D * weeks)
    past = _recorded(patient, from_day, rng, _MISSES_IN_A_ROW, drug)
    return _said(patient, from_day, weeks, rng, drug, also=(_missed(past),))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drug:
    """What the drug takes away (pairs, evenings) by every dose of a record, on ordered evenings.

    A dose does nothing before it is given, so that forecasts from earlier days read theirs here.
    """

    pairs: Grid
    evenings: Array
    share: Array

    def on(self, evenings: Array) -> Array:
        """Give the share (pairs, evenings) on some of them."""
        return self.share[:, np.searchsorted(self.evenings, evenings)]


def _under_drug(patient: Patient, until_day: int) -> _Drug:
    pairs = slow.grid(crps=patient.crps)
    days = {*(entry.day for entry in patient.diary), *range(until_day)}
    evenings = np.array(sorted(days), dtype=np.float64) + EVENING_D
    series = _series(patient, evenings[evenings >= 0])
    return _Drug(pairs=pairs, evenings=evenings, share=drug_effect(series, pairs, evenings))


def _series(patient: Patient, days: Array) -> Series:
    return series_of(
        patient.weight_kg, patient.infusions, patient.model_name, days, boluses=patient.boluses
    )[0]


def _said(
    patient: Patient, from_day: int, weeks: int, rng: np.random.Generator, drug: _Drug, *,
    also: tuple[Gate, ...] = (),
) -> Weeks:  # fmt: skip
    evenings = np.array([entry.day + EVENING_D for entry in patient.diary], dtype=np.float64)
    ahead = np.arange(from_day, from_day + WEEK_D * weeks, dtype=np.float64) + EVENING_D
    series = _series(patient, ahead)

    def taken(days: Array) -> Array:
        return by_kind(drug.on(days), slow.placebo_course(series, days))

    judged = understood(
        drug.pairs, 1.0 - taken(evenings), patient.diary,
        untreated_before=patient.untreated_before, also=also,
    )  # fmt: skip
    by_week = taken(ahead).reshape(3, -1, weeks, WEEK_D).mean(axis=-1)
    virtual = draw(judged.known, size=_DRAWS, rng=rng)
    true = virtual.baseline[:, None] * (1.0 - by_week[virtual.kind, virtual.pair])
    told = true + mean_scatter(WEEK_D) * rng.standard_normal(true.shape)
    first_days = np.arange(from_day, from_day + WEEK_D * weeks, WEEK_D)
    wider = judged.widening(first_days.astype(np.float64), true.mean(axis=0))
    told += wider * rng.standard_normal((_DRAWS, 1))
    low, high = np.percentile(np.clip(told, 0.0, HIGHEST_PAIN), PERCENTILES, axis=0)
    return Weeks(
        version=slow.VERSION, first_days=tuple(first_days.tolist()),
        mean=np.clip(true, 0.0, HIGHEST_PAIN).mean(axis=0), low=low, high=high,
        responder_probability=judged.known.responder_probability, entries=len(patient.diary),
        gates=judged.gates,
    )  # fmt: skip


def track_record(
    patient: Patient, *, until_day: int, rng: np.random.Generator, most: int = 8
) -> tuple[Checked, ...]:
    """Repeat the forecasts of past weeks with what was known then; oldest first, `most` at most.

    Each is made from the diary up to one day, for the week that begins seven days later, and only
    where four days of that week were answered. A week is left out when anything was given between
    the day and its end: nobody knew of that dose then.
    """
    if until_day < AHEAD_D + WEEK_D:
        return ()
    return _recorded(patient, until_day, rng, most, _under_drug(patient, until_day))


def _recorded(
    patient: Patient, until_day: int, rng: np.random.Generator, most: int, drug: _Drug
) -> tuple[Checked, ...]:
    starts = range(until_day - WEEK_D, AHEAD_D - 1, -WEEK_D)
    found: list[Checked] = []
    for first in starts:
        if len(found) == most:
            break
        seen = week_mean(patient.diary, first)
        if seen is not None and not _treated(patient, first - AHEAD_D, first + WEEK_D):
            found.append(_checked(patient, first, seen, rng, drug))
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


def _treated(patient: Patient, from_day: int, until_day: int) -> bool:
    """Whether a dose began in these days; the clock's hour is not known, so half a day before."""
    begins = [*(i.start_min for i in patient.infusions), *(b.at_min for b in patient.boluses)]
    first_min = from_day * MIN_PER_DAY - 0.5 * MIN_PER_DAY
    return any(first_min <= one < until_day * MIN_PER_DAY for one in begins)


def _checked(
    patient: Patient, first: int, seen: float, rng: np.random.Generator, drug: _Drug
) -> Checked:
    made = first - AHEAD_D
    given_until = made * MIN_PER_DAY
    then = replace(
        patient,
        boluses=tuple(push for push in patient.boluses if push.at_min < given_until),
        infusions=tuple(one for one in patient.infusions if one.start_min < given_until),
        diary=tuple(entry for entry in patient.diary if entry.day < made),
    )  # fmt: skip
    said = _said(then, first, 1, rng, drug)
    return Checked(
        made_day=made, first_day=first, seen=seen, mean=float(said.mean[0]),
        low=float(said.low[0]), high=float(said.high[0]), fits=said.fits,
    )  # fmt: skip


def _missed(past: Sequence[Checked]) -> Gate:
    """Ask of the last weeks how many lay outside their bands, both to the same side."""
    over = sum(one.seen > one.high for one in past)
    under = sum(one.seen < one.low for one in past)
    return at_most("bands", float(max(over, under)), _MISSES_IN_A_ROW - 1.0,
                   N_("the last two weeks fell outside what was expected of them"))  # fmt: skip
