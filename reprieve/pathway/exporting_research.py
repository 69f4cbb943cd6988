"""A set for research without anything that tells who somebody is, after HIPAA's safe harbour.

Only the registry's flat tables go out, never a name, a contact, a free text, a number of ours, a
date or a clock: each patient gets a number by chance, and days are moved by a chance of the
patient's own, so that distances between days stay and the calendar is gone (45 CFR 164.514(b)(2)).
A day that many patients share would give the calendar back, so nothing ends on the day of the
export: a patient is followed for whole blocks of days after the own first infusion.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from reprieve.clinical import conditions, regimens
from reprieve.knowledge import BadValue
from reprieve.outcomes.registry.tables import TABLES, Column
from reprieve.outcomes.rules import rules
from reprieve.pathway import charting_harm, exporting_cells
from reprieve.pathway.exporting_cells import OTHER

Rows = list[tuple[Any, ...]]
COARSER = frozenset({"condition", "events", "regimen"})
EPOCH = date(1970, 1, 1)
YEAR = 365
MOST = 10**9
# A patient's record ends with a whole block, and up to two more are left out by chance.
BLOCK, LEFT_OUT = 28, 3
DAY = "days; the patient's first infusion lies on a day by chance from 0 to 364"
ORDER = "place among this patient's infusions and scores by the clock, the first being 1"
MEANS = {
    "patient": "the patient, by a number drawn by chance",
    "day": DAY,
    "infusion": "one infusion: the patient's number and the how manyth",
    "plan": "the signed plan: the patient's number and the how manyth, empty without one",
    "regimen": "the written regimen of the product's list, else other, empty without a plan",
    "condition": "pain condition treated, of the product's list, else other",
    "weight_g": "weight the dose was planned by, whole kilograms between 45 and 120, in grams",
    "given_ug": "ketamine given, micrograms in whole milligrams; where the weight was cut, what "
    "the same dose per kilogram (in steps of 0.05 mg/kg) is at the weight shown; empty without one",
    "term": "what happened; other for what is not on the product's list or few patients had",
    "grade": "grade, 1 to 5; empty where few patients had it",
    "serious": "1 when serious; empty where few patients had it",
    "from_day": f"first day of a block of {BLOCK} days after the first infusion, or of the "
    "days before it",
    "until_day": "first day after it",
    "ug_mme": "morphine equivalents a day on its last day, whole milligrams, at most 200, in "
    "micrograms",
}
CLOCKS = frozenset({"start_s", "at_s"})


def _told(column: Column) -> Column:
    if column.name in CLOCKS:
        return Column(name="order", kind=column.kind, means=ORDER)
    return Column(
        name=column.name, kind=column.kind, means=MEANS.get(column.name, column.means),
        nullable=column.nullable or column.name in ("given_ug", "grade", "serious"),
    )  # fmt: skip


COLUMNS: Mapping[str, tuple[Column, ...]] = {
    name: tuple(_told(column) for column in columns) for name, columns in TABLES.items()
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Person:
    """One patient: the new number, the day the first infusion moves to, and the rows that stay.

    Days of `rows` count from the patient's own first infusion.
    """

    number: int
    moved_to: int
    rows: Mapping[str, Rows]


def deidentified(
    tables: Mapping[str, Rows], *, day: date, without: frozenset[str],
    chance: Callable[[int], int],
) -> dict[str, Rows]:  # fmt: skip
    """This function will rewrite the flat tables as `COLUMNS` says.

    `chance(n)` gives a whole number below n; `without` leaves out `condition`, `regimen` or
    `events`. Patients without a whole block of days since their first infusion are left out.
    Raises BadValue for a combination that fewer patients have than the registry shows.
    """
    strange = without - COARSER
    if strange:
        known = ", ".join(sorted(COARSER))
        raise BadValue("without", f"unknown {min(strange)!r}; known: {known}")
    in_force = rules(on=day)
    window = in_force.baseline_window_days
    made: dict[str, Rows] = {name: [] for name in TABLES}
    for one in _people(tables, (day - EPOCH).days, window, chance):
        for name, rows in _rewritten(one, without).items():
            made[name] += rows
    if not made["patients"]:
        raise BadValue("research", f"nobody was first treated {BLOCK} days ago or earlier")
    exporting_cells.check(made["patients"], made["infusions"], in_force)
    made["events"] = exporting_cells.side_effects(made["events"], in_force)
    return {name: sorted(rows, key=_plain) for name, rows in made.items()}


def _plain(row: tuple[Any, ...]) -> tuple[tuple[bool, Any], ...]:
    """Rows are put in order by what they hold, so that their order says nothing else."""
    return tuple((cell is not None, cell if cell is not None else 0) for cell in row)


def _people(
    tables: Mapping[str, Rows], today: int, window: int, chance: Callable[[int], int]
) -> Iterator[_Person]:
    by_patient: dict[int, dict[str, Rows]] = {}
    for name, rows in tables.items():
        for row in rows:
            by_patient.setdefault(row[0], {one: [] for one in TABLES})[name].append(row)
    taken: set[int] = set()
    for rows_of in by_patient.values():
        first = min(row[2] for row in rows_of["infusions"])
        blocks = (today - first) // BLOCK
        number = _number(taken, chance)
        moved_to = chance(YEAR)
        if blocks:
            ends = BLOCK * (blocks - min(chance(LEFT_OUT), blocks - 1))
            own = _from_first(rows_of, first)
            yield _Person(number=number, moved_to=moved_to, rows=_shown(own, ends, window))


def _number(taken: set[int], chance: Callable[[int], int]) -> int:
    number = chance(MOST)
    while number in taken:
        number = chance(MOST)
    taken.add(number)
    return number


def _from_first(rows: Mapping[str, Rows], first: int) -> dict[str, Rows]:
    """Every day counted from the patient's first infusion."""
    days = {name: [n for n, c in enumerate(TABLES[name]) if _is_day(c.name)] for name in TABLES}
    return {
        name: [
            tuple(cell - first if n in days[name] else cell for n, cell in enumerate(row))
            for row in some
        ]
        for name, some in rows.items()
    }


