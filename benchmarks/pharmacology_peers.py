"""The peers' side of the pharmacology bench, run by the peers' own Python: one peer a process.

    python pharmacology_peers.py NAME CASE.npz

Each prints its patients per second of its own core's time and its largest error against the matrix
exponential, relative to each output's largest level. Tolerances are 1e-6 relative and 1e-9
absolute for all.
"""

from __future__ import annotations

import importlib
import json
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, TypeAlias

import numpy as np
from scipy.integrate import solve_ivp
from scipy.linalg import expm

Solve: TypeAlias = Callable[[Any], Any]  # row numbers of patients -> their levels (P, 3, T)
RTOL, ATOL = 1e-6, 1e-9
STATES = 5
COUNTS = {"libroadrunner": 20, "copasi": 5, "diffrax": 100, "scipy": 5}
EXACT = 5
WARM = 1


class Case:
    """Matrices (P, 5, 5), outputs (P, 3, 5), and the daily infusion; time in hours."""

    def __init__(self, file: str) -> None:
        data = np.load(file)
        self.a, self.c = data["a"], data["c"]
        self.rate, self.on = float(data["rate"]), float(data["on_min"]) / 60
        self.days, self.step = int(data["days"]), float(data["every_min"]) / 60
        self.points = round(self.days * 24 / self.step)

    def segments(self) -> Iterator[tuple[float, float, float]]:
        """Starts, ends and rates of the stretches between changes."""
        for day in range(self.days):
            yield 24.0 * day, 24.0 * day + self.on, self.rate
            yield 24.0 * day + self.on, 24.0 * (day + 1), 0.0

    def count(self, start: float, end: float) -> int:
        """Steps of a stretch."""
        return round((end - start) / self.step)

    def inward(self) -> Any:
        """Where the drug comes in."""
        b = np.zeros(STATES)
        b[0] = 1.0
        return b


def exact(case: Case, patient: int) -> Any:
    """Levels (3, T) by the exponential of the augmented matrix, one for each of two rates."""
    states = np.zeros((case.points, STATES))
    x, at = np.zeros(STATES), 0
    moves = {}
    for start, end, rate in case.segments():
        if rate not in moves:
            whole = np.zeros((STATES + 1, STATES + 1))
            whole[:STATES, :STATES] = case.a[patient]
            whole[0, STATES] = rate
            moves[rate] = expm(whole * case.step)
        for _ in range(case.count(start, end)):
            states[at] = x
            x = moves[rate][:STATES, :STATES] @ x + moves[rate][:STATES, STATES]
            at += 1
    return case.c[patient] @ states.T


def by_scipy(case: Case) -> Solve:
    """LSODA, restarted at each change of rate, with the Jacobian given."""

    def solve(patient: int) -> Any:
        a, x, found = case.a[patient], np.zeros(STATES), []
        for start, end, rate in case.segments():
            b = case.inward() * rate
            at = start + case.step * np.arange(case.count(start, end) + 1)
            answer = solve_ivp(
                lambda _t, y, b=b: a @ y + b, (start, at[-1]), x, method="LSODA", t_eval=at,
                rtol=RTOL, atol=ATOL, jac=lambda _t, _y: a,
            )
            found.append(answer.y[:, :-1])
            x = answer.y[:, -1]
        return case.c[patient] @ np.concatenate(found, axis=1)

    return lambda patients: [solve(p) for p in patients]


def sbml() -> str:
    """The five states as rate rules over parameters k_i_j and the infusion's rate R."""
    names = [f"x{i}" for i in range(STATES)]
    rates = [f"k{i}_{j}" for i in range(STATES) for j in range(STATES)]
    parameters = "".join(
        f'<parameter id="{n}" value="0" constant="false"/>' for n in [*names, *rates, "R"]
    )
    rules = "".join(f'<rateRule variable="x{i}">{_rule(i)}</rateRule>' for i in range(STATES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<sbml xmlns="http://www.sbml.org/sbml/level3/version1/core" level="3" version="1">'
        f"<model><listOfParameters>{parameters}</listOfParameters>"
        f"<listOfRules>{rules}</listOfRules></model></sbml>"
    )


def _rule(i: int) -> str:
    terms = "".join(
        f"<apply><times/><ci>k{i}_{j}</ci><ci>x{j}</ci></apply>" for j in range(STATES)
    )
    drug = "<ci>R</ci>" if i == 0 else ""
    return (
        '<math xmlns="http://www.w3.org/1998/Math/MathML"><apply><plus/>'
        f"{terms}{drug}</apply></math>"
    )


def by_libroadrunner(case: Case) -> Solve:
    """CVODE over compiled right-hand sides; the rate is set between stretches."""
    roadrunner = importlib.import_module("roadrunner")
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_ERROR)
    runner = roadrunner.RoadRunner(sbml())
    runner.integrator.relative_tolerance = RTOL
    runner.integrator.absolute_tolerance = ATOL
    runner.selections = [f"x{i}" for i in range(STATES)]

    def solve(patient: int) -> Any:
        runner.resetToOrigin()
        for i in range(STATES):
            for j in range(STATES):
                runner[f"k{i}_{j}"] = case.a[patient, i, j]
        found = []
        for start, end, rate in case.segments():
            runner["R"] = rate
            found.append(np.array(runner.simulate(start, end, case.count(start, end) + 1))[:-1])
        return case.c[patient] @ np.concatenate(found).T

    return lambda patients: [solve(p) for p in patients]


