"""What the ledger's documents say: stock, every movement of a vial, and how each portion closed."""

from __future__ import annotations

import uuid
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from reprieve.records import notes
from reprieve.records.models import LedgerEntry, Portion, PortionEntry, Practitioner, Reconciliation
from reprieve.records.queries import origins, patients, stock
from reprieve.records.queries.origins import Origin
from reprieve.records.queries.portions import CAME
from reprieve.records.queries.stock import Kind, VialView


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """One line of an inventory: sealed containers of a kind, lot, maker and NDC, or an open vial.

    Maker and NDC are empty where nobody recorded them.
    """

    kind: Kind
    lot: str
    expires_on: date
    containers: int
    is_open: bool
    amount_ug: int
    manufacturer: str
    ndc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """One line of the dispensing log or of the other movements of a vial.

    For what was drawn for a patient, the given, wasted and unexplained amounts of the bag or
    syringe follow once it is accounted for; they stand on its first line alone.
    """

    at: datetime
    drug: str
    form: str
    strength_ug_per_ml: int
    vial: str
    kind: str
    change_ug: int
    balance_after_ug: int
    by: str
    witness: str
    patient: str
    address: str
    portion: str
    given_ug: int | None
    wasted_ug: int | None
    difference_ug: int | None
    detail: str
    reverses: int | None
    reason: str
    manufacturer: str
    ndc: str


def inventory(*, clinic: uuid.UUID) -> list[Held]:
    """This function will list what is held now, sealed containers together, open ones apart."""
    held = stock.held(clinic=clinic)
    came = origins.of_vials(clinic=clinic, vials=[vial.id for vial in held])
    alike: dict[Hashable, list[VialView]] = {}
    for vial in held:
        origin = came.get(vial.id, origins.UNKNOWN)
        made = (origin.manufacturer, origin.ndc)
        own = vial.id if vial.is_open else None
        alike.setdefault((vial.kind, vial.lot, vial.expires_on, made, own), []).append(vial)
    lines = [_line(some, came.get(some[0].id, origins.UNKNOWN)) for some in alike.values()]
    return sorted(lines, key=lambda h: (h.kind, h.expires_on, h.lot, h.ndc, h.manufacturer))


def _line(some: Sequence[VialView], came: Origin) -> Held:
    """One line for vials that are alike."""
    first = some[0]
    return Held(
        kind=first.kind, lot=f"{first.lot}/{first.serial}" if first.is_open else first.lot,
        expires_on=first.expires_on, containers=len(some), is_open=first.is_open,
        amount_ug=sum(vial.balance_ug for vial in some), manufacturer=came.manufacturer,
        ndc=came.ndc,
    )  # fmt: skip


def movements(
    *, clinic: uuid.UUID, start: datetime, end: datetime, encounter: uuid.UUID | None = None
) -> list[Movement]:
    """This function will list the movements of a time, or of one visit, oldest first."""
    rows = LedgerEntry.of(clinic).filter(recorded_at__gte=start, recorded_at__lt=end)
    if encounter is not None:
        rows = rows.filter(encounter_id=encounter)
    found = list(
        rows.exclude(kind__in=("opened", "counted"))
        .select_related("vial", "encounter", "note")
        .order_by("recorded_at", "vial_id", "seq")
    )
    names: dict[Any, str] = dict(Practitioner.of(clinic).values_list("id", "name"))
    people = _people(clinic, found)
    portions = _portions(clinic, found)
    came = origins.of_vials(clinic=clinic, vials=[row.vial_id for row in found])
    told: set[uuid.UUID] = set()
    return [
        _movement(row, names, people, portions, told, came=came.get(row.vial_id, origins.UNKNOWN))
        for row in found
    ]


def _people(clinic: uuid.UUID, found: Iterable[LedgerEntry]) -> dict[uuid.UUID, tuple[str, str]]:
    ids = {row.encounter.patient_id for row in found if row.encounter}
    views = patients.many(clinic=clinic, patients=sorted(ids))
    return {pk: (v.identity.full_name, v.identity.address) for pk, v in views.items()}


def _portions(
    clinic: uuid.UUID, found: Iterable[LedgerEntry]
) -> dict[uuid.UUID, tuple[Portion, Reconciliation | None]]:
    rows = PortionEntry.of(clinic).filter(source__in=[r.pk for r in found if r.kind in CAME])
    listed = rows.select_related("portion", "portion__closing")
    return {
        row.source_id: (row.portion, getattr(row.portion, "closing", None))
        for row in listed
        if row.source_id
    }


def _movement(
    row: LedgerEntry, names: dict[Any, str], people: dict[uuid.UUID, tuple[str, str]],
    portions: dict[uuid.UUID, tuple[Portion, Reconciliation | None]], told: set[uuid.UUID],
    *, came: Origin,
) -> Movement:  # fmt: skip
    portion, closing = portions.get(row.pk, (None, None))
    if portion is not None and portion.pk in told:
        closing = None
    elif portion is not None:
        told.add(portion.pk)
    name, address = people.get(row.encounter.patient_id, ("", "")) if row.encounter else ("", "")
    return Movement(
        at=row.recorded_at, drug=row.vial.drug, form=row.vial.form,
        strength_ug_per_ml=row.vial.strength_ug_per_ml, vial=f"{row.vial.lot}/{row.vial.serial}",
        kind=row.kind, change_ug=row.change_ug, balance_after_ug=row.balance_after_ug,
        by=names.get(row.by_id, ""), witness=_witness(row, closing, names), patient=name,
        address=address, portion=portion.pk.hex[:12].upper() if portion else "",
        given_ug=closing.given_ug if closing else None,
        wasted_ug=closing.wasted_ug if closing else None,
        difference_ug=closing.difference_ug if closing else None, detail=_detail(row),
        reverses=(row.detail or {}).get("reverses"),
        reason=notes.read(row.note) if row.kind in TOLD else "",
        manufacturer=came.manufacturer, ndc=came.ndc,
    )  # fmt: skip


def _witness(row: LedgerEntry, closing: Reconciliation | None, names: dict[Any, str]) -> str:
    return names.get(row.witness_id or (closing.witness_id if closing else None), "")


SHOWN = ("supplier", "supplier_dea", "receiver", "receiver_dea", "invoice", "manner", "reference",
         "reason", "cause")  # fmt: skip


# Entries whose reason is part of the paper: what was put right, and why.
TOLD = frozenset({"adjusted", "draw_reversed", "receipt_reversed"})


def _detail(row: LedgerEntry) -> str:
    """The paper behind a movement: who sent or got it, and the number of it."""
    said = row.detail or {}
    return ", ".join(str(said[name]) for name in SHOWN if said.get(name))
