"""Tests and look-ups that answer what an evaluation does not know: which to order for a fact."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from types import MappingProxyType

from reprieve import knowledge
from reprieve.knowledge import BadValue, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Investigation:
    """One test. `facts` names what its result answers, `due` how soon the result is wanted."""

    id: str
    label: Message
    due: timedelta
    facts: frozenset[str]


@cache
def investigations() -> Mapping[str, Investigation]:
    """This function will list the tests that can be ordered, by id."""
    rows = knowledge.load("reprieve.clinical", "investigations").data["investigation"]
    return MappingProxyType({
        name: Investigation(
            id=name, label=Message(id=row["label"]), due=timedelta(days=row["due_days"]),
            facts=frozenset(row["facts"]),
        )
        for name, row in rows.items()
    })  # fmt: skip


def investigation(name: str) -> Investigation:
    """This function will find a test. Raises BadValue naming the known ones."""
    if name not in investigations():
        known = ", ".join(investigations())
        raise BadValue("test", f"unknown {name[:40]!r}; known: {known}")
    return investigations()[name]


def answering(fact: str) -> Investigation | None:
    """This function will name the test whose result answers a fact, None where none does."""
    return next((one for one in investigations().values() if fact in one.facts), None)


def answered_by(facts: Iterable[str]) -> tuple[Investigation, ...]:
    """This function will list the tests to which facts are a result."""
    told = set(facts)
    return tuple(one for one in investigations().values() if one.facts & told)
