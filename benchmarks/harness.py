"""How figures are taken and told: candidates in turns, medians, one shape of answer.

Turns are interleaved, so that a slow minute of the machine falls on every candidate alike.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict


class Figure(TypedDict):
    """One figure. `goal` and `met` are None where it is only reported, `ratio` is value / peer."""

    value: float
    unit: str
    goal: float | None
    met: bool | None
    peer: float | None
    ratio: float | None


def figure(
    value: float,
    *,
    unit: str,
    at_most: float | None = None,
    at_least: float | None = None,
    peer: float | None = None,
) -> Figure:
    """This function will describe a value with its goal, `at_most` or `at_least`, and its peer."""
    goal = at_least if at_most is None else at_most
    met = None if goal is None else (value <= goal if at_most is not None else value >= goal)
    ratio = value / peer if peer else None
    return Figure(value=value, unit=unit, goal=goal, met=met, peer=peer, ratio=ratio)


def seconds(
    candidates: Mapping[str, Callable[[], object]], *, turns: int, warm_up: int = 1
) -> dict[str, list[float]]:
    """This function will time each candidate `turns` times, one after the other, in seconds."""
    times: dict[str, list[float]] = {name: [] for name in candidates}
    for turn in range(warm_up + turns):
        for name, work in candidates.items():
            started = time.perf_counter()
            work()
            if turn >= warm_up:
                times[name].append(time.perf_counter() - started)
    return times


def medians(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    """This function will return each candidate's median."""
    return {name: statistics.median(taken) for name, taken in times.items()}


def percentile(values: Sequence[float], percent: float) -> float:
    """This function will return the nearest-rank percentile. Raises ValueError without values."""
    if not values:
        raise ValueError("a percentile needs values")
    rank = -(-len(values) * percent // 100)
    return sorted(values)[max(int(rank), 1) - 1]
