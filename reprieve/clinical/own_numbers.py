"""Which numbers a clinic may set: those of safety rules and guard-rails tighter, its own in bounds.

Rounding toward safety: a number equal to the shipped one is none of the clinic's own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from reprieve import knowledge
from reprieve.clinical import guardrails, safety
from reprieve.knowledge import N_, BadValue, Knowledge

LOOSER = N_("can only be tightened here")
TOO_FAR = N_("is further than makes sense")
FASTEST_BOLUS_MIN = Decimal(60)
# A dose limit below a tenth of the shipped one would shut every pump.
LEAST_SHARE = Decimal("0.1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bound:
    """One number: the shipped value, and the furthest to which it may be tightened."""

    rule: str
    number: str
    shipped: float
    furthest: float

    @property
    def key(self) -> str:
        """What names it everywhere: the rule and the number."""
        return f"{self.rule}.{self.number}"


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """One number of the house, with its bounds. `looser` is "up" or "none"."""

    key: str
    unit: str
    default: float
    lowest: float
    highest: float
    looser: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Rung:
    """One number of a step of the booster ladder, with its bounds."""

    number: str
    lowest: int
    highest: int


def file() -> Knowledge:
    """This function will return the data file, with its source, mark and version."""
    return knowledge.load("reprieve.clinical", "own_numbers")


@cache
def bounds() -> Mapping[str, Bound]:
    """This function will list the numbers of safety rules that may be tightened, by key."""
    shipped = {entry.name: entry.numbers for entry in safety.rules()}
    found = {}
    for side in ("down", "up"):
        for key, furthest in file().data[side].items():
            rule, _, number = key.partition(".")
            found[key] = Bound(
                rule=rule, number=number, shipped=shipped[rule][number], furthest=furthest
            )
    return found


@cache
def house() -> Mapping[str, House]:
    """This function will list the numbers of the house, by the setting that holds each."""
    return {row["key"]: House(**row) for row in file().data["house"]}


@cache
def rungs() -> Mapping[str, Rung]:
    """This function will list the numbers of a step of the booster ladder, with their bounds."""
    return {row["number"]: Rung(**row) for row in file().data["ladder"]}


def tightened(rule: str, numbers: Mapping[str, float]) -> dict[str, float]:
    """This function will return a rule's numbers that differ from the shipped ones.

    Raises BadValue naming the number that is unknown, looser, or further than makes sense.
    """
    for number, value in numbers.items():
        known = bounds().get(f"{rule}.{number}")
        if known is None:
            raise BadValue(number[:60], N_("cannot be changed"))
        _check(number, value, known)
    return {n: v for n, v in numbers.items() if v != bounds()[f"{rule}.{n}"].shipped}


def _check(number: str, value: float, known: Bound) -> None:
    up = known.furthest > known.shipped
    if not math.isfinite(value) or (value < known.shipped if up else value > known.shipped):
        raise BadValue(number, LOOSER)
    if value > known.furthest if up else value < known.furthest:
        raise BadValue(number, TOO_FAR)


def tightened_doses(changes: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """This function will return the guard-rails that differ from the shipped ones.

    Raises BadValue naming the one that is looser, or further than makes sense.
    """
    shipped = guardrails.shipped()
    for name, value in changes.items():
        usual: Decimal = getattr(shipped, name)
        slower = name in guardrails.LOWEST
        if not value.is_finite() or (value < usual if slower else value > usual):
            raise BadValue(name, LOOSER)
        if value > FASTEST_BOLUS_MIN if slower else value < usual * LEAST_SHARE:
            raise BadValue(name, TOO_FAR)
    return {name: value for name, value in changes.items() if value != getattr(shipped, name)}


def in_house(key: str, value: float) -> bool:
    """This function will tell whether a number of the house is looser than the default.

    Raises BadValue naming it when it lies outside its bounds.
    """
    known = house()[key]
    if not math.isfinite(value) or not known.lowest <= value <= known.highest:
        raise BadValue(key, N_("is no value that is safe here"))
    return known.looser == "up" and value > known.default

