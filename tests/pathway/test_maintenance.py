"""Relief fades: the diary proposes a booster, a physician decides, one act plans and books it."""

from __future__ import annotations

import uuid
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.db import OperationalError, connection

from reprieve.knowledge import BadValue
from reprieve.pathway import booster_gap, diary, maintenance, observations
from reprieve.pathway.booking import Slot
from reprieve.pathway.diary import Day
from reprieve.pathway.errors import Conflict, NotNow, PermissionDenied
from reprieve.pathway.maintenance import Accepted
from reprieve.pathway.observations import Told
from reprieve.records.models import (
    Appointment,
    AuditEvent,
    CarePlan,
    Decision,
    DiaryEntry,
    OutboxMessage,
)
from reprieve.records.queries import decisions, ladders, response
from reprieve.records.queries import worklist as work_lists
from reprieve.records.queries.response import Story
from reprieve.records.queries.treatments import zone_of
from tests import world as worlds
from tests.treated import Treated, fades, responder
from tests.world import PASSWORD, World, new


@pytest.fixture
def faded(world: World) -> Treated:
    made = responder(world)
    fades(made)
    return made


def proposals(made: Treated) -> int:
    found = work_lists.waiting(clinic=made.world.id, patient=made.patient)
    return sum(1 for item in found if item.kind == maintenance.KIND)


def accept(
    made: Treated, who: str = "physician", password: str = PASSWORD, **more: object
) -> dict[str, str]:
    return maintenance.accept(
        actor=made.world[who], uid=new(), at=made.world.at, patient=made.patient,
        password=password, accepted=Accepted(**{"reason": "it helped for two weeks", **more}),  # type: ignore[arg-type]
    )  # fmt: skip


