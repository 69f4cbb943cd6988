"""The shape of a safety rule, and what it may see while it judges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reprieve.clinical.facts import Fact
from reprieve.clinical.findings import Step
from reprieve.knowledge import Message

EVALUATION = frozenset({Step.EVALUATION})
START = frozenset({Step.START})
DISCHARGE = frozenset({Step.DISCHARGE})
BEFORE = EVALUATION | START


class Case:
    """The known facts and the rule's numbers; remembers which facts were asked for."""

    __slots__ = ("_facts", "_numbers", "missing", "saw")

    def __init__(self, *, facts: Mapping[str, Any], numbers: Mapping[str, Any]) -> None:
        self._facts = facts
        self._numbers = numbers
        self.saw: dict[str, Any] = {}
        self.missing: list[str] = []

    def fact(self, name: str) -> Any:
        """Return the value of a fact, or None and note that it is missing."""
        value = self._facts.get(name)
        if value is not None:
            self.saw[name] = value
        else:
            self.want(name)
        return value

    def optional(self, name: str) -> Any:
        """Return the value of a fact that the rule can do without, or None."""
        value = self._facts.get(name)
        if value is not None:
            self.saw[name] = value
        return value

    def want(self, name: str) -> None:
        """Note a fact that would resolve the finding, although it is known by now."""
        if name not in self.missing:
            self.missing.append(name)

    def limit(self, name: str) -> Any:
        """Return one of the rule's numbers, as its TOML file states it."""
        return self._numbers[name]

    def above(self, name: str, limit: str) -> bool | None:
        """Say whether a fact is strictly above a number of the rule; None when unknown."""
        value = self.fact(name)
        return None if value is None else bool(value > self.limit(limit))

    def below(self, name: str, limit: str) -> bool | None:
        """Say whether a fact is strictly below a number of the rule; None when unknown."""
        value = self.fact(name)
        return None if value is None else bool(value < self.limit(limit))

    def reaches(self, name: str, limit: str) -> bool | None:
        """Say whether a fact is at or above a number of the rule; None when unknown."""
        value = self.fact(name)
        return None if value is None else bool(value >= self.limit(limit))


# A message or True finds (True with the rule's own words), False is clear, None is unknown.
Answer = Message | bool | None
Judge = Callable[[Case], Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One safety rule. Severity, source and numbers stand in the TOML file of the same name."""

    steps: frozenset[Step]
    facts: tuple[Fact, ...]
    says: Message
    because: Message
    judge: Judge


def either(answers: Iterable[bool | None]) -> bool | None:
    """This function will join answers by "or" with unknowns: one yes is enough, else unknown."""
    unknown = False
    for answer in answers:
        if answer:
            return True
        unknown = unknown or answer is None
    return None if unknown else False


def negate(answer: bool | None) -> bool | None:
    """This function will turn yes into no; unknown stays unknown."""
    return None if answer is None else not answer


def found_when(fact: Fact, *, steps: frozenset[Step], says: str, because: str) -> Rule:
    """This function will make a rule that finds when a yes/no fact is true."""
    return Rule(
        steps=steps,
        facts=(fact,),
        says=Message(id=says),
        because=Message(id=because),
        judge=lambda case: case.fact(fact.name),
    )


def found_unless(fact: Fact, *, steps: frozenset[Step], says: str, because: str) -> Rule:
    """This function will make a rule that finds when a yes/no fact is false."""
    return Rule(
        steps=steps,
        facts=(fact,),
        says=Message(id=says),
        because=Message(id=because),
        judge=lambda case: negate(case.fact(fact.name)),
    )
