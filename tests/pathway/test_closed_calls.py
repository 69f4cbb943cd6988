"""A call after 24 hours whose day is closed afterwards is somebody's: a nurse says whose."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from reprieve.pathway import closed_calls, closed_days, followup, worklist
from reprieve.pathway.followup import Call
from reprieve.records.queries import closed_calls as queries
from reprieve.records.queries import worklist as lists
from tests import booking_desk as desk
from tests import world as w
from tests.chairside import Chair
from tests.recovery_room import leave, ready
from tests.world import World, new


@pytest.fixture
def world(db: None) -> World:
    return w.found()


@pytest.fixture
def home(world: World) -> Chair:
    """Discharged today: nobody is named for the call of tomorrow."""
    chair = ready(world)
    leave(chair)
    return chair


def tomorrow(world: World) -> date:
    return (world.at + timedelta(days=1)).astimezone(desk.NEW_YORK).date()


def change(world: World, day: date, *, what: str = "close") -> None:
    more = {"reason": "new floor"} if what == "close" else {}
    getattr(closed_days, what)(
        actor=world["manager"], uid=new(), at=world.later(minutes=1), first=day, last=day, **more
    )


def waits(world: World) -> list[lists.WorkView]:
    return [one for one in lists.waiting(clinic=world.id) if one.kind == closed_calls.KIND]


def found(world: World) -> list[queries.Unowned]:
    return queries.unowned(clinic=world.id, at=world.at)


def name(world: World, text: str) -> None:
    worklist.finish(
        actor=world["infusion_nurse"], uid=new(), at=world.later(minutes=1),
        item=waits(world)[0].id, text=text,
    )  # fmt: skip


def test_a_call_on_a_day_that_is_closed_becomes_the_nurses_work(home: Chair) -> None:
    world = home.world
    assert found(world) == []
    change(world, tomorrow(world))
    (item,) = waits(world)
    assert (item.owner_role, item.patient, item.encounter) == (
        "infusion_nurse", home.patient, home.encounter,
    )  # fmt: skip
    assert item.due_at == world.at + closed_calls.WITHIN
    (call,) = found(world)
    assert (call.encounter, call.named, call.day.reason) == (home.encounter, None, "new floor")


def test_it_is_due_before_the_call(home: Chair) -> None:
    world = home.world
    day = tomorrow(world)
    (call,) = [one for one in lists.waiting(clinic=world.id) if one.kind == "call_24h"]
    world.at = call.due_at - timedelta(hours=1)
    change(world, day)
    assert waits(world)[0].due_at == call.due_at


def test_another_day_or_a_named_caller_asks_nobody(world: World) -> None:
    chair = ready(world)
    leave(chair, caller=world["infusion_nurse"].practitioner)
    change(world, tomorrow(world))
    assert (waits(world), found(world)) == ([], [])


def test_a_day_that_no_call_falls_on_asks_nobody(home: Chair) -> None:
    change(home.world, tomorrow(home.world) + timedelta(days=1))
    assert (waits(home.world), found(home.world)) == ([], [])


def test_who_was_named_is_shown_and_asked_no_more(home: Chair) -> None:
    world = home.world
    day = tomorrow(world)
    change(world, day)
    name(world, "Ana calls from home")
    assert [one.named for one in found(world)] == ["Ana calls from home"]
    change(world, day + timedelta(days=1))
    assert waits(world) == []


def test_a_try_before_its_day_names_nobody(home: Chair) -> None:
    world = home.world
    day = tomorrow(world)
    change(world, day)
    followup.call(
        actor=world["physician"], uid=new(), at=world.later(minutes=1),
        encounter=home.encounter, said=Call(reached=False),
    )  # fmt: skip
    assert [one.named for one in found(world)] == [None]
    change(world, day + timedelta(days=1))
    assert len(waits(world)) == 1


def test_a_day_that_was_closed_before_is_no_news(world: World) -> None:
    """Who calls was asked at discharge; who goes to hospital needs no name."""
    chair = ready(world)
    change(world, tomorrow(world))
    world.later(minutes=1)
    leave(chair, way="hospital", reason="a fall")
    assert found(world) == []
    change(world, tomorrow(world) + timedelta(days=1))
    assert waits(world) == []


def test_a_day_taken_back_ends_it_and_closed_again_it_is_asked_anew(home: Chair) -> None:
    world = home.world
    day = tomorrow(world)
    change(world, day)
    change(world, day, what="open_again")
    assert (waits(world), found(world)) == ([], [])
    change(world, day)
    name(world, "Ana calls from home")
    change(world, day, what="open_again")
    change(world, day)
    assert len(waits(world)) == 1
    assert [one.named for one in found(world)] == [None]


def test_the_call_that_was_made_ends_it(home: Chair) -> None:
    world = home.world
    change(world, tomorrow(world))
    world.later(hours=20)
    followup.call(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=home.encounter,
        said=Call(reached=True, fell=False, thoughts_of_death=False, mood=6),
    )  # fmt: skip
    assert (waits(world), found(world)) == ([], [])
