"""Record only: alarms are written down as ever, and nobody is called."""

from __future__ import annotations

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import alarm_policy, alarms, feed, ticker
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import PermissionDenied
from reprieve.records.models import WorkItem
from reprieve.records.queries import settings
from tests.chairside import Chair, sent, sit
from tests.world import World, linked, new


@pytest.fixture
def chair(world: World) -> Chair:
    seated = sit(world)
    linked(world, seated.encounter)
    return seated


def choose(world: World, duty: str, *, reason: str = "central station", who: str = "") -> None:
    alarms.set_duty(
        actor=world[who or "medical_director"], uid=new(), at=world.at, duty=duty, reason=reason
    )


def unanswered(chair: Chair, raw: str) -> int:
    """A high alarm that nobody answers for two minutes: how many people are called."""
    world = chair.world
    for n in range(20):
        feed.receive([sent(world, raw=f"{raw}{n}", spo2=80)], clinic=world.id)
        world.later(seconds=6)
    ticker.tick_alarms(at_ms=ms(world.at))
    return int(WorkItem.of(world.id).filter(kind="alarm").count())


def test_nobody_is_called_and_everything_is_written_down(chair: Chair) -> None:
    world = chair.world
    choose(world, "record_only")
    assert alarm_policy.is_record_only(clinic=world.id, at=world.at)
    assert unanswered(chair, "a") == 0
    assert ("spo2", "high", "active") in chair.alarms
    choose(world, "secondary", reason="the station is gone")
    assert unanswered(chair, "b") > 0
    chosen = settings.newest(clinic=world.id, key=alarm_policy.DUTY, at=world.at)
    assert chosen is not None
    assert (chosen.value, chosen.reason) == ("secondary", "the station is gone")
    assert chosen.by


def test_what_stands_on_a_silent_monitor_calls_when_alarms_ring_again(chair: Chair) -> None:
    world = chair.world
    choose(world, "record_only")
    assert unanswered(chair, "a") == 0
    world.later(minutes=5)  # not a word from the monitor since
    ticker.tick_alarms(at_ms=ms(world.at))
    choose(world, "secondary", reason="the station is gone")
    world.later(minutes=2)
    ticker.tick_alarms(at_ms=ms(world.at))
    assert WorkItem.of(world.id).filter(kind="alarm").exists()


def test_only_the_medical_director_chooses_with_a_reason(world: World) -> None:
    assert settings.newest(clinic=world.id, key=alarm_policy.DUTY, at=world.at) is None
    with pytest.raises(PermissionDenied):
        choose(world, "record_only", who="manager")
    with pytest.raises(BadValue, match="reason: is needed"):
        choose(world, "record_only", reason=" ")
    with pytest.raises(BadValue, match="duty: unknown 'off'"):
        choose(world, "off")
    assert not alarm_policy.is_record_only(clinic=world.id, at=world.at)
