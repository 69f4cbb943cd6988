"""Vials: received, opened and found fuller, wasted, sent away, destroyed."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError

from reprieve.clinical import controlled, ndc
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import ledger, ledger_losses
from reprieve.pathway.acts import Done
from reprieve.pathway.errors import NotNow
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records.models import LedgerEntry, Vial
from reprieve.records.queries import stock

MOST_AT_ONCE = 500
LONGEST_MAKER = 80
SAME_MOMENT = N_("Somebody received this lot at the same moment. Look at it, then press again.")
TWICE = N_("was received already: say so if this is another delivery of it")
MANNERS = {
    "reverse_distributor": N_("sent to a reverse distributor"),
    "on_site": N_("destroyed here beyond recovery (Form 41)"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """Vials of one lot as they came, with the paper they came with.

    `again` says that this lot came before, on another invoice. `serial` is one vial's own number.
    `manufacturer` and `ndc` (the code on the label) are empty where nobody knows them.
    """

    drug: str
    form: str
    strength_mg_per_ml: Decimal
    volume_ml: Decimal
    lot: str
    expires_on: date
    count: int
    supplier: str
    invoice: str
    supplier_dea: str = ""
    manufacturer: str = ""
    ndc: str = ""
    serial: str = ""
    again: bool = False


def receive(*, actor: Actor, uid: uuid.UUID, at: datetime, delivery: Delivery) -> list[uuid.UUID]:
    """This function will take vials into the ledger, each full to its label.

    Raises BadValue naming what cannot be: an unknown drug or strength, a lot out of date, a lot
    that was received before, a count that is none, an NDC that is no code. Raises NotNow when the
    same lot came in at the same moment.
    """
    known = controlled.check_vial(
        name=delivery.drug, form=delivery.form, strength_mg_per_ml=delivery.strength_mg_per_ml
    )

    def work(book: Book) -> Done:
        _check(actor.clinic, delivery, ledger.today(actor.clinic, at))
        serials = _serials(actor.clinic, delivery)
        vials = [_received(book, delivery, serial) for serial in serials]
        ids = [str(vial.pk) for vial in vials]
        return book.done("receive", kind="vial", subject=vials[0].pk, result={"vials": ids})

    assert known.id == delivery.drug
    try:
        done = ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at)
    except IntegrityError as error:
        raise NotNow(SAME_MOMENT) from error
    return [uuid.UUID(vial) for vial in done["vials"]]


def _check(clinic: uuid.UUID, delivery: Delivery, on: date) -> None:
    for field in ("lot", "supplier", "invoice"):
        if not 0 < len(getattr(delivery, field).strip()) <= 40:
            raise BadValue(field, N_("is needed, in at most 40 characters"))
    if len(delivery.manufacturer.strip()) > LONGEST_MAKER:
        raise BadValue("manufacturer", N_("must be at most 80 characters"))
    ndc.read(delivery.ndc)
    if not 1 <= delivery.count <= MOST_AT_ONCE:
        raise BadValue("count", f"must be 1 to {MOST_AT_ONCE}")
    if delivery.serial and delivery.count > 1:
        raise BadValue("count", N_("a serial number belongs to one vial"))
    if delivery.form == controlled.TABLET and delivery.volume_ml % 1:
        raise BadValue("volume", N_("of tablets is how many: a whole number"))
    if controlled.refuse_expired(delivery.expires_on, on=on):
        raise BadValue("expires_on", N_("is over: this lot cannot be taken in"))
    _refuse_twice(clinic, delivery)


def _refuse_twice(clinic: uuid.UUID, delivery: Delivery) -> None:
    never = stock.mistyped(clinic=clinic)
    held = Vial.of(clinic).filter(lot=delivery.lot.strip()).exclude(pk__in=never)
    if delivery.serial:
        if held.filter(serial=delivery.serial).exists():
            raise BadValue("lot", N_("was received already, with this serial number"))
        return
    if not held.exists():
        return
    if not delivery.again:
        raise BadValue("lot", TWICE)
    first = LedgerEntry.of(clinic).filter(vial__in=held, kind="received")
    invoices = {entry.detail["invoice"] for entry in first if entry.detail}
    if delivery.invoice.strip() in invoices:
        raise BadValue("invoice", N_("this lot was received already on this invoice"))


def _own_serial(serial: str, taken: set[str]) -> str:
    """A vial's own number; after a mistyped receipt of it, marked as the second time and so on."""
    if serial not in taken:
        return serial
    return next(s for s in (f"{serial}~{n}" for n in range(2, MOST_AT_ONCE)) if s not in taken)


def _serials(clinic: uuid.UUID, delivery: Delivery) -> list[str]:
    taken = set(Vial.of(clinic).filter(lot=delivery.lot.strip()).values_list("serial", flat=True))
    if delivery.serial:
        return [_own_serial(delivery.serial, taken)]
    free = (str(n) for n in range(1, MOST_AT_ONCE * 100) if str(n) not in taken)
    return [next(free) for _ in range(delivery.count)]


