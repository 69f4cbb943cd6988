"""Accounting for a bag or syringe: two people measure what is left, unseen by one another.

Neither sees what should be left. Only when both readings agree is the sum shown: drawn, given by
the record, wasted, and the difference against its tolerance.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.clinical import controlled
from reprieve.clinical.controlled import Closing
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import infusion, ledger, ledger_losses, ledger_undrawn
from reprieve.pathway.acts import Done
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records.models import (
    LedgerEntry,
    LeftReading,
    Portion,
    PortionEntry,
    Reconciliation,
)
from reprieve.records.queries import portions
from reprieve.records.queries.portions import BAG

NOBODY_YET = N_("The first person measures before the second.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """What one person measured: left in the bag, in the line, and undiluted in a syringe, in mL."""

    bag_ml: Decimal = Decimal(0)
    line_ml: Decimal = Decimal(0)
    syringe_ml: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """How it ended: the readings agree and the sum is known, or both measure once more."""

    agrees: bool
    sum: Closing | None = None


def measure(
    *, actor: Actor, uid: uuid.UUID, at: datetime, portion: uuid.UUID, left: Left
) -> uuid.UUID:
    """This function will keep the first person's reading; another of theirs takes its place.

    Raises NotNow while it is in use or when it is closed, BadValue for more than was ever in it.
    """

    def work(book: Book) -> Done:
        row = _locked(actor.clinic, portion)
        saved = book.add(LeftReading, portion=row, **_read(row, left))
        return book.done("measure", kind="portion", subject=row.pk, result={"id": str(saved.pk)})

    return uuid.UUID(ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at)["id"])


def close(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, portion: uuid.UUID, left: Left
) -> Closed:
    """This function will compare the second person's reading with the first, and close if it fits.

    `second` has just authenticated and is the witness. Raises BadValue("second") for the one who
    measured first, and what `measure` raises. Readings that differ are kept, and void.
    """

    def work(book: Book) -> Done:
        row = _locked(actor.clinic, portion)
        first = _first(row, second)
        values = _read(row, left)
        agrees = _agree(row, first.left_ug, values["left_ug"])
        reading = _second_reading(book, second, portion=row, first=first, agrees=agrees, **values)
        closing = _balance(book, row, reading, first.left_ug) if agrees else None
        ledger_undrawn.settle(actor=actor, at=at, encounter=row.encounter_id)
        return book.done(
            "close" if agrees else "differ", kind="portion", subject=row.pk,
            result={"agrees": agrees, **(_sum(closing) if closing else {})},
        )  # fmt: skip

    done = ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)
    if not done["agrees"]:
        return Closed(agrees=False)
    return Closed(agrees=True, sum=Closing(**done["sum"]))


def _sum(closing: Closing) -> dict[str, dict[str, int | str]]:
    names = ("drawn_ug", "given_ug", "wasted_ug", "tolerance_ug", "knowledge_version")
    return {"sum": {name: getattr(closing, name) for name in names}}


def _locked(clinic: uuid.UUID, portion: uuid.UUID) -> Portion:
    row = Portion.of(clinic).filter(pk=portion).first()
    if row is None:
        raise NotFound(N_("There is no such bag or syringe."))
    infusion.locked(clinic=clinic, encounter=row.encounter_id)
    if Reconciliation.of(clinic).filter(portion=row).exists():
        raise NotNow(N_("This is accounted for already."))
    view = portions.one(clinic=clinic, portion=portion)
    if view is not None and view.in_use:
        raise NotNow(N_("This bag is still in use: end the infusion or change the bag first."))
    return row


def _read(row: Portion, left: Left) -> dict[str, int]:
    """A reading in whole microlitres, and the micrograms that it means."""
    bag_ul, line_ul, syringe_ul = (
        controlled.whole(getattr(left, f"{place}_ml"), field=f"{place}_ml", allow_nought=True)
        for place in ("bag", "line", "syringe")
    )
    if row.kind != BAG and (bag_ul or line_ul):
        raise BadValue("bag_ml", N_("a syringe has no bag and no line"))
    controlled.refuse_crumbs(syringe_ul, form=row.form, field="syringe_ml")
    left_ug = controlled.ug(bag_ul + line_ul, strength_ug_per_ml=row.concentration_ug_per_ml)
    left_ug += controlled.ug(syringe_ul, strength_ug_per_ml=_strength(row))
    drawn_ug = _drawn_ug(row)
    if left_ug > drawn_ug + controlled.tolerance_ug(name=row.drug, amount_ug=drawn_ug):
        field = "bag_ml" if row.kind == BAG else "syringe_ml"
        raise BadValue(field, N_("is more than was ever drawn: measure again"))
    return {"bag_ul": bag_ul, "line_ul": line_ul, "syringe_ul": syringe_ul, "left_ug": left_ug}


def _strength(row: Portion) -> int:
    """The strength of what stayed undiluted: the vials' own."""
    drawn = LedgerEntry.of(row.clinic_id).filter(drawn_into__portion=row)
    return drawn.values_list("vial__strength_ug_per_ml", flat=True)[0]


