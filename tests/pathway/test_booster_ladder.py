"""The clinic's ladder of boosters spaces what is proposed, and its director approves it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import approval, booster_ladder
from reprieve.pathway import clinic as clinics
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import PermissionDenied
from reprieve.records.models import AuditEvent
from reprieve.records.queries import ladders
from reprieve.scheduling.boosters import Step
from tests import world as worlds
from tests.chairside import quick_world
from tests.treated import responder
from tests.world import World, new

SLOWER = (
    Step(every_n_days=21, count=3, sessions_per_visit_block=1, window_days=3),
    Step(every_n_days=120, count=0, sessions_per_visit_block=1, window_days=10),
)
FASTER = (Step(every_n_days=10, count=0, sessions_per_visit_block=2, window_days=0),)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


def choose(world: World, steps: tuple[Step, ...], **more: Any) -> None:
    at, who = world.later(seconds=1), more.pop("who", "medical_director")
    seen = approval.version(clinic=world.id, keys=[ladders.LADDER], at=at)
    gap = more.pop("gap", 7)
    asked = Approval(
        actor=world[who], uid=new(), at=at, password=worlds.PASSWORD, seen=seen, **more
    )
    booster_ladder.set_ladder(asked, steps=steps, min_gap_days=gap)


def test_it_spaces_what_is_proposed(world: World) -> None:
    made = responder(world)
    place = {"clinic": world.id, "patient": made.patient}
    before = ladders.next_due(**place, at=world.at)
    choose(world, SLOWER)
    after = ladders.next_due(**place, at=world.at)
    assert before is not None
    assert after is not None
    assert (after.day - before.day).days == 21 - 14
    assert (before.sessions, after.sessions) == (2, 1)
    assert "21" in str(after.because)


def test_looser_needs_a_reason_and_the_director(world: World) -> None:
    with pytest.raises(BadValue, match="reason: is needed: it gives more"):
        choose(world, FASTER)
    with pytest.raises(BadValue, match="count_1"):
        choose(world, (replace(FASTER[0], count=2),), reason="why")
    with pytest.raises(PermissionDenied):
        choose(world, SLOWER, who="manager")
    assert ladders.in_force(clinic=world.id, at=world.at) == booster_ladder.shipped()
    choose(world, FASTER, reason="as the ward does it")
    assert ladders.in_force(clinic=world.id, at=world.at).steps == FASTER


def test_the_default_comes_back_and_what_held_before_stays(world: World) -> None:
    usual = booster_ladder.shipped()
    choose(world, SLOWER, gap=10)
    then = world.at
    choose(world, usual.steps, gap=usual.min_gap_days)
    assert ladders.in_force(clinic=world.id, at=world.at) == usual
    assert ladders.in_force(clinic=world.id, at=then).min_gap_days == 10
    lines = AuditEvent.objects.filter(clinic=world.id, action=approval.ACT).order_by("id")
    assert [line.detail[ladders.LADDER]["after"] == {} for line in lines] == [False, True]


def test_the_shipped_one_says_where_it_comes_from() -> None:
    assert "Medscape" in booster_ladder.source()


def test_a_shipped_one_may_be_named(world: World) -> None:
    clinics.choose(
        actor=world["manager"], uid=new(), at=world.at, key=ladders.LADDER,
        value="crps-practice-early",
    )  # fmt: skip
    assert ladders.in_force(clinic=world.id, at=world.at).min_gap_days == 5
