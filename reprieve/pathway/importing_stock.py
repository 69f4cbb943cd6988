"""Opening stock of a running practice: sealed vials enter the ledger, by a person who is named."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import ledger, ledger_stock
from reprieve.pathway.ledger_stock import Delivery
from reprieve.pathway.permissions import Actor, allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class StockRow:
    """Sealed vials of one lot, as a delivery."""

    delivery: Delivery


def write(row: StockRow, *, by: Actor | None, uid: uuid.UUID, at: datetime) -> list[uuid.UUID]:
    """This function will take vials into the ledger inside the import's act.

    Raises BadValue without a person who may handle controlled drugs.
    """
    if by is None or by.practitioner is None or not allowed(by, ledger.HANDLE):
        raise BadValue("by", N_("name a member of staff who may handle controlled drugs"))
    return ledger_stock.receive(actor=by, uid=uid, at=at, delivery=row.delivery)
