"""A controlled drug that the chart says was given otherwise than its syringe closed on.

Nothing goes back into a vial. A syringe that is still open shows the difference when it is closed;
one that closed on the dose opens a discrepancy for the medical director when the dose is corrected
or taken back, or another is told late. What is told is how far the sum is wrong by now, less what
was told of it before, at the closing or since.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from reprieve.pathway import ledger, ledger_losses
from reprieve.pathway.acts import Done
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Discrepancy, Reconciliation
from reprieve.records.queries import discrepancies, portions
from reprieve.records.queries.portions import ClosingView, PortionView

RETRACTED, CORRECTED = "retracted", "corrected"
TOLD = ("closing", RETRACTED, CORRECTED)  # what says of a sum that it is wrong
# What each closed bag, syringe or number of tablets gave by the chart, in micrograms.
Given = Mapping[uuid.UUID, int]
MISSING, TOO_MUCH = 1, -1


def given(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Given:
    """This function will tell what was accounted for in a visit gave, by the chart as it stands."""
    if not Reconciliation.of(clinic).filter(encounter_id=encounter).exists():
        return {}
    found = portions.of_visit(clinic=clinic, encounter=encounter)
    return {one.id: one.given_ug for one in found if one.closed}


def tell(
    before: Given, *, kind: str, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID
) -> None:
    """This function will open a discrepancy for each that gave more or less by now, inside an act.

    `before` is what they gave until a dose was corrected or taken back, which is `kind`; `uid`
    names that act. Beyond its tolerance what is missing is above nought, what is too much below.
    """
    if not before:
        return
    for one in portions.of_visit(clinic=actor.clinic, encounter=encounter):
        was_ug = before.get(one.id)
        if one.closed is None or was_ug is None or was_ug == one.given_ug:
            continue
        way = MISSING if one.given_ug < was_ug else TOO_MUCH
        told_ug = _told_ug(actor.clinic, one.closed, was_ug, way)
        new_ug = _off_ug(one.closed, one.given_ug, way) - told_ug
        if new_ug > 0 and way * _left_ug(one.closed, one.given_ug) > one.closed.tolerance_ug:
            _discrepancy(one, one.closed, kind, way * new_ug, actor=actor, uid=uid, at=at)


def _left_ug(closing: ClosingView, given_ug: int) -> int:
    """What was drawn and neither given, by the chart, nor wasted; below nought: too much."""
    return closing.drawn_ug - closing.wasted_ug - given_ug


def _off_ug(closing: ClosingView, given_ug: int, way: int) -> int:
    """How far the sum of a closing is wrong in one way by the chart, in micrograms."""
    return max(0, way * _left_ug(closing, given_ug))


def _told_ug(clinic: uuid.UUID, closing: ClosingView, was_ug: int, way: int) -> int:
    """What of a closing was told before, in the same way, in micrograms.

    What a person closed since counts no further than it was off until now (`was_ug`): a dose that
    was entered anew and taken back again is missing anew.
    """
    rows = Discrepancy.of(clinic).filter(closing_id=closing.id, kind__in=TOLD)
    waits = {one.id for one in discrepancies.waiting(clinic=clinic)}
    sums = {True: 0, False: 0}
    for row in rows:
        sums[row.pk in waits] += max(0, way * (row.difference_ug or 0))
    return sums[True] + min(sums[False], _off_ug(closing, was_ug, way))


def _discrepancy(
    one: PortionView, closing: ClosingView, kind: str, difference_ug: int, *, actor: Actor,
    uid: uuid.UUID, at: datetime,
) -> None:  # fmt: skip
    def work(book: Book) -> Done:
        row = ledger_losses.discrepancy(
            book, kind=kind, drug=one.drug, difference_ug=difference_ug, closing_id=closing.id
        )
        return book.done(kind, kind="discrepancy", subject=row.pk)

    number = uuid.uuid5(uid, one.id.hex)
    ledger.write(ledger.HANDLE, work, actor=actor, uid=number, at=at)
