"""A difference is put right: the balance follows what is there, by a row of its own.

The medical director decides, a second person witnesses, and the row names its discrepancy. It
never goes beyond the difference that was found, so that nothing can be hidden in it.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from reprieve.clinical import controlled
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import ledger, ledger_losses, ledger_stock
from reprieve.pathway.acts import Done
from reprieve.pathway.errors import NotNow
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import DiscrepancyEvent, Note, Vial
from reprieve.records.queries import adjustments
from reprieve.records.queries.adjustments import KIND, Adjustable

NOTHING = N_("There is nothing to put right in a vial.")
BEYOND = N_("The difference that is left is {most} mg: {asked} mg is beyond it.")
FULL = N_("Vial {lot}/{serial} cannot hold {asked} mg.")


def adjust(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, discrepancy: uuid.UUID,
    changes_ug: Mapping[uuid.UUID, int], reason: str,
) -> None:  # fmt: skip
    """This function will change the balance of vials for an open discrepancy.

    `changes_ug` are signed amounts by vial. Raises BadValue for a vial that is no part of it, no
    reason or the wrong direction, NotNow beyond the difference or what the vial can hold.
    """
    if not changes_ug:
        raise BadValue("vials", N_("choose at least one"))
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work(book: Book) -> Done:
        row = ledger_losses.opened(actor.clinic, discrepancy)
        locked = [
            ledger.locked_vial(clinic=actor.clinic, vial=vial) for vial in sorted(changes_ug)
        ]
        may = adjustments.of(clinic=actor.clinic, discrepancy=discrepancy)
        _check(may, changes_ug)
        note = notes.write(reason, clinic=actor.clinic, at=at, by=actor.practitioner)
        for vial in locked:
            _adjusted(book, vial, changes_ug[vial.pk], row.pk, note)
        total = ledger.mg(sum(changes_ug.values()))
        book.add(
            DiscrepancyEvent, discrepancy=row, kind=KIND, reference=f"{total} mg", note=note
        )
        return book.done(KIND, kind="discrepancy", subject=row.pk)

    ledger.write(ledger.DECIDE, work, actor=actor, uid=uid, at=at, witness=second)


def _check(may: Adjustable | None, changes_ug: Mapping[uuid.UUID, int]) -> None:
    if may is None:
        raise NotNow(NOTHING)
    known = {view.id: view for view in may.vials}
    for vial, change_ug in changes_ug.items():
        if vial not in known:
            raise BadValue("vials", N_("is no vial of this difference"))
        if change_ug * may.most_ug <= 0:
            raise BadValue("amount", N_("must go the way of the difference"))
        if may.whole and abs(change_ug) != known[vial].labelled_ug:
            raise BadValue("vials", N_("a sealed vial comes or goes as a whole"))
    asked_ug = sum(changes_ug.values())
    if abs(asked_ug) > abs(may.most_ug):
        params = {"most": ledger.mg(abs(may.most_ug)), "asked": ledger.mg(abs(asked_ug))}
        raise NotNow(Message(id=BEYOND, params=params))


def _adjusted(
    book: Book, vial: Vial, change_ug: int, discrepancy: uuid.UUID, note: Note
) -> None:
    label_ug = ledger_stock.labelled_ug(vial)
    highest_ug = label_ug + controlled.overage_left_ug(labelled_ug=label_ug, entered_ug=0)
    after_ug = ledger.state_of(vial).balance_ug + change_ug
    if change_ug > 0 and after_ug > highest_ug:
        params = {"lot": vial.lot, "serial": vial.serial, "asked": ledger.mg(after_ug)}
        raise NotNow(Message(id=FULL, params=params))
    book.enter(vial, KIND, change_ug, note=note, detail={"discrepancy": discrepancy.hex})
