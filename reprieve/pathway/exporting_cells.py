"""What few patients share does not go out as it stands: it is made coarser, or refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.outcomes.registry.report import withheld
from reprieve.outcomes.rules import Rules

Rows = list[tuple[Any, ...]]
Cell = tuple[Any, ...]
OTHER = "other"
REST: Cell = (OTHER, None, None)
# Beyond these a weight is rare enough to point at somebody: both ends are cut.
LIGHTEST_G, HEAVIEST_G = 45_000, 120_000
KG, MG, STEP_UG_PER_KG = 1000, 1000, 50
MOST_MME_UG = 200_000_000


def weighed(given_ug: int, weight_g: int | None) -> tuple[int | None, int | None]:
    """This function will give a dose and a weight of which neither tells a rare weight.

    A weight is whole kilograms and cut at both ends. The dose is whole milligrams. Of a weight
    that was cut, the dose per kilogram stays, in steps of 0.05 mg/kg, so that a dose at a ceiling
    does not give the weight back. Without a weight the dose is left out: under a regimen per
    kilogram it would tell the weight.
    """
    if weight_g is None:
        return None, None
    shown = min(max(round(weight_g, -3), LIGHTEST_G), HEAVIEST_G)
    if LIGHTEST_G <= weight_g <= HEAVIEST_G:
        return round(given_ug / MG) * MG, shown
    steps = round(given_ug * KG / weight_g / STEP_UG_PER_KG)
    return steps * STEP_UG_PER_KG * shown // KG, shown


def opioid(ug_mme: int) -> int:
    """This function will give a dose of opioids in whole milligrams, cut where it is rare."""
    return min(round(ug_mme, -6), MOST_MME_UG)


def side_effects(events: Rows, rules: Rules) -> Rows:
    """This function will fold what too few patients had: first the term, then grade and serious.

    Rows are patient, infusion, term, grade, serious. What is folded is itself no small cell: what
    is rarest joins it until it is none. Raises BadValue when that is not possible.
    """
    least = rules.group_min_patients
    rows = _fold(events, lambda cell, held: (OTHER, *cell[1:]) if held < least else cell)
    rows = _fold(rows, lambda cell, held: REST if held < least else cell)
    while 0 < (sizes := _sizes(rows)).get(REST, 0) < least and len(sizes) > 1:
        rarest = min((size, cell) for cell, size in sizes.items() if cell != REST)[1]
        rows = [(*row[:2], *REST) if row[2:] == rarest else row for row in rows]
    if 0 < sizes.get(REST, 0) < least:
        raise BadValue(
            "research",
            f"fewer than {least} patients had a side effect, which would tell who they are: leave "
            "them out with --without events",
        )
    return rows


def check(patients: Rows, infusions: Rows, rules: Rules) -> None:
    """This function will refuse a condition under a regimen that too few patients ever had.

    Takes rows as they go out: patient and condition; patient first and `regimen` fifth.
    Raises BadValue.
    """
    condition = {row[0]: row[1] for row in patients}
    held: dict[str, set[int]] = {}
    for row in infusions:
        held.setdefault(f"{condition[row[0]]}|{row[4]}", set()).add(row[0])
    small = withheld({cell: len(some) for cell, some in held.items()}, rules=rules)
    if small:
        raise BadValue(
            "research",
            f"{len(small)} combinations of condition and regimen have fewer than "
            f"{rules.group_min_patients} patients and would tell who they are: leave one out "
            "with --without",
        )


def _fold(events: Rows, into: Callable[[Cell, int], Cell]) -> Rows:
    sizes = _sizes(events)
    return [(*row[:2], *into(row[2:], sizes[row[2:]])) for row in events]


def _sizes(events: Rows) -> Mapping[Cell, int]:
    held: dict[Cell, set[int]] = {}
    for row in events:
        held.setdefault(row[2:], set()).add(row[0])
    return {cell: len(some) for cell, some in held.items()}
