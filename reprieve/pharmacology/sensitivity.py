"""How strongly one patient answers the drug, learnt from infusions that were charted.

Levels are rarely drawn; how far away a patient feels and how pressure and pulse rise is written
every few minutes. Held against the levels the population's kinetics expect, these teach

    rating = 10 Ce / (C50 + Ce)        C50 of dissociation (see `acute`)
    rise   = slope min(Ce, 350)        slope of blood pressure and pulse (see `haemodynamics`)

Who reaches higher levels than most looks more sensitive here: without levels the two cannot be
told apart, and what is learnt holds for this drug by this way. A fit that misses a gate is not
used: the population's figure is given, and `gates` says why.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from reprieve.knowledge import N_, BadValue, Message
from reprieve.pharmacology import acute, haemodynamics
from reprieve.pharmacology.gates import WORST_MISFIT, Gate, at_most
from reprieve.pharmacology.grid import Estimate
from reprieve.pharmacology.model import DEFAULT, Array
from reprieve.pharmacology.schedule import Bolus, Infusion
from reprieve.pharmacology.simulate import simulate

# Of both effects that are learnt.
VERSION = f"{acute.VERSION[:12]}, {haemodynamics.VERSION[:12]}"
Signal = Literal["dissociation", "sbp", "dbp", "heart_rate"]
SIGNALS: tuple[Signal, ...] = ("dissociation", "sbp", "dbp", "heart_rate")
# The grid ends at five standard deviations: beyond three the population is no guide.
FARTHEST_SD = 3.0
LEAST_READINGS = 3
# A reading at less than this says nothing of how strong the drug acts.
LEAST_SITE_NG_PER_ML = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """One infusion: what was given (minutes from its start), and what was seen at which times.

    `seen` are ratings from 0 to 10, or rises over the baseline of that day in mmHg or beats per
    minute, None where nothing was read.
    """

    weight_kg: float
    times_min: tuple[float, ...]
    seen: tuple[float | None, ...]
    infusions: tuple[Infusion, ...] = ()
    boluses: tuple[Bolus, ...] = ()
    model_name: str = DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """The answer of `sensitivity`. When `individual` is false, `estimate` is the population's.

    `estimate` is the C50 in ng/mL of S-ketamine (lower means more sensitive), or the slope in mmHg
    or beats per minute for each ng/mL (higher means more sensitive).
    """

    signal: Signal
    typical: float
    estimate: Estimate
    individual: bool
    readings: int
    gates: tuple[Gate, ...]

    def expected(self, effect_site_ng_per_ml: float) -> tuple[float, float, float]:
        """Give the rating or rise at a level, middle and 80 % interval, lowest first."""
        ends = (self.estimate.low, self.estimate.median, self.estimate.high)
        found = sorted(_answer(self.signal, effect_site_ng_per_ml, one) for one in ends)
        return found[0], found[1], found[2]


def sensitivity(signal: Signal, occasions: Sequence[Occasion]) -> Sensitivity:
    """Learn a patient's sensitivity from infusions; the population's without enough readings.

    Raises BadValue for an unknown signal, a rating outside 0 to 10, times and readings of
    different number, and what `simulate` refuses.
    """
    if signal not in SIGNALS:
        raise BadValue("signal", f"unknown {signal!r}; known: {', '.join(SIGNALS)}")
    sites, seen = _pairs(signal, occasions)
    learnt, population = _update(signal, sites, seen), _update(signal, (), ())
    typical = _typical(signal)
    gates = _gates(signal, learnt, sites, seen)
    individual = all(gate.passed for gate in gates)
    return Sensitivity(
        signal=signal, typical=typical, estimate=learnt if individual else population,
        individual=individual, readings=len(seen), gates=gates,
    )  # fmt: skip


def effect_site(
    signal: Signal,
    *,
    weight_kg: float,
    times_min: Iterable[float],
    infusions: Sequence[Infusion] = (),
    boluses: Sequence[Bolus] = (),
    model_name: str = DEFAULT,
) -> Array:
    """Predict the effect-site level of S-ketamine (ng/mL) that a signal answers to."""
    if signal == "dissociation":
        return simulate(
            weight_kg=weight_kg, times_min=times_min, infusions=infusions, boluses=boluses,
            model_name=model_name,
        ).ng_per_ml["effect_site"]  # fmt: skip
    return haemodynamics.effect_site(
        weight_kg=weight_kg, times_min=times_min, infusions=infusions, boluses=boluses,
        model_name=model_name,
    )  # fmt: skip


def _pairs(
    signal: Signal, occasions: Sequence[Occasion]
) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Levels and readings of all infusions; a reading without drug is left out."""
    pairs: list[tuple[float, float]] = []
    for one in occasions:
        if len(one.times_min) != len(one.seen):
            raise BadValue("seen", "one reading, or none, is needed for each time")
        known = [(t, s) for t, s in zip(one.times_min, one.seen, strict=True) if s is not None]
        if known:
            levels = effect_site(
                signal, weight_kg=one.weight_kg, times_min=[t for t, _ in known],
                infusions=one.infusions, boluses=one.boluses, model_name=one.model_name,
            )  # fmt: skip
            pairs += [(float(c), float(s)) for c, (_, s) in zip(levels, known, strict=True)]
    kept = [pair for pair in pairs if pair[0] >= LEAST_SITE_NG_PER_ML]
    return tuple(c for c, _ in kept), tuple(s for _, s in kept)


def _update(signal: Signal, sites: Sequence[float], seen: Sequence[float]) -> Estimate:
    if signal == "dissociation":
        return acute.update_c50(effect_site_ng_per_ml=sites, ratings=seen)
    return haemodynamics.update_slope(signal=signal, effect_site_ng_per_ml=sites, rises_seen=seen)


def _typical(signal: Signal) -> float:
    return acute.C50_NG_PER_ML if signal == "dissociation" else haemodynamics.slope(signal)


def _answer(signal: Signal, site: float, parameter: float) -> float:
    if signal == "dissociation":
        return acute.HIGHEST_RATING * site / (parameter + site)
    return parameter * min(site, haemodynamics.HIGHEST_SITE_NG_PER_ML)


def _gates(
    signal: Signal, learnt: Estimate, sites: Sequence[float], seen: Sequence[float]
) -> tuple[Gate, ...]:
    is_rating = signal == "dissociation"
    log_sd = acute.C50_LOG_SD if is_rating else haemodynamics.LOG_SD
    scatter = acute.RATING_SD if is_rating else haemodynamics.SCATTER
    distance = abs(math.log(learnt.median / _typical(signal))) / log_sd
    expected = np.array([_answer(signal, site, learnt.median) for site in sites])
    misses = (np.array(seen) - expected) / scatter
    misfit = float(np.sqrt(np.mean(misses**2))) if seen else 0.0
    return (
        Gate(
            name="readings", passed=len(seen) >= LEAST_READINGS, value=float(len(seen)),
            limit=float(LEAST_READINGS), says=Message(id=N_("too few readings under the drug")),
        ),
        at_most("distance", distance, FARTHEST_SD, N_("too far from the population")),
        at_most("misfit", misfit, WORST_MISFIT, N_("the fit does not explain the readings")),
    )  # fmt: skip
