"""Limits that change while an alarm stands."""

from dataclasses import replace

from reprieve.monitoring import events as ev
from reprieve.monitoring import policy as policies
from tests.monitoring.alarm_desk import Desk, limit, reading

HIGH = limit()
MEDIUM = limit("heart_rate", compare="above", threshold=120, priority="medium")


class TestLimitsChange:
    changed = ev.LimitsChanged(at_ms=5000, by="physician")

    def test_a_tighter_limit_is_held_against_the_present_value(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 92))
        desk.policy = policies.live(limits=[limit(threshold=94)])
        assert desk.do(self.changed) == ["5 spo2 below 94 high: inactive>active (limit)"]

    def test_an_old_value_is_not_the_present(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 92))
        desk.policy = policies.live(limits=[limit(threshold=94)])
        assert desk.do(replace(self.changed, at_ms=301_000)) == []

    def test_an_alarm_whose_limit_is_gone_ends_but_a_high_one_is_still_to_be_seen(self) -> None:
        desk = Desk(HIGH, MEDIUM)
        desk.do(reading(0, 88), reading(0, 130, "heart_rate"), reading(0, 0, "respiratory_rate"))
        desk.policy = policies.live(limits=[])
        assert desk.do(self.changed) == [
            "5 spo2 below 90 high: active>latched (limits_changed)",
            "5 heart_rate above 120 medium: active>cleared (limits_changed)",
        ]
        assert desk.acknowledge(6) == ["6 spo2 below 90 high: latched>cleared (acknowledged)"]
        assert [a.kind for a in desk.state.shown] == ["technical"]

    def test_a_baseline_gives_percent_limits_their_meaning(self) -> None:
        rule = limit("sbp", compare="above_percent_of_baseline", threshold=120)
        desk = Desk(rule)
        desk.do(reading(0, 150, "sbp"))
        assert desk.policy.needs_baseline == ("sbp",)
        desk.policy = policies.live(limits=[rule], baseline={"sbp": 120})
        assert desk.policy.needs_baseline == ()
        assert desk.do(self.changed) == [
            "5 sbp above 120 % of baseline high: inactive>active (limit)"
        ]

    def test_a_suspended_limit_is_quiet_until_its_end(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88))
        pause = policies.suspend(
            limit_key=HIGH.key, by="dr", reason="probe", at_ms=5000, seconds=60, known=[HIGH]
        )
        desk.policy = policies.live(limits=[HIGH], suspensions=[pause])
        assert desk.do(self.changed) == ["5 spo2 below 90 high: active>latched (suspended)"]
        desk.acknowledge(6)
        assert desk.do(reading(64, 87)) == []
        assert desk.do(reading(65, 87)) == ["65 spo2 below 90 high: inactive>active (limit)"]

    def test_what_still_holds_goes_on_as_it_was(self) -> None:
        desk = Desk(HIGH)
        desk.do(reading(0, 88))
        desk.acknowledge(1)
        assert desk.do(self.changed) == []
        assert desk.phases == {HIGH.key: "acknowledged"}

    def test_signals_without_a_value_are_left_alone(self) -> None:
        desk = Desk(HIGH, MEDIUM)
        desk.do(reading(0, -999))
        assert desk.do(self.changed) == []
