"""A patient's own kinetics from measured levels, with what the levels could and could not tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.knowledge import N_, BadValue, Message
from reprieve.pharmacology import engine, posterior
from reprieve.pharmacology.gates import WORST_MISFIT, Gate, at_most
from reprieve.pharmacology.levels import Level
from reprieve.pharmacology.model import DEFAULT, Array, Model, model
from reprieve.pharmacology.plausibility import Kinetic, kinetics
from reprieve.pharmacology.population import PERCENTILES
from reprieve.pharmacology.posterior import Problem
from reprieve.pharmacology.sampling import DRAWS, resample
from reprieve.pharmacology.schedule import Bolus, Infusion, Schedule
from reprieve.pharmacology.simulate import check, whole_system

MOSTLY_PRIOR = 0.3
# Patients fitted together: few enough that all their systems stay in the processor's cache.
_FITTED_TOGETHER = 500
_STARTS_SD = (0.0, 0.7, -0.7)
_STEEPEST = 0.01
_FARTHEST_SD = 3.0
_NORMAL_95 = 1.959963984540054


@dataclass(frozen=True, slots=True, kw_only=True)
class Individual:
    """One parameter of the patient: typical for the weight, estimate, 95 % interval.

    `eta` is the log-deviation, `sd` its posterior SD, `shrinkage` posterior over prior variance:
    above 0.3 the figure is mostly the population's. It is 1 at most: a curvature that leaves more
    than the population's spread has taught nothing.
    """

    name: str
    unit: str
    typical: float
    estimate: float
    low: float
    high: float
    eta: float
    sd: float
    shrinkage: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One measured level beside what the population and the individual fit expect."""

    level: Level
    population_ng_per_ml: float
    individual_ng_per_ml: float
    weighted_residual: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """The answer of `fit`. When `individual` is false every figure is the population's.

    `site_assumed`: of some level it was not said where the blood was drawn; `warnings` says so too.
    `ng_per_ml` is the course under the estimate, `bands_ng_per_ml` percentiles x times, by output.
    """

    model: str
    version: str
    sampling_site: str
    site_assumed: bool
    individual: bool
    gates: tuple[Gate, ...]
    warnings: tuple[Message, ...]
    parameters: tuple[Individual, ...]
    kinetics: tuple[Kinetic, ...]
    compared: tuple[Compared, ...]
    effective_size: float | None
    times_min: Array
    ng_per_ml: Mapping[str, Array]
    percentiles: tuple[float, ...]
    bands_ng_per_ml: Mapping[str, Array]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    """A maximum and its surroundings; `covariance` is None when the curvature allows none."""

    eta: Array
    steepness: float
    covariance: Array | None


def fit(
    *,
    weight_kg: float,
    levels: Sequence[Level],
    rng: np.random.Generator,
    times_min: Iterable[float] | None = None,
    infusions: Sequence[Infusion] = (),
    boluses: Sequence[Bolus] = (),
    model_name: str = DEFAULT,
) -> Fit:
    """Estimate a patient's kinetics from levels: MAP, Laplace covariance, bands by resampling.

    Levels below quantification count by their probability (M3). `times_min` are the times of the
    bands (a grid over the record when None). A fit that misses a gate is not used: the
    population's figures are given, `individual` is false and `gates` says why. To update a fit,
    fit all levels again. Raises BadValue for input that `simulate` refuses, for no level, a level
    before the first dose, and a model without published variability.
    """
    chosen = model(model_name)
    wanted = _grid(infusions, boluses, levels) if times_min is None else times_min
    schedule, times = check(
        chosen, weight_kg=weight_kg, infusions=infusions, boluses=boluses, times_min=wanted
    )
    task = state(chosen, weight_kg=weight_kg, schedule=schedule, levels=levels)
    measured = np.array([one.ng_per_ml for one in levels])
    found = search(task, measured)
    own = kinetics(chosen, values=task.values(found.eta[None]), weight_kg=weight_kg)
    gates = _gates(task, found, measured, own)
    individual = all(gate.passed for gate in gates)
    eta, covariance = np.zeros_like(found.eta), chosen.omega
    size, draws = None, _prior_draws(chosen, rng)
    if individual and found.covariance is not None:
        eta, covariance = found.eta, found.covariance
        sample = resample(task, y=measured, mode=eta, covariance=covariance, rng=rng)
        size, draws = sample.effective_size, sample.eta
    whole = whole_system(chosen, task.values(draws))
    across = np.percentile(engine.levels(whole, schedule, times), PERCENTILES, axis=0)
    middle = engine.levels(whole_system(chosen, task.values(eta[None])), schedule, times)[0]
    parameters = _parameters(task, eta, covariance)
    unstated = _unstated(levels, chosen)
    return Fit(
        model=chosen.name, version=chosen.version, sampling_site=chosen.sampling_site,
        site_assumed=bool(unstated), individual=individual, gates=gates,
        warnings=(*unstated, *_warnings(parameters, own if individual else ())),
        parameters=parameters,
        kinetics=kinetics(chosen, values=task.values(eta[None]), weight_kg=weight_kg),
        compared=_compare(task, eta, levels), effective_size=size, times_min=times,
        ng_per_ml=dict(zip(whole.outputs, middle, strict=True)), percentiles=PERCENTILES,
        bands_ng_per_ml={name: across[:, i] for i, name in enumerate(whole.outputs)},
    )  # fmt: skip


