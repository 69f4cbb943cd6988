from datetime import date
from decimal import Decimal

import pytest

from reprieve.clinical.delivery import MS_PER_MIN, Bolus, Segment
from reprieve.clinical.findings import Severity, blocking
from reprieve.clinical.guardrails import (
    Approval,
    adjusted,
    check,
    check_bolus,
    check_change,
    check_plan,
    shipped,
    worst_window_mg,
)
from reprieve.knowledge import BadValue

D = Decimal
KG = D(100)  # one milligram a kilogram is 100 mg


def flow(start_min, end_min, rate):
    end_ms = None if end_min is None else end_min * MS_PER_MIN
    return Segment(start_ms=start_min * MS_PER_MIN, end_ms=end_ms, rate_mg_per_h=D(rate))


def push(start_min, minutes, dose):
    return Bolus(start_ms=start_min * MS_PER_MIN, duration_ms=minutes * MS_PER_MIN, dose_mg=D(dose))


def rules(found):
    return [f.rule for f in found]


@pytest.mark.parametrize(
    ("segments", "boluses", "expected"),
    [
        ([], [], []),
        ([flow(0, 30, "100")], [], []),  # exactly 0.5 mg/kg in 30 min
        ([flow(0, 30, "100.01")], [], ["dose-30-min"]),
        ([flow(0, 60, "75")], [], []),  # exactly the notice
        ([flow(0, 60, "75.01")], [], ["dose-60-min-notice"]),
        ([flow(0, 60, "100")], [], ["dose-60-min-notice"]),  # exactly 1 mg/kg
        ([flow(0, 60, "100.01")], [], ["dose-30-min", "dose-60-min", "dose-60-min-notice"]),
        # two halves that are each within their window, and a window across them that is not
        ([flow(0, 20, "10"), flow(20, 40, "101"), flow(40, 60, "101")], [], ["dose-30-min"]),
        ([flow(0, 240, "37.5")], [], []),  # exactly 150 mg
        ([flow(0, 240, "38")], [], ["dose-session-notice"]),
        ([flow(0, 240, "50")], [], ["dose-session-notice"]),  # exactly 200 mg
        ([flow(0, 240, "50.1")], [], ["dose-session", "dose-session-notice"]),
        ([], [push(0, 10, "35")], []),
        ([], [push(0, 10, "35.1")], ["dose-bolus"]),
        ([], [push(0, 9, "35")], ["bolus-speed"]),
        ([flow(0, 30, "90")], [push(31, 10, "10")], []),
        ([flow(0, 30, "90")], [push(5, 10, "10")], ["dose-30-min"]),
        ([], [push(0, 0, "26"), push(30, 0, "26")], ["dose-30-min", "bolus-speed", "bolus-speed"]),
    ],
)
def test_limits_of_windows_session_and_bolus(segments, boluses, expected):
    assert rules(check(segments=segments, boluses=boluses, weight_kg=KG)) == expected


def test_a_light_patient_meets_the_limit_by_weight_first():
    found = check(segments=[flow(0, 300, "29")], weight_kg=D(40))
    assert rules(found) == ["dose-session-by-weight"]
    assert rules(check(segments=[flow(0, 240, "35")], weight_kg=D(40))) == ["dose-60-min-notice"]


def test_hard_limits_stop_and_notices_only_inform():
    found = check(segments=[flow(0, 240, "60")], weight_kg=KG)
    assert {f.rule: f.severity for f in found} == {
        "dose-session": Severity.STOP, "dose-session-notice": Severity.WARN}  # fmt: skip
    assert [f.overridable for f in found] == [False, True]
    assert str(found[0].says) == "240 mg in this session pass the limit of 200 mg."
    assert found[0].knowledge_version == shipped().version


def test_the_worst_window_is_found_between_the_edges():
    segments = [flow(0, 10, "60"), flow(10, 50, "0"), flow(50, 60, "60")]
    assert worst_window_mg(segments, [], window_min=30) == 10
    assert worst_window_mg(segments, [], window_min=50) == 10
    assert worst_window_mg(segments, [], window_min=60) == 20
    assert worst_window_mg([], [], window_min=30) == 0


def test_a_plan_below_the_guideline_is_told_so():
    low = check_plan(segments=[flow(0, 40, "75")], weight_kg=KG)
    assert rules(low) == ["below-guideline-dose"]
    assert str(low[0].says) == "Below the guideline's dose: 50 mg over 40 minutes."
    assert blocking(low) == ()
    assert rules(check_plan(segments=[flow(0, 119, "60")], weight_kg=KG)) == [
        "below-guideline-dose"
    ]
    assert check_plan(segments=[flow(0, 120, "40")], weight_kg=KG) == ()


