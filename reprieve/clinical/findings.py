"""What a safety rule says: found, clear or unknown, with its severity, reason and source.

A safety decision is never a bare yes or no. Unknown inherits the severity of its rule, so that a
question nobody asked blocks as firmly as a bad answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from reprieve.knowledge import BadValue, Message


class Severity(StrEnum):
    """How much a finding weighs, heaviest first."""

    STOP = "STOP"
    HOLD = "HOLD"
    WARN_HIGH = "WARN-HIGH"
    WARN = "WARN"


class Outcome(StrEnum):
    """What a rule answered."""

    FINDS = "finds"
    CLEAR = "clear"
    UNKNOWN = "unknown"


class Step(StrEnum):
    """The moments of care at which rules are asked."""

    EVALUATION = "evaluation"
    START = "start"
    DISCHARGE = "discharge"


BLOCKS = frozenset({Severity.STOP, Severity.HOLD})
ORDER = {severity: place for place, severity in enumerate(Severity)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One rule's answer about one patient.

    `saw` holds the facts the rule read, `needs` the names of the facts that would resolve it.
    `overridable` is false where nobody may decide otherwise. `knowledge_version` names the data
    that made the answer, `verified` whether its numbers were confirmed in their source.
    """

    rule: str
    severity: Severity
    outcome: Outcome
    says: Message
    because: Message
    source: str
    saw: Mapping[str, Any] = field(default_factory=dict)
    needs: tuple[str, ...] = ()
    overridable: bool = True
    verified: bool = False
    knowledge_version: str

    @property
    def blocks(self) -> bool:
        """Say whether the step may not go on with this finding unresolved."""
        return self.outcome is not Outcome.CLEAR and self.severity in BLOCKS


def blocking(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """This function will keep the findings that block: each STOP or HOLD found or unknown."""
    return tuple(f for f in findings if f.blocks)


def by_weight(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """This function will sort findings for a reader: heaviest first, found before unknown."""
    place = {Outcome.FINDS: 0, Outcome.UNKNOWN: 1, Outcome.CLEAR: 2}
    return tuple(
        sorted(findings, key=lambda f: (place[f.outcome] == 2, ORDER[f.severity], place[f.outcome]))
    )


def step(text: str) -> Step:
    """This function will read the name of a step. Raises BadValue naming the known ones."""
    if text not in tuple(Step):
        raise BadValue("step", f"unknown {text!r}; known: {', '.join(Step)}")
    return Step(text)
