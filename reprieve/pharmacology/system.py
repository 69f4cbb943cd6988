"""The linear system behind a model: x' = A x + b r(t), levels = C x, for one or many patients."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from reprieve.pharmacology.model import Array, Flow, Model

NG_PER_ML_PER_MG_PER_L = 1000.0
Values = Mapping[str, Array | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """Matrices of P patients with n states and o outputs.

    `a` has shape (P, n, n) and unit 1/h; `c` has shape (P, o, n) and turns mg into ng/mL.
    `entries` names the state that each compartment is.
    """

    a: Array
    c: Array
    entries: Mapping[str, int]
    outputs: tuple[str, ...]

    def only(self, chosen: NDArray[np.intp]) -> System:
        """Give the system of some of the patients."""
        return System(
            a=self.a[chosen], c=self.c[chosen], entries=self.entries, outputs=self.outputs
        )


def build(
    model: Model, values: Values, *, effect_half_life_h: Array | float | None = None
) -> System:
    """Build the system of a model from parameter values (numbers, or arrays over patients).

    With `effect_half_life_h` an effect site driven by S-ketamine is added as the last state and
    output: dCe/dt = ln2/t_half (s C - Ce), s the share of S-ketamine. It takes nothing from
    plasma. A half-life given as an array counts as one patient each.
    """
    patients = _patients(values, effect_half_life_h)
    entries = {name: i for i, name in enumerate(model.compartments)}
    size = len(entries) + (effect_half_life_h is not None)
    # Patients lie next to each other in memory: everything below and `blocks` runs along them.
    a = np.zeros((size, size, patients)).transpose(2, 0, 1)
    for flow in model.flows:
        _add(a, flow, entries, values)
    rows = len(model.outputs) + (effect_half_life_h is not None)
    c = np.zeros((rows, size, patients)).transpose(2, 0, 1)
    for row, output in enumerate(model.outputs):
        scale = NG_PER_ML_PER_MG_PER_L * output.mass_ratio
        c[:, row, entries[output.compartment]] = scale / values[output.volume]
    if effect_half_life_h is not None:
        rate = math.log(2) / np.asarray(effect_half_life_h)
        a[:, -1, :] = c[:, 0, :] * (model.s_fraction * rate)[..., None]
        a[:, -1, -1] = -rate
        c[:, -1, -1] = 1.0
    names = model.analytes + (("effect_site",) if effect_half_life_h is not None else ())
    return System(a=a, c=c, entries=entries, outputs=names)


def _patients(values: Values, half_life: Array | float | None) -> int:
    return max(np.size(v) for v in (1.0 if half_life is None else half_life, *values.values()))


def _add(a: Array, flow: Flow, entries: Mapping[str, int], values: Values) -> None:
    rate = _rate(flow, values)
    a[:, entries[flow.source], entries[flow.source]] -= rate
    if flow.target != "out":
        share = 1.0 if flow.fraction is None else values[flow.fraction]
        a[:, entries[flow.target], entries[flow.source]] += rate * share


def _rate(flow: Flow, values: Values) -> Array | float:
    if flow.rate is not None:
        return values[flow.rate]
    if flow.transit is not None:
        return flow.stages / values[flow.transit]
    return values[str(flow.clearance)] / values[str(flow.volume)]


def steady_state(system: System, *, rate_mg_per_h: float, entry: str = "central") -> Array:
    """Levels (P, o) that an endless infusion approaches: -C A^-1 b r."""
    return -exposure(system, entry=entry) * rate_mg_per_h


def auc_to_infinity(system: System, *, dose_mg: float, entry: str = "central") -> Array:
    """Area under the levels (P, o) in ng/mL times h after a dose has left the body: -C A^-1 b D."""
    return -exposure(system, entry=entry) * dose_mg


def exposure(system: System, *, entry: str = "central") -> Array:
    """Give C A^-1 b of shape (P, o), the base of steady state and area under the curve."""
    b = np.zeros(system.a.shape[-1])
    b[system.entries[entry]] = 1.0
    solved = np.linalg.solve(system.a, np.broadcast_to(b[:, None], (len(system.a), b.size, 1)))
    product: Array = (system.c @ solved)[..., 0]
    return product
