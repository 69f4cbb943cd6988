"""Tablets by count: mg in each, how many in a pack, halves at most, and the same sums."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import ledger_counts, ledger_stock
from reprieve.pathway.errors import NotNow
from reprieve.pathway.ledger_counts import Counted
from reprieve.records import verify
from reprieve.records.queries import discrepancies, portions, stock
from tests.drug_room import KETAMINE, TABLETS, with_bag
from tests.pathway.test_ledger_undrawn import given, missing
from tests.world import World

pytestmark = pytest.mark.usefixtures("db")
AMPOULES = replace(TABLETS, form="", strength_mg_per_ml=Decimal(2), volume_ml=Decimal(1), lot="L-2",
                   invoice="I-4")  # fmt: skip


def test_tablets_are_received_taken_given_and_accounted_for(world: World) -> None:
    room, visit, _ = with_bag(world)
    pack = room.receive(TABLETS)[0]
    assert room.holds_mg(pack) == 30
    cup = room.draw(visit.encounter, pack, "2")
    view = room.portion(cup)
    assert (view.kind, view.form, view.drawn_ug) == (portions.TABLETS, "tablet", 2_000)
    given(world, visit.encounter, "1", drug="lorazepam", route="po")
    assert missing(world, visit.encounter) == []
    assert room.portion(cup).given_ug == 1_000
    closed = room.account(cup, syringe_ml="1")
    assert (closed.given_ug, closed.wasted_ug, closed.difference_ug) == (
        1_000, 1_000, 0,
    )  # fmt: skip
    assert room.holds_mg(pack) == 28
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []


def test_what_is_swallowed_does_not_come_out_of_a_syringe(world: World) -> None:
    room, visit, _ = with_bag(world)
    ampoule = room.receive(AMPOULES)[0]
    syringe = room.draw(visit.encounter, ampoule, "1")
    given(world, visit.encounter, "1", drug="lorazepam", route="po")
    assert room.portion(syringe).given_ug == 0
    assert missing(world, visit.encounter) == [("lorazepam", "tablets", 1_000)]
    cup = room.draw(visit.encounter, room.receive(TABLETS)[0], "1")
    assert cup != syringe
    assert missing(world, visit.encounter) == []


def test_tablets_come_whole_or_in_halves(world: World) -> None:
    room, visit, _ = with_bag(world)
    pack = room.receive(TABLETS)[0]
    cup = room.draw(visit.encounter, pack, "1.5")
    for refused in ("0.3", "1.001"):
        with pytest.raises(BadValue, match="half"):
            room.draw(visit.encounter, pack, refused)
    with pytest.raises(BadValue, match="half"):
        room.measure(cup, syringe_ml="0.2")
    with pytest.raises(BadValue, match="no bag"):
        room.measure(cup, bag_ml="1", syringe_ml="1")
    with pytest.raises(BadValue, match="whole number"):
        room.receive(TABLETS, volume_ml=Decimal("29.5"), lot="L-9")
    with pytest.raises(BadValue, match="no form"):
        room.receive(KETAMINE, form="tablet", lot="K-9")
    with pytest.raises(NotNow, match=r"holds 28\.5 mg"):
        room.draw(visit.encounter, pack, "29")
    stronger = room.receive(TABLETS, strength_mg_per_ml=Decimal(2), lot="L-3")[0]
    with pytest.raises(NotNow, match="tablets taken before"):
        room.draw(visit.encounter, stronger, "1")


def test_an_open_pack_is_counted_and_wasted_by_its_tablets(world: World) -> None:
    room, visit, _ = with_bag(world)
    pack = room.receive(TABLETS)[0]
    room.draw(visit.encounter, pack, "2")
    kinds = stock.kinds(clinic=world.id)
    sealed = {kind: stock.sealed(clinic=world.id).get(kind, 0) for kind in kinds}
    ledger_counts.count(
        counted=Counted(sealed=sealed, opened={pack: Decimal(25)}), occasion="shift",
        business="open", **room.beside(),
    )  # fmt: skip
    [found] = discrepancies.waiting(clinic=world.id)
    assert (found.drug, found.difference_ug) == ("lorazepam", 3_000)
    ledger_stock.waste(vial=pack, volume_ml=Decimal(28), **room.beside())
    assert room.holds_mg(pack) == 0
