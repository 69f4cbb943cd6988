"""A pharmacokinetic model as published: parameters with their sources, flows, what is measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from reprieve import units
from reprieve.knowledge import N_, BadValue, Knowledge, Message, load, names

Array: TypeAlias = NDArray[np.float64]

PACKAGE = "reprieve.pharmacology.models"
DEFAULT = "kamp2020"
REFERENCE_WEIGHT_KG = 70.0
MOLAR_MASS_KETAMINE = 237.73  # g/mol, base; doses are base equivalents
_ADULT_YEARS, _OLDEST_YEARS = 18.0, 120.0
# Engine units by dimension: every parameter is brought to hours, litres and milligrams on loading.
_ENGINE_UNITS = ("L/h", "L", "h", "/h", "1", "L/kg", "L/h/kg")


CHILDREN = N_("Measured in children of about {low} to {high} years; for an adult it does not hold.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter: typical value at 70 kg in hours and litres, as printed, and its standing.

    `omega2` is the between-subject variance on the log scale (0 when none is published).
    """

    name: str
    value: float
    unit: str
    printed: float
    printed_unit: str
    weight_exponent: float
    omega2: float
    source: str
    omega_source: str
    verified: bool
    assumed: bool
    omega_assumed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """Movement of drug from one compartment to another or `out`.

    The rate constant is clearance/volume, `rate`, or stages/transit; `fraction` of what leaves
    arrives, the rest is lost (first-pass or another metabolite).
    """

    source: str
    target: str
    clearance: str | None
    volume: str | None
    rate: str | None
    transit: str | None
    stages: int
    fraction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """One measured analyte: where it is read and the error of one measurement.

    `mass_ratio` turns the ketamine mass that the flows carry into mass of the analyte.
    """

    analyte: str
    compartment: str
    volume: str
    proportional: float
    additive_ng_per_ml: float
    mass_ratio: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One part of a dose given by a route: a fraction into a compartment, evenly over a time."""

    compartment: str
    fraction: float
    duration_min: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A whole model as data. `omega` is the covariance of the log-deviations of `random`.

    `age_years` is None where ages were mixed or not stated.
    """

    name: str
    title: str
    form: Literal["racemic", "S"]
    sampling_site: str
    population: str
    source: str
    notes: str
    version: str
    weight_kg: tuple[float, float]
    age_years: tuple[float, float] | None
    parameters: Mapping[str, Parameter]
    flows: tuple[Flow, ...]
    outputs: tuple[Output, ...]
    routes: Mapping[str, tuple[Entry, ...]]
    random: tuple[str, ...]
    omega: Array

    @property
    def s_fraction(self) -> float:
        """Share of S-ketamine in what the model calls ketamine."""
        return 0.5 if self.form == "racemic" else 1.0

    @property
    def analytes(self) -> tuple[str, ...]:
        """The analytes the model can predict, parent first."""
        return tuple(output.analyte for output in self.outputs)

    @property
    def compartments(self) -> tuple[str, ...]:
        """All compartments in the order of first mention, the central one first."""
        named = [n for flow in self.flows for n in (flow.source, flow.target) if n != "out"]
        return tuple(dict.fromkeys(["central", *named]))

    def check_weight(self, weight_kg: float) -> float:
        """Give the weight back; BadValue when it lies outside the model's range."""
        low, high = self.weight_kg
        if not (isinstance(weight_kg, int | float) and low <= weight_kg <= high):
            raise BadValue(
                "weight_kg", f"{weight_kg} is outside {low:g}-{high:g} kg, the range of {self.name}"
            )
        return float(weight_kg)

    def check_age(self, age_years: float | None) -> float | None:
        """Give the age back (None: not stated); BadValue when the model speaks of other ages."""
        if age_years is None:
            return None
        low, high = self.age_years or (0.0, _OLDEST_YEARS)
        if not (isinstance(age_years, int | float) and low <= age_years <= high):
            raise BadValue(
                "age_years", f"{age_years} is outside {low:g}-{high:g} years, the range of "
                f"{self.name} ({self.population})"
            )  # fmt: skip
        return float(age_years)

    def beyond(self, age_years: float | None = None) -> tuple[Message, ...]:
        """Say what nobody measured of these kinetics in an adult, unless a child's age is given.

        Raises BadValue as `check_age` does.
        """
        stated = self.check_age(age_years)
        if stated is not None or self.age_years is None or self.age_years[1] >= _ADULT_YEARS:
            return ()
        low, high = self.age_years
        return (Message(id=CHILDREN, params={"low": f"{low:g}", "high": f"{high:g}"}),)

    def typical(self, weight_kg: float) -> dict[str, float]:
        """Give every parameter's typical value for a weight, in hours and litres."""
        weight = self.check_weight(weight_kg) / REFERENCE_WEIGHT_KG
        return {p.name: p.value * weight**p.weight_exponent for p in self.parameters.values()}


def available() -> tuple[str, ...]:
    """List the names of the models that are shipped."""
    return names(PACKAGE)


