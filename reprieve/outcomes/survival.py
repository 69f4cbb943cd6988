"""Time to relapse over a group: Kaplan-Meier, log-rank, and small groups withheld."""

from __future__ import annotations

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from math import isnan
from typing import Any

from reprieve.knowledge import N_, BadValue, Message
from reprieve.outcomes._scipy import stats
from reprieve.outcomes.relapse import Relapse
from reprieve.outcomes.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One patient's days of relief, and whether they ended in relapse or in censoring."""

    days: int
    relapsed: bool

    def __post_init__(self) -> None:
        if self.days < 0:
            raise BadValue("days", f"must be 0 or more, not {self.days}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """The curve from `days` on: patients at risk just before, relapses that day, share in relief.

    `low` and `high` bound the share; None where no bound can be computed.
    """

    days: int
    at_risk: int
    relapses: int
    share: float
    low: float | None
    high: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """A group's curve. `withheld` says why nothing is shown; then there are no steps.

    `median_days` is the first day with half or fewer in relief; None when not reached. `ends_day`
    is the day from which too few are observed to say more; None when that never was.
    """

    patients: int | None
    relapses: int | None
    steps: tuple[Step, ...]
    median_days: int | None
    withheld: Message | None
    ends_day: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The log-rank test of two groups, two-sided; `withheld` says why there is none."""

    chi_square: float | None
    p_value: float | None
    withheld: Message | None


def spans(relapses: Iterable[Relapse]) -> tuple[Span, ...]:
    """Keep the courses that had a response: the rest has no relief to lose."""
    return tuple(
        Span(days=r.days, relapsed=r.status == "relapsed") for r in relapses if r.days is not None
    )


def kaplan_meier(group: Sequence[Span], *, rules: Rules) -> Curve:
    """Estimate the share still in relief over time, with log-log intervals.

    Days from the last infusion; censored on a day of relapse count as at risk that day
    (Kaplan and Meier 1958, 10.1080/01621459.1958.10501452).
    """
    small = _too_small(group, rules=rules)
    if small:
        return Curve(patients=None, relapses=None, steps=(), median_days=None, withheld=small)
    steps = _steps(group, rules.interval_percent / 100)
    return Curve(
        patients=len(group),
        relapses=sum(s.relapsed for s in group),
        steps=steps,
        median_days=next((s.days for s in steps if s.share <= 0.5), None),
        withheld=None,
    )


def without_tail(curve: Curve, *, rules: Rules) -> Curve:
    """End a curve where fewer are at risk than `curve_min_at_risk`: one patient's relapse would
    halve it, or end it at zero.
    """
    kept = tuple(s for s in curve.steps if s.at_risk >= rules.curve_min_at_risk)
    if len(kept) == len(curve.steps):
        return curve
    ends_day = kept[-1].days + 1  # who is censored on a day is observed through it
    half = curve.median_days
    return replace(
        curve, steps=kept, ends_day=ends_day,
        median_days=half if half is not None and half < ends_day else None,
    )  # fmt: skip


def log_rank(one: Sequence[Span], other: Sequence[Span], *, rules: Rules) -> Comparison:
    """Compare two groups' time to relapse. Withheld when a group is small or nobody relapsed."""
    withheld = _too_small(one, other, rules=rules)
    if not withheld and not any(s.relapsed for s in (*one, *other)):
        withheld = Message(id=N_("Nobody relapsed: there is nothing to compare."))
    if withheld:
        return Comparison(chi_square=None, p_value=None, withheld=withheld)
    import numpy as np

    with np.errstate(invalid="ignore"):
        result = stats().logrank(_censored(one), _censored(other))
    z, p_value = float(result.statistic), float(result.pvalue)
    if isnan(z):
        says = N_("Relapses came only when one group alone was left: nothing to compare.")
        return Comparison(chi_square=None, p_value=None, withheld=Message(id=says))
    return Comparison(chi_square=z**2, p_value=p_value, withheld=None)


def _too_small(*groups: Sequence[Span], rules: Rules) -> Message | None:
    if all(len(group) >= rules.group_min_patients for group in groups):
        return None
    says = N_("Fewer than {least} patients: not shown.")
    return Message(id=says, params={"least": rules.group_min_patients})


def _censored(group: Sequence[Span]) -> Any:
    days = [s.days for s in group]
    return stats().CensoredData.right_censored(days, [not s.relapsed for s in group])


def _steps(group: Sequence[Span], confidence: float) -> tuple[Step, ...]:
    import numpy as np

    curve = stats().ecdf(_censored(group)).sf
    with warnings.catch_warnings():
        # Where the share is 1 or 0 the interval does not exist: None below, no warning.
        warnings.simplefilter("ignore", RuntimeWarning)
        bounds = curve.confidence_interval(confidence, method="log-log")
    days = np.sort([s.days for s in group])
    lost = np.sort([s.days for s in group if s.relapsed])
    at_risk = len(days) - np.searchsorted(days, curve.quantiles, "left")
    relapses = np.searchsorted(lost, curve.quantiles, "right") - np.searchsorted(
        lost, curve.quantiles, "left"
    )
    rows = zip(
        curve.quantiles.tolist(), at_risk.tolist(), relapses.tolist(),
        curve.probabilities.tolist(), bounds.low.probabilities.tolist(),
        bounds.high.probabilities.tolist(), strict=True,
    )  # fmt: skip
    return tuple(
        Step(
            days=int(day), at_risk=here, relapses=lost_now, share=share,
            low=None if isnan(low) else low, high=None if isnan(high) else high,
        )
        for day, here, lost_now, share, low, high in rows
    )  # fmt: skip
