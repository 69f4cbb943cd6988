"""Opioid dose beside the ketamine course: morphine equivalents a day and their change.

Not for conversion between opioids. Buprenorphine has no factor and is shown separately.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from reprieve.clinical.mme import OpioidDose
from reprieve.clinical.mme import factor as shipped_factor
from reprieve.knowledge import N_, BadValue, Message
from reprieve.outcomes.diary import check_number, relief_percent, shown, window
from reprieve.outcomes.rules import Answer, Rules, at_least

APART = "buprenorphine"


@dataclass(frozen=True, slots=True, kw_only=True)
class OpioidDay:
    """One recorded day. No doses means "none taken"; a day that was not recorded is absent.

    Doses as taken that day, as-needed ones as really used. Buprenorphine in mg a day; the
    caller turns a patch into mg (20 mcg/h is 0.48 mg a day).
    """

    day: date
    doses: tuple[OpioidDose, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class DayMme:
    """A day's sum. `mme` is None when a drug without a factor was taken; it is named."""

    day: date
    mme: Decimal | None
    buprenorphine_mg: Decimal
    without_factor: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OpioidWeek:
    """One point of the trajectory; `days` have a known sum, means are None with too few."""

    first: date
    last: date
    days: int
    exact_mme: Fraction | None
    exact_buprenorphine_mg: Fraction | None

    @property
    def mme(self) -> float | None:
        """Mean morphine equivalents a day."""
        return shown(self.exact_mme)

    @property
    def buprenorphine_mg(self) -> float | None:
        """Mean buprenorphine, mg a day."""
        return shown(self.exact_buprenorphine_mg)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpioidChange:
    """Mean MME a day before the first infusion and now; `percent` is positive for a cut."""

    before: OpioidWeek
    now: OpioidWeek
    percent: float | None
    cut: Answer
    without_factor: tuple[str, ...]
    because: Message


def daily_mme(
    *, days: Iterable[OpioidDay], factors: Mapping[str, Decimal] | None = None
) -> tuple[DayMme, ...]:
    """Sum each recorded day in morphine equivalents, in order of days.

    `factors`: MME per unit of each drug, else the clinic's table (`reprieve.clinical.mme`).
    Raises BadValue for a day given twice and an amount that is no number from 0 on.
    """
    ordered = sorted(days, key=lambda d: d.day)
    for earlier, later in pairwise(ordered):
        if earlier.day == later.day:
            raise BadValue("opioid day", f"{later.day} is given twice")
    return tuple(_sum(day, factors) for day in ordered)


def trajectory(
    *, days: Iterable[DayMme], first: date, last: date, rules: Rules
) -> tuple[OpioidWeek, ...]:
    """Give the whole weeks from `first` to `last`; the same means as for pain."""
    known = tuple(days)
    count = ((last - first).days + 1) // rules.window_days
    starts = (first + timedelta(days=n * rules.window_days) for n in range(count))
    return tuple(_after(known, start, rules) for start in starts)


def opioid_change(
    *, days: Iterable[DayMme], first_infusion: date, at: date, rules: Rules
) -> OpioidChange:
    """Compare the week before the first infusion with the 7 days that ended before `at`."""
    known = tuple(d for d in days if d.day < at)
    earlier = [d for d in known if d.day < first_infusion]
    later = [d for d in known if d.day > first_infusion]
    before = _before(earlier, first_infusion - timedelta(days=rules.baseline_window_days), rules)
    now = _after(later, at - timedelta(days=rules.window_days), rules)
    cut = relief_percent(baseline=before.exact_mme, now=now.exact_mme)
    return OpioidChange(
        before=before,
        now=now,
        percent=shown(cut),
        cut=_is_cut(before.exact_mme, cut, rules),
        without_factor=tuple(sorted({drug for d in known for drug in d.without_factor})),
        because=_because(before.exact_mme, now.exact_mme),
    )


def _sum(day: OpioidDay, factors: Mapping[str, Decimal] | None) -> DayMme:
    for dose in day.doses:
        check_number("amount", dose.amount)
    counted = [dose for dose in day.doses if dose.drug != APART]
    known = [(dose, _factor(dose.drug, factors)) for dose in counted]
    strange = sorted({dose.drug for dose, factor in known if factor is None})
    mme = sum((dose.amount * f for dose, f in known if f is not None), Decimal(0))
    return DayMme(
        day=day.day,
        mme=None if strange else mme,
        buprenorphine_mg=sum((d.amount for d in day.doses if d.drug == APART), Decimal(0)),
        without_factor=tuple(strange),
    )


def _factor(drug: str, factors: Mapping[str, Decimal] | None) -> Decimal | None:
    if factors is not None:
        return factors.get(drug)
    try:
        return shipped_factor(drug)
    except BadValue:
        return None


def _after(days: Iterable[DayMme], first: date, rules: Rules) -> OpioidWeek:
    return _mean(days, first, rules.window_days, rules.window_min_days)


def _before(days: Iterable[DayMme], first: date, rules: Rules) -> OpioidWeek:
    return _mean(days, first, rules.baseline_window_days, rules.baseline_min_days)


def _mean(days: Iterable[DayMme], first: date, length_days: int, min_days: int) -> OpioidWeek:
    known = tuple(days)
    mmes = {d.day: Fraction(d.mme) for d in known if d.mme is not None}
    apart = {d.day: Fraction(d.buprenorphine_mg) for d in known}
    mme = window(mmes, first=first, length_days=length_days, min_days=min_days)
    beside = window(apart, first=first, length_days=length_days, min_days=min_days)
    return OpioidWeek(
        first=first,
        last=mme.last,
        days=mme.days,
        exact_mme=mme.mean,
        exact_buprenorphine_mg=beside.mean,
    )


def _is_cut(before: Fraction | None, cut: Fraction | None, rules: Rules) -> Answer:
    """Someone who took none cannot cut: that is a no, not an unknown."""
    return "no" if before == 0 else at_least(cut, rules.opioid_cut_percent)


def _because(before: Fraction | None, now: Fraction | None) -> Message:
    if before is None:
        return Message(id=N_("Too few days with a known opioid dose before the first infusion."))
    if now is None:
        return Message(id=N_("Too few days with a known opioid dose in the last 7 days."))
    if before == 0:
        return Message(id=N_("No opioid was taken before the first infusion."))
    says = N_("Mean daily morphine equivalents went from {before} to {now}.")
    params = {"before": round(float(before), 1), "now": round(float(now), 1)}
    return Message(id=says, params=params)
