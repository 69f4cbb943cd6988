"""Quantities and checked conversions, written in UCUM codes at the edges of the product.

A unit is read into an exact factor (a fraction), a dimension and, for temperatures, an offset.
An unknown unit or a conversion between different dimensions is an error, never a guess.
Source: The Unified Code for Units of Measure (ucum.org), case-sensitive codes; the codes a pain
clinic meets. Departures: `mol` keeps a dimension of its own (UCUM makes it a plain number), so
that moles are never read as counts; logarithmic units are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation, localcontext
from fractions import Fraction
from functools import lru_cache
from typing import overload

from reprieve.knowledge import BadValue

# metre, gram, second, kelvin, mole, arbitrary unit (never convertible into anything else)
Dimension = tuple[int, int, int, int, int, int]

_NONE: Dimension = (0, 0, 0, 0, 0, 0)
_LENGTH: Dimension = (1, 0, 0, 0, 0, 0)
_MASS: Dimension = (0, 1, 0, 0, 0, 0)
_TIME: Dimension = (0, 0, 1, 0, 0, 0)
_HEAT: Dimension = (0, 0, 0, 1, 0, 0)
_AMOUNT: Dimension = (0, 0, 0, 0, 1, 0)
_ARBITRARY: Dimension = (0, 0, 0, 0, 0, 1)
_VOLUME: Dimension = (3, 0, 0, 0, 0, 0)
_FORCE: Dimension = (1, 1, -2, 0, 0, 0)
_PRESSURE: Dimension = (-1, 1, -2, 0, 0, 0)
_ENERGY: Dimension = (2, 1, -2, 0, 0, 0)
_POWER: Dimension = (2, 1, -3, 0, 0, 0)

_PREFIXES = {
    "T": 12, "G": 9, "M": 6, "k": 3, "h": 2, "da": 1, "d": -1, "c": -2, "m": -3, "u": -6,
    "n": -9, "p": -12, "f": -15,
}  # fmt: skip

# Units that take a prefix. Factors are to metre, gram, second, kelvin, mole.
_METRIC: dict[str, tuple[str, Dimension]] = {
    "m": ("1", _LENGTH), "g": ("1", _MASS), "s": ("1", _TIME), "K": ("1", _HEAT),
    "mol": ("1", _AMOUNT), "L": ("0.001", _VOLUME), "l": ("0.001", _VOLUME),
    "Pa": ("1000", _PRESSURE), "bar": ("1e8", _PRESSURE), "N": ("1000", _FORCE),
    "J": ("1000", _ENERGY), "W": ("1000", _POWER), "cal": ("4184", _ENERGY),
    "Hz": ("1", (0, 0, -1, 0, 0, 0)), "eq": ("1", _AMOUNT), "t": ("1e6", _MASS),
    "U": ("1/60e6", (0, 0, -1, 0, 1, 0)), "m[Hg]": ("133322000", _PRESSURE),
    "m[H2O]": ("9806650", _PRESSURE), "[iU]": ("1", _ARBITRARY),
}  # fmt: skip

_PLAIN: dict[str, tuple[str, Dimension]] = {
    "min": ("60", _TIME), "h": ("3600", _TIME), "d": ("86400", _TIME), "wk": ("604800", _TIME),
    "mo": ("2629800", _TIME), "a": ("31557600", _TIME), "%": ("0.01", _NONE),
    "[ppth]": ("0.001", _NONE), "[ppm]": ("1e-6", _NONE), "10*": ("10", _NONE),
    "10^": ("10", _NONE), "[lb_av]": ("453.59237", _MASS), "[oz_av]": ("28.349523125", _MASS),
    "[gr]": ("0.06479891", _MASS), "[in_i]": ("0.0254", _LENGTH), "[ft_i]": ("0.3048", _LENGTH),
    "atm": ("101325000", _PRESSURE), "[psi]": ("6894757.2931683613", _PRESSURE),
    "[drp]": ("5e-8", _VOLUME),
}  # fmt: skip

# Units with a zero of their own: (kelvin per degree, kelvin at zero degrees).
_WITH_OFFSET = {
    "Cel": (Fraction(1), Fraction("273.15")),
    "[degF]": (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
}

_TOKEN = re.compile(
    r"(?P<open>\()|(?P<close>\))|(?P<operator>[./])|(?P<note>\{[\x21-\x7a\x7c\x7e]*?\})"
    r"|(?P<power>10[*^])|(?P<number>\d+(?![\d+\-]))|(?P<atom>(?:[A-Za-z%]|\[[^\]\s]*\])+)"
)
_EXPONENT = re.compile(r"[+-]?\d+")
_LONGEST_CODE = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One unit as read: `code`, its exact factor to base units, dimension and zero point."""

    code: str
    factor: Fraction
    dimension: Dimension
    zero: Fraction = Fraction(0)


