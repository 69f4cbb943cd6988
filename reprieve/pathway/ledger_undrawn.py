"""A controlled drug that was given and drawn nowhere: work that stays open until it is drawn.

At the bedside the drug comes first: nothing is refused, and what was charted stays. The item closes
by itself when the ledger gave what the chart says, or when the record is signed with a reason.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import infusion, worklist
from reprieve.pathway.errors import NotNow
from reprieve.pathway.infusion import Happened
from reprieve.pathway.permissions import NURSE, Actor
from reprieve.records.models import InfusionEvent, InfusionState, WorkItem
from reprieve.records.queries import portions, undrawn

ABOUT = "drugs_open"
WITHIN = timedelta(minutes=30)
FIRST = N_(
    "is needed: controlled drugs of this visit are not accounted for. Account for them, or say why "
    "not."
)
ANEW = N_(
    "Controlled drugs are not accounted for: who gave the care accounts for them, or signs again "
    "with the reason."
)


def settle(*, actor: Actor, at: datetime, encounter: uuid.UUID) -> None:
    """This function will open or close the visit's item inside an act that holds the visit."""
    missing = [
        u for u in undrawn.of_visit(clinic=actor.clinic, encounter=encounter)
        if u.drug != portions.KETAMINE
    ]  # fmt: skip
    item = _item(actor.clinic, encounter)
    if missing and item is None:
        worklist.open_item(
            actor=actor, at=at, kind=undrawn.ITEM, owner_role=NURSE, due_at=at + WITHIN,
            patient=missing[0].patient, encounter=encounter,
        )  # fmt: skip
    elif item is not None and not missing:
        worklist.close(actor=actor, at=at, item=item)


def _item(clinic: uuid.UUID, encounter: uuid.UUID) -> WorkItem | None:
    rows = WorkItem.of(clinic).select_for_update()
    return rows.filter(
        kind=undrawn.ITEM, encounter_id=encounter, state__in=worklist.OPEN
    ).first()


def open_drugs(*, clinic: uuid.UUID, encounter: uuid.UUID) -> dict[str, str]:
    """This function will map what is not accounted for to its drug: by its own key, for all time.

    Bags, syringes and tablets that nobody measured, and drugs that nobody drew.
    """
    found = portions.of_visit(clinic=clinic, encounter=encounter)
    left = {one.id.hex: one.drug for one in found if one.closed is None}
    missing = undrawn.of_visit(clinic=clinic, encounter=encounter)
    return left | {one.key: one.drug for one in missing}


def told(*, clinic: uuid.UUID, encounter: uuid.UUID) -> frozenset[str]:
    """This function will return what a reason on the record already speaks of."""
    rows = InfusionEvent.of(clinic).filter(encounter_id=encounter, kind="noted")
    details: list[Mapping[str, object]] = [d or {} for d in rows.values_list("detail", flat=True)]
    said = [d.get("drugs") for d in details if d.get("about") == ABOUT]
    return frozenset(key for keys in said if isinstance(keys, list) for key in keys)


def say_why(row: InfusionState, *, reason: str, actor: Actor, at: datetime) -> None:
    """This function will write why drugs stay open, before the care is signed.

    Raises BadValue without a reason; nothing is asked where all is accounted for.
    """
    left = open_drugs(clinic=row.clinic_id, encounter=row.encounter_id)
    if not left.keys() - told(clinic=row.clinic_id, encounter=row.encounter_id):
        return
    if not reason.strip():
        raise BadValue("reason", FIRST)
    said = Happened(kind="noted", note=reason, detail={"about": ABOUT, "drugs": sorted(left)})
    infusion.append(row, said, actor=actor, at=at)
    item = _item(row.clinic_id, row.encounter_id)
    if item is not None:
        worklist.close(actor=actor, at=at, item=item, text=reason)


def refuse_untold(row: InfusionState) -> None:
    """This function will refuse to close a record over drugs of which it says nothing."""
    left = open_drugs(clinic=row.clinic_id, encounter=row.encounter_id)
    if left.keys() - told(clinic=row.clinic_id, encounter=row.encounter_id):
        raise NotNow(ANEW)
