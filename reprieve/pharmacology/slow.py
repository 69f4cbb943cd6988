"""The slow effect site behind lasting relief, and the course of a response to placebo.

    dCe/dt = ln2 / t_half (S - Ce),    I = Ce / (C50 + Ce)

S is S-ketamine in plasma, t_half about 11 days. Source: Dahan 2011,
doi:10.1016/j.ejpain.2010.06.016, reconstructed from the abstract (see `effects/relief.toml`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from reprieve.knowledge import load
from reprieve.pharmacology import engine
from reprieve.pharmacology.grid import normalised
from reprieve.pharmacology.model import Array, Model
from reprieve.pharmacology.schedule import Schedule
from reprieve.pharmacology.system import build

_FILE = load("reprieve.pharmacology.effects", "relief")
DATA: Any = _FILE.data
VERSION = _FILE.version
HALF_LIFE_D = float(DATA["slow_effect"]["half_life"]["value"])
C50_NG_PER_ML = float(DATA["slow_effect"]["c50"]["value"])
MIN_PER_DAY = 1440.0
_POINTS = 25
_WIDTH_SD = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """Whom a series is given to, and by what it acts. `potency` is 1 when R-ketamine does nothing.

    Days count from the start of the record.
    """

    model: Model
    weight_kg: float
    schedule: Schedule
    potency: float

    @property
    def first_d(self) -> float:
        """Day on which the first infusion or bolus begins."""
        begins = [one.start_min for one in self.schedule.infusions]
        return min([*begins, *(push.at_min for push in self.schedule.boluses)]) / MIN_PER_DAY

    @property
    def last_d(self) -> float:
        """Day on which the last infusion or bolus ends."""
        ends = [one.end_min for one in self.schedule.infusions]
        return max([*ends, *(push.at_min for push in self.schedule.boluses)]) / MIN_PER_DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """Half-lives (days) and C50s (ng/mL) of patients, every pair once, with prior weights."""

    half_lives_d: Array
    c50s_ng_per_ml: Array
    weights: Array


def grid(*, crps: bool) -> Grid:
    """Lay a grid over the spread between patients; C50 spreads wider outside CRPS."""
    slow = DATA["slow_effect"]
    c50_sd = slow["c50"]["log_sd" if crps else "log_sd_outside_crps"]
    steps = np.linspace(-_WIDTH_SD, _WIDTH_SD, _POINTS)
    half_lives = HALF_LIFE_D * np.exp(float(slow["half_life"]["log_sd"]) * steps)
    c50s = C50_NG_PER_ML * np.exp(float(c50_sd) * steps)
    weights = normalised(-0.5 * (steps[:, None] ** 2 + steps[None, :] ** 2)).ravel()
    return Grid(
        half_lives_d=np.repeat(half_lives, _POINTS),
        c50s_ng_per_ml=np.tile(c50s, _POINTS),
        weights=weights,
    )


def inhibition(series: Series, days: Array, *, half_lives_d: Array, c50s_ng_per_ml: Array) -> Array:
    """Share of pain taken away (pairs, days) in responders with these half-lives and C50s.

    Before the record begins there is none.
    """
    distinct, pair = np.unique(half_lives_d, return_inverse=True)
    values = series.model.typical(series.weight_kg)
    system = build(series.model, values, effect_half_life_h=distinct * 24.0)
    times_min = np.maximum(days, 0.0) * MIN_PER_DAY
    site = series.potency * engine.levels(system, series.schedule, times_min)[:, -1, :]
    reached = np.where(days < 0, 0.0, site)[pair]
    found: Array = reached / (c50s_ng_per_ml[:, None] + reached)
    return found


def typical_inhibition(series: Series, days: Array) -> Array:
    """Share of pain taken away (days,) in the typical responder."""
    return inhibition(
        series, days,
        half_lives_d=np.array([HALF_LIFE_D]), c50s_ng_per_ml=np.array([C50_NG_PER_ML]),
    ).ravel()  # fmt: skip


def placebo_course(series: Series, days: Array) -> Array:
    """Share of pain taken away (days,) in a placebo responder: all, then fading after the end."""
    course = DATA["placebo_course"]
    full_until = series.last_d + float(course["full_after_last_infusion"]["value"])
    faded = 0.5 ** (np.maximum(days - full_until, 0.0) / float(course["half_life"]["value"]))
    found: Array = np.where(days > series.first_d, faded, 0.0)
    return found
