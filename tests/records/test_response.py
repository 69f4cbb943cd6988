"""What the outcome rules get from the records: courses, doses of opioids, scores, surveillance."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.clinical.instruments import instrument
from reprieve.pathway import history, observations, questionnaires
from reprieve.pathway.observations import Told
from reprieve.records.models import MedicationStatement
from reprieve.records.queries import opioids, response, treatments
from tests.treated import Treated, responder, treated
from tests.world import World, new

PROMIS = ("painin9", "painin22", "painin31", "painin34")


def takes(made: Treated, name: str, mg: str | None, **more: Any) -> MedicationStatement:
    row: MedicationStatement = MedicationStatement.objects.add(
        clinic_id=made.world.id, patient_id=made.patient, name=name,
        mg_per_day=None if mg is None else Decimal(mg), recorded_at=made.world.at, **more,
    )  # fmt: skip
    return row


def mme(made: Treated, days: int = 3) -> dict[int, Decimal | None]:
    first = date(2026, 3, 3)
    found = opioids.days(
        clinic=made.world.id, patient=made.patient, first=first - timedelta(days=5),
        last=first + timedelta(days=days),
    )  # fmt: skip
    return {(one.day - first).days: one.mme for one in found}


class TestOpioids:
    def test_each_day_has_the_dose_on_file_that_day(self, world: World) -> None:
        made = Treated(world, *_person(world))
        old = takes(made, "morphine", "60")
        takes(made, "gabapentin", "900")
        world.later(days=2)
        takes(made, "morphine", "30", corrects=old)
        assert mme(made) == {0: 60, 1: 60, 2: 30, 3: 30}

    def test_an_opioid_without_a_dose_leaves_the_day_out(self, world: World) -> None:
        made = Treated(world, *_person(world))
        takes(made, "morphine", None)
        assert mme(made) == {}

    def test_nobody_asked_is_not_none_taken(self, world: World) -> None:
        made = Treated(world, *_person(world))
        assert mme(made) == {}
        observations.write(
            [Told(code="medicines", value=[])], actor=world["physician"], at=world.at,
            measured_at=world.at, patient=made.patient,
        )  # fmt: skip
        assert mme(made, days=1) == {0: 0, 1: 0}

    def test_a_medicine_in_no_list_may_be_an_opioid_until_it_is_looked_up(
        self, world: World
    ) -> None:
        made = Treated(world, *_person(world))
        takes(made, "morphine", "60")
        row = takes(made, "Moon dust", None)
        assert mme(made, days=0) == {}
        history.looked_up(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient,
            row=row.pk,
        )
        assert mme(made, days=0) == {0: 60}

    def test_a_patch_counts_by_its_rate(self, world: World) -> None:
        made = Treated(world, *_person(world))
        takes(made, "fentanyl-patch", "25")
        assert mme(made, days=0) == {0: 60}


def extra(made: Treated, doses: int | None, **more: Any) -> None:
    extras = {} if doses is None else {"extra_doses": doses}
    made.write(3, extras=extras, **more)


class TestRescue:
    """Extra doses of the diary count as what one dose of the opioid on file holds."""

    def by_day(self, made: Treated) -> list[Decimal | None]:
        found = response.diary_of(clinic=made.world.id, patient=made.patient)
        return [one.rescue_opioid_mme for one in found]

    def test_it_is_the_doses_times_one_dose_times_the_factor(self, world: World) -> None:
        made = Treated(world, *_person(world))
        takes(made, "oxycodone", None, mg_per_dose=Decimal(5))
        takes(made, "morphine", "60")
        for doses in (2, 0, None):
            extra(made, doses)
            world.later(days=1)
        assert self.by_day(made) == [Decimal(15), 0, None]
        assert mme(made, days=2) == {0: 75, 1: 60}  # how many on the third day nobody told

    def test_told_twice_on_a_day_the_higher_number_holds(self, world: World) -> None:
        made = Treated(world, *_person(world))
        takes(made, "morphine", None, mg_per_dose=Decimal(10))
        extra(made, 1, moment="morning")
        extra(made, 3, moment="evening")
        assert self.by_day(made) == [30, 30]

    @pytest.mark.parametrize(
        "on_file",
        [
            [], [("morphine", None)], [("ibuprofen", 400)], [("buprenorphine", 1)],
            [("morphine", 10), ("oxycodone", 5)],
        ],
    )
    def test_what_cannot_be_known_stays_unknown(
        self, world: World, on_file: list[tuple[str, int | None]]
    ) -> None:
        made = Treated(world, *_person(world))
        for name, mg in on_file:
            takes(made, name, None, mg_per_dose=None if mg is None else Decimal(mg))
        extra(made, 2)
        world.later(days=1)
        extra(made, 0)
        assert self.by_day(made) == [None, 0]

    def test_back_at_the_doses_of_before_is_a_relapse(self, world: World) -> None:
        made = Treated(world, *_person(world))
        takes(made, "morphine", None, mg_per_dose=Decimal(10))
        made.days_with([8] * 6, doses=3)
        made.infuse(made.plan(sessions=1))
        made.put("follow_up")
        world.later(days=1)
        made.days_with([3] * 7, doses=1)
        made.days_with([3] * 14, doses=3)
        found = response.story(
            clinic=world.id, patient=made.patient, at=world.at, only_pain=True
        ).response
        assert found is not None
        assert found.baseline.rescue_opioid_mme == 30
        assert [j.week.rescue_opioid_mme for j in found.weeks] == [10, 30, 30]
        assert [j.state for j in found.weeks] == ["held", "lost", "lost"]
        assert (found.relapse.status, found.fading.answer) == ("relapsed", "yes")


class TestStory:
    def test_before_any_infusion_there_is_no_response(self, world: World) -> None:
        made = treated(world)
        assert response.story(clinic=world.id, patient=made.patient, at=world.at).response is None

    def test_scores_before_and_after(self, world: World) -> None:
        made = treated(world)
        _peg(made, 8)
        made.infuse(made.plan(sessions=1))
        made.put("follow_up")
        world.later(days=1)
        _peg(made, 4)
        _answer(made, "pgic", {"change": 2})
        found = response.story(clinic=world.id, patient=made.patient, at=world.at).response
        assert found is not None
        assert (found.peg.points, found.pgic, found.pgic_met) == (4, 2, "yes")
        assert found.bpi_interference.before is None

    def test_function_and_goal_before_and_after(self, world: World) -> None:
        made = treated(world)
        _forms(made, goal=2, promis=4, odi=60, interference=8)
        made.infuse(made.plan(sessions=1))
        made.put("follow_up")
        world.later(days=1)
        made.days([3] * 7)
        _forms(made, goal=7, promis=2, odi=40, interference=4)
        whose = {"clinic": world.id, "patient": made.patient, "at": world.at}
        found = response.story(**whose).response
        assert found is not None
        assert (found.goal.before, found.goal.now, found.goal_gain) == (2, 7, 5)
        assert (found.activity.points, found.bpi_interference.points) == (5, 4)
        assert (found.promis.before, found.promis.now) == (66.6, 55.6)
        assert (found.odi.points, found.odi.met, found.composite.function) == (20, "yes", "yes")
        _forms(made, goal=1, promis=5, odi=80, interference=9)
        world.later(days=1)
        then = response.story(**whose).response  # a letter about then says what was known
        assert then is not None
        assert then.goal.now == 7

    def test_without_a_diary_the_recall_of_the_evaluation_stands_in(self, world: World) -> None:
        made = Treated(world, *_person(world))
        _peg(made, 7)
        made.infuse()
        world.later(days=1)
        found = response.story(clinic=world.id, patient=made.patient, at=world.at).response
        assert found is not None
        assert (found.baseline.source, found.baseline.pain) == ("recall", 7)

    def test_pain_after_the_infusion_may_show_the_onset(self, world: World) -> None:
        made = treated(world)
        chair = made.infuse()
        observations.write(
            [Told(code="pain", value=2, unit="{score}")], actor=world["infusion_nurse"],
            at=world.at, measured_at=world.at, patient=made.patient, encounter=chair.encounter,
        )  # fmt: skip
        world.later(days=1)
        found = response.story(clinic=world.id, patient=made.patient, at=world.at).response
        assert found is not None
        assert found.onset is not None
        assert found.onset.hours == pytest.approx(40 / 60, abs=0.01)

    def test_a_day_told_on_a_later_one_says_no_hour_of_the_onset(self, world: World) -> None:
        made = treated(world)
        made.infuse()
        given = world.at
        world.later(days=3)
        for day in (1, 2):
            made.write(3, day=given + timedelta(days=day), told=world.at)
        made.write(3)
        world.later(days=1)
        found = response.story(clinic=world.id, patient=made.patient, at=world.at).response
        assert found is not None
        assert found.onset is not None
        assert (found.onset.days, found.onset.hours) == (1, None)

    def test_a_long_gap_begins_a_new_course(self, world: World) -> None:
        made = responder(world, weeks=())
        world.later(days=40)
        made.infuse()
        given = treatments.treatments(clinic=world.id, patient=made.patient, at=world.at)
        assert [t.course.infusions for t in given] == [2, 1]
        assert given[0].course.follow_up_ends == given[1].course.first_infusion


def test_surveillance_names_when_each_fact_was_last_known(world: World) -> None:
    made = responder(world, weeks=())
    said = [Told(code="bladder_symptoms", value=False), Told(code="could_become_pregnant",
            value=False)]  # fmt: skip
    observations.write(
        said, actor=world["physician"], at=world.at, measured_at=world.at, patient=made.patient
    )
    found = response.surveillance(clinic=world.id, patient=made.patient, at=world.at)
    assert found.last["bladder-questions"] == world.at.date()
    assert found.last["liver-panel"] is None
    assert found.last["c-ssrs"] is None
    assert found.not_applicable == {"pregnancy-test", "bladder-score"}
    assert found.courses_365d == 1


def _person(world: World) -> tuple[Any, Any]:
    from tests import world as worlds

    return worlds.person(world)


def _peg(made: Treated, pain: int) -> None:
    _answer(made, "peg", {"pain": pain, "enjoyment": pain, "activity": pain})


def _forms(made: Treated, *, goal: int, promis: int, odi: int, interference: int) -> None:
    made.world.later(minutes=5)
    _peg(made, 10 - goal)
    _answer(made, "personal-goal", {"near": goal})
    _answer(made, "promis-pain-interference-4a", dict.fromkeys(PROMIS, promis))
    _answer(made, "odi", {"percent": odi})
    parts = instrument("bpi-sf").items
    _answer(made, "bpi-sf", {item.id: interference for item in parts})


def _answer(made: Treated, instrument: str, answers: dict[str, int]) -> None:
    questionnaires.save(
        actor=made.world["infusion_nurse"], uid=new(), at=made.world.at, patient=made.patient,
        instrument=instrument, answers=answers, complete=True, mode="clinic",
    )  # fmt: skip
