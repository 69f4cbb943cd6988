"""Whatever is pressed at the pump: what the product accepts passes no guard-rail, and what was
already given beyond one is kept, marked and alarmed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal

import pytest

from reprieve.clinical import guardrails
from reprieve.clinical.findings import blocking
from reprieve.pathway import gate, orders
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.records.models import InfusionEvent, MedicationRequest
from reprieve.records.queries import courses
from tests import gate_desk
from tests.chairside import quick_world
from tests.order_desk import Pump, running
from tests.world import World

SEEDS = range(8)
STEPS = 25


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


def wide(world: World) -> Pump:
    """An order with so much room that only the guard-rails hold."""
    return running(
        world, rate_mg_per_h=25, max_total_ug=2_000_000, max_rate_ug_per_h=500_000,
        max_dose_ug=100_000, steps=[{"start_min": 0, "end_min": 240, "rate_ug_per_h": 25_000}],
    )  # fmt: skip


def press(pump: Pump, chance: random.Random) -> None:
    """One thing that a hand may do next; a refusal is as good as an act."""
    pump.world.later(minutes=chance.choice((1, 3, 7, 15, 40)))
    kind = chance.choice(("rate", "rate", "bolus", "paused", "resumed"))
    more: dict[str, object] = {}
    if kind in {"rate", "resumed"}:
        more["rate_ug_per_h"] = chance.choice((0, 5, 20, 35, 60, 90, 150)) * 1000
    if kind == "bolus":
        more |= {"dose_ug": chance.choice((1, 5, 15, 24, 30)) * 1000,
                 "detail": {"over_min": chance.choice((5, 10, 20))}}  # fmt: skip
    try:
        pump.ask(kind, **more)
    except NotNow:
        return


def passed(pump: Pump) -> list[str]:
    """The hard guard-rails that what was really given passes."""
    world, visit = pump.world, pump.chair.encounter
    now = courses.of(clinic=world.id, encounter=visit)
    minutes = courses.bolus_minutes(clinic=world.id, encounter=visit)
    found = guardrails.check(
        segments=orders.given_segments(now, ms(world.at)), weight_kg=Decimal(70),
        boluses=orders.given_boluses(now, minutes),
    )  # fmt: skip
    return [f.rule for f in blocking(found)]


@pytest.mark.parametrize("seed", SEEDS)
def test_nothing_that_was_accepted_passes_a_guard_rail(world: World, seed: int) -> None:
    pump, chance = wide(world), random.Random(seed)
    for _ in range(STEPS):
        press(pump, chance)
        assert passed(pump) == []
    rows = InfusionEvent.of(world.id).filter(encounter_id=pump.chair.encounter)
    assert not rows.filter(deviation=True).exists()
    assert rows.count() > 2


@pytest.mark.parametrize("seed", SEEDS)
def test_what_was_given_beyond_one_is_kept_and_then_nothing_is_raised(
    world: World, seed: int
) -> None:
    pump, chance = wide(world), random.Random(seed)
    for _ in range(chance.randint(0, 5)):
        press(pump, chance)
    pump.world.later(minutes=1)
    dose_ug = chance.randint(26, 90) * 1000
    event = pump.told("bolus", dose_ug=dose_ug, detail={"over_min": 10})
    assert event.deviation
    assert ("deviation", "high", "latched") in pump.chair.alarms
    before = pump.chair.row.rate_ug_per_h
    for _ in range(STEPS // 2):
        press(pump, chance)
        assert pump.chair.row.rate_ug_per_h <= before
        before = pump.chair.row.rate_ug_per_h
    boluses = InfusionEvent.of(world.id).filter(encounter_id=pump.chair.encounter, kind="bolus")
    assert boluses.order_by("-recorded_ms").values_list("dose_ug", flat=True)[0] == dose_ug


STOP_ZONES = {
    "sbp": (180, 230, 60, 89), "dbp": (110, 130), "heart_rate": (121, 180, 25, 39),
    "spo2": (50, 89), "respiratory_rate": (2, 7),
}  # fmt: skip


@pytest.mark.parametrize("signal", STOP_ZONES)
def test_nobody_starts_inside_a_stop_zone_whatever_is_decided(world: World, signal: str) -> None:
    visit = gate_desk.arrived(world)
    visit.prepare_all()
    for value in STOP_ZONES[signal]:
        more = {signal: value} | ({"sbp": 210} if signal == "dbp" else {})
        more |= {"dbp": 40} if signal == "sbp" and value < 100 else {}
        for _ in range(3):
            world.later(minutes=6)
            visit.measure(**more)
        for item in gate.items(clinic=world.id, encounter=visit.encounter, at=world.at):
            if item.blocks and item.may_be_overridden:
                gate.override(
                    second=world["physician"], rule=item.finding.rule, reason="x", **visit.act()
                )
        with pytest.raises(NotNow):
            visit.start()
        assert visit.state.state == "prepared"
    assert MedicationRequest.of(world.id).exists()