def _drawn_ug(row: Portion) -> int:
    drawn = PortionEntry.of(row.clinic_id).filter(portion=row, kind__in=portions.CAME)
    return sum(drawn.values_list("change_ug", flat=True))


def _first(row: Portion, second: Actor) -> LeftReading:
    """The newest first reading that no second one has answered."""
    rows = LeftReading.of(row.clinic_id).filter(portion=row)
    answered = rows.exclude(first=None).values("first_id")
    found = rows.filter(first=None).exclude(pk__in=answered).order_by("-recorded_at").first()
    if found is None:
        raise NotNow(NOBODY_YET)
    if found.by_id == second.practitioner:
        raise BadValue("second", N_("measured first: somebody else is the witness"))
    return found


def _agree(row: Portion, first_ug: int, second_ug: int) -> bool:
    tolerance = controlled.tolerance_ug(name=row.drug, amount_ug=_drawn_ug(row))
    return abs(first_ug - second_ug) <= tolerance


def _second_reading(book: Book, second: Actor, **values: Any) -> LeftReading:
    """The second reading is the witness's own, whoever sits at the screen."""
    saved: LeftReading = LeftReading.objects.add(
        clinic_id=book.actor.clinic, recorded_at=book.at, by_id=second.practitioner, **values
    )
    return book.keep(saved)  # type: ignore[no-any-return]  # the row itself


def _balance(book: Book, row: Portion, reading: LeftReading, wasted_ug: int) -> Closing:
    """Write the sum: the difference first, so that nothing ever stands below nought."""
    closing = controlled.closed(
        name=row.drug, drawn_ug=_drawn_ug(row), wasted_ug=wasted_ug,
        given_ug=portions.given_ug(clinic=row.clinic_id, portion=row.pk),
    )  # fmt: skip
    for kind, change_ug in (
        ("difference", -closing.difference_ug), ("given", -closing.given_ug),
        ("wasted", -closing.wasted_ug),
    ):  # fmt: skip
        if change_ug:
            book.put(row, kind, change_ug)
    saved = book.add(
        Reconciliation, portion=row, encounter_id=row.encounter_id, drug=row.drug,
        drawn_ug=closing.drawn_ug, given_ug=closing.given_ug, wasted_ug=closing.wasted_ug,
        difference_ug=closing.difference_ug, tolerance_ug=closing.tolerance_ug,
        within=closing.within, witness_id=book.witness, reading=reading,
        knowledge=closing.knowledge_version,
    )  # fmt: skip
    if not closing.within:
        ledger_losses.discrepancy(
            book, kind="closing", drug=row.drug, difference_ug=closing.difference_ug, closing=saved
        )
    return closing
