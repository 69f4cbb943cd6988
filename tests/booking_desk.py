"""A clinic with chairs, patients and a signed plan, for tests of the calendar."""

from __future__ import annotations

import uuid
from datetime import datetime
from zoneinfo import ZoneInfo

from reprieve.pathway import booking, clinic
from reprieve.pathway.booking import Slot
from reprieve.records.models import CarePlan, EpisodeOfCare
from tests import world as w
from tests.house.stories import kept

NEW_YORK = ZoneInfo("America/New_York")
REGIMEN = "ketamine-0.5mgkg-40min-x6"


def at(day: int, hour: int, minute: int = 0, *, month: int = 3) -> datetime:
    """This function will return a moment on the clinic's clock in 2026; 9 March is a Monday."""
    return datetime(2026, month, day, hour, minute, tzinfo=NEW_YORK)


@kept
def chairs(world: w.World, count: int = 2) -> list[uuid.UUID]:
    """This function will give the clinic chairs."""
    return [
        clinic.add_chair(actor=world["admin"], uid=w.new(), at=world.at, name=f"Chair {n}")
        for n in range(1, count + 1)
    ]


@kept
def another(world: w.World, given: str) -> uuid.UUID:
    """This function will register somebody who shares nothing with the usual patient."""
    patient, _episode = w.person(world, given=given, family="Other", mrn="", phone="", email="")
    return patient


@kept
def plan(
    world: w.World, patient: uuid.UUID, episode: uuid.UUID, *, regimen: str = REGIMEN,
    sessions: int = 6,
) -> CarePlan:  # fmt: skip
    """This function will write a signed plan's row and bring the episode to its state."""
    EpisodeOfCare.of(world.id).filter(pk=episode).update(state="planned")
    row: CarePlan = CarePlan.objects.add(
        clinic_id=world.id, patient_id=patient, episode_id=episode, regimen=regimen,
        knowledge="test", sessions=sessions, recorded_at=world.at,
        by_id=world["physician"].practitioner,
    )  # fmt: skip
    return row


@kept
def book(world: w.World, patient: uuid.UUID, slot: Slot) -> uuid.UUID:
    """This function will book a visit as the desk does."""
    return booking.book(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, wanted=slot
    )


@kept
def book_anyway(world: w.World, patient: uuid.UUID, slot: Slot) -> uuid.UUID:
    """This function will book a visit at any hour of any day."""
    return booking.book(
        actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient, wanted=slot,
        anyway=True,
    )  # fmt: skip
