"""Values from outside: checked as numbers, and shown in one short line when they are refused."""

from __future__ import annotations

import math
from typing import Any

from reprieve.knowledge import BadValue


def finite(field: str, value: Any) -> int | float:
    """Give a finite number, not a boolean and not text. Raises BadValue naming the field."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise BadValue(field, f"expected a number, not {shown(value)}")
    if isinstance(value, float) and not math.isfinite(value):
        raise BadValue(field, "not a finite number")
    return value


def whole(field: str, value: Any) -> int:
    """Give a whole number; 3.0 counts as 3. Raises BadValue naming the field."""
    number = finite(field, value)
    if number != int(number):
        raise BadValue(field, f"{number} is not a whole number")
    return int(number)


def shown_key(key: Any) -> str:
    """Show a name from outside in one short line."""
    text = str(key)
    return text if text.isprintable() and 0 < len(text) <= 60 else shown(text)


def shown(value: Any) -> str:
    """Show a value in one short line."""
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else repr(value)
    return text if len(text) <= 40 else f"{text[:37]}..."
