"""What was mistyped is taken back: a row of its own names the old one, before a witness.

The old row stays as it was. Nothing is taken back twice, nor out of a bag that is accounted for,
nor drug that the record says was given.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal

from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import infusion, ledger, ledger_draws, ledger_stock, ledger_undrawn
from reprieve.pathway.acts import Done
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import LedgerEntry, Note, Portion, PortionEntry, Vial
from reprieve.records.queries import portions

DRAW, RECEIPT = "draw_reversed", "receipt_reversed"
TOUCHED = N_("Vial {lot}/{serial} was used since: its receipt cannot be taken back.")
GIVEN = N_("By the record {given} mg were given, but only {left} mg would be left as drawn.")


def draw(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, vial: uuid.UUID, seq: int,
    reason: str, instead_ml: Decimal | None = None, sealed: bool = False,
) -> None:  # fmt: skip
    """This function will put a mistyped draw back into its vial, and draw the right volume instead.

    `instead_ml` None: nothing was drawn; `sealed` says that the vial was never opened. Raises
    BadValue for no reason, NotNow where the bag is accounted for or more was given than is left.
    """

    def work(book: Book) -> Done:
        entry = _entry(actor.clinic, vial, seq)
        assert entry.encounter_id is not None  # a draw is for a visit
        infusion.locked(clinic=actor.clinic, encounter=entry.encounter_id)
        row = ledger.locked_vial(clinic=actor.clinic, vial=vial)
        portion = _portion(entry)
        before_ug = _drawn_ug(portion)
        _put_back(book, row, entry, portion, note=_note(book, reason), sealed=sealed)
        if instead_ml is not None:
            ledger_draws.move(book, row, portion, instead_ml)
        _refuse_below_given(portion, before_ug)
        ledger_undrawn.settle(actor=actor, at=at, encounter=portion.encounter_id)
        return book.done(DRAW, kind="portion", subject=portion.pk)

    if sealed and instead_ml is not None:
        raise BadValue("sealed", N_("does not go with a volume that was drawn"))
    _need(reason)
    ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)


def receipt(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, vials: Sequence[uuid.UUID],
    reason: str,
) -> None:  # fmt: skip
    """This function will take vials of a mistyped delivery out again, as long as none was used."""

    def work(book: Book) -> Done:
        note = _note(book, reason)
        for vial in sorted(set(vials)):  # one order for everybody
            _unreceive(book, ledger.locked_vial(clinic=actor.clinic, vial=vial), note)
        return book.done(RECEIPT, kind="vial", subject=vials[0])

    if not vials:
        raise BadValue("vials", N_("choose at least one"))
    _need(reason)
    ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)


def _need(reason: str) -> None:
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))


def _note(book: Book, reason: str) -> Note:
    actor = book.actor
    return notes.write(reason, clinic=actor.clinic, at=book.at, by=actor.practitioner)


def _entry(clinic: uuid.UUID, vial: uuid.UUID, seq: int) -> LedgerEntry:
    found = LedgerEntry.of(clinic).filter(vial_id=vial, seq=seq, kind="drawn").first()
    if found is None:
        raise NotFound(N_("There is no such draw from this vial."))
    return found


def _portion(entry: LedgerEntry) -> Portion:
    """Where a draw went, while that may still change. Asked under the locks of visit and vial."""
    done = LedgerEntry.of(entry.clinic_id).filter(vial_id=entry.vial_id, kind=DRAW)
    if done.filter(detail__reverses=entry.seq).exists():
        raise NotNow(N_("This was taken back already."))
    portion = Portion.of(entry.clinic_id).get(entries__source=entry)
    if hasattr(portion, "closing"):
        raise NotNow(N_("This is accounted for already: the medical director puts it right."))
    return portion


def _put_back(
    book: Book, vial: Vial, entry: LedgerEntry, portion: Portion, *, note: Note, sealed: bool
) -> None:
    back_ug = -entry.change_ug
    detail: dict[str, object] = {"reverses": entry.seq, "portion": portion.pk.hex}
    if sealed:
        _refuse_used(vial, back_ug)
        detail["sealed"] = True
    back = book.enter(
        vial, DRAW, back_ug, encounter=entry.encounter_id, note=note, detail=detail
    )
    book.put(portion, DRAW, -back_ug, source=back)


def _refuse_used(vial: Vial, back_ug: int) -> None:
    if ledger.state_of(vial).balance_ug + back_ug != ledger_stock.labelled_ug(vial):
        raise BadValue("sealed", N_("cannot be: something else was taken from this vial"))


def _drawn_ug(portion: Portion) -> int:
    came = PortionEntry.of(portion.clinic_id).filter(portion=portion, kind__in=portions.CAME)
    return sum(came.values_list("change_ug", flat=True))


def _refuse_below_given(portion: Portion, before_ug: int) -> None:
    """Less may not be drawn than was given, unless it is more than before."""
    drawn_ug = _drawn_ug(portion)
    given_ug = portions.given_ug(clinic=portion.clinic_id, portion=portion.pk)
    if drawn_ug < given_ug and drawn_ug < before_ug:
        params = {"given": ledger.mg(given_ug), "left": ledger.mg(drawn_ug)}
        raise NotNow(Message(id=GIVEN, params=params))


def _unreceive(book: Book, vial: Vial, note: Note) -> None:
    now = ledger.state_of(vial)
    received = LedgerEntry.of(vial.clinic_id).get(vial=vial, seq=1)
    if now.is_open or now.balance_ug != received.change_ug:
        params = {"lot": vial.lot, "serial": vial.serial}
        raise NotNow(Message(id=TOUCHED, params=params))
    book.enter(vial, RECEIPT, -now.balance_ug, note=note, detail={"reverses": received.seq})
