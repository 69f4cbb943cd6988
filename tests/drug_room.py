"""What tests of the controlled-drug ledger share: stock, a running infusion, and two readers."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from reprieve.clinical.controlled import Closing
from reprieve.pathway import ledger_closing, ledger_draws, ledger_stock
from reprieve.pathway.ledger_closing import Closed, Left
from reprieve.pathway.ledger_stock import Delivery
from reprieve.records.queries import portions, stock
from reprieve.records.queries.portions import PortionView
from tests import gate_desk
from tests.gate_desk import Visit
from tests.house.stories import kept
from tests.world import World, new

KETAMINE = Delivery(
    drug="ketamine", form="racemic", strength_mg_per_ml=Decimal(50), volume_ml=Decimal(10),
    lot="K-1", expires_on=date(2027, 6, 30), count=3, supplier="Invented Wholesale",
    supplier_dea="RI0000000", invoice="I-1",
)  # fmt: skip
MIDAZOLAM = replace(
    KETAMINE, drug="midazolam", form="", strength_mg_per_ml=Decimal(1), volume_ml=Decimal(5),
    lot="M-1", invoice="I-2",
)  # fmt: skip

TABLETS = replace(
    KETAMINE, drug="lorazepam", form="tablet", strength_mg_per_ml=Decimal(1),
    volume_ml=Decimal(30), count=1, lot="L-1", invoice="I-3",
)  # fmt: skip


@dataclass
class Room:
    """The locked cabinet, the nurse who holds its key, and a physician as witness."""

    world: World

    def act(self, who: str = "infusion_nurse") -> dict[str, Any]:
        return {"actor": self.world[who], "uid": new(), "at": self.world.at}

    def beside(self, witness: str = "physician") -> dict[str, Any]:
        return {**self.act(), "second": self.world[witness]}

    def receive(self, delivery: Delivery = KETAMINE, **changes: Any) -> list[uuid.UUID]:
        return ledger_stock.receive(delivery=replace(delivery, **changes), **self.act())

    def draw(self, encounter: uuid.UUID, vial: uuid.UUID, ml: str) -> uuid.UUID:
        return ledger_draws.draw(
            encounter=encounter, vial=vial, volume_ml=Decimal(ml), **self.act()
        )

    def holds_mg(self, vial: uuid.UUID) -> Decimal:
        found = stock.vial(clinic=self.world.id, vial=vial)
        assert found is not None
        return Decimal(found.balance_ug) / 1000

    def portion(self, portion: uuid.UUID) -> PortionView:
        found = portions.one(clinic=self.world.id, portion=portion)
        assert found is not None
        return found

    def measure(self, portion: uuid.UUID, **ml: str) -> uuid.UUID:
        return ledger_closing.measure(portion=portion, left=left(**ml), **self.act())

    def close(self, portion: uuid.UUID, *, witness: str = "physician", **ml: str) -> Closed:
        return ledger_closing.close(portion=portion, left=left(**ml), **self.beside(witness))

    def account(self, portion: uuid.UUID, **ml: str) -> Closing:
        """Both people measure the same; it closes on this sum."""
        self.measure(portion, **ml)
        closed = self.close(portion, **ml).sum
        assert closed is not None
        return closed


def left(**ml: str) -> Left:
    return Left(**{place: Decimal(text) for place, text in ml.items()})


@kept
def with_bag(world: World, *, vials: int = 3) -> tuple[Room, Visit, list[uuid.UUID]]:
    """This function will bring a visit to a bag that waits to be filled, with ketamine in stock."""
    visit = gate_desk.arrived(world)
    room = Room(world)
    stock_ = room.receive(count=vials)
    for step in (visit.identify, visit.weigh, visit.tell, visit.escort, visit.line, visit.people):
        step()
    visit.measure_twice()
    visit.order()
    visit.bag()
    return room, visit, stock_


@kept
def infused(world: World, *, minutes: int = 60) -> tuple[Room, Visit, uuid.UUID]:
    """This function will draw the bag, run it for some minutes, and end the infusion."""
    room, visit, vials = with_bag(world)
    portion = room.draw(visit.encounter, vials[0], "2.5")
    visit.check()
    world.later(seconds=30)
    visit.start()
    world.later(minutes=minutes)
    visit.pump.ask("ended")
    return room, visit, portion


@kept
def two_bags(world: World) -> tuple[Room, Visit, list[uuid.UUID]]:
    """This function will run a bag for 32 minutes and hang a second one, at the same rate."""
    room, visit, vials = with_bag(world)
    first = room.draw(visit.encounter, vials[0], "2.5")
    visit.check()
    world.later(seconds=30)
    visit.start()
    world.later(minutes=30)
    visit.bag()
    second = room.draw(visit.encounter, vials[0], "2.5")
    visit.check()
    world.later(minutes=2)
    visit.pump.chair.do("bag_changed")
    return room, visit, [first, second]


def left_ml(world: World, portion: uuid.UUID, *, less_mg: str = "0") -> dict[str, str]:
    """This function will say what bag and line hold by the record, but for what went astray."""
    view = portions.one(clinic=world.id, portion=portion)
    assert view is not None
    ug = view.drawn_ug - view.given_ug - int(Decimal(less_mg) * 1000)
    ml = Decimal(ug) / view.concentration_ug_per_ml - 15
    return {"bag_ml": f"{ml:.3f}", "line_ml": "15"}
