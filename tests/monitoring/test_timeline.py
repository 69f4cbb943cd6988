"""The time axis: rows, rates, and thinning that loses no extreme."""

from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring import timeline
from reprieve.monitoring.timeline import Happening, RateSegment
from reprieve.monitoring.vitals import ARTEFACT, WITHDRAWN
from tests.monitoring.alarm_desk import reading

RATES = (
    RateSegment(from_ms=0, to_ms=10_000, rate_mg_per_h=Decimal("20")),
    RateSegment(from_ms=10_000, to_ms=None, rate_mg_per_h=Decimal("35.5")),
)


def test_the_chart_holds_each_measurement_once_in_order() -> None:
    values = [
        reading(2, 96),
        reading(1, 97, recorded_ms=9000),
        reading(1, 97, recorded_ms=1500),
        reading(3, 0),
        reading(4, 95, flags=frozenset({WITHDRAWN})),
        reading(1, 98),
    ]
    found = timeline.chart(values)
    assert [(r.at_ms, r.value, r.recorded_ms) for r in found] == [
        (1000, 97, 1500),
        (1000, 98, 1000),
        (2000, 96, 2000),
    ]
    assert timeline.chart(values[::-1] + values) == found


def test_every_moment_has_a_row_with_what_happened() -> None:
    rows = timeline.rows(
        [reading(1, 97), reading(1, 70, "heart_rate")],
        rates=RATES,
        events=[Happening(at_ms=10_000, what="nausea")],
        scores=[Happening(at_ms=12_000, what="pain", value=4)],
    )
    assert [r.at_ms for r in rows] == [0, 1000, 10_000, 12_000]
    assert [r.rate_mg_per_h for r in rows] == [Decimal(20)] * 2 + [Decimal("35.5")] * 2
    assert {name: c.last for name, c in rows[1].cells.items()} == {"spo2": 97, "heart_rate": 70}
    assert [h.what for h in rows[2].events] == ["nausea"]
    assert [h.value for h in rows[3].scores] == [4]


def test_thinning_keeps_the_extremes_and_counts() -> None:
    values = [reading(n, v) for n, v in enumerate([97, 81, 99, 96])]
    (row,) = timeline.rows(values, every_ms=60_000)
    cell = row.cells["spo2"]
    assert (cell.last, cell.low, cell.high, cell.count) == (96, 81, 99, 4)


def test_a_cell_tells_where_its_values_came_from() -> None:
    late = reading(0, 97, source="hand", recorded_ms=300_001)
    marked = reading(1, 90, flags=frozenset({ARTEFACT}))
    (row,) = timeline.rows([late, marked], every_ms=60_000)
    cell = row.cells["spo2"]
    assert (cell.by_hand, cell.late, cell.flags) == (True, True, {ARTEFACT})
    (row,) = timeline.rows([reading(0, 97, source="hand", recorded_ms=300_000)])
    assert (row.cells["spo2"].by_hand, row.cells["spo2"].late) == (True, False)
    (row,) = timeline.rows([reading(0, 97, recorded_ms=900_000)])
    assert (row.cells["spo2"].by_hand, row.cells["spo2"].late) == (False, False)


def test_the_rate_between_and_after_segments() -> None:
    assert timeline.rate_at(RATES, -1) is None
    assert timeline.rate_at(RATES, 9_999) == 20
    assert timeline.rate_at(RATES, 10_000) == Decimal("35.5")
    overlap = (*RATES, RateSegment(from_ms=5_000, to_ms=6_000, rate_mg_per_h=Decimal(0)))
    assert timeline.rate_at(overlap, 5_500) == 0


@pytest.mark.parametrize(
    ("to_ms", "most", "stretch"), [(0, 100, 1000), (21_600_000, 361, 60_000), (90_001, 10, 11_000)]
)
def test_the_stretch_fits_the_rows(to_ms: int, most: int, stretch: int) -> None:
    assert timeline.stretch_ms(from_ms=0, to_ms=to_ms, most_rows=most) == stretch
    for start in (0, 1, 999, 31_337):
        seconds = range(0, to_ms // 1000 + 1, 10)
        values = [reading(start / 1000 + s, 97) for s in seconds]
        assert len(timeline.rows(values, every_ms=stretch)) <= most


@pytest.mark.parametrize("every_ms", [0, -1])
def test_a_stretch_must_be_positive(every_ms: int) -> None:
    with pytest.raises(BadValue, match="every_ms"):
        timeline.rows([], every_ms=every_ms)


def test_one_row_is_too_few() -> None:
    with pytest.raises(BadValue, match="most_rows: 1"):
        timeline.stretch_ms(from_ms=0, to_ms=1, most_rows=1)
