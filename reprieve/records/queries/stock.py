"""What a clinic holds of each controlled drug: by kind, by vial, and a vial's whole history."""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet, Sum

from reprieve.records import notes
from reprieve.records.models import LedgerEntry, Practitioner, Vial, VialState


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Kind:
    """Containers that look alike: drug, form, strength and volume by the label."""

    drug: str
    form: str
    strength_ug_per_ml: int
    volume_ul: int

    @property
    def key(self) -> str:
        """A name for a form's field."""
        return f"{self.drug}-{self.form}-{self.strength_ug_per_ml}-{self.volume_ul}"


@dataclass(frozen=True, slots=True, kw_only=True)
class VialView:
    """One vial as it stands now."""

    id: uuid.UUID
    kind: Kind
    lot: str
    serial: str
    expires_on: date
    received_at: datetime
    balance_ug: int
    is_open: bool

    @property
    def labelled_ug(self) -> int:
        """What it held by its label when it was full."""
        return self.kind.strength_ug_per_ml * self.kind.volume_ul // 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryView:
    """One line of a vial's ledger."""

    seq: int
    kind: str
    at: datetime
    change_ug: int
    balance_after_ug: int
    by: str
    witness: str
    encounter: uuid.UUID | None
    detail: dict[str, Any]
    note: str
    row_hash: str

    @property
    def reverses(self) -> int | None:
        """The number of the entry that this one takes back."""
        return self.detail.get("reverses")


def balances(*, clinic: uuid.UUID) -> dict[str, int]:
    """This function will return the micrograms held of each drug, from the vials' projections."""
    rows = VialState.of(clinic).filter(balance_ug__gt=0)
    summed = rows.values("drug").annotate(held=Sum("balance_ug")).order_by("drug")
    return {row["drug"]: row["held"] for row in summed}


def held(*, clinic: uuid.UUID) -> list[VialView]:
    """This function will list the vials that are not empty, soonest to expire first."""
    return _views(VialState.of(clinic).filter(balance_ug__gt=0))


def gone(*, clinic: uuid.UUID) -> list[VialView]:
    """This function will list the vials that left sealed, but for mistyped receipts."""
    rows = VialState.of(clinic).filter(balance_ug=0, is_open=False)
    return _views(rows.exclude(vial_id__in=mistyped(clinic=clinic)))


def opened(*, clinic: uuid.UUID) -> list[VialView]:
    """This function will list the open vials that are not empty."""
    return _views(VialState.of(clinic).filter(balance_ug__gt=0, is_open=True))


def for_drawing(*, clinic: uuid.UUID, kind: str = "") -> list[VialView]:
    """This function will list what may be drawn from: open vials first, soonest to expire next.

    `kind` is a drug; empty means every one.
    """
    found = [v for v in held(clinic=clinic) if not kind or v.kind.drug == kind]
    return sorted(found, key=lambda v: (not v.is_open, *_place(v)))


def vial(*, clinic: uuid.UUID, vial: uuid.UUID) -> VialView | None:
    """This function will return one vial, empty or not."""
    return next(iter(_views(VialState.of(clinic).filter(vial_id=vial))), None)


def history(*, clinic: uuid.UUID, vial: uuid.UUID) -> list[EntryView]:
    """This function will list every entry of a vial, oldest first."""
    rows = LedgerEntry.of(clinic).filter(vial_id=vial).select_related("note").order_by("seq")
    names: dict[Any, str] = dict(Practitioner.of(clinic).values_list("id", "name"))
    return [
        EntryView(
            seq=row.seq, kind=row.kind, at=row.recorded_at, change_ug=row.change_ug,
            balance_after_ug=row.balance_after_ug, by=names.get(row.by_id, ""),
            witness=names.get(row.witness_id, ""), encounter=row.encounter_id,
            detail=row.detail or {}, note=notes.read(row.note), row_hash=row.row_hash,
        )
        for row in rows
    ]  # fmt: skip


def kinds(*, clinic: uuid.UUID) -> list[Kind]:
    """This function will list every kind that was ever received, but for mistyped receipts."""
    columns = ("drug", "form", "strength_ug_per_ml", "volume_ul")
    rows = Vial.of(clinic).exclude(pk__in=mistyped(clinic=clinic)).order_by(*columns)
    return [Kind(**row) for row in rows.values(*columns).distinct()]


def mistyped(*, clinic: uuid.UUID) -> frozenset[uuid.UUID]:
    """This function will return the keys of vials whose receipt was taken back."""
    rows = LedgerEntry.of(clinic).filter(kind="receipt_reversed")
    return frozenset(rows.values_list("vial_id", flat=True))


def came_with(*, clinic: uuid.UUID, vial: uuid.UUID) -> list[VialView]:
    """This function will list the vials of one delivery that nobody has touched yet."""
    row = Vial.of(clinic).filter(pk=vial).first()
    if row is None:
        return []
    same = _unopened(clinic).filter(vial__lot=row.lot, vial__received_at=row.received_at)
    return [one for one in _views(same) if one.balance_ug == one.labelled_ug]


def sealed(*, clinic: uuid.UUID) -> dict[Kind, int]:
    """This function will count the sealed vials of each kind."""
    found = Counter(v.kind for v in _views(_unopened(clinic)))
    return dict(found)


def _unopened(clinic: uuid.UUID) -> QuerySet[VialState]:
    return VialState.of(clinic).filter(Q(balance_ug__gt=0) & Q(is_open=False))


def _views(rows: QuerySet[VialState]) -> list[VialView]:
    found = [
        VialView(
            id=row.vial_id,
            kind=Kind(
                drug=row.vial.drug, form=row.vial.form, volume_ul=row.vial.volume_ul,
                strength_ug_per_ml=row.vial.strength_ug_per_ml,
            ),
            lot=row.vial.lot, serial=row.vial.serial, expires_on=row.vial.expires_on,
            received_at=row.vial.received_at, balance_ug=row.balance_ug, is_open=row.is_open,
        )
        for row in rows.select_related("vial")
    ]  # fmt: skip
    return sorted(found, key=_place)


def _place(vial: VialView) -> tuple[date, str, int, str]:
    """Soonest to expire first; in a lot, vial 2 before vial 10."""
    return vial.expires_on, vial.lot, len(vial.serial), vial.serial
