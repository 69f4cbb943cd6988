"""Drawing a controlled drug out of a vial, into the bag of a visit or into a syringe.

Tablets are taken out of their pack by count.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from decimal import Decimal

from reprieve.clinical import controlled
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import infusion, ledger, ledger_undrawn
from reprieve.pathway.acts import Done
from reprieve.pathway.errors import NotNow
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records.models import InfusionState, Portion, Vial
from reprieve.records.queries import bags
from reprieve.records.queries.portions import BAG, SYRINGE, TABLETS

NOT_THIS = N_("The vial is {vial}, the recipe asks for {bag}.")
OTHER_STRENGTH = N_("Account for the open syringe first: this vial has another strength.")
OTHER_TABLETS = N_("Account for the tablets taken before first: these have another strength.")
IN_BAGS = frozenset({"ketamine"})
OPEN_STATES = frozenset({"prepared", "running", "paused", "stopped", "recovery"})


def draw(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, vial: uuid.UUID,
    volume_ml: Decimal,
) -> uuid.UUID:  # fmt: skip
    """This function will write what was drawn from a vial, and return the bag or syringe.

    Ketamine goes into the bag that is being made, a rescue drug into a syringe, tablets into a cup
    by their number. The vial is opened
    if it was sealed. Raises NotNow for an expired vial, one of another form or strength than the
    bag's recipe, more than the vial holds, or a visit that is over.
    """

    def work(book: Book) -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        if row.state not in OPEN_STATES:
            raise NotNow(N_("This visit is over: nothing is drawn for it."))
        source = ledger.locked_vial(clinic=actor.clinic, vial=vial)
        _refuse_expired(source, actor, at)
        portion = _bag(book, row, source) if source.drug in IN_BAGS else _syringe(
            book, row, source, volume_ml
        )  # fmt: skip
        move(book, source, portion, volume_ml)
        ledger_undrawn.settle(actor=actor, at=at, encounter=encounter)
        return book.done("draw", kind="portion", subject=portion.pk)

    done = ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at)
    return uuid.UUID(done["id"])


def _refuse_expired(vial: Vial, actor: Actor, at: datetime) -> None:
    says = controlled.refuse_expired(vial.expires_on, on=ledger.today(actor.clinic, at))
    if says is not None:
        raise NotNow(says)


def move(book: Book, vial: Vial, portion: Portion, volume_ml: Decimal) -> None:
    """This function will write inside an act what goes from a locked vial into a portion."""
    drawn_ug = ledger.volume_ug(vial, volume_ml)
    if not drawn_ug:
        raise BadValue("volume", N_("must be above nought"))
    if not ledger.state_of(vial).is_open:
        book.enter(vial, "opened", 0)
    left = book.enter(
        vial, "drawn", -drawn_ug, encounter=portion.encounter_id,
        detail={"volume_ml": f"{volume_ml:f}", "portion": portion.pk.hex},
    )  # fmt: skip
    book.put(portion, "drawn", drawn_ug, source=left)


def _bag(book: Book, row: InfusionState, vial: Vial) -> Portion:
    """The portion of the bag that is being made: one for each recipe."""
    made = bags.newest(clinic=row.clinic_id, encounter=row.encounter_id)
    if made is None:
        raise NotNow(N_("Prepare the bag first."))
    strength = controlled.amount(vial.strength_ug_per_ml)
    if (vial.form, strength) != (made.recipe.form, made.recipe.strength_mg_per_ml):
        params = {
            "vial": f"{vial.form} {strength.normalize():f} mg/mL",
            "bag": f"{made.recipe.form} {made.recipe.strength_mg_per_ml.normalize():f} mg/mL",
        }
        raise NotNow(
            Message(id=NOT_THIS, params=params)
        )
    found: Portion | None = Portion.of(row.clinic_id).filter(bag_id=made.id).first()
    if found is not None:
        _refuse_closed(found)
        return found
    return _new(
        book, row, vial, kind=BAG, bag_id=made.id,
        concentration_ug_per_ml=int(made.recipe.final_mg_per_ml * controlled.MICROGRAMS),
        volume_ul=int(made.recipe.bag_volume_ml * controlled.MICROGRAMS),
    )  # fmt: skip


def _syringe(book: Book, row: InfusionState, vial: Vial, volume_ml: Decimal) -> Portion:
    """One open syringe for each drug of a visit: another strength needs another syringe."""
    kind = TABLETS if vial.form == controlled.TABLET else SYRINGE
    rows = Portion.of(row.clinic_id).filter(
        encounter_id=row.encounter_id, drug=vial.drug, kind=kind, closing__isnull=True
    )
    found: Portion | None = rows.first()
    if found is None:
        return _new(
            book, row, vial, kind=kind, concentration_ug_per_ml=vial.strength_ug_per_ml,
            volume_ul=controlled.whole(volume_ml, field="volume"),
        )  # fmt: skip
    if found.concentration_ug_per_ml != vial.strength_ug_per_ml:
        raise NotNow(OTHER_STRENGTH if kind == SYRINGE else OTHER_TABLETS)
    return found


def _new(book: Book, row: InfusionState, vial: Vial, **what: object) -> Portion:
    made: Portion = book.add(
        Portion, encounter_id=row.encounter_id, drug=vial.drug, form=vial.form, **what
    )
    return made


def _refuse_closed(portion: Portion) -> None:
    if hasattr(portion, "closing"):
        raise NotNow(N_("This bag is accounted for already: prepare a new one."))