class TestProposal:
    def test_lasting_relief_proposes_nothing(self, world: World) -> None:
        made = responder(world, weeks=(3, 3, 3, 3))
        assert proposals(made) == 0

    def test_observed_fading_proposes_once(self, faded: Treated) -> None:
        assert proposals(faded) == 1
        found = maintenance.proposal(
            clinic=faded.world.id, patient=faded.patient, at=faded.world.at
        )
        assert found is not None
        assert "liver-panel" in {need.fact for need in found.needs}
        faded.days([7] * 3)
        assert proposals(faded) == 1

    def test_what_is_proposed_is_an_act_of_its_own(self, faded: Treated) -> None:
        rows = AuditEvent.objects.filter(clinic_id=faded.world.id, action="maintenance.review")
        [row] = rows
        assert (row.actor, row.detail) == ("system:diary", {"proposed": True})

    @pytest.mark.parametrize(
        "failure", [BadValue("diary", "cannot be read"), OperationalError("database is locked")]
    )
    def test_a_day_is_kept_whatever_looking_at_it_comes_to(
        self, world: World, monkeypatch: pytest.MonkeyPatch, failure: Exception
    ) -> None:
        made = responder(world)

        def refuse(**_whose: object) -> None:
            raise failure

        monkeypatch.setattr(maintenance, "proposal", refuse)
        before = DiaryEntry.of(world.id).count()
        made.days([7])
        assert DiaryEntry.of(world.id).count() == before + 1
        assert proposals(made) == 0

    def test_who_never_responded_gets_no_proposal(self, world: World) -> None:
        made = responder(world, weeks=(8, 8), during=8)
        made.days([8] * 15)
        assert proposals(made) == 0

    def test_only_after_a_series(self, world: World) -> None:
        made = responder(world)
        made.put("in_series")
        fades(made)
        assert proposals(made) == 0
        patient = worlds.person(world, email="new@example.org")[0]
        assert maintenance.proposal(clinic=world.id, patient=patient, at=world.at) is None

    def test_the_night_looks_at_everybody_once_a_day(self, world: World) -> None:
        made = responder(world)
        made.put("in_series")
        fades(made)
        made.put("maintenance")
        assert maintenance.review_all(clinic=world.id, at=world.at) == 1
        assert proposals(made) == 1
        assert OutboxMessage.of(world.id).filter(template="diary_prompt").exists()
        assert maintenance.review_all(clinic=world.id, at=world.at) == 0
        assert maintenance.review_all(clinic=world.id, at=world.later(days=1)) == 1
        assert proposals(made) == 1

    def test_one_patients_records_never_stop_the_others(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = responder(world, weeks=()), responder(world, weeks=())
        broken = min(first, second, key=lambda one: one.episode)
        whole = response.story

        def story(*, patient: uuid.UUID, **more: Any) -> Story:
            if patient == broken.patient:
                raise BadValue("diary", "cannot be read")
            return whole(patient=patient, **more)

        monkeypatch.setattr(response, "story", story)
        assert maintenance.review_every_clinic() == 1

    def test_nobodys_writing_waits_while_a_calm_night_is_read(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        made = responder(world, weeks=())
        depth, whole = len(connection.savepoint_ids), response.story

        def story(**asked: Any) -> Story:
            read_at.append(len(connection.savepoint_ids) - depth)
            return whole(**asked)

        read_at: list[int] = []
        monkeypatch.setattr(response, "story", story)
        assert maintenance.review_all(clinic=world.id, at=world.at) == 1
        assert read_at == [0]
        assert maintenance.review_all(clinic=world.id, at=world.at) == 0
        made.write(5)
        assert len(read_at) == 1  # today counts when it is over
        diary.save(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient,
            said=Day(day=world.at.date() - timedelta(days=1), average_pain=5), mode="call",
        )  # fmt: skip
        assert len(read_at) == 2


class TestDecision:
    def test_declined_stays_declined_for_this_fading(self, faded: Treated) -> None:
        maintenance.decline(
            actor=faded.world["physician"], uid=new(), at=faded.world.at, patient=faded.patient,
            reason="wants to wait",
        )  # fmt: skip
        assert proposals(faded) == 0
        faded.days([7] * 2)
        assert proposals(faded) == 0
        row = Decision.of(faded.world.id).get(kind="booster")
        assert (row.outcome, row.findings[0]["rule"]) == ("declined", "booster")

    def test_accepted_makes_a_booster_plan_of_the_dose_reached(self, faded: Treated) -> None:
        done = accept(faded)
        row = CarePlan.of(faded.world.id).get(pk=done["plan"])
        assert (row.is_booster, row.sessions, row.detail["condition"]) == (True, 1, "crps")
        assert row.replaces is not None
        assert faded.state == "planned"
        assert proposals(faded) == 0

    def test_the_newest_weight_counts(self, faded: Treated) -> None:
        observations.write(
            [Told(code="weight_kg", value=82.5, unit="kg")], actor=faded.world["infusion_nurse"],
            at=faded.world.at, measured_at=faded.world.at, patient=faded.patient,
        )  # fmt: skip
        row = CarePlan.of(faded.world.id).get(pk=accept(faded)["plan"])
        assert row.detail["weight_kg"] == "82.5"

    def test_accepted_and_booked_in_one_act(self, faded: Treated) -> None:
        slot = _tomorrow(faded.world)
        done = accept(faded, slot=slot)
        row = Appointment.of(faded.world.id).get(pk=done["appointment"])
        assert (row.kind, str(row.plan_id), row.series_no) == ("infusion", done["plan"], 1)
        assert faded.state == "in_series"

    def test_a_taken_time_changes_nothing(self, faded: Treated) -> None:
        world = faded.world
        other = responder(world, weeks=())
        slot = _tomorrow(world)
        accept(other, slot=slot, nearer="two days after the series")
        plans = CarePlan.of(world.id).count()
        with pytest.raises(Conflict):
            accept(faded, slot=slot)
        assert CarePlan.of(world.id).count() == plans
        assert (faded.state, proposals(faded)) == ("follow_up", 1)

    def test_a_time_nearer_than_the_shortest_gap_needs_its_reason(self, world: World) -> None:
        made = responder(world, weeks=())
        slot = _tomorrow(world)
        for nearer in ("", "  "):
            with pytest.raises(BadValue, match="nearer: is needed"):
                accept(made, slot=slot, nearer=nearer)
        assert not CarePlan.of(world.id).filter(is_booster=True).exists()
        assert not Decision.of(world.id).filter(kind="booster").exists()
        accept(made, slot=slot, nearer="travels for a month")
        [one] = decisions.of_patient(clinic=world.id, patient=made.patient, kind="booster")
        assert [(o.rule, o.reason) for o in one.overrides] == [
            (booster_gap.RULE, "travels for a month")
        ]

    def test_the_gap_is_counted_in_the_clinics_days(self, faded: Treated) -> None:
        whose: dict[str, Any] = {
            "clinic": faded.world.id, "patient": faded.patient, "at": faded.world.at,
        }  # fmt: skip
        first = ladders.earliest(**whose)
        last = response.story(**whose).treatments[-1].course.last_infusion
        assert first == last + timedelta(days=ladders.in_force(
            clinic=faded.world.id, at=faded.world.at
        ).min_gap_days)  # fmt: skip
        morning = datetime.combine(first, time(0), tzinfo=zone_of(faded.world.id))
        assert not booster_gap.is_nearer(starts_at=morning, **whose)
        assert booster_gap.is_nearer(starts_at=morning - timedelta(minutes=1), **whose)
        nobody = worlds.person(faded.world, email="new@example.org")[0]
        assert not booster_gap.is_nearer(starts_at=morning, **{**whose, "patient": nobody})

    def test_a_reason_that_is_not_needed_is_not_kept(self, faded: Treated) -> None:
        accept(faded, slot=_tomorrow(faded.world), nearer="not needed")
        [one] = decisions.of_patient(
            clinic=faded.world.id, patient=faded.patient, kind="booster"
        )
        assert one.overrides == ()

    def test_a_second_press_accepts_once(self, faded: Treated) -> None:
        uid = new()
        for _ in range(2):
            maintenance.accept(
                actor=faded.world["physician"], uid=uid, at=faded.world.at,
                patient=faded.patient, accepted=Accepted(reason="again"), password=PASSWORD,
            )  # fmt: skip
        assert CarePlan.of(faded.world.id).filter(is_booster=True).count() == 1

    def test_refusals(self, faded: Treated) -> None:
        with pytest.raises(BadValue, match="reason"):
            accept(faded, reason=" ")
        with pytest.raises(BadValue, match="sessions"):
            accept(faded, sessions=99)
        with pytest.raises(PermissionDenied):
            accept(faded, who="infusion_nurse")
        with pytest.raises(BadValue, match="password"):
            accept(faded, password="guessed")
        assert (faded.state, proposals(faded)) == ("follow_up", 1)
        with pytest.raises(BadValue, match="reason"):
            maintenance.decline(
                actor=faded.world["physician"], uid=new(), at=faded.world.at,
                patient=faded.patient, reason="",
            )  # fmt: skip
        patient, episode = worlds.person(faded.world, email="new@example.org")
        nobody = Treated(faded.world, patient, episode)
        with pytest.raises(NotNow, match="no signed plan"):
            accept(nobody)
        assert faded.state == "follow_up"


def test_a_booster_is_a_course_of_its_own(faded: Treated) -> None:
    plan = accept(faded)["plan"]
    faded.infuse(CarePlan.of(faded.world.id).get(pk=plan).pk)
    found = response.story(clinic=faded.world.id, patient=faded.patient, at=faded.world.at)
    assert [(t.is_booster, t.course.infusions) for t in found.treatments] == [
        (False, 2), (True, 1),
    ]  # fmt: skip
    assert found.response is not None
    assert found.response.baseline.pain == 8


def test_the_ladder_counts_boosters_and_how_relief_held(faded: Treated) -> None:
    place = {"clinic": faded.world.id, "patient": faded.patient}
    first = ladders.next_due(at=faded.world.at, **place)
    assert first is not None
    assert (first.early, first.step) == (True, 1)
    plan = uuid.UUID(accept(faded)["plan"])
    faded.infuse(plan)
    faded.world.later(days=1)
    faded.days([3] * 8)
    after = ladders.next_due(at=faded.world.at, **place)
    assert after is not None
    assert (after.early, after.step) == (False, 1)
    nobody = worlds.person(faded.world, email="new@example.org")[0]
    assert ladders.next_due(clinic=faded.world.id, patient=nobody, at=faded.world.at) is None


def _tomorrow(world: World) -> Slot:
    """A weekday at ten in the chair that the clinic has."""
    from reprieve.pathway import clinic
    from reprieve.records.queries import clinics

    if not clinics.chairs(clinic=world.id):
        clinic.add_chair(actor=world["admin"], uid=new(), at=world.at, name="1")
    day = world.at + timedelta(days=1)
    while day.weekday() > 4:
        day += timedelta(days=1)
    chair = clinics.chairs(clinic=world.id)[0].id
    return Slot(starts_at=day.replace(hour=15, minute=0), kind="infusion", chair=chair)

