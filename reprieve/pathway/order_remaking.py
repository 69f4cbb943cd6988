"""Whether the orders of a visit may be made from its plan once more, and by whom.

A nurse carries a plan out. What a doctor ordered since then stands until a doctor orders again:
else a lowered rate came back with one press, in the name of who signed the plan.
"""

from __future__ import annotations

import uuid

from reprieve.knowledge import N_
from reprieve.pathway import orders, signatures
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import DOCTORS, Actor
from reprieve.records.models import InfusionState, MedicationRequest

BEGUN = N_("The infusion has begun: a doctor signs a new order, or gives one by voice.")
ORDERED_SINCE = N_(
    "A doctor ordered for this visit since the plan: only a doctor's new order replaces it."
)


def refusal(*, actor: Actor, encounter: uuid.UUID) -> str:
    """This function will say why a person may not make the orders from the plan; '' if they may.

    A doctor always may: what they make they sign.
    """
    if actor.roles & DOCTORS:
        return ""
    row = InfusionState.of(actor.clinic).filter(encounter_id=encounter).first()
    return _refusal(actor.clinic, encounter, row)


def refuse(*, clinic: uuid.UUID, encounter: uuid.UUID) -> None:
    """This function will raise NotNow when a nurse may not make the orders, inside an act.

    The infusion's row is locked: nobody starts it between this look and the order's row.
    """
    rows = InfusionState.of(clinic).select_for_update()
    if said := _refusal(clinic, encounter, rows.filter(encounter_id=encounter).first()):
        raise NotNow(said)


def is_a_doctors(row: MedicationRequest) -> bool:
    """This function will tell whether a doctor gave this very order: signed it, or by voice."""
    return row.verbal or signatures.is_signed(clinic=row.clinic_id, subject=row.pk)


def _refusal(clinic: uuid.UUID, encounter: uuid.UUID, row: InfusionState | None) -> str:
    if row is not None and row.state != "prepared":
        return BEGUN
    order = orders.session_order(clinic=clinic, encounter=encounter)
    return ORDERED_SINCE if order is not None and is_a_doctors(order) else ""
