"""The individual posterior of a model: objective, its maximum, its curvature, its samples.

For log-deviations eta of one patient and measurements y with predictions f(eta):

    O(eta) = sum[(y - f)^2 / v + ln v] + sum_BLQ[-2 ln Phi((L - f) / sd)] + eta' W^-1 eta

with v = (b f)^2 + a^2. O is minus twice the log posterior. All functions work on P patients at
once who share schedule and sampling times: eta (P, E), y (P, N).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pharmacology import engine
from reprieve.pharmacology.levels import Level
from reprieve.pharmacology.model import Array, Model
from reprieve.pharmacology.schedule import Schedule
from reprieve.pharmacology.system import build

_LOWEST_VARIANCE = 1e-8
_DIFFERENCE = 1e-5
_HESSIAN_STEP = 1e-3
_MOST_STEPS = 60
# What a step has to promise: the last one, by second derivatives, leaves 1e-4 of an SD or less.
_CONVERGED = 1e-3
_PLAIN = 0.1
_MOST_DAMPING = 1e10


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """What is fitted to what: model, typical values, schedule, and where each y was measured."""

    model: Model
    typical: dict[str, float]
    schedule: Schedule
    times_min: Array
    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    blq: NDArray[np.bool_]
    proportional: Array
    additive: Array
    precision: Array

    def values(self, eta: Array) -> dict[str, Array | float]:
        """Give parameter values typical * exp(eta) for each patient."""
        found: dict[str, Array | float] = dict(self.typical)
        for column, name in enumerate(self.model.random):
            found[name] = self.typical[name] * np.exp(eta[:, column])
        return found

    def predict(self, eta: Array) -> Array:
        """Predict the measured levels (P, N) in ng/mL."""
        system = build(self.model, self.values(eta))
        whole = engine.levels(system, self.schedule, self.times_min)
        read: Array = whole[:, self.rows, self.columns]
        return read

    def variance(self, predicted: Array) -> Array:
        """Variance of one measurement about its prediction, ng^2/mL^2."""
        spread = (self.proportional * predicted) ** 2 + self.additive**2
        floored: Array = np.maximum(spread, _LOWEST_VARIANCE)
        return floored


def problem(
    *, model: Model, weight_kg: float, schedule: Schedule, levels: Sequence[Level]
) -> Problem:
    """State the problem of fitting a model to levels taken at the given times."""
    times, columns = np.unique([one.time_min for one in levels], return_inverse=True)
    rows = np.array([model.analytes.index(one.analyte) for one in levels])
    errors = [model.outputs[row] for row in rows]
    return Problem(
        model=model, typical=model.typical(weight_kg), schedule=schedule, times_min=times,
        rows=rows, columns=columns, blq=np.array([one.blq for one in levels]),
        proportional=np.array([e.proportional for e in errors]),
        additive=np.array([e.additive_ng_per_ml for e in errors]),
        precision=np.asarray(np.linalg.inv(model.omega), dtype=np.float64),
    )  # fmt: skip


def objective(task: Problem, eta: Array, y: Array) -> Array:
    """Compute O(eta), shape (P,)."""
    return _objective(task, eta, y, task.predict(eta))


def _objective(task: Problem, eta: Array, y: Array, f: Array) -> Array:
    v = task.variance(f)
    parts = np.where(task.blq, 0.0, (y - f) ** 2 / v + np.log(v))
    if task.blq.any():
        parts[:, task.blq] = -2.0 * _log_phi(((y - f) / np.sqrt(v))[:, task.blq])
    prior: Array = np.einsum("pe,ef,pf->p", eta, task.precision, eta)
    total: Array = prior + parts.sum(axis=1)
    return total


def _log_phi(u: Array) -> Array:
    from scipy.special import log_ndtr  # late: slow to import

    result: Array = log_ndtr(u)
    return result


def maximise(task: Problem, y: Array, *, start: Array) -> Array:
    """Come near the eta (P, E) of least O from `start` by damped Fisher scoring.

    A step is taken with the derivatives of the point it leads to, so that one call of the engine
    serves both; it ends when a step promises less than 1e-3 of O. `settled` does the rest.
    """
    eta, damping = start.copy(), np.full(len(y), 1e-3)
    f, jacobian = _jacobian(task, eta)
    value = _objective(task, eta, y, f)
    gradient, information = _slope(task, eta, y, f, jacobian)
    active = np.arange(len(y))
    for _ in range(_MOST_STEPS):
        scaled = information[active] * (1.0 + damping[active, None, None] * np.eye(eta.shape[1]))
        step = -np.linalg.solve(scaled, gradient[active][..., None])[..., 0]
        promise = -np.einsum("pe,pe->p", gradient[active], step)
        going = (promise > _CONVERGED) & (damping[active] < _MOST_DAMPING)
        active, step = active[going], step[going]
        if active.size == 0:
            break
        trial = eta[active] + np.clip(step, -1.0, 1.0)
        f, jacobian = _jacobian(task, trial)
        tried = _objective(task, trial, y[active], f)
        better = tried <= value[active]
        kept = active[better]
        eta[kept], value[kept] = trial[better], tried[better]
        gradient[kept], information[kept] = _slope(
            task, trial[better], y[kept], f[better], jacobian[better]
        )
        damping[active] *= np.where(better, 0.1, 10.0)
    return eta


def _slope(
    task: Problem, eta: Array, y: Array, f: Array, jacobian: Array
) -> tuple[Array, Array]:
    first, second = _by_prediction(task, y, f)
    gradient = np.einsum("pn,pne->pe", first, jacobian) + 2.0 * eta @ task.precision
    information = np.einsum("pn,pne,pnf->pef", second, jacobian, jacobian)
    return gradient, information + 2.0 * task.precision


def _jacobian(task: Problem, eta: Array) -> tuple[Array, Array]:
    """Predictions (P, N) and their forward differences (P, N, E), in one call of the engine."""
    patients, size = eta.shape
    moves = _DIFFERENCE * np.concatenate([np.zeros((1, size)), np.eye(size)])
    spread = (eta[None] + moves[:, None]).reshape(-1, size)
    found = task.predict(spread).reshape(size + 1, patients, -1)
    return found[0], (found[1:] - found[0]).transpose(1, 2, 0) / _DIFFERENCE


def _by_prediction(task: Problem, y: Array, f: Array) -> tuple[Array, Array]:
    """First derivative and expected second derivative of each measurement's part of O by f."""
    v, dv = task.variance(f), 2.0 * task.proportional**2 * f
    miss = y - f
    first = -2.0 * miss / v + (1.0 - miss**2 / v) * dv / v
    second = 2.0 / v + (dv / v) ** 2
    if not task.blq.any():
        return first, second
    u = miss / np.sqrt(v)
    du = -1.0 / np.sqrt(v) - 0.5 * miss * dv / v**1.5
    hazard = np.exp(-0.5 * u**2 - 0.5 * math.log(2 * math.pi) - _log_phi(u))
    first = np.where(task.blq, -2.0 * hazard * du, first)
    return first, np.where(task.blq, 2.0 * hazard * (hazard + u) * du**2, second)


