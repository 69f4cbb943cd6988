"""A clinic's own ladder of boosters: read from its setting, held in bounds, and compared.

It is looser than another one where somebody on it can be given more by some day than on the other.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from itertools import accumulate, chain, pairwise, repeat, takewhile
from types import MappingProxyType
from typing import Any

from reprieve.clinical.own_numbers import rungs
from reprieve.knowledge import N_, BadValue, Knowledge
from reprieve.scheduling import boosters
from reprieve.scheduling.boosters import Ladder, Step

NAME = "own"
GAP = "min_gap_days"
MOST_STEPS = 6
COMPARED_DAYS = 3 * 365


def read(kept: Mapping[str, Any]) -> Ladder:
    """This function will read a ladder from the setting that keeps it."""
    raw = json.dumps(kept, sort_keys=True).encode()
    data = {**kept, "verified": True}  # the medical director has approved it
    return boosters.read(
        Knowledge(name=NAME, data=MappingProxyType(data), sha256=hashlib.sha256(raw).hexdigest())
    )


def kept(steps: Sequence[Step], *, min_gap_days: int) -> dict[str, Any]:
    """This function will return what a setting keeps of a ladder.

    Raises BadValue naming the number and its step (from 1), as in `every_n_days_2`, that lies
    outside its bounds, is shorter than the step's before, or leaves no gap.
    """
    if not 1 <= len(steps) <= MOST_STEPS:
        raise BadValue("step", N_("a ladder has one step or more, and six at most"))
    _check_bound(GAP, GAP, min_gap_days)
    for n, step in enumerate(steps, start=1):
        _check_step(step, n, is_last=n == len(steps), gap=min_gap_days)
    for n, (before, after) in enumerate(pairwise(steps), start=2):
        if after.every_n_days < before.every_n_days:
            raise BadValue(f"every_n_days_{n}", N_("is shorter than in the step before"))
    return {
        GAP: min_gap_days, "on_fading": "back",
        "step": [{name: getattr(one, name) for name in _names()} for one in steps],
    }  # fmt: skip


def is_looser(own: Ladder, *, than: Ladder) -> bool:
    """This function will tell whether a ladder lets more be given, or sooner, than another one.

    Both are climbed while relief holds, each visit as early as its window opens, for three years.
    One with a larger visit anywhere is looser however late it comes: fading may bring it forward.
    """
    if own.min_gap_days < than.min_gap_days or _most(own) > _most(than):
        return True
    usual = _given(than)
    return any(total > _by(day, usual) for day, total in _given(own))


def _given(ladder: Ladder) -> list[tuple[int, int]]:
    """Each visit's earliest day since the series, and how many sessions were given by then."""
    visits = chain.from_iterable(
        repeat(step, step.count) if step.count else repeat(step) for step in ladder.steps
    )
    given = accumulate(visits, _next, initial=(0, 0))
    return list(takewhile(lambda one: one[0] <= COMPARED_DAYS, given))


def _most(ladder: Ladder) -> int:
    return max(step.sessions_per_visit_block for step in ladder.steps)


def _next(so_far: tuple[int, int], step: Step) -> tuple[int, int]:
    day, total = so_far
    return day + step.every_n_days - step.window_days, total + step.sessions_per_visit_block


def _by(day: int, given: Sequence[tuple[int, int]]) -> int:
    return max(total for when, total in given if when <= day)


def _names() -> tuple[str, ...]:
    return tuple(name for name in rungs() if name != GAP)


def _check_step(step: Step, n: int, *, is_last: bool, gap: int) -> None:
    if is_last and step.count != 0:
        raise BadValue(f"count_{n}", N_("the last step goes on: leave this empty"))
    for name in _names():
        if not (is_last and name == "count"):
            _check_bound(name, f"{name}_{n}", getattr(step, name))
    if step.every_n_days - step.window_days < gap:
        raise BadValue(f"window_days_{n}", N_("would come nearer than the shortest gap"))


def _check_bound(name: str, field: str, value: int) -> None:
    if not rungs()[name].lowest <= value <= rungs()[name].highest:
        raise BadValue(field, N_("is no value that is safe here"))
