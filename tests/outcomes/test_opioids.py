"""Opioid dose in morphine equivalents: means over the same windows as pain."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from reprieve.clinical.mme import OpioidDose
from reprieve.knowledge import BadValue
from reprieve.outcomes.opioids import DayMme, OpioidDay, daily_mme, opioid_change, trajectory
from reprieve.outcomes.rules import Rules

FIRST = date(2026, 2, 8)
AT = date(2026, 3, 23)


def taken(day: date, **doses: str) -> OpioidDay:
    named = {drug.replace("_", "-"): Decimal(amount) for drug, amount in doses.items()}
    return OpioidDay(day=day, doses=tuple(OpioidDose(drug=d, amount=a) for d, a in named.items()))


def course(before: str | None, now: str | None) -> tuple[DayMme, ...]:
    """A week of morphine before the first infusion, and one that ends before the visit."""
    days = [
        taken(start + timedelta(days=n), morphine=mg)
        for start, mg in ((FIRST - timedelta(days=7), before), (AT - timedelta(days=7), now))
        for n in range(7)
        if mg is not None
    ]
    return daily_mme(days=days)


def test_a_day_is_summed_with_the_factors_and_buprenorphine_stays_apart() -> None:
    day = taken(FIRST, oxycodone="20", fentanyl_patch="25", buprenorphine="8")
    (found,) = daily_mme(days=[day])
    assert (found.mme, found.buprenorphine_mg) == (Decimal("90.0"), Decimal(8))
    assert found.without_factor == ()


def test_a_drug_without_a_factor_leaves_the_day_unknown_and_is_named() -> None:
    (found,) = daily_mme(days=[taken(FIRST, morphine="30", opium="5")])
    assert (found.mme, found.without_factor) == (None, ("opium",))


def test_other_factors_may_be_given() -> None:
    day = taken(FIRST, morphine="10", codeine="10")
    (found,) = daily_mme(days=[day], factors={"morphine": Decimal(2)})
    assert (found.mme, found.without_factor) == (None, ("codeine",))
    (found,) = daily_mme(days=[taken(FIRST, morphine="10")], factors={"morphine": Decimal(2)})
    assert found.mme == 20


def test_a_day_of_none_is_known_and_a_missing_day_is_not(rules: Rules) -> None:
    days = [OpioidDay(day=FIRST + timedelta(days=n)) for n in range(4)]
    (week,) = trajectory(
        days=daily_mme(days=days), first=FIRST, last=FIRST + timedelta(days=6), rules=rules
    )
    assert (week.days, week.mme, week.buprenorphine_mg) == (4, 0.0, 0.0)
    (week,) = trajectory(
        days=daily_mme(days=days[:3]), first=FIRST, last=FIRST + timedelta(days=7), rules=rules
    )
    assert (week.days, week.mme) == (3, None)


@pytest.mark.parametrize("amount", ["-1", "NaN"])
def test_an_impossible_amount_is_refused(amount: str) -> None:
    with pytest.raises(BadValue, match="amount"):
        daily_mme(days=[taken(FIRST, morphine=amount)])


def test_a_day_given_twice_is_refused() -> None:
    with pytest.raises(BadValue, match="opioid day: 2026-02-08 is given twice"):
        daily_mme(days=[taken(FIRST), taken(FIRST, morphine="5")])


@pytest.mark.parametrize(
    ("before", "now", "percent", "cut", "why"),
    [
        ("50", "40", 20.0, "yes", "from 50.0 to 40.0"),
        ("50", "41", 18.0, "no", "from 50.0 to 41.0"),
        ("50", "60", -20.0, "no", "from 50.0 to 60.0"),
        ("0", "0", None, "no", "No opioid was taken"),
        (None, "40", None, "unknown", "before the first infusion"),
        ("50", None, None, "unknown", "in the last 7 days"),
    ],
)
def test_the_change_of_a_course(
    before: str | None, now: str | None, percent: float | None, cut: str, why: str, rules: Rules
) -> None:
    found = opioid_change(days=course(before, now), first_infusion=FIRST, at=AT, rules=rules)
    assert (found.percent, found.cut) == (percent, cut)
    assert why in str(found.because)


def test_days_of_treatment_and_of_today_stay_out_of_both_windows(rules: Rules) -> None:
    extra = [taken(FIRST, morphine="900"), taken(AT, morphine="900", opium="1")]
    days = (*course("50", "40"), *daily_mme(days=extra))
    found = opioid_change(days=days, first_infusion=FIRST, at=AT, rules=rules)
    assert (found.before.mme, found.now.mme, found.without_factor) == (50.0, 40.0, ())
