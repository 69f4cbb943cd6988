"""The answer of a criterion, and the three-valued logic it is made with (None is unknown)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from reprieve.knowledge import Message

Met = Literal["yes", "no", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What one criterion says. `needs` names the facts that could still change the answer."""

    met: bool | None
    because: tuple[Message, ...]
    needs: tuple[str, ...]
    grade: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The answer with the version of the data it was made from."""

    criterion: str
    version: str
    met: Met
    grade: str | None
    because: tuple[Message, ...]
    needs: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the answer in plain values."""
        return {
            "met": self.met,
            "grade": self.grade,
            "because": [str(m) for m in self.because],
            "needs": list(self.needs),
        }


def said(answer: bool | None) -> Met:
    """Give the word for a three-valued answer."""
    return "unknown" if answer is None else "yes" if answer else "no"


def all_of(answers: Iterable[bool | None]) -> bool | None:
    """Give no when any is no, else unknown when any is unknown, else yes."""
    found = list(answers)
    if False in found:
        return False
    return None if None in found else True


def any_of(answers: Iterable[bool | None]) -> bool | None:
    """Give yes when any is yes, else unknown when any is unknown, else no."""
    found = list(answers)
    if True in found:
        return True
    return None if None in found else False


def at_least(count: int, answers: Sequence[bool | None]) -> bool | None:
    """Say whether at least `count` of the answers are yes."""
    sure = sum(a is True for a in answers)
    possible = sure + sum(a is None for a in answers)
    if sure >= count:
        return True
    return None if possible >= count else False
