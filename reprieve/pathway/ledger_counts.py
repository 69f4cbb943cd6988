"""Counting everything held, blind: two people count before the ledger says what it expects."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.clinical import controlled
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import ledger, ledger_losses
from reprieve.pathway.acts import Done
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records.models import StockCount, Vial
from reprieve.records.queries import stock
from reprieve.records.queries.stock import Kind

OCCASIONS = {
    "shift": N_("change of shift"),
    "initial": N_("initial inventory"),
    "biennial": N_("inventory every two years"),
    "other": N_("another occasion"),
}
BUSINESS = {"open": N_("opening of business"), "close": N_("close of business")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What was found: sealed containers of each kind, and what each open vial holds, in mL."""

    sealed: Mapping[Kind, int]
    opened: Mapping[uuid.UUID, Decimal] = field(default_factory=dict)


def count(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, occasion: str, business: str,
    counted: Counted,
) -> bool:  # fmt: skip
    """This function will keep a count and tell whether it agrees with the ledger.

    Every kind that the ledger knows and every open vial must be counted, nought included; a
    difference opens a discrepancy. Raises BadValue naming what was left out.
    """
    if occasion not in OCCASIONS:
        raise BadValue("occasion", f"must be one of {', '.join(OCCASIONS)}")
    if business not in BUSINESS:
        raise BadValue("business", f"must be one of {', '.join(BUSINESS)}")

    def work(book: Book) -> Done:
        lines = [*_sealed(book, counted), *_opened(book, counted)]
        agrees = all(line["agrees"] for line in lines)
        row = book.add(
            StockCount, occasion=occasion, business=business, lines=lines, agrees=agrees,
            witness_id=book.witness, knowledge=controlled.file().version,
        )  # fmt: skip
        for line in lines:
            if not line["agrees"]:
                ledger_losses.discrepancy(
                    book, kind="count", drug=line["drug"], difference_ug=_missing_ug(line),
                    count=row, vial_id=uuid.UUID(line["vial"]) if "vial" in line else None,
                )  # fmt: skip
        return book.done("count", kind="stock_count", subject=row.pk, result={"agrees": agrees})

    done = ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)
    return bool(done["agrees"])


def _sealed(book: Book, counted: Counted) -> Iterator[dict[str, Any]]:
    held = stock.sealed(clinic=book.actor.clinic)
    for kind in stock.kinds(clinic=book.actor.clinic):
        found = counted.sealed.get(kind)
        if found is None or found < 0:
            raise BadValue(kind.key, N_("was not counted"))
        yield {
            "drug": kind.drug, "form": kind.form, "expected": held.get(kind, 0), "counted": found,
            "strength_ug_per_ml": kind.strength_ug_per_ml, "volume_ul": kind.volume_ul,
            "agrees": found == held.get(kind, 0),
        }  # fmt: skip


def _opened(book: Book, counted: Counted) -> Iterator[dict[str, Any]]:
    for view in stock.opened(clinic=book.actor.clinic):
        volume_ml = counted.opened.get(view.id)
        if volume_ml is None:
            raise BadValue(str(view.id), N_("was not counted"))
        vial: Vial = ledger.locked_vial(clinic=book.actor.clinic, vial=view.id)
        balance_ug = ledger.state_of(vial).balance_ug
        volume_ul = controlled.whole(volume_ml, field=str(view.id), allow_nought=True)
        found_ug = controlled.ug(volume_ul, strength_ug_per_ml=vial.strength_ug_per_ml)
        book.enter(vial, "counted", 0, detail={"volume_ml": f"{volume_ml:f}"})
        yield {
            "drug": vial.drug, "form": vial.form, "vial": str(vial.pk),
            "lot": vial.lot, "serial": vial.serial, "expected_ug": balance_ug,
            "counted_ug": found_ug, "agrees": _near(vial, balance_ug, found_ug),
        }  # fmt: skip


def _near(vial: Vial, expected_ug: int, found_ug: int) -> bool:
    tolerance = controlled.tolerance_ug(name=vial.drug, amount_ug=expected_ug)
    return abs(expected_ug - found_ug) <= tolerance


def _missing_ug(line: Mapping[str, Any]) -> int:
    if "vial" in line:
        return int(line["expected_ug"]) - int(line["counted_ug"])
    each = controlled.ug(line["volume_ul"], strength_ug_per_ml=line["strength_ug_per_ml"])
    return (int(line["expected"]) - int(line["counted"])) * each
