"""A stored series: the replay finds exactly the plausible readings beyond, in any order of rows."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from reprieve.monitoring import replay, series, timeline
from reprieve.monitoring.limits import COMPARES, Limit
from reprieve.monitoring.vitals import Reading

SIGNALS = ("spo2", "heart_rate", "sbp")
RANGES = {"spo2": (40, 100), "heart_rate": (20, 300), "sbp": (40, 300)}
CELLS = st.one_of(st.just(None), st.sampled_from([0, -999, 39, 40, 88, 90, 91, 100, 130, 301]))
ROWS = st.lists(
    st.tuples(st.integers(0, 2000), st.tuples(CELLS, CELLS, CELLS)),
    max_size=25,
    unique_by=lambda r: r[0],
)
LIMITS = st.lists(
    st.builds(
        Limit,
        signal=st.sampled_from(SIGNALS),
        compare=st.sampled_from(COMPARES[:4]),
        threshold=st.sampled_from([40, 89.5, 90, 91, 100, 120]),
        priority=st.sampled_from(["high", "medium", "low"]),
    ),
    min_size=1,
    max_size=4,
    unique_by=lambda x: (x.signal, x.label),
)
Row = tuple[int, tuple[int | None, ...]]
BEYOND = {
    "below": lambda v, t: v < t,
    "at_or_below": lambda v, t: v <= t,
    "above": lambda v, t: v > t,
    "at_or_above": lambda v, t: v >= t,
}


def text(rows: list[Row]) -> bytes:
    lines = [",".join(("t", *SIGNALS))]
    for second, cells in rows:
        at = datetime.fromtimestamp(second, UTC).isoformat()
        lines.append(",".join([at, *("" if c is None else str(c) for c in cells)]))
    return "\n".join(lines).encode()


def expected(rows: list[Row], limit: Limit) -> list[tuple[str, str, int, int, bool]]:
    """Find the runs by counting, without the engine."""
    place = SIGNALS.index(limit.signal)
    low, high = RANGES[limit.signal]
    values = [(s * 1000, c[place]) for s, c in sorted(rows)]
    usable = [(at, v) for at, v in values if v is not None and low <= v <= high]
    runs: list[list[int]] = [[]]
    for at, value in usable:
        if BEYOND[limit.compare](value, limit.threshold):
            runs[-1].append(at)
        else:
            runs.append([])
    last = len(runs) - 1
    ends = [(r[0], r[-1], n == last) for n, r in enumerate(runs) if r]
    return [(limit.signal, limit.label, *end) for end in ends]


def clinical(data: series.Series, limits: list[Limit]) -> list[tuple[str, str, int, int, bool]]:
    found = replay.episodes(data, limits)
    return sorted(
        (e.signal, e.limit, e.start_ms, e.end_ms, e.open) for e in found if e.kind == "clinical"
    )


@given(rows=ROWS, limits=LIMITS)
def test_the_episodes_are_exactly_the_plausible_readings_beyond(
    rows: list[Row], limits: list[Limit]
) -> None:
    data = series.read(text(rows))
    assert clinical(data, limits) == sorted(e for x in limits for e in expected(rows, x))


@given(rows=ROWS, limits=LIMITS)
def test_every_episode_begins_and_ends_with_a_row_of_the_file(
    rows: list[Row], limits: list[Limit]
) -> None:
    data = series.read(text(rows))
    for episode in replay.episodes(data, limits):
        assert episode.start_ms <= episode.end_ms
        assert {episode.start_ms, episode.end_ms} <= set(data.written)


@given(rows=ROWS, limits=LIMITS)
def test_each_zero_lies_in_a_high_technical_episode(rows: list[Row], limits: list[Limit]) -> None:
    high = [e for e in replay.episodes(series.read(text(rows)), limits) if e.priority == "high"]
    looks = [e for e in high if e.kind == "technical"]
    for second, cells in rows:
        for signal, cell in zip(SIGNALS[:2], cells[:2], strict=True):
            inside = [
                e for e in looks if e.signal == signal and e.start_ms <= second * 1000 <= e.end_ms
            ]
            assert (len(inside) == 1) or cell != 0


@given(rows=ROWS, limits=LIMITS, data=st.data())
def test_repeats_and_the_order_of_rows_change_nothing(
    rows: list[Row], limits: list[Limit], data: st.DataObject
) -> None:
    repeated = rows + data.draw(
        st.lists(st.sampled_from(rows), max_size=5) if rows else st.just([])
    )
    mixed = data.draw(st.permutations(repeated))
    first, second = series.read(text(rows)), series.read(text(mixed))
    assert first == second
    assert replay.episodes(first, limits) == replay.episodes(second, limits)


READINGS = st.lists(
    st.builds(
        Reading,
        signal=st.sampled_from(SIGNALS),
        value=st.sampled_from([0, 50, 90, 91, 400]),
        at_ms=st.integers(0, 5000),
        recorded_ms=st.integers(0, 9000),
        source=st.sampled_from(["device", "hand"]),
        device=st.sampled_from(["a", "b"]),
        flags=st.frozensets(st.sampled_from(["pair", "arterial"]), max_size=2),
    ),
    max_size=15,
)


@given(readings=READINGS, data=st.data())
def test_any_interleaving_gives_the_same_chart(
    readings: list[Reading], data: st.DataObject
) -> None:
    repeats = data.draw(st.lists(st.sampled_from(readings), max_size=5)) if readings else []
    mixed = data.draw(st.permutations(readings + repeats))
    assert timeline.rows(mixed, every_ms=1000) == timeline.rows(readings, every_ms=1000)


@given(readings=READINGS, every_ms=st.integers(1, 6000))
def test_thinning_loses_no_extreme_and_no_value(readings: list[Reading], every_ms: int) -> None:
    charted = timeline.chart(readings)
    rows = timeline.rows(readings, every_ms=every_ms)
    for signal in SIGNALS:
        values = [r.value for r in charted if r.signal == signal]
        cells = [row.cells[signal] for row in rows if signal in row.cells]
        assert sum(c.count for c in cells) == len(values)
        assert min((c.low for c in cells), default=None) == min(values, default=None)
        assert max((c.high for c in cells), default=None) == max(values, default=None)
