"""Whatever is pressed at the pump: what the product accepts passes no guard-rail, and what was
already given beyond one is kept, marked and alarmed.

What was given is added up here by itself, from the rows of the chart and the numbers of the
clinic's table, so that the product's own sums are not asked about themselves.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from reprieve.knowledge import BadValue
from reprieve.pathway import gate
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.pathway.order_control import REVIEW
from reprieve.records.models import InfusionEvent
from reprieve.records.queries import worklist
from tests import gate_desk
from tests.order_desk import Pump, running
from tests.world import World

WEIGHT_KG, ORDERED_MIN = 70, 240
MS_PER_MIN = 60_000
# The table of hard limits: mg per kg in any window, mg in a session, one bolus and its minutes.
WINDOWS = ((30, Fraction(1, 2)), (60, Fraction(1)))
SESSION_MG = min(Fraction(200), Fraction(7, 2) * WEIGHT_KG)
BOLUS_MG, BOLUS_MIN = Fraction(35, 100) * WEIGHT_KG, 10

RATE = st.integers(0, 160)
DOSE = st.integers(1, 40)
OVER = st.integers(0, 30)
PRESS = st.one_of(
    st.tuples(st.integers(1, 45), st.sampled_from(["rate", "resumed"]), RATE, OVER),
    st.tuples(st.integers(1, 45), st.just("bolus"), DOSE, OVER),
    st.tuples(st.integers(1, 45), st.just("paused"), RATE, OVER),
)
PRESSES = st.lists(PRESS, min_size=3, max_size=20)
# Of these most are accepted, of those none: what Hypothesis draws may lean to one side.
CALMLY = [(5, "rate", 10 + n % 2, 0) for n in range(12)]
WILDLY = [(1, "bolus", 40, 0)] * 12
FEW = {"suppress_health_check": list(HealthCheck), "deadline": None,
       "phases": (Phase.explicit, Phase.generate, Phase.shrink)}  # fmt: skip


def many(is_long: bool, usual: int) -> Any:
    return settings(max_examples=usual * 40 if is_long else usual, **FEW)


@contextmanager
def undone(world: World) -> Iterator[None]:
    """What one example writes is rolled back, the clock with it."""
    begins = world.at
    try:
        with transaction.atomic():
            yield
            transaction.set_rollback(True)
    finally:
        world.at = begins


def wide(world: World) -> Pump:
    """An order with so much room that only the guard-rails hold."""
    steps = [{"start_min": 0, "end_min": ORDERED_MIN, "rate_ug_per_h": 25_000}]
    return running(
        world, rate_mg_per_h=25, max_total_ug=2_000_000, max_rate_ug_per_h=500_000,
        max_dose_ug=100_000, steps=steps,
    )  # fmt: skip


def press(pump: Pump, what: tuple[int, str, int, int]) -> bool:
    """One thing that a hand may do next; a refusal is as good as an act."""
    wait_min, kind, amount, over_min = what
    pump.world.later(minutes=wait_min)
    more: dict[str, Any] = {}
    if kind in {"rate", "resumed"}:
        more["rate_ug_per_h"] = amount * 1000
    if kind == "bolus":
        more |= {"dose_ug": amount * 1000, "detail": {"over_min": over_min}}
    try:
        with transaction.atomic():
            pump.ask(kind, **more)
    except NotNow:
        return False
    return True


class Given:
    """What ran into the patient, from the chart's rows: pieces of (from ms, to ms, mg)."""

    def __init__(self, pump: Pump) -> None:
        rows = InfusionEvent.of(pump.world.id).filter(encounter_id=pump.chair.encounter)
        self.pieces: list[tuple[int, int, Fraction]] = []
        self.boluses: list[tuple[Fraction, int]] = []
        now_ms = round(pump.world.at.timestamp() * 1000)
        self.ran_ms, since, rate = 0, 0, Fraction(0)
        for row in rows.order_by("at_ms", "recorded_ms", "id"):
            if row.kind == "bolus":
                over = int(row.detail["over_min"])
                mg = Fraction(row.dose_ug, 1000)
                self.boluses.append((mg, over))
                self.pieces.append((row.at_ms, row.at_ms + max(1, over * MS_PER_MIN), mg))
            elif row.kind in {"started", "rate", "paused", "resumed"}:
                self._ran(since, row.at_ms, rate)
                rate = Fraction(0 if row.kind == "paused" else row.rate_ug_per_h, 1000)
                since = row.at_ms
        self._ran(since, now_ms, rate)
        self.until_ms, self.rate = now_ms, rate

    def run_on(self) -> None:
        """Let the present rate run until the drug has run as long as it was ordered to."""
        left_ms = max(ORDERED_MIN * MS_PER_MIN - self.ran_ms, MS_PER_MIN)
        self._ran(self.until_ms, self.until_ms + left_ms, self.rate)

    def _ran(self, since: int, until: int, rate: Fraction) -> None:
        if until > since and rate:
            self.ran_ms += until - since
            self.pieces.append((since, until, rate * (until - since) / (60 * MS_PER_MIN)))

    def between(self, since: int, until: int) -> Fraction:
        """The milligrams of a window."""
        total = Fraction(0)
        for start, end, mg in self.pieces:
            inside = min(end, until) - max(start, since)
            if inside > 0:
                total += mg * inside / (end - start)
        return total

    def worst(self, minutes: int) -> Fraction:
        """The fullest window; it begins or ends where something begins or ends."""
        edges = {t for start, end, _ in self.pieces for t in (start, end)}
        length = minutes * MS_PER_MIN
        starts = edges | {t - length for t in edges}
        return max((self.between(t, t + length) for t in starts), default=Fraction(0))

    @property
    def passed(self) -> list[str]:
        """The hard limits that were passed."""
        found = [f"{m} min" for m, mg in WINDOWS if self.worst(m) > mg * WEIGHT_KG]
        if sum((mg for *_, mg in self.pieces), Fraction(0)) > SESSION_MG:
            found.append("session")
        if any(mg > BOLUS_MG or over < BOLUS_MIN for mg, over in self.boluses):
            found.append("bolus")
        return found