@dataclass(frozen=True, slots=True)
class Quantity:
    """An exact amount with its unit: `Quantity(Decimal("0.5"), "mg/kg")`."""

    value: Decimal
    unit: str

    def __post_init__(self) -> None:
        read(self.unit)
        if not self.value.is_finite():
            raise BadValue("value", f"{self.value} is not a number")

    def to(self, unit: str) -> Quantity:
        """Give the same amount in another unit; BadValue when the dimensions differ."""
        return Quantity(convert(self.value, self.unit, unit), unit)

    def __mul__(self, other: Quantity) -> Quantity:
        return Quantity(self.value * other.value, f"({self.unit}).({other.unit})")

    def __truediv__(self, other: Quantity) -> Quantity:
        if other.value == 0:
            raise BadValue("value", f"division by 0 {other.unit}")
        return Quantity(self.value / other.value, f"({self.unit})/({other.unit})")


@overload
def convert(value: float, from_unit: str, to_unit: str, *, field: str = ...) -> float: ...
@overload
def convert(value: Decimal, from_unit: str, to_unit: str, *, field: str = ...) -> Decimal: ...
def convert(
    value: float | Decimal, from_unit: str, to_unit: str, *, field: str = "unit"
) -> float | Decimal:
    """Convert a number from one UCUM unit to another.

    A Decimal is converted exactly (to 28 digits where the result has no end), a float or int
    gives a float. Raises BadValue naming `field` for an unknown unit, a pair of units of
    different dimensions, or a value that is not finite.
    """
    source, target = read(from_unit, field=field), read(to_unit, field=field)
    if source.dimension != target.dimension:
        raise BadValue(field, f"{from_unit!r} cannot be converted to {to_unit!r}")
    exact = _fraction(value, field=field)
    result = (exact * source.factor + source.zero - target.zero) / target.factor
    return _decimal(result) if isinstance(value, Decimal) else float(result)


def known(code: str) -> bool:
    """Tell whether a code can be read as a unit."""
    try:
        read(code)
    except BadValue:
        return False
    return True


def same_dimension(one: str, other: str) -> bool:
    """Tell whether two units measure the same kind of thing; BadValue when one is unknown."""
    return read(one).dimension == read(other).dimension


def read(code: str, *, field: str = "unit") -> Unit:
    """Read a UCUM code, for example `mg/kg/h`, `10*3/uL` or `mm[Hg]`.

    Raises BadValue naming `field` and the code when it is not a unit known here.
    """
    try:
        return _read(code)
    except BadValue as error:
        raise BadValue(field, error.reason) from error


@lru_cache(maxsize=1024)
def _read(code: str) -> Unit:
    if code in _WITH_OFFSET:
        factor, zero = _WITH_OFFSET[code]
        return Unit(code=code, factor=factor, dimension=_HEAT, zero=zero)
    if code == "":
        return Unit(code="", factor=Fraction(1), dimension=_NONE)
    if len(code) > _LONGEST_CODE:
        raise _unknown(code)
    reader = _Reader(code)
    factor, dimension = reader.term()
    if reader.at != len(code):
        raise _unknown(code)
    return Unit(code=code, factor=factor, dimension=dimension)


