"""Modes of systems whose compartments hang together in small groups, without an iteration.

Drug moves to and fro within a group of compartments (parent, metabolite) and one way between
groups, so the rates of the whole are those of its groups: roots of polynomials of degree 3 at
most. With distinct rates l_k the weight of a mode is a residue,

    g_k = c prod_{j>k}(A - l_j) prod_{j<k}(A - l_j) b / prod_{j!=k}(l_k - l_j)

Each answer is held against two moments, sum g_k = c b and sum l_k g_k = c A b; what does not fit
(rates that nearly coincide) is left to the general way.
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


def modes(a: Array, c: Array, entry: int) -> tuple[Array, Array, NDArray[np.bool_]] | None:
    """Give rates (P, K), weights (P, o, K) and whom they hold for; None for larger groups."""
    groups = _groups(a)
    if max(map(len, groups)) > LARGEST:
        return None
    with np.errstate(all="ignore"):  # what is not finite fails the moments below
        rates = np.concatenate([_roots(a, group) for group in groups], axis=1)
        weights = _residues(a, c, rates, entry)
        holds = _fits(a, c, rates, weights, entry)
    return rates, weights, holds


def _groups(a: Array) -> list[list[int]]:
    linked = (a != 0).any(axis=0)
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
    """The eigenvalues (P, m) of one group's block."""
    if len(group) == 1:
        return a[:, group, group]
    if len(group) == 2:
        return _pair(a, *group)
    return _triple(a, *group)


def _pair(a: Array, i: int, j: int) -> Array:
    half = 0.5 * (a[:, i, i] + a[:, j, j])
    determinant = a[:, i, i] * a[:, j, j] - a[:, i, j] * a[:, j, i]
    large = half - np.sqrt(half**2 - determinant)
    return np.stack([large, determinant / large], axis=1)


def _triple(a: Array, i: int, j: int, k: int) -> Array:
    """Roots of l^3 + p l^2 + q l + r by Viete's cosines, each mended by Newton's steps."""
    m = a[:, [[i], [j], [k]], [i, j, k]]
    p = -np.trace(m, axis1=1, axis2=2)
    q = _minor(m, 0, 1) + _minor(m, 0, 2) + _minor(m, 1, 2)
    r = -(
        m[:, 0, 0] * (m[:, 1, 1] * m[:, 2, 2] - m[:, 1, 2] * m[:, 2, 1])
        - m[:, 0, 1] * (m[:, 1, 0] * m[:, 2, 2] - m[:, 1, 2] * m[:, 2, 0])
        + m[:, 0, 2] * (m[:, 1, 0] * m[:, 2, 1] - m[:, 1, 1] * m[:, 2, 0])
    )
    third = p / 3.0
    spread = np.sqrt(third**2 - q / 3.0)
    cosine = (third * q / 2.0 - r / 2.0 - third**3) / spread**3
    angle = np.arccos(np.clip(cosine, -1.0, 1.0)) / 3.0
    turns = 2.0 * np.pi / 3.0 * np.arange(3)
    x: Array = 2.0 * spread[:, None] * np.cos(angle[:, None] - turns) - third[:, None]
    p, q, r = p[:, None], q[:, None], r[:, None]
    for _ in range(_NEWTON_STEPS):
        x = x - (((x + p) * x + q) * x + r) / ((3.0 * x + 2.0 * p) * x + q)
    return x


def _minor(m: Array, i: int, j: int) -> Array:
    found: Array = m[:, i, i] * m[:, j, j] - m[:, i, j] * m[:, j, i]
    return found


def _residues(a: Array, c: Array, rates: Array, entry: int) -> Array:
    patients, size = rates.shape
    right = np.zeros((size, patients, size))
    right[0, :, entry] = 1.0
    left = np.empty((size, *c.shape))
    left[-1] = c
    for k in range(1, size):
        right[k] = _moved(a, right[k - 1]) - rates[:, k - 1, None] * right[k - 1]
        back = size - 1 - k
        left[back] = left[back + 1] @ a - rates[:, back + 1, None, None] * left[back + 1]
    found: Array = np.einsum("kpoi,kpi->pok", left, right) / _gaps(rates)[:, None, :]
    return found


def _gaps(rates: Array) -> Array:
    """Products (P, K) of the distances of each rate from all others."""
    found = np.ones_like(rates)
    for k in range(1, rates.shape[1]):
        apart = rates[:, k:] - rates[:, :-k]
        found[:, k:] *= apart
        found[:, :-k] *= -apart
    return found


def _moved(a: Array, vectors: Array) -> Array:
    product: Array = (a @ vectors[..., None])[..., 0]
    return product


def _fits(a: Array, c: Array, rates: Array, weights: Array, entry: int) -> NDArray[np.bool_]:
    """Whether both moments hold in every output, with rates below 0 and bounded weights."""
    seen, moved = c[:, :, entry], np.einsum("poi,pi->po", c, a[:, :, entry])
    whole = np.einsum("pok->po", np.abs(weights))
    large, bounded = _MISFIT * whole, whole <= WORST_GAIN * np.abs(c).max(axis=2)
    zeroth = np.abs(np.einsum("pok->po", weights) - seen) <= large
    once = np.einsum("pok,pk->po", weights, rates)
    first = np.abs(once - moved) <= large * -rates.min(axis=1)[:, None]
    fits: NDArray[np.bool_] = (zeroth & first & bounded).all(axis=1) & (rates < 0).all(axis=1)
    return fits
