"""Device values as arrays: the same readings as the frames hold, thinned without losing a peak."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.records import frame_arrays, frames
from reprieve.records.models import DeviceAssociation
from tests import world as worlds
from tests.chairside import quick_world, sit


@pytest.fixture
def link(db: None) -> Iterator[DeviceAssociation]:
    with quick_world() as world:
        yield worlds.linked(world, sit(world).encounter)


def store(link: DeviceAssociation, second: int, **values: str) -> None:
    at_ms = link.from_ms + second * 1000
    frames.insert([frames.NewFrame(
        association=link.pk, recorded_ms=at_ms, dialect=1,
        values=tuple(frames.Value(signal=n, value=Decimal(v), at_ms=at_ms)
                     for n, v in values.items()),
    )])  # fmt: skip


def test_nothing_sent_is_nothing(link: DeviceAssociation) -> None:
    found = frame_arrays.read([link.pk])
    assert len(found) == 0
    assert found.last_id == 0
    assert frame_arrays.thinned(found, every_ms=1000) == {}


def test_arrays_hold_what_the_frames_hold(link: DeviceAssociation) -> None:
    store(link, 0, spo2="97", temp_c="36.85")
    store(link, 5, spo2="96.5")
    points = frame_arrays.thinned(frame_arrays.read([link.pk]), every_ms=1)
    plain = frames.read(link.pk)
    assert [(v.at_ms, float(v.value)) for v in plain if v.signal == "spo2"] == [
        (p.at_ms, p.last) for p in points["spo2"]
    ]
    assert points["temp_c"][0].last == 36.85


def test_newer_frames_alone(link: DeviceAssociation) -> None:
    store(link, 0, spo2="97")
    first = frame_arrays.read([link.pk])
    assert len(frame_arrays.read([link.pk], after_id=first.last_id)) == 0
    store(link, 1, spo2="95")
    news = frame_arrays.read([link.pk], after_id=first.last_id)
    assert frame_arrays.thinned(news, every_ms=1)["spo2"][0].last == 95
    assert news.last_id > first.last_id


@given(
    values=st.lists(st.tuples(st.integers(0, 600_000), st.integers(40_000, 100_000)), min_size=1),
    every_ms=st.sampled_from([1, 1000, 15_000, 300_000]),
)
def test_thinning_keeps_the_extremes_and_the_last(
    values: list[tuple[int, int]], every_ms: int
) -> None:
    import numpy as np

    times, thousandths = (np.array(column, dtype=np.int64) for column in zip(*values, strict=True))
    found = frame_arrays.thinned(
        frame_arrays.Readings(
            signal=np.full(len(values), frames.SIGNALS.index("spo2")), thousandths=thousandths,
            source=np.zeros(len(values), np.int64), frame=np.ones(len(values), np.int64),
            at_ms=times, recorded_ms=times, last_id=1,
        ),
        every_ms=every_ms,
    )["spo2"]  # fmt: skip
    assert min(p.low for p in found) == min(v for _, v in values) / 1000
    assert max(p.high for p in found) == max(v for _, v in values) / 1000
    assert [p.at_ms // every_ms for p in found] == sorted({t // every_ms for t, _ in values})
    assert all(p.low <= p.last <= p.high for p in found)
    assert found[-1].at_ms == max(t for t, _ in values)
