"""A rate, a bolus or a time that was charted wrongly: the course is folded anew."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import alarm_fold, charting, charting_harm, infusion_fix
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.infusion_fix import Right
from reprieve.records import notes
from reprieve.records.models import InfusionEvent, WorkItem
from reprieve.records.queries import charts, checks, courses, harm, schedules
from tests.chairside import sit
from tests.order_desk import Pump, order, running
from tests.world import World, new

CALM = {"sbp": 124, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14, "rass": 0}


@pytest.fixture
def pump(world: World) -> Pump:
    return running(world)


def fix(
    pump: Pump, event: uuid.UUID, *, why: str = "misread the pump", who: str = "infusion_nurse",
    uid: uuid.UUID | None = None, **right: Any,
) -> InfusionEvent:  # fmt: skip
    done = infusion_fix.fix(
        actor=pump.world[who], uid=uid or new(), at=pump.world.at,
        encounter=pump.chair.encounter, event=event, right=Right(**right), reason=why,
    )  # fmt: skip
    found: InfusionEvent = InfusionEvent.of(pump.world.id).get(pk=done["event"])
    return found


def started(pump: Pump) -> InfusionEvent:
    found: InfusionEvent = InfusionEvent.of(pump.world.id).get(kind="started")
    return found


def reviews(pump: Pump) -> int:
    return WorkItem.of(pump.world.id).filter(kind="deviation").count()


def ago(pump: Pump, minutes: int) -> datetime:
    return pump.world.at - timedelta(minutes=minutes)


class TestRate:
    def test_both_entries_stay_and_milligrams_follow(self, pump: Pump) -> None:
        pump.world.later(minutes=30)
        wrong = pump.ask("rate", rate_ug_per_h=25_000, note="as ordered")
        pump.world.later(minutes=30)
        right = fix(pump, wrong.pk, rate_ug_per_h=10_000)
        assert (right.corrects_id, right.at_ms, right.deviation) == (wrong.pk, wrong.at_ms, False)
        assert notes.read(right.note) == "as ordered\nmisread the pump"
        assert pump.chair.given_ug() == 10_000 + 5_000
        assert (pump.chair.row.rate_ug_per_h, pump.chair.row.state) == (10_000, "running")

    def test_what_ran_outside_the_order_is_marked_alarmed_and_reviewed(self, pump: Pump) -> None:
        pump.world.later(minutes=10)
        wrong = pump.ask("rate", rate_ug_per_h=25_000)
        assert fix(pump, wrong.pk, rate_ug_per_h=45_000).deviation
        assert ("deviation", "high", "latched") in pump.chair.alarms
        assert reviews(pump) == 1
        pump.world.later(minutes=1)
        with pytest.raises(NotNow, match="above the highest ordered"):
            pump.ask("bolus", dose_ug=1_000)

    def test_the_rate_of_the_start_asks_for_no_new_check(self, pump: Pump) -> None:
        pump.world.later(minutes=30)
        right = fix(pump, started(pump).pk, rate_ug_per_h=10_000, at=ago(pump, 40))
        assert pump.chair.given_ug() == 6_667
        assert pump.chair.row.started_ms == right.at_ms
        assert not checks.holds(clinic=pump.world.id, encounter=pump.chair.encounter)

    def test_a_rate_typed_anew_is_no_half(self, pump: Pump) -> None:
        pump.world.later(minutes=5)
        wrong = pump.ask("rate", rate_ug_per_h=10_000, detail={"halved": True})
        moved = fix(pump, wrong.pk, at=ago(pump, 1))
        assert moved.detail == {"halved": True}
        assert fix(pump, moved.pk, rate_ug_per_h=12_000).detail == {}

    def test_what_began_under_it_stands_beside_the_right_rate(self, pump: Pump) -> None:
        world, visit = pump.world, pump.chair.encounter
        world.later(minutes=30)
        wrong = pump.ask("rate", rate_ug_per_h=25_000)
        world.later(minutes=30)
        charting_harm.record(
            actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=visit,
            harm=Harm(term="nausea", grade=1),
        )  # fmt: skip
        fix(pump, wrong.pk, rate_ug_per_h=10_000)
        [seen] = harm.of_visit(clinic=world.id, encounter=visit)
        assert (seen.rate_ug_per_h, seen.given_ug) == (10_000, 15_000)
        chart = charts.acts(clinic=world.id, encounter=visit)
        assert chart is not None
        [told] = chart.adverse_events
        assert (told["rate_ug_per_h_at_onset"], told["given_ug_at_onset"]) == (10_000, 15_000)


class TestTime:
    def test_a_pause_at_its_right_time_leaves_what_runs_now(self, pump: Pump) -> None:
        pump.world.later(minutes=30)
        wrong = pump.ask("paused")
        pump.world.later(minutes=10)
        pump.ask("resumed", rate_ug_per_h=20_000)
        pump.world.later(minutes=10)
        fix(pump, wrong.pk, at=ago(pump, 35))
        assert pump.chair.given_ug() == 5_000 + 3_334
        assert pump.chair.row.state == "running"
        assert alarm_fold.state_of(pump.chair.row).running_ms is not None

    def test_a_later_pause_gave_more_than_ordered(self, world: World) -> None:
        pump = running(world, max_total_ug=12_000)
        world.later(minutes=30)
        wrong = pump.ask("paused")
        world.later(minutes=20)
        moved = fix(pump, wrong.pk, at=ago(pump, 1))
        assert moved.deviation
        assert reviews(pump) == 1
        with pytest.raises(NotNow, match="more than the ordered"):
            pump.ask("resumed", rate_ug_per_h=1_000)
        assert not fix(pump, moved.pk, at=ago(pump, 20)).deviation

    def test_without_an_order_there_is_none_to_pass(self, pump: Pump) -> None:
        from reprieve.pathway.order_control import Wanted, judge
        other = sit(pump.world)
        other.start(20)
        pump.world.later(minutes=5)
        done = other.do("paused")
        wanted = Wanted(kind="paused", at_ms=ms(pump.world.at), corrects=uuid.UUID(done["event"]))
        assert not judge(other.row, wanted, at=pump.world.at).deviation

    def test_nothing_changes_places_with_another(self, pump: Pump) -> None:
        world = pump.world
        world.later(minutes=10)
        wrong = pump.ask("rate", rate_ug_per_h=21_000)
        world.later(minutes=10)
        pump.ask("paused")
        world.later(minutes=10)
        for minutes in (31, 10, 5):  # before the start, at the pause, after it
            with pytest.raises(BadValue) as refused:
                fix(pump, wrong.pk, at=ago(pump, minutes))
            assert refused.value.field == "at"
        assert fix(pump, wrong.pk, at=ago(pump, 11)).at_ms == ms(ago(pump, 11))

    def test_a_late_entry_finds_its_place_by_the_right_times(self, pump: Pump) -> None:
        world = pump.world
        world.later(minutes=20)
        wrong = pump.ask("paused")
        fix(pump, wrong.pk, at=ago(pump, 10))
        late = pump.told("resumed", rate_ug_per_h=10_000, at=ago(pump, 5))
        assert not late.deviation
        assert pump.chair.row.state == "running"

    def test_the_re_check_follows(self, pump: Pump) -> None:
        world = pump.world

        def due_ms() -> int:
            due = schedules.due(
                clinic=world.id, encounter=pump.chair.encounter, at_ms=ms(world.at)
            )
            wanted = ("blood_pressure", "rate_change")
            return next(d.due_ms for d in due if (d.what, d.because) == wanted)

        world.later(minutes=60)
        charting.save_set(
            actor=world["infusion_nurse"], uid=new(), at=world.at, values=CALM,
            encounter=pump.chair.encounter,
        )  # fmt: skip
        world.later(minutes=4)
        wrong = pump.ask("rate", rate_ug_per_h=21_000)
        before = due_ms()
        fix(pump, wrong.pk, at=ago(pump, 2))
        assert due_ms() == before - 2 * 60_000


class TestBolus:
    def test_amount_minutes_and_time(self, pump: Pump) -> None:
        pump.world.later(minutes=30)
        wrong = pump.told("bolus", dose_ug=20_000, detail={"over_min": 1})
        assert wrong.deviation
        right = fix(pump, wrong.pk, dose_ug=2_000, over_min=10, at=ago(pump, 5))
        assert (right.deviation, right.reported) == (False, True)
        assert right.detail == {"over_min": 10}
        assert pump.chair.given_ug() == 10_000 + 2_000
        lengths = courses.bolus_minutes(clinic=pump.world.id, encounter=pump.chair.encounter)
        assert lengths == {right.at_ms: 10}
        with pytest.raises(BadValue, match="at: is before the infusion began"):
            fix(pump, right.pk, at=ago(pump, 31))

    def test_what_went_beside_the_vein(self, pump: Pump) -> None:
        pump.world.later(minutes=30)
        wrong = pump.told("infiltrated", dose_ug=8_000)
        fix(pump, wrong.pk, dose_ug=3_000)
        assert pump.chair.given_ug() == 7_000


class TestMark:
    """What lay outside the order does so still, where the correction does not change that."""

    def test_what_was_out_of_place(self, pump: Pump) -> None:
        pump.world.later(minutes=10)
        pump.ask("stopped")
        pump.world.later(minutes=10)
        wrong = pump.told("rate", rate_ug_per_h=15_000)
        assert wrong.deviation
        pump.world.later(minutes=5)
        assert fix(pump, wrong.pk, at=ago(pump, 4)).deviation
        with pytest.raises(NotNow, match="needs a new order"):
            pump.ask("rate", rate_ug_per_h=16_000)

    def test_what_finds_its_place(self, pump: Pump) -> None:
        pump.world.later(minutes=20)
        pump.ask("stopped")
        pump.world.later(minutes=10)
        wrong = pump.told("bolus", dose_ug=2_000, detail={"over_min": 10})
        assert wrong.deviation
        assert not fix(pump, wrong.pk, at=ago(pump, 25)).deviation

    def test_a_total_that_is_passed_still(self, world: World) -> None:
        pump = running(world, max_total_ug=45_000)
        world.later(minutes=30)
        wrong = pump.told("bolus", dose_ug=10_000, detail={"over_min": 10})
        assert wrong.deviation
        less = fix(pump, wrong.pk, dose_ug=9_000)
        assert less.deviation
        assert fix(pump, less.pk, over_min=12).deviation
        assert not fix(pump, started(pump).pk, at=ago(pump, 29)).deviation  # that was not it

    def test_a_total_that_is_passed_no_more(self, world: World) -> None:
        pump = running(world, max_total_ug=45_000)
        world.later(minutes=30)
        wrong = pump.told("bolus", dose_ug=10_000, detail={"over_min": 10})
        assert not fix(pump, wrong.pk, dose_ug=4_000).deviation

    def test_a_window_that_is_passed_still(self, world: World) -> None:
        pump = running(world, max_total_ug=400_000, max_rate_ug_per_h=200_000)
        world.later(minutes=1)
        wrong = pump.told("rate", rate_ug_per_h=100_000)
        assert wrong.deviation
        assert fix(pump, wrong.pk, rate_ug_per_h=99_000).deviation

    def test_a_pause_that_still_came_too_late(self, world: World) -> None:
        pump = running(world, max_total_ug=12_000)
        world.later(minutes=30)
        wrong = pump.ask("paused")
        world.later(minutes=20)
        moved = fix(pump, wrong.pk, at=ago(pump, 1))
        assert moved.deviation
        assert fix(pump, moved.pk, at=ago(pump, 2)).deviation

    def test_a_check_that_was_missing(self, world: World) -> None:
        pump = Pump(sit(world))
        order(pump.chair)
        wrong = pump.told("started", rate_ug_per_h=20_000)
        assert wrong.deviation
        world.later(minutes=2)
        assert fix(pump, wrong.pk, at=ago(pump, 1)).deviation


def test_a_total_that_was_ordered_anew_is_the_one_that_counts(pump: Pump) -> None:
    pump.world.later(minutes=10)
    wrong = pump.ask("rate", rate_ug_per_h=21_000)
    order(pump.chair, max_rate_ug_per_h=25_000, recorded_at=pump.world.at)
    assert not fix(pump, wrong.pk, rate_ug_per_h=24_000).deviation


@pytest.mark.parametrize(
    ("right", "field"),
    [
        ({"why": ""}, "reason"),
        ({"dose_ug": 1}, "dose_ug"),
        ({"over_min": 5}, "over_min"),
        ({"rate_ug_per_h": -1}, "rate_ug_per_h"),
        ({"at": 2}, "at"),
        ({"at": -60 * 25}, "at"),
    ],
    ids=str,
)
def test_refusals_name_their_field(pump: Pump, right: dict[str, Any], field: str) -> None:
    if "at" in right:
        right = {"at": pump.world.at + timedelta(minutes=right["at"])}
    with pytest.raises(BadValue) as refused:
        fix(pump, started(pump).pk, **right)
    assert refused.value.field == field
    assert InfusionEvent.of(pump.world.id).count() == 1


def test_what_is_not_corrected_here(pump: Pump) -> None:
    said = pump.ask("noted", note="Blanket given.")
    with pytest.raises(NotNow, match="not corrected here"):
        fix(pump, said.pk)
    with pytest.raises(NotFound):
        fix(pump, new())
    with pytest.raises(PermissionDenied):
        fix(pump, started(pump).pk, rate_ug_per_h=1_000, who="front_desk")
    with pytest.raises(BadValue, match="rate_ug_per_h: is no part"):
        fix(pump, pump.ask("paused").pk, rate_ug_per_h=1_000)


def test_the_same_press_twice_is_one_correction(pump: Pump) -> None:
    number, wrong = new(), started(pump).pk
    saved = {fix(pump, wrong, rate_ug_per_h=10_000, uid=number).pk for _ in range(2)}
    assert len(saved) == 1
    with pytest.raises(NotNow, match="already corrected"):
        fix(pump, wrong, rate_ug_per_h=5_000)
