"""What comes and goes is asked anew; harm is not forgotten, and a test has the age of the test."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from reprieve.clinical.findings import Outcome, Step
from reprieve.clinical.safety import examine
from reprieve.knowledge import BadValue
from reprieve.pathway import episodes, evaluation, questionnaires, risk
from reprieve.records.models import EpisodeOfCare
from reprieve.records.queries import facts, gate_facts
from tests import evaluated, gate_desk
from tests import world as worlds
from tests.gate_desk import Visit
from tests.world import World, new

CALM = {"q1": 0, "q2": 0, "q6": 0}
STATES = (
    "pregnant", "psychosis_active_or_poorly_controlled", "substance_use_active",
    "cardiovascular_disease_poorly_controlled", "intracranial_pressure_raised",
    "intraocular_pressure_raised", "diabetes_uncontrolled", "breastfeeding",
)  # fmt: skip


@pytest.fixture
def visit(world: World) -> Visit:
    return gate_desk.arrived(world)


def say(world: World, patient: uuid.UUID, *, days_ago: int | None = None, **answers: Any) -> None:
    day = None if days_ago is None else world.at - timedelta(days=days_ago)
    evaluation.record_history(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, answers=answers,
        mode="clinic", measured_at=day,
    )  # fmt: skip


def screen(world: World, patient: uuid.UUID, answers: dict[str, int] = CALM) -> None:
    questionnaires.save(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, mode="clinic",
        instrument="c-ssrs-screener", answers=answers, complete=True,
    )  # fmt: skip


def known(world: World, patient: uuid.UUID) -> dict[str, Any]:
    return facts.facts(clinic=world.id, patient=patient, at=world.at)


def rule(world: World, patient: uuid.UUID, name: str) -> str:
    found = examine(facts=known(world, patient), step=Step.EVALUATION)
    return next(one.outcome for one in found if one.rule == name)


def at_gate(visit: Visit) -> dict[str, Any]:
    return gate_facts.facts(clinic=visit.world.id, encounter=visit.encounter, at=visit.world.at)


class TestPregnancyTest:
    def test_a_positive_one_closes_the_start_on_any_later_day(self, visit: Visit) -> None:
        say(visit.world, visit.patient, pregnancy_test="positive", could_become_pregnant=True)
        visit.world.later(days=1)
        visit.prepare_all()
        assert visit.blocking == {"pregnancy-test-positive"}
        visit.world.later(days=200)
        assert "pregnancy-test-positive" in visit.blocking

    def test_a_positive_one_is_lifted_by_a_newer_dated_result_alone(self, visit: Visit) -> None:
        visit.tell(pregnancy_test="positive", could_become_pregnant=True)
        visit.world.later(days=2)
        for said in ("refused", "not done", None):
            visit.world.later(seconds=1)  # what was told last counts, here and below
            visit.tell(pregnancy_test=said)
            assert "pregnancy-test-positive" in visit.blocking
        with pytest.raises(BadValue, match="is needed") as refused:
            visit.tell(pregnancy_test="negative")
        assert refused.value.field == "pregnancy_test_age_days"
        with pytest.raises(BadValue, match="was positive"):
            say(visit.world, visit.patient, pregnancy_test="negative")
        visit.world.later(seconds=1)
        visit.tell(pregnancy_test="negative", pregnancy_test_age_days=9)
        assert "pregnancy-test-positive" in visit.blocking, "that test was the older one"
        visit.world.later(seconds=1)
        visit.tell(pregnancy_test="negative", pregnancy_test_age_days=0)
        assert "pregnancy-test-positive" not in visit.blocking

    def test_a_negative_one_stays_with_its_own_age(self, visit: Visit) -> None:
        visit.tell(pregnancy_test="negative", pregnancy_test_age_days=2)
        visit.world.later(days=3)
        found = at_gate(visit)
        assert (found["pregnancy_test"], found["pregnancy_test_age_days"]) == ("negative", 5)

    def test_saying_it_again_is_no_new_test(self, visit: Visit) -> None:
        say(visit.world, visit.patient, days_ago=3, pregnancy_test="negative")
        visit.world.later(days=4)
        visit.tell(pregnancy_test="negative", could_become_pregnant=True)
        assert at_gate(visit)["pregnancy_test_age_days"] == 7
        visit.world.later(seconds=1)
        say(visit.world, visit.patient, pregnancy_test="negative", porphyria=False)
        assert at_gate(visit)["pregnancy_test_age_days"] == 7
        assert "pregnancy-test-due" in visit.blocking
        visit.world.later(seconds=1)
        visit.tell(pregnancy_test="negative", pregnancy_test_age_days=0)
        assert at_gate(visit)["pregnancy_test_age_days"] == 0
        assert "pregnancy-test-due" not in visit.blocking

    def test_a_refusal_counts_after_a_negative_test(self, visit: Visit) -> None:
        visit.tell(pregnancy_test="negative", pregnancy_test_age_days=0)
        visit.world.later(days=7)
        visit.tell(pregnancy_test="refused", could_become_pregnant=True)
        assert at_gate(visit)["pregnancy_test"] == "refused"
        assert "pregnancy-test-due" in visit.blocking

    def test_an_age_without_a_result_is_refused(self, visit: Visit) -> None:
        with pytest.raises(BadValue, match="beside its age") as refused:
            visit.tell(pregnancy_test_age_days=0)
        assert refused.value.field == "pregnancy_test"


class TestMood:
    def test_a_screener_of_long_ago_clears_nobody(self, world: World) -> None:
        patient, _ = worlds.person(world)
        evaluated.well(world, patient)
        assert (known(world, patient)["cssrs_risk"], known(world, patient)["phq9_item_9"]) == (
            "none", 0,
        )  # fmt: skip
        world.later(days=331)
        found = known(world, patient)
        assert "cssrs_risk" not in found
        assert "phq9_item_9" not in found
        assert found["mood_scales_current"] is False
        assert rule(world, patient, "suicide-risk-high") == Outcome.UNKNOWN
        screen(world, patient)
        assert rule(world, patient, "suicide-risk-high") == Outcome.CLEAR

    def test_a_booster_asks_again_though_the_series_was_screened(self, world: World) -> None:
        patient, episode = worlds.person(world)
        evaluated.well(world, patient)
        world.later(days=20)
        row = EpisodeOfCare.of(world.id).get(pk=episode)
        row.state = "follow_up"
        row.save()
        episodes.advance(episode=row, act="followup.booster", actor=world["physician"], at=world.at)
        assert "cssrs_risk" not in known(world, patient)
        screen(world, patient)
        world.later(days=29)
        assert known(world, patient)["cssrs_risk"] == "none"
        world.later(days=2)
        assert "cssrs_risk" not in known(world, patient)

    @pytest.mark.parametrize(
        ("answers", "level"),
        [({"q6": 1, "q6-recent": 1}, "high"), ({"q6": 1, "q6-recent": 0}, "moderate")],
    )
    def test_a_grave_level_that_nobody_cleared_is_never_too_old(
        self, world: World, answers: dict[str, int], level: str
    ) -> None:
        patient, _ = worlds.person(world)
        evaluated.well(world, patient)
        screen(world, patient, CALM | answers)
        world.later(days=331)
        assert known(world, patient)["cssrs_risk"] == level
        assert rule(world, patient, f"suicide-risk-{level}") == Outcome.FINDS

    def test_a_cleared_risk_is_still_seen_at_the_evaluation(self, world: World) -> None:
        patient, _ = worlds.person(world)
        evaluated.well(world, patient)
        screen(world, patient, CALM | {"q6": 1, "q6-recent": 1})
        world.later(minutes=5)
        risk.clear(
            actor=world["physician"], uid=new(), at=world.at, patient=patient, reason="Spoke."
        )
        assert rule(world, patient, "suicide-risk-high") == Outcome.CLEAR
        assert rule(world, patient, "suicide-risk-low") == Outcome.FINDS


class TestStates:
    def test_what_comes_and_goes_is_asked_again(self, world: World) -> None:
        patient, _ = worlds.person(world)
        evaluated.well(world, patient)
        before = known(world, patient)
        assert [name for name in STATES if before.get(name) is not False] == []
        world.later(days=1)
        assert "pregnant" not in known(world, patient)
        assert known(world, patient)["breastfeeding"] is False
        world.later(days=330)
        later = known(world, patient)
        assert [name for name in STATES if name in later] == []
        assert "liver_disease" not in later
        assert later["aneurysm"] is False, "history lasts"
        assert rule(world, patient, "psychosis-active") == Outcome.UNKNOWN

    def test_a_state_that_was_there_stays_until_it_is_lifted(self, world: World) -> None:
        patient, _ = worlds.person(world)
        evaluated.well(world, patient, substance_use_active=True, pregnant=True)
        world.later(days=331)
        found = known(world, patient)
        assert (found["substance_use_active"], found["pregnant"]) == (True, True)
        say(world, patient, substance_use_active=False, pregnant=False)
        found = known(world, patient)
        assert (found["substance_use_active"], found["pregnant"]) == (False, False)
