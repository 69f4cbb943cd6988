"""Solves the linear systems in closed form: modes where safe, matrix exponential where not.

A system x' = A x + b r(t) with A = P L P^-1 answers every input as a sum of independent modes
z_k' = l_k z_k + r(t), read through weights g = (C P) * (P^-1 b). Between changes of rate

    z(t) = exp(l t) (z0 + r / l) - r / l

so a whole schedule is a recursion over its few changes and one matrix product over its times.
Equal rates in a chain make A defective: there cond(P) passes 1e6 and the same recursion is done
by the exponential of the augmented matrix. Nothing is integrated numerically.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.knowledge import BadValue
from reprieve.pharmacology.model import Array
from reprieve.pharmacology.schedule import MIN_PER_H, Schedule, Steps, steps
from reprieve.pharmacology.system import System

WORST_CONDITION = 1e6
# Offsets into an interval closer than 1e-10 h are one and the same, so that days share work.
_OFFSET_DIGITS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """Rates `l` (P, K) in 1/h, below 0, and weights `g` (P, o, K) of one way into the body."""

    rates_per_h: Array
    weights: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """The observation times within interval `index`: their columns and hours since its start."""

    index: int
    columns: slice
    offsets_h: Array


def levels(
    system: System,
    schedule: Schedule,
    times_min: Array,
    *,
    entry: str = "central",
    out: Array | None = None,
) -> Array:
    """Compute levels (P, o, T) at ordered times after a schedule into one compartment.

    `out` is filled instead of a new array. A level at the minute of a bolus is read just after
    it. Levels are never below 0; a result that is not finite raises BadValue instead.
    """
    shape = (len(system.a), system.c.shape[1], times_min.size)
    result = np.empty(shape) if out is None else out
    plan = steps(schedule)
    modes, unsafe = decompose(system, entry=entry)
    if not unsafe.all():
        _by_modes(modes, plan, times_min / MIN_PER_H, result)
    if unsafe.any():
        result[unsafe] = _by_exponential(
            system.only(unsafe), plan, times_min / MIN_PER_H, system.entries[entry]
        )
    np.maximum(result, 0.0, out=result)
    if not np.isfinite(result.max(initial=0.0)):
        raise BadValue("levels", "the numbers given lead to a result that is not finite")
    return result


def decompose(system: System, *, entry: str = "central") -> tuple[Modes, NDArray[np.bool_]]:
    """Split a system into modes; the second answer marks patients whose modes are unsafe."""
    found, vectors = np.linalg.eig(system.a)
    rates, vectors = np.real(found), np.real(vectors)
    unsafe = np.any(np.imag(found) != 0, axis=-1) | np.any(rates >= 0, axis=-1)
    unsafe |= ~(np.linalg.cond(vectors) <= WORST_CONDITION)
    vectors[unsafe], rates[unsafe] = np.eye(system.a.shape[-1]), -1.0
    inward = np.linalg.inv(vectors)[:, :, system.entries[entry]]
    return Modes(rates_per_h=rates, weights=(system.c @ vectors) * inward[:, None, :]), unsafe


def _by_modes(modes: Modes, plan: Steps, times_h: Array, out: Array) -> None:
    """Fill `out` (P, o, T); intervals observed at equal offsets share their exponentials."""
    amplitudes = _amplitudes(modes, plan)
    shared: dict[bytes, Array] = {}
    out[:, :, : np.searchsorted(times_h, plan.starts_h[0]) if plan.starts_h.size else None] = 0.0
    for stretch in _stretches(plan, times_h):
        key = stretch.offsets_h.tobytes()
        if key not in shared:
            shared[key] = _decay(modes, stretch.offsets_h)
        np.matmul(amplitudes[stretch.index], shared[key], out=out[:, :, stretch.columns])


def _decay(modes: Modes, offsets_h: Array) -> Array:
    """Give exp(l t) of shape (P, K + 1, J); the last row is 1 and carries the constant part."""
    patients, count = modes.rates_per_h.shape
    decay = np.ones((patients, count + 1, offsets_h.size))
    np.exp(modes.rates_per_h[:, :, None] * offsets_h, out=decay[:, :-1])
    return decay


def _amplitudes(modes: Modes, plan: Steps) -> list[Array]:
    """Give for each interval the weights (P, o, K + 1) of its decaying modes and constant."""
    rates, weights = modes.rates_per_h, modes.weights
    settled = (weights / rates[:, None, :]).sum(axis=-1)
    state, found = np.zeros_like(rates), []
    spans = np.append(np.diff(plan.starts_h), 0.0)
    for jump, rate, span in zip(plan.jumps_mg, plan.rates_mg_per_h, spans, strict=True):
        state = state + jump
        decaying = weights * (state + rate / rates)[:, None, :]
        found.append(np.concatenate([decaying, -rate * settled[:, :, None]], axis=-1))
        grown = np.expm1(rates * span)
        state = state + grown * (state + rate / rates)
    return found


def _stretches(plan: Steps, times_h: Array) -> Iterator[_Stretch]:
    edges = [*np.searchsorted(times_h, plan.starts_h), times_h.size]
    for index, start_h in enumerate(plan.starts_h):
        columns = slice(int(edges[index]), int(edges[index + 1]))
        if columns.start < columns.stop:
            offsets = np.round(times_h[columns] - start_h, _OFFSET_DIGITS)
            yield _Stretch(index=index, columns=columns, offsets_h=offsets)


def _by_exponential(system: System, plan: Steps, times_h: Array, entry: int) -> Array:
    """Step from time to time by the augmented exponential; equal steps share theirs."""
    out = np.zeros((len(system.a), system.c.shape[1], times_h.size))
    state = np.zeros((*system.a.shape[:2], 1))
    step = _Stepper(system.a, entry)
    spans = np.append(np.diff(plan.starts_h), 0.0)
    observed = {s.index: s for s in _stretches(plan, times_h)}
    for index, (jump, rate) in enumerate(zip(plan.jumps_mg, plan.rates_mg_per_h, strict=True)):
        state[:, entry, 0] += jump
        inside = state
        if index in observed:
            stretch = observed[index]
            gaps = np.round(np.diff(stretch.offsets_h, prepend=0.0), _OFFSET_DIGITS)
            for column, gap in enumerate(gaps, start=stretch.columns.start):
                inside = step(inside, float(gap), float(rate))
                out[:, :, column] = (system.c @ inside)[..., 0]
        state = step(state, float(spans[index]), float(rate))
    return out


class _Stepper:
    """Moves states over a gap at a constant rate; keeps the exponential of each gap."""

    def __init__(self, a: Array, entry: int) -> None:
        patients, size, _ = a.shape
        self.augmented = np.zeros((patients, size + 1, size + 1))
        self.augmented[:, :size, :size] = a
        self.augmented[:, entry, size] = 1.0
        self.kept: dict[float, Array] = {}

    def __call__(self, state: Array, gap_h: float, rate_mg_per_h: float) -> Array:
        from scipy.linalg import expm  # type: ignore[import-untyped]  # late: slow to import

        if gap_h == 0:
            return state.copy()
        if gap_h not in self.kept:
            self.kept[gap_h] = expm(self.augmented * gap_h)
        whole = self.kept[gap_h]
        moved: Array = whole[:, :-1, :-1] @ state + whole[:, :-1, -1:] * rate_mg_per_h
        return moved
