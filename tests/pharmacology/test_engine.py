"""The engine's two paths, its population and what it refuses to return."""

import numpy as np
import pytest

from reprieve.knowledge import BadValue
from reprieve.pharmacology import Bolus, Infusion, Schedule, bands, draw, engine, model, simulate
from reprieve.pharmacology.simulate import auc_to_infinity, steady_state, whole_system
from reprieve.pharmacology.system import System, build

SCHEDULE = Schedule(
    infusions=(Infusion(rate_mg_per_h=30, start_min=10, end_min=60),
               Infusion(rate_mg_per_h=10, start_min=60, end_min=100)),
    boluses=(Bolus(dose_mg=5, at_min=30),),
)  # fmt: skip
TIMES = np.array([0.0, 5, 10, 15, 30, 45, 60, 99, 100, 130, 500])


def test_modes_and_exponential_agree():
    chosen = model("otto2021")
    system = whole_system(chosen, chosen.typical(70))
    modes, unsafe = engine.decompose(system)
    assert not unsafe.any()
    by_modes = engine.levels(system, SCHEDULE, TIMES)
    layout = engine._laid_out(SCHEDULE, TIMES.tobytes())
    stepped = engine._by_exponential(system, layout, TIMES.size, 0)
    assert np.allclose(by_modes, stepped, rtol=1e-11, atol=1e-10)
    assert np.all(modes.rates_per_h < 0)


def test_chains_of_equal_rates_take_the_exponential_path():
    chosen = model("simons2022")
    _, unsafe = engine.decompose(whole_system(chosen, chosen.typical(70)))
    assert unsafe.all()


def test_safe_and_unsafe_patients_mix_in_one_call():
    chosen = model("kamp2020")
    system = build(chosen, chosen.typical(70))
    defective = np.array([[[-1.0, 0, 0], [1.0, -1.0, 0], [0, 1.0, -1.0]]])
    both = System(
        a=np.concatenate([system.a, defective]), c=np.repeat(system.c, 2, axis=0),
        entries=system.entries, outputs=system.outputs,
    )  # fmt: skip
    _, unsafe = engine.decompose(both)
    assert unsafe.tolist() == [False, True]
    found = engine.levels(both, SCHEDULE, TIMES)
    assert np.allclose(found[:1], engine.levels(system, SCHEDULE, TIMES))
    assert found[1, 0, -1] < found[1, 0, 4]


def test_nothing_given_gives_nothing():
    chosen = model("kamp2020")
    system = build(chosen, chosen.typical(70))
    assert not engine.levels(system, Schedule(), TIMES).any()


def test_an_array_that_exists_is_filled():
    chosen = model("kamp2020")
    system = build(chosen, chosen.typical(70))
    out = np.full((1, 1, TIMES.size), 9.0)
    assert engine.levels(system, SCHEDULE, TIMES, out=out) is out
    assert out[0, 0, 0] == 0


def test_what_is_not_finite_is_never_returned():
    chosen = model("kamp2020")
    system = build(chosen, {**chosen.typical(70), "V1": 1e-308})
    with pytest.raises(BadValue, match="not finite"):
        engine.levels(system, SCHEDULE, TIMES)


def test_draws_follow_the_covariance_and_the_weights():
    chosen = model("otto2021")
    weights = np.repeat([50.0, 140.0], 4000)
    values = draw(chosen, weights_kg=weights, rng=np.random.default_rng(1))
    for weight in (50.0, 140.0):
        typical = chosen.typical(weight)
        eta = np.array([np.log(values[n][weights == weight] / typical[n]) for n in chosen.random])
        assert np.allclose(np.cov(eta), chosen.omega, atol=0.01)
    with pytest.raises(BadValue, match="weight_kg"):
        draw(chosen, weights_kg=[500.0], rng=np.random.default_rng(1))


def test_bands_of_many_patients_agree_with_bands_of_all_at_once(monkeypatch):
    given = {
        "weight_kg": 70.0, "times_min": [10, 40, 120, 600], "patients": 3000,
        "infusions": [Infusion(rate_mg_per_h=40, start_min=5, end_min=60)],
    }  # fmt: skip
    whole = bands(**given, rng=np.random.default_rng(1))
    monkeypatch.setattr("reprieve.pharmacology.population._MOST_VALUES_AT_ONCE", 5_000)
    pieces = bands(**given, rng=np.random.default_rng(1))
    assert np.allclose(pieces.ng_per_ml["ketamine"], whole.ng_per_ml["ketamine"], rtol=0.03)


@pytest.mark.parametrize("times", [[], [3, 2], [-1], [float("nan")]])
def test_times_that_cannot_be_used_are_refused(times):
    with pytest.raises(BadValue, match="at_min"):
        simulate(weight_kg=70, times_min=times, boluses=[Bolus(dose_mg=1, at_min=0)])


def test_evenly_spaced_times_give_the_same_as_the_same_times_among_others():
    chosen = model("otto2021")
    system = build(chosen, chosen.typical(70))
    even = np.arange(0.0, 3000, 5)
    uneven = np.sort(np.concatenate([even, [102.3, 777.7, 2000.1]]))
    alone = engine.levels(system, SCHEDULE, even)
    among = engine.levels(system, SCHEDULE, uneven)[..., np.isin(uneven, even)]
    assert np.allclose(alone, among, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("rate", [-5.0, float("nan"), float("inf"), 1e9])
def test_no_endless_infusion_at_an_impossible_rate(rate: float) -> None:
    with pytest.raises(BadValue, match="rate_mg_per_h"):
        steady_state(weight_kg=70, rate_mg_per_h=rate)
    with pytest.raises(BadValue, match="dose_mg"):
        auc_to_infinity(weight_kg=70, dose_mg=rate)


@pytest.mark.parametrize("values", [{"FOO": 1.0}, {"V1": 0.0}, {"V1": float("nan")}])
def test_own_parameters_are_the_models_and_above_nought(values: dict[str, float]) -> None:
    with pytest.raises(BadValue, match="values"):
        simulate(
            weight_kg=70, times_min=[0, 10], values=values,
            infusions=[Infusion(rate_mg_per_h=20, start_min=0, end_min=60)],
        )  # fmt: skip
