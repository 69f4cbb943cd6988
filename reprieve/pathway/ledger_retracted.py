"""A controlled drug that the chart no longer says was given: what was drawn for it is missing.

Nothing goes back into a vial. A syringe that is still open shows the difference when it is closed;
one that closed on the dose opens a discrepancy for the medical director. It is counted from the
closing, whatever was corrected since; none opens where the sum of the closing is right by now.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from reprieve.pathway import ledger, ledger_losses
from reprieve.pathway.acts import Done
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Discrepancy
from reprieve.records.queries import discrepancies, portions
from reprieve.records.queries.portions import ClosingView, PortionView

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
        was_ug = before.get(one.id, 0)
        if one.closed is None or one.given_ug >= was_ug:
            continue
        left_ug = one.closed.drawn_ug - one.closed.wasted_ug - one.given_ug
        told_ug = _told_ug(actor.clinic, one.closed, was_ug)
        missing_ug = one.closed.given_ug - one.given_ug - told_ug
        if missing_ug > 0 and left_ug > one.closed.tolerance_ug:
            _discrepancy(one, one.closed, missing_ug, actor=actor, uid=uid, at=at)


def _told_ug(clinic: uuid.UUID, closing: ClosingView, was_ug: int) -> int:
    """What was said to be missing from a closing before, in micrograms.

    What a person closed since counts no further than it was missing until now (`was_ug`): a dose
    that was entered anew and taken back again is missing anew.
    """
    rows = Discrepancy.of(clinic).filter(closing_id=closing.id, kind=KIND)
    waits = {one.id for one in discrepancies.waiting(clinic=clinic)}
    sums = {True: 0, False: 0}
    for row in rows:
        sums[row.pk in waits] += row.difference_ug or 0
    return sums[True] + min(sums[False], max(0, closing.given_ug - was_ug))


def _discrepancy(
    one: PortionView, closing: ClosingView, missing_ug: int, *, actor: Actor, uid: uuid.UUID,
    at: datetime,
) -> None:  # fmt: skip
    def work(book: Book) -> Done:
        row = ledger_losses.discrepancy(
            book, kind=KIND, drug=one.drug, difference_ug=missing_ug, closing_id=closing.id
        )
        return book.done(KIND, kind="discrepancy", subject=row.pk)

    number = uuid.uuid5(uid, one.id.hex)
    ledger.write(ledger.HANDLE, work, actor=actor, uid=number, at=at)
