"""The alarm states: raising, latching, acknowledging, silence, the ladder, changes of limits."""

from dataclasses import replace

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring import events as ev
from reprieve.monitoring import policy as policies
from reprieve.monitoring.alarms import fold, rechecks
from reprieve.monitoring.vitals import WITHDRAWN
from tests.monitoring.alarm_desk import Desk, limit, reading

HIGH = limit()
MEDIUM = limit("heart_rate", compare="above", threshold=120, priority="medium")


def test_a_high_alarm_latches_when_its_condition_is_gone_and_ends_when_answered() -> None:
    desk = Desk(HIGH)
    assert desk.do(reading(0, 95), reading(1, 89)) == [
        "1 spo2 below 90 high: inactive>active (limit)"
    ]
    assert desk.do(reading(2, 93)) == ["2 spo2 below 90 high: active>latched (recovered)"]
    assert desk.state.sounding == "high"
    assert desk.acknowledge(3) == ["3 spo2 below 90 high: latched>cleared (acknowledged)"]
    assert desk.state.sounding is None
    assert desk.phases == {}


def test_the_transition_covers_the_readings_beyond() -> None:
    desk = Desk(HIGH)
    desk.do(reading(0, 88), reading(1, 87), reading(2, 95))
    latched = desk.made[-1]
    assert (latched.since_ms, latched.last_ms, latched.value) == (0, 1000, 87)
    assert latched.alarm_id == "spo2 below 90 high@0"
    assert latched.knowledge == "test"


def test_a_medium_alarm_clears_by_itself() -> None:
    desk = Desk(MEDIUM)
    desk.do(reading(0, 130, "heart_rate"))
    assert desk.do(reading(1, 120, "heart_rate")) == [
        "1 heart_rate above 120 medium: active>cleared (recovered)"
    ]


def test_an_answered_alarm_clears_when_its_condition_is_gone() -> None:
    desk = Desk(HIGH)
    desk.do(reading(0, 88))
    assert desk.acknowledge(1) == ["1 spo2 below 90 high: active>acknowledged (acknowledged)"]
    assert desk.state.sounding is None
    assert desk.do(reading(2, 95)) == ["2 spo2 below 90 high: acknowledged>cleared (recovered)"]


def test_an_answered_alarm_that_persists_reminds_every_150_s() -> None:
    desk = Desk(HIGH)
    desk.do(reading(0, 88))
    desk.acknowledge(10)
    assert desk.tick(159.9) == []
    assert desk.tick(160) == ["160 spo2 below 90 high: acknowledged (reminder)"]
    assert desk.tick(310) == ["310 spo2 below 90 high: acknowledged (reminder)"]


def test_answering_what_is_answered_or_unknown_changes_nothing() -> None:
    desk = Desk(HIGH)
    desk.do(reading(0, 88))
    desk.acknowledge(1)
    again = ev.Acknowledged(at_ms=2000, by="nurse", alarm_id="spo2 below 90 high@0")
    assert desk.do(again, replace(again, alarm_id="nothing")) == []


def test_a_latched_alarm_becomes_active_again_under_its_own_name() -> None:
    desk = Desk(HIGH)
    desk.do(reading(0, 88), reading(1, 95))
    assert desk.do(reading(2, 87)) == ["2 spo2 below 90 high: latched>active (limit)"]
    assert {t.alarm_id for t in desk.made} == {"spo2 below 90 high@0"}
    assert desk.made[-1].since_ms == 2000


class TestSilence:
    def test_it_ends_by_itself_and_the_sound_is_back(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88))
        assert desk.silence(1, 60) == ["1 sound high: sounding>silenced (silenced)"]
        assert desk.state.sounding is None
        assert desk.state.shown
        assert desk.tick(60.9) == [
            "30 spo2 below 90 high: active (escalation all nurses)",
            "60 spo2 below 90 high: active (escalation physician)",
        ]
        assert desk.tick(61) == ["61 sound high: silenced>sounding (silence_ended)"]
        assert desk.state.sounding == "high"

    def test_asking_again_does_not_stretch_it_beyond_120_s(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88))
        desk.silence(0, 120)
        desk.silence(100, 120)
        assert desk.state.silence is not None
        assert desk.state.silence.until_ms == 120_000

    def test_a_new_alarm_of_any_priority_breaks_it_at_once(self) -> None:
        desk = Desk(HIGH, limit("temp_c", compare="above", threshold=38, priority="low"))
        desk.do(reading(0, 88))
        desk.silence(1)
        assert desk.do(reading(2, 38.5, "temp_c")) == [
            "2 temp_c above 38 low: inactive>active (limit)",
            "2 sound high: silenced>sounding (broken_by_alarm)",
        ]

    def test_nothing_can_be_silenced_in_advance(self) -> None:
        desk = Desk(HIGH)
        assert desk.silence(0) == []
        assert desk.state.silence is None

    @pytest.mark.parametrize("seconds", [0, -5, 121, 10_000])
    def test_a_longer_one_cannot_be_asked_for(self, seconds: int) -> None:
        with pytest.raises(BadValue, match=r"seconds: .* is not 1 to 120"):
            ev.Silenced(at_ms=0, by="nurse", seconds=seconds)


