"""The charting schedule: what is due when."""

import pytest

from reprieve.knowledge import BadValue, parse
from reprieve.monitoring import schedule
from reprieve.monitoring.schedule import MINUTE_MS, CareEvent, Chair
from tests.monitoring.alarm_desk import reading

SHIPPED = schedule.shipped()


def at(minute: float, kind: str, what: str = "") -> CareEvent:
    return CareEvent(kind=kind, at_ms=round(minute * MINUTE_MS), what=what)  # type: ignore[arg-type]


def seen(minute: float, *what: str) -> list[CareEvent]:
    return [at(minute, "observed", w) for w in what]


def due(events: list[CareEvent], minute: float, chair: Chair = "feed") -> dict[str, float]:
    """Return the due minute of each observation."""
    found = schedule.due(SHIPPED, events, at_ms=round(minute * MINUTE_MS), chair=chair)
    return {d.what: d.due_ms / MINUTE_MS for d in found}


CHECK, START = at(-10, "check"), at(0, "start")


def why(events: list[CareEvent], minute: float) -> dict[str, str]:
    """Return what each observation is a re-check after."""
    found = schedule.due(SHIPPED, events, at_ms=round(minute * MINUTE_MS))
    return {d.what: d.because for d in found}


def test_a_re_check_says_what_it_follows() -> None:
    assert set(why([CHECK, START], 1).values()) == {""}
    calm = seen(18, "blood_pressure", "respiratory_rate", "sedation", "dissociation", "pain")
    changed = [CHECK, START, *calm, at(20, "rate_change")]
    assert due(changed, 21)["blood_pressure"] == 25
    assert why(changed, 21)["blood_pressure"] == "rate_change"
    # It stays one while it is overdue, and ends when it is done.
    assert why(changed, 50)["blood_pressure"] == "rate_change"
    assert why([*changed, *seen(24, "blood_pressure")], 25)["blood_pressure"] == ""
    assert why([*changed, at(20, "rescue")], 21)["blood_pressure"] == "rescue"


def test_a_regimen_names_a_schedule_that_is_there() -> None:
    from reprieve.clinical.regimens import regimens

    for regimen in regimens().values():
        assert schedule.named(regimen.observation_schedule).observe
    with pytest.raises(BadValue):
        schedule.named("never-written")


def test_nothing_is_due_before_the_check_and_after_the_end() -> None:
    assert due([], 0) == {}
    assert due([CHECK, START, at(60, "stop"), at(120, "end")], 130) == {}


def test_the_baseline_wants_two_sets_five_minutes_apart() -> None:
    assert due([CHECK], -10)["blood_pressure"] == -10
    one = [CHECK, *seen(-9, "blood_pressure", "sedation")]
    assert due(one, -9)["blood_pressure"] == -4
    assert "sedation" not in due(one, -9)
    assert "dissociation" not in due(one, -9)
    assert "blood_pressure" not in due([*one, *seen(-4, "blood_pressure")], -3)


def test_what_the_monitor_sends_is_due_only_by_hand() -> None:
    assert "spo2" not in due([CHECK, START], 1)
    assert due([CHECK, START], 1, "by_hand")["spo2"] == 5


def test_the_first_quarter_of_an_hour_is_dense_and_then_it_is_steady() -> None:
    events = [CHECK, START]
    assert due(events, 0) == {
        "blood_pressure": 5,
        "respiratory_rate": 5,
        "sedation": 5,
        "dissociation": 15,
        "pain": 15,
    }
    events += seen(5, "blood_pressure") + seen(10, "blood_pressure") + seen(14, "blood_pressure")
    assert due(events, 14)["blood_pressure"] == 19
    assert due(events, 15)["blood_pressure"] == 29


def test_overdue_is_what_was_due_before_now() -> None:
    def overdue(minute: float) -> bool:
        found = schedule.due(SHIPPED, [START], at_ms=round(minute * MINUTE_MS))
        return next(d.overdue for d in found if d.what == "sedation")

    assert not overdue(5)
    assert overdue(5.1)


def test_soonest_comes_first() -> None:
    found = schedule.due(SHIPPED, [START], at_ms=0)
    assert [d.due_ms for d in found] == sorted(d.due_ms for d in found)


@pytest.mark.parametrize("change", ["rate_change", "rescue"])
def test_a_change_asks_for_a_recheck_in_five_minutes(change: str) -> None:
    events = [START, *seen(30, "blood_pressure", "pain"), at(31, change)]
    assert due(events, 31)["blood_pressure"] == 36
    assert due(events, 31)["pain"] == 46
    assert due([*events, *seen(36, "blood_pressure")], 37)["blood_pressure"] == 41


