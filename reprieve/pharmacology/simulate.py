"""Expected levels of one typical patient, and bands over a population, for any schedule."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.knowledge import BadValue, Message
from reprieve.pharmacology import engine, system
from reprieve.pharmacology.acute import HALF_LIFE_H
from reprieve.pharmacology.model import DEFAULT, Array, Model, model
from reprieve.pharmacology.routes import by_entry
from reprieve.pharmacology.schedule import (
    HIGHEST_AMOUNT_MG,
    HIGHEST_RATE_MG_PER_H,
    Bolus,
    Infusion,
    RouteDose,
    Schedule,
    check_range,
    check_times,
    check_together,
)
from reprieve.pharmacology.system import System, Values, build

MOST_MG_PER_KG_PER_H = 100.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Prediction:
    """Levels in ng/mL at `times_min`, by analyte; `effect_site` is S-ketamine at its fast site.

    A model expectation for decision support, from the people of `population`; `extrapolated` lists
    what was measured in others than an adult patient.
    """

    model: str
    version: str
    sampling_site: str
    form: str
    population: str
    extrapolated: tuple[Message, ...]
    dose_mg: float
    times_min: Array
    ng_per_ml: Mapping[str, Array]


def simulate(
    *,
    weight_kg: float,
    times_min: Iterable[float],
    infusions: Sequence[Infusion] = (),
    boluses: Sequence[Bolus] = (),
    doses: Sequence[RouteDose] = (),
    model_name: str = DEFAULT,
    values: Values | None = None,
    age_years: float | None = None,
) -> Prediction:
    """Predict the levels that a schedule leads to in a typical patient of a weight.

    The model's linear system is solved in closed form (see `engine`). Times in minutes, in order,
    from 0. `doses` go by a route that the model names (see `routes`). `values` replaces typical
    parameters (hours, litres), for example by those of a fit. Raises BadValue naming a weight
    or age outside the model's range, an absurd or negative rate, times out of order, an unknown
    model or route. Without any infusion, bolus or dose there is nothing to predict.
    """
    chosen = model(model_name)
    beyond = chosen.beyond(age_years)
    schedule, times = check(
        chosen, weight_kg=weight_kg, infusions=infusions, boluses=boluses, times_min=times_min,
        doses=doses,
    )  # fmt: skip
    whole = whole_system(chosen, {**chosen.typical(weight_kg), **_own(chosen, values or {})})
    found = engine.levels(whole, schedule, times)[0]
    for entry, part in by_entry(chosen, doses).items():
        found = found + engine.levels(whole, part, times, entry=entry)[0]
    return Prediction(
        model=chosen.name, version=chosen.version, sampling_site=chosen.sampling_site,
        form=chosen.form, population=chosen.population, extrapolated=beyond,
        dose_mg=schedule.dose_mg + sum(dose.dose_mg for dose in doses),
        times_min=times,
        ng_per_ml=dict(zip(whole.outputs, found, strict=True)),
    )  # fmt: skip


def check(
    chosen: Model,
    *,
    weight_kg: float,
    infusions: Sequence[Infusion],
    boluses: Sequence[Bolus],
    times_min: Iterable[float],
    doses: Sequence[RouteDose] = (),
) -> tuple[Schedule, Array]:
    """Check weight, schedule and times against a model; BadValue names the one that is wrong."""
    weight = chosen.check_weight(weight_kg)
    if not infusions and not boluses and not doses:
        raise BadValue("infuse", "no infusion and no bolus given")
    schedule = Schedule(infusions=tuple(infusions), boluses=tuple(boluses))
    check_together(schedule, highest_mg_per_h=MOST_MG_PER_KG_PER_H * weight)
    return schedule, check_times(times_min)


def _own(chosen: Model, values: Values) -> Values:
    """Give a person's own parameters back: each one the model's, and a number above 0."""
    for name, value in values.items():
        if name not in chosen.parameters:
            known = ", ".join(sorted(chosen.parameters))
            raise BadValue("values", f"unknown {name!r}; known: {known}")
        if not np.all(np.isfinite(value) & (np.asarray(value) > 0)):
            raise BadValue("values", f"{name} is a number above 0")
    return values


def whole_system(chosen: Model, values: Values) -> System:
    """Build a model's system with the fast effect site of S-ketamine as the last output."""
    return build(chosen, values, effect_half_life_h=HALF_LIFE_H)


def steady_state(
    *, weight_kg: float, rate_mg_per_h: float, model_name: str = DEFAULT
) -> dict[str, float]:
    """Give the levels in ng/mL that an endless infusion approaches, by output.

    Raises BadValue for a rate that is no number from 0 to the highest that is plausible.
    """
    check_range("rate_mg_per_h", rate_mg_per_h, HIGHEST_RATE_MG_PER_H)
    whole = _typical(weight_kg, model_name)
    found = system.steady_state(whole, rate_mg_per_h=rate_mg_per_h)[0]
    return dict(zip(whole.outputs, map(float, found), strict=True))


def auc_to_infinity(
    *, weight_kg: float, dose_mg: float, model_name: str = DEFAULT
) -> dict[str, float]:
    """Give the whole area under the levels in ng/mL times h after a dose, by output.

    Raises BadValue for a dose that is no number from 0 to the highest that is plausible.
    """
    check_range("dose_mg", dose_mg, HIGHEST_AMOUNT_MG)
    whole = _typical(weight_kg, model_name)
    found = system.auc_to_infinity(whole, dose_mg=dose_mg)[0]
    return dict(zip(whole.outputs, map(float, found), strict=True))


def terminal_half_life_h(*, weight_kg: float, model_name: str = DEFAULT) -> float:
    """Give the half-life of the slowest fall of the levels, in hours."""
    chosen = model(model_name)
    rates = np.linalg.eigvals(build(chosen, chosen.typical(weight_kg)).a[0])
    return float(np.log(2) / np.min(-np.real(rates)))


def _typical(weight_kg: float, model_name: str) -> System:
    chosen = model(model_name)
    return whole_system(chosen, chosen.typical(weight_kg))