def by_copasi(case: Case) -> Solve:
    """LSODA of COPASI over the same SBML; the rate is set between stretches."""
    basico = importlib.import_module("basico")
    model = basico.load_model_from_string(sbml())
    names = [f"x{i}" for i in range(STATES)]

    def solve(patient: int) -> Any:
        for i in range(STATES):
            basico.set_parameters(name=names[i], initial_value=0.0, model=model)
            for j in range(STATES):
                basico.set_parameters(
                    name=f"k{i}_{j}", exact=True, initial_value=case.a[patient, i, j], model=model
                )
        found = []
        for start, end, rate in case.segments():
            basico.set_parameters(name="R", exact=True, initial_value=rate, model=model)
            course = basico.run_time_course(
                duration=end - start, intervals=case.count(start, end), model=model,
                r_tol=RTOL, a_tol=ATOL, update_model=True,
            )
            values = course[[f"Values[{n}]" for n in names]].to_numpy()
            found.append(values[:-1])
            for name, value in zip(names, values[-1], strict=True):
                basico.set_parameters(name=name, exact=True, initial_value=value, model=model)
        return case.c[patient] @ np.concatenate(found).T

    return lambda patients: [solve(p) for p in patients]


def by_diffrax(case: Case) -> Solve:
    """Kvaerno5 with adaptive steps, all patients at once, compiled before the clock starts."""
    dfx, jax = importlib.import_module("diffrax"), importlib.import_module("jax")
    jnp = importlib.import_module("jax.numpy")
    jax.config.update("jax_enable_x64", True)
    controller = dfx.PIDController(rtol=RTOL, atol=ATOL)
    term = dfx.ODETerm(lambda _t, y, args: args[0] @ y + args[1])

    def stretch(a: Any, c: Any, x: Any, start: float, end: float, rate: float) -> Any:
        b = jnp.zeros(STATES).at[0].set(rate)
        count = case.count(start, end)
        at = start + case.step * jnp.arange(count + 1)
        answer = dfx.diffeqsolve(
            term, dfx.Kvaerno5(), start, end, 0.01, x, args=(a, b),
            saveat=dfx.SaveAt(ts=jnp.minimum(at, end)), stepsize_controller=controller,
            max_steps=20_000,
        )
        return answer.ys[-1], (answer.ys[:-1] @ c.T).T

    def solve(a: Any, c: Any) -> Any:
        def day(x: Any, _number: Any) -> Any:
            x, on = stretch(a, c, x, 0.0, case.on, case.rate)
            x, off = stretch(a, c, x, case.on, 24.0, 0.0)
            return x, jnp.concatenate([on, off], axis=1)

        _, days = jax.lax.scan(day, jnp.zeros(STATES), jnp.arange(case.days))
        return jnp.moveaxis(days, 0, 1).reshape(3, -1)

    whole = jax.jit(jax.vmap(solve))
    return lambda patients: np.asarray(
        whole(jnp.asarray(case.a[patients]), jnp.asarray(case.c[patients]))
    )


BUILDERS: dict[str, Callable[[Case], Solve]] = {
    "libroadrunner": by_libroadrunner, "copasi": by_copasi, "diffrax": by_diffrax,
    "scipy": by_scipy,
}  # fmt: skip


def measured(name: str, case: Case) -> dict[str, float]:
    """Time the first patients of a peer after a warm-up, and hold its first ones to the truth."""
    solve, count = BUILDERS[name](case), COUNTS[name]
    patients = np.arange(count)
    solve(patients if name == "diffrax" else patients[:WARM])
    began = time.process_time()
    found = solve(patients)
    speed = count / (time.process_time() - began)
    wanted = [exact(case, p) for p in range(EXACT)]
    error = max(
        float(np.max(np.abs(f - w) / w.max(axis=1, keepdims=True)))
        for f, w in zip(found[:EXACT], wanted, strict=True)
    )
    return {"speed": speed, "error": error}


def main() -> None:
    """Measure the named peer."""
    name, case = sys.argv[1], Case(sys.argv[2])
    if name == "exact":
        print(json.dumps({"levels": [exact(case, p).tolist() for p in range(EXACT)]}))
    else:
        print(json.dumps(measured(name, case)))


if __name__ == "__main__":
    main()
