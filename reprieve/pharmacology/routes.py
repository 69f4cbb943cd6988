"""Doses by mouth, nose or film, as infusions and boluses into the compartments they reach."""

from __future__ import annotations

from collections.abc import Iterable

from reprieve.knowledge import BadValue
from reprieve.pharmacology.model import Entry, Model
from reprieve.pharmacology.schedule import MIN_PER_H, Bolus, Infusion, RouteDose, Schedule


def by_entry(chosen: Model, doses: Iterable[RouteDose]) -> dict[str, Schedule]:
    """Lay doses out as one schedule for each compartment; BadValue names an unknown route."""
    found: dict[str, Schedule] = {}
    for dose in doses:
        if dose.route not in chosen.routes:
            known = ", ".join(chosen.routes) or "none"
            raise BadValue("route", f"unknown {dose.route!r}; {chosen.name} knows {known}")
        for entry in chosen.routes[dose.route]:
            before = found.get(entry.compartment, Schedule())
            found[entry.compartment] = _with(before, entry, dose)
    return found


def _with(before: Schedule, entry: Entry, dose: RouteDose) -> Schedule:
    amount = dose.dose_mg * entry.fraction
    if entry.duration_min == 0:
        push = Bolus(dose_mg=amount, at_min=dose.at_min)
        return Schedule(infusions=before.infusions, boluses=(*before.boluses, push))
    steady = Infusion(
        rate_mg_per_h=amount / entry.duration_min * MIN_PER_H,
        start_min=dose.at_min, end_min=dose.at_min + entry.duration_min,
    )  # fmt: skip
    return Schedule(infusions=(*before.infusions, steady), boluses=before.boluses)