class TestLadder:
    def test_a_high_alarm_climbs_to_the_emergency_card(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88))
        assert desk.made[-1].to == "chair and board"
        assert desk.tick(600) == [
            "30 spo2 below 90 high: active (escalation all nurses)",
            "60 spo2 below 90 high: active (escalation physician)",
            "120 spo2 below 90 high: active "
            "(escalation second physician or medical director, emergency card)",
        ]
        assert {t.noted_ms for t in desk.made[-3:]} == {600_000}

    def test_a_medium_alarm_takes_four_times_as_long(self) -> None:
        desk = Desk(MEDIUM)
        desk.do(reading(0, 130, "heart_rate"))
        assert [line.split()[0] for line in desk.tick(10_000)] == ["120", "240", "480"]

    def test_a_low_alarm_stays_at_the_chair(self) -> None:
        desk = Desk(limit(priority="low"))
        desk.do(reading(0, 88))
        assert [t.to for t in desk.made] == ["", "chair and board"]
        assert desk.tick(10_000) == []

    def test_a_recovered_alarm_that_nobody_saw_goes_on_climbing(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88), reading(5, 95))
        assert desk.tick(30) == ["30 spo2 below 90 high: latched (escalation all nurses)"]

    def test_an_answered_alarm_climbs_no_further(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88))
        desk.acknowledge(29)
        assert desk.tick(100) == []


class TestDelay:
    rule = limit(delay_s=10)

    def test_a_spike_shorter_than_the_delay_is_no_alarm(self) -> None:
        desk = Desk(self.rule)
        assert desk.feed(0, [88] * 10 + [95]) == []
        assert desk.phases == {}

    def test_a_run_as_long_as_the_delay_is_one(self) -> None:
        desk = Desk(self.rule)
        assert desk.feed(0, [88] * 11) == ["10 spo2 below 90 high: inactive>active (limit)"]
        assert desk.made[0].since_ms == 0

    def test_zeros_and_sentinels_neither_break_nor_lengthen_the_run(self) -> None:
        desk = Desk(self.rule)
        desk.do(reading(0, 88), reading(5, -999), reading(10, 0))
        assert desk.phases[self.rule.key] == "pending"
        assert desk.do(reading(11, 87))[-1] == "11 spo2 below 90 high: inactive>active (limit)"

    def test_on_a_fast_feed_a_gap_is_not_a_run(self) -> None:
        desk = Desk(self.rule)
        desk.feed(0, [95, 95, 88])
        assert desk.tick(600) == []

    def test_on_a_slow_feed_a_value_stands_until_the_next(self) -> None:
        desk = Desk(self.rule)
        desk.do(reading(0, 95), reading(60, 95), reading(120, 88))
        assert desk.tick(129) == []
        assert desk.tick(131) == ["130 spo2 below 90 high: inactive>active (delay)"]

    def test_when_the_monitor_leaves_its_pace_is_no_evidence_any_more(self) -> None:
        desk = Desk(self.rule)
        desk.do(reading(0, 95), reading(60, 88), ev.FeedUnlinked(at_ms=61_000))
        assert desk.tick(600) == []
        assert desk.do(reading(601, 88, source="hand")) == [
            "601 spo2 below 90 high: inactive>active (limit)"
        ]

    def test_a_typed_value_needs_no_delay(self) -> None:
        desk = Desk(self.rule)
        assert desk.do(reading(0, 88, source="hand")) == [
            "0 spo2 below 90 high: inactive>active (limit)"
        ]

    def test_a_latched_alarm_needs_the_delay_again(self) -> None:
        desk = Desk(self.rule)
        desk.feed(0, [88] * 11 + [95] + [88] * 5 + [95])
        assert desk.phases == {self.rule.key: "latched"}
        assert desk.feed(20, [88] * 11) == ["30 spo2 below 90 high: latched>active (limit)"]

    def test_answering_a_latched_alarm_forgets_no_run_that_has_begun(self) -> None:
        desk = Desk(self.rule)
        desk.feed(0, [88] * 11 + [95, 88])
        desk.acknowledge(12)
        assert desk.phases == {self.rule.key: "pending"}
        assert desk.state.shown == ()
        assert desk.feed(13, [88] * 10) == ["22 spo2 below 90 high: inactive>active (limit)"]
        assert desk.made[-2].alarm_id == "spo2 below 90/10s high@12000"