@cache
def model(name: str) -> Model:
    """Load a model by name, for example `kamp2020`. BadValue names an unknown one."""
    if name not in available():
        raise BadValue("model", f"unknown {name!r}; known: {', '.join(available())}")
    return from_knowledge(load(PACKAGE, name))


def from_knowledge(knowledge: Knowledge) -> Model:
    """Read a model from its data file. BadValue names the file and what is wrong in it."""
    data = knowledge.data
    try:
        parameters = {n: _parameter(n, p) for n, p in data["parameters"].items()}
        random, omega = _variability(parameters, data.get("covariance", []))
        found = Model(
            name=knowledge.name, title=data["title"], form=data["form"],
            sampling_site=data["sampling_site"], population=data["population"],
            source=data["source"], notes=data.get("notes", ""), version=knowledge.version,
            weight_kg=_range(data["valid"]["weight_kg"]),
            age_years=_range(data["valid"]["age_years"]) if "age_years" in data["valid"] else None,
            parameters=parameters, flows=tuple(_flow(f) for f in data["flow"]),
            outputs=tuple(_output(o) for o in data["output"]),
            routes={n: tuple(map(_entry, r)) for n, r in data.get("route", {}).items()},
            random=random, omega=omega,
        )  # fmt: skip
    except BadValue:
        raise
    except (KeyError, TypeError, IndexError, ValueError) as error:
        raise BadValue(knowledge.name, f"model file is incomplete: {error}") from error
    _check(found)
    return found


def _range(pair: list[float]) -> tuple[float, float]:
    low, high = map(float, pair)
    if not 0 < low < high:
        raise ValueError("a range of validity goes from above 0 to more")
    return low, high


def _parameter(name: str, entry: Mapping[str, Any]) -> Parameter:
    unit = _engine_unit(name, entry["unit"])
    value = units.convert(float(entry["value"]), entry["unit"], unit, field=name)
    exponent = float(entry.get("weight_exponent", 0.0))
    if unit.endswith("/kg"):
        value, exponent = value * REFERENCE_WEIGHT_KG, 1.0
    return Parameter(
        name=name, value=value, unit=unit.removesuffix("/kg"), printed=float(entry["value"]),
        printed_unit=entry["unit"], weight_exponent=exponent,
        omega2=float(entry.get("omega2", 0.0)), source=entry["source"],
        omega_source=entry.get("omega_source", ""), verified=entry["verified"],
        assumed=entry["assumed"], omega_assumed=entry.get("omega_assumed", False),
    )  # fmt: skip


def _engine_unit(name: str, unit: str) -> str:
    for candidate in _ENGINE_UNITS:
        if units.same_dimension(unit, candidate):
            return candidate
    raise BadValue(name, f"unit {unit!r} is no volume, clearance, rate, time or number")


def _flow(entry: Mapping[str, Any]) -> Flow:
    return Flow(
        source=entry["from"], target=entry["to"], clearance=entry.get("clearance"),
        volume=entry.get("volume"), rate=entry.get("rate"), transit=entry.get("transit"),
        stages=entry.get("stages", 1), fraction=entry.get("fraction"),
    )  # fmt: skip


def _output(entry: Mapping[str, Any]) -> Output:
    return Output(
        analyte=entry["analyte"], compartment=entry["compartment"], volume=entry["volume"],
        proportional=float(entry.get("proportional", 0.0)),
        additive_ng_per_ml=float(entry.get("additive_ng_per_ml", 0.0)),
        mass_ratio=float(entry.get("molar_mass", MOLAR_MASS_KETAMINE)) / MOLAR_MASS_KETAMINE,
    )  # fmt: skip


def _entry(entry: Mapping[str, Any]) -> Entry:
    return Entry(
        compartment=entry["compartment"], fraction=float(entry["fraction"]),
        duration_min=float(entry["duration_min"]),
    )  # fmt: skip


def _variability(
    parameters: Mapping[str, Parameter], covariances: list[Mapping[str, Any]]
) -> tuple[tuple[str, ...], Array]:
    random = tuple(n for n, p in parameters.items() if p.omega2 > 0)
    omega = np.diag([parameters[n].omega2 for n in random]).astype(np.float64)
    for entry in covariances:
        row, column = (random.index(n) for n in entry["between"])
        omega[row, column] = omega[column, row] = entry["value"]
    return random, omega


def _check(found: Model) -> None:
    known, places = found.parameters, found.compartments
    for flow in found.flows:
        for used in (flow.clearance, flow.volume, flow.rate, flow.transit, flow.fraction):
            if used is not None and used not in known:
                raise BadValue(found.name, f"flow from {flow.source!r} uses unknown {used!r}")
    for output in found.outputs:
        if output.volume not in known or output.compartment not in places:
            raise BadValue(found.name, f"output {output.analyte!r} names an unknown part")
    if not {e.compartment for r in found.routes.values() for e in r} <= set(places):
        raise BadValue(found.name, "a route leads to an unknown compartment")
    if not all(math.isfinite(p.value) and p.value > 0 for p in known.values()):
        raise BadValue(found.name, "every parameter must be above 0")
    if found.random and np.linalg.eigvalsh(found.omega)[0] <= 0:
        raise BadValue(found.name, "the variability is not a covariance")
