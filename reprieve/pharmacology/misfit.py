"""Whether the slow model can explain a diary at all, and how far it is off where it cannot.

A band says what is not known within the model. Where no patient of the model would write such a
diary the band says nothing, so this asks the patient of the model who comes nearest:

- is the scatter about that course larger than scatter is (whitened chi-square)?
- do the last weeks lie to one side of it?
- was the measured baseline left to come near?
- is pain worse than before treatment? No course of the model is.
- does it need a half-life or C50 at the edge of what is thought possible?

The limits are set so that few diaries that do follow the model fail one of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from reprieve.knowledge import N_
from reprieve.pharmacology.baseline import CORRELATION, SCATTER
from reprieve.pharmacology.diary import Entry
from reprieve.pharmacology.gates import Gate, at_most
from reprieve.pharmacology.model import Array
from reprieve.pharmacology.responders import Known, held, learnt_from, whiten
from reprieve.pharmacology.slow import DATA, Grid

_LIMITS = {name: float(one["value"]) for name, one in DATA["misfit"].items()}
_SPANS_D = (7, 14, 28)
# How far off the model was of late is taken over so many days.
_LATELY_D = 14
# The usual scatter counts as so many days of the patient's own, of which half is the least.
_USUAL_DAYS, _LEAST_OWN = 5.0, 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What is known of a patient, and whether the model fits the diary it is known from.

    `lately` is the mean pain of the last two weeks of the diary, up to `last_day`, and `off_by`
    how far the model is from it; neither is used where it fits.
    """

    known: Known
    gates: tuple[Gate, ...] = ()
    last_day: float = 0.0
    lately: float = 0.0
    off_by: float = 0.0

    @property
    def fits(self) -> bool:
        """Whether every gate is passed."""
        return all(gate.passed for gate in self.gates)

    def widening(self, days: Array, expected: Array) -> Array:
        """Give what to add to the spread of expected pain on each day (SD, points).

        Nothing where the model fits. Else as much as it is off in the diary, and ahead of that
        so much that a band of 80 % reaches to the pain of late: it may as well stay as it is.
        """
        if self.fits:
            return np.zeros_like(expected)
        reach = np.where(days > self.last_day, np.abs(expected - self.lately), 0.0)
        return np.maximum(reach, self.off_by)


def understood(
    pairs: Grid, remaining: Array, diary: Sequence[Entry], *, untreated_before: bool = True,
    also: tuple[Gate, ...] = (),
) -> Judged:  # fmt: skip
    """Learn from a diary, and judge whether what was learnt explains it, by `also` as well.

    Where it does not, the diary is counted as so much noisier as it was off, and E0 stays as
    measured: a model that is wrong must not bend what was seen. See `responders.learn` for the
    arguments.
    """
    against = held(pairs.weights, remaining, diary, untreated_before=untreated_before)
    known = against.known()
    told = learnt_from(diary, known.measured)
    if not any(told):
        return Judged(known=known)
    days = np.array([entry.day for entry in diary], dtype=np.float64)[told]
    pain = np.array([entry.average_pain for entry in diary])[told]
    nearest = np.unravel_index(int(np.argmax(known.weights)), known.weights.shape)
    missed = whiten(pain - known.baseline[nearest] * remaining[nearest][told], days)
    gates = (
        at_most("scatter", _chi_square(missed), _LIMITS["scatter"],
                N_("days lie farther from any course of the model than days do")),
        at_most("lately", _lately(missed, days), _LIMITS["lately"],
                N_("the last weeks lie to one side of any course of the model")),
        at_most("baseline", _moved(known, nearest), _LIMITS["baseline"],
                N_("only another pain before treatment than was written would explain it")),
        at_most("worse", _worse(known, days, pain), _LIMITS["worse"],
                N_("pain is worse than before treatment, which no course of the model is")),
        at_most("edge", _at_edge(known, pairs), _LIMITS["edge"],
                N_("only a half-life or potency at the edge of what is thought possible explains "
                   "it")),
        *also,
    )  # fmt: skip
    if all(gate.passed for gate in gates):
        return Judged(known=known, gates=gates)
    excess = max(1.0, float(np.sqrt(np.mean(missed**2))))
    known = _as_measured(against.known(excess=excess))
    expected = np.tensordot(known.weights * known.baseline, remaining, axes=2)[told]
    recent = days > days[-1] - _LATELY_D
    return Judged(
        known=known, gates=gates, last_day=float(days[-1]), lately=float(pain[recent].mean()),
        off_by=abs(float(np.mean((pain - expected)[recent]))),
    )  # fmt: skip


def _as_measured(known: Known) -> Known:
    if known.measured is None:
        return known
    shape = known.weights.shape
    return replace(
        known, baseline=np.full(shape, known.measured.pain),
        baseline_sd=np.full(shape, known.measured.sd),
    )  # fmt: skip


def _chi_square(missed: Array) -> float:
    """How many SDs the sum of squares lies above that of as many days of usual scatter."""
    return float((np.sum(missed**2) - missed.size) / np.sqrt(2.0 * missed.size))


def _lately(missed: Array, days: Array) -> float:
    """How many SDs the last one, two or four weeks lie to one side, the largest of them.

    A patient who answers more evenly than usual is judged by that: the SD is the patient's own,
    drawn toward the usual one, at least half and at most the whole of it.
    """
    own = (_USUAL_DAYS + float(missed @ missed)) / (_USUAL_DAYS + missed.size)
    sd = min(1.0, max(_LEAST_OWN, float(np.sqrt(own))))
    sides = [whiten((days > days[-1] - span).astype(np.float64), days) for span in _SPANS_D]
    return max(abs(float(side @ missed) / float(np.linalg.norm(side))) for side in sides) / sd


def _moved(known: Known, nearest: tuple[np.intp, ...]) -> float:
    """How many of its own SDs the measured baseline was left by."""
    if known.measured is None:
        return 0.0
    return abs(float(known.baseline[nearest]) - known.measured.pain) / known.measured.sd


def _worse(known: Known, days: Array, pain: Array) -> float:
    """How many SDs the last two weeks lie above the measured baseline."""
    if known.measured is None:
        return 0.0
    recent = days > days[-1] - _LATELY_D
    apart = np.abs(days[recent][:, None] - days[recent][None, :])
    variance = known.measured.sd**2 + SCATTER**2 * float(np.mean(CORRELATION**apart))
    return max(0.0, float(pain[recent].mean()) - known.measured.pain) / float(np.sqrt(variance))


def _at_edge(known: Known, pairs: Grid) -> float:
    """The probability that the patient responds with figures at the edge of the grid."""
    edge = np.zeros(pairs.weights.size, dtype=np.bool_)
    for values in (pairs.half_lives_d, pairs.c50s_ng_per_ml):
        distinct, place = np.unique(values, return_inverse=True)
        edge |= (place < 2) | (place >= distinct.size - 2)
    return float(np.sum(known.weights[0][edge]))
