"""The call after 24 hours and the follow-up visit with its decision."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import (
    booking,
    diary_link,
    escalation,
    followup,
    permissions,
    series,
    worklist,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.followup import Call
from reprieve.records.models import (
    Appointment,
    AppointmentEvent,
    Decision,
    Encounter,
    EpisodeOfCare,
    Observation,
    OutboxMessage,
)
from reprieve.records.queries import booking as bookings
from reprieve.records.queries import followup as lists
from reprieve.records.queries import risk
from reprieve.records.queries import worklist as work_lists
from reprieve.records.queries.worklist import WorkView
from tests import world as worlds
from tests.chairside import Chair
from tests.recovery_room import leave, ready
from tests.treated import Treated, responder, treated
from tests.world import World, new

FINE = {"reached": True, "fell": False, "vivid_dreams": True, "bladder": False,
        "thoughts_of_death": False, "mood": 7, "pain": 3}  # fmt: skip


@pytest.fixture
def home(world: World) -> Chair:
    chair = ready(world)
    leave(chair)
    world.later(hours=23)
    return chair


def call(chair: Chair, who: str = "infusion_nurse", **changes: Any) -> dict[str, Any]:
    return followup.call(
        actor=chair.world[who], uid=new(), at=chair.world.at, encounter=chair.encounter,
        said=Call(**{**FINE, **changes}),
    )  # fmt: skip


def not_reached(chair: Chair, who: str = "infusion_nurse", note: str = "") -> None:
    call(chair, who, **{**dict.fromkeys(FINE), "reached": False}, note=note)


def call_item(world: World) -> WorkView:
    (item,) = [i for i in work_lists.waiting(clinic=world.id) if i.kind == "call_24h"]
    return item


def kinds(world: World) -> list[str]:
    return [item.kind for item in work_lists.waiting(clinic=world.id)]


class TestCall:
    def test_what_was_said_closes_the_call(self, world: World, home: Chair) -> None:
        assert call(home, note="slept well")["alert"] is False
        assert "call_24h" not in kinds(world)
        visit = Encounter.of(world.id).get(kind="call")
        rows = Observation.of(world.id).filter(encounter=visit)
        assert {row.code: row.value for row in rows} == {
            "fall_after_infusion": False, "vivid_dreams": True, "bladder_symptoms": False,
            "suicidal_statement": False, "mood": 7, "pain": 3,
        }  # fmt: skip
        assert {row.mode for row in rows} == {"call"}

    @pytest.mark.parametrize(("name", "value"), [("thoughts_of_death", True), ("pain", 0)])
    def test_an_answer_of_somebody_not_reached_is_not_dropped(
        self, world: World, home: Chair, name: str, value: Any
    ) -> None:
        with pytest.raises(BadValue, match="reached: says no, but answers are given"):
            call(home, **{**dict.fromkeys(FINE), "reached": False, name: value})
        assert (call_item(world).tries, kinds(world).count("call_24h")) == (0, 1)

    def test_what_was_told_until_it_broke_off_is_heard(self, world: World, home: Chair) -> None:
        told = {**dict.fromkeys(FINE), "reached": True, "broke_off": True, "fell": True}
        assert call(home, **told, note="the line went dead")["alert"] is False
        assert {"call_24h", "fall_review"} <= set(kinds(world))
        assert call_item(world).tries == 1
        visit = Encounter.of(world.id).get(kind="call")
        rows = Observation.of(world.id).filter(encounter=visit)
        assert [(row.code, row.value) for row in rows] == [("fall_after_infusion", True)]
        call(home)
        assert "call_24h" not in kinds(world)

    def test_a_grave_word_before_it_broke_off_opens_the_risk_path(self, home: Chair) -> None:
        told = {**dict.fromkeys(FINE), "reached": True, "broke_off": True}
        assert call(home, **{**told, "thoughts_of_death": True})["alert"] is True

    def test_not_reached_is_tried_again(self, world: World, home: Chair) -> None:
        due = call_item(world).due_at
        not_reached(home, note="rang out")
        world.later(hours=2)
        not_reached(home, note="engaged")
        item = call_item(world)
        assert (item.state, item.due_at, item.tries, item.text) == ("seen", due, 2, "engaged")
        call(home)
        assert "call_24h" not in kinds(world)

    def test_each_try_is_kept_with_its_note(self, world: World, home: Chair) -> None:
        not_reached(home, note="rang out")
        not_reached(home, "physician")
        tried = lists.tried(clinic=world.id, patient=home.patient, encounter=home.encounter)
        assert {(one.by, one.note) for one in tried} == {
            ("Infusion_Nurse Invented", "rang out"), ("Physician Invented", ""),
        }  # fmt: skip
        assert lists.tried(clinic=world.id, patient=home.patient, encounter=new()) == []

    def test_trying_in_vain_does_not_keep_it_from_the_next(self, world: World, home: Chair) -> None:
        due = call_item(world).due_at
        world.at = due
        not_reached(home)
        escalation.escalate_due(clinic=world.id, at=due + timedelta(minutes=1))
        assert (call_item(world).level, call_item(world).due_at) == (1, due)

    def test_a_fall_is_a_physicians(self, world: World, home: Chair) -> None:
        call(home, fell=True)
        assert "fall_review" in kinds(world)

    @pytest.mark.parametrize("said", [{"thoughts_of_death": True}, {"mood": 2}])
    def test_grave_words_open_the_path(
        self, world: World, home: Chair, said: dict[str, Any]
    ) -> None:
        assert call(home, **said)["alert"] is True
        assert risk.state(clinic=world.id, patient=home.patient) == "alert_open"

    @pytest.mark.parametrize(
        ("said", "field"),
        [
            ({"fell": None}, "fell"), ({"thoughts_of_death": None}, "thoughts_of_death"),
            ({"mood": None}, "mood"), ({"mood": 11}, "mood"), ({"pain": -1}, "pain"),
        ],
    )  # fmt: skip
    def test_what_was_not_asked_is_named(
        self, world: World, home: Chair, said: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            call(home, **said)
        assert refused.value.field == field
        assert "call_24h" in kinds(world)

    def test_refusals(self, world: World, home: Chair) -> None:
        with pytest.raises(PermissionDenied):
            call(home, who="front_desk")
        call(home)
        with pytest.raises(NotNow, match="No call"):
            call(home)
        with pytest.raises(NotFound):
            call(Chair(world, new(), home.patient))

    def test_the_list_itself_cannot_close_it(self, world: World, home: Chair) -> None:
        (item,) = [i for i in work_lists.waiting(clinic=world.id) if i.kind == "call_24h"]
        with pytest.raises(NotNow, match="own page"):
            worklist.finish(actor=world["infusion_nurse"], uid=new(), at=world.at, item=item.id)


def decide(made: Treated, outcome: str, *, who: str = "physician", **more: Any) -> str:
    done = followup.decide(
        actor=made.world[who], uid=new(), at=made.world.at, patient=made.patient,
        outcome=outcome, **{"reason": "as discussed", **more},
    )  # fmt: skip
    return str(done["state"])


class TestDecision:
    @pytest.mark.parametrize(
        ("outcome", "after"),
        [
            ("continue", "follow_up"), ("change", "consented"), ("booster", "maintenance"),
            ("step_down", "maintenance"), ("refer", "closed"), ("end", "closed"),
        ],
    )  # fmt: skip
    def test_each_outcome_leads_on(self, world: World, outcome: str, after: str) -> None:
        made = responder(world, weeks=())
        assert decide(made, outcome) == after
        row = Decision.of(world.id).get(kind="follow_up")
        assert (row.outcome, row.encounter.kind) == (outcome, "follow_up")

    @pytest.mark.parametrize(
        ("outcome", "kind"), [("change", "plan_wanted"), ("booster", "booster_wanted")]
    )
    def test_what_was_decided_waits_for_the_physician(
        self, world: World, outcome: str, kind: str
    ) -> None:
        made = responder(world, weeks=())
        decide(made, outcome)
        (item,) = [i for i in work_lists.waiting(clinic=world.id) if i.kind == kind]
        assert item.owner_role == "physician"
        assert item.due_at > world.at
        made.plan()
        assert "plan_wanted" not in kinds(world)

    @pytest.mark.parametrize("outcome", ["end", "refer"])
    def test_an_end_leaves_nothing_booked_and_nothing_to_send(
        self, world: World, outcome: str
    ) -> None:
        made = responder(world, weeks=())
        visit = booking.book(
            actor=world["front_desk"], uid=new(), at=world.at, patient=made.patient,
            wanted=Slot(starts_at=world.at + timedelta(days=9), kind="follow_up"), anyway=True,
        )  # fmt: skip
        system = permissions.system(world.id, "jobs")
        diary_link.ask(actor=system, patient=made.patient, at=world.at)
        decide(made, outcome)
        assert Appointment.of(world.id).get(pk=visit).status == "cancelled"
        waits = OutboxMessage.of(world.id).filter(patient_id=made.patient, state="waiting")
        assert set(waits.values_list("template", flat=True)) == {"appointment_cancelled"}
        assert not [kind for kind in kinds(world) if kind.startswith("book_")]

    def test_the_response_in_view_is_kept(self, world: World) -> None:
        made = responder(world)
        decide(made, "continue")
        (seen,) = Decision.of(world.id).get(kind="follow_up").findings
        assert (seen["responder"], seen["baseline"]["source"]) == ("yes", "diary")
        assert seen["relief_percent"] == pytest.approx(62.5)

    def test_a_visit_ends_a_series_that_still_runs(self, world: World) -> None:
        made = responder(world, weeks=())
        made.put("in_series")
        assert decide(made, "continue") == "follow_up"

    def test_the_booked_visit_is_the_one(self, world: World) -> None:
        made = responder(world, weeks=())
        visit = booking.book(
            actor=world["front_desk"], uid=new(), at=world.at, patient=made.patient,
            wanted=Slot(starts_at=world.later(days=1), kind="follow_up"), anyway=True,
        )  # fmt: skip
        decide(made, "continue", appointment=visit)
        assert Encounter.of(world.id).get(kind="follow_up").appointment_id == visit
        notes = AppointmentEvent.of(world.id).filter(appointment=visit).order_by("recorded_at")
        assert list(notes.values_list("kind", flat=True))[-2:] == ["arrived", "done"]
        world.later(days=2)
        assert bookings.not_come(clinic=world.id, at=world.at) == []
        with pytest.raises(NotFound):
            decide(made, "continue", appointment=new())

    def test_refusals(self, world: World) -> None:
        made = responder(world, weeks=())
        with pytest.raises(BadValue, match="outcome"):
            decide(made, "hope")
        with pytest.raises(BadValue, match="reason"):
            decide(made, "end", reason=" ")
        with pytest.raises(PermissionDenied):
            decide(made, "end", who="infusion_nurse")
        patient, episode = worlds.person(world, email="new@example.org")
        nobody = Treated(world, patient, episode)
        with pytest.raises(NotNow):
            decide(nobody, "end")
        assert not Decision.of(world.id).filter(kind="follow_up").exists()

    def test_a_decision_before_any_infusion_keeps_no_response(self, world: World) -> None:
        made = treated(world)
        made.put("follow_up")
        decide(made, "end")
        assert Decision.of(world.id).get(kind="follow_up").findings == []


class TestSeries:
    def test_the_last_infusion_ends_it_and_asks_for_the_visit(self, world: World) -> None:
        made = treated(world)
        plan = made.plan(sessions=2)
        made.put("in_series")
        for number, after in ((1, "in_series"), (2, "follow_up")):
            chair = made.infuse(plan, no=number)
            _complete(made, chair.encounter)
            assert made.state == after
        assert kinds(world).count("follow_up_visit") == 1
        assert _complete(made, chair.encounter) is False

    def test_a_visit_without_a_plan_ends_nothing(self, world: World) -> None:
        made = treated(world)
        made.put("in_series")
        assert _complete(made, made.infuse().encounter) is False

    def test_one_visit_is_asked_for_however_often_a_series_ends(self, world: World) -> None:
        made = responder(world, weeks=())
        for _ in range(2):
            made.put("in_series")
            episode = EpisodeOfCare.of(world.id).get(pk=made.episode)
            series.complete(episode=episode, actor=world["physician"], at=world.at)
        assert kinds(world).count("follow_up_visit") == 1

    def test_nothing_given_is_no_series(self, world: World) -> None:
        made = treated(world)
        made.plan()
        episode = EpisodeOfCare.of(world.id).get(pk=made.episode)
        with pytest.raises(NotNow, match="No infusion"):
            series.complete(episode=episode, actor=world["physician"], at=world.at)


def _complete(made: Treated, encounter: uuid.UUID) -> bool:
    visit = Encounter.of(made.world.id).select_related("plan").get(pk=encounter)
    return series.complete_if_last(
        encounter=visit, actor=made.world["infusion_nurse"], at=made.world.at
    )
