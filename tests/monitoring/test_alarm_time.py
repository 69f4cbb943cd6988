"""What the feed's silence means: stale signals, the drug running, links and pace."""

from reprieve.monitoring import events as ev
from reprieve.monitoring.alarm_state import Track
from reprieve.monitoring.freshness import interval_ms, is_old, learned, stale_after_ms
from reprieve.monitoring.policy import live
from reprieve.monitoring.vitals import ARTERIAL
from tests.monitoring.alarm_desk import Desk, limit, reading

STALE = "spo2 no value for too long"


def linked(*values: object) -> Desk:
    """Return a desk with a linked monitor that sends heart rate so often that it stays fresh."""
    desk = Desk(*values)  # type: ignore[arg-type]
    desk.link()
    return desk


def spo2(desk: Desk, *seconds: float) -> None:
    desk.do(*(reading(s, 97) for s in seconds), *(reading(s, 70, "heart_rate") for s in seconds))


def only_spo2(found: list[str]) -> list[str]:
    return [line for line in found if "spo2" in line and "escalation" not in line]


def test_a_fast_signal_is_stale_after_15_s() -> None:
    desk = linked()
    spo2(desk, 0, 1, 2)
    assert desk.tick(16.9) == []
    assert only_spo2(desk.tick(17)) == [f"17 {STALE} medium: inactive>active (stale)"]


def test_a_slow_signal_is_stale_after_three_of_its_intervals() -> None:
    desk = linked()
    spo2(desk, 0, 10, 20)
    assert desk.tick(49) == []
    assert only_spo2(desk.tick(50)) == [f"50 {STALE} medium: inactive>active (stale)"]


def test_with_the_drug_running_it_becomes_high_after_60_s_more() -> None:
    desk = linked()
    desk.run()
    spo2(desk, 0, 1)
    desk.tick(16)
    assert only_spo2(desk.tick(76)) == [f"76 {STALE} high: active (stale_running)"]


def test_without_the_drug_it_stays_medium_until_the_drug_starts() -> None:
    desk = linked()
    spo2(desk, 0, 1)
    assert "high" not in " ".join(desk.tick(500))
    assert only_spo2(desk.run(600)) == [f"600 {STALE} high: active (stale_running)"]


def test_a_stop_keeps_it_from_becoming_high() -> None:
    desk = linked()
    desk.run()
    spo2(desk, 0, 1)
    desk.do(ev.InfusionStopped(at_ms=30_000))
    assert "stale_running" not in " ".join(desk.tick(500))


def test_running_twice_is_running_once() -> None:
    desk = linked()
    desk.run(1)
    desk.run(2)
    assert desk.state.running_ms == 1000


def test_becoming_high_asks_again_of_those_who_had_answered() -> None:
    desk = linked()
    desk.run()
    spo2(desk, 0, 1)
    desk.tick(16)
    desk.acknowledge(17)
    desk.acknowledge(17)
    assert only_spo2(desk.tick(76)) == [f"76 {STALE} high: acknowledged>active (stale_running)"]


def test_a_device_value_ends_it_and_a_typed_one_does_not() -> None:
    desk = linked()
    spo2(desk, 0, 1)
    desk.tick(16)
    assert desk.do(reading(20, 97, source="hand")) == []
    assert desk.do(reading(21, 97)) == [f"21 {STALE} medium: active>cleared (recovered)"]


def test_sentinels_do_not_keep_a_signal_fresh() -> None:
    desk = linked()
    spo2(desk, 0, 1)
    desk.do(*(reading(s, -999) for s in range(2, 16)))
    assert f"16 {STALE} medium: inactive>active (stale)" in desk.do(reading(16, -999))


def test_a_linked_monitor_that_sends_nothing_is_an_alarm() -> None:
    desk = linked()
    assert [line for line in desk.tick(15) if "escalation" not in line] == [
        "15 heart_rate no value for too long medium: inactive>active (stale)",
        f"15 {STALE} medium: inactive>active (stale)",
    ]


def test_a_pulse_rate_stands_for_the_heart_rate_that_is_required() -> None:
    desk = linked()
    for second in range(20):
        desk.do(reading(second, 97), reading(second, 70, "pulse_rate"))
    assert desk.made == []


def test_a_second_link_changes_nothing() -> None:
    desk = linked()
    desk.link(10)
    assert desk.state.linked_ms == 0


def test_without_a_monitor_nothing_goes_stale() -> None:
    desk = Desk()
    desk.do(reading(0, 97, source="hand"))
    assert desk.tick(10_000) == []


def test_unlinking_ends_what_only_the_monitor_could_end() -> None:
    desk = linked()
    spo2(desk, 0, 1)
    desk.do(reading(2, 0, "respiratory_rate"))
    desk.tick(20)
    ended = desk.do(ev.FeedUnlinked(at_ms=21_000))
    assert len(ended) == 3
    assert all(line.endswith("cleared (unlinked)") for line in ended)
    assert desk.tick(10_000) == []
    assert desk.state.tracks["spo2"].gaps_ms == ()


def test_unlinking_ends_no_clinical_alarm() -> None:
    desk = linked(limit())
    desk.do(reading(0, 88))
    assert desk.do(ev.FeedUnlinked(at_ms=1000)) == []
    assert desk.phases == {limit().key: "active"}


def test_a_cuff_is_stale_after_one_and_a_half_cycles_once_its_cycle_is_known() -> None:
    desk = linked()
    pressures = [reading(s, 120, "sbp") for s in (0, 300)]
    fresh = [r for s in range(0, 760, 5) for r in (reading(s, 97), reading(s, 70, "heart_rate"))]
    desk.do(*sorted([*pressures, *fresh], key=lambda r: r.at_ms))
    assert [t.at_ms for t in desk.made if t.cause == "stale"] == [750_000]
    assert desk.made[0].signal == "sbp"


def test_pace() -> None:
    policy = live()
    assert learned((1000,), 0) == (1000,)
    assert learned(tuple(range(1, 8)), 9) == (2, 3, 4, 5, 6, 7, 9)
    assert interval_ms("spo2", Track(newest_ms=0, gaps_ms=(1000, 60_000)), policy) == 60_000
    assert interval_ms("spo2", Track(newest_ms=0), policy) == 5000
    assert stale_after_ms("sbp", Track(newest_ms=0), policy) is None
    assert stale_after_ms("sbp", Track(newest_ms=0, gaps_ms=(300_000,)), policy) == 450_000
    assert stale_after_ms("sbp", Track(newest_ms=0, arterial=True), policy) == 15_000


def test_an_arterial_line_is_a_continuous_signal() -> None:
    desk = linked()
    spo2(desk, 0)
    desk.do(reading(0, 120, "sbp", flags=frozenset({ARTERIAL})))
    spo2(desk, 10)
    assert desk.tick(15) == ["15 sbp no value for too long medium: inactive>active (stale)"]


def test_old_values_are_those_that_must_be_grey() -> None:
    assert not is_old(name="sbp", taken_ms=0, at_ms=300_000)
    assert is_old(name="sbp", taken_ms=0, at_ms=300_001)
    assert is_old(name="spo2", taken_ms=0, at_ms=60_001)
