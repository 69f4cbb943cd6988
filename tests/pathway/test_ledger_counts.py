"""Blind counts, and the clock that a theft or loss starts."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import ledger_counts, ledger_losses, worklist
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.ledger_counts import Counted
from reprieve.records import verify
from reprieve.records.models import WorkItem
from reprieve.records.queries import discrepancies, stock
from reprieve.records.queries.discrepancies import DiscrepancyView
from tests.drug_room import MIDAZOLAM, Room, with_bag
from tests.world import World, new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def count(room: Room, sealed: list[int], **more: Any) -> bool:
    """Count the kinds in their order, and each open vial as told."""
    kinds = stock.kinds(clinic=room.world.id)
    found = Counted(
        sealed=dict(zip(kinds, sealed, strict=False)), opened=more.pop("opened", {})
    )
    given = {"occasion": "shift", "business": "open"} | more
    return ledger_counts.count(counted=found, **given, **room.beside())


def test_a_count_that_agrees_is_kept(room: Room) -> None:
    room.receive(count=3)
    room.receive(MIDAZOLAM, count=10)
    assert count(room, [3, 10], occasion="initial")
    last = discrepancies.last_inventory(clinic=room.world.id)
    assert last is not None
    assert (last.occasion, last.agrees, len(last.lines)) == ("initial", True, 2)
    assert list(verify.faults(at=room.world.at, sealer_runs=False)) == []


def test_a_missing_box_opens_a_discrepancy(room: Room) -> None:
    room.receive(count=3)
    assert not count(room, [1])
    [found] = discrepancies.waiting(clinic=room.world.id)
    assert (found.kind, found.drug, found.difference_ug) == ("count", "ketamine", 1_000_000)


def test_open_vials_are_measured(world: World) -> None:
    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "5")
    assert count(room, [2], opened={vials[0]: Decimal("4.9")})
    assert stock.history(clinic=world.id, vial=vials[0])[-1].kind == "counted"
    assert not count(room, [2], opened={vials[0]: Decimal(3)})
    [found] = discrepancies.waiting(clinic=world.id)
    assert (found.difference_ug, found.about) == (100_000, "K-1/1")
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []


def test_nothing_is_left_out(world: World) -> None:
    room, visit, vials = with_bag(world)
    with pytest.raises(BadValue, match="was not counted"):
        count(room, [])
    room.draw(visit.encounter, vials[0], "5")
    with pytest.raises(BadValue, match="was not counted"):
        count(room, [2])
    with pytest.raises(BadValue, match="occasion"):
        count(room, [2], occasion="whim")
    with pytest.raises(BadValue, match="business"):
        count(room, [2], business="noon")


def theft(room: Room) -> DiscrepancyView:
    vial = room.receive(count=1)[0]
    ledger_losses.lose(vial=vial, cause="theft", text="Cabinet forced.", **room.act())
    [found] = discrepancies.waiting(clinic=room.world.id)
    return found


def judge(room: Room, found: DiscrepancyView, kind: str, *, who: str = "medical_director",
          **more: str) -> None:  # fmt: skip
    given = {"text": "Looked into."} | more
    ledger_losses.judge(
        actor=room.world[who], uid=new(), at=room.world.at, discrepancy=found.id, kind=kind,
        **given,
    )  # fmt: skip


def test_a_theft_is_told_by_the_next_business_day_and_in_full_after_45(room: Room) -> None:
    room.world.at += timedelta(days=3)  # a Friday
    found = theft(room)
    assert (found.notice_due, found.form_due) == (date(2026, 3, 9), date(2026, 4, 20))
    due = {i.kind: i.due_at for i in WorkItem.of(room.world.id)}
    assert set(due) == {"loss_notice", "loss_form"}
    with pytest.raises(BadValue, match="reference"):
        judge(room, found, "notice_sent")
    judge(room, found, "notice_sent", reference="Letter of 9 March")
    with pytest.raises(NotNow, match="fit"):
        judge(room, found, "judged_loss")
    [now] = discrepancies.waiting(clinic=room.world.id)
    assert now.notice_sent
    assert WorkItem.of(room.world.id).get(kind="loss_notice").state == "done"
    judge(room, found, "form_sent", reference="106-1")
    assert discrepancies.waiting(clinic=room.world.id) == []
    assert not WorkItem.of(room.world.id).filter(state__in=worklist.OPEN).exists()
    with pytest.raises(NotNow, match="closed"):
        judge(room, found, "explained")
    assert list(verify.faults(at=room.world.at, sealer_runs=False)) == []


def test_a_difference_may_be_explained_or_judged_a_loss(room: Room) -> None:
    room.receive(count=3)
    count(room, [2])
    [found] = discrepancies.waiting(clinic=room.world.id)
    with pytest.raises(NotNow, match="fit"):
        judge(room, found, "form_sent", reference="106-1")
    room.world.later(days=2)
    judge(room, found, "judged_loss")
    [loss] = discrepancies.waiting(clinic=room.world.id)
    assert (loss.kind, loss.notice_due) == ("loss", date(2026, 3, 4))  # from the day it was found
    judge(room, loss, "not_significant")
    assert discrepancies.waiting(clinic=room.world.id) == []


def test_only_the_director_judges_and_says_why(room: Room) -> None:
    found = theft(room)
    with pytest.raises(PermissionDenied):
        judge(room, found, "explained", who="infusion_nurse")
    with pytest.raises(BadValue, match="text"):
        judge(room, found, "explained", text=" ")
    with pytest.raises(BadValue, match="kind"):
        judge(room, found, "forgotten")
    other = Room(room.world)
    with pytest.raises(NotFound):
        ledger_losses.judge(
            actor=other.world["medical_director"], uid=new(), at=other.world.at,
            discrepancy=new(), kind="explained", text="x",
        )  # fmt: skip
    judge(room, found, "explained", text="Found behind the box.")
    [done] = discrepancies.between(
        clinic=room.world.id, start=room.world.at, end=room.world.at + timedelta(days=1)
    )
    assert (done.is_open, done.events[0].text) == (False, "Found behind the box.")


def test_items_of_the_ledger_are_closed_on_its_page_alone(room: Room) -> None:
    theft(room)
    item = WorkItem.of(room.world.id).get(kind="loss_form")
    with pytest.raises(NotNow):
        worklist.finish(
            actor=room.world["medical_director"], uid=new(), at=room.world.at, item=item.pk
        )
