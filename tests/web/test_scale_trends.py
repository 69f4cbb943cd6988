"""Each scale over time comes from its own file: number, T score, parts or level, and its chart."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reprieve.clinical.instruments import Instrument, instrument, instruments
from reprieve.pathway import questionnaires
from reprieve.web import scale_trends
from reprieve.web.scale_trends import Trend
from tests import world as worlds
from tests.world import World, new

LEVEL_ONLY = {"c-ssrs-screener"}
IN_THE_CHAIR = {
    "4at", "cadss", "cadss-6", "moaa-s", "modified-aldrete", "news2", "orientation", "padss",
    "rass",
}  # fmt: skip
LASTING = [name for name in instruments() if name not in IN_THE_CHAIR]


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def filled(form: Instrument, *, most: bool) -> dict[str, Any]:
    """Every item at the one end of its range or the other; a question of a yes as well."""
    return {item.id: item.maximum if most else item.minimum for item in form.items}


def saved(world: World, patient: uuid.UUID, name: str, answers: dict[str, Any]) -> None:
    questionnaires.save(
        actor=world["infusion_nurse"], uid=new(), at=world.later(days=1), patient=patient,
        instrument=name, answers=answers, complete=True, mode="clinic",
    )  # fmt: skip


def trend(world: World, patient: uuid.UUID) -> Trend:
    (found,) = scale_trends.trends(clinic=world.id, patient=patient)
    return found


def test_what_is_scored_in_the_chair_stands_on_the_chart_of_that_day(
    world: World, patient: uuid.UUID
) -> None:
    for name in IN_THE_CHAIR:
        saved(world, patient, name, filled(instrument(name), most=False))
    assert scale_trends.trends(clinic=world.id, patient=patient) == []


@pytest.mark.parametrize("name", LASTING)
def test_any_instrument_shows_its_newest_value_and_its_course(
    world: World, patient: uuid.UUID, name: str
) -> None:
    form = instrument(name)
    saved(world, patient, name, filled(form, most=False))
    once = trend(world, patient)
    assert (once.chart, once.earlier) == (None, ())
    saved(world, patient, name, filled(form, most=True))
    found = trend(world, patient)
    if name in LEVEL_ONLY:
        assert found.chart is None
        assert [level for level, _at in found.earlier] == [once.band]
        assert found.band != once.band
        return
    assert found.newest
    assert found.chart is not None
    low, high = found.chart["y"]["min"], found.chart["y"]["max"]
    for line in found.chart["series"]:
        first, last = line["values"]
        assert low <= min(first, last) < max(first, last) <= high
        assert line["label"] in found.says


def test_parts_without_a_total_are_lines_of_their_own(world: World, patient: uuid.UUID) -> None:
    form = instrument("promis-29")
    for most in (False, True):
        saved(world, patient, form.id, filled(form, most=most))
    chart = trend(world, patient).chart
    assert chart is not None
    looks = {(s["colour"], s["mark"], str(s.get("dash"))) for s in chart["series"]}
    assert len(looks) == len(chart["series"]) == len(form.subscales) == 7
    assert [s["label"] for s in chart["series"]] == [part.label for part in form.subscales]


def test_a_conversion_is_drawn_as_t_scores(world: World, patient: uuid.UUID) -> None:
    form = instrument("promis-pain-interference-4a")
    for most in (False, True):
        saved(world, patient, form.id, filled(form, most=most))
    chart = trend(world, patient).chart
    assert chart is not None
    assert chart["series"][0]["values"] == [41.6, 75.6]
    assert "T score" in chart["y"]["label"]
