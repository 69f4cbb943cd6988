"""Run the registry on an engine: two small tables come back, everything else stays there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from reprieve.outcomes.registry import beside, courses, responses, tables
from reprieve.outcomes.registry.cases import cases
from reprieve.outcomes.rules import Rules

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """How an engine is used: a table by its name, one kept for later, and the rows of one.

    `keep` returns the kept table; on an engine that plans lazily a view is enough.
    """

    table: Callable[[str], Any]
    keep: Callable[[str, Any], Any]
    rows: Callable[[Any], list[dict[str, Any]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheets:
    """What comes back: a row a patient treated, and infusions with side effects by group."""

    cases: Sequence[Row]
    infusions: Sequence[Row]


def run(engine: Engine, *, at_day: int, rules: Rules) -> Sheets:
    """Compute the registry as seen on a day (days since 1970), from what was known before it."""
    t = tables.of(engine.table)
    t = replace(t, infusions=t.infusions.filter(t.infusions.day < at_day))
    given = engine.keep("given", courses.numbered(t, rules))
    found = engine.keep("courses", courses.courses(given, rules))
    first = engine.keep("first", responses.first_courses(found, rules, at_day=at_day))
    judged = cases(t, first, rules, keep=engine.keep)
    harm = beside.events(given, found, t)
    return Sheets(
        cases=engine.rows(judged.order_by("patient")),
        infusions=engine.rows(harm.order_by("condition", "regimen", "dose_band")),
    )
