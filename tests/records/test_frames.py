"""Device values are packed small, once, and come back as they were."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reprieve.records import frames
from tests import world as w

AT = 1_772_557_200_000

values = st.lists(
    st.builds(
        frames.Value,
        signal=st.sampled_from(frames.SIGNALS),
        value=st.decimals(min_value=-50, max_value=400, places=3),
        at_ms=st.integers(AT - 3_600_000, AT),
        source=st.sampled_from(frames.SOURCES),
    ),
    min_size=1,
    max_size=9,
)


@given(values)
def test_packing_loses_nothing(readings: list[frames.Value]) -> None:
    packed = frames.pack(readings, measured_ms=AT)
    back = frames.unpack(packed, measured_ms=AT, recorded_ms=0)
    assert sorted(map(repr, back)) == sorted(map(repr, _normal(readings)))


def _normal(readings: list[frames.Value]) -> list[frames.Value]:
    return [
        frames.Value(
            signal=r.signal,
            source=r.source,
            at_ms=r.at_ms,
            recorded_ms=0,
            value=Decimal(int(r.value * 1000)) / 1000,
        )
        for r in readings
    ]


@given(values)
def test_the_order_of_readings_does_not_matter(readings: list[frames.Value]) -> None:
    forth = frames.pack(readings, measured_ms=AT)
    back = frames.pack(readings[::-1], measured_ms=AT)
    assert forth == back
    assert frames.content_key(AT, forth) == frames.content_key(AT, back)


@pytest.mark.usefixtures("db")
def test_the_same_readings_at_the_same_time_are_one_frame() -> None:
    world = w.found()
    patient, episode = w.person(world)
    link = w.linked(world, w.prepared(world, patient, episode))
    frame = frames.NewFrame(
        association=link.pk, recorded_ms=AT, dialect=1,
        values=(frames.Value(signal="spo2", value=Decimal("97"), at_ms=AT),),
    )  # fmt: skip
    other = frames.NewFrame(
        association=link.pk, recorded_ms=AT, dialect=1,
        values=(frames.Value(signal="spo2", value=Decimal("96"), at_ms=AT),),
    )  # fmt: skip
    assert frames.insert([frame, frame, other]) == [True, False, True]
    assert [v.value for v in frames.read(link.pk)] == [97, 96]
    assert frames.read(link.pk, from_ms=AT + 1) == []
    assert frames.read(link.pk, until_ms=AT) == []
