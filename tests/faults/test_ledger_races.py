"""Two nurses at one cabinet at the same moment: nothing is overdrawn, closed twice or forked."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway.errors import NotNow, PathwayError
from reprieve.records import ledger
from reprieve.records.models import LedgerEntry, PortionEntry, Reconciliation
from reprieve.records.queries import stock
from tests.drug_room import KETAMINE, Room, infused, with_bag
from tests.faults.together import HANDS, together
from tests.house.engines import Copy
from tests.world import World, found


@pytest.fixture
def world(fresh_database: Copy) -> World:
    return found()


def test_one_vial_is_never_overdrawn(world: World) -> None:
    room, visit, vials = with_bag(world, vials=1)
    answers = together(lambda _: room.draw(visit.encounter, vials[0], "3"))
    refused = [a for a in answers if isinstance(a, PathwayError)]
    assert (len(refused), room.holds_mg(vials[0])) == (1, Decimal(50))
    assert LedgerEntry.of(world.id).filter(kind="drawn").count() == HANDS - 1
    assert PortionEntry.of(world.id).filter(kind="drawn").count() == HANDS - 1
    assert list(ledger.faults()) == []


def test_a_bag_is_closed_once(world: World) -> None:
    room, _, portion = infused(world)
    room.measure(portion, bag_ml="180", line_ml="15")
    answers = together(lambda _: room.close(portion, bag_ml="180", line_ml="15"))
    assert sum(isinstance(a, PathwayError) for a in answers) == HANDS - 1
    assert Reconciliation.of(world.id).count() == 1
    assert list(ledger.faults()) == []


def test_a_lot_comes_in_once(world: World) -> None:
    room = Room(world)
    answers = together(lambda _: room.receive(KETAMINE, count=2))
    assert sum(isinstance(a, list) for a in answers) == 1
    assert sum(isinstance(a, BadValue | NotNow) for a in answers) == HANDS - 1
    assert len(stock.held(clinic=world.id)) == 2
    assert list(ledger.faults()) == []