class TestTwoReadings:
    rule = limit("sbp", compare="at_or_above", threshold=160, priority="medium", confirm_s=270)

    def test_the_second_reading_confirms(self) -> None:
        desk = Desk(self.rule)
        assert desk.do(reading(0, 165, "sbp")) == []
        assert rechecks(desk.state, desk.policy) == (("sbp", 270_000),)
        assert desk.do(reading(60, 165, "sbp")) == []
        assert desk.do(reading(299, 161, "sbp")) == [
            "299 sbp at or above 160 medium: inactive>active (limit)"
        ]
        assert rechecks(desk.state, desk.policy) == ()

    def test_time_alone_confirms_nothing(self) -> None:
        desk = Desk(self.rule)
        desk.do(reading(0, 165, "sbp"), reading(60, 165, "sbp"), reading(120, 165, "sbp"))
        assert desk.tick(1000) == []

    def test_a_reading_inside_begins_anew(self) -> None:
        desk = Desk(self.rule)
        desk.do(reading(0, 165, "sbp"), reading(100, 150, "sbp"))
        assert desk.do(reading(300, 165, "sbp")) == []

    def test_typed_values_are_confirmed_too(self) -> None:
        desk = Desk(self.rule)
        assert desk.do(reading(0, 165, "sbp", source="hand")) == []

    def test_the_earliest_recheck_is_named(self) -> None:
        desk = Desk(self.rule, replace(self.rule, threshold=170, confirm_s=120))
        desk.do(reading(0, 175, "sbp"))
        assert rechecks(desk.state, desk.policy) == (("sbp", 120_000),)


class TestZero:
    @pytest.mark.parametrize("signal", ["heart_rate", "spo2", "respiratory_rate"])
    def test_a_zero_asks_for_a_look_at_once_and_is_no_clinical_alarm(self, signal: str) -> None:
        desk = Desk(limit(signal, threshold=50))
        look = f"{signal} no reading: look at the patient high"
        assert desk.do(reading(0, 0, signal)) == [f"0 {look}: inactive>active (zero)"]
        assert desk.made[0].kind == "technical"
        assert desk.made[0].value is None
        assert desk.do(reading(1, 0, signal)) == []
        assert desk.do(reading(2, 70, signal)) == [f"2 {look}: active>cleared (recovered)"]

    @pytest.mark.parametrize(
        ("signal", "value", "cause"),
        [
            ("sbp", 0, "zero"),
            ("spo2", -999, "no_value"),
            ("spo2", 101, "out_of_range"),
            ("temp_c", 12, "out_of_range"),
        ],
    )
    def test_any_other_unusable_value_is_a_low_technical_alarm(
        self, signal: str, value: float, cause: str
    ) -> None:
        desk = Desk(limit(signal, threshold=50), limit(signal, compare="above", threshold=60))
        assert desk.do(reading(0, value, signal)) == [
            f"0 {signal} no usable value low: inactive>active ({cause})"
        ]

    def test_a_zero_does_not_end_a_clinical_alarm(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88), reading(1, 0))
        assert desk.phases[HIGH.key] == "active"


class TestOrder:
    def test_an_older_value_changes_no_alarm(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(10, 95))
        assert desk.do(reading(5, 80, recorded_ms=11_000)) == []
        desk.do(reading(12, 88))
        assert desk.do(reading(11, 95, recorded_ms=13_000)) == []
        assert desk.phases == {HIGH.key: "active"}

    def test_a_value_that_comes_too_late_is_not_the_present(self) -> None:
        late = {"recorded_ms": 121_001}
        assert Desk(HIGH).do(reading(0, 80, **late)) == []
        assert Desk(HIGH).do(reading(0, 80, source="hand", **late)) != []
        assert Desk(HIGH).do(reading(0, 80, source="hand", recorded_ms=300_001)) == []

    def test_a_clock_that_runs_ahead_does_not_hide_what_follows(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 95, at_ms=420_000))
        assert desk.do(reading(1, 88)) == ["1 spo2 below 90 high: inactive>active (limit)"]

    def test_a_repeat_changes_nothing(self) -> None:
        desk = Desk(limit(delay_s=2))
        once = [reading(0, 95), reading(1, 88), reading(2, 88), reading(3, 88)]
        twice = [r for r in once for _ in range(2)]
        assert desk.do(*twice) == Desk(*desk.policy.limits).do(*once)
        assert [t.cause for t in desk.made] == ["limit", "escalation"]

    @pytest.mark.parametrize("values", [(95, 88), (88, 95)])
    def test_of_two_values_of_one_moment_the_worse_counts(self, values: tuple[int, int]) -> None:
        desk = Desk(HIGH)
        desk.do(*(reading(1, v) for v in values))
        assert desk.phases == {HIGH.key: "active"}

    def test_a_withdrawn_value_is_none(self) -> None:
        assert Desk(HIGH).do(reading(0, 80, flags=frozenset({WITHDRAWN}))) == []

    def test_time_never_runs_backwards(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(100, 88))
        desk.tick(75)
        assert desk.state.now_ms == 100_000


def test_the_worst_unanswered_alarm_sounds_and_leads() -> None:
    desk = Desk(HIGH, MEDIUM)
    desk.do(reading(0, 130, "heart_rate"), reading(1, 88))
    assert [a.signal for a in desk.state.shown] == ["spo2", "heart_rate"]
    assert desk.state.sounding == "high"
    desk.acknowledge(2)
    assert desk.state.sounding == "medium"


def test_a_fold_is_the_steps_one_after_another() -> None:
    policy = policies.live(limits=[HIGH])
    state, made = fold([reading(0, 88), reading(1, 95)], policy)
    again, more = fold([reading(1, 95)], policy, state=fold([reading(0, 88)], policy)[0])
    assert state == again
    assert made[-1:] == more
