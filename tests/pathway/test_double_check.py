"""Bag and pump: worked out from order and vial, checked blind by a second, void when changed."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from reprieve.clinical.double_check import Entered
from reprieve.knowledge import BadValue
from reprieve.pathway import bags, clinic, double_checks
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.records.models import DoubleCheck
from reprieve.records.queries import bags as bag_list
from reprieve.records.queries import checks
from tests import gate_desk
from tests.gate_desk import MIX, Visit
from tests.world import World, new


@pytest.fixture
def visit(world: World) -> Visit:
    made = gate_desk.arrived(world)
    made.weigh()
    made.order()
    return made


@pytest.fixture
def running(world: World) -> Visit:
    made = gate_desk.arrived(world)
    made.prepare_all()
    made.start()
    return made


def holds(visit: Visit) -> bool:
    return checks.holds(clinic=visit.world.id, encounter=visit.encounter)


class TestBag:
    def test_follows_the_order_and_the_vial(self, visit: Visit) -> None:
        bag = visit.bag()
        # 74 kg x 0.35 mg/kg/h passes the regimen's ceiling of 25 mg/h: 100 mg over four hours.
        assert bag.recipe.total_mg == 100
        assert bag.recipe.steps[0].rate_mg_per_h == 25
        assert bag.recipe.mg_in_bag == bag.recipe.drug_volume_ml * 50
        assert (bag.occasion, bag.prepared_by_name) == ("start", "Infusion_Nurse Invented")
        assert (bag.start_by - bag.prepared_at).total_seconds() == 4 * 3600

    def test_round_trip_through_the_record_is_exact(self, visit: Visit) -> None:
        made = visit.bag().recipe
        assert bag_list.from_json(bag_list.as_json(made)) == made

    def test_another_strength_is_another_bag(self, visit: Visit) -> None:
        first = visit.bag()
        visit.world.later(seconds=5)
        second = visit.bag(replace(MIX, vial_strength_mg_per_ml=Decimal(100)))
        assert first.recipe.label != second.recipe.label
        assert second.recipe.drug_volume_ml * 2 == first.recipe.drug_volume_ml
        found = bag_list.every(clinic=visit.world.id, encounter=visit.encounter)
        assert [bag.id for bag in found] == [first.id, second.id]

    def test_other_form_is_refused_by_both_words(self, visit: Visit) -> None:
        with pytest.raises(NotNow, match="esketamine, the order says racemic"):
            visit.bag(replace(MIX, vial_form="esketamine"))

    @pytest.mark.parametrize(
        ("change", "field"),
        [
            ({"vial_strength_mg_per_ml": Decimal(7)}, "strength_mg_per_ml"),
            ({"bag_volume_ml": Decimal(5)}, "bag_volume_ml"),
            ({"bag_volume_ml": Decimal(500)}, "overfill_ml"),
            ({"final_mg_per_ml": Decimal(20)}, "final_mg_per_ml"),
        ],
    )
    def test_impossible_bag_names_its_field(
        self, visit: Visit, change: dict[str, Decimal], field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            visit.bag(replace(MIX, **change))
        assert refused.value.field == field

    def test_without_an_order_there_is_no_bag(self, world: World) -> None:
        with pytest.raises(NotNow, match="no signed order"):
            gate_desk.arrived(world).bag()

    def test_vial_in_hand_that_differs_closes_the_gate(self, visit: Visit) -> None:
        visit.bag()
        assert "drug-strength" not in visit.blocking
        visit.world.later(seconds=5)
        bags.read_vial(strength_mg_per_ml=Decimal(100), form="racemic", **visit.act())
        assert "drug-strength" in visit.blocking
        with pytest.raises(BadValue, match="vial_strength"):
            bags.read_vial(strength_mg_per_ml=Decimal(0), form="racemic", **visit.act())

    def test_clinics_pump_and_hours(self, visit: Visit) -> None:
        for key, value in ((bags.PUMP_STEP, "1"), (bags.START_WITHIN_MIN, 60)):
            clinic.choose(
                actor=visit.world["manager"], uid=new(), at=visit.world.at, key=key, value=value
            )
        bag = visit.bag()
        assert bag.recipe.steps[0].ml_per_h % 1 == 0
        assert (bag.start_by - bag.prepared_at).total_seconds() == 3600

    def test_rest_of_the_plan_at_the_rate_that_runs(self, running: Visit) -> None:
        running.world.later(minutes=60)
        running.pump.ask("rate", rate_ug_per_h=20_000)
        running.world.later(minutes=60)
        bag = running.bag()
        assert bag.occasion == "bag_change"
        assert bag.recipe.total_mg == 40
        running.world.later(seconds=5)
        slower = running.bag(replace(MIX, rate_mg_per_h=Decimal(10)))
        assert 19 < slower.recipe.total_mg <= 20


class TestCheck:
    def test_agreeing_holds_until_the_start_spends_it(self, visit: Visit) -> None:
        assert not holds(visit)
        visit.bag()
        assert visit.check().agrees
        assert holds(visit)
        seen = checks.newest(clinic=visit.world.id, encounter=visit.encounter)
        assert seen is not None
        assert (seen.occasion, seen.second_name) == ("start", "Physician Invented")

    def test_ten_times_is_named_and_blocks(self, visit: Visit) -> None:
        bag = visit.bag()
        slipped = visit.check(ml_per_h=f"{bag.recipe.steps[0].ml_per_h * 10}")
        assert not slipped.agrees
        assert [str(f.says).endswith("a slip of ten times?") for f in slipped.findings] == [True]
        assert not holds(visit)
        assert "double-check" in visit.blocking
        assert DoubleCheck.of(visit.world.id).count() == 1

    def test_each_number_that_differs_is_named(self, visit: Visit) -> None:
        visit.bag()
        found = visit.check(final_mg_per_ml="3", vtbi_ml="77").findings
        assert [f.saw["what"] for f in found] == ["final_mg_per_ml", "vtbi_ml"]

    def test_new_bag_voids_the_check(self, visit: Visit) -> None:
        visit.bag()
        visit.check()
        visit.world.later(seconds=5)
        visit.bag()
        assert not holds(visit)

    def test_same_press_twice_is_one_check(self, visit: Visit) -> None:
        bag, act = visit.bag(), visit.act()
        entered = Entered(
            final_mg_per_ml=bag.recipe.final_mg_per_ml, ml_per_h=bag.recipe.steps[0].ml_per_h,
            vtbi_ml=bag.recipe.vtbi_ml,
        )  # fmt: skip
        for _ in range(2):
            double_checks.check(second=visit.world["physician"], entered=entered, **act)
        assert DoubleCheck.of(visit.world.id).count() == 1

    def test_second_is_not_who_mixed_it_nor_at_the_keyboard(self, visit: Visit) -> None:
        visit.bag()
        entered = Entered(
            final_mg_per_ml=Decimal(1), ml_per_h=Decimal(1), vtbi_ml=Decimal(1)
        )
        nurse, doctor = visit.world["infusion_nurse"], visit.world["physician"]
        for actor, second in ((doctor, nurse), (nurse, nurse)):
            with pytest.raises(BadValue, match="second"):
                double_checks.check(
                    second=second, entered=entered, **visit.act() | {"actor": actor}
                )
        with pytest.raises(PermissionDenied):
            double_checks.check(
                second=visit.world["front_desk"], entered=entered, **visit.act()
            )

    def test_without_a_bag_there_is_nothing_to_check(self, visit: Visit) -> None:
        entered = Entered(final_mg_per_ml=Decimal(1), ml_per_h=Decimal(1), vtbi_ml=Decimal(1))
        with pytest.raises(NotNow, match="Prepare the bag"):
            double_checks.check(
                second=visit.world["physician"], entered=entered, **visit.act()
            )

    def test_number_that_is_none(self, visit: Visit) -> None:
        visit.bag()
        with pytest.raises(BadValue, match="vtbi_ml"):
            visit.check(vtbi_ml="0")


class TestLater:
    def test_bag_change_needs_a_new_bag_and_check(self, running: Visit) -> None:
        running.world.later(minutes=30)
        with pytest.raises(NotNow, match="second person"):
            running.pump.ask("bag_changed")
        running.bag()
        with pytest.raises(NotNow, match="second person"):
            running.pump.ask("bag_changed")
        running.check()
        running.world.later(seconds=5)
        assert not running.pump.ask("bag_changed").deviation

    def test_bag_change_already_done_without_one_is_marked(self, running: Visit) -> None:
        running.world.later(minutes=30)
        assert running.pump.told("bag_changed").deviation

    def test_restart_after_a_stop_needs_a_new_check(self, running: Visit) -> None:
        running.world.later(minutes=30)
        running.pump.ask("stopped")
        running.world.later(minutes=5)
        with pytest.raises(NotNow, match="second person"):
            running.pump.ask("restarted", rate_ug_per_h=25_000)
        assert running.bag().occasion == "restart"
        running.check()
        running.world.later(seconds=5)
        with pytest.raises(NotNow, match="not the rate"):
            running.pump.ask("restarted", rate_ug_per_h=10_000)
        assert not running.pump.ask("restarted", rate_ug_per_h=25_000).deviation
