"""Solves the linear systems in closed form: modes where safe, matrix exponential where not.

A system x' = A x + b r(t) with A = P L P^-1 answers every input as a sum of independent modes
z_k' = l_k z_k + r(t), read through weights g = (C P) * (P^-1 b). Between changes of rate

    z(t) = z0 exp(l t) + r expm1(l t) / l

so a whole schedule is a recursion over its few changes and one matrix product over its times.
Equal rates in a chain make A defective: there cond(P) passes 1e6 and the same recursion is done
by the exponential of the augmented matrix. Nothing is integrated numerically.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

import numpy as np
from numpy.lib.stride_tricks import as_strided
from numpy.typing import NDArray

from reprieve.knowledge import BadValue
from reprieve.pharmacology import blocks
from reprieve.pharmacology.model import Array
from reprieve.pharmacology.schedule import MIN_PER_H, Schedule, Steps, steps
from reprieve.pharmacology.system import System

WORST_CONDITION = 1e6
# Offsets into an interval closer than 1e-10 h are one and the same, so that days share work.
_OFFSET_DIGITS = 10
# Steps that differ by no more than rounding are one step; fewer times are not worth the doubling.
_SAME_STEP_H = 4e-10
_FEW = 8
_SINGULAR = 1e-200
# Patients worked on together: few enough that their levels stay in the processor's cache.
_VALUES_TOGETHER = 400_000
_LEAST_TOGETHER = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Modes:
    """Rates `l` (P, K) in 1/h, below 0, and weights `g` (P, o, K) of one way into the body."""

    rates_per_h: Array
    weights: Array

    def only(self, chosen: slice) -> Modes:
        """Give the modes of some of the patients."""
        return Modes(rates_per_h=self.rates_per_h[chosen], weights=self.weights[chosen])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Stretch:
    """The observation times within interval `index`: their columns and hours since its start."""

    index: int
    columns: slice
    offsets_h: Array


@dataclass(frozen=True, slots=True, kw_only=True)
class _Alike:
    """Stretches observed at equal offsets, all with or all without drug, equally far apart.

    The columns of the first begin at `first`, those of each next one `pitch` later.
    """

    indices: tuple[int, ...]
    first: int
    pitch: int
    offsets_h: Array
    running: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layout:
    """A schedule cut into steps, and the times that fall into each."""

    plan: Steps
    stretches: tuple[_Stretch, ...]
    alike: tuple[_Alike, ...]


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
    _refuse_unless(bool(np.isfinite(system.a).all()))
    layout = _laid_out(schedule, times_min.astype(np.float64).tobytes())
    modes, unsafe = decompose(system, entry=entry)
    together = max(_LEAST_TOGETHER, _VALUES_TOGETHER // (8 * max(1, times_min.size)))
    for first in range(0, shape[0], together):
        block = slice(first, first + together)
        part = result[block]
        if not unsafe[block].all():
            _by_modes(modes.only(block), layout, part)
        if unsafe[block].any():
            chosen = np.flatnonzero(unsafe[block])
            part[chosen] = _by_exponential(
                system.only(chosen + first), layout, times_min.size, system.entries[entry]
            )
            _refuse_unless(bool(np.isfinite(part[chosen]).all()))
        if part.min(initial=0.0) < 0:  # rounding; a look costs a third of a change
            np.maximum(part, 0.0, out=part)
    return result


def _refuse_unless(finite: bool) -> None:
    if not finite:
        raise BadValue("levels", "the numbers given lead to a result that is not finite")


def decompose(system: System, *, entry: str = "central") -> tuple[Modes, NDArray[np.bool_]]:
    """Split a system into modes; the second answer marks patients whose modes are unsafe.

    By residues where the compartments form small groups, else, and where those do not hold, by
    eigenvectors (see `blocks`).
    """
    place = system.entries[entry]
    found = blocks.modes(system.a, system.c, place)
    if found is None:
        return _by_eigenvectors(system, place)
    rates, weights, holds = found
    unsafe = ~holds
    if unsafe.any():
        chosen = np.flatnonzero(unsafe)
        mended, still = _by_eigenvectors(system.only(chosen), place)
        rates[chosen], weights[chosen] = mended.rates_per_h, mended.weights
        unsafe[chosen] = still
    return Modes(rates_per_h=rates, weights=weights), unsafe


def _by_eigenvectors(system: System, place: int) -> tuple[Modes, NDArray[np.bool_]]:
    """The condition is taken in the Frobenius norm, which is never below the spectral one."""
    found, vectors = np.linalg.eig(system.a)
    # Copies in one piece: the real part of what numpy returns is scattered over complex numbers.
    rates, vectors = np.array(np.real(found)), np.array(np.real(vectors))
    unsafe = np.any(np.imag(found) != 0, axis=-1) | np.any(rates >= 0, axis=-1)
    unsafe |= ~(np.abs(np.linalg.det(vectors)) > _SINGULAR)
    vectors[unsafe], rates[unsafe] = np.eye(system.a.shape[-1]), -1.0
    inverse = np.linalg.inv(vectors)
    size = np.linalg.norm(vectors, axis=(1, 2)) * np.linalg.norm(inverse, axis=(1, 2))
    unsafe |= ~(size <= WORST_CONDITION)
    inward = inverse[:, :, place]
    return Modes(rates_per_h=rates, weights=(system.c @ vectors) * inward[:, None, :]), unsafe


def _by_modes(modes: Modes, layout: _Layout, out: Array) -> None:
    """Fill `out` (P, o, T); intervals observed at equal offsets are worked out together."""
    out[:, :, : layout.stretches[0].columns.start if layout.stretches else None] = 0.0
    states = _states(modes, layout.plan)
    for alike in layout.alike:
        here = list(alike.indices)
        courses = _courses(modes, alike.offsets_h, running=alike.running)
        rates = layout.plan.rates_mg_per_h[here] if alike.running else None
        weights = _weights(modes, states[:, here], rates)
        # No course passes 1 in size, so finite weights give finite levels.
        _refuse_unless(bool(np.isfinite(np.abs(weights).sum())))
        _multiply(weights, courses, out[:, :, alike.first :], pitch=alike.pitch)


def _multiply(weights: Array, courses: Array, out: Array, *, pitch: int) -> None:
    """Write weights (P, o, S, K) @ courses (P, K, J) to every `pitch`-th column of `out`.

    Where the rows of one output end as the next one's begin, all are one product a patient.
    """
    patients, outputs, count, size = weights.shape
    times, (each, row, value) = courses.shape[-1], out.strides
    if row == count * pitch * value:
        place = as_strided(
            out, shape=(patients, outputs * count, times), strides=(each, pitch * value, value)
        )
        np.matmul(weights.reshape(patients, -1, size), courses, out=place)
        return
    place = as_strided(
        out, shape=(patients, outputs, count, times), strides=(each, row, pitch * value, value)
    )
    np.matmul(weights, courses[:, None], out=place)


def _courses(modes: Modes, offsets_h: Array, *, running: bool) -> Array:
    """Give exp(l t) of shape (P, K, J) for a pause; expm1(l t) and a row of 1 for an infusion.

    expm1 keeps the first minutes of an infusion exact, exp the last hours of a fall.
    """
    if not running and _is_even(offsets_h):
        return _powers(modes.rates_per_h, offsets_h)
    exponents = modes.rates_per_h[:, :, None] * offsets_h
    if not running:
        return np.exp(exponents, out=exponents)
    courses = np.ones((len(exponents), exponents.shape[1] + 1, offsets_h.size))
    np.expm1(exponents, out=courses[:, :-1])
    return courses


def _is_even(offsets_h: Array) -> bool:
    return offsets_h.size > _FEW and bool(np.ptp(np.diff(offsets_h)) <= _SAME_STEP_H)


def _powers(rates_per_h: Array, offsets_h: Array) -> Array:
    """Give exp(l t) at evenly spaced times by doubling: a product a value, few roundings each."""
    step = (offsets_h[-1] - offsets_h[0]) / (offsets_h.size - 1)
    found = np.empty((*rates_per_h.shape, offsets_h.size))
    found[..., 0] = np.exp(rates_per_h * offsets_h[0])
    ratio, filled = np.exp(rates_per_h * step), 1
    while filled < offsets_h.size:
        more = min(filled, offsets_h.size - filled)
        np.multiply(found[..., :more], ratio[..., None], out=found[..., filled : filled + more])
        ratio, filled = ratio * ratio, filled + more
    return found


def _weights(modes: Modes, states: Array, rates_mg_per_h: Array | None) -> Array:
    """Give weights (P, o, S, K), or (P, o, S, K + 1) with drug, to go with S intervals' courses."""
    resting = modes.weights[:, :, None, :] * states[:, None]
    if rates_mg_per_h is None:
        return resting
    steady = rates_mg_per_h[:, None] / modes.rates_per_h[:, None, :]
    moving = modes.weights[:, :, None, :] * (states + steady)[:, None]
    return np.concatenate([moving, resting.sum(axis=-1, keepdims=True)], axis=-1)


