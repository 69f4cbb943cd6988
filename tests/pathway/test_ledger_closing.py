"""Accounting for bags and syringes: read twice unseen, summed by the record, closed once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import ledger_closing
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records import verify
from reprieve.records.models import LeftReading, PortionEntry, WorkItem
from reprieve.records.queries import discrepancies, portions
from tests import order_desk
from tests.drug_room import MIDAZOLAM, infused, left, left_ml, two_bags, with_bag
from tests.world import World

pytestmark = pytest.mark.usefixtures("db")
# An hour at 25.9 mg/h out of 125 mg in 250 mL: 25.9 mg went into the patient, 198.2 mL are left.


def faults(world: World) -> list[str]:
    return list(verify.faults(at=world.at, sealer_runs=False))


def test_a_bag_closes_when_both_read_the_same(world: World) -> None:
    room, visit, portion = infused(world)
    room.measure(portion, **left_ml(world, portion))
    closed = room.close(portion, **left_ml(world, portion))
    assert closed.agrees
    assert closed.sum is not None
    assert closed.sum.within
    assert abs(closed.sum.difference_ug) < 10
    assert closed.sum.given_ug == visit.pump.chair.given_ug()
    view = room.portion(portion)
    assert view.closed is not None
    assert (view.closed.by, view.closed.witness) == ("Infusion_Nurse Invented",
                                                     "Physician Invented")  # fmt: skip
    assert discrepancies.waiting(clinic=world.id) == []
    assert faults(world) == []


def test_a_large_difference_waits_for_the_director_the_same_day(world: World) -> None:
    room, _, portion = infused(world)
    closed = room.account(portion, **left_ml(world, portion, less_mg="10"))
    assert not closed.within
    assert abs(closed.difference_ug - 10_000) < 10
    [found] = discrepancies.waiting(clinic=world.id)
    assert (found.kind, found.witness) == ("closing", "Physician Invented")
    item = WorkItem.of(world.id).get(kind="ledger_discrepancy")
    assert (item.due_at - world.at).total_seconds() < 24 * 3600
    assert PortionEntry.of(world.id).order_by("-seq")[0].balance_after_ug == 0
    assert faults(world) == []


def test_drug_too_many_is_a_difference_as_well(world: World) -> None:
    room, _, portion = infused(world)
    closed = room.account(portion, **left_ml(world, portion, less_mg="-8"))
    assert closed.difference_ug < -7_900
    assert faults(world) == []


def test_readings_that_differ_are_kept_and_void(world: World) -> None:
    room, _, portion = infused(world)
    room.measure(portion, bag_ml="150", line_ml="15")
    assert room.close(portion, bag_ml="100", line_ml="15") == ledger_closing.Closed(agrees=False)
    assert room.portion(portion).closed is None
    with pytest.raises(NotNow, match="first person"):
        room.close(portion, bag_ml="150", line_ml="15")
    assert LeftReading.of(world.id).count() == 2
    room.account(portion, **left_ml(world, portion))
    assert faults(world) == []


def test_the_one_who_measured_is_not_the_witness(world: World) -> None:
    room, _, portion = infused(world)
    room.measure(portion, bag_ml="150")
    with pytest.raises(BadValue, match="second"):
        room.close(portion, witness="infusion_nurse", bag_ml="150")
    with pytest.raises(BadValue, match="measured first"):
        ledger_closing.close(
            portion=portion, left=left(bag_ml="150"), second=world["infusion_nurse"],
            **room.act("physician"),
        )  # fmt: skip


@pytest.mark.parametrize("ml", [{"bag_ml": "290"}, {"syringe_ml": "3"}, {"bag_ml": "-1"}])
def test_more_than_was_ever_there_is_refused(world: World, ml: dict[str, str]) -> None:
    room, _, portion = infused(world)
    with pytest.raises(BadValue):
        room.measure(portion, **ml)


def test_a_bag_in_use_is_not_measured_and_a_closed_one_not_again(world: World) -> None:
    room, visit, vials = with_bag(world)
    portion = room.draw(visit.encounter, vials[0], "2.5")
    with pytest.raises(NotNow, match="in use"):
        room.measure(portion, bag_ml="250")
    with pytest.raises(NotFound):
        room.measure(visit.encounter, bag_ml="250")
    visit.pump.chair.do("cancelled")
    room.account(portion, bag_ml="250")
    with pytest.raises(NotNow, match="accounted"):
        room.measure(portion, bag_ml="250")


def test_a_bag_that_was_never_hung_gave_nothing(world: World) -> None:
    room, visit, vials = with_bag(world)
    first = room.draw(visit.encounter, vials[0], "2.5")
    world.later(minutes=1)
    visit.bag()
    second = room.draw(visit.encounter, vials[0], "2.5")
    assert first != second
    closed = room.account(first, bag_ml="250")
    assert (closed.given_ug, closed.difference_ug) == (0, 0)
    with pytest.raises(NotNow, match="in use"):
        room.measure(second, bag_ml="250")
    assert faults(world) == []


def test_each_bag_gave_what_ran_while_it_hung(world: World) -> None:
    room, visit, (first, second) = two_bags(world)
    world.later(minutes=20)
    assert room.portion(first).in_use is False
    visit.pump.ask("ended")
    given = [room.portion(p).given_ug for p in (first, second)]
    assert sum(given) == pytest.approx(visit.pump.chair.given_ug(), abs=10)
    assert given[0] > given[1] > 0
    room.account(first, **left_ml(world, first))
    room.account(second, **left_ml(world, second))
    visit_sum = [v.closed for v in portions.of_visit(clinic=world.id, encounter=visit.encounter)]
    assert all(c is not None and c.within for c in visit_sum)
    assert faults(world) == []


def test_a_syringe_gave_what_the_chart_says(world: World) -> None:
    from reprieve.pathway import charting_drug

    room, visit, vials = with_bag(world)
    room.draw(visit.encounter, vials[0], "2.5")
    visit.check()
    world.later(seconds=30)
    visit.start()
    world.later(minutes=5)
    vial = room.receive(MIDAZOLAM, count=1)[0]
    syringe = room.draw(visit.encounter, vial, "2")
    world.later(minutes=1)
    dose = charting_drug.Dose(drug="midazolam", dose=Decimal("0.5"), route="iv")
    charting_drug.give(dose=dose, **visit.act())
    world.later(minutes=1)
    assert room.portion(syringe).given_ug == 500
    with pytest.raises(BadValue, match="no bag"):
        room.measure(syringe, bag_ml="1")
    closed = room.account(syringe, syringe_ml="1.5")
    assert (closed.difference_ug, closed.tolerance_ug) == (0, 100)
    again = room.draw(visit.encounter, vial, "1")
    assert (again != syringe, room.portion(again).given_ug) == (True, 0)
    assert room.account(again, syringe_ml="0.8").within is False
    assert faults(world) == []


def test_what_the_record_says_later_is_told_apart(world: World) -> None:
    room, visit, portion = infused(world)
    room.account(portion, **left_ml(world, portion))
    assert portions.changed_since(clinic=world.id, since=visit.world.at) == []
    pump = order_desk.Pump(visit.pump.chair)
    pump.told("infiltrated", dose_ug=1_000, at=world.at)
    assert portions.changed_since(clinic=world.id, since=visit.world.at) == []
    rate = next(e for e in visit_events(world) if e.kind == "started")
    pump.told("started", rate_ug_per_h=10_000, corrects=rate.pk, at=rate.recorded_at)
    [changed] = portions.changed_since(clinic=world.id, since=visit.world.at)
    assert changed.id == portion


def visit_events(world: World) -> list[object]:
    from reprieve.records.models import InfusionEvent

    return list(InfusionEvent.of(world.id))


def test_each_persons_sums_show_where_they_lie(world: World) -> None:
    room, _, portion = infused(world)
    room.account(portion, **left_ml(world, portion, less_mg="4"))
    found = discrepancies.trends(clinic=world.id, since=world.at)
    assert {t.name for t in found} == {"Infusion_Nurse Invented", "Physician Invented"}
    assert all((t.sums, t.low_ug) == (1, None) for t in found)
    assert all(abs(t.mean_ug - 4_000) < 10 for t in found)
