"""Which vials a discrepancy may put right, in which direction, and how far."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from reprieve.records.models import Discrepancy, LedgerEntry, Portion
from reprieve.records.queries import stock
from reprieve.records.queries.portions import CAME
from reprieve.records.queries.stock import VialView

KIND = "adjusted"


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustable:
    """`most_ug` is what is left to put right: above nought it is added, below it is taken out.

    `whole`: sealed vials come or go as they are; an open one by an amount.
    """

    vials: tuple[VialView, ...]
    most_ug: int
    whole: bool


def of(*, clinic: uuid.UUID, discrepancy: uuid.UUID) -> Adjustable | None:
    """This function will say how a discrepancy may be put right; None where nothing is left to.

    What a vial could not account for when it was emptied is gone from its balance already.
    """
    rows = Discrepancy.of(clinic).select_related("count", "closing", "vial")
    row = rows.filter(pk=discrepancy).first()
    if row is None or not row.difference_ug or row.kind == "vial":
        return None
    most_ug = _most_ug(row)
    whole = row.count is not None and row.vial is None
    vials = tuple(_vials(row, most_ug))
    return Adjustable(vials=vials, most_ug=most_ug, whole=whole) if most_ug and vials else None


def made_ug(*, clinic: uuid.UUID, discrepancy: uuid.UUID) -> int:
    """This function will return by how much balances were changed for a discrepancy."""
    return _made_ug(clinic, [discrepancy])


def _made_ug(clinic: uuid.UUID, discrepancies: list[uuid.UUID]) -> int:
    rows = LedgerEntry.of(clinic).filter(
        kind=KIND, detail__discrepancy__in=[pk.hex for pk in discrepancies]
    )
    return sum(rows.values_list("change_ug", flat=True))


def _most_ug(row: Discrepancy) -> int:
    """The difference as the balance must follow it, less what was put right for it before.

    A count tells what is there: the balance follows. A bag that lacks some, or a vial that was
    written off, gets back what turned up.
    """
    family = _family(row)
    # A count may find the same amount missing of two strengths: each is a discrepancy.
    first = sum(one.kind != "loss" for one in family) or 1
    wanted_ug = row.difference_ug or 0
    wanted_ug = (-wanted_ug if row.count_id else wanted_ug) * first
    left_ug = wanted_ug - _made_ug(row.clinic_id, [one.pk for one in family])
    return left_ug if left_ug * wanted_ug > 0 else 0


def _family(row: Discrepancy) -> list[Discrepancy]:
    """The discrepancy and what it was judged to be: one difference in two rows."""
    if row.count_id is None and row.closing_id is None:
        return [row]
    return list(_same(row))


def _same(row: Discrepancy) -> QuerySet[Discrepancy]:
    return Discrepancy.of(row.clinic_id).filter(
        count=row.count, closing=row.closing, vial=row.vial, drug=row.drug,
        difference_ug=row.difference_ug,
    )  # fmt: skip


def _vials(row: Discrepancy, most_ug: int) -> list[VialView]:
    if row.vial_id is not None:
        return _known(row.clinic_id, [row.vial_id])
    if row.closing is not None:
        return _known(row.clinic_id, _drawn_from(row))
    return _sealed(row, most_ug)


def _known(clinic: uuid.UUID, vials: list[uuid.UUID]) -> list[VialView]:
    found = (stock.vial(clinic=clinic, vial=vial) for vial in vials)
    return [view for view in found if view is not None]


def _drawn_from(row: Discrepancy) -> list[uuid.UUID]:
    portion = Portion.of(row.clinic_id).filter(closing=row.closing_id)
    entries = LedgerEntry.of(row.clinic_id).filter(drawn_into__portion__in=portion, kind__in=CAME)
    return sorted(set(entries.values_list("vial_id", flat=True)))


def _sealed(row: Discrepancy, most_ug: int) -> list[VialView]:
    """Sealed vials of the kinds that were counted wrong: those held, or those written out."""
    assert row.count is not None  # a discrepancy is of a vial, a bag or a count
    kinds = [
        (line["form"], line["strength_ug_per_ml"], line["volume_ul"])
        for line in row.count.lines
        if line["drug"] == row.drug and "vial" not in line and not line["agrees"]
    ]
    held = stock.held(clinic=row.clinic_id) if most_ug < 0 else stock.gone(clinic=row.clinic_id)
    return [
        v for v in held
        if v.kind.drug == row.drug and not v.is_open
        and (v.kind.form, v.kind.strength_ug_per_ml, v.kind.volume_ul) in kinds
        and v.labelled_ug <= abs(most_ug)
    ]  # fmt: skip