def _states(modes: Modes, plan: Steps) -> Array:
    """Give the amplitudes (P, S, K) of all modes at the start of each interval."""
    rates = modes.rates_per_h
    state, found = np.zeros_like(rates), np.empty((len(rates), plan.starts_h.size, rates.shape[1]))
    spans = np.diff(plan.starts_h, append=plan.starts_h[-1:])
    change: dict[float, tuple[Array, Array]] = {}
    for index, span in enumerate(map(float, spans)):
        state = state + plan.jumps_mg[index]
        found[:, index] = state
        if span not in change:
            change[span] = np.exp(rates * span), np.expm1(rates * span) / rates
        kept, grown = change[span]
        state = state * kept + plan.rates_mg_per_h[index] * grown
    return found


@lru_cache(maxsize=64)
def _laid_out(schedule: Schedule, times_min: bytes) -> _Layout:
    """Lay times out over a schedule; a fit asks for it often."""
    plan = steps(schedule)
    stretches = tuple(_stretches(plan, np.frombuffer(times_min) / MIN_PER_H))
    return _Layout(plan=plan, stretches=stretches, alike=tuple(_alike(plan, stretches)))


def _alike(plan: Steps, stretches: Iterable[_Stretch]) -> Iterator[_Alike]:
    same: dict[tuple[bool, bytes], list[_Stretch]] = {}
    for stretch in stretches:
        running = bool(plan.rates_mg_per_h[stretch.index] > 0)
        same.setdefault((running, stretch.offsets_h.tobytes()), []).append(stretch)
    for (running, _), members in same.items():
        for regular in _evenly_apart(members):
            begins = [one.columns.start for one in regular]
            yield _Alike(
                indices=tuple(one.index for one in regular), first=begins[0],
                pitch=begins[1] - begins[0] if len(begins) > 1 else 0,
                offsets_h=regular[0].offsets_h, running=running,
            )  # fmt: skip


