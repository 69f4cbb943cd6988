"""A monitor whose clock is wrong: seen, alarmed on, and never charted on the patient before."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from reprieve.pathway import feed, monitor_clocks, monitors
from reprieve.pathway.clock import ms
from reprieve.records import frames
from reprieve.records.models import Device, DeviceAssociation, ParkedMessage
from tests.chairside import Chair, sent, sit
from tests.world import World, linked, new

SLOW = timedelta(minutes=7)
WRONG = ("monitor", "medium", "active")
LOW = ("spo2", "high", "active")


@pytest.fixture
def chair(world: World) -> Chair:
    """A visit whose monitor has been linked for ten minutes."""
    found = sit(world)
    linked(world, found.encounter)
    world.later(minutes=10)
    return found


def says(world: World, *, off: timedelta, spo2: float = 97, wait_s: float = 5) -> str:
    """The monitor sends after a while, with the time of its own clock."""
    world.later(seconds=wait_s)
    shown = world.at + off
    message = sent(world, raw=shown.isoformat(), at=shown, spo2=spo2, heart_rate=70)
    return feed.receive([message], clinic=world.id)[0]


def charted(chair: Chair) -> list[int]:
    links = DeviceAssociation.objects.filter(encounter_id=chair.encounter)
    return sorted({v.at_ms for one in links for v in frames.read(one.pk)})


@pytest.mark.parametrize("off", [-SLOW, SLOW])
def test_a_wrong_clock_is_an_alarm_until_it_is_set(
    world: World, chair: Chair, off: timedelta
) -> None:
    says(world, off=off)
    says(world, off=off)
    assert WRONG not in chair.alarms  # it may still be late traffic
    says(world, off=off)
    assert WRONG in chair.alarms
    for _ in range(monitor_clocks.KEPT):
        says(world, off=timedelta(0))
    assert WRONG not in chair.alarms


def test_a_slow_clock_hides_no_low_oxygen_and_its_times_are_charted_as_sent(
    world: World, chair: Chair
) -> None:
    for _ in range(3):
        assert says(world, off=-SLOW) == "charted"
    assert LOW not in chair.alarms
    assert says(world, off=-SLOW, spo2=80, wait_s=1) == "charted"
    assert LOW in chair.alarms
    assert charted(chair)[-1] == ms(world.at - SLOW)


def test_values_repeated_after_an_outage_are_no_wrong_clock(world: World, chair: Chair) -> None:
    away = world.at
    world.later(minutes=5)
    for second in range(0, 300, 5):
        taken = away + timedelta(seconds=second)
        message = sent(world, raw=f"late {second}", at=taken, spo2=97, heart_rate=70)
        world.later(seconds=0.1)
        late = replace(message, received_ms=ms(world.at))
        assert feed.receive([late], clinic=world.id) == ["charted"]
    says(world, off=timedelta(0))
    assert WRONG not in chair.alarms


def test_the_next_patients_values_are_not_charted_on_the_one_before(
    world: World, chair: Chair
) -> None:
    for _ in range(3):
        says(world, off=-SLOW)
    before = charted(chair)
    nurse = world["infusion_nurse"]
    monitors.unlink(actor=nurse, uid=new(), at=world.at, encounter=chair.encounter)
    following = sit(world)
    monitors.link(
        actor=nurse, uid=new(), at=world.at, encounter=following.encounter,
        device=Device.of(world.id).get().pk,
    )  # fmt: skip
    assert says(world, off=-SLOW, spo2=80, wait_s=30) == "parked"
    assert (charted(chair), charted(following)) == (before, [])
    assert "clock is wrong" in ParkedMessage.objects.get(clinic_id=world.id).reason
    assert WRONG in following.alarms
    world.later(minutes=7)
    assert says(world, off=-SLOW) == "charted"
    assert charted(following) == [ms(world.at - SLOW)]


def test_a_small_difference_is_nobodys_business(world: World, chair: Chair) -> None:
    for _ in range(3):
        says(world, off=timedelta(seconds=-59))
    assert WRONG not in chair.alarms
    assert says(world, off=timedelta(seconds=-59), spo2=80) == "charted"
    assert LOW in chair.alarms
