"""Percentiles from counts agree with exact ones and keep zeros."""

import numpy as np
import pytest

from reprieve.pharmacology.quantiles import Quantiles


def test_counts_give_nearly_exact_percentiles():
    rng = np.random.default_rng(1)
    values = np.exp(rng.standard_normal((60_000, 2)) * [0.3, 0.8] + [4.0, -2.0])
    counted = Quantiles(values[:5000])
    for block in np.split(values[5000:], 11):
        counted.add(block)
    wanted = (5.0, 50.0, 95.0)
    assert counted.at(wanted) == pytest.approx(np.percentile(values, wanted, axis=0), rel=0.005)


def test_a_column_of_zeros_stays_zero():
    counted = Quantiles(np.zeros((10, 1)))
    counted.add(np.zeros((10, 1)))
    assert not counted.at((5.0, 50.0, 95.0)).any()