def _evenly_apart(members: Sequence[_Stretch]) -> Iterator[list[_Stretch]]:
    """Cut stretches wherever the distance to the next one changes."""
    run = [members[0]]
    for one in members[1:]:
        gaps = [b.columns.start - a.columns.start for a, b in pairwise([*run[-2:], one])]
        if gaps[0] != gaps[-1]:
            yield run
            run = []
        run.append(one)
    yield run


def _stretches(plan: Steps, times_h: Array) -> Iterator[_Stretch]:
    edges = [*np.searchsorted(times_h, plan.starts_h), times_h.size]
    for index, start_h in enumerate(plan.starts_h):
        columns = slice(int(edges[index]), int(edges[index + 1]))
        if columns.start < columns.stop:
            offsets = np.round(times_h[columns] - start_h, _OFFSET_DIGITS)
            yield _Stretch(index=index, columns=columns, offsets_h=offsets)


def _by_exponential(system: System, layout: _Layout, times: int, entry: int) -> Array:
    """Step from time to time by the augmented exponential; equal steps share theirs."""
    plan = layout.plan
    out = np.zeros((len(system.a), system.c.shape[1], times))
    state = np.zeros((*system.a.shape[:2], 1))
    step = _Stepper(system.a, entry)
    spans = np.diff(plan.starts_h, append=plan.starts_h[-1:])
    observed = {s.index: s for s in layout.stretches}
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
        from scipy.linalg import expm  # late: slow to import

        if gap_h == 0:
            return state.copy()
        if gap_h not in self.kept:
            self.kept[gap_h] = expm(self.augmented * gap_h)
        whole = self.kept[gap_h]
        moved: Array = whole[:, :-1, :-1] @ state + whole[:, :-1, -1:] * rate_mg_per_h
        return moved