def _is_day(column: str) -> bool:
    return column in ("day", "from_day", "until_day")


def _shown(own: Mapping[str, Rows], ends: int, window: int) -> dict[str, Rows]:
    """What happened before the cut; no table begins or ends on a day of the clinic's."""
    infusions = [row for row in own["infusions"] if row[2] < ends]
    scores = [row for row in own["scores"] if row[1] < ends]
    diary = [row for row in own["diary"] if _begins(own["diary"], window) <= row[1] < ends]
    given = {row[1] for row in infusions}
    last = max(row[n] for n, rows in ((2, infusions), (1, scores), (1, diary)) for row in rows)
    return {
        "patients": own["patients"], "infusions": infusions, "scores": scores, "diary": diary,
        "events": [row for row in own["events"] if row[1] in given],
        "opioids": _doses(own["opioids"], last + 1, window),
    }  # fmt: skip


def _begins(diary: Rows, window: int) -> int:
    """A diary begun after the first infusion may have begun when the clinic took this up.

    Then it counts from the next whole block.
    """
    first = min((row[1] for row in diary), default=0)
    return -window if first <= 0 else -(-first // BLOCK) * BLOCK


def _doses(runs: Rows, until: int, window: int) -> Rows:
    """The dose on the last day of each block, the days before the first infusion being one.

    When a dose changed, when it was first asked, and until when it is known stay inside.
    """
    blocks = [(-window, 0), *((n, n + BLOCK) for n in range(0, until - BLOCK + 1, BLOCK))]
    return [
        (patient, begins, ends, dose)
        for begins, ends in blocks
        for patient, known_from, known_until, dose in runs
        if known_from < ends <= known_until
    ]


def _rewritten(one: _Person, without: frozenset[str]) -> dict[str, Rows]:
    number, rows = one.number, one.rows
    given = sorted(rows["infusions"], key=lambda row: (row[3], row[1]))
    infusions = _named(number, [row[1] for row in given])
    plans = {"": "", **_named(number, [row[5] for row in given if row[5]])}
    order = _order([row[3] for row in given] + [row[2] for row in rows["scores"]])
    to, hide = one.moved_to, without
    return {
        "patients": [(number, _listed("condition", row[1], hide)) for row in rows["patients"]],
        "infusions": [
            (number, infusions[key], day + to, order[at], _listed("regimen", regimen, hide),
             plans[plan], booster, *exporting_cells.weighed(given_ug, weight_g))
            for _patient, key, day, at, regimen, plan, booster, given_ug, weight_g in given
        ],
        "diary": [(number, day + to, pain) for _patient, day, pain in rows["diary"]],
        "scores": [
            (number, day + to, order[at], name, value)
            for _patient, day, at, name, value in rows["scores"]
        ],
        "events": [
            (number, infusions[key], _term(term), grade, serious)
            for _patient, key, term, grade, serious in rows["events"]
            if "events" not in hide
        ],
        "opioids": [
            (number, begins + to, ends + to, exporting_cells.opioid(dose))
            for _patient, begins, ends, dose in rows["opioids"]
        ],
    }  # fmt: skip


def _named(number: int, keys: Sequence[str]) -> dict[str, str]:
    """Counted within the patient: counted over all, they would lie along the calendar."""
    return {key: f"{number}-{n}" for n, key in enumerate(dict.fromkeys(keys), start=1)}


def _order(moments: Sequence[int]) -> dict[int, int]:
    return {moment: n for n, moment in enumerate(sorted(set(moments)), start=1)}


def _term(term: str) -> str:
    return term if term in charting_harm.TERMS else OTHER


def _listed(column: str, cell: str, without: frozenset[str]) -> str:
    """Only words of our own lists go out: what a clinic wrote itself might name somebody."""
    if not cell or column in without:
        return ""
    if column == "regimen":
        return cell if cell in regimens.regimens() else OTHER
    listed = {one.evidence for one in conditions.conditions().values()} | {*conditions.conditions()}
    return cell if cell in listed else OTHER
