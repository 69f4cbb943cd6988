"""Draws from the individual posterior by sampling importance resampling."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from reprieve.pharmacology.grid import normalised
from reprieve.pharmacology.model import Array
from reprieve.pharmacology.posterior import Problem, objective

DRAWS = 2000
LEAST_SHARE = 0.3
_WIDER = 1.5
_DEGREES = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """Resampled eta (draws, E) and the effective sample size of the weights they came from."""

    eta: Array
    effective_size: float


def resample(
    task: Problem, *, y: Array, mode: Array, covariance: Array, rng: np.random.Generator
) -> Sample:
    """Sample the posterior about its mode: proposal N(mode, 1.5 C), weights posterior/proposal.

    When fewer than 30 % of the draws count, a Student t proposal with 5 degrees of freedom, whose
    tails are heavier, replaces the normal one.
    """
    normal = _draw(task, y, mode, covariance, rng, degrees=math.inf)
    if normal.effective_size >= LEAST_SHARE * DRAWS:
        return normal
    heavier = _draw(task, y, mode, covariance, rng, degrees=_DEGREES)
    return max(normal, heavier, key=lambda one: one.effective_size)


def _draw(
    task: Problem, y: Array, mode: Array, covariance: Array, rng: np.random.Generator,
    *, degrees: float,
) -> Sample:  # fmt: skip
    size = mode.size
    root = np.linalg.cholesky(_WIDER * covariance)
    raw = rng.standard_normal((DRAWS, size))
    if math.isfinite(degrees):
        raw /= np.sqrt(rng.chisquare(degrees, (DRAWS, 1)) / degrees)
    eta = mode + raw @ root.T
    squares = np.sum(raw**2, axis=1)
    proposal = (
        -0.5 * (degrees + size) * np.log1p(squares / degrees)
        if math.isfinite(degrees)
        else -0.5 * squares
    )
    weights = normalised(-0.5 * objective(task, eta, np.tile(y, (DRAWS, 1))) - proposal)
    chosen = rng.choice(DRAWS, size=DRAWS, p=weights)
    return Sample(eta=eta[chosen], effective_size=float(1.0 / np.sum(weights**2)))
