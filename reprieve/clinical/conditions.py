"""Pain conditions by code: what they are called, and which evidence speaks of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from reprieve import knowledge
from reprieve.knowledge import Message


@dataclass(frozen=True, slots=True, kw_only=True)
class PainCondition:
    """One coded condition. `evidence` names its evidence file, empty where none speaks of it."""

    code: str
    label: Message
    evidence: str


@cache
def conditions() -> Mapping[str, PainCondition]:
    """This function will list the coded pain conditions, by ICD-10-CM code in the file's order."""
    rows = knowledge.load("reprieve.clinical", "conditions").data["code"]
    return {
        code: PainCondition(code=code, label=Message(id=row["label"]), evidence=row["evidence"])
        for code, row in rows.items()
    }


def evidence_of(code: str) -> str:
    """This function will name the evidence that speaks of a code; empty when none does."""
    found = conditions().get(code.strip().upper())
    return found.evidence if found else ""
