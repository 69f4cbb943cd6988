"""Pages that put the ledger right: a mistyped draw, a mistyped receipt, a difference in a count."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clock, ledger_counts
from reprieve.pathway.ledger_counts import Counted
from reprieve.records.queries import discrepancies, stock
from tests.drug_room import Room, with_bag
from tests.web.test_ledger import get, post, witness
from tests.world import World

AsRole = Callable[[str], Client]


@pytest.fixture
def today(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The pages see the test's clock."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


def because(world: World, who: str = "physician", **more: Any) -> dict[str, Any]:
    return {"reason": "Typed in a hurry.", **witness(world, who), **more}


def test_a_nurse_takes_a_mistyped_draw_back(today: World, as_role: AsRole) -> None:
    room, visit, vials = with_bag(today)
    bag = room.draw(visit.encounter, vials[0], "5")
    nurse = as_role("infusion_nurse")
    for shown in (get(nurse, "ledger_vial", vials[0]), get(nurse, "ledger_portion", bag)):
        assert reverse("ledger_reverse_draw", args=[vials[0], 3]) in shown
    assert "(5 mL)" in get(nurse, "ledger_reverse_draw", vials[0], 3)
    post(nurse, "ledger_reverse_draw", vials[0], 3, **because(today, instead_ml="2.5"))
    page = get(nurse, "ledger_vial", vials[0])
    assert "mistyped draw taken back" in page
    assert "(entry 3)" in page
    assert "Typed in a hurry." in page
    assert "taken back" in get(nurse, "ledger_portion", bag)
    assert room.holds_mg(vials[0]) == 375
    said = post(nurse, "ledger_reverse_draw", vials[0], 3, status=422, **because(today))
    assert "This was taken back already." in said
    said = post(nurse, "ledger_reverse_draw", vials[0], 5, status=422, reason="x")
    assert "This field is required" in said
    assert nurse.get(reverse("ledger_reverse_draw", args=[vials[0], 1])).status_code == 404


def test_the_log_shows_what_was_taken_back_and_why(today: World, as_role: AsRole) -> None:
    room, visit, vials = with_bag(today)
    room.draw(visit.encounter, vials[0], "5")
    nurse = as_role("infusion_nurse")
    post(nurse, "ledger_reverse_draw", vials[0], 3, **because(today))
    log = get(nurse, "ledger_paper", "log", "csv")
    assert "mistyped draw taken back (entry 3 of this vial)" in log
    assert "Typed in a hurry." in log


def test_a_mistyped_receipt_is_taken_back_as_a_whole(today: World, as_role: AsRole) -> None:
    vials = Room(today).receive(count=2)
    nurse = as_role("infusion_nurse")
    assert "The receipt was mistyped" in get(nurse, "ledger_vial", vials[0])
    page = get(nurse, "ledger_reverse_receipt", vials[0])
    assert page.count("checked") == 2  # all of the delivery beforehand
    chosen = because(today, vials=[str(v) for v in vials])
    post(nurse, "ledger_reverse_receipt", vials[0], **chosen)
    assert stock.held(clinic=today.id) == []
    assert nurse.get(reverse("ledger_reverse_receipt", args=[vials[0]])).status_code == 409
    assert "The receipt was mistyped" not in get(nurse, "ledger_vial", vials[0])


def found_in_a_count(world: World, room: Room, sealed: int, **opened: Decimal) -> Any:
    [kind] = stock.kinds(clinic=world.id)
    held = {v.id: opened["ml"] for v in stock.opened(clinic=world.id)}
    ledger_counts.count(
        counted=Counted(sealed={kind: sealed}, opened=held), occasion="shift", business="open",
        **room.beside(),
    )  # fmt: skip
    return discrepancies.waiting(clinic=world.id)[0]


def test_the_director_puts_a_sealed_count_right(today: World, as_role: AsRole) -> None:
    room = Room(today)
    vials = room.receive(count=3)
    found = found_in_a_count(today, room, 2)
    director = as_role("medical_director")
    assert "Put the balance right" in get(director, "ledger_discrepancy", found.id)
    assert "-500" in get(director, "ledger_adjust", found.id)
    chosen = because(today, vials=[str(vials[0])])
    said = post(
        director, "ledger_adjust", found.id, status=422,
        **(chosen | {"vials": [str(v) for v in vials]}),
    )  # fmt: skip
    assert "is beyond it" in said
    post(director, "ledger_adjust", found.id, **chosen)
    page = get(director, "ledger_discrepancy", found.id)
    assert "the balance was put right (-500 mg)" in page
    assert "Put the balance right" not in page
    assert "the balance was put right" in get(director, "ledger_paper", "discrepancies", "csv")
    assert director.get(reverse("ledger_adjust", args=[found.id])).status_code == 409
    assert stock.balances(clinic=today.id) == {"ketamine": 1_000_000}
    nurse = as_role("infusion_nurse")
    assert nurse.get(reverse("ledger_adjust", args=[found.id])).status_code == 403


def test_an_open_vial_is_put_right_by_an_amount(today: World, as_role: AsRole) -> None:
    room, visit, vials = with_bag(today)
    room.draw(visit.encounter, vials[0], "5")
    found = found_in_a_count(today, room, 2, ml=Decimal(3))
    director = as_role("medical_director")
    form = because(today, vial=str(vials[0]), amount_mg="100")
    said = post(director, "ledger_adjust", found.id, status=422, **(form | {"amount_mg": "0"}))
    assert "must be above nought" in said
    post(director, "ledger_adjust", found.id, **form)
    assert room.holds_mg(vials[0]) == 150