def test_nothing_that_was_accepted_passes_a_guard_rail(world: World, is_long: bool) -> None:
    pump, seen, begins = wide(world), Counter[str](), world.at

    @many(is_long, 15)
    @given(presses=PRESSES)
    @example(presses=CALMLY)
    @example(presses=WILDLY)
    def whatever_is_pressed(presses: list[tuple[int, str, int, int]]) -> None:
        with undone(world):
            for what in presses:
                seen["accepted" if press(pump, what) else "refused"] += 1
            # What runs on to the end of the order, with nobody near, counts too. Whoever lets the
            # pump run beyond it passes the session's limit at last, but that of no window.
            is_over = world.at > begins + timedelta(minutes=ORDERED_MIN)
            world.at = max(world.at, begins + timedelta(minutes=ORDERED_MIN))
            assert set(Given(pump).passed) <= ({"session"} if is_over else set())
            rows = InfusionEvent.of(world.id).filter(encounter_id=pump.chair.encounter)
            assert not rows.filter(deviation=True).exists()

    whatever_is_pressed()
    assert min(seen["accepted"], seen["refused"]) > 10, seen


# A dose that somebody reports as given: too much in one, or too fast.
BEYOND = st.one_of(
    st.tuples(st.integers(25, 120), st.integers(10, 60)),
    st.tuples(st.integers(1, 24), st.integers(0, 9)),
)


def test_what_was_given_beyond_one_is_kept_and_then_nothing_is_raised(
    world: World, is_long: bool
) -> None:
    pump = wide(world)

    @many(is_long, 10)
    @given(before=st.lists(PRESS, max_size=4), told=BEYOND, after=st.lists(PRESS, max_size=8))
    def whatever_came_before(
        before: list[tuple[int, str, int, int]], told: tuple[int, int],
        after: list[tuple[int, str, int, int]],
    ) -> None:  # fmt: skip
        dose_mg, over_min = told
        with undone(world):
            for what in before:
                press(pump, what)
            world.later(minutes=1)
            event = pump.told("bolus", dose_ug=dose_mg * 1000, detail={"over_min": over_min})
            kept = InfusionEvent.of(world.id).get(pk=event.pk)
            assert (kept.dose_ug, kept.reported, kept.deviation) == (dose_mg * 1000, True, True)
            assert (Fraction(dose_mg), over_min) in Given(pump).boluses
            assert ("deviation", "high", "latched") in pump.chair.alarms
            assert [i for i in worklist.waiting(clinic=world.id) if i.kind == REVIEW]
            nothing_is_raised(pump, after)

    whatever_came_before()


# A rate that somebody reports, as it ran from some minutes ago on: a usual one, or any.
TOLD = st.tuples(st.integers(0, 30) | st.integers(0, 400), st.integers(0, 60))


def stands_still(pump: Pump, at_ms: int) -> bool:
    """Whether the pump was paused at a moment, by the chart."""
    rows = InfusionEvent.of(pump.world.id).filter(
        encounter_id=pump.chair.encounter, kind__in=["started", "rate", "paused", "resumed"]
    )
    return rows.filter(at_ms__lte=at_ms).order_by("at_ms").last().kind == "paused"


