"""Facts about a patient, as the safety rules read them: a name, a kind, a unit and a question.

A fact that is missing or null is unknown. A value of the wrong kind or outside what a body or a
clinic can show is refused with its name, never read as something near it.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from reprieve.knowledge import BadValue

LONGEST_LIST = 200
LONGEST_TEXT = 200
NUMERIC = int | float | Decimal  # made once: a fact is checked thousands of times a second


class Kind(StrEnum):
    """The kinds of value a fact may have."""

    FLAG = "yes/no"
    NUMBER = "number"
    COUNT = "whole number"
    CHOICE = "choice"
    LISTING = "list of words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One thing a rule may ask. `low` and `high` are the plausible limits, both allowed."""

    name: str
    kind: Kind
    question: str
    unit: str = ""
    low: float = -math.inf
    high: float = math.inf
    options: tuple[str, ...] = ()

    def check(self, value: object) -> None:
        """This function will refuse a value of another kind or outside the plausible limits."""
        _CHECKS[self.kind](self, value)


def flag(name: str, question: str) -> Fact:
    """This function will declare a yes/no fact (JSON true or false)."""
    return Fact(name=name, kind=Kind.FLAG, question=question)


def number(name: str, question: str, *, unit: str, low: float, high: float) -> Fact:
    """This function will declare a measured number with its unit and plausible limits."""
    return Fact(name=name, kind=Kind.NUMBER, question=question, unit=unit, low=low, high=high)


def count(name: str, question: str, *, low: int = 0, high: int, unit: str = "1") -> Fact:
    """This function will declare a whole number with its limits."""
    return Fact(name=name, kind=Kind.COUNT, question=question, unit=unit, low=low, high=high)


def choice(name: str, question: str, *, options: tuple[str, ...]) -> Fact:
    """This function will declare a fact with one of a few words as its value."""
    return Fact(name=name, kind=Kind.CHOICE, question=question, options=options)


def listing(name: str, question: str) -> Fact:
    """This function will declare a list of words; an empty list says there is none."""
    return Fact(name=name, kind=Kind.LISTING, question=question)


def read(facts: object, *, catalogue: Mapping[str, Fact]) -> dict[str, Any]:
    """This function will check facts against their declarations and return the known ones.

    Null values are left out (unknown). Raises BadValue naming the fact that cannot be used.
    """
    if not isinstance(facts, Mapping):
        raise BadValue("facts", "must be an object of fact names and values")
    known: dict[str, Any] = {}
    for name, value in facts.items():
        fact = catalogue.get(name)
        if fact is None:
            raise BadValue(_shown(name), _unknown_name(name, catalogue))
        if value is not None:
            fact.check(value)
            known[name] = value
    _check_pairs(known)
    return known


def _check_pairs(known: Mapping[str, Any]) -> None:
    """Refuse a diastolic pressure at or above its systolic one: one of them is a slip."""
    for dbp in (name for name in known if "dbp_" in name):
        sbp, value = dbp.replace("dbp_", "sbp_"), known[dbp]
        if sbp in known and value >= known[sbp]:
            raise BadValue(dbp, f"must be below {sbp} ({known[sbp]}), got {value}")


def _unknown_name(name: object, catalogue: Mapping[str, Fact]) -> str:
    wanted = str(name)[:80]
    near = [known for known in catalogue if wanted and wanted in known]
    near = near or difflib.get_close_matches(wanted, catalogue, n=1)
    hint = f"; did you mean {near[0]}?" if near else ""
    return f"unknown fact name{hint}"


def _shown(value: object) -> str:
    """Show what was given in one short line, whatever it holds."""
    text = ascii(value) if not (isinstance(value, str) and value.isidentifier()) else value
    return text if len(text) <= 60 else f"{text[:57]}..."


def _flag(fact: Fact, value: object) -> None:
    if not isinstance(value, bool):
        raise BadValue(fact.name, f"must be true or false, got {_shown(value)}")


def _number(fact: Fact, value: object) -> None:
    if isinstance(value, bool) or not isinstance(value, NUMERIC):
        raise BadValue(fact.name, f"must be a number ({fact.unit}), got {_shown(value)}")
    # Written so that NaN fails too: it is inside no limits.
    if not fact.low <= value <= fact.high:
        limits = f"{fact.low:g} to {fact.high:g} {fact.unit}"
        raise BadValue(fact.name, f"must be within {limits}, got {_shown(value)}")


def _count(fact: Fact, value: object) -> None:
    _number(fact, value)
    if value != int(value):  # type: ignore[call-overload]
        raise BadValue(fact.name, f"must be a whole number, got {_shown(value)}")


def _choice(fact: Fact, value: object) -> None:
    if not isinstance(value, str) or value not in fact.options:
        raise BadValue(fact.name, f"must be one of {', '.join(fact.options)}, got {_shown(value)}")


def _listing(fact: Fact, value: object) -> None:
    if not isinstance(value, list | tuple) or len(value) > LONGEST_LIST:
        raise BadValue(fact.name, f"must be a list of at most {LONGEST_LIST} words")
    for word in value:
        if not isinstance(word, str) or not word.strip() or len(word) > LONGEST_TEXT:
            raise BadValue(fact.name, f"must hold words only, got {_shown(word)}")


_CHECKS = {
    Kind.FLAG: _flag,
    Kind.NUMBER: _number,
    Kind.COUNT: _count,
    Kind.CHOICE: _choice,
    Kind.LISTING: _listing,
}
