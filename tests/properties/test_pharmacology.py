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


@given(names, infusions(most=1), st.lists(st.integers(1, 99), max_size=5, unique=True))
@settings(max_examples=40, deadline=None)
def test_splitting_an_infusion_changes_nothing(name, one, cuts):
    """Cut at whole hundredths: nearer to one another two cuts may be one number."""
    whole = one[0]
    length = (whole.end_min - whole.start_min) / 100
    edges = [whole.start_min, *(whole.start_min + c * length for c in sorted(cuts)), whole.end_min]
    pieces = [
        Infusion(rate_mg_per_h=whole.rate_mg_per_h, start_min=a, end_min=b)
        for a, b in pairwise(edges)
    ]
    close(levels(name, pieces), levels(name, one))


# Where drug leaves for good, per hour and as published: clearance over volume, or the share of a
# chain that becomes no metabolite.
EXITS = {
    "kamp2020": {"central": 84 / 25},
    "kamp2020-nk": {"norketamine": 57.72 / 98.638},
    "otto2021": {"norketamine": 57.72 / 98.638},
    "simons2022": {
        "first_2": 0.2 * 60 * 2 / 20.1, "second_2": 0.3 * 60 * 2 / 1.12,
        "hydroxynorketamine": 60 * 0.933 / 4.4,
    },
    "perez-ruixo2020": {"liver": 1.11, "norketamine": 38 / 70},
}  # fmt: skip


@given(st.sampled_from(sorted(EXITS)), infusions(), boluses)
@settings(max_examples=60, deadline=None)
def test_nothing_is_lost_or_made(name, given_infusions, given_boluses):
    """Drug and metabolites in the body and what has left add up to drug given."""
    chosen = model(name)
    schedule = Schedule(infusions=tuple(given_infusions), boluses=tuple(given_boluses))
    system = whole_system(chosen, chosen.typical(70.0))
    body = len(chosen.compartments)
    a = np.zeros((1, body + 1, body + 1))
    a[0, :body, :body] = system.a[0, :body, :body]
    for compartment, rate in EXITS[name].items():
        a[0, body, system.entries[compartment]] = rate
    a[0, body, body] = -1e-9
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


def three_compartments(x, cl, v1, q2, v2, q3, v3):
    """Amounts of the parent, as in every textbook."""
    a1, a2, a3 = x
    return [
        -(cl + q2 + q3) / v1 * a1 + q2 / v2 * a2 + q3 / v3 * a3,
        q2 / v1 * a1 - q2 / v2 * a2,
        q3 / v1 * a1 - q3 / v3 * a3,
    ]


def kamp(x):
    """Kamp 2020, racemic: hours and litres; ketamine in ng/mL."""
    return three_compartments(x, 84, 25, 161, 56, 79, 157), [1000 * x[0] / 25]


def otto(x):
    """Otto 2021 on Fanta 2015: all ketamine becomes norketamine, which has two compartments."""
    n1, n2 = x[3:]
    return [
        *three_compartments(x[:3], 95.2, 133, 23.2, 187, 157, 98.8),
        95.2 / 133 * x[0] - (57.72 + 42.778) / 98.638 * n1 + 42.778 / 160.04 * n2,
        42.778 / 98.638 * n1 - 42.778 / 160.04 * n2,
    ], [1000 * x[0] / 133, 1000 * n1 / 98.638]


def simons(x):
    """Simons 2022, printed per minute: two chains of two, 80 % and 70 % go on, moles by mass."""
    t1, t2, n1, n2, u1, u2, h1, h2 = x[3:]
    k, u = 2 / 20.1, 2 / 1.12
    per_min = [
        *three_compartments(x[:3], 1.48, 11.6, 2.43, 39, 1.21, 174),
        1.48 / 11.6 * x[0] - k * t1,
        k * t1 - k * t2,
        0.8 * k * t2 - (1.00 + 2.63) / 11.6 * n1 + 2.63 / 221 * n2,
        2.63 / 11.6 * n1 - 2.63 / 221 * n2,
        1.00 / 11.6 * n1 - u * u1,
        u * u1 - u * u2,
        0.7 * u * u2 - (0.933 + 1.70) / 4.4 * h1 + 1.70 / 87.5 * h2,
        1.70 / 4.4 * h1 - 1.70 / 87.5 * h2,
    ]
    levels = [x[0] / 11.6, n1 / 11.6 * 223.70 / 237.73, h1 / 4.4 * 239.70 / 237.73]
    return [60 * rate for rate in per_min], [1000 * level for level in levels]


PUBLISHED = {"kamp2020": (kamp, 3), "otto2021": (otto, 5), "simons2022": (simons, 11)}