def test_a_reported_rate_is_kept_and_beyond_a_guard_rail_it_is_alarmed(
    world: World, is_long: bool
) -> None:
    pump, seen, begins = wide(world), Counter[str](), world.at

    @many(is_long, 20)
    @given(before=st.lists(PRESS, max_size=4), told=TOLD, after=st.lists(PRESS, max_size=6))
    @example(before=[], told=(20, 10), after=[])
    @example(before=[], told=(400, 30), after=[])
    def whatever_ran(
        before: list[tuple[int, str, int, int]], told: tuple[int, int],
        after: list[tuple[int, str, int, int]],
    ) -> None:  # fmt: skip
        rate_mg_per_h, ago_min = told
        with undone(world):
            for what in before:
                press(pump, what)
            world.later(minutes=1, seconds=30)  # between the moments of all other acts
            at = max(world.at - timedelta(minutes=ago_min), begins + timedelta(seconds=30))
            was_still = stands_still(pump, ms(at))
            event = pump.told("rate", rate_ug_per_h=rate_mg_per_h * 1000, at=at)
            kept = InfusionEvent.of(world.id).get(pk=event.pk)
            assert (kept.rate_ug_per_h, kept.at_ms) == (rate_mg_per_h * 1000, ms(at))
            assert kept.reported
            ran = Given(pump)
            ran.run_on()
            is_beyond = bool(ran.passed)
            assert kept.deviation == (is_beyond or was_still), ran.passed
            assert (("deviation", "high", "latched") in pump.chair.alarms) == kept.deviation
            reviews = [i for i in worklist.waiting(clinic=world.id) if i.kind == REVIEW]
            assert bool(reviews) == kept.deviation
            seen["beyond" if is_beyond else "within"] += 1
            if kept.deviation:
                nothing_is_raised(pump, after)

    whatever_ran()
    assert seen["beyond"], seen
    assert seen["within"], seen


def nothing_is_raised(pump: Pump, presses: list[tuple[int, str, int, int]]) -> None:
    """After a dose outside its order whatever is pressed leaves the rate where it is, or lowers."""
    rate = pump.chair.row.rate_ug_per_h
    for what in presses:
        press(pump, what)
        assert pump.chair.row.rate_ug_per_h <= rate
        rate = pump.chair.row.rate_ug_per_h


WELL = st.fixed_dictionaries({
    "sbp": st.integers(95, 175), "dbp": st.integers(45, 90), "heart_rate": st.integers(45, 118),
    "spo2": st.integers(90, 100), "respiratory_rate": st.integers(8, 30),
    "rass": st.integers(-3, 2),
})  # fmt: skip
IN_A_ZONE = st.one_of(
    st.fixed_dictionaries({"sbp": st.integers(180, 240)}),
    st.fixed_dictionaries({"sbp": st.integers(60, 89), "dbp": st.integers(30, 44)}),
    st.fixed_dictionaries({"dbp": st.integers(110, 140), "sbp": st.integers(150, 179)}),
    st.fixed_dictionaries({"heart_rate": st.integers(121, 200) | st.integers(25, 39)}),
    st.fixed_dictionaries({"spo2": st.integers(50, 89)}),
    st.fixed_dictionaries({"respiratory_rate": st.integers(2, 7)}),
    st.fixed_dictionaries({"rass": st.sampled_from([-5, -4, 3, 4])}),
)


AS_USUAL = {"sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14, "rass": 0}


def everybody_decides(world: World, visit: gate_desk.Visit) -> None:
    """A doctor and a nurse let pass whatever they may."""
    for item in gate.items(clinic=world.id, encounter=visit.encounter, at=world.at):
        if item.blocks and item.may_be_overridden:
            gate.override(
                second=world["physician"], rule=item.finding.rule, reason="x", **visit.act()
            )


def test_nobody_starts_inside_a_stop_zone_whatever_is_decided(
    world: World, is_long: bool
) -> None:
    visit = gate_desk.arrived(world)
    visit.prepare_all()
    seen = Counter[str]()

    @many(is_long, 15)
    @given(well=WELL, zone=IN_A_ZONE, looks=st.integers(1, 3))
    @example(well=AS_USUAL, zone={"sbp": 180}, looks=2)
    @example(well=AS_USUAL, zone={"heart_rate": 39}, looks=2)
    @example(well=AS_USUAL, zone={"spo2": 89}, looks=2)
    @example(well=AS_USUAL, zone={"rass": -4}, looks=2)
    def whoever_comes(well: dict[str, int], zone: dict[str, int], looks: int) -> None:
        with undone(world):
            for _ in range(looks):
                world.later(minutes=6)
                visit.measure(**well | zone)
            everybody_decides(world, visit)
            with pytest.raises((NotNow, BadValue)):
                visit.start()
            assert visit.state.state == "prepared"
            # What was done all the same is written down, as what it is.
            told = visit.pump.told("started", rate_ug_per_h=20_000)
            assert told.deviation
            assert visit.state.state == "running"
            seen[",".join(sorted(zone))] += 1

    whoever_comes()
    assert len(seen) > 3, seen
