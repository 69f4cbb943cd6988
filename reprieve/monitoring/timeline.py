"""One axis for the chart: readings, rates, events and scores in rows, thinned without losing peaks.

Times are integer ms since the epoch, rates in mg/h as Decimal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from reprieve.knowledge import BadValue
from reprieve.monitoring.vitals import WITHDRAWN, Reading, judge

LATE_MS = 300_000


@dataclass(frozen=True, slots=True, kw_only=True)
class RateSegment:
    """The drug ran at this rate from `from_ms`; `to_ms` None is still running."""

    from_ms: int
    to_ms: int | None
    rate_mg_per_h: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """An event or a score at its moment: `what` names it, `value` is a score's number."""

    at_ms: int
    what: str
    value: float | None = None
    id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """One signal in one row: its last value, its extremes and where the values came from."""

    last: float
    low: float
    high: float
    count: int
    by_hand: bool
    late: bool
    flags: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """What the chart shows from `at_ms` until the next row."""

    at_ms: int
    cells: Mapping[str, Cell] = field(default_factory=dict)
    rate_mg_per_h: Decimal | None = None
    events: tuple[Happening, ...] = ()
    scores: tuple[Happening, ...] = ()


def chart(readings: Iterable[Reading]) -> tuple[Reading, ...]:
    """Return what is charted: plausible readings once each, in order of when they were measured.

    A repeat is the same value of the same signal, moment and device; the first arrival is kept. So
    any interleaving of repeats and reorderings of the same readings gives the same chart.
    """
    kept: dict[tuple[object, ...], Reading] = {}
    for reading in readings:
        if not judge(reading).ok or WITHDRAWN in reading.flags:
            continue
        key = _same(reading)
        kept[key] = min(reading, kept.get(key, reading), key=_arrival)
    return tuple(sorted(kept.values(), key=_order))


def rows(
    readings: Iterable[Reading],
    *,
    rates: Sequence[RateSegment] = (),
    events: Sequence[Happening] = (),
    scores: Sequence[Happening] = (),
    every_ms: int = 1,
) -> tuple[Row, ...]:
    """Return the rows of the chart, one for each stretch of `every_ms` in which something is.

    With `every_ms` = 1 there is a row for each moment. Longer stretches keep the lowest and the
    highest value of each signal, all events, all scores and every change of rate (the last one of
    the stretch shows). Raises BadValue for a stretch that is not positive.
    """
    if every_ms < 1:
        raise BadValue("every_ms", f"{every_ms} is not a positive number of ms")
    cells = _cells(chart(readings), every_ms)
    marks, given = _by_stretch(events, every_ms), _by_stretch(scores, every_ms)
    turns = {at_ms - at_ms % every_ms for at_ms in _rate_changes(rates)}
    moments = {*cells, *marks, *given, *turns}
    return tuple(
        Row(
            at_ms=at_ms,
            cells=cells.get(at_ms, {}),
            rate_mg_per_h=rate_at(rates, at_ms + every_ms - 1),
            events=tuple(marks.get(at_ms, ())),
            scores=tuple(given.get(at_ms, ())),
        )
        for at_ms in sorted(moments)
    )


def stretch_ms(*, from_ms: int, to_ms: int, most_rows: int) -> int:
    """Return the shortest whole-second stretch that draws a span in at most so many rows."""
    if most_rows < 2:
        raise BadValue("most_rows", f"{most_rows} is less than 2")
    # A span that does not begin on a stretch touches one stretch more.
    per_row_ms = -(-max(to_ms - from_ms, 0) // (most_rows - 1))
    return max(1000, -(-per_row_ms // 1000) * 1000)


def rate_at(rates: Iterable[RateSegment], at_ms: int) -> Decimal | None:
    """Return the rate that ran at a moment, or None; of overlapping segments the latest begun."""
    running = [s for s in rates if s.from_ms <= at_ms and (s.to_ms is None or at_ms < s.to_ms)]
    latest = max(running, key=lambda s: (s.from_ms, s.rate_mg_per_h), default=None)
    return None if latest is None else latest.rate_mg_per_h


def _same(reading: Reading) -> tuple[object, ...]:
    return reading.signal, reading.at_ms, reading.device, reading.source, reading.value


def _arrival(reading: Reading) -> tuple[int, list[str]]:
    return reading.recorded_ms, sorted(reading.flags)


def _order(reading: Reading) -> tuple[int, str, str, str, float]:
    return reading.at_ms, reading.signal, reading.device, reading.source, reading.value


def _cells(readings: Iterable[Reading], every_ms: int) -> dict[int, dict[str, Cell]]:
    groups: dict[int, dict[str, list[Reading]]] = {}
    for reading in readings:
        row = groups.setdefault(reading.at_ms - reading.at_ms % every_ms, {})
        row.setdefault(reading.signal, []).append(reading)
    return {t: {name: _cell(g) for name, g in row.items()} for t, row in groups.items()}


def _cell(group: Sequence[Reading]) -> Cell:
    values = [r.value for r in group]
    return Cell(
        last=values[-1],
        low=min(values),
        high=max(values),
        count=len(values),
        by_hand=any(r.source == "hand" for r in group),
        late=any(r.source == "hand" and r.recorded_ms - r.at_ms > LATE_MS for r in group),
        flags=frozenset().union(*(r.flags for r in group)),
    )


def _rate_changes(rates: Iterable[RateSegment]) -> Iterable[int]:
    for segment in rates:
        yield segment.from_ms
        if segment.to_ms is not None:
            yield segment.to_ms


def _by_stretch(happenings: Iterable[Happening], every_ms: int) -> dict[int, list[Happening]]:
    groups: dict[int, list[Happening]] = {}
    for one in sorted(happenings, key=lambda h: (h.at_ms, h.what, h.id)):
        groups.setdefault(one.at_ms - one.at_ms % every_ms, []).append(one)
    return groups
