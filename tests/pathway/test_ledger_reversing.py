"""What was mistyped goes back by a row that names it, before a witness, and only while it can."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import ledger_reversing, ledger_stock
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records import verify
from reprieve.records.queries import drug_papers, portions, stock
from tests.drug_room import KETAMINE, MIDAZOLAM, Room, infused, with_bag
from tests.world import World

pytestmark = pytest.mark.usefixtures("db")


def take_back(room: Room, vial: uuid.UUID, seq: int, **more: Any) -> None:
    given = {"reason": "Typed for another vial."} | more
    ledger_reversing.draw(vial=vial, seq=seq, **given, **room.beside())


def unreceive(room: Room, vials: list[uuid.UUID], reason: str = "Two came, not three.") -> None:
    ledger_reversing.receipt(vials=vials, reason=reason, **room.beside())


def sound(world: World) -> bool:
    return not list(verify.faults(at=world.at, sealer_runs=False))


def test_a_mistyped_draw_goes_back_and_the_right_one_is_drawn(world: World) -> None:
    room, visit, vials = with_bag(world)
    bag = room.draw(visit.encounter, vials[0], "5.2")
    take_back(room, vials[0], 3, instead_ml=Decimal("2.5"))
    entries = stock.history(clinic=world.id, vial=vials[0])
    assert [e.kind for e in entries] == ["received", "opened", "drawn", "draw_reversed", "drawn"]
    back = entries[3]
    assert (back.reverses, back.change_ug, back.note) == (3, 260_000, "Typed for another vial.")
    assert back.witness
    assert room.holds_mg(vials[0]) == 375
    assert room.portion(bag).drawn_ug == 125_000
    assert [d.taken_back for d in portions.draws(clinic=world.id, portion=bag)] == [True, False]
    assert sound(world)


def test_a_draw_from_the_wrong_vial_leaves_it_sealed(world: World) -> None:
    room, visit, vials = with_bag(world)
    bag = room.draw(visit.encounter, vials[0], "2.5")
    room.draw(visit.encounter, vials[1], "2.5")
    take_back(room, vials[0], 3, sealed=True)
    wrong = stock.vial(clinic=world.id, vial=vials[0])
    assert wrong is not None
    assert (wrong.is_open, wrong.balance_ug) == (False, 500_000)
    assert room.portion(bag).sources == ("K-1/2",)
    with pytest.raises(NotNow, match="already"):
        take_back(room, vials[0], 3)
    with pytest.raises(BadValue, match="sealed"):
        take_back(room, vials[1], 3, sealed=True, instead_ml=Decimal(1))
    room.draw(visit.encounter, vials[1], "1")
    with pytest.raises(BadValue, match="something else"):
        take_back(room, vials[1], 3, sealed=True)
    assert sound(world)


def test_nothing_goes_back_that_was_given_or_is_accounted_for(world: World) -> None:
    room, _visit, bag = infused(world)
    given_ug = room.portion(bag).given_ug
    [draw] = portions.draws(clinic=world.id, portion=bag)
    with pytest.raises(NotNow, match="were given"):
        take_back(room, draw.vial, draw.seq)
    with pytest.raises(NotFound):
        take_back(room, draw.vial, 1)
    with pytest.raises(BadValue, match="reason"):
        take_back(room, draw.vial, draw.seq, reason=" ")
    with pytest.raises(BadValue, match="second"):
        ledger_reversing.draw(
            vial=draw.vial, seq=draw.seq, reason="x", second=world["infusion_nurse"], **room.act()
        )
    take_back(room, draw.vial, draw.seq, instead_ml=Decimal("2.6"))
    room.account(bag, bag_ml="0", line_ml="0", syringe_ml=str((130_000 - given_ug) / 50_000))
    again = portions.draws(clinic=world.id, portion=bag)[-1]
    with pytest.raises(NotNow, match="accounted for"):
        take_back(room, again.vial, again.seq)
    assert sound(world)


def test_what_is_closed_counts_what_was_really_drawn(world: World) -> None:
    room, visit, vials = with_bag(world)
    midazolam = room.receive(MIDAZOLAM)[0]
    syringe = room.draw(visit.encounter, midazolam, "5")
    take_back(room, midazolam, 3, instead_ml=Decimal(1))
    room.draw(visit.encounter, vials[0], "2.5")
    with pytest.raises(BadValue, match="ever drawn"):
        room.measure(syringe, syringe_ml="4")
    closed = room.account(syringe, syringe_ml="1")
    assert (closed.drawn_ug, closed.difference_ug) == (1_000, 0)
    log = drug_papers.movements(
        clinic=world.id, start=world.at.replace(hour=0), end=world.at.replace(hour=23)
    )
    [line] = [m for m in log if m.kind == "draw_reversed"]
    assert (line.reverses, line.change_ug, line.reason) == (3, 5_000, "Typed for another vial.")
    assert line.patient
    assert sound(world)


def test_a_mistyped_receipt_is_taken_back_and_received_anew(world: World) -> None:
    room = Room(world)
    vials = room.receive(count=3, strength_mg_per_ml=Decimal(10))
    came = stock.came_with(clinic=world.id, vial=vials[0])
    assert [view.id for view in came] == vials
    unreceive(room, vials)
    assert stock.held(clinic=world.id) == []
    assert stock.kinds(clinic=world.id) == []  # nobody counts what never came
    room.receive(count=3)  # the same lot on the same invoice, as it really was
    assert sum(stock.balances(clinic=world.id).values()) == 1_500_000
    with pytest.raises(NotNow, match="used since"):
        unreceive(room, vials[:1])
    assert sound(world)


def test_a_vial_with_its_own_number_may_be_received_again(world: World) -> None:
    room = Room(world)
    [vial] = room.receive(count=1, serial="S-9", strength_mg_per_ml=Decimal(10))
    unreceive(room, [vial])
    room.receive(count=1, serial="S-9")
    assert [v.serial for v in stock.held(clinic=world.id)] == ["S-9~2"]


def test_a_used_vial_was_received(world: World) -> None:
    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "2.5")
    with pytest.raises(NotNow, match="K-1/1 was used since"):
        unreceive(room, vials)
    assert len(stock.held(clinic=world.id)) == 3
    with pytest.raises(BadValue, match="vials"):
        unreceive(room, [])
    with pytest.raises(BadValue, match="reason"):
        unreceive(room, vials[1:], reason="")
    assert stock.came_with(clinic=world.id, vial=uuid.uuid4()) == []
    ledger_stock.destroy(
        vials=vials[1:2], manner="on_site", reference="F41", reason="x", **room.beside()
    )
    assert [v.id for v in stock.came_with(clinic=world.id, vial=vials[2])] == [vials[2]]
    assert KETAMINE.count == 3