class _Reader:
    """Reads one code from left to right; `/` and `.` bind alike, as UCUM has it."""

    def __init__(self, code: str) -> None:
        self.code = code
        self.at = 0

    def term(self) -> tuple[Fraction, Dimension]:
        factor, dimension = Fraction(1), _NONE
        operator = "/" if self._take("/") else "."
        while True:
            one, its = self._component()
            sign = -1 if operator == "/" else 1
            factor *= one**sign
            dimension = _sum(dimension, its, sign)
            if self._take("."):
                operator = "."
            elif self._take("/"):
                operator = "/"
            else:
                return factor, dimension

    def _take(self, sign: str) -> bool:
        found = self.code.startswith(sign, self.at)
        self.at += len(sign) if found else 0
        return found

    def _component(self) -> tuple[Fraction, Dimension]:
        match = _TOKEN.match(self.code, self.at)
        kind = match.lastgroup if match else None
        if match is None or kind in {"close", "operator"}:
            raise _unknown(self.code)
        self.at = match.end()
        if kind == "open":
            return self._group()
        if kind == "note":
            return Fraction(1), _NONE
        if kind == "number":
            return self._annotated((_positive(match.group(), self.code), _NONE))
        return self._annotated(self._raised(_atom(match.group(), self.code)))

    def _group(self) -> tuple[Fraction, Dimension]:
        inside = self.term()
        if not self._take(")"):
            raise _unknown(self.code)
        return inside

    def _raised(self, base: tuple[Fraction, Dimension]) -> tuple[Fraction, Dimension]:
        match = _EXPONENT.match(self.code, self.at)
        if match is None:
            return base
        self.at = match.end()
        power = int(match.group())
        if abs(power) > 30:
            raise _unknown(self.code)
        return base[0] ** power, _sum(_NONE, base[1], power)

    def _annotated(self, unit: tuple[Fraction, Dimension]) -> tuple[Fraction, Dimension]:
        match = _TOKEN.match(self.code, self.at)
        if match is not None and match.lastgroup == "note":
            self.at = match.end()
        return unit


def _atom(symbol: str, code: str) -> tuple[Fraction, Dimension]:
    for table in (_PLAIN, _METRIC):
        if symbol in table:
            factor, dimension = table[symbol]
            return _number(factor), dimension
    for length in (2, 1):
        prefix, rest = symbol[:length], symbol[length:]
        if prefix in _PREFIXES and rest in _METRIC:
            factor, dimension = _METRIC[rest]
            return _number(factor) * Fraction(10) ** _PREFIXES[prefix], dimension
    raise _unknown(code)


def _number(text: str) -> Fraction:
    top, _, bottom = text.partition("/")
    return Fraction(top) / Fraction(bottom or 1)


def _positive(digits: str, code: str) -> Fraction:
    if int(digits) == 0:
        raise _unknown(code)
    return Fraction(int(digits))


def _sum(one: Dimension, other: Dimension, times: int) -> Dimension:
    a, b = one, other
    return (
        a[0] + times * b[0], a[1] + times * b[1], a[2] + times * b[2],
        a[3] + times * b[3], a[4] + times * b[4], a[5] + times * b[5],
    )  # fmt: skip


def _unknown(code: str) -> BadValue:
    return BadValue("unit", f"unknown unit {code[:40]!r}")


def _fraction(value: float | Decimal, *, field: str) -> Fraction:
    try:
        return Fraction(value)
    except (OverflowError, ValueError, InvalidOperation) as error:
        raise BadValue(field, f"{value} is not a number that can be converted") from error


def _decimal(value: Fraction) -> Decimal:
    with localcontext() as context:
        context.prec = 28
        return Decimal(value.numerator) / Decimal(value.denominator)