def test_a_change_is_judged_by_the_rest_of_the_plan():
    plan = [flow(0, 120, "60")]
    soon = {"segments": plan, "weight_kg": KG, "at_ms": 60 * MS_PER_MIN}
    for rate, minutes, expected in [
        ("90", 120, ["dose-60-min-notice"]),
        ("90", 80, []),
        ("105", 80, []),  # exactly the notice
        ("106", 80, ["dose-60-min-notice"]),
        ("105", 120, ["dose-30-min", "dose-60-min", "dose-60-min-notice", "dose-session-notice"]),
        ("60", 240, ["dose-session", "dose-session-notice"]),
    ]:
        found = check_change(rate_mg_per_h=D(rate), until_ms=minutes * MS_PER_MIN, **soon)
        assert rules(found) == expected, (rate, minutes)


def test_after_too_much_was_given_an_increase_is_refused_and_a_reduction_is_not():
    given = [flow(0, 30, "120"), flow(30, 120, "20")]
    at = {"segments": given, "weight_kg": KG, "at_ms": 40 * MS_PER_MIN}
    at["until_ms"] = 120 * MS_PER_MIN
    assert blocking(check_change(rate_mg_per_h=D(21), **at))
    lower = check_change(rate_mg_per_h=D(10), **at)
    assert {f.severity for f in lower} == {Severity.WARN_HIGH}
    assert rules(lower) == ["dose-30-min"]
    assert not blocking(check_change(rate_mg_per_h=D(0), **at))
    longer = {**at, "until_ms": 130 * MS_PER_MIN}
    assert blocking(check_change(rate_mg_per_h=D(10), **longer))


def test_a_lower_rate_in_place_of_a_planned_stop_is_an_increase():
    given = [flow(0, 30, "120"), flow(30, 40, "20"), flow(40, 120, "0")]
    found = check_change(segments=given, weight_kg=KG, at_ms=35 * MS_PER_MIN,
                         rate_mg_per_h=D(10), until_ms=120 * MS_PER_MIN)  # fmt: skip
    assert blocking(found)


def test_a_bolus_is_judged_with_the_plan_around_it():
    plan = [flow(0, None, "50")]
    told = {"segments": plan, "weight_kg": KG, "until_ms": 120 * MS_PER_MIN}
    assert rules(check_bolus(bolus=push(40, 10, "20"), **told)) == []
    assert rules(check_bolus(bolus=push(40, 10, "26"), **told)) == [
        "dose-30-min", "dose-60-min-notice"]  # fmt: skip
    twice = check_bolus(bolus=push(40, 10, "20"), boluses=[push(25, 10, "20")], **told)
    assert rules(twice) == ["dose-30-min", "dose-60-min-notice"]


def test_a_running_segment_needs_an_end():
    with pytest.raises(BadValue, match="until_ms: is needed while a segment still runs"):
        check(segments=[flow(0, None, "1")], weight_kg=KG)
    late = check(segments=[flow(5, None, "1")], weight_kg=KG, until_ms=0)
    assert late == ()


@pytest.mark.parametrize("weight_kg", [70, D(0), D(500), D("NaN")])
def test_an_unusable_weight_is_refused(weight_kg):
    with pytest.raises(BadValue, match="weight_kg"):
        check(segments=[], weight_kg=weight_kg)


APPROVED = Approval(by="medical director", reason="study protocol", on=date(2026, 1, 1))


def test_a_clinic_tightens_freely():
    own = adjusted(shipped(), changes={"session_mg": D(120), "bolus_over_min": D(15)})
    assert rules(check(segments=[flow(0, 240, "31")], weight_kg=KG, limits=own)) == ["dose-session"]
    assert rules(check(segments=[], boluses=[push(0, 10, "1")], weight_kg=KG, limits=own)) == [
        "bolus-speed"
    ]
    assert own.version.endswith(";bolus_over_min=15,session_mg=120")


@pytest.mark.parametrize(
    ("changes", "approval", "error"),
    [
        ({"session_mg": D(201)}, None, "session_mg: is looser"),
        ({"bolus_over_min": D(9)}, None, "bolus_over_min: is looser"),
        ({"session_mg": D(201)}, Approval(by=" ", reason="x", on=date(2026, 1, 1)), "is looser"),
        ({"session_mg": D(201)}, Approval(by="x", reason="", on=date(2026, 1, 1)), "is looser"),
        ({"session_mg": 100}, None, "session_mg: must be a finite Decimal"),
        ({"guideline_total_mg": D(1)}, APPROVED, "guideline_total_mg: unknown limit"),
    ],
)
def test_a_clinic_does_not_loosen_without_approval(changes, approval, error):
    with pytest.raises(BadValue, match=error):
        adjusted(shipped(), changes=changes, approval=approval)


def test_a_limit_is_loosened_with_approval():
    own = adjusted(shipped(), changes={"session_mg": D(250)}, approval=APPROVED)
    assert own.session_mg == 250


def test_shipped_limits_are_those_of_the_programme():
    limits = shipped()
    assert (limits.per_30_min_mg_per_kg, limits.per_60_min_mg_per_kg) == (D("0.5"), D("1.0"))
    assert (limits.session_mg, limits.session_mg_per_kg) == (D(200), D("3.5"))
    assert (limits.bolus_mg_per_kg, limits.bolus_over_min) == (D("0.35"), D(10))
    assert not limits.verified
