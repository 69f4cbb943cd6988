"""Whether individual kinetics lie where published ones do."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from reprieve.knowledge import load
from reprieve.pharmacology.model import REFERENCE_WEIGHT_KG, Model
from reprieve.pharmacology.system import NG_PER_ML_PER_MG_PER_L, System, Values, build, exposure

_DATA: Any = load("reprieve.pharmacology", "plausible").data
FACTOR_REFUSED = float(_DATA["factor_refused"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Kinetic:
    """One figure of a person's kinetics, brought to 70 kg, beside its consensus range."""

    name: str
    value: float
    unit: str
    low: float
    high: float

    @property
    def within(self) -> bool:
        """Whether the figure lies in the consensus range."""
        return self.low <= self.value <= self.high

    @property
    def beyond_belief(self) -> bool:
        """Whether it lies so far outside that it is not used."""
        return not self.low / FACTOR_REFUSED <= self.value <= self.high * FACTOR_REFUSED


def kinetics(model: Model, *, values: Values, weight_kg: float) -> tuple[Kinetic, ...]:
    """Compute clearance, steady-state volume, terminal half-life and norketamine clearance.

    CL = dose/AUC and Vss = CL times AUMC/AUC from the whole linear system, so that they mean the
    same in every model; norketamine clearance is apparent (dose over its AUC).
    """
    system = build(model, values)
    scale = NG_PER_ML_PER_MG_PER_L
    area = -exposure(system)[0] / scale
    clearance = 1.0 / float(area[0])
    rates = np.linalg.eigvals(system.a[0])
    found = {
        "clearance": clearance,
        "steady_state_volume": clearance * _mean_time(system),
        "terminal_half_life": math.log(2) / float(np.min(-np.real(rates))),
    }
    if "norketamine" in model.analytes:
        found["norketamine_clearance"] = 1.0 / float(area[model.analytes.index("norketamine")])
    return tuple(_kinetic(name, value, weight_kg) for name, value in found.items())


def _mean_time(system: System) -> float:
    """Mean residence time of the parent in hours, AUMC/AUC."""
    entry = np.zeros(system.a.shape[-1])
    entry[system.entries["central"]] = 1.0
    once = np.linalg.solve(system.a[0], entry)
    twice = np.linalg.solve(system.a[0], once)
    parent = system.c[0, 0]
    return float(-(parent @ twice) / (parent @ once))


def _kinetic(name: str, value: float, weight_kg: float) -> Kinetic:
    limits = _DATA["range"][name]
    at_reference = value / (weight_kg / REFERENCE_WEIGHT_KG) ** limits["weight_exponent"]
    return Kinetic(
        name=name, value=at_reference, unit=limits["unit"], low=limits["low"], high=limits["high"]
    )
