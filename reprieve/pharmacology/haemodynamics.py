"""An indicative rise of blood pressure and pulse with the level: shown, never alarmed on.

    dCe/dt = ln2 / 2.28 min (S - Ce),    rise = slope min(Ce, 350)

Calibrated to mean rises of 741 infusions, not a published model; see `effects/haemodynamics.toml`.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from reprieve.knowledge import BadValue, load
from reprieve.pharmacology import engine
from reprieve.pharmacology.grid import Estimate, update
from reprieve.pharmacology.model import DEFAULT, Array, model
from reprieve.pharmacology.schedule import MIN_PER_H, Bolus, Infusion
from reprieve.pharmacology.simulate import check
from reprieve.pharmacology.system import build

_FILE = load("reprieve.pharmacology.effects", "haemodynamics")
_DATA: Any = _FILE.data["response"]
VERSION = _FILE.version
HIGHEST_SITE_NG_PER_ML = float(_DATA["highest_effect_site"]["value"])
SIGNALS = ("sbp", "dbp", "heart_rate")
HALF_LIFE_H = float(_DATA["effect_half_life"]["value"]) / MIN_PER_H
LOG_SD = float(_DATA["log_sd"]["value"])
_TEN_TO_NINETY = 1.2815515655446004
SCATTER = 8.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """Expected rise over baseline and its 80 % band, in mmHg or beats per minute."""

    signal: str
    expected: Array
    low: Array
    high: Array


def slope(signal: str) -> float:
    """Give the calibrated rise of one signal for each ng/mL at the effect site."""
    return float(_DATA[signal]["value"])


def rises(
    *,
    weight_kg: float,
    times_min: Iterable[float],
    infusions: Sequence[Infusion] = (),
    boluses: Sequence[Bolus] = (),
    model_name: str = DEFAULT,
    stronger: bool = False,
) -> tuple[Rise, ...]:
    """Predict the rises of systolic and diastolic pressure and of heart rate.

    `stronger` says that the patient is hypertensive or 50 and older. Raises BadValue as
    `simulate` does.
    """
    site = effect_site(
        weight_kg=weight_kg, times_min=times_min, infusions=infusions, boluses=boluses,
        model_name=model_name,
    )  # fmt: skip
    factor = float(_DATA["stronger"]["value"]) if stronger else 1.0
    wide = math.exp(_TEN_TO_NINETY * LOG_SD)
    found = ((name, factor * slope(name) * site) for name in SIGNALS)
    return tuple(Rise(signal=n, expected=r, low=r / wide, high=r * wide) for n, r in found)


def effect_site(
    *,
    weight_kg: float,
    times_min: Iterable[float],
    infusions: Sequence[Infusion] = (),
    boluses: Sequence[Bolus] = (),
    model_name: str = DEFAULT,
) -> Array:
    """Predict the capped effect-site level of S-ketamine in ng/mL that drives the circulation."""
    chosen = model(model_name)
    schedule, times = check(
        chosen, weight_kg=weight_kg, infusions=infusions, boluses=boluses, times_min=times_min
    )
    system = build(chosen, chosen.typical(weight_kg), effect_half_life_h=HALF_LIFE_H)
    site = engine.levels(system, schedule, times)[0, -1]
    capped: Array = np.minimum(site, HIGHEST_SITE_NG_PER_ML)
    return capped


def update_slope(
    *, signal: str, effect_site_ng_per_ml: Sequence[float], rises_seen: Sequence[float]
) -> Estimate:
    """Learn a patient's slope of one signal from rises over baseline seen at known levels.

    Prior: log-normal about the calibrated slope with SD 0.6; one reading scatters by 8 mmHg or
    beats (assumed). Raises BadValue for an unknown signal or lists of different length.
    """
    if signal not in SIGNALS:
        raise BadValue("signal", f"unknown {signal!r}; known: {', '.join(SIGNALS)}")
    site, seen = np.array(effect_site_ng_per_ml, float), np.array(rises_seen, float)
    if site.shape != seen.shape or not np.all(np.isfinite(site) & np.isfinite(seen)):
        raise BadValue("rises_seen", "one finite rise is needed for each effect-site level")

    def log_likelihood(steep: Array) -> Array:
        misfit: Array = -0.5 * np.sum(((seen - steep[:, None] * site) / SCATTER) ** 2, axis=1)
        return misfit

    return update(typical=slope(signal), log_sd=LOG_SD, log_likelihood=log_likelihood)
