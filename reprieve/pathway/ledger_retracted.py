"""A controlled drug that the chart no longer says was given: what was drawn for it is missing.

Nothing goes back into a vial. A syringe that is still open shows the difference when it is closed;
one that closed on the dose opens a discrepancy for the medical director.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from reprieve.pathway import ledger, ledger_losses
from reprieve.pathway.acts import Done
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Reconciliation
from reprieve.records.queries import portions

KIND = "retracted"
# What each closed syringe gave by the chart, in micrograms.
Given = Mapping[uuid.UUID, int]


def given(*, clinic: uuid.UUID, encounter: uuid.UUID, drug: str) -> Given:
    """This function will tell what the closed syringes and tablets of a drug gave, by the chart."""
    found = portions.of_visit(clinic=clinic, encounter=encounter)
    return {one.id: one.given_ug for one in found if one.closed and one.drug == drug}


def tell_missing(
    before: Given, *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID
) -> None:
    """This function will open a discrepancy for each that gave less by now, inside an act.

    `before` is what they gave until a dose was taken back; `uid` names that act.
    """
    found = portions.of_visit(clinic=actor.clinic, encounter=encounter)
    for one in found:
        missing_ug = before.get(one.id, 0) - one.given_ug
        if one.id in before and missing_ug:
            _discrepancy(one, missing_ug, actor=actor, uid=uid, at=at)


def _discrepancy(
    one: portions.PortionView, missing_ug: int, *, actor: Actor, uid: uuid.UUID, at: datetime
) -> None:
    closing = Reconciliation.of(actor.clinic).get(portion_id=one.id)

    def work(book: Book) -> Done:
        row = ledger_losses.discrepancy(
            book, kind=KIND, drug=one.drug, difference_ug=missing_ug, closing=closing
        )
        return book.done(KIND, kind="discrepancy", subject=row.pk)

    number = uuid.uuid5(uid, one.id.hex)
    ledger.write(ledger.HANDLE, work, actor=actor, uid=number, at=at)
