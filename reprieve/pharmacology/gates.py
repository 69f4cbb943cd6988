"""Tests that an individual fit has to pass before it is used."""

from __future__ import annotations

import math
from dataclasses import dataclass

from reprieve.knowledge import Message

# Root mean square of weighted residuals beyond which a fit does not explain what was measured.
WORST_MISFIT = 3.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One test that a fit has to pass before it is used."""

    name: str
    passed: bool
    value: float | None
    limit: float
    says: Message


def at_most(name: str, value: float, limit: float, words: str) -> Gate:
    """Make a gate that a value passes when it is a number no larger than the limit."""
    shown = value if math.isfinite(value) else None
    passed = shown is not None and shown <= limit
    return Gate(name=name, passed=passed, value=shown, limit=limit, says=Message(id=words))
