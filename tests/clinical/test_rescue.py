from dataclasses import replace
from decimal import Decimal

import pytest

from reprieve.clinical.delivery import MS_PER_MIN
from reprieve.clinical.findings import Outcome, Severity, blocking
from reprieve.clinical.rescue import RescueDose, check_dose, drug, drugs, usual_order
from reprieve.knowledge import BadValue

D = Decimal
HOUR = 60 * MS_PER_MIN
WELL = {"asthma": False, "heart_rate_per_min": 80, "benzodiazepine_chronic": False}


def order(name, route="iv", **more):
    usual = usual_order(name, route=route, valid_from_ms=0, valid_until_ms=4 * HOUR)
    return replace(usual, **more)


def dose(name, amount, at_min=60, route="iv"):
    return RescueDose(drug=name, route=route, dose=D(amount), at_ms=at_min * MS_PER_MIN)


def refused(found):
    return [f.rule for f in blocking(found)]


def test_the_catalogue_is_whole():
    assert set(drugs()) == {
        "midazolam", "ondansetron", "labetalol", "hydralazine", "clonidine", "glycopyrrolate",
        "naloxone", "flumazenil", "lorazepam", "oxygen",
    }  # fmt: skip
    for one in drugs().values():
        assert one.rxcui.isdigit()
        assert one.colour
        assert one.routes
        assert one.given_for
        assert one.cautions
        assert 0 < one.dose_low <= one.dose_high <= one.first_dose_max
        assert one.session_max is None or one.dose_high <= one.session_max
        assert not one.verified
    assert drug("midazolam").colour == "orange"
    assert drug("midazolam").first_dose_max == D("2.5")
    assert drug("naloxone").dose_low == D("0.04")


@pytest.mark.parametrize(
    ("asked", "past", "expected"),
    [
        (dose("midazolam", 1), [], []),
        (dose("midazolam", "1.1"), [], ["rescue-dose"]),
        (dose("midazolam", 1, route="po"), [], ["rescue-route"]),
        (dose("midazolam", 1, at_min=240), [], ["rescue-validity"]),
        (dose("midazolam", 1), [dose("midazolam", 1, 58)], []),
        (dose("midazolam", 1), [dose("midazolam", 1, 59)], ["rescue-interval"]),
        (dose("midazolam", 1), [dose("midazolam", 1, t) for t in range(5)], ["rescue-session"]),
        (dose("midazolam", 1), [dose("midazolam", 1, t) for t in range(4)], []),
        (dose("midazolam", 1), [dose("midazolam", 9, 61)], []),  # later than the one asked
        (dose("midazolam", 1), [dose("labetalol", 10, 60)], []),
        (dose("labetalol", 10), [], []),
        (dose("ondansetron", 4, 239), [dose("ondansetron", 4, 0)], ["rescue-interval"]),
    ],
)
def test_a_dose_is_held_inside_its_order(asked, past, expected):
    found = check_dose(asked=asked, order=order(asked.drug), past=past, facts=WELL)
    assert refused(found) == expected
    assert all(str(f.says) for f in found)


def test_a_first_dose_has_its_own_limit_whatever_the_order():
    generous = order("midazolam", dose_max=D(5))
    assert refused(check_dose(asked=dose("midazolam", 3), order=generous)) == ["rescue-first-dose"]
    later = check_dose(asked=dose("midazolam", 3), order=generous, past=[dose("midazolam", 1, 1)])
    assert refused(later) == []


@pytest.mark.parametrize("wrong", [None, order("lorazepam")])
def test_without_an_order_nothing_is_given(wrong):
    found = check_dose(asked=dose("midazolam", 1), order=wrong)
    assert refused(found) == ["rescue-order"]
    assert not found[0].overridable


@pytest.mark.parametrize(
    ("name", "facts", "outcomes"),
    [
        ("labetalol", {"asthma": True, "heart_rate_per_min": 59}, [Outcome.FINDS, Outcome.FINDS]),
        ("labetalol", {"asthma": False, "heart_rate_per_min": 60}, []),
        ("labetalol", {"asthma": False}, [Outcome.UNKNOWN]),
        ("labetalol", {}, [Outcome.UNKNOWN, Outcome.UNKNOWN]),
        ("flumazenil", {"benzodiazepine_chronic": True}, [Outcome.FINDS]),
        ("flumazenil", {}, [Outcome.UNKNOWN]),
        ("hydralazine", {}, []),
    ],
)
def test_exclusions_hold_when_found_or_unknown(name, facts, outcomes):
    usual = drug(name)
    asked = dose(name, usual.dose_low)
    found = check_dose(asked=asked, order=order(name), facts=facts)
    held = blocking(found)
    assert [f.outcome for f in held] == outcomes
    assert all(f.severity is Severity.HOLD and f.overridable for f in held)


def test_cautions_are_shown_with_every_dose():
    found = check_dose(asked=dose("naloxone", "0.04"), order=order("naloxone"))
    assert [str(f.says) for f in found if f.rule == "rescue-caution"] == [
        *drug("naloxone").cautions
    ]
    assert any("120 minutes" in str(f.says) for f in found)


def test_oxygen_has_no_most_for_a_session():
    air = usual_order("oxygen", route="inhaled", valid_from_ms=0, valid_until_ms=HOUR)
    flow = RescueDose(drug="oxygen", route="inhaled", dose=D(15), at_ms=0)
    assert refused(check_dose(asked=flow, order=air, past=[flow] * 9)) == []


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda: drug("aspirin"), "drug: unknown 'aspirin'; known: midazolam"),
        (lambda: order("midazolam", route="po"), "route: must be one of iv for midazolam"),
        (lambda: check_dose(asked=dose("midazolam", 0), order=None), "dose: must be within"),
        (
            lambda: check_dose(
                asked=replace(dose("midazolam", 1), dose=1.0), order=order("midazolam")
            ),
            "dose: must be a finite Decimal",
        ),
        (
            lambda: check_dose(
                asked=dose("labetalol", 5), order=order("labetalol"), facts={"asthma": "no"}
            ),
            "asthma: cannot be 'no'",
        ),
    ],
)
def test_unusable_input_is_named(call, error):
    with pytest.raises(BadValue, match=error):
        call()


def test_every_drug_of_a_sedating_group_sedates() -> None:
    sedating = {"benzodiazepine", "opioid", "antihistamine"}
    assert all(known.sedates for known in drugs().values() if known.group in sedating)
    assert {known.id for known in drugs().values() if known.sedates} == {
        "midazolam", "lorazepam", "clonidine",
    }  # fmt: skip
