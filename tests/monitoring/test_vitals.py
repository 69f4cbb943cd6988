"""Plausibility: the ranges are inclusive, zeros and sentinels are never measurements."""

import math

import pytest

from reprieve.knowledge import BadValue
from reprieve.monitoring import vitals
from reprieve.monitoring.vitals import Reading, flag_pairs, judge, plausible

EDGES = [
    ("heart_rate", 20, 300),
    ("pulse_rate", 20, 300),
    ("spo2", 40, 100),
    ("respiratory_rate", 1, 80),
    ("sbp", 40, 300),
    ("dbp", 15, 200),
    ("map", 20, 250),
    ("etco2", 1, 120),
    ("temp_c", 25, 45),
]


def reading(signal: str, value: float, **more: object) -> Reading:
    return Reading(signal=signal, value=value, at_ms=0, recorded_ms=0, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(("name", "low", "high"), EDGES)
def test_ranges_include_their_edges_and_nothing_beyond(name: str, low: float, high: float) -> None:
    assert plausible(name, low).ok
    assert plausible(name, high).ok
    assert plausible(name, low - 0.1).reason == "out_of_range"
    assert plausible(name, high + 0.1).reason == "out_of_range"


def test_the_signals_are_the_nine_of_the_contract() -> None:
    assert list(vitals.signals()) == [name for name, _, _ in EDGES]


@pytest.mark.parametrize("value", [-999, -99.9, -100, -10000, -1, 8388607, math.nan, math.inf])
@pytest.mark.parametrize("name", [name for name, _, _ in EDGES])
def test_sentinels_are_no_value(name: str, value: float) -> None:
    verdict = plausible(name, value)
    assert (verdict.ok, verdict.reason, verdict.look_at_patient) == (False, "no_value", False)


@pytest.mark.parametrize("name", [name for name, _, _ in EDGES])
def test_zero_is_never_a_measurement_and_asks_for_a_look_in_three_signals(name: str) -> None:
    verdict = plausible(name, 0.0)
    assert not verdict.ok
    assert verdict.reason == "zero"
    assert verdict.look_at_patient == (name in {"heart_rate", "spo2", "respiratory_rate"})


def test_the_word_for_a_zero_names_the_patient() -> None:
    assert "look at the patient" in str(plausible("spo2", 0).message)


def test_zero_is_a_finding_in_a_score() -> None:
    assert plausible("rass", 0).ok
    assert plausible("rass", -1).ok
    assert not plausible("rass", -6).ok


def test_what_the_device_calls_no_result_is_none() -> None:
    assert judge(reading("spo2", 97, flags=frozenset({vitals.NO_VALUE}))).reason == "no_value"


def test_systolic_must_lie_above_diastolic() -> None:
    for sbp in (70, 80):
        pair = flag_pairs([reading("sbp", sbp), reading("dbp", 80), reading("map", 75)])
        assert [judge(r).reason for r in pair] == ["pair", "pair", "plausible"]
    assert all(judge(r).ok for r in flag_pairs([reading("sbp", 81), reading("dbp", 80)]))


def test_a_zero_says_nothing_about_its_partner() -> None:
    sbp, dbp = flag_pairs([reading("sbp", 0), reading("dbp", 80)])
    assert (judge(sbp).reason, judge(dbp).ok) == ("zero", True)


def test_nothing_is_measured_after_it_was_recorded() -> None:
    assert Reading(signal="spo2", value=97, at_ms=900, recorded_ms=500).taken_ms == 500


def test_a_typed_value_outside_is_refused_with_the_limits_named() -> None:
    assert vitals.by_hand("spo2", 40) == 40
    with pytest.raises(BadValue, match="spo2: 39 is not between 40 and 100 %"):
        vitals.by_hand("spo2", 39)
    with pytest.raises(BadValue, match="sbp: 0 is not between 40 and 300 mmHg"):
        vitals.by_hand("sbp", 0)


def test_a_typed_pressure_must_be_possible_as_a_pair() -> None:
    assert vitals.by_hand_pressure(sbp=120, dbp=80) == (120, 80)
    with pytest.raises(BadValue, match="not above the diastolic"):
        vitals.by_hand_pressure(sbp=80, dbp=80)


def test_an_unknown_signal_is_named() -> None:
    with pytest.raises(BadValue, match=r"unknown 'glucose'.*heart_rate"):
        plausible("glucose", 5)


def test_every_signal_has_unit_and_codes() -> None:
    for sign in vitals.signals().values():
        assert sign.unit
        assert sign.loinc
        assert sign.mdc
        assert sign.spike
