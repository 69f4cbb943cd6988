"""Virtual patients drawn from a model's variability, and percentile bands over them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.knowledge import BadValue
from reprieve.pharmacology import engine
from reprieve.pharmacology.model import DEFAULT, Array, Model, model
from reprieve.pharmacology.schedule import Bolus, Infusion
from reprieve.pharmacology.simulate import check, whole_system

PERCENTILES = (5.0, 10.0, 25.0, 50.0, 75.0, 90.0, 95.0)
MOST_PATIENTS = 1_000_000
# Values of one block: 8 million doubles are 64 MB.
_BLOCK_VALUES = 8_000_000


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
    values = draw(chosen, weights_kg=np.full(patients, weight_kg), rng=rng)
    whole = whole_system(chosen, values)
    found = engine.levels(whole, schedule, times)
    across = np.percentile(found, percentiles, axis=0)
    return Bands(
        model=chosen.name, patients=patients, times_min=times, percentiles=percentiles,
        ng_per_ml={n: across[:, i] for i, n in enumerate(whole.outputs)},
    )  # fmt: skip
