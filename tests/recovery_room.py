"""What tests of recovery share: an infusion that has ended, and a patient who is well again."""

from __future__ import annotations

import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

from reprieve.pathway import booking, charting, charting_drug, discharge, recovery, signing
from reprieve.pathway.booking import Slot
from reprieve.pathway.charting_drug import Dose
from reprieve.pathway.discharge import Leaving
from reprieve.pathway.recovery import Seen
from tests import order_desk
from tests.chairside import Chair, sit
from tests.house.stories import kept
from tests.world import PASSWORD, World, new

WELL = {"sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14, "rass": 0}
SCORES: dict[str, dict[str, int]] = {
    "modified-aldrete": {
        "activity": 2, "respiration": 2, "circulation": 2, "consciousness": 2, "oxygen": 2,
    },
    "padss": {"vitals": 2, "ambulation": 2, "nausea": 2, "pain": 2, "bleeding": 2},
    "orientation": {"name": 1, "place": 1, "date": 1, "situation": 1},
}  # fmt: skip
TOLD = {
    "nausea_controlled": True, "walks_as_before": True, "escort_present": True,
    "on_oxygen": False, "iv_removed": True, "written_instructions_given": True,
    "function_at_baseline": True, "suicidal_statement": False,
}  # fmt: skip


@kept
def recovering(world: World, *, minutes: int = 0, **order: Any) -> Chair:
    """This function will end an infusion of two hours, `minutes` ago."""
    chair = sit(world)
    order_desk.order(chair, **order)
    measure(chair)
    world.later(minutes=5)
    chair.start(20)
    world.later(hours=2)
    chair.do("ended")
    world.later(minutes=minutes)
    return chair


@kept
def measure(chair: Chair, **values: int) -> None:
    charting.save_set(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter,
        values={k: Decimal(v) for k, v in {**WELL, **values}.items()},
    )  # fmt: skip


def seen(**changes: Any) -> Seen:
    """This function will make a look at a patient who is well; `told`... change one answer."""
    told = {k: v for k, v in {**TOLD, **changes.pop("told", {})}.items() if v is not None}
    values = {k: Decimal(v) for k, v in {**WELL, "pain": 2, **changes.pop("values", {})}.items()}
    scores = {**SCORES, **changes.pop("scores", {})}
    return Seen(values=values, scores=scores, told=told, **changes)


@kept
def look(chair: Chair, what: Seen | None = None, who: str = "infusion_nurse") -> dict[str, Any]:
    return recovery.record(
        actor=chair.world[who], uid=new(), at=chair.world.at, encounter=chair.encounter,
        seen=what or seen(),
    )  # fmt: skip


@kept
def arrange(chair: Chair) -> None:
    """This function will do what has to be done besides measuring: escort, advice, visit."""
    world = chair.world
    recovery.name_escort(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
        name="Olga Invented", phone="+1 555 0100",
    )  # fmt: skip
    recovery.advise(
        actor=world["physician"], uid=new(), at=world.at, encounter=chair.encounter,
        text="Usual morning dose tomorrow; tonight half.",
    )  # fmt: skip
    wanted = Slot(starts_at=world.at + timedelta(days=21), kind="follow_up")
    booking.book(
        actor=world["front_desk"], uid=new(), at=world.at, patient=chair.patient, wanted=wanted,
        anyway=True,
    )  # fmt: skip


@kept
def ready(world: World) -> Chair:
    """This function will bring a patient to the door: everything measured, asked and arranged."""
    chair = recovering(world, minutes=65)
    arrange(chair)
    look(chair)
    return chair


def held(chair: Chair) -> frozenset[str]:
    return recovery.standing(
        clinic=chair.world.id, encounter=chair.encounter, at=chair.world.at
    )[1]


@kept
def leave(
    chair: Chair, way: str = "home", *, who: str = "infusion_nurse", reason: str = "",
    password: str = PASSWORD, caller: uuid.UUID | None = None, uid: uuid.UUID | None = None,
) -> dict[str, Any]:  # fmt: skip
    return discharge.discharge(
        actor=chair.world[who], uid=uid or new(), at=chair.world.at, encounter=chair.encounter,
        leaving=Leaving(way=way, reason=reason, caller=caller), password=password,
    )  # fmt: skip


def sign_off(chair: Chair) -> None:
    """This function will sign the care, then the record, which closes it."""
    for meaning, who in (("care", "infusion_nurse"), ("record", "physician")):
        signing.sign(
            actor=chair.world[who], uid=new(), at=chair.world.later(seconds=1),
            encounter=chair.encounter, meaning=meaning, password=PASSWORD,
        )  # fmt: skip


@kept
def given(chair: Chair, drug: str, dose: str, route: str = "iv") -> None:
    """This function will enter a drug that was given without an order."""
    charting_drug.give(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter,
        dose=Dose(drug=drug, dose=Decimal(dose), route=route, reported=True),
    )  # fmt: skip


def decide(encounter: uuid.UUID, world: World, *, rule: str, reason: str = "usual for her") -> None:
    """This function will let a patient go against a finding, as the physician."""
    recovery.override(
        actor=world["physician"], uid=new(), at=world.at, encounter=encounter, rule=rule,
        reason=reason,
    )  # fmt: skip
