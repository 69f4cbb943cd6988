"""The facts a criterion reads: their names, types and units, from its TOML; and their checking."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import Any, Literal

from reprieve.clinical.instruments.values import shown, shown_key
from reprieve.knowledge import BadValue, Knowledge, load, names

PACKAGE = "reprieve.clinical.criteria"
Type = Literal["yes/no", "whole number", "number", "word", "list", "records"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact: what it means, its type and unit, its range or the words it may hold.

    A "word" is one of `values`, a "list" holds some of them (an empty one: none of them);
    "records" holds objects with the `fields` named.
    """

    name: str
    type: Type
    unit: str
    means: str
    low: float | None = None
    high: float | None = None
    values: tuple[str, ...] = ()
    fields: tuple[Fact, ...] = ()


@cache
def facts_of(name: str) -> tuple[Fact, ...]:
    """List the facts of a criterion. Raises BadValue naming an unknown criterion."""
    return tuple(_fact(raw) for raw in criterion_data(name).data["fact"])


def criterion_data(name: str) -> Knowledge:
    """Load a criterion's file. Raises BadValue naming an unknown criterion."""
    return load(PACKAGE, name)


def known_elsewhere(fact_name: str) -> bool:
    """Say whether another criterion or a safety rule reads this fact: one file may serve all."""
    # Imported here: the safety rules are many files, and only an unexpected name needs them.
    from reprieve.clinical.safety import catalogue

    criteria = (fact.name for name in names(PACKAGE) for fact in facts_of(name))
    return fact_name in criteria or fact_name in catalogue()


def read_facts(*, criterion: str, facts: Any) -> Mapping[str, Any]:
    """Check a file of facts against what the criterion reads.

    Null or absent is unknown. Facts of other criteria and of safety rules are checked by those.
    Raises BadValue naming an unknown fact, a wrong type, a value out of range or a word that is
    not known.
    """
    if not isinstance(facts, Mapping):
        raise BadValue("facts", f"expected an object of facts, not {shown(facts)}")
    wanted = {fact.name: fact for fact in facts_of(criterion)}
    for name in facts:
        if name not in wanted and not known_elsewhere(name):
            listed = ", ".join(wanted)
            raise BadValue(shown_key(name), f"unknown fact; {criterion} reads {listed}")
    given = {n: _checked(n, f, facts[n]) for n, f in wanted.items() if facts.get(n) is not None}
    return MappingProxyType(given)


def _fact(raw: Mapping[str, Any]) -> Fact:
    nested = tuple(_fact(f) for f in raw.get("fields", ()))
    return Fact(**{**raw, "values": tuple(raw.get("values", ())), "fields": nested})


def _checked(field: str, fact: Fact, value: Any) -> Any:
    return _CHECKS[fact.type](field, fact, value)


def _flag(field: str, fact: Fact, value: Any) -> bool:
    if not isinstance(value, bool):
        raise BadValue(field, f"expected true or false ({fact.means}), not {shown(value)}")
    return value


def _number(field: str, fact: Fact, value: Any) -> int | float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(field, f"expected a number, not {shown(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadValue(field, "not a finite number")
    if fact.type == "whole number" and value != int(value):
        raise BadValue(field, f"{value} is not a whole number")
    low, high = fact.low or 0, math.inf if fact.high is None else fact.high
    if not low <= value <= high:
        raise BadValue(field, f"{shown(value)} is out of range {low} to {high}")
    return value


def _words(field: str, fact: Fact, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list | tuple):
        raise BadValue(field, f"expected a list of words, not {shown(value)}")
    for word in value:
        if word not in fact.values:
            raise BadValue(field, f"{shown(word)} is none of {', '.join(fact.values)}")
    if len(set(value)) < len(value):
        raise BadValue(field, "names a word twice")
    return tuple(value)


def _records(field: str, fact: Fact, value: Any) -> tuple[Mapping[str, Any], ...]:
    if not isinstance(value, list | tuple):
        raise BadValue(field, f"expected a list of objects, not {shown(value)}")
    return tuple(_record(f"{field}[{n}]", fact, record) for n, record in enumerate(value))


def _record(field: str, fact: Fact, record: Any) -> Mapping[str, Any]:
    if not isinstance(record, Mapping):
        raise BadValue(field, f"expected an object, not {shown(record)}")
    inner = {f.name: f for f in fact.fields}
    for name in record:
        if name not in inner:
            raise BadValue(f"{field}.{shown_key(name)}", f"unknown; known: {', '.join(inner)}")
    return {
        name: _checked(f"{field}.{name}", f, record[name])
        for name, f in inner.items()
        if record.get(name) is not None
    }


def _word(field: str, fact: Fact, value: Any) -> Any:
    if value not in fact.values:
        raise BadValue(field, f"{shown(value)} is none of {', '.join(fact.values)}")
    return value


_CHECKS: Mapping[str, Callable[[str, Fact, Any], Any]] = {
    "yes/no": _flag,
    "number": _number,
    "whole number": _number,
    "word": _word,
    "list": _words,
    "records": _records,
}