def state(
    chosen: Model, *, weight_kg: float, schedule: Schedule, levels: Sequence[Level]
) -> Problem:
    """State the problem of a fit; BadValue names what makes it impossible."""
    if not levels:
        raise BadValue("levels", "no level given")
    if not chosen.random:
        raise BadValue("model", f"{chosen.name} has no published variability to fit with")
    if not all(output.proportional > 0 for output in chosen.outputs):
        raise BadValue("model", f"{chosen.name} has no published error of measurement to fit with")
    task = posterior.problem(model=chosen, weight_kg=weight_kg, schedule=schedule, levels=levels)
    nothing = task.predict(np.zeros((1, len(chosen.random))))[0] <= 0.0
    for level, absent in zip(levels, nothing, strict=True):
        if absent and not level.blq:
            raise BadValue("time_min", f"a level at {level.time_min:g} min, before any drug")
    return task


def fit_many(task: Problem, measured: Array) -> tuple[Array, Array]:
    """Estimate many patients who share schedule and sampling times, from levels (P, N).

    Answers the MAP estimates eta (P, E) and their Laplace covariances (P, E, E). One start, no
    gates: for calibration and registries, not for a single patient's page.
    """
    effects = len(task.model.random)
    eta = np.zeros((len(measured), effects))
    covariance = np.empty((len(measured), effects, effects))
    for first in range(0, len(measured), _FITTED_TOGETHER):
        block = slice(first, first + _FITTED_TOGETHER)
        ends = posterior.maximise(task, measured[block], start=eta[block])
        near = posterior.around(task, ends, measured[block])
        eta[block] = posterior.settled(ends, near)
        covariance[block] = np.linalg.inv(near.hessian / 2.0)
    return eta, covariance


def _grid(
    infusions: Sequence[Infusion], boluses: Sequence[Bolus], levels: Sequence[Level]
) -> Array:
    ends = [*(i.end_min for i in infusions), *(b.at_min for b in boluses)]
    return np.linspace(0.0, max([*ends, *(one.time_min for one in levels), 60.0]) + 120.0, 61)


def search(task: Problem, measured: Array) -> _Found:
    """Take the best of three starts, so that one bad slope does not decide."""
    sds = np.sqrt(np.diag(task.model.omega))
    starts = np.array([shift * sds for shift in _STARTS_SD])
    y = np.tile(measured, (len(starts), 1))
    ends = posterior.maximise(task, y, start=starts)
    near = posterior.around(task, ends, y)
    best = posterior.settled(ends, near)[[int(np.argmin(near.value))]]
    found = posterior.around(task, best, y[:1])
    curvature = found.hessian[0] / 2.0
    proper = bool(np.all(np.isfinite(curvature))) and np.linalg.eigvalsh(curvature)[0] > 0
    return _Found(
        eta=best[0],
        steepness=float(np.max(np.abs(found.gradient))),
        covariance=np.linalg.inv(curvature) if proper else None,
    )


