"""A difference is put right in the balance, so that the next count finds nothing new."""

from __future__ import annotations

import uuid
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import ledger_adjusting, ledger_counts, ledger_losses, ledger_stock
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.ledger_counts import Counted
from reprieve.records import verify
from reprieve.records.queries import adjustments, discrepancies, drug_papers, stock
from reprieve.records.queries.discrepancies import DiscrepancyView
from tests.drug_room import Room, infused, with_bag
from tests.world import World, new

pytestmark = pytest.mark.usefixtures("db")


def count(room: Room, sealed: int, **opened: str) -> list[DiscrepancyView]:
    """Count one kind, and open vials by their key in hex; return what cannot be accounted for."""
    [kind] = stock.kinds(clinic=room.world.id)
    found = {uuid.UUID(vial): Decimal(ml) for vial, ml in opened.items()}
    ledger_counts.count(
        counted=Counted(sealed={kind: sealed}, opened=found), occasion="shift", business="open",
        **room.beside(),
    )  # fmt: skip
    return discrepancies.waiting(clinic=room.world.id)


def adjust(
    room: Room, found: DiscrepancyView, changes: dict[uuid.UUID, int], *,
    who: str = "medical_director", reason: str = "Used on Friday, never written.",
) -> None:  # fmt: skip
    ledger_adjusting.adjust(
        actor=room.world[who], second=room.world["infusion_nurse"], uid=new(), at=room.world.at,
        discrepancy=found.id, changes_ug=changes, reason=reason,
    )  # fmt: skip


def judge(room: Room, found: DiscrepancyView, kind: str) -> None:
    ledger_losses.judge(
        actor=room.world["medical_director"], uid=new(), at=room.world.at, discrepancy=found.id,
        kind=kind, text="Looked into.",
    )  # fmt: skip


def sound(world: World) -> bool:
    return not list(verify.faults(at=world.at, sealer_runs=False))


def test_an_explained_count_is_put_right_and_the_next_one_agrees(world: World) -> None:
    room = Room(world)
    vials = room.receive(count=3)
    [found] = count(room, 2)
    adjust(room, found, {vials[2]: -500_000})
    judge(room, found, "explained")
    assert count(room, 2) == []
    entry = stock.history(clinic=world.id, vial=vials[2])[-1]
    assert (entry.kind, entry.change_ug, entry.balance_after_ug) == ("adjusted", -500_000, 0)
    assert entry.detail == {"discrepancy": found.id.hex}
    assert entry.note == "Used on Friday, never written."
    assert entry.witness
    [held] = drug_papers.inventory(clinic=world.id)
    assert (held.containers, held.amount_ug) == (2, 1_000_000)
    [line] = [
        m for m in drug_papers.movements(
            clinic=world.id, start=world.at.replace(hour=0), end=world.at.replace(hour=23)
        ) if m.kind == "adjusted"
    ]  # fmt: skip
    assert line.reason == entry.note
    assert sound(world)


def test_a_loss_is_put_right_once(world: World) -> None:
    room = Room(world)
    vials = room.receive(count=3)
    [found] = count(room, 2)
    judge(room, found, "judged_loss")
    [loss] = discrepancies.waiting(clinic=world.id)
    with pytest.raises(NotNow, match="closed"):
        adjust(room, found, {vials[0]: -500_000})
    adjust(room, loss, {vials[0]: -500_000})
    assert adjustments.of(clinic=world.id, discrepancy=loss.id) is None
    with pytest.raises(NotNow, match="nothing to put right"):
        adjust(room, loss, {vials[1]: -500_000})
    assert [e.kind for e in discrepancies.waiting(clinic=world.id)[0].events] == ["adjusted"]
    assert adjustments.made_ug(clinic=world.id, discrepancy=loss.id) == -500_000
    assert sound(world)


def test_what_turned_up_again_goes_back_in(world: World) -> None:
    room = Room(world)
    vials = room.receive(count=2)
    ledger_losses.lose(vial=vials[0], cause="loss", text="Gone.", **room.act())
    [lost] = discrepancies.waiting(clinic=world.id)
    adjust(room, lost, {vials[0]: 500_000}, reason="Behind the box.")
    judge(room, lost, "explained")
    assert count(room, 2) == []
    again = room.receive(count=1, lot="K-2", invoice="I-9")
    ledger_losses.lose(vial=again[0], cause="breakage", text="Broke.", **room.beside())
    [found] = count(room, 3)  # it was another vial that broke
    assert found.difference_ug == -500_000
    adjust(room, found, {again[0]: 500_000})
    judge(room, found, "explained")
    assert count(room, 3) == []
    assert stock.sealed(clinic=world.id)[stock.kinds(clinic=world.id)[0]] == 3
    assert sound(world)


def test_an_open_vial_follows_its_count_by_an_amount(world: World) -> None:
    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "5")
    [found] = count(room, 2, **{vials[0].hex: "3"})
    with pytest.raises(NotNow, match="beyond"):
        adjust(room, found, {vials[0]: -100_001})
    with pytest.raises(BadValue, match="amount"):
        adjust(room, found, {vials[0]: 100_000})
    with pytest.raises(BadValue, match="vials"):
        adjust(room, found, {vials[1]: -100_000})
    adjust(room, found, {vials[0]: -60_000})
    adjust(room, found, {vials[0]: -40_000})
    assert room.holds_mg(vials[0]) == 150
    judge(room, found, "explained")
    assert count(room, 2, **{vials[0].hex: "3"}) == []
    assert sound(world)


def test_a_bag_that_lacked_some_gives_it_back_to_its_vial(world: World) -> None:
    room, _visit, bag = infused(world)
    source = stock.opened(clinic=world.id)[0].id
    room.account(bag, bag_ml="0", line_ml="0", syringe_ml="0")
    [found] = discrepancies.waiting(clinic=world.id)
    missing_ug = found.difference_ug or 0
    held_ug = room.holds_mg(source) * 1000
    adjust(room, found, {source: missing_ug}, reason="Less was drawn than written.")
    assert room.holds_mg(source) * 1000 == held_ug + missing_ug
    assert sound(world)


def test_a_vial_never_holds_more_than_it_can(world: World) -> None:
    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "0.2")
    [found] = count(room, 2, **{vials[0].hex: "19"})
    with pytest.raises(NotNow, match="cannot hold"):
        adjust(room, found, {vials[0]: 450_000})


def test_only_the_director_before_a_witness_and_with_a_reason(world: World) -> None:
    room = Room(world)
    vials = room.receive(count=2)
    [found] = count(room, 1)
    out = {vials[0]: -500_000}
    with pytest.raises(PermissionDenied):
        adjust(room, found, out, who="physician")
    with pytest.raises(BadValue, match="reason"):
        adjust(room, found, out, reason=" ")
    with pytest.raises(BadValue, match="vials"):
        adjust(room, found, {})
    with pytest.raises(BadValue, match="as a whole"):
        adjust(room, found, {vials[0]: -499_000})
    with pytest.raises(NotFound):
        ledger_adjusting.adjust(
            actor=world["medical_director"], second=world["infusion_nurse"], uid=new(),
            at=world.at, discrepancy=new(), changes_ug=out, reason="x",
        )  # fmt: skip
    assert room.holds_mg(vials[0]) == 500


def test_an_emptied_vial_has_nothing_to_put_right(world: World) -> None:
    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "2.5")
    ledger_stock.waste(vial=vials[0], volume_ml=Decimal(1), **room.beside())
    [found] = discrepancies.waiting(clinic=world.id)
    assert found.kind == "vial"
    assert adjustments.of(clinic=world.id, discrepancy=found.id) is None
