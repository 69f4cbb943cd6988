"""What must hold for every schedule, weight and model, whatever the numbers."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from reprieve.pharmacology import (
    Bolus,
    Infusion,
    Schedule,
    available,
    bands,
    engine,
    model,
    simulate,
)
from reprieve.pharmacology.schedule import steps
from reprieve.pharmacology.simulate import whole_system
from reprieve.pharmacology.system import System

TIMES = np.array([0.0, 1, 7, 20, 40, 61, 120, 333, 720, 1440, 2000])
names = st.sampled_from(available())
numbers = st.floats(0.5, 200)
# Tenths of a minute: shorter steps than a pump's clock only stall the oracle.
minutes = st.integers(0, 7000).map(lambda tenths: tenths / 10)
lengths = st.integers(10, 4000).map(lambda tenths: tenths / 10)


@st.composite
def infusions(draw, most=4):
    start, length = draw(minutes), draw(lengths)
    one = Infusion(rate_mg_per_h=draw(numbers), start_min=start, end_min=start + length)
    return [one, *(draw(infusions(most=most - 1)) if most > 1 and draw(st.booleans()) else [])]


boluses = st.lists(st.builds(Bolus, dose_mg=numbers, at_min=minutes), max_size=3)


def levels(name, given_infusions, given_boluses=(), weight_kg=70.0):
    found = simulate(
        weight_kg=weight_kg, times_min=TIMES, model_name=name, infusions=given_infusions,
        boluses=given_boluses,
    ).ng_per_ml  # fmt: skip
    return np.stack(list(found.values()))


def close(one, other, rel=1e-8):
    assert np.allclose(one, other, rtol=rel, atol=rel * max(np.max(one), 1e-6))


@given(names, infusions(), infusions(), boluses)
@settings(max_examples=40, deadline=None)
def test_effects_of_two_schedules_add(name, one, other, pushes):
    together = levels(name, [*one, *other], pushes)
    close(together, levels(name, one) + levels(name, other, pushes))


@given(names, infusions(), st.floats(0.1, 5))
@settings(max_examples=40, deadline=None)
def test_levels_are_proportional_to_the_dose(name, one, factor):
    more = [
        Infusion(rate_mg_per_h=i.rate_mg_per_h * factor, start_min=i.start_min, end_min=i.end_min)
        for i in one
    ]
    close(levels(name, more), factor * levels(name, one))


@given(names, infusions(most=1), st.lists(st.floats(0.01, 0.99), max_size=5, unique=True))
@settings(max_examples=40, deadline=None)
def test_splitting_an_infusion_changes_nothing(name, one, cuts):
    whole = one[0]
    length = whole.end_min - whole.start_min
    edges = [whole.start_min, *(whole.start_min + c * length for c in sorted(cuts)), whole.end_min]
    pieces = [
        Infusion(rate_mg_per_h=whole.rate_mg_per_h, start_min=a, end_min=b)
        for a, b in pairwise(edges)
    ]
    close(levels(name, pieces), levels(name, one))


@given(infusions(), boluses)
@settings(max_examples=30, deadline=None)
def test_nothing_is_lost_or_made(given_infusions, given_boluses):
    """Drug in the body and drug eliminated add up to drug given."""
    chosen = model("kamp2020")
    typical = chosen.typical(70.0)
    schedule = Schedule(infusions=tuple(given_infusions), boluses=tuple(given_boluses))
    system = whole_system(chosen, typical)
    body = system.a.shape[-1] - 1
    a = np.zeros((1, body + 1, body + 1))
    a[0, :body, :body] = system.a[0, :body, :body]
    a[0, body, 0], a[0, body, body] = typical["CL"] / typical["V1"], -1e-9
    watched = System(a=a, c=np.eye(body + 1)[None], entries=system.entries, outputs=())
    amounts = engine.levels(watched, schedule, TIMES)[0].sum(axis=0)
    given_mg = schedule.given_by(TIMES)
    assert np.allclose(amounts, given_mg, rtol=1e-6, atol=1e-6)


@given(names, infusions(most=2), boluses, st.floats(40, 75))
@settings(max_examples=15, deadline=None)
def test_closed_form_equals_an_ode_solver(name, given_infusions, given_boluses, weight_kg):
    chosen = model(name)
    schedule = Schedule(infusions=tuple(given_infusions), boluses=tuple(given_boluses))
    system = whole_system(chosen, chosen.typical(weight_kg))
    found = engine.levels(system, schedule, TIMES)[0]
    close(found, solved(system, schedule, TIMES / 60), rel=1e-8)


def solved(system, schedule, times_h):
    """Integrate step by step with LSODA: the oracle, slow and general."""
    plan = steps(schedule)
    state = np.zeros(system.a.shape[-1])
    found = np.zeros((system.c.shape[1], times_h.size))
    ends = [*plan.starts_h[1:], times_h[-1] + 1]
    rows = zip(plan.starts_h, ends, plan.jumps_mg, plan.rates_mg_per_h, strict=True)
    for start, end, jump, rate in rows:
        state[0] += jump
        entry = np.eye(state.size)[0] * rate
        inside = times_h[(times_h >= start) & (times_h < end)]
        answer = solve_ivp(
            lambda _, x, entry=entry: system.a[0] @ x + entry, (start, end), state,
            method="LSODA", rtol=1e-12, atol=1e-13, t_eval=[*inside, end],
            jac=lambda _, x: system.a[0],
        )  # fmt: skip
        found[:, np.isin(times_h, inside)] = (system.c[0] @ answer.y)[:, :-1]
        state = answer.y[:, -1].copy()
    return found


@given(
    st.sampled_from(["kamp2020", "otto2021", "herd2007", "simons2022"]),
    st.integers(20, 60), st.integers(0, 2**32),
)  # fmt: skip
@settings(max_examples=8, deadline=None)
def test_bands_hold_the_median_and_do_not_cross(name, patients, seed):
    found = bands(
        weight_kg=70, times_min=[20, 60, 240], patients=patients, model_name=name,
        rng=np.random.default_rng(seed),
        infusions=[Infusion(rate_mg_per_h=40, start_min=0, end_min=60)],
    )  # fmt: skip
    middle = found.percentiles.index(50)
    for band in found.ng_per_ml.values():
        assert np.all(np.diff(band, axis=0) >= 0)
        assert np.all((band[0] <= band[middle]) & (band[middle] <= band[-1]))
        assert np.all(band > 0)


@given(names)
def test_seventy_kg_gives_the_printed_values(name):
    chosen = model(name)
    for parameter in chosen.parameters.values():
        assert chosen.typical(70.0)[parameter.name] == pytest.approx(parameter.value, rel=1e-15)
        per_kg = 70 if parameter.printed_unit.endswith("/kg") else 1
        per_h = {"L/min": 60, "/min": 60, "min": 1 / 60}.get(parameter.printed_unit, 1)
        assert parameter.value == pytest.approx(parameter.printed * per_kg * per_h, rel=1e-12)


@given(names, infusions(), boluses, st.floats(30, 80))
@settings(max_examples=40, deadline=None)
def test_levels_are_finite_and_never_below_zero(name, one, pushes, weight_kg):
    found = levels(name, one, pushes, weight_kg)
    assert np.all(np.isfinite(found))
    assert np.all(found >= 0)
