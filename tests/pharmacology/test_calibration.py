"""Simulation-based calibration: the 95 % intervals of `fit` hold the truth 95 % of the time."""

import numpy as np
import pytest

from reprieve.pharmacology import Infusion, Level, fit_many, model
from reprieve.pharmacology.individualise import state
from reprieve.pharmacology.sampling import DRAWS, resample
from reprieve.pharmacology.schedule import Schedule

NORMAL_95 = 1.959964


def virtual(patients, seed):
    """Patients drawn from the model with levels at 1, 2 and 3 h of 80 mg in two hours."""
    chosen, rng = model("otto2021"), np.random.default_rng(seed)
    levels = [
        Level(time_min=time, analyte=analyte, ng_per_ml=1)
        for time in (60, 120, 180)
        for analyte in chosen.analytes
    ]
    schedule = Schedule(infusions=(Infusion(rate_mg_per_h=40, start_min=0, end_min=120),))
    task = state(chosen, weight_kg=70, schedule=schedule, levels=levels)
    eta = rng.multivariate_normal(np.zeros(4), chosen.omega, patients)
    exact = task.predict(eta)
    measured = exact + np.sqrt(task.variance(exact)) * rng.standard_normal(exact.shape)
    return task, eta, np.maximum(measured, 0.5), rng


def covered(patients, seed):
    task, eta, measured, _ = virtual(patients, seed)
    found, covariance = fit_many(task, measured)
    sds = np.sqrt(np.diagonal(covariance, axis1=1, axis2=2))
    return np.mean(np.abs(found - eta) <= NORMAL_95 * sds, axis=0), found, eta


def test_intervals_cover_the_truth_in_a_small_run():
    share, found, eta = covered(patients=200, seed=1)
    assert np.all((share >= 0.88) & (share <= 0.99))
    for column in range(4):
        assert np.corrcoef(found[:, column], eta[:, column])[0, 1] > 0.5


@pytest.mark.long
def test_intervals_cover_the_truth_in_a_full_run():
    share, found, _ = covered(patients=2000, seed=2)
    assert np.all((share >= 0.90) & (share <= 0.98))
    assert np.all(np.abs(found.mean(axis=0)) < 0.05)


@pytest.mark.parametrize("patients", [10, pytest.param(200, marks=pytest.mark.long)])
def test_resampled_ranks_are_uniform_and_the_sample_effective(patients):
    task, eta, measured, rng = virtual(patients, seed=3)
    found, covariance = fit_many(task, measured)
    ranks = []
    for i in range(patients):
        sample = resample(task, y=measured[i], mode=found[i], covariance=covariance[i], rng=rng)
        assert sample.effective_size > 0.3 * DRAWS
        ranks.append(np.mean(sample.eta < eta[i], axis=0))
    mean = np.mean(ranks, axis=0)
    assert np.all(np.abs(mean - 0.5) < 4 * np.sqrt(1 / 12 / patients))
