"""No drug without an order: asked outside of it is refused, done outside of it is marked."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from reprieve.clinical import guardrails
from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, infusion, orders
from reprieve.pathway.errors import NotNow
from reprieve.records.models import InfusionEvent
from reprieve.records.queries import worklist
from tests.chairside import sit
from tests.order_desk import Pump, order, running
from tests.world import World, new


@pytest.fixture
def pump(world: World) -> Pump:
    made = running(world)
    world.later(minutes=10)
    return made


def reviews(world: World) -> list[str]:
    waiting = worklist.waiting(clinic=world.id)
    return [item.owner_role for item in waiting if item.kind == "deviation"]


class TestAsked:
    def test_inside_the_order_is_written_under_it(self, pump: Pump) -> None:
        event = pump.ask("rate", rate_ug_per_h=25_000)
        row = orders.session_order(clinic=pump.world.id, encounter=pump.chair.encounter)
        assert row is not None
        assert event.order_id == row.pk
        assert not event.deviation

    @pytest.mark.parametrize(
        ("kind", "more", "says"),
        [
            ("rate", {"rate_ug_per_h": 30_100}, "highest ordered rate"),
            ("rate", {"rate_ug_per_h": 28_000}, "more than the ordered 50"),
            ("bolus", {"dose_ug": 10_100}, "more than the ordered 10"),
            ("bolus", {"dose_ug": 5_000, "detail": {"over_min": 2}}, "faster than 10"),
        ],
    )
    def test_outside_is_refused_and_nothing_is_written(
        self, pump: Pump, kind: str, more: dict[str, object], says: str
    ) -> None:
        with pytest.raises(NotNow, match=says):
            pump.ask(kind, **more)
        written = InfusionEvent.of(pump.world.id).filter(encounter_id=pump.chair.encounter)
        assert written.count() == 1

    def test_without_an_order_nothing_is_given(self, world: World) -> None:
        chair = sit(world)
        chair.start(20)
        with pytest.raises(NotNow, match="no signed order"):
            Pump(chair).ask("rate", rate_ug_per_h=10_000)

    def test_expired_order_allows_less_but_not_more(self, world: World) -> None:
        pump = running(world, valid_until=world.at + timedelta(minutes=5))
        world.later(minutes=10)
        with pytest.raises(NotNow, match="not valid"):
            pump.ask("rate", rate_ug_per_h=21_000)
        pump.ask("rate", rate_ug_per_h=10_000)
        world.later(minutes=1)
        pump.ask("paused")
        world.later(minutes=1)
        with pytest.raises(NotNow, match="not valid"):
            pump.ask("resumed", rate_ug_per_h=10_000)

    def test_guardrail_holds_inside_a_wide_order(self, world: World) -> None:
        pump = running(world, max_total_ug=400_000, max_rate_ug_per_h=200_000, max_dose_ug=None)
        world.later(minutes=1)
        with pytest.raises(NotNow, match="within 30 minutes"):
            pump.ask("rate", rate_ug_per_h=100_000)
        with pytest.raises(NotNow, match="no bolus"):
            pump.ask("bolus", dose_ug=1_000)

    def test_bolus_over_ten_minutes_does_not_close_the_way_for_later_changes(
        self, pump: Pump
    ) -> None:
        given = pump.ask("bolus", dose_ug=2_000)
        assert given.detail["over_min"] == 10
        pump.world.later(minutes=10)
        assert not pump.ask("rate", rate_ug_per_h=21_000).deviation

    def test_halving_needs_no_room(self, world: World) -> None:
        pump = running(world, max_total_ug=1_000)
        world.later(minutes=30)
        infusion.halve(
            actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=pump.chair.encounter
        )
        assert pump.chair.row.rate_ug_per_h == 10_000

    @pytest.mark.parametrize("minutes", [True, -1, 241, "10"])
    def test_length_of_a_bolus_is_whole_minutes(self, pump: Pump, minutes: object) -> None:
        with pytest.raises(BadValue, match="over_min"):
            pump.ask("bolus", dose_ug=1_000, detail={"over_min": minutes})

    def test_order_without_weight_is_refused(self, world: World) -> None:
        pump = running(world, weight_g=None)
        with pytest.raises(BadValue, match="weight"):
            pump.ask("rate", rate_ug_per_h=21_000)

    def test_new_order_stands_for_the_old(self, pump: Pump) -> None:
        world = pump.world
        world.later(minutes=1)
        order(pump.chair, max_rate_ug_per_h=40_000, max_total_ug=90_000, recorded_at=world.at)
        assert not pump.ask("rate", rate_ug_per_h=40_000).deviation


class TestReported:
    def test_beyond_is_written_marked_alarmed_and_reviewed(self, pump: Pump) -> None:
        event = pump.told("rate", rate_ug_per_h=45_000)
        assert event.deviation
        assert pump.chair.row.rate_ug_per_h == 45_000
        assert ("deviation", "high", "latched") in pump.chair.alarms
        assert reviews(pump.world) == ["physician"]

    def test_inside_is_no_deviation(self, pump: Pump) -> None:
        assert not pump.told("rate", rate_ug_per_h=22_000).deviation
        assert not pump.told("paused").deviation
        assert "deviation" not in {signal for signal, *_ in pump.chair.alarms}
        assert reviews(pump.world) == []

    def test_without_an_order_it_is_written_and_marked(self, world: World) -> None:
        event = Pump(sit(world)).told("started", rate_ug_per_h=10_000)
        assert event.deviation
        assert reviews(world) == ["physician"]

    def test_increase_after_it_is_refused_until_a_new_order(self, pump: Pump) -> None:
        world = pump.world
        pump.told("bolus", dose_ug=11_000, detail={"over_min": 10})
        world.later(minutes=30)
        pump.ask("rate", rate_ug_per_h=15_000)
        with pytest.raises(NotNow, match="needs a new order"):
            pump.ask("rate", rate_ug_per_h=16_000)
        pump.ask("rate", rate_ug_per_h=14_000)
        world.later(minutes=1)
        order(pump.chair, max_total_ug=70_000, recorded_at=world.at)
        assert not pump.ask("rate", rate_ug_per_h=20_000).deviation

    def test_safe_new_order_works_after_an_over_rate(self, pump: Pump) -> None:
        world = pump.world
        pump.told("rate", rate_ug_per_h=40_000)
        world.later(minutes=1)
        pump.ask("rate", rate_ug_per_h=5_000)
        with pytest.raises(NotNow):
            pump.ask("rate", rate_ug_per_h=10_000)
        world.later(minutes=1)
        order(pump.chair, max_rate_ug_per_h=25_000, recorded_at=world.at, valid_from=world.at)
        world.later(minutes=1)
        assert not pump.ask("rate", rate_ug_per_h=10_000).deviation
        pump.ask("paused")
        world.later(minutes=1)
        assert not pump.ask("resumed", rate_ug_per_h=10_000).deviation
        with pytest.raises(NotNow, match="highest ordered rate"):
            pump.ask("rate", rate_ug_per_h=26_000)

    def test_late_entry_is_judged_by_the_order_of_its_time(self, pump: Pump) -> None:
        world = pump.world
        early = world.at
        world.later(minutes=10)
        pump.ask("rate", rate_ug_per_h=15_000)
        order(pump.chair, max_rate_ug_per_h=20_000, recorded_at=world.at, valid_from=world.at)
        world.later(minutes=1)
        assert not pump.told("rate", rate_ug_per_h=22_000, at=early).deviation
        assert pump.told("rate", rate_ug_per_h=31_000, at=early + timedelta(minutes=1)).deviation

    def test_corrected_deviation_opens_the_way_again(self, pump: Pump) -> None:
        wrong = pump.told("bolus", dose_ug=20_000, detail={"over_min": 10})
        assert wrong.deviation
        right = pump.told("bolus", dose_ug=2_000, detail={"over_min": 10}, corrects=wrong.pk)
        assert not right.deviation
        pump.world.later(minutes=12)
        assert not pump.ask("rate", rate_ug_per_h=20_500).deviation

    def test_total_passed_by_a_late_entry_is_seen(self, pump: Pump) -> None:
        world = pump.world
        start = world.at
        world.later(minutes=100)
        pump.ask("paused")
        late = pump.told("rate", rate_ug_per_h=30_000, at=start + timedelta(minutes=1))
        assert late.deviation

    def test_late_entry_that_changes_little_is_no_deviation(self, pump: Pump) -> None:
        world = pump.world
        start = world.at
        world.later(minutes=60)
        pump.ask("rate", rate_ug_per_h=10_000)
        late = pump.told("rate", rate_ug_per_h=22_000, at=start + timedelta(minutes=30))
        assert not late.deviation

    def test_bolus_of_unknown_length_is_taken_as_a_push(self, pump: Pump) -> None:
        assert pump.told("bolus", dose_ug=1_000).deviation

    def test_reduction_after_a_deviation_is_no_second_one(self, pump: Pump) -> None:
        pump.told("rate", rate_ug_per_h=45_000)
        pump.world.later(minutes=1)
        assert not pump.told("rate", rate_ug_per_h=15_000).deviation
        assert reviews(pump.world) == ["physician"]


class TestOwnLimits:
    def choose(self, world: World, **value: object) -> None:
        clinic.choose(
            actor=world["manager"], uid=new(), at=world.at, key=orders.OWN_LIMITS, value=value
        )

    def limits(self, world: World) -> guardrails.Limits:
        return orders.limits_in_force(clinic=world.id, at=world.at)

    def test_tighter_ones_hold(self, world: World) -> None:
        assert self.limits(world).session_mg == 200
        self.choose(world, changes={"session_mg": "120"})
        assert self.limits(world).session_mg == Decimal(120)

    def test_looser_ones_need_the_directors_name_and_reason(self, world: World) -> None:
        self.choose(world, changes={"session_mg": "250", "session_mg_per_kg": "3"})
        assert (self.limits(world).session_mg, self.limits(world).session_mg_per_kg) == (200, 3)
        world.later(seconds=1)
        self.choose(
            world, changes={"session_mg": "250"}, approved_by="Dr Invented", reason="practice"
        )
        assert self.limits(world).session_mg == Decimal(250)

    @pytest.mark.parametrize(
        "value", [{"chnges": {}}, {"changes": {"x": "1"}}, {"changes": {"session_mg": "many"}}]
    )
    def test_unusable_ones_leave_the_shipped_in_force(
        self, world: World, value: dict[str, object]
    ) -> None:
        self.choose(world, **value)
        assert self.limits(world) == guardrails.shipped()
