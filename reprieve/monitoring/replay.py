"""Replaying a stored series through the live alarm engine, into episodes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from reprieve.monitoring import alarms, policy
from reprieve.monitoring.alarm_state import Kind, State, Transition
from reprieve.monitoring.events import Event, FeedLinked
from reprieve.monitoring.limits import PRIORITIES, Limit, Priority
from reprieve.monitoring.series import Series
from reprieve.monitoring.vitals import Reading, judge


@dataclass(frozen=True, slots=True, kw_only=True)
class Episode:
    """A run of readings beyond one limit, from the first to the last of them.

    A technical episode of missing values begins with the last value before the gap and ends with
    the first one after it.
    """

    signal: str
    limit: str
    priority: Priority
    kind: Kind
    start_ms: int
    end_ms: int
    open: bool


def episodes(
    series: Series, limits: Iterable[Limit], *, baseline: Mapping[str, float] | None = None
) -> tuple[Episode, ...]:
    """Replay a series and return its episodes by start.

    Relative limits use `baseline`, else the first plausible reading of their signal.
    """
    known = {**first_values(series.readings), **(baseline or {})}
    rules = policy.replay(limits=limits, baseline=known)
    state, made = alarms.fold(_events(series.readings), rules)
    return tuple(sorted(_episodes(made, state), key=_order))


def first_values(readings: Iterable[Reading]) -> dict[str, float]:
    """Return the first plausible value of each signal."""
    first: dict[str, float] = {}
    for reading in readings:
        if reading.signal not in first and judge(reading).ok:
            first[reading.signal] = reading.value
    return first


def _events(readings: tuple[Reading, ...]) -> Iterator[Event]:
    if readings:
        yield FeedLinked(at_ms=readings[0].at_ms)
    yield from readings


def _episodes(made: Iterable[Transition], state: State) -> Iterator[Episode]:
    """Pair each raising of an alarm with its end."""
    running: dict[str, Episode] = {}
    for turn in made:
        key = f"{turn.signal} {turn.alarm_id}"
        if turn.after == "active":
            running[key] = _begun(turn, running.get(key))
        else:
            yield replace(running.pop(key), end_ms=turn.last_ms, open=False)
    last_ms = {f"{a.signal} {a.id}": a.last_ms for a in state.alarms.values()}
    for key, episode in running.items():
        yield replace(episode, end_ms=last_ms[key])


def _begun(turn: Transition, before: Episode | None) -> Episode:
    start_ms = turn.since_ms if before is None else before.start_ms
    return Episode(
        signal=turn.signal,
        limit=turn.limit,
        priority=turn.priority,
        kind=turn.kind,
        start_ms=start_ms,
        end_ms=turn.last_ms,
        open=True,
    )


def _order(episode: Episode) -> tuple[int, str, int, str]:
    rank = PRIORITIES.index(episode.priority)
    return episode.start_ms, episode.signal, rank, episode.limit
