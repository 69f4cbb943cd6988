"""Modes by residues: the same as by eigenvectors, and left to them where they would not hold."""

import numpy as np
import pytest

from reprieve.pharmacology import available, blocks, draw, engine, model
from reprieve.pharmacology.system import System, build

SMALL = [name for name in available() if name not in ("perez-ruixo2020", "simons2022")]


def system(name, patients=200):
    chosen = model(name)
    weight = 60.0
    values = chosen.typical(weight)
    if chosen.random:
        rng = np.random.default_rng(1)
        values = draw(chosen, weights_kg=np.full(patients, weight), rng=rng)
    return build(chosen, values)


@pytest.mark.parametrize("name", SMALL)
def test_residues_agree_with_eigenvectors(name):
    made = system(name)
    rates, weights, holds = blocks.modes(made.a, made.c, 0)
    assert holds.mean() > 0.9
    other, unsafe = engine._by_eigenvectors(made, 0)
    assert not unsafe.any()
    mine, theirs = np.argsort(rates, axis=1), np.argsort(other.rates_per_h, axis=1)
    ordered = np.take_along_axis(rates, mine, 1)
    assert np.allclose(ordered, np.take_along_axis(other.rates_per_h, theirs, 1), rtol=1e-10)
    ours = np.take_along_axis(weights, mine[:, None, :], 2)[holds]
    same = np.take_along_axis(other.weights, theirs[:, None, :], 2)[holds]
    assert np.max(np.abs(ours - same)) <= 1e-9 * np.max(np.abs(same))


def test_larger_groups_are_left_to_eigenvectors():
    made = system("perez-ruixo2020")
    assert blocks.modes(made.a, made.c, 0) is None
    modes, unsafe = engine.decompose(made)
    assert not unsafe.any()
    assert np.all(modes.rates_per_h < 0)


def test_rates_that_nearly_coincide_are_not_trusted_but_mended():
    """Two chained compartments emptying at almost the same rate beside an ordinary patient."""
    a = np.array([[[-1.0, 0.0], [1.0, -1.0 - gap]] for gap in (1.0, 1e-7, 0.0)])
    made = System(
        a=a, c=np.tile([[[0.0, 1.0]]], (3, 1, 1)), entries={"central": 0}, outputs=("late",)
    )
    _, _, holds = blocks.modes(made.a, made.c, 0)
    assert holds.tolist() == [True, False, False]
    modes, unsafe = engine.decompose(made)
    assert unsafe.tolist() == [False, True, True]
    assert np.all(np.isfinite(modes.weights))


def test_one_way_parts_are_groups_of_their_own():
    found = sorted(map(tuple, blocks._groups(system("otto2021", 1).a.transpose(1, 2, 0))))
    assert found == [(0, 3, 4), (1, 2)]
