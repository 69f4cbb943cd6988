"""What tests of drugs on the chart share: to give one, to put it right, to take it back."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from reprieve.pathway import charting_drug, retracting
from reprieve.pathway.charting_drug import Dose
from reprieve.records.models import MedicationAdministration
from tests.chairside import Chair
from tests.world import new

WHY = "meant for the next chair"


def act(chair: Chair, who: str = "infusion_nurse") -> dict[str, Any]:
    return {"actor": chair.world[who], "uid": new(), "at": chair.world.at,
            "encounter": chair.encounter}  # fmt: skip


def give(
    chair: Chair, drug: str = "midazolam", mg: str = "1", *, corrects: uuid.UUID | None = None,
    note: str = "", who: str = "infusion_nurse", uid: uuid.UUID | None = None,
    route: str = "iv", **more: Any,
) -> uuid.UUID:  # fmt: skip
    """This function will chart a drug, or what is right in the place of an entry."""
    if corrects and not note:
        note = "took the other ampoule"
    dose = Dose(drug=drug, dose=Decimal(mg), route=route, note=note, **more)
    done = charting_drug.give(
        dose=dose, corrects=corrects, **{**act(chair, who), "uid": uid or new()}
    )
    return uuid.UUID(done["id"])


def take_back(chair: Chair, entry: uuid.UUID, **more: Any) -> MedicationAdministration:
    """This function will say that a drug was not given, and return the entry that says so."""
    asked = {**act(chair), "entry": entry, "reason": WHY, **more}
    return row(chair, retracting.drug(**asked)["id"])


def row(chair: Chair, pk: Any) -> MedicationAdministration:
    found: MedicationAdministration = MedicationAdministration.of(chair.world.id).get(pk=pk)
    return found
