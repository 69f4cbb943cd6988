"""Invented clinics whose patients follow the slow model, with what a real diary adds to it.

Scores are whole numbers from 0 to 10, days are missed, exposure differs from the typical one by a
factor that nobody knows, and each clinic has its own mix of conditions, regimens and zeal.

In clinics of another truth all patients do what no patient of the model does: relief that stays,
pain that drifts, pain that steps to another height for good.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from reprieve.pharmacology import Entry, Infusion, Patient, forecast, slow
from reprieve.pharmacology.baseline import CORRELATION, SCATTER
from reprieve.pharmacology.forecast import week_mean
from reprieve.pharmacology.relief import effects, series_of
from reprieve.pharmacology.responders import draw, learn

Truth = Callable[[np.ndarray, np.ndarray, np.random.Generator], np.ndarray]
BEFORE_D, WEEKS, LAST_MADE, LATEST_MADE = 14, 12, 42, 70
# Between-patient spread (log SD) of the clearance of ketamine, which the forecast does not know.
EXPOSURE_LOG_SD = 0.25


def _given(rate: float, minutes: int, days: tuple[int, ...]) -> tuple[Infusion, ...]:
    return tuple(
        Infusion(rate_mg_per_h=rate, start_min=d * 1440 + 600, end_min=d * 1440 + 600 + minutes)
        for d in days
    )


REGIMENS = (
    _given(25, 240, (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)),
    _given(52.5, 40, (0, 3, 7, 10, 14, 17)),
    _given(40, 120, (0, 3, 7, 10, 14, 17)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """One week forecast, `ahead` weeks on (1 is the next), and whether the diary lay inside."""

    clinic: int
    ahead: int
    made: int
    inside: bool
    fits: bool


def lasting(pain: np.ndarray, days: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """A strong responder within a week, for good."""
    first = pain[days < 0].mean()
    return np.where(days < 0, first, first * (0.3 + 0.7 * np.exp(-np.maximum(days, 0) / 3)))


def drifting(pain: np.ndarray, days: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """Steadily worse from the first infusion on, by half a point a week, whatever is given."""
    first = min(6.0, pain[days < 0].mean())
    return first + np.maximum(days, 0) * 0.5 / 7


def stepping(pain: np.ndarray, days: np.ndarray, chance: np.random.Generator) -> np.ndarray:
    """No relief, then from some day in the second week on three points less or more, for good."""
    first = pain[days < 0].mean()
    change = 3.0 if first < 6 else -3.0
    return np.where(days < chance.integers(7, 14), first, first + change)


def run(
    *, clinics: int, patients: int, seed: int, truth: Truth | None = None,
    last_made: int = LAST_MADE,
) -> list[Week]:  # fmt: skip
    """Forecast each patient once, on a day by chance, and compare the twelve weeks after it."""
    chance = np.random.default_rng(seed)
    found: list[Week] = []
    for clinic in range(clinics):
        crps, zeal = chance.uniform(0.1, 0.9), chance.uniform(0.6, 0.95)
        for _ in range(patients):
            found += _patient(
                clinic, crps=chance.random() < crps, zeal=zeal, chance=chance, truth=truth,
                last_made=last_made,
            )  # fmt: skip
    return found


def _patient(
    clinic: int, *, crps: bool, zeal: float, chance: np.random.Generator, truth: Truth | None,
    last_made: int,
) -> list[Week]:  # fmt: skip
    given = REGIMENS[chance.integers(len(REGIMENS))]
    weight = float(chance.uniform(48, 110))
    diary = _diary(given, weight, crps=crps, zeal=zeal, chance=chance, truth=truth)
    made = int(chance.integers(given[-1].end_min // 1440 + 2, last_made))
    known = tuple(entry for entry in diary if entry.day < made)
    who = Patient(weight_kg=weight, infusions=given, diary=known, crps=crps)
    said = forecast(who, from_day=made, weeks=WEEKS, rng=chance)
    told = [week_mean(diary, first) for first in said.first_days]
    return [
        Week(
            clinic=clinic,
            ahead=n + 1,
            made=made,
            inside=bool(said.low[n] <= seen <= said.high[n]),
            fits=said.fits,
        )
        for n, seen in enumerate(told)
        if seen is not None
    ]


def _diary(
    given: tuple[Infusion, ...], weight: float, *, crps: bool, zeal: float,
    chance: np.random.Generator, truth: Truth | None,
) -> list[Entry]:  # fmt: skip
    days = np.arange(-BEFORE_D, LATEST_MADE + 7 * WEEKS) + 0.5
    series, _ = series_of(weight, given, "kamp2020", np.array([1.0]), 0.0)
    pairs = slow.grid(crps=crps)
    nothing = np.ones((3, pairs.weights.size, 0))
    one = draw(learn(pairs.weights, nothing, ()), size=1, rng=chance)
    pair = slice(int(one.pair[0]), int(one.pair[0]) + 1)
    own = slow.Grid(
        half_lives_d=pairs.half_lives_d[pair], c50s_ng_per_ml=pairs.c50s_ng_per_ml[pair],
        weights=np.ones(1),
    )  # fmt: skip
    factor = float(np.exp(EXPOSURE_LOG_SD * chance.standard_normal()))
    left = 1 - effects(replace(series, potency=factor), own, days)[one.kind[0], 0]
    course = one.baseline[0] * left
    if truth is not None:
        course = truth(course, days, chance)
    told = np.clip(np.rint(course + SCATTER * _scatter(days.size, chance)), 0, 10)
    answered = chance.random(days.size) < zeal
    return [
        Entry(day=int(day - 0.5), average_pain=float(value))
        for day, value, there in zip(days, told, answered, strict=True)
        if there
    ]


def _scatter(size: int, chance: np.random.Generator) -> np.ndarray:
    found = chance.standard_normal(size)
    for n in range(1, size):
        found[n] = CORRELATION * found[n - 1] + np.sqrt(1 - CORRELATION**2) * found[n]
    return found
