"""Exact Bayesian updating of one positive parameter on a grid of its logarithm."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from reprieve.pharmacology.model import Array

_WIDTH_SD = 5.0
_POINTS = 401


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What is known of a parameter: median, 80 % interval, and how much is still the prior.

    `shrinkage` is the posterior over the prior variance: 1 says that nothing was learnt.
    """

    median: float
    low: float
    high: float
    shrinkage: float


def update(*, typical: float, log_sd: float, log_likelihood: Callable[[Array], Array]) -> Estimate:
    """Update a log-normal prior by a likelihood given as a function of the parameter's values.

    Bayes' rule on 401 points over five prior standard deviations to either side.
    """
    deviations = np.linspace(-_WIDTH_SD, _WIDTH_SD, _POINTS)
    values = typical * np.exp(log_sd * deviations)
    weights = normalised(log_likelihood(values) - 0.5 * deviations**2)
    cumulative = np.cumsum(weights) - 0.5 * weights
    low, median, high = np.exp(np.interp([0.1, 0.5, 0.9], cumulative, np.log(values)))
    mean = float(weights @ deviations)
    return Estimate(
        median=float(median), low=float(low), high=float(high),
        shrinkage=float(weights @ (deviations - mean) ** 2),
    )  # fmt: skip


def normalised(log_weights: Array) -> Array:
    """Turn logarithms of weights into weights that sum to 1."""
    weights = np.exp(log_weights - np.max(log_weights))
    result: Array = weights / weights.sum()
    return result
