"""Who is called, when and how: steps approved, people named, messages without a patient."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import (
    alarm_calls,
    alarm_policy,
    approval,
    clinic,
    messages,
    risk,
    risk_call,
    ticker,
    who_is_called,
)
from reprieve.pathway.approval import Approval
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.permissions import DIRECTOR, NURSE, PHYSICIAN
from reprieve.pathway.who_is_called import Step
from reprieve.records.models import OutboxMessage, Practitioner, WorkItem
from reprieve.records.queries import worklist as lists
from tests import world as worlds
from tests.chairside import quick_world
from tests.pathway.test_alarms import told
from tests.world import World, new

QUICKER = [Step(after_s=20, role=NURSE), Step(after_s=40, role=PHYSICIAN),
           Step(after_s=90, role=DIRECTOR)]  # fmt: skip


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


@pytest.fixture
def encounter(world: World) -> uuid.UUID:
    return worlds.prepared(world, *worlds.person(world))


def asked(world: World, *keys: str, who: str = "medical_director", **more: Any) -> Approval:
    at = world.later(seconds=1)
    given = {"password": worlds.PASSWORD, "reason": "",
             "seen": approval.version(clinic=world.id, keys=keys, at=at)}  # fmt: skip
    return Approval(actor=world[who], uid=new(), at=at, **{**given, **more})


def set_steps(world: World, *wanted: Step, **more: Any) -> None:
    who_is_called.set_steps(asked(world, alarm_policy.ESCALATION, **more), wanted=wanted)


def on_call(world: World, *roles: str, who: str = "manager") -> None:
    called = [person for role in roles if (person := world[role].practitioner)]
    who_is_called.set_on_call(
        actor=world[who], uid=new(), at=world.later(seconds=1), called=called
    )


def sent(world: World) -> list[tuple[str, str, str, dict[str, Any]]]:
    rows = OutboxMessage.of(world.id).order_by("created_at", "id")
    return [(row.template, row.channel, *messages.content(row)) for row in rows]


class TestSteps:
    def test_the_defaults_hold_until_others_are_approved(self, world: World) -> None:
        usual = who_is_called.default_steps()
        assert [(s.after_s, s.role) for s in usual] == [
            (30, NURSE), (60, PHYSICIAN), (120, DIRECTOR),
        ]  # fmt: skip
        assert who_is_called.steps(clinic=world.id, at=world.at) == usual
        set_steps(world, *QUICKER)
        assert list(who_is_called.steps(clinic=world.id, at=world.at)) == QUICKER
        ladder = alarm_policy.ladder(clinic=world.id, at=world.at)
        assert ladder[-1].to == "second physician or medical director, emergency card"
        set_steps(world)
        assert who_is_called.steps(clinic=world.id, at=world.at) == usual
        assert len(alarm_policy.ladder(clinic=world.id, at=world.at)) == 4

    @pytest.mark.parametrize(
        ("wanted", "says"),
        [
            ([Step(after_s=30, role=NURSE)], "last step"),
            ([Step(after_s=0, role=PHYSICIAN)], "1 to 600"),
            ([Step(after_s=601, role=PHYSICIAN)], "1 to 600"),
            ([Step(after_s=60, role="front_desk")], "whom each step"),
            ([Step(after_s=60, role=NURSE), Step(after_s=60, role=PHYSICIAN)], "later than"),
        ],
    )
    def test_what_is_no_ladder_is_refused(
        self, world: World, wanted: list[Step], says: str
    ) -> None:
        with pytest.raises(BadValue, match=says):
            set_steps(world, *wanted, reason="why")

    def test_calling_later_needs_a_reason_and_nobody_but_the_director(self, world: World) -> None:
        slow = [Step(after_s=30, role=NURSE), Step(after_s=90, role=PHYSICIAN)]
        with pytest.raises(BadValue, match="later than by default"):
            set_steps(world, *slow)
        with pytest.raises(PermissionDenied):
            set_steps(world, *QUICKER, who="manager")
        set_steps(world, *slow, reason="a team of its own")
        assert list(who_is_called.steps(clinic=world.id, at=world.at)) == slow


class TestDeadlines:
    def test_shorter_is_free_and_longer_needs_a_reason(self, world: World) -> None:
        def choose(key: str, minutes: int, **more: Any) -> None:
            who_is_called.set_deadlines(asked(world, key, **more), minutes={key: minutes})

        choose(risk_call.CLOSED_KEY, 30)
        choose(risk_call.OPEN_KEY, 10)
        noon = world.at
        assert (risk_call.deadline(clinic=world.id, at=noon) - noon).seconds == 600
        for minutes, says in ((20, "longer than the default"), (61, "no time that is safe")):
            with pytest.raises(BadValue, match=says):
                choose(risk_call.OPEN_KEY, minutes)
        choose(risk_call.OPEN_KEY, 20, reason="two sites")


class TestPeople:
    def test_the_order_is_kept_and_nobody_is_the_default(self, world: World) -> None:
        on_call(world, "infusion_nurse", "physician")
        found = risk_call.on_call(clinic=world.id, at=world.at)
        assert [m.id for m in found] == [
            world["infusion_nurse"].practitioner, world["physician"].practitioner,
        ]  # fmt: skip
        on_call(world)
        found = risk_call.on_call(clinic=world.id, at=world.at)
        assert [m.id for m in found] == [world["physician"].practitioner]

    def test_only_clinicians_and_each_once(self, world: World) -> None:
        with pytest.raises(BadValue, match="clinicians"):
            on_call(world, "front_desk")
        with pytest.raises(BadValue, match="at least one doctor"):
            on_call(world, "infusion_nurse")
        with pytest.raises(BadValue, match="twice"):
            on_call(world, "physician", "physician")
        with pytest.raises(PermissionDenied):
            on_call(world, "physician", who="infusion_nurse")


class TestMessages:
    def test_who_is_called_about_an_alarm_gets_a_message_without_a_patient(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        on_call(world, "physician", "infusion_nurse")
        told(world, encounter, "spo2", 80)
        start = ms(world.at)
        ticker.tick_alarms(at_ms=start + 31_000)
        assert sent(world) == []  # the nurses hear the board
        ticker.tick_alarms(at_ms=start + 61_000)
        [(template, channel, to, params)] = sent(world)
        assert (template, channel) == ("alarm_call", "mail")
        assert to == world.emails["physician"]
        assert set(params) == {"chair", "since"}
        ticker.tick_alarms(at_ms=start + 121_000)
        later = {to for _t, _c, to, _p in sent(world)[1:]}
        assert world.emails["infusion_nurse"] in later  # second on call
        assert len(later) == 2  # and the medical director
        owners = {w.owner_role: w.owner for w in lists.waiting(clinic=world.id)}
        assert owners[PHYSICIAN] == world["physician"].practitioner
        ticker.tick_alarms(at_ms=start + 300_000)
        assert len(sent(world)) == 3  # one call, one message

    def test_a_nurse_who_is_first_on_call_does_not_stand_in_for_the_doctor(
        self, world: World, encounter: uuid.UUID
    ) -> None:
        on_call(world, "infusion_nurse", "physician")
        told(world, encounter, "spo2", 80)
        ticker.tick_alarms(at_ms=ms(world.at) + 61_000)
        assert [to for _t, _c, to, _p in sent(world)] == [world.emails["physician"]]
        [item] = [w for w in lists.waiting(clinic=world.id) if w.owner_role == PHYSICIAN]
        assert item.owner == world["physician"].practitioner

    def test_nobody_is_messaged_where_nobody_can_be(self, world: World) -> None:
        world.later(seconds=1)
        worlds.take_role(world, "physician", PHYSICIAN)
        worlds.take_role(world, "medical_director", DIRECTOR)
        worlds.take_role(world, "admin", DIRECTOR)
        encounter = worlds.prepared(world, *worlds.person(world))
        told(world, encounter, "spo2", 80)
        ticker.tick_alarms(at_ms=ms(world.at) + 121_000)
        assert sent(world) == []
        assert WorkItem.of(world.id).filter(kind=alarm_calls.KIND).count() == 3

    def test_a_text_goes_too_where_there_is_a_number_and_a_gateway(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        patient, _episode = worlds.person(world)
        Practitioner.of(world.id).filter(pk=world["physician"].practitioner).update(
            phone="+15550100111"
        )
        monkeypatch.setenv(messages.GATEWAY, "https://texts.example")
        risk.report(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, text="said so"
        )
        assert {(t, channel, to) for t, channel, to, _p in sent(world)} == {
            ("clinician_review", "mail", world.emails["physician"]),
            ("clinician_review", "sms", "+15550100111"),
        }

    def test_somebody_who_left_is_called_no_more(self, world: World) -> None:
        clinic.choose(
            actor=world["manager"], uid=new(), at=world.at, key=risk_call.ON_CALL,
            value=[str(uuid.uuid4())],
        )  # fmt: skip
        found = alarm_calls.people_called(clinic=world.id, role=PHYSICIAN, at=world.at)
        assert [m.id for m in found] == [world["physician"].practitioner]
