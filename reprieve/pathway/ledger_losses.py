"""Drug that nobody can account for: opened the same day, judged by the director, told in time.

A theft or loss starts the federal clock on the day it is found: a written notice by the next
business day, the full report (Form 106, electronic) within 45 days.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from reprieve.clinical import controlled
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import ledger, worklist
from reprieve.pathway.acts import Done
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.ledger import Book
from reprieve.pathway.permissions import DIRECTOR, Actor
from reprieve.records import notes
from reprieve.records.models import Clinic, Discrepancy, DiscrepancyEvent, WorkItem

CAUSES = {
    "breakage": N_("broken or spilled"),
    "loss": N_("lost"),
    "theft": N_("stolen"),
}
CLOCKED = frozenset({"loss", "theft"})
# What ends a discrepancy, and what only goes on with it.
CLOSING = frozenset({"explained", "judged_loss", "not_significant", "form_sent"})
JUDGED = {
    "explained": N_("explained: nothing is missing"),
    "judged_loss": N_("a loss: the clock runs from the day it was found"),
    "not_significant": N_("a loss that is not significant"),
    "notice_sent": N_("the written notice was sent"),
    "form_sent": N_("the full report was sent"),
}


def lose(
    *, actor: Actor, uid: uuid.UUID, at: datetime, vial: uuid.UUID, cause: str, text: str,
    second: Actor | None = None,
) -> None:  # fmt: skip
    """This function will write off what a vial holds as broken, lost or stolen.

    Breakage needs a witness; a loss or theft starts the clock. Raises BadValue for a missing word.
    """
    if cause not in CAUSES:
        raise BadValue("cause", f"must be one of {', '.join(CAUSES)}")
    if cause == "breakage" and second is None:
        raise BadValue("second", N_("is needed: somebody saw it broken"))
    if not text.strip():
        raise BadValue("text", N_("is needed"))

    def work(book: Book) -> Done:
        row = ledger.locked_vial(clinic=actor.clinic, vial=vial)
        left_ug = ledger.state_of(row).balance_ug
        if not left_ug:
            raise NotNow(N_("This vial is empty already."))
        note = notes.write(text, clinic=actor.clinic, at=at, by=actor.practitioner)
        book.enter(row, "lost", -left_ug, note=note, detail={"cause": cause})
        if cause in CLOCKED:
            clocked(
                book, kind=cause, drug=row.drug, difference_ug=left_ug,
                found_on=ledger.today(actor.clinic, at), vial=row, note=note,
            )  # fmt: skip
        return book.done("lose", kind="vial", subject=row.pk)

    ledger.write(ledger.HANDLE, work, actor=actor, uid=uid, at=at, witness=second)


def discrepancy(
    book: Book, *, kind: str, drug: str, difference_ug: int, **about: Any
) -> Discrepancy:
    """This function will open a discrepancy inside an act, due for the director the same day."""
    due = _end_of(ledger.today(book.actor.clinic, book.at), book.actor.clinic)
    item = worklist.open_item(
        actor=book.actor, at=book.at, kind="ledger_discrepancy", owner_role=DIRECTOR, due_at=due
    )
    row: Discrepancy = book.add(
        Discrepancy, kind=kind, drug=drug, difference_ug=difference_ug, item_id=item, **about
    )
    return row


def clocked(
    book: Book, *, kind: str, drug: str, difference_ug: int | None, found_on: date, **about: Any
) -> Discrepancy:
    """This function will open a theft or loss inside an act, with both of its deadlines."""
    notice, form = controlled.notice_due(found_on), controlled.form_due(found_on)
    items = {
        f"{name}_item_id": worklist.open_item(
            actor=book.actor,
            at=book.at,
            kind=f"loss_{name}",
            owner_role=DIRECTOR,
            due_at=_end_of(day, book.actor.clinic),
        )
        for name, day in (("notice", notice), ("form", form))
    }
    row: Discrepancy = book.add(
        Discrepancy, kind=kind, drug=drug, difference_ug=difference_ug, notice_due=notice,
        form_due=form, **items, **about,
    )  # fmt: skip
    return row


def _end_of(day: date, clinic: uuid.UUID) -> datetime:
    zone = ZoneInfo(Clinic.objects.get(pk=clinic).timezone)
    return datetime.combine(day + timedelta(days=1), time(), tzinfo=zone)


def judge(
    *, actor: Actor, uid: uuid.UUID, at: datetime, discrepancy: uuid.UUID, kind: str, text: str,
    reference: str = "",
) -> None:  # fmt: skip
    """This function will write what was found out or done about a discrepancy.

    Raises BadValue for a missing reason or reference, NotNow when it is closed or does not fit.
    """
    if kind not in JUDGED:
        raise BadValue("kind", f"must be one of {', '.join(JUDGED)}")
    if not text.strip():
        raise BadValue("text", N_("is needed"))
    if kind in {"notice_sent", "form_sent"} and not reference.strip():
        raise BadValue("reference", N_("is needed: number or day of what was sent"))

    def work(book: Book) -> Done:
        row = opened(actor.clinic, discrepancy)
        _check_fits(row, kind)
        note = notes.write(text, clinic=actor.clinic, at=at, by=actor.practitioner)
        book.add(
            DiscrepancyEvent, discrepancy=row, kind=kind, reference=reference.strip()[:60],
            note=note,
        )  # fmt: skip
        _close_items(row, kind, actor=actor, at=at)
        if kind == "judged_loss":
            clocked(
                book, kind="loss", drug=row.drug, difference_ug=row.difference_ug, vial=row.vial,
                found_on=ledger.today(actor.clinic, row.recorded_at), closing=row.closing,
                count=row.count, note=note,
            )  # fmt: skip
        return book.done(kind, kind="discrepancy", subject=row.pk)

    ledger.write(ledger.DECIDE, work, actor=actor, uid=uid, at=at)


def opened(clinic: uuid.UUID, discrepancy: uuid.UUID) -> Discrepancy:
    """This function will return an open discrepancy, locked. Raises NotFound and NotNow."""
    row = Discrepancy.of(clinic).select_for_update(of=("self",)).filter(pk=discrepancy).first()
    if row is None:
        raise NotFound(N_("There is no such discrepancy."))
    done = set(DiscrepancyEvent.of(clinic).filter(discrepancy=row).values_list("kind", flat=True))
    if done & CLOSING:
        raise NotNow(N_("This discrepancy is closed."))
    return row


def _check_fits(row: Discrepancy, kind: str) -> None:
    is_clocked = row.notice_due is not None
    wanted = {"explained": None, "judged_loss": False}.get(kind, True)
    if wanted is not None and wanted != is_clocked:
        raise NotNow(N_("This does not fit: first judge whether it is a loss."))


def _close_items(row: Discrepancy, kind: str, *, actor: Actor, at: datetime) -> None:
    ended = [row.notice_item_id] if kind == "notice_sent" else [
        row.item_id, row.notice_item_id, row.form_item_id
    ]  # fmt: skip
    items = (
        WorkItem.of(actor.clinic)
        .select_for_update()
        .filter(pk__in=[one for one in ended if one], state__in=worklist.OPEN)
    )
    for item in items:
        worklist.close(actor=actor, at=at, item=item)