def _gates(
    task: Problem, found: _Found, measured: Array, own: tuple[Kinetic, ...]
) -> tuple[Gate, ...]:
    farthest = float(np.max(np.abs(found.eta) / np.sqrt(np.diag(task.model.omega))))
    misfit = _misfit(task, found.eta, measured)
    strange = sum(one.beyond_belief for one in own)
    proper = found.covariance is not None
    return (
        at_most("gradient", found.steepness, _STEEPEST, N_("the search did not settle")),
        Gate(
            name="curvature", passed=proper, value=None, limit=0.0,
            says=Message(id=N_("the levels leave no proper uncertainty")),
        ),
        at_most("distance", farthest, _FARTHEST_SD, N_("too far from the population")),
        at_most("misfit", misfit, WORST_MISFIT, N_("the fit does not explain the levels")),
        at_most("plausibility", float(strange), 0.0, N_("implausible individual kinetics")),
    )  # fmt: skip


def _misfit(task: Problem, eta: Array, measured: Array) -> float:
    """Root mean square of the weighted residuals; a BLQ level counts only when predicted above."""
    predicted = task.predict(eta[None])[0]
    weighted = (measured - predicted) / np.sqrt(task.variance(predicted))
    weighted = np.where(task.blq, np.minimum(weighted, 0.0), weighted)
    return float(np.sqrt(np.mean(weighted**2)))


def _prior_draws(chosen: Model, rng: np.random.Generator) -> Array:
    root = np.linalg.cholesky(chosen.omega)
    draws: Array = rng.standard_normal((DRAWS, len(chosen.random))) @ root.T
    return draws


def _parameters(task: Problem, eta: Array, covariance: Array) -> tuple[Individual, ...]:
    sds, prior = np.sqrt(np.diag(covariance)), np.diag(task.model.omega)
    found = []
    for i, name in enumerate(task.model.random):
        typical = task.typical[name]
        low, middle, high = typical * np.exp(eta[i] + _NORMAL_95 * sds[i] * np.array([-1, 0, 1]))
        found.append(Individual(
            name=name, unit=task.model.parameters[name].unit, typical=typical,
            estimate=float(middle), low=float(low), high=float(high), eta=float(eta[i]),
            sd=float(sds[i]), shrinkage=min(1.0, float(sds[i] ** 2 / prior[i])),
        ))  # fmt: skip
    return tuple(found)


def _unstated(levels: Sequence[Level], chosen: Model) -> tuple[Message, ...]:
    """Arterial and venous levels differ by half: say it when nobody said where blood was drawn."""
    if all(level.site is not None for level in levels):
        return ()
    words = {
        "arterial": N_("site not stated, read as arterial"),
        "venous": N_("site not stated, read as venous"),
    }
    unknown = N_("site not stated, nor known of the model")
    return (Message(id=words.get(chosen.sampling_site, unknown)),)


def _warnings(parameters: tuple[Individual, ...], own: tuple[Kinetic, ...]) -> tuple[Message, ...]:
    prior = N_("{parameter}: mostly the population's value")
    strange = N_("implausible individual estimate: {kinetic} {value:.3g} {unit} per 70 kg")
    return (
        *(
            Message(id=prior, params={"parameter": p.name})
            for p in parameters
            if p.shrinkage > MOSTLY_PRIOR
        ),
        *(
            Message(id=strange, params={"kinetic": k.name, "value": k.value, "unit": k.unit})
            for k in own
            if not k.within
        ),
    )


def _compare(task: Problem, eta: Array, levels: Sequence[Level]) -> tuple[Compared, ...]:
    population, own = task.predict(np.stack([np.zeros_like(eta), eta]))
    sds = np.sqrt(task.variance(own))
    return tuple(
        Compared(
            level=level,
            population_ng_per_ml=float(population[i]),
            individual_ng_per_ml=float(own[i]),
            weighted_residual=None if level.blq else float((level.ng_per_ml - own[i]) / sds[i]),
        )
        for i, level in enumerate(levels)
    )
