"""How much ketamine a patient had: milligrams, courses, runs of days; as facts for the rules."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from reprieve.clinical.findings import Outcome, Step
from reprieve.clinical.safety import examine
from reprieve.pathway import evaluation, series
from reprieve.records.models import EpisodeOfCare
from reprieve.records.queries import exposure, facts, liver
from tests import world as worlds
from tests.chairside import Chair
from tests.treated import Treated, treated
from tests.world import World, new


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
    assert (known["ketamine_mg_last_365_d"], known["courses_last_365_d"]) == (0, 0)
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


def test_the_rules_see_what_was_given_here_beside_what_was_elsewhere(world: World) -> None:
    patient, episode = worlds.person(world)
    for _ in range(3):
        infuse(world, patient, episode)
    known = facts.facts(clinic=world.id, patient=patient, at=world.at)
    assert (known["ketamine_mg_last_365_d"], known["courses_last_365_d"]) == (120, 1)
    assert (known["multiday_course_before"], known["days_since_multiday_course"]) == (True, 1)
    assert "courses_elsewhere_last_365_d" not in known
    assert courses(known) == Outcome.UNKNOWN, "nobody asked about elsewhere"
    panel = dict.fromkeys(liver.TESTS, 1.0)
    told = {"ketamine_mg_elsewhere_last_365_d": 900, "courses_elsewhere_last_365_d": 11}
    say(world, patient, **told, **panel)
    infuse(world, patient, episode)
    known = facts.facts(clinic=world.id, patient=patient, at=world.at - timedelta(hours=21))
    assert (known["ketamine_mg_last_365_d"], known["courses_last_365_d"]) == (160, 1)
    assert known["ketamine_mg_elsewhere_last_365_d"] == 900
    assert known["sessions_since_liver_tests_n"] == 1
    assert courses(known) == Outcome.FINDS, "11 elsewhere and one here are 12"


def test_a_course_elsewhere_counts_when_it_was_the_newer_one(world: World) -> None:
    patient, episode = worlds.person(world)
    for _ in range(3):
        infuse(world, patient, episode)
    world.later(days=59)
    say(world, patient, multiday_course_before=True, days_since_multiday_course=10)
    world.later(days=5)
    assert since(world, patient) == 15
    say(world, patient, multiday_course_before=True, days_since_multiday_course=None)
    assert since(world, patient) is None, "a course elsewhere of unknown age may be the newer one"
    say(world, patient, multiday_course_before=True, days_since_multiday_course=400)
    assert since(world, patient) == 65


class TestCourseUnderWay:
    """The course that goes on is no earlier one; a finished one is, from its next day on."""

    @staticmethod
    def asked(world: World, patient: uuid.UUID) -> tuple[bool | None, int | None, str]:
        known = facts.facts(clinic=world.id, patient=patient, at=world.at)
        found = examine(
            facts=known | {"multiday_course_planned": True}, step=Step.EVALUATION
        )
        outcome = next(one.outcome for one in found if one.rule == "reexposure-interval")
        return (
            known.get("multiday_course_before"), known.get("days_since_multiday_course"), outcome,
        )  # fmt: skip

    @staticmethod
    def give(world: World, some: Treated, plan: uuid.UUID, *, days: int) -> None:
        for _ in range(days):
            start = world.at
            some.infuse(plan)
            world.at = start + timedelta(days=1)

    def test_daily_infusions_and_the_weekend_between_are_one_course(self, world: World) -> None:
        some = treated(world)
        plan = some.plan(sessions=6)
        for days, free in ((4, 0), (1, 2), (1, 0)):
            self.give(world, some, plan, days=days)
            world.later(days=free)
            say(world, some.patient, multiday_course_before=False)
            assert self.asked(world, some.patient) == (False, None, Outcome.CLEAR)

    def test_a_finished_one_counts_from_the_day_after(self, world: World) -> None:
        some = treated(world)
        plan = some.plan(sessions=3)
        self.give(world, some, plan, days=3)
        world.later(minutes=-1200)
        assert self.asked(world, some.patient)[0] is None, "its last day is not over"
        some.put("in_series")
        series.complete(
            episode=EpisodeOfCare.of(world.id).get(pk=some.episode), actor=world["physician"],
            at=world.at,
        )  # fmt: skip
        assert self.asked(world, some.patient) == (True, 0, Outcome.FINDS)
        world.later(days=28)
        assert self.asked(world, some.patient) == (True, 28, Outcome.CLEAR)
        again = some.plan(sessions=3)
        self.give(world, some, again, days=2)
        assert self.asked(world, some.patient)[1] == 30

    def test_one_that_broke_off_is_an_earlier_one_after_a_long_pause(self, world: World) -> None:
        some = treated(world)
        self.give(world, some, some.plan(sessions=6), days=4)
        world.later(days=3)
        assert self.asked(world, some.patient)[0] is None
        world.later(days=1)
        assert self.asked(world, some.patient) == (True, 5, Outcome.FINDS)


def say(world: World, patient: uuid.UUID, **answers: Any) -> None:
    world.later(minutes=1)
    evaluation.record_history(
        actor=world["infusion_nurse"], patient=patient, mode="clinic", uid=new(), at=world.at,
        answers=answers,
    )  # fmt: skip


def since(world: World, patient: uuid.UUID) -> int | None:
    known = facts.facts(clinic=world.id, patient=patient, at=world.at)
    return known.get("days_since_multiday_course")


def courses(known: dict[str, Any]) -> str:
    found = examine(facts=known, step=Step.EVALUATION)
    return next(one.outcome for one in found if one.rule == "courses-in-year")
