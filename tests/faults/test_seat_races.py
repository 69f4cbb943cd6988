"""Two at one moment in a room: no nurse has one too many, no chair or monitor has two."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reprieve.pathway import clinic, house, infusion, monitors, preparing
from reprieve.pathway.errors import Conflict, NotNow
from reprieve.pathway.infusion import Happened
from reprieve.records.models import Chair, Device, DeviceAssociation, InfusionState
from tests import gate_desk
from tests import world as worlds
from tests.chairside import quick_world, sit
from tests.faults.together import together
from tests.house.engines import Copy
from tests.world import World, new


@pytest.fixture
def world(fresh_database: Copy) -> Any:
    with quick_world() as made:
        yield made


def chair(world: World) -> uuid.UUID:
    return clinic.add_chair(
        actor=world["manager"], uid=new(), at=world.at, name="Window", bed="1", has_feed=True
    )


def live(world: World, **asked: Any) -> int:
    return InfusionState.of(world.id).filter(**asked).count()


def refused(answers: list[Any]) -> list[type]:
    return [type(answer) for answer in answers if isinstance(answer, Exception)]


def test_two_starts_do_not_both_take_the_last_nurse(world: World) -> None:
    visits = [gate_desk.arrived(world), gate_desk.arrived(world)]
    for visit in visits:
        visit.prepare_all()
    for _ in range(2):
        sit(world).start()
    for visit in visits:
        visit.people(nurses=1)
        assert visit.blocking == set()  # three patients for one nurse
    answers = together(lambda n: visits[n].start(), hands=2)
    assert refused(answers) == [NotNow]
    assert live(world, state="running") == 3


def test_a_patient_has_one_visit_under_way(world: World) -> None:
    patient = gate_desk.planned(world)

    def open_visit(_: int) -> uuid.UUID:
        return preparing.open_visit(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient
        )

    assert refused(together(open_visit)) == [Conflict] * 3
    assert live(world) == 1


def test_a_chair_holds_one_patient(world: World) -> None:
    seat, patients = chair(world), [gate_desk.planned(world) for _ in range(2)]

    def open_visit(number: int) -> uuid.UUID:
        return preparing.open_visit(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patients[number],
            chair=seat,
        )  # fmt: skip

    assert refused(together(open_visit, hands=2)) == [Conflict]
    assert live(world, chair=seat) == 1


def test_a_chair_is_not_taken_out_of_use_under_a_patient(world: World) -> None:
    seat, patient = chair(world), gate_desk.planned(world)

    def act(number: int) -> object:
        if number:
            return house.change_chair(
                actor=world["manager"], uid=new(), at=world.at, chair=seat, name="Window", bed="1",
                has_feed=True, active=False,
            )  # fmt: skip
        return preparing.open_visit(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, chair=seat
        )

    assert len(refused(together(act, hands=2))) == 1
    in_use = Chair.of(world.id).get(pk=seat).active
    assert live(world, chair=seat) == (1 if in_use else 0)


def test_two_do_not_move_into_one_chair(world: World) -> None:
    seat, sitting = chair(world), [sit(world), sit(world)]

    def move(number: int) -> object:
        return infusion.act(
            actor=world["infusion_nurse"], uid=new(), at=world.at,
            encounter=sitting[number].encounter, happened=Happened(kind="chair_moved", chair=seat),
        )  # fmt: skip

    assert refused(together(move, hands=2)) == [Conflict]
    assert live(world, chair=seat) == 1


def test_a_monitor_speaks_for_one_patient(world: World) -> None:
    sitting = [sit(world), sit(world)]
    link = worlds.linked(world, sitting[0].encounter)
    monitors.unlink(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=sitting[0].encounter
    )
    device = Device.of(world.id).get(pk=link.device_id)

    def speak(number: int) -> None:
        monitors.link(
            actor=world["infusion_nurse"], uid=new(), at=world.at,
            encounter=sitting[number].encounter, device=device.pk,
        )  # fmt: skip

    assert refused(together(speak, hands=2)) == [Conflict]
    assert DeviceAssociation.objects.filter(device=device, until_ms__isnull=True).count() == 1