@given(st.sampled_from(sorted(PUBLISHED)), infusions(most=2), boluses)
@settings(max_examples=15, deadline=None)
def test_levels_solve_the_published_equations(name, given_infusions, given_boluses):
    """The oracle knows nothing of the product's files and matrices: equations typed from print."""
    equations, size = PUBLISHED[name]
    schedule = Schedule(infusions=tuple(given_infusions), boluses=tuple(given_boluses))
    found, state, now = [], np.zeros(size), 0.0
    changes = {one.start_min for one in given_infusions} | {one.end_min for one in given_infusions}
    stops = sorted({*TIMES, *changes, *(push.at_min for push in given_boluses)})
    for stop in stops:
        running = sum(
            one.rate_mg_per_h for one in given_infusions if one.start_min <= now < one.end_min
        )
        if stop > now:
            entry = np.eye(size)[0] * running
            state = solve_ivp(
                lambda _, x, entry=entry: np.array(equations(x)[0]) + entry,
                (now / 60, stop / 60), state, method="LSODA", rtol=1e-11, atol=1e-12,
            ).y[:, -1]  # fmt: skip
        state[0] += sum(push.dose_mg for push in given_boluses if push.at_min == stop)
        now = stop
        if stop in TIMES:
            found.append(equations(state)[1])
    assert schedule.given_by(TIMES)[-1] > 0
    close(levels(name, given_infusions, given_boluses)[:-1], np.array(found).T, rel=1e-7)


# Omega as published (Otto 2021) and as assumed (Kamp 2020), for patients drawn by the test itself.
OMEGA = {
    "otto2021": (("V1", "CL", "Vn", "CLn"), [
        [0.084177, 0.02261, 0, 0], [0.02261, 0.026048, 0, 0],
        [0, 0, 0.040426, 0.04456], [0, 0, 0.04456, 0.10319],
    ]),
    "kamp2020": (("CL", "V1", "Q3"), np.diag([0.044, 0.084, 0.026])),
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(OMEGA))
def test_nine_of_ten_patients_lie_in_the_band(name):
    """Half below the median, 5 % below and above the 90 % band, to within four SDs of chance."""
    patients, times = 8000, np.array([20.0, 60, 240])
    infusion = Infusion(rate_mg_per_h=40, start_min=0, end_min=60)
    found = bands(
        weight_kg=70, times_min=times, patients=40_000, model_name=name, infusions=[infusion],
        rng=np.random.default_rng(1),
    )  # fmt: skip
    parameters, omega = OMEGA[name]
    eta = np.random.default_rng(2).multivariate_normal(np.zeros(len(omega)), omega, size=patients)
    chosen = model(name)
    values = dict(chosen.typical(70.0))
    values |= {one: values[one] * np.exp(eta[:, n]) for n, one in enumerate(parameters)}
    system = whole_system(chosen, values)
    drawn = engine.levels(system, Schedule(infusions=(infusion,)), times)
    for row, output in enumerate(system.outputs):
        band = dict(zip(found.percentiles, found.ng_per_ml[output], strict=True))
        for percentile, limits in band.items():
            share = np.mean(drawn[:, row] < limits, axis=0)
            wanted = percentile / 100
            # Both the band and the share are drawn.
            chance = np.sqrt(wanted * (1 - wanted) * (1 / patients + 1 / 40_000))
            assert np.all(np.abs(share - wanted) < 4 * chance)
        inside = (drawn[:, row] >= band[5.0]) & (drawn[:, row] <= band[95.0])
        assert np.all(np.abs(np.mean(inside, axis=0) - 0.9) < 4 * np.sqrt(0.09 / patients))


@given(
    st.sampled_from(["kamp2020", "otto2021", "herd2007", "simons2022"]),
    st.integers(20, 60), st.integers(0, 2**32),
)  # fmt: skip
@settings(max_examples=8, deadline=None)
def test_percentiles_do_not_cross(name, patients, seed):
    found = bands(
        weight_kg=70, times_min=[20, 60, 240], patients=patients, model_name=name,
        rng=np.random.default_rng(seed),
        infusions=[Infusion(rate_mg_per_h=40, start_min=0, end_min=60)],
    )  # fmt: skip
    for band in found.ng_per_ml.values():
        assert np.all(np.diff(band, axis=0) >= 0)
        assert np.all(band > 0)


@given(names, infusions(), boluses, st.floats(30, 80))
@settings(max_examples=40, deadline=None)
def test_levels_are_finite_and_never_below_zero(name, one, pushes, weight_kg):
    found = levels(name, one, pushes, weight_kg)
    assert np.all(np.isfinite(found))
    assert np.all(found >= 0)
