"""The flat tables that the registry reads, column by column: also what its Parquet files hold."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from reprieve.knowledge import BadValue


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column. `kind` is `string` or `int64`; `means` says what it holds and in which unit."""

    name: str
    kind: str
    means: str
    nullable: bool = False


def _text(name: str, means: str) -> Column:
    return Column(name=name, kind="string", means=means)


def _whole(name: str, means: str, *, nullable: bool = False) -> Column:
    return Column(name=name, kind="int64", means=means, nullable=nullable)


_PATIENT = _whole("patient", "the patient, by the clinic's number")
_DAY = "clinic calendar day, days since 1970-01-01"

TABLES: Mapping[str, tuple[Column, ...]] = {
    "patients": (
        _PATIENT,
        _text("condition", "pain condition treated, empty when none is written down"),
    ),
    "infusions": (
        _PATIENT,
        _text("infusion", "one infusion, by an opaque id"),
        _whole("day", _DAY),
        _whole("start_s", "start, seconds since 1970-01-01 UTC"),
        _text("regimen", "the written regimen, empty for one without a plan"),
        _text("plan", "the signed plan, by an opaque id, empty without one"),
        _whole("is_booster", "1 for a booster, 0 for a series"),
        _whole("given_ug", "ketamine given, micrograms"),
        _whole("weight_g", "weight the dose was planned by, grams", nullable=True),
    ),
    "diary": (
        _PATIENT,
        _whole("day", _DAY),
        _whole("pain_60", "average pain of that day, mean of its answers, 60ths of a point"),
    ),
    "scores": (
        _PATIENT,
        _whole("day", _DAY),
        _whole("at_s", "when it was answered, seconds since 1970-01-01 UTC"),
        _text("instrument", "peg, pgic, or peg.pain for the recall of 7 days"),
        _whole("value_u", "the score in millionths of a point"),
    ),
    "events": (
        _PATIENT,
        _text("infusion", "the infusion it belongs to, by an opaque id"),
        _text("term", "what happened"),
        _whole("grade", "grade, 1 to 5"),
        _whole("serious", "1 when serious"),
    ),
    "opioids": (
        _PATIENT,
        _whole("from_day", "first day of a known opioid dose, days since 1970-01-01"),
        _whole("until_day", "first day on which it no longer holds"),
        _whole("ug_mme", "morphine equivalents a day, micrograms"),
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """The tables as expressions of one engine; ibis gives them no useful type."""

    patients: Any
    infusions: Any
    diary: Any
    scores: Any
    events: Any
    opioids: Any


def of(engine: Callable[[str], Any]) -> Tables:
    """Take each table from an engine by its name, with columns in our order and kinds.

    Raises BadValue for a table that lacks a column.
    """
    return Tables(**{name: _checked(name, engine(name)) for name in TABLES})


def _checked(name: str, table: Any) -> Any:
    missing = [c.name for c in TABLES[name] if c.name not in table.columns]
    if missing:
        raise BadValue(name, f"the column {missing[0]} is missing")
    return table.select(**{c.name: table[c.name].cast(c.kind) for c in TABLES[name]})