def _received(book: Book, delivery: Delivery, serial: str) -> Vial:
    vial: Vial = Vial.objects.add(
        clinic_id=book.actor.clinic, drug=delivery.drug, form=delivery.form,
        strength_ug_per_ml=controlled.whole(delivery.strength_mg_per_ml, field="strength"),
        volume_ul=controlled.whole(delivery.volume_ml, field="volume"), serial=serial,
        lot=delivery.lot.strip(), expires_on=delivery.expires_on, received_at=book.at,
    )  # fmt: skip
    book.keep(vial)
    paper = {
        "supplier": delivery.supplier.strip(), "invoice": delivery.invoice.strip(),
        "supplier_dea": delivery.supplier_dea.strip(),
    }  # fmt: skip
    made = {"manufacturer": delivery.manufacturer.strip(), "ndc": ndc.read(delivery.ndc)}
    known = {name: text for name, text in made.items() if text}
    book.enter(vial, "received", labelled_ug(vial), detail=paper | known)
    return vial


def labelled_ug(vial: Vial) -> int:
    """This function will return what a vial holds by its label, in micrograms."""
    return controlled.ug(vial.volume_ul, strength_ug_per_ml=vial.strength_ug_per_ml)


def overage(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, vial: uuid.UUID,
    volume_ml: Decimal,
) -> None:  # fmt: skip
    """This function will enter that an open vial holds more than its label, before a witness.

    Raises NotNow for a sealed vial and beyond a tenth of the label.
    """

    def work(book: Book) -> Done:
        row = ledger.locked_vial(clinic=actor.clinic, vial=vial)
        if not ledger.state_of(row).is_open:
            raise NotNow(N_("Only an open vial shows that it holds more than its label."))
        more_ug = ledger.volume_ug(row, volume_ml)
        entered = LedgerEntry.of(actor.clinic).filter(vial=row, kind="overage")
        left_ug = controlled.overage_left_ug(
            labelled_ug=labelled_ug(row), entered_ug=sum(e.change_ug for e in entered)
        )
        if more_ug > left_ug:
            raise NotNow(N_("A vial holds at most a tenth more than its label."))
        book.enter(row, "overage", more_ug, detail={"volume_ml": f"{volume_ml:f}"})
        return book.done("overage", kind="vial", subject=row.pk)

    ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)


def waste(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, vial: uuid.UUID,
    volume_ml: Decimal,
) -> int:  # fmt: skip
    """This function will empty an open vial: what was measured is wasted, before a witness.

    What the label's sum leaves beyond is a difference, returned in micrograms; past its tolerance
    it opens a discrepancy. Raises NotNow for a waste that is larger than what is left.
    """

    def work(book: Book) -> Done:
        row = ledger.locked_vial(clinic=actor.clinic, vial=vial)
        now = ledger.state_of(row)
        if not now.is_open:
            raise NotNow(N_("A sealed vial is not wasted: it is destroyed or sent back."))
        wasted_ug = ledger.volume_ug(row, volume_ml)
        book.enter(row, "wasted", -wasted_ug, detail={"volume_ml": f"{volume_ml:f}"})
        missing_ug = now.balance_ug - wasted_ug
        if missing_ug:
            book.enter(row, "difference", -missing_ug)
        if missing_ug > controlled.tolerance_ug(name=row.drug, amount_ug=labelled_ug(row)):
            ledger_losses.discrepancy(
                book, kind="vial", drug=row.drug, difference_ug=missing_ug, vial=row
            )
        return book.done("waste", kind="vial", subject=row.pk, result={"difference_ug": missing_ug})

    done = ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)
    return int(done["difference_ug"])


def destroy(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, vials: Sequence[uuid.UUID],
    manner: str, reference: str, reason: str,
) -> None:  # fmt: skip
    """This function will take vials out of the ledger for good, before a witness."""
    if manner not in MANNERS:
        raise BadValue("manner", f"must be one of {', '.join(MANNERS)}")
    detail = {"manner": manner, "reference": _named("reference", reference),
              "reason": _named("reason", reason)}  # fmt: skip

    def work(book: Book) -> Done:
        return _emptied(book, vials, "destroyed", detail)

    ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)


def transfer(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, vials: Sequence[uuid.UUID],
    receiver: str, receiver_dea: str, invoice: str,
) -> None:  # fmt: skip
    """This function will hand sealed vials to another registrant, before a witness."""
    detail = {"receiver": _named("receiver", receiver), "invoice": _named("invoice", invoice),
              "receiver_dea": _named("receiver_dea", receiver_dea)}  # fmt: skip

    def work(book: Book) -> Done:
        return _emptied(book, vials, "transferred", detail)

    ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)


def _named(field: str, text: str) -> str:
    if not 0 < len(text.strip()) <= 80:
        raise BadValue(field, N_("is needed, in at most 80 characters"))
    return text.strip()


def _emptied(book: Book, vials: Sequence[uuid.UUID], kind: str, detail: dict[str, str]) -> Done:
    if not vials:
        raise BadValue("vials", N_("choose at least one"))
    for vial in sorted(set(vials)):  # one order for everybody, so that nobody waits in a circle
        row = ledger.locked_vial(clinic=book.actor.clinic, vial=vial)
        now = ledger.state_of(row)
        if now.balance_ug == 0:
            params = {"lot": row.lot, "serial": row.serial}
            raise NotNow(Message(id=N_("Vial {lot}/{serial} is empty already."), params=params))
        if kind == "transferred" and now.is_open:
            raise NotNow(N_("An open vial goes to nobody else."))
        book.enter(row, kind, -now.balance_ug, detail=detail)
    return book.done(kind, kind="vial", subject=vials[0])
