"""A limit set anew: its threshold and priority, held against what can be and what is safe."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import layers, vitals
from reprieve.monitoring.limits import Limit, Priority, shipped

LEAST_SHARE, MOST_SHARE, WHOLE = 50, 400, 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is wanted of one limit; relative ones as a share of the baseline: 120 is +20 %."""

    threshold: float
    priority: Priority


def changed(base: Iterable[Limit], wanted: Mapping[str, Wanted]) -> tuple[Limit, ...]:
    """This function will return the limits that differ from what would hold without them.

    `wanted` is by the limit's name. Raises BadValue naming the limit whose threshold cannot be,
    is looser than any clinic may have it, or leaves no value free of an alarm.
    """
    known = {limit.name: limit for limit in base}
    asked = {}
    for name, want in wanted.items():
        if name not in known:
            raise BadValue(name[:60], N_("is no limit of this product"))
        asked[name] = as_wanted(known[name], want)
        _check(asked[name])
    _refuse_crossed({**known, **asked}, asked)
    return tuple(limit for name, limit in asked.items() if limit != known[name])


def as_wanted(limit: Limit, want: Wanted) -> Limit:
    """This function will return a limit with another threshold and priority, still unchecked."""
    return replace(limit, threshold=want.threshold, priority=want.priority)


def is_looser(limit: Limit, *, than: Limit) -> bool:
    """This function will tell whether a limit alarms later or more quietly than another."""
    return layers.is_looser(limit, than=than)


def default(name: str) -> Limit:
    """This function will return the limit that the product ships under a name."""
    return next(limit for limit in shipped() if limit.name == name)


def row(limit: Limit) -> dict[str, Any]:
    """This function will return a limit as a clinic's file or setting holds it."""
    said: dict[str, Any] = {
        "name": limit.name, "signal": limit.signal, limit.compare: limit.threshold,
        "priority": limit.priority, "delay_s": limit.delay_s, "confirm_s": limit.confirm_s,
    }  # fmt: skip
    return said if limit.action is None else {**said, "action": limit.action}


def _check(limit: Limit) -> None:
    if limit.is_relative:
        low, high = (WHOLE + 1, MOST_SHARE) if limit.is_upper else (LEAST_SHARE, WHOLE - 1)
        if not low <= limit.threshold <= high:
            raise BadValue(limit.name, N_("is no share of the baseline that makes sense here"))
    elif not vitals.plausible(limit.signal, limit.threshold).ok:
        raise BadValue(limit.name, N_("is no value that this sign can have"))
    if layers.consent(shipped=default(limit.name), wanted=limit) == "refused":
        raise BadValue(limit.name, N_("is looser than any clinic may have it"))


def _refuse_crossed(known: Mapping[str, Limit], asked: Mapping[str, Limit]) -> None:
    """A low limit at or above a high one of the same sign would alarm at every value."""
    for limit in asked.values():
        for other in known.values():
            same = other.signal == limit.signal and other.is_relative == limit.is_relative
            if not same or other.is_upper == limit.is_upper:
                continue
            low, high = sorted((limit, other), key=lambda one: one.is_upper)
            if low.threshold >= high.threshold:
                raise BadValue(limit.name, N_("leaves no value without an alarm"))
