"""How much ketamine a patient had: milligrams, courses, runs of days; as facts for the rules."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta

import pytest

from reprieve.pathway import evaluation
from reprieve.records.queries import exposure, facts
from tests import world as worlds
from tests.chairside import Chair, quick_world
from tests.world import World, new


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


def infuse(world: World, patient: uuid.UUID, episode: uuid.UUID) -> None:
    """One infusion of 40 mg in two hours, and on to the next day at the same time."""
    start = world.at
    chair = Chair(world=world, encounter=worlds.prepared(world, patient, episode), patient=patient)
    chair.start(20)
    world.later(hours=2)
    chair.do("ended")
    world.at = start + timedelta(days=1)


def test_nothing_given_is_nothing_known(world: World) -> None:
    patient, _ = worlds.person(world)
    found = exposure.of(clinic=world.id, patient=patient, at=world.at)
    assert (found.infusions, found.runs, found.last_multiday_end) == ((), (), None)
    known = facts.facts(clinic=world.id, patient=patient, at=world.at)
    assert "ketamine_mg_last_365_d" not in known
    assert "multiday_course_before" not in known


def test_days_in_a_row_are_one_course_and_old_ones_leave_the_year(world: World) -> None:
    patient, episode = worlds.person(world)
    for _ in range(3):
        infuse(world, patient, episode)
    last = world.at - timedelta(days=1)
    world.later(days=9)
    infuse(world, patient, episode)
    found = exposure.of(clinic=world.id, patient=patient, at=world.at)
    assert (found.mg_last_365_d, found.courses_last_365_d) == (160, 2)
    assert found.last_multiday_end == last.date()
    world.later(days=358)
    later = exposure.of(clinic=world.id, patient=patient, at=world.at)
    assert (later.mg_last_365_d, later.courses_last_365_d) == (40, 1)


def test_the_rules_see_what_was_given_here_or_more_where_told(world: World) -> None:
    patient, episode = worlds.person(world)
    act = {"actor": world["infusion_nurse"], "patient": patient, "mode": "clinic"}
    for _ in range(3):
        infuse(world, patient, episode)
    known = facts.facts(clinic=world.id, patient=patient, at=world.at)
    assert (known["ketamine_mg_last_365_d"], known["courses_last_365_d"]) == (120, 1)
    assert (known["multiday_course_before"], known["days_since_multiday_course"]) == (True, 1)
    panel = dict.fromkeys(facts.LIVER, 1.0)
    told = {"ketamine_mg_last_365_d": 900, "courses_last_365_d": 0, **panel}
    evaluation.record_history(uid=new(), at=world.at, answers=told, **act)
    infuse(world, patient, episode)
    known = facts.facts(clinic=world.id, patient=patient, at=world.at)
    assert known["ketamine_mg_last_365_d"] == 900
    assert known["courses_last_365_d"] == 1
    assert known["sessions_since_liver_tests_n"] == 1
