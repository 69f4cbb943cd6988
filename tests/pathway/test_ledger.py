"""Vials in the ledger: taken in once, drawn while in date, emptied before a witness."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from reprieve.knowledge import BadValue
from reprieve.pathway import ledger_draws, ledger_losses, ledger_stock
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records import ledger, verify
from reprieve.records.models import LedgerEntry
from reprieve.records.queries import origins, stock
from tests import gate_desk
from tests.drug_room import MIDAZOLAM, Room, with_bag
from tests.world import World, found, new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def room(world: World) -> Room:
    return Room(world)


def kinds(room: Room, vial: object) -> list[str]:
    return [e.kind for e in stock.history(clinic=room.world.id, vial=vial)]  # type: ignore[arg-type]


def faults(world: World) -> list[str]:
    return list(verify.faults(at=world.at, sealer_runs=False))


def test_vials_are_full_to_their_label_when_they_come(room: Room) -> None:
    vials = room.receive()
    assert [room.holds_mg(v) for v in vials] == [500, 500, 500]
    assert stock.balances(clinic=room.world.id) == {"ketamine": 1_500_000}
    [entry] = stock.history(clinic=room.world.id, vial=vials[0])
    assert (entry.kind, entry.detail["invoice"]) == ("received", "I-1")
    assert faults(room.world) == []


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"drug": "aspirin"}, "drug"),
        ({"form": "esketamine-like"}, "form"),
        ({"strength_mg_per_ml": Decimal(500)}, "strength"),
        ({"volume_ml": Decimal(0)}, "volume"),
        ({"expires_on": date(2026, 3, 2)}, "expires_on"),
        ({"count": 0}, "count"),
        ({"count": 2, "serial": "S"}, "count"),
        ({"lot": "  "}, "lot"),
        ({"invoice": ""}, "invoice"),
        ({"ndc": "00000-451-1"}, "ndc"),
        ({"ndc": "unknown"}, "ndc"),
        ({"manufacturer": "M" * 81}, "manufacturer"),
    ],
)
def test_a_delivery_that_cannot_be_is_refused(
    room: Room, changes: dict[str, object], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        room.receive(**changes)
    assert refused.value.field == field
    assert stock.held(clinic=room.world.id) == []


def test_maker_and_ndc_are_kept_in_the_chained_entry(room: Room) -> None:
    vials = room.receive(manufacturer=" Invented Pharma ", ndc=" 00000-451-10 ", count=2)
    told = origins.of_vials(clinic=room.world.id, vials=vials)
    assert list(told) == vials
    assert set(told.values()) == {
        origins.Origin(
            supplier="Invented Wholesale", manufacturer="Invented Pharma", ndc="00000-451-10"
        )
    }
    row = LedgerEntry.of(room.world.id).get(vial=vials[0], kind="received")
    kept = row.row_hash
    assert ledger.entry_hash(ledger.VIALS, row) == kept
    row.detail = {**row.detail, "ndc": "00000-452-10"}
    assert ledger.entry_hash(ledger.VIALS, row) != kept
    assert faults(room.world) == []


def test_what_a_receipt_does_not_say_is_unknown(room: Room) -> None:
    [vial] = room.receive(count=1, manufacturer=" ", ndc=" ")
    row = LedgerEntry.of(room.world.id).get(vial=vial)
    assert set(row.detail) == {"supplier", "supplier_dea", "invoice"}  # as before there were such
    told = origins.of_vials(clinic=room.world.id, vials=[vial, new()])
    assert told == {vial: origins.Origin(supplier="Invented Wholesale")}


def test_a_lot_comes_in_once_unless_it_is_another_delivery(room: Room) -> None:
    room.receive(count=2)
    with pytest.raises(BadValue, match="received already"):
        room.receive(count=2)
    with pytest.raises(BadValue, match="on this invoice"):
        room.receive(count=2, again=True)
    room.receive(count=1, again=True, invoice="I-9")
    assert {v.serial for v in stock.held(clinic=room.world.id)} == {"1", "2", "3"}
    room.receive(count=1, lot="K-2", serial="SN7")
    with pytest.raises(BadValue, match="serial number"):
        room.receive(count=1, lot="K-2", serial="SN7", again=True)


def test_a_draw_leaves_the_vial_and_arrives_in_the_bag(world: World) -> None:
    room, visit, vials = with_bag(world)
    portion = room.draw(visit.encounter, vials[0], "2")
    assert room.draw(visit.encounter, vials[1], "0.5") == portion
    assert [room.holds_mg(v) for v in vials] == [400, 475, 500]
    view = room.portion(portion)
    assert (view.kind, view.drawn_ug, view.wanted_ml) == ("bag", 125_000, Decimal("2.5"))
    assert view.sources == ("K-1/1", "K-1/2")
    assert kinds(room, vials[0]) == ["received", "opened", "drawn"]
    assert faults(world) == []


def test_what_cannot_be_drawn_is_refused_and_nothing_moves(world: World) -> None:
    room, visit, vials = with_bag(world)
    weak = room.receive(lot="K-9", strength_mg_per_ml=Decimal(10), count=1)[0]
    with pytest.raises(NotNow, match="holds 500 mg: 505 mg"):
        room.draw(visit.encounter, vials[0], "10.1")
    with pytest.raises(NotNow, match="recipe asks for racemic 50 mg/mL"):
        room.draw(visit.encounter, weak, "1")
    with pytest.raises(BadValue, match="volume"):
        room.draw(visit.encounter, vials[0], "-1")
    with pytest.raises(NotFound):
        room.draw(visit.encounter, visit.encounter, "1")
    assert kinds(room, vials[0]) == ["received"]
    assert faults(world) == []


def test_a_vial_out_of_date_is_not_drawn_from(world: World) -> None:
    room, visit, _ = with_bag(world)
    today = world.at.date()
    vial = room.receive(lot="K-7", expires_on=today, count=1)[0]
    room.draw(visit.encounter, vial, "1")  # its last day
    world.later(days=1)
    with pytest.raises(NotNow, match="expired"):
        room.draw(visit.encounter, vial, "1")


def test_nothing_is_drawn_without_a_recipe_or_after_the_visit(world: World) -> None:
    room, visit, vials = with_bag(world)
    other = gate_desk.visit(world, gate_desk.planned(world))
    with pytest.raises(NotNow, match="Prepare the bag"):
        room.draw(other.encounter, vials[0], "1")
    visit.pump.chair.do("cancelled")
    with pytest.raises(NotNow, match="over"):
        room.draw(visit.encounter, vials[0], "1")


def test_another_strength_needs_another_syringe(world: World) -> None:
    room, visit, _ = with_bag(world)
    weak = room.receive(MIDAZOLAM, count=1)[0]
    strong = room.receive(MIDAZOLAM, lot="M-5", strength_mg_per_ml=Decimal(5), count=1)[0]
    syringe = room.draw(visit.encounter, weak, "2")
    assert room.draw(visit.encounter, weak, "1") == syringe
    with pytest.raises(NotNow, match="open syringe"):
        room.draw(visit.encounter, strong, "1")


def test_an_overage_is_witnessed_and_at_most_a_tenth(world: World) -> None:
    room, visit, vials = with_bag(world)

    def more(ml: str) -> None:
        ledger_stock.overage(vial=vials[0], volume_ml=Decimal(ml), **room.beside())

    with pytest.raises(NotNow, match="open vial"):
        more("0.5")
    room.draw(visit.encounter, vials[0], "10")
    more("0.6")
    more("0.4")
    with pytest.raises(NotNow, match="tenth"):
        more("0.001")
    assert room.holds_mg(vials[0]) == 50
    room.draw(visit.encounter, vials[0], "1")
    assert faults(world) == []


def test_what_is_left_in_a_vial_is_wasted_before_a_witness(world: World) -> None:
    room, visit, vials = with_bag(world)
    sealed = {"vial": vials[0], "volume_ml": Decimal("4.9")}
    with pytest.raises(NotNow, match="sealed"):
        ledger_stock.waste(**sealed, **room.beside())
    room.draw(visit.encounter, vials[0], "5")
    with pytest.raises(NotNow, match="holds 250 mg: 255 mg"):
        ledger_stock.waste(vial=vials[0], volume_ml=Decimal("5.1"), **room.beside())
    assert ledger_stock.waste(**sealed, **room.beside()) == 5_000
    assert kinds(room, vials[0])[-2:] == ["wasted", "difference"]
    assert room.holds_mg(vials[0]) == 0
    assert faults(world) == []


def test_much_that_is_missing_from_a_vial_waits_for_the_director(world: World) -> None:
    from reprieve.records.queries import discrepancies

    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "5")
    ledger_stock.waste(vial=vials[0], volume_ml=Decimal(4), **room.beside())
    [open_one] = discrepancies.waiting(clinic=world.id)
    assert (open_one.kind, open_one.difference_ug) == ("vial", 50_000)


def test_a_witness_is_another_clinician_of_the_same_clinic(room: Room) -> None:
    vial = room.receive(count=1)[0]

    def lost(second: object) -> None:
        ledger_stock.destroy(
            vials=[vial], manner="on_site", reference="F41-1", reason="expired", second=second,
            **room.act(),
        )  # type: ignore[arg-type]  # fmt: skip

    with pytest.raises(BadValue, match="another person"):
        lost(room.world["infusion_nurse"])
    with pytest.raises(PermissionDenied):
        lost(room.world["front_desk"])
    with pytest.raises(NotFound):
        lost(found()["physician"])
    lost(room.world["physician"])
    assert room.holds_mg(vial) == 0
    with pytest.raises(NotNow, match="K-1/1 is empty"):
        lost(room.world["physician"])


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"witness": "infusion_nurse"}, "ledger_witness_is_not_actor"),
        ({"change_ug": -500_001, "balance_after_ug": -1}, "ledger_never_below_zero"),
        ({"balance_after_ug": 499_000}, "balance"),
    ],
    ids=str,
)
def test_the_database_itself_refuses_what_the_pages_would(
    room: Room, wrong: dict[str, object], says: str
) -> None:
    vial = room.receive(count=1)[0]
    last = LedgerEntry.of(room.world.id).get(vial_id=vial)
    values: dict[str, object] = {
        "seq": 2, "change_ug": -1, "balance_after_ug": 499_999, "witness": "physician",
    } | wrong  # fmt: skip
    values["witness_id"] = room.world[str(values.pop("witness"))].practitioner
    entry = LedgerEntry(
        clinic_id=room.world.id, vial_id=vial, kind="wasted", previous_hash=last.row_hash,
        row_hash="0" * 64, recorded_at=room.world.at,
        by_id=room.world["infusion_nurse"].practitioner, **values,
    )  # fmt: skip
    with pytest.raises(DatabaseError, match=says), transaction.atomic():
        entry.save(force_insert=True)


def test_the_desk_does_not_touch_the_cabinet(room: Room) -> None:
    with pytest.raises(PermissionDenied):
        ledger_stock.receive(
            actor=room.world["front_desk"], uid=new(), at=room.world.at,
            delivery=MIDAZOLAM,
        )  # fmt: skip


def test_sealed_vials_go_to_another_registrant(world: World) -> None:
    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "1")
    to = {"receiver": "Invented Hospital", "receiver_dea": "BI0000000", "invoice": "T-1"}
    with pytest.raises(NotNow, match="nobody else"):
        ledger_stock.transfer(vials=[vials[0]], **to, **room.beside())
    with pytest.raises(BadValue, match="vials"):
        ledger_stock.transfer(vials=[], **to, **room.beside())
    with pytest.raises(BadValue, match="receiver_dea"):
        ledger_stock.transfer(vials=vials[1:], **(to | {"receiver_dea": ""}), **room.beside())
    ledger_stock.transfer(vials=vials[1:], **to, **room.beside())
    assert [room.holds_mg(v) for v in vials] == [450, 0, 0]
    with pytest.raises(BadValue, match="manner"):
        ledger_stock.destroy(
            vials=vials[:1], manner="sink", reference="-", reason="-", **room.beside()
        )


def test_the_same_act_twice_draws_once(world: World) -> None:
    room, visit, vials = with_bag(world)
    given = {"encounter": visit.encounter, "vial": vials[0], "volume_ml": Decimal(1)}
    act = room.act()
    assert ledger_draws.draw(**given, **act) == ledger_draws.draw(**given, **act)
    assert room.holds_mg(vials[0]) == 450


def test_breakage_is_seen_by_two_and_starts_no_clock(room: Room) -> None:
    from reprieve.records.queries import discrepancies

    vial = room.receive(count=1)[0]
    broken = {"vial": vial, "cause": "breakage", "text": "Fell from the counter."}
    with pytest.raises(BadValue, match="second"):
        ledger_losses.lose(**broken, **room.act())
    ledger_losses.lose(**broken, **room.beside())
    assert discrepancies.waiting(clinic=room.world.id) == []
    [lost] = LedgerEntry.of(room.world.id).filter(kind="lost")
    assert lost.change_ug == -500_000
    with pytest.raises(NotNow, match="empty"):
        ledger_losses.lose(**broken, **room.beside())


@pytest.mark.parametrize(("cause", "text"), [("magic", "x"), ("theft", " ")])
def test_a_loss_says_how(room: Room, cause: str, text: str) -> None:
    with pytest.raises(BadValue):
        ledger_losses.lose(vial=room.receive(count=1)[0], cause=cause, text=text, **room.act())


def test_expiry_is_by_the_clinics_own_day(world: World) -> None:
    room, visit, _ = with_bag(world)
    world.at = world.at.replace(hour=4, minute=30) + timedelta(days=1)  # still yesterday there
    vial = room.receive(lot="K-8", expires_on=(world.at - timedelta(days=1)).date(), count=1)[0]
    room.draw(visit.encounter, vial, "1")
