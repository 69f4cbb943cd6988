"""Adverse events per 100 infusions with exact intervals."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.knowledge import BadValue
from reprieve.outcomes._scipy import stats
from reprieve.outcomes.rules import Rules


@dataclass(frozen=True, slots=True, kw_only=True)
class Per100:
    """A count, what it is out of, and the figure per 100 infusions with its exact bounds.

    All None but the counts when there was no infusion. With no event `low` is 0 and the whole
    error probability lies in `high`, as in the rule of three.
    """

    count: int
    infusions: int
    per_100: float | None
    low: float | None
    high: float | None


def events_per_100(*, events: int, infusions: int, rules: Rules) -> Per100:
    """Give events per 100 infusions, where one infusion may have several.

    Exact Poisson bounds (Garwood 1936, 10.1093/biomet/28.3-4.437).
    Raises BadValue for a negative count.
    """
    _check(events, infusions)
    if infusions == 0:
        return _nothing(events, infusions)
    low_p, high_p = _tails(events, rules)
    chi2 = stats().chi2
    low = chi2.ppf(low_p, 2 * events) / 2 if events else 0.0
    high = chi2.ppf(high_p, 2 * (events + 1)) / 2
    return _per_100(events, infusions, low / infusions, high / infusions)


def infusions_with_event_per_100(*, affected: int, infusions: int, rules: Rules) -> Per100:
    """Give infusions with at least one event per 100.

    Exact binomial bounds (Clopper and Pearson 1934, 10.1093/biomet/26.4.404).
    Raises BadValue for a negative count or more infusions affected than given.
    """
    _check(affected, infusions)
    if affected > infusions:
        raise BadValue("affected", f"{affected} is more than {infusions} infusions")
    if infusions == 0:
        return _nothing(affected, infusions)
    low_p, high_p = _tails(affected, rules)
    beta = stats().beta
    low = beta.ppf(low_p, affected, infusions - affected + 1) if affected else 0.0
    rest = infusions - affected
    high = beta.ppf(high_p, affected + 1, rest) if rest else 1.0
    return _per_100(affected, infusions, low, high)


def _check(count: int, infusions: int) -> None:
    for field, value in (("events", count), ("infusions", infusions)):
        if value < 0:
            raise BadValue(field, f"must be 0 or more, not {value}")


def _tails(count: int, rules: Rules) -> tuple[float, float]:
    error = 1 - rules.interval_percent / 100
    return (error / 2, 1 - error / 2) if count else (0.0, 1 - error)


def _nothing(count: int, infusions: int) -> Per100:
    return Per100(count=count, infusions=infusions, per_100=None, low=None, high=None)


def _per_100(count: int, infusions: int, low: float, high: float) -> Per100:
    return Per100(
        count=count,
        infusions=infusions,
        per_100=100 * count / infusions,
        low=100 * float(low),
        high=100 * float(high),
    )
