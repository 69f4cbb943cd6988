"""Limits that nobody could meet: MOAA/S, CADSS-6, the mean pressure, and what no signal tells."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import alarm_fold, charting, charting_urgent
from reprieve.records.models import InfusionEvent, Observation
from tests.chairside import Chair, sit
from tests.world import World, new


@pytest.fixture
def chair(world: World) -> Chair:
    """A patient whose baseline is 120/75 and who is under infusion."""
    made = sit(world)
    save(made, sbp=120, dbp=75)
    world.later(minutes=5)
    made.start()
    world.later(minutes=5)
    return made


def act(chair: Chair) -> dict[str, Any]:
    world = chair.world
    return {
        "actor": world["infusion_nurse"], "uid": new(), "at": world.at,
        "encounter": chair.encounter,
    }  # fmt: skip


def save(chair: Chair, **values: float) -> None:
    charting.save_set(values=values, **act(chair))


def on(chair: Chair, signal: str) -> list[tuple[str, str]]:
    return [(priority, phase) for name, priority, phase in chair.alarms if name == signal]


@pytest.mark.parametrize(
    ("values", "signal", "priorities"),
    [
        ({"moaas": 3}, "moaas", ["medium"]),
        ({"moaas": 2}, "moaas", ["high", "medium"]),
        ({"cadss6": 6}, "cadss6", ["low"]),
        ({"cadss6": 5}, "cadss6", []),
    ],
)
def test_scores_of_a_set_by_hand_meet_their_limits(
    chair: Chair, values: dict[str, float], signal: str, priorities: list[str]
) -> None:
    save(chair, **values)
    assert sorted(priority for priority, _ in on(chair, signal)) == priorities


def test_mean_is_worked_out_for_its_limits_and_not_charted(chair: Chair) -> None:
    save(chair, sbp=148, dbp=94)
    assert on(chair, "map") == [("low", "active")]
    shown = [a for a in alarm_fold.state_of(chair.row).shown if a.signal == "map"]
    assert [(a.value, a.derived) for a in shown] == [(112.0, True)]
    assert not Observation.of(chair.world.id).filter(code="map").exists()


def test_struck_pressure_takes_its_mean_back(chair: Chair) -> None:
    save(chair, sbp=148, dbp=94)
    wrong = Observation.of(chair.world.id).get(code="dbp", value=94)
    charting.correct(
        observation=wrong.pk, value=Decimal(76), reason="misread", **act(chair)
    )
    assert on(chair, "map") == []
    chair.world.later(minutes=1)
    right = Observation.of(chair.world.id).get(code="dbp", value=76)
    charting.correct(observation=right.pk, value=None, reason="not taken", **act(chair))
    assert on(chair, "map") == []


def test_corrected_pressure_raises_what_its_mean_passes(chair: Chair) -> None:
    save(chair, sbp=148, dbp=76)
    assert on(chair, "map") == []
    low = Observation.of(chair.world.id).get(code="dbp", value=76)
    charting.correct(observation=low.pk, value=Decimal(94), reason="misread", **act(chair))
    assert on(chair, "map") == [("low", "active")]


def test_measured_mean_is_left_alone_by_a_struck_pressure(chair: Chair) -> None:
    save(chair, sbp=148, dbp=80, map=120)
    assert ("medium", "active") in on(chair, "map")
    typed = Observation.of(chair.world.id).get(code="dbp", value=80)
    charting.correct(observation=typed.pk, value=None, reason="misread", **act(chair))
    assert ("medium", "active") in on(chair, "map")


@pytest.mark.parametrize("what", charting_urgent.URGENT)
def test_what_no_signal_tells_is_a_high_alarm_on_the_chart(chair: Chair, what: str) -> None:
    charting_urgent.record(what=what, note="Panic", **act(chair))
    assert on(chair, "patient") == [("high", "latched")]
    row = InfusionEvent.of(chair.world.id).get(encounter_id=chair.encounter, kind="noted")
    assert row.detail == {"urgent": what}


def test_unknown_event(chair: Chair) -> None:
    with pytest.raises(BadValue, match="panic"):
        charting_urgent.record(what="boredom", **act(chair))
    assert on(chair, "patient") == []
