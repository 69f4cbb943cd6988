"""A set for research without anything that tells who somebody is, after HIPAA's safe harbour.

Only the registry's flat tables go out, never a name, a contact, a free text, a number of ours or a
date: each patient gets a number by chance, and days are moved by a chance of the patient's own,
so that distances between days stay and the calendar is gone (45 CFR 164.514(b)(2)).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from reprieve.clinical import conditions, regimens
from reprieve.knowledge import BadValue
from reprieve.outcomes.registry.report import withheld
from reprieve.outcomes.registry.tables import TABLES
from reprieve.outcomes.rules import rules
from reprieve.pathway import charting_harm

Rows = list[tuple[Any, ...]]
COARSER = frozenset({"condition", "regimen"})
DAY_S = 86_400
YEAR = 365
MOST = 10**9
OTHER = "other"
# Beyond these a weight is rare enough to point at somebody: both ends are cut.
LIGHTEST_G, HEAVIEST_G = 45_000, 120_000


def deidentified(
    tables: Mapping[str, Rows], *, day: date, without: frozenset[str],
    chance: Callable[[int], int],
) -> dict[str, Rows]:  # fmt: skip
    """This function will rewrite the flat tables; `chance(n)` gives a whole number below n.

    `without` leaves out `condition` or `regimen`. Raises BadValue naming how many combinations of
    the two have fewer patients than the registry shows.
    """
    strange = without - COARSER
    if strange:
        raise BadValue("without", f"unknown {min(strange)!r}; known: condition, regimen")
    numbers = _numbers([row[0] for row in tables["patients"]], chance)
    moved = {row[0]: _shift(tables, row[0], chance) for row in tables["patients"]}
    infusions = _named([row[1] for row in tables["infusions"]])
    plans = _named([row[5] for row in tables["infusions"] if row[5]])
    made: dict[str, Rows] = {}
    for name, columns in TABLES.items():
        names = [column.name for column in columns]
        made[name] = sorted(
            tuple(
                _cell(names[n], cell, row[0], without, numbers, moved, infusions, plans)
                for n, cell in enumerate(row)
            )
            for row in tables[name]
        )
    _check_cells(made, day)
    return made


def _cell(column: str, cell: Any, patient: int, *how: Any) -> Any:
    without, numbers, moved, infusions, plans = how
    if column == "patient":
        return numbers[patient]
    if column in ("day", "from_day", "until_day"):
        return cell + moved[patient]
    if column in ("start_s", "at_s"):
        return cell + moved[patient] * DAY_S
    if column == "infusion":
        return infusions[cell]
    if column == "plan":
        return plans.get(cell, "")
    if column == "weight_g" and cell is not None:
        return min(max(round(cell, -3), LIGHTEST_G), HEAVIEST_G)
    if column == "term":
        return cell if cell in charting_harm.TERMS else OTHER
    if column in COARSER:
        return "" if column in without else _known(column, cell)
    return cell


def _known(column: str, cell: str) -> str:
    """Only words of our own lists go out: what a clinic wrote itself might name somebody."""
    if not cell:
        return ""
    if column == "regimen":
        return cell if cell in regimens.regimens() else OTHER
    listed = {one.evidence for one in conditions.conditions().values()} | {*conditions.conditions()}
    return cell if cell in listed else OTHER


def _numbers(patients: list[int], chance: Callable[[int], int]) -> dict[int, int]:
    taken: set[int] = set()
    found = {}
    for patient in patients:
        number = chance(MOST)
        while number in taken:
            number = chance(MOST)
        taken.add(number)
        found[patient] = number
    return found


def _shift(tables: Mapping[str, Rows], patient: int, chance: Callable[[int], int]) -> int:
    """The first infusion falls on a day by chance within a year that says nothing."""
    first = min(row[2] for row in tables["infusions"] if row[0] == patient)
    return int(chance(YEAR)) - int(first)


def _named(keys: list[str]) -> dict[str, str]:
    """New names in the order of appearance, which say nothing either."""
    return {key: str(n) for n, key in enumerate(dict.fromkeys(keys), start=1)}


def _check_cells(made: Mapping[str, Rows], day: date) -> None:
    condition = {row[0]: row[1] for row in made["patients"]}
    firsts: dict[int, tuple[int, str]] = {}
    for row in made["infusions"]:
        firsts[row[0]] = min(firsts.get(row[0], (row[3], row[4])), (row[3], row[4]))
    cells = Counter(f"{condition[p]}|{regimen}" for p, (_at, regimen) in firsts.items())
    in_force = rules(on=day)
    small = withheld(cells, rules=in_force)
    if small or not cells:
        raise BadValue(
            "research",
            f"{len(small)} combinations of condition and regimen have fewer than "
            f"{in_force.group_min_patients} patients and would tell who they are: leave one out "
            "with --without",
        )
