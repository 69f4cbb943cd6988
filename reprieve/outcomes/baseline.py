"""Baseline pain: the diary before the first infusion, or the labelled recall at evaluation."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from reprieve.knowledge import N_, BadValue, Message
from reprieve.outcomes.diary import DiaryEntry, Window, by_day, check_number, shown, window
from reprieve.outcomes.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Recall:
    """Average pain over the last 7 days, 0-10, as answered at the evaluation on `day`."""

    day: date
    pain: int | Decimal

    def __post_init__(self) -> None:
        check_number("recall pain", self.pain, highest=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Baseline:
    """The pain that later weeks are compared with, and where it came from.

    Results from a `recall` baseline are reported apart from those of a `diary` baseline.
    `opioid` is the mean rescue opioid (MME a day) of the same days, None when not recorded.
    """

    source: Literal["diary", "recall", "none"]
    exact_pain: Fraction | None
    exact_opioid: Fraction | None
    days: int
    first: date
    last: date
    because: Message

    @property
    def pain(self) -> float | None:
        """Baseline pain, 0-10."""
        return shown(self.exact_pain)

    @property
    def rescue_opioid_mme(self) -> float | None:
        """Rescue opioid at baseline, MME a day."""
        return shown(self.exact_opioid)


def baseline(
    *,
    diary: Iterable[DiaryEntry],
    first_infusion: date,
    recall: Recall | None = None,
    in_clinic_pain: int | Decimal | None = None,
    rules: Rules,
) -> Baseline:
    """Find the baseline of a first infusion: diary mean, else recall, else none.

    `in_clinic_pain` is the value taken before the infusion: it is never used, only named where
    nothing else exists. Raises BadValue for a recall dated after the first infusion.
    """
    entries = tuple(diary)
    first = first_infusion - timedelta(days=rules.baseline_window_days)
    pain, opioid = (_before(by_day(entries, f), first, rules) for f in _FIELDS)
    source, value, because = _chosen(pain, recall, in_clinic_pain, first_infusion)
    return Baseline(
        source=source,
        exact_pain=value,
        exact_opioid=opioid.mean,
        days=pain.days,
        first=pain.first,
        last=pain.last,
        because=because,
    )


_FIELDS: tuple[Literal["average_pain", "rescue_opioid_mme"], ...] = (
    "average_pain",
    "rescue_opioid_mme",
)


def _before(daily: dict[date, Fraction], first: date, rules: Rules) -> Window:
    return window(
        daily,
        first=first,
        length_days=rules.baseline_window_days,
        min_days=rules.baseline_min_days,
    )


def _chosen(
    pain: Window, recall: Recall | None, in_clinic: int | Decimal | None, first_infusion: date
) -> tuple[Literal["diary", "recall", "none"], Fraction | None, Message]:
    if recall is not None and recall.day > first_infusion:
        raise BadValue("recall day", f"{recall.day} lies after the first infusion")
    if pain.mean is not None:
        says = N_("Mean of {days} diary days before the first infusion.")
        return "diary", pain.mean, Message(id=says, params={"days": pain.days})
    if recall is not None:
        says = N_("Recall of 7 days at the evaluation on {day}; only {days} diary days exist.")
        params = {"day": recall.day, "days": pain.days}
        return "recall", Fraction(recall.pain), Message(id=says, params=params)
    if in_clinic is not None:
        says = N_("No baseline: the value taken in the clinic does not count on its own.")
        return "none", None, Message(id=says)
    says = N_("No baseline: {days} diary days and no recall before the first infusion.")
    return "none", None, Message(id=says, params={"days": pain.days})