@dataclass(frozen=True, slots=True, kw_only=True)
class Around:
    """O (P,), its gradient (P, E) and its second derivatives (P, E, E) about some points."""

    value: Array
    gradient: Array
    hessian: Array


def around(task: Problem, eta: Array, y: Array) -> Around:
    """Differentiate O twice by central differences, in one call of the engine.

    O_ij = [O(+i+j) - O(+i) - O(+j) + 2 O - O(-i) - O(-j) + O(-i-j)] / 2 h^2.
    """
    patients, size = eta.shape
    first, second = np.triu_indices(size, 1)
    unit = _HESSIAN_STEP * np.eye(size)
    both = unit[first] + unit[second]
    moves = np.concatenate([np.zeros((1, size)), unit, -unit, both, -both])
    spread = (eta[None] + moves[:, None]).reshape(-1, size)
    values = objective(task, spread, np.tile(y, (len(moves), 1))).reshape(len(moves), patients)
    middle, ahead, behind = values[0], values[1 : size + 1], values[size + 1 : 2 * size + 1]
    along = ahead + behind - 2.0 * middle
    found = np.empty((patients, size, size))
    found[:, np.arange(size), np.arange(size)] = along.T
    pairs = values[2 * size + 1 :].reshape(2, -1, patients).sum(axis=0) - 2.0 * middle
    mixed = 0.5 * (pairs - along[first] - along[second])
    found[:, first, second] = found[:, second, first] = mixed.T
    return Around(
        value=middle, gradient=(ahead - behind).T / (2.0 * _HESSIAN_STEP),
        hessian=found / _HESSIAN_STEP**2,
    )  # fmt: skip


def settled(eta: Array, near: Around) -> Array:
    """Take Newton's step (P, E) from points near a minimum; where O is not bowl-shaped, none."""
    bowl: NDArray[np.bool_] = np.all(np.isfinite(near.hessian), axis=(1, 2))
    hessian = np.where(bowl[:, None, None], near.hessian, np.eye(eta.shape[1]))
    bowl &= np.linalg.eigvalsh(hessian)[:, 0] > 0
    step = np.linalg.solve(hessian, near.gradient[..., None])[..., 0]
    promise = np.einsum("pe,pe->p", near.gradient, step)
    return eta - np.where((bowl & (promise < _PLAIN))[:, None], step, 0.0)
