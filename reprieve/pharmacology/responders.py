"""Whether a patient responds, and how, as far as the diary tells.

Three kinds of patient: responder to the drug, responder as to placebo only, neither. For each,
pain is NRS = E0 (1 - effect) + scatter with E0 ~ N(mean, sd^2) and scatter correlated from day to
day (AR(1)). E0 is integrated in closed form; half-life and C50 lie on a grid. This is exact where
the usual way is one Laplace approximation for each kind. Mean and sd of E0 are those of the
patient's own week before treatment where that was written (`baseline`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pharmacology.baseline import CORRELATION, SCATTER, Baseline, measured
from reprieve.pharmacology.diary import Entry
from reprieve.pharmacology.grid import normalised
from reprieve.pharmacology.model import Array
from reprieve.pharmacology.slow import DATA

RESPONDERS = float(DATA["responders"]["ketamine"]["value"])
PLACEBO_RESPONDERS = float(DATA["responders"]["placebo"]["value"])
KINDS = np.array([
    RESPONDERS,
    (1.0 - RESPONDERS) * PLACEBO_RESPONDERS,
    (1.0 - RESPONDERS) * (1.0 - PLACEBO_RESPONDERS),
])  # fmt: skip
_BASELINE, _BASELINE_SD = (float(DATA["rating"]["baseline"][k]) for k in ("value", "sd"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """Weights (3, pairs) that sum to 1, and mean and SD of E0 given each kind and pair.

    `among_responders` (pairs,) are the weights given that the patient responds to the drug.
    `measured` is the week before treatment, None where it was not written.
    """

    weights: Array
    among_responders: Array
    baseline: Array
    baseline_sd: Array
    measured: Baseline | None

    @property
    def responder_probability(self) -> float:
        """Probability that the patient responds to the drug."""
        return min(1.0, float(self.weights[0].sum()))

    @property
    def expected_baseline(self) -> float:
        """Posterior mean of the pain before treatment."""
        return float(np.sum(self.weights * self.baseline))


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Each kind and pair held against a diary, E0 being N(`pain`, `sd`^2).

    `sums` (3, kinds, pairs) are, in whitened days: what is left of pain squared, the same times
    the distance of the diary from it, and that distance squared. All are 0 without a day.
    """

    start: Array
    measured: Baseline | None
    pain: float
    sd: float
    sums: Array

    def known(self, *, excess: float = 1.0) -> Known:
        """Weigh kinds and pairs; `excess` is how many times the usual scatter the diary has."""
        left, both, missed = self.sums / excess**2
        variance = self.sd**2
        scale = 1.0 + variance * left
        common = variance * both / scale
        squares = missed - common**2 * scale / variance
        logarithms = np.log(self.start) - 0.5 * (squares + np.log(scale))
        return Known(
            weights=normalised(logarithms), among_responders=normalised(logarithms[0]),
            baseline=self.pain + common, baseline_sd=np.sqrt(variance / scale),
            measured=self.measured,
        )  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Virtual patients from what is known: kind (0 drug responder), pair of the grid, E0."""

    kind: NDArray[np.intp]
    pair: NDArray[np.intp]
    baseline: Array


def learn(
    prior: Array, remaining: Array, diary: Sequence[Entry], *, untreated_before: bool = True,
    excess: float = 1.0,
) -> Known:  # fmt: skip
    """Update the prior weights (pairs,) by a diary.

    `remaining` (3, pairs, entries) is the share of pain that each kind and pair leaves; only in
    drug responders, the first kind, does it differ from pair to pair. With
    `untreated_before`, what was written before day 0 tells of E0 as measured and is not counted
    again. `excess` is how many times the usual scatter the diary is taken to have.
    """
    return held(prior, remaining, diary, untreated_before=untreated_before).known(excess=excess)


def held(
    prior: Array, remaining: Array, diary: Sequence[Entry], *, untreated_before: bool = True
) -> Held:  # fmt: skip
    """Hold each kind and pair against a diary; see `learn` for the arguments."""
    before = measured(diary) if untreated_before else None
    pain = _BASELINE if before is None else before.pain
    sd = _BASELINE_SD if before is None else before.sd
    told = learnt_from(diary, before)
    days = np.array([entry.day for entry in diary], dtype=np.float64)[told]
    rated = np.array([entry.average_pain for entry in diary], dtype=np.float64)[told]
    sums = np.zeros((3, len(KINDS), prior.size))
    if days.size:
        own = whiten(rated, days)
        sums[:, 0] = _sums(whiten(remaining[0][:, told], days), own, pain)
        # Who does not respond to the drug is the same whatever the pair.
        sums[:, 1:] = _sums(whiten(remaining[1:, :1, told], days), own, pain)
    return Held(start=KINDS[:, None] * prior, measured=before, pain=pain, sd=sd, sums=sums)


def _sums(left: Array, own: Array, pain: float) -> Array:
    miss = own - pain * left
    return np.stack([
        np.einsum("...t,...t->...", one, other)
        for one, other in ((left, left), (left, miss), (miss, miss))
    ])  # fmt: skip


def learnt_from(diary: Sequence[Entry], before: Baseline | None) -> NDArray[np.bool_]:
    """Tell which entries the update counts: all, or those from day 0 on after a measured week."""
    return np.array([before is None or entry.day >= 0 for entry in diary], dtype=np.bool_)


def draw(known: Known, *, size: int, rng: np.random.Generator) -> Draws:
    """Draw virtual patients from what is known."""
    chosen = rng.choice(known.weights.size, size=size, p=known.weights.ravel())
    kind, pair = np.unravel_index(chosen, known.weights.shape)
    spread = known.baseline_sd.ravel()[chosen] * rng.standard_normal(size)
    return Draws(kind=kind, pair=pair, baseline=known.baseline.ravel()[chosen] + spread)


def whiten(values: Array, days: Array) -> Array:
    """Turn correlated daily scatter into independent unit scatter along the last axis."""
    rho = CORRELATION ** np.diff(days)
    found = values / SCATTER
    later = (found[..., 1:] - rho * found[..., :-1]) / np.sqrt(1.0 - rho**2)
    whitened: Array = np.concatenate([found[..., :1], later], axis=-1)
    return whitened
