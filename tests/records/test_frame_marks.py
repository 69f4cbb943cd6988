"""What is drawn, what stands beside it and what is doubtful, from stored frames."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest

from reprieve.records import frame_arrays, frame_marks, frames
from reprieve.records.models import DeviceAssociation
from reprieve.records.queries import live, printed
from tests.chairside import Chair, quick_world, sit
from tests.world import linked


@pytest.fixture
def chair(db: None) -> Iterator[Chair]:
    with quick_world() as world:
        yield sit(world)


@pytest.fixture
def link(chair: Chair) -> DeviceAssociation:
    return linked(chair.world, chair.encounter)


def store(link: DeviceAssociation, second: float, source: str = "", **values: float) -> None:
    at_ms = link.from_ms + round(second * 1000)
    frames.insert([frames.NewFrame(
        association=link.pk, recorded_ms=at_ms, dialect=1,
        values=tuple(frames.Value(signal=n, value=Decimal(str(v)), at_ms=at_ms, source=source)
                     for n, v in values.items()),
    )])  # fmt: skip


def doubts(link: DeviceAssociation) -> list[tuple[str, float, str]]:
    found = frame_marks.doubts(frame_arrays.read([link.pk]), every_ms=1)
    return [(d.signal, d.value, d.reason) for d in found]


def test_nothing_is_doubted_in_nothing(link: DeviceAssociation) -> None:
    found = frame_arrays.read([link.pk])
    assert frame_marks.doubts(found, every_ms=1) == []
    assert len(frame_marks.preferred(found)) == 0


def test_each_rule_marks_its_value(link: DeviceAssociation) -> None:
    for second, spo2 in enumerate((97, 70, 97)):
        store(link, second, "oximeter", spo2=spo2, heart_rate=80, pulse_rate=80 - 30 * (second > 1))
    store(link, 3, "nibp", sbp=120, dbp=80, map=130)
    assert doubts(link) == [
        ("spo2", 70, "spike"), ("pulse_rate", 50, "pulse_mismatch"), ("map", 130, "mean_outside"),
    ]  # fmt: skip
    found = frame_arrays.read([link.pk])
    assert len(frame_marks.doubts(found, every_ms=300_000)) == 3  # one of a kind in a stretch


def test_a_cuff_beside_an_arterial_line_is_drawn_apart_and_is_no_spike(
    chair: Chair, link: DeviceAssociation
) -> None:
    for second in range(5):
        store(link, second, "arterial", sbp=120 + second, dbp=70)
    store(link, 2.5, "nibp", sbp=180, dbp=95)
    assert doubts(link) == []
    sent = live.feed(clinic=chair.world.id, encounter=chair.encounter)
    assert [p.last for p in sent.points["sbp"]] == [120, 121, 122, 123, 124]
    assert [p.last for p in sent.beside["sbp"]] == [180]
    record = printed.record(clinic=chair.world.id, encounter=chair.encounter)
    assert record is not None
    assert max(p.high for p in record.points["sbp"]) == 124


def test_a_later_answer_judges_new_values_by_those_before(
    chair: Chair, link: DeviceAssociation
) -> None:
    where = {"clinic": chair.world.id, "encounter": chair.encounter}
    for second, spo2 in enumerate((97, 70)):
        store(link, second, "arterial", sbp=120, dbp=70)
        store(link, second, "oximeter", spo2=spo2)
    first = live.feed(**where)
    assert first.doubts == []
    store(link, 2, "nibp", sbp=150, dbp=90)
    store(link, 2, "oximeter", spo2=97)
    news = live.feed(**where, after=first.frame)
    assert set(news.points) == {"spo2"}
    assert [p.last for p in news.beside["sbp"]] == [150]
    assert [(d.signal, d.value) for d in news.doubts] == [("spo2", 70)]
    assert live.feed(**where, after=news.frame).points == {}
