"""Modes of systems whose compartments hang together in small groups, without an iteration.

Drug moves to and fro within a group of compartments (parent, metabolite) and one way between
groups, so the rates of the whole are those of its groups: roots of polynomials of degree 3 at
most. With distinct rates l_k the weight of a mode is a residue,

    g_k = c prod_{j>k}(A - l_j) prod_{j<k}(A - l_j) b / prod_{j!=k}(l_k - l_j)

Each answer is held against two moments, sum g_k = c b and sum l_k g_k = c A b; what does not fit
(rates that nearly coincide) is left to the general way.

In here patients are the last axis, so that every step runs along memory over all of them.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from reprieve.pharmacology.model import Array

LARGEST = 3
# Moments that differ by more, relative to what is added up, are not trusted.
_MISFIT = 3e-11
# Weights that cancel out of sums this much larger lose too many digits.
WORST_GAIN = 1e6
_NEWTON_STEPS = 2
_TURNS = 2.0 * np.pi / 3.0 * np.arange(3)


def modes(a: Array, c: Array, entry: int) -> tuple[Array, Array, NDArray[np.bool_]] | None:
    """Give rates (P, K), weights (P, o, K) and whom they hold for; None for larger groups."""
    a, c = _patients_last(a), _patients_last(c)
    groups = _groups(a)
    if max(map(len, groups)) > LARGEST:
        return None
    with np.errstate(all="ignore"):  # what is not finite fails the moments below
        rates = np.concatenate([_roots(a, group) for group in groups])
        weights = _residues(a, c, rates, entry)
        holds = _fits(a, c, rates, weights, entry)
    return np.ascontiguousarray(rates.T), _patients_first(weights), holds


def _patients_last(values: Array) -> Array:
    return np.ascontiguousarray(values.transpose(1, 2, 0))


def _patients_first(values: Array) -> Array:
    return np.ascontiguousarray(values.transpose(2, 0, 1))


def _groups(a: Array) -> list[list[int]]:
    linked = (a != 0).any(axis=-1)
    return _grouped(linked.tobytes(), len(linked))


@cache
def _grouped(pattern: bytes, size: int) -> list[list[int]]:
    """Compartments that can be reached from each other, each group once."""
    linked = np.frombuffer(pattern, dtype=bool).reshape(size, size)
    reach = linked | np.eye(size, dtype=bool)
    for _ in range(size.bit_length()):
        reach = (reach.astype(int) @ reach.astype(int)) > 0
    mutual = reach & reach.T
    return [list(np.flatnonzero(row)) for n, row in enumerate(mutual) if np.argmax(row) == n]


def _roots(a: Array, group: list[int]) -> Array:
    """The eigenvalues (m, P) of one group's block."""
    if len(group) == 1:
        return a[group[0], group]
    if len(group) == 2:
        return _pair(a, *group)
    return _triple(a, *group)


def _pair(a: Array, i: int, j: int) -> Array:
    half = 0.5 * (a[i, i] + a[j, j])
    determinant = a[i, i] * a[j, j] - a[i, j] * a[j, i]
    large = half - np.sqrt(half**2 - determinant)
    return np.stack([large, determinant / large])


def _triple(a: Array, i: int, j: int, k: int) -> Array:
    """Roots of l^3 + p l^2 + q l + r by Viete's cosines, each mended by Newton's steps."""
    p = -(a[i, i] + a[j, j] + a[k, k])
    first, second, third = _minor(a, j, k, j, k), _minor(a, j, k, i, k), _minor(a, j, k, i, j)
    q = _minor(a, i, j, i, j) + _minor(a, i, k, i, k) + first
    r = a[i, j] * second - a[i, i] * first - a[i, k] * third
    middle = p / 3.0
    spread = np.sqrt(middle**2 - q / 3.0)
    cosine = (middle * q / 2.0 - r / 2.0 - middle**3) / spread**3
    angle = np.arccos(np.clip(cosine, -1.0, 1.0)) / 3.0
    x: Array = 2.0 * spread * np.cos(angle - _TURNS[:, None]) - middle
    for _ in range(_NEWTON_STEPS):
        x = x - (((x + p) * x + q) * x + r) / ((3.0 * x + 2.0 * p) * x + q)
    return x


def _minor(a: Array, i: int, j: int, k: int, m: int) -> Array:
    """Determinant of rows i, j and columns k, m."""
    found: Array = a[i, k] * a[j, m] - a[i, m] * a[j, k]
    return found


def _residues(a: Array, c: Array, rates: Array, entry: int) -> Array:
    """Weights (o, K, P); products from the left and the right meet at each mode."""
    size, patients = rates.shape
    right = np.zeros((size, size, patients))
    right[0, entry] = 1.0
    left = np.empty((size, *c.shape))
    left[-1] = c
    for k in range(1, size):
        right[k] = np.einsum("ijp,jp->ip", a, right[k - 1]) - rates[k - 1] * right[k - 1]
        back = size - 1 - k
        left[back] = np.einsum("oip,ijp->ojp", left[back + 1], a) - rates[back + 1] * left[back + 1]
    found: Array = np.einsum("koip,kip->okp", left, right) / _gaps(rates)
    return found


def _gaps(rates: Array) -> Array:
    """Products (K, P) of the distances of each rate from all others."""
    found = np.ones_like(rates)
    for k in range(1, len(rates)):
        apart = rates[k:] - rates[:-k]
        found[k:] *= apart
        found[:-k] *= -apart
    return found


def _fits(a: Array, c: Array, rates: Array, weights: Array, entry: int) -> NDArray[np.bool_]:
    """Whether both moments hold in every output, with rates below 0 and bounded weights."""
    seen, moved = c[:, entry], np.einsum("oip,ip->op", c, a[:, entry])
    whole = np.abs(weights).sum(axis=1)
    large, bounded = _MISFIT * whole, whole <= WORST_GAIN * np.abs(c).max(axis=1)
    zeroth = np.abs(weights.sum(axis=1) - seen) <= large
    once = np.einsum("okp,kp->op", weights, rates)
    first = np.abs(once - moved) <= large * -rates.min(axis=0)
    fits: NDArray[np.bool_] = (zeroth & first & bounded).all(axis=0) & (rates < 0).all(axis=0)
    return fits
