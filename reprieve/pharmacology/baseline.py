"""A patient's own pain before treatment, measured: E0 of the slow model is not a guess then.

Four of the seven days before the first infusion make a baseline, as the outcomes of the clinic
count it. How well their mean is known follows from their own scatter, drawn a little toward the
usual one: seven equal answers are no proof that the eighth is equal too.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from reprieve.pharmacology.diary import Entry
from reprieve.pharmacology.slow import DATA

SCATTER = float(DATA["rating"]["residual"]["value"])
CORRELATION = float(DATA["rating"]["residual"]["correlation_per_day"])
WINDOW_D, LEAST_DAYS = 7, 4
# The usual scatter counts as so many days of the patient's own.
_USUAL_DAYS = 2.0
# Answers are whole numbers: a mean is not known better than this.
_LEAST_SD = 0.25


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """Mean pain before treatment and how well it is known, in points of pain."""

    pain: float
    sd: float
    days: int


def measured(diary: Sequence[Entry]) -> Baseline | None:
    """Give the mean of the week before day 0; None with fewer than four of its days."""
    week = [entry for entry in diary if -WINDOW_D <= entry.day < 0]
    if len(week) < LEAST_DAYS:
        return None
    days = np.array([entry.day for entry in week], dtype=np.float64)
    pain = np.array([entry.average_pain for entry in week])
    # The variance of the mean, and what is missing from the sample's, in parts of the scatter's.
    shared = float(np.mean(CORRELATION ** np.abs(days[:, None] - days[None, :])))
    own = float(np.mean((pain - pain.mean()) ** 2)) / (1.0 - shared)
    free = len(week) - 1
    variance = (_USUAL_DAYS * SCATTER**2 + free * own) / (_USUAL_DAYS + free)
    return Baseline(
        pain=float(pain.mean()), sd=max(float(np.sqrt(variance * shared)), _LEAST_SD),
        days=len(week),
    )  # fmt: skip
