"""Virtual patients drawn from a model's variability, and percentile bands over them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.knowledge import BadValue
from reprieve.pharmacology import engine
from reprieve.pharmacology.model import DEFAULT, Array, Model, model
from reprieve.pharmacology.quantiles import Quantiles
from reprieve.pharmacology.schedule import Bolus, Infusion, Schedule
from reprieve.pharmacology.simulate import check, whole_system

PERCENTILES = (5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0)
MOST_PATIENTS = 1_000_000
# Up to these sizes percentiles are exact; beyond, blocks of this size (32 MB) are counted.
_MOST_VALUES_AT_ONCE = 4_000_000
_MOST_PATIENTS_AT_ONCE = 50_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Bands:
    """Percentiles (percentiles x times, ng/mL) by output over `patients` virtual patients.

    They show the spread of true levels between patients, without the error of a measurement.
    """

    model: str
    patients: int
    times_min: Array
    percentiles: tuple[float, ...]
    ng_per_ml: Mapping[str, Array]


def draw(
    chosen: Model, *, weights_kg: Sequence[float] | Array, rng: np.random.Generator
) -> dict[str, Array]:
    """Draw parameters of one patient for each weight: typical value times exp(eta), eta ~ N(0, W).

    Raises BadValue when the model publishes no variability or a weight is outside its range.
    """
    if not chosen.random:
        raise BadValue("model", f"{chosen.name} has no published variability, so no bands")
    for weight in np.unique(np.asarray(weights_kg, dtype=np.float64)):
        chosen.check_weight(float(weight))
    ratio = np.asarray(weights_kg, dtype=np.float64) / 70.0
    eta = rng.standard_normal((ratio.size, len(chosen.random))) @ np.linalg.cholesky(chosen.omega).T
    values = {p.name: p.value * ratio**p.weight_exponent for p in chosen.parameters.values()}
    for column, name in enumerate(chosen.random):
        values[name] = values[name] * np.exp(eta[:, column])
    return values


def bands(
    *,
    weight_kg: float,
    times_min: Iterable[float],
    patients: int,
    rng: np.random.Generator,
    infusions: Sequence[Infusion] = (),
    boluses: Sequence[Bolus] = (),
    model_name: str = DEFAULT,
    percentiles: tuple[float, ...] = PERCENTILES,
) -> Bands:
    """Predict percentile bands over virtual patients of one weight.

    Raises BadValue as `simulate` does, and for fewer than 1 or more than a million patients.
    """
    chosen = model(model_name)
    schedule, times = check(
        chosen, weight_kg=weight_kg, infusions=infusions, boluses=boluses, times_min=times_min
    )
    if not 1 <= patients <= MOST_PATIENTS:
        raise BadValue("patients", f"{patients} is not between 1 and {MOST_PATIENTS}")
    outputs = (*chosen.analytes, "effect_site")
    fitting = _MOST_VALUES_AT_ONCE // (len(outputs) * times.size)
    block = max(1, min(fitting, _MOST_PATIENTS_AT_ONCE))
    sizes = [block] * (patients // block) + ([patients % block] if patients % block else [])
    levels = (
        _levels(chosen, schedule, times, weights_kg=np.full(size, weight_kg), rng=rng)
        for size in sizes
    )
    across = _percentiles(levels, percentiles).reshape(-1, len(outputs), times.size)
    return Bands(
        model=chosen.name, patients=patients, times_min=times, percentiles=percentiles,
        ng_per_ml={name: across[:, i] for i, name in enumerate(outputs)},
    )  # fmt: skip


def _levels(
    chosen: Model, schedule: Schedule, times: Array, *, weights_kg: Array, rng: np.random.Generator
) -> Array:
    """Levels of one block of patients, one row each."""
    system = whole_system(chosen, draw(chosen, weights_kg=weights_kg, rng=rng))
    return engine.levels(system, schedule, times).reshape(weights_kg.size, -1)


def _percentiles(blocks: Iterator[Array], percentiles: tuple[float, ...]) -> Array:
    first, second = next(blocks), next(blocks, None)
    if second is None:
        exact: Array = np.percentile(first, percentiles, axis=0)
        return exact
    counted = Quantiles(first)
    counted.add(second)
    for block in blocks:
        counted.add(block)
    return counted.at(percentiles)