def test_a_rescue_drug_in_recovery_asks_for_a_recheck() -> None:
    events = [START, at(50, "stop"), *seen(60, "blood_pressure", "pain"), at(61, "rescue")]
    assert due(events, 62)["blood_pressure"] == 66
    assert why(events, 62)["blood_pressure"] == "rescue"
    assert due(events, 62)["pain"] == 76
    assert due([*events, *seen(66, "blood_pressure")], 67)["blood_pressure"] == 71
    # A second drug asks anew; a quarter of an hour later it is a recovery like any other.
    again = [*events, *seen(66, "blood_pressure"), at(70, "rescue")]
    assert due(again, 70)["blood_pressure"] == 71
    assert due([*again, *seen(72, "blood_pressure")], 73)["blood_pressure"] == 77
    settled = [*again, *seen(86, "blood_pressure")]
    assert due(settled, 87)["blood_pressure"] == 101
    assert schedule.phase(SHIPPED, settled, at_ms=80 * MINUTE_MS) == "recheck"
    assert schedule.phase(SHIPPED, settled, at_ms=87 * MINUTE_MS) == "recovery"


def test_a_rate_reported_in_recovery_opens_no_first_phase() -> None:
    events = [START, at(50, "stop"), at(61, "rescue"), at(62, "rate_change")]
    assert schedule.phase(SHIPPED, events, at_ms=63 * MINUTE_MS) == "recheck"


def test_a_change_does_not_put_off_what_is_due_sooner() -> None:
    events = [START, *seen(30, "blood_pressure"), at(42, "rate_change")]
    assert due(events, 42)["blood_pressure"] == 45


def test_what_is_overdue_stays_overdue_through_every_change() -> None:
    events = [START, *seen(30, "sedation"), at(50, "rate_change"), at(55, "stop")]
    assert due(events, 56)["sedation"] == 45


def test_recovery_goes_on_from_the_last_observation() -> None:
    events = [START, *seen(30, "sedation", "pain"), at(40, "stop")]
    assert schedule.phase(SHIPPED, events, at_ms=41 * MINUTE_MS) == "recovery"
    assert due(events, 41)["sedation"] == 45
    assert due(events, 41)["pain"] == 90


def test_a_baseline_does_not_stand_for_the_infusion() -> None:
    assert due([CHECK, *seen(-1, "sedation"), START], 1)["sedation"] == 5


def test_changes_outside_the_infusion_open_no_phase() -> None:
    def phase(*events: CareEvent) -> str | None:
        return schedule.phase(SHIPPED, events, at_ms=100 * MINUTE_MS)

    assert phase() is None
    assert phase(at(0, "rate_change")) is None
    assert phase(CHECK, at(-5, "rate_change"), at(-5, "rescue")) == "baseline"
    assert phase(START, at(50, "stop"), at(60, "rescue"), at(61, "rate_change")) == "recovery"
    assert phase(START, at(1, "check")) == "steady"
    assert phase(START, at(90, "rescue")) == "first"


def test_the_order_of_events_does_not_matter() -> None:
    events = [CHECK, START, *seen(5, "sedation"), at(31, "rate_change"), *seen(12, "sedation")]
    assert due(events, 33) == due(events[::-1], 33)


def test_an_event_of_the_future_has_not_happened() -> None:
    assert due([START, at(20, "stop")], 10) == due([START], 10)


def test_a_shorter_interval_of_a_later_phase_counts_from_its_beginning() -> None:
    text = (
        "first_min = 15\n[observe.pain]\nmonitored = false\nsets = 0\n"
        "every_min = { baseline = 5, first = 30, steady = 60, recovery = 10 }\n"
    )
    own = schedule.from_data(parse("own", text.encode()))
    (found,) = schedule.due(own, [START, at(20, "stop")], at_ms=20 * MINUTE_MS)
    assert found.due_ms == 30 * MINUTE_MS


def test_an_interval_that_is_none_is_named() -> None:
    text = "first_min = 15\n[observe.pain]\nmonitored = false\nsets = 0\n"
    with pytest.raises(BadValue, match="pain every_min: no minutes for steady"):
        schedule.from_data(
            parse("own", (text + "every_min = { baseline = 5, first = 5 }").encode())
        )


class TestIdenticalRuns:
    def set(self, minute: int, spo2: float, heart: float, source: str = "hand") -> list[object]:
        return [
            reading(minute * 60, spo2, source=source),
            reading(minute * 60, heart, "heart_rate", source=source),
        ]

    def test_three_identical_sets_are_a_run(self) -> None:
        sets = [r for m in (0, 5, 10) for r in self.set(m, 98, 72)]
        (run,) = schedule.identical_runs([*sets, *self.set(15, 97, 72)])  # type: ignore[list-item]
        assert (run.count, run.from_ms, run.to_ms) == (3, 0, 600_000)
        assert run.values == {"spo2": 98, "heart_rate": 72}

    def test_two_are_not_and_another_set_breaks_it(self) -> None:
        sets = [*self.set(0, 98, 72), *self.set(5, 98, 72), *self.set(10, 98, 73)]
        assert schedule.identical_runs([*sets, *self.set(15, 98, 72)]) == ()  # type: ignore[list-item]

    def test_device_values_and_single_numbers_repeat_by_nature(self) -> None:
        device = [r for m in (0, 5, 10) for r in self.set(m, 98, 72, "device")]
        single = [reading(m * 60, 98, source="hand") for m in (0, 5, 10)]
        assert schedule.identical_runs([*device, *single]) == ()  # type: ignore[list-item]
