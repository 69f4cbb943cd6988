"""Limits: comparing, reading a file strictly, the shipped table."""

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring import limits
from reprieve.monitoring.limits import Limit


def limit(**more: object) -> Limit:
    return Limit(**{"signal": "spo2", "priority": "high", "delay_s": 0, **more})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("compare", "threshold", "beyond", "inside"),
    [
        ("below", 90, 89.9, 90),
        ("at_or_below", 90, 90, 90.1),
        ("above", 110, 110.1, 110),
        ("at_or_above", 110, 110, 109.9),
    ],
)
def test_strict_and_inclusive_thresholds(
    compare: str, threshold: float, beyond: float, inside: float
) -> None:
    rule = limit(compare=compare, threshold=threshold)
    assert rule.beyond(beyond)
    assert not rule.beyond(inside)


def test_percent_of_baseline_is_exact_at_its_edge() -> None:
    rule = limit(signal="sbp", compare="above_percent_of_baseline", threshold=120)
    assert not rule.beyond(144, baseline=120)
    assert rule.beyond(144.1, baseline=120)
    low = limit(signal="map", compare="below_percent_of_baseline", threshold=80)
    assert low.beyond(79.9, baseline=100)
    assert not low.beyond(80, baseline=100)


def test_without_a_baseline_a_percent_limit_says_nothing() -> None:
    assert not limit(compare="above_percent_of_baseline", threshold=120).beyond(300)


def test_label_and_key_are_readable() -> None:
    rule = limit(compare="at_or_below", threshold=90.5, delay_s=10, confirm_s=270)
    assert rule.label == "at or below 90.5"
    assert rule.key == "spo2 at or below 90.5/10s+270s high"
    percent = limit(compare="above_percent_of_baseline", threshold=120)
    assert percent.label == "above 120 % of baseline"


def read(text: str) -> tuple[Limit, ...]:
    return limits.read("limits", text.encode())


def table(**changes: str) -> str:
    rows = {"signal": '"spo2"', "below": "90", "delay_s": "0", "priority": '"high"'} | changes
    lines = "\n".join(f"{k} = {v}" for k, v in rows.items() if v)
    return f"[[limit]]\n{lines}\n"


def test_a_file_is_read() -> None:
    (rule,) = read(table(delay_s=""))
    assert (rule.signal, rule.label, rule.priority, rule.delay_s) == ("spo2", "below 90", "high", 0)


@pytest.mark.parametrize(("written", "share"), [("20", 120), ("120", 120), ("5.5", 105.5)])
def test_a_rise_may_be_written_as_rise_or_as_share(written: str, share: float) -> None:
    (rule,) = read(table(below="", above_percent_of_baseline=written))
    assert rule.threshold == share


BAD = [
    (table(signal='"glucose"'), "limit 1 signal: unknown 'glucose'"),
    (table(signal="3"), "limit 1 signal: unknown 3"),
    (table(signal='"rass"'), "limit 1 signal: unknown 'rass'"),
    (table(signal=""), "limit 1 signal: missing"),
    (table(priority=""), "limit 1 priority: missing"),
    (table(priority='"urgent"'), "limit 1 priority: unknown 'urgent'"),
    (table(priority="true"), "limit 1 priority: unknown True"),
    (table(below=""), "limit 1: no threshold"),
    (table(above="100"), "limit 1 above: a second threshold beside below"),
    (table(at_or_below="90"), "limit 1 at_or_below: a second threshold beside below"),
    (table(below='"90"'), "limit 1 below: '90' is not a number"),
    (table(below="true"), "limit 1 below: True is not a number"),
    (table(below="nan"), "limit 1 below: not a usable number"),
    (table(below="-inf"), "limit 1 below: not a usable number"),
    (table(below="1" + "0" * 400), "limit 1 below: not a usable number"),
    (table(delay_s="-1"), "limit 1 delay_s: -1 is not 0 to 86400 seconds"),
    (table(delay_s="nan"), "limit 1 delay_s: not a usable number"),
    (table(delay_s='"soon"'), "limit 1 delay_s: 'soon' is not a number"),
    (table(delay="0"), "limit 1 delay: unknown"),
    (table(**{'"a\\nb"': "0"}), r"limit 1 'a\\nb': unknown"),
    (table(loosest="80"), "limit 1 loosest: unknown"),
    (table(action='"run"'), "limit 1 action: unknown 'run'"),
    (table(name="3"), "limit 1 name: 3 is not text"),
    (table() + table(), "limit 2: says the same as limit 1"),
    (table(below="", above_percent_of_baseline="100"), "limit 1 above_percent_of_baseline: give"),
    (table(below="", above_percent_of_baseline="0"), "limit 1 above_percent_of_baseline: give"),
    (table(below="", below_percent_of_baseline="20"), "limit 1 below_percent_of_baseline: give"),
    (table(below="", below_percent_of_baseline="100"), "limit 1 below_percent_of_baseline: give"),
    ("", "limit: the file names no limit"),
    ("limit = []", "limit: the file names no limit"),
    ("limit = [1]", "limit: write each limit"),
    ("[limit]\nsignal = 'spo2'", "limit: write each limit"),
    ("limits = 3\n" + table(), "limits: unknown key"),
    ("[[limit", "limits: not valid TOML"),
]


@pytest.mark.parametrize(("text", "says"), BAD)
def test_a_bad_file_is_refused_in_one_line_that_names_the_key(text: str, says: str) -> None:
    with pytest.raises(BadValue) as caught:
        read(text)
    assert str(caught.value).startswith(says.replace("\\\\", "\\"))
    assert "\n" not in str(caught.value)


def test_the_shipped_limits_are_distinct_named_and_bounded() -> None:
    rows = limits.shipped()
    assert len({r.name for r in rows}) == len({r.key for r in rows}) == len(rows)
    for row in rows:
        assert row.action
        assert row.loosest is not None
        lax = row.loosest - row.threshold
        assert lax > 0 if row.is_upper else lax < 0
    assert limits.knowledge().data["verified"] is False
