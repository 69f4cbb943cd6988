"""Ladders of maintenance infusions: how far apart visits are, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve import knowledge
from reprieve.knowledge import BadValue


@dataclass(frozen=True, slots=True, kw_only=True)
class LadderStep:
    """`count` visits, each `every_n_days` after the one before; a count of 0 has no end.

    A visit block has one or more sessions, on consecutive days.
    """

    every_n_days: int
    count: int
    sessions_per_visit_block: int


def ladder(wanted: str) -> tuple[LadderStep, ...]:
    """This function will read a ladder. Raises BadValue naming the known ones."""
    known = knowledge.load("reprieve.clinical", "boosters").data["ladder"]
    if wanted not in known:
        raise BadValue("ladder", f"unknown {wanted!r}; known: {', '.join(known)}")
    return tuple(LadderStep(**step) for step in known[wanted])


def step_at(wanted: str, *, visit_no: int) -> LadderStep:
    """This function will find the step of one visit of a ladder (1 is the first).

    Visits after the last counted step stay on the last step. Raises BadValue for visit 0 or less.
    """
    if visit_no < 1:
        raise BadValue("visit_no", f"must be 1 or more, got {visit_no}")
    steps, done = ladder(wanted), 0
    for step in steps:
        done += step.count
        if step.count == 0 or visit_no <= done:
            return step
    return steps[-1]
