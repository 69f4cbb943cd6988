"""What tests of orders share: a signed ketamine order of a visit, and acts under it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from reprieve.pathway import infusion
from reprieve.pathway.infusion import Happened
from reprieve.records.models import InfusionEvent, MedicationRequest
from tests.chairside import Chair, sit
from tests.house.stories import kept
from tests.world import World, new


@kept
def order(chair: Chair, **changes: Any) -> MedicationRequest:
    """This function will store an order: 20 mg/h over two hours, to 30 mg/h, 50 mg, 70 kg."""
    ketamine = {
        "drug": "ketamine", "form": "racemic", "max_dose_ug": 10_000, "max_total_ug": 50_000,
        "max_rate_ug_per_h": 30_000, "weight_g": 70_000,
        "steps": [{"start_min": 0, "end_min": 120, "rate_ug_per_h": 20_000}],
        "valid_until": chair.world.at + timedelta(hours=12),
    }  # fmt: skip
    return _store(chair, ketamine | changes)


@kept
def as_needed(chair: Chair, **changes: Any) -> MedicationRequest:
    """This function will order 1 mg of midazolam as needed: 5 mg in all, two minutes between."""
    rescue = {
        "drug": "midazolam", "as_needed": True, "max_dose_ug": 1_000, "max_total_ug": 5_000,
        "min_interval_min": 2, "valid_until": chair.world.at + timedelta(hours=8),
    }  # fmt: skip
    return _store(chair, rescue | changes)


def _store(chair: Chair, values: dict[str, Any]) -> MedicationRequest:
    world, who = chair.world, chair.world["physician"].practitioner
    visit = {
        "clinic_id": world.id, "patient_id": chair.patient, "encounter_id": chair.encounter,
        "route": "iv", "valid_from": world.at, "prescriber_id": who, "recorded_at": world.at,
        "by_id": who,
    }  # fmt: skip
    row: MedicationRequest = MedicationRequest.objects.add(**visit | values)
    return row


@dataclass
class Pump:
    """A chair whose acts go through their order."""

    chair: Chair

    @property
    def world(self) -> World:
        return self.chair.world

    def ask(self, kind: str, **more: Any) -> InfusionEvent:
        """Ask for an act, as a nurse presses it."""
        done = infusion.act(
            actor=self.world["infusion_nurse"], uid=new(), at=self.world.at,
            encounter=self.chair.encounter, happened=Happened(kind=kind, **more),
        )  # fmt: skip
        row: InfusionEvent = InfusionEvent.of(self.world.id).get(pk=uuid.UUID(done["event"]))
        return row

    def told(self, kind: str, **more: Any) -> InfusionEvent:
        """Enter an act that was already done."""
        return self.ask(kind, reported=True, **more)


@kept
def running(world: World, *, rate_mg_per_h: int = 20, **changes: Any) -> Pump:
    """This function will return an infusion that runs under an order."""
    chair = sit(world)
    order(chair, **changes)
    chair.start(rate_mg_per_h)
    return Pump(chair)


@kept
def calmed(world: World, **changes: Any) -> Chair:
    """This function will return an infusion that runs for 20 min, with midazolam as needed."""
    chair = sit(world)
    chair.start(20)
    as_needed(chair, **changes)
    world.later(minutes=20)
    return chair
