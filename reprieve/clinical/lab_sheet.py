"""Liver tests read from the laboratory's sheet: a result and the upper limit printed beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal
from functools import cache
from types import MappingProxyType

from reprieve import knowledge
from reprieve.knowledge import N_, BadValue, Knowledge

STEP = Decimal("0.01")
Range = tuple[Decimal, Decimal]


@dataclass(frozen=True, slots=True, kw_only=True)
class LiverTest:
    """One test: the fact it answers, and per unit the plausible range of result and limit."""

    name: str
    label: str
    fact: str
    units: Mapping[str, Mapping[str, Range]]


@cache
def liver_tests() -> Mapping[str, LiverTest]:
    """This function will list the liver tests by name, in the order of a sheet."""
    rows = sheet().data["test"]
    return MappingProxyType({
        name: LiverTest(
            name=name, label=row["label"], fact=row["fact"],
            units=MappingProxyType({u: _ranges(given) for u, given in row["units"].items()}),
        )
        for name, row in rows.items()
    })  # fmt: skip


def sheet() -> Knowledge:
    """This function will load the data file of the tests, with its source and version."""
    return knowledge.load("reprieve.clinical", "lab_sheet")


def times_limit(*, test: str, result: Decimal | None, limit: Decimal | None, unit: str) -> Decimal:
    """This function will return a result as a multiple of its upper limit, never rounded down.

    Raises BadValue naming `alt` or `alt_limit` when one is missing or no sheet can show it.
    """
    known = liver_tests()[test].units
    if unit not in known:
        raise BadValue(f"{test}_unit", f"unknown {unit!r}; known: {', '.join(known)}")
    top = _within(f"{test}_limit", limit, known[unit]["limit"], unit)
    found = _within(test, result, known[unit]["result"], unit)
    return (found / top).quantize(STEP, rounding=ROUND_CEILING)


def _within(field: str, value: Decimal | None, plausible: Range, unit: str) -> Decimal:
    if value is None:
        raise BadValue(field, N_("is needed: the result and the upper limit are read together"))
    low, high = plausible
    # Written so that NaN fails too: it is inside no limits.
    if not (value.is_finite() and low <= value <= high):
        raise BadValue(field, f"must be within {low} to {high} {unit}, got {value}")
    return value


def _ranges(given: Mapping[str, list[float]]) -> Mapping[str, Range]:
    ends = {what: tuple(Decimal(str(end)) for end in pair) for what, pair in given.items()}
    return MappingProxyType({what: (low, high) for what, (low, high) in ends.items()})
