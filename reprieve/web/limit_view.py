"""Alarm limits in words: what holds, the default beside it, its source, and what was changed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.monitoring import limits as limit_files
from reprieve.monitoring import own_limits
from reprieve.monitoring.limits import Limit
from reprieve.pathway.alarm_limits import Held
from reprieve.web import infusion_words, presenters
from reprieve.web.words import quantity

ACTIONS: dict[str | None, Promise] = {
    "notify": _lazy("Look at the patient"),
    "act": _lazy("Slow down or treat"),
    "stop": _lazy("Stop the infusion"),
    None: _lazy("Look at the patient"),
}
PRIORITIES: dict[str, Promise] = {
    "high": _lazy("high"), "medium": _lazy("medium"), "low": _lazy("low"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One limit: what it asks for, what holds, and the product's default."""

    name: str
    asks: str
    now: str
    default: str
    is_own: bool
    is_looser: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One vital sign or score with its limits."""

    name: str
    title: str
    lines: tuple[Line, ...]
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One change, in words."""

    since: datetime
    by: str
    reason: str
    changes: tuple[str, ...]


def signs(
    now: Iterable[Limit], *, below: Mapping[str, Limit], href: Callable[[str], str]
) -> tuple[Sign, ...]:
    """This function will list the limits by sign. `below` is what would hold without a change."""
    found: dict[str, list[Line]] = {}
    for limit in now:
        if limit.name in below:
            found.setdefault(limit.signal, []).append(_line(limit, below[limit.name]))
    return tuple(
        Sign(name=name, title=infusion_words.signal(name), lines=tuple(lines),
             href=href(name))
        for name, lines in found.items()
    )  # fmt: skip


def _line(limit: Limit, below: Limit) -> Line:
    default = own_limits.default(limit.name)
    return Line(
        name=limit.name, asks=str(ACTIONS[limit.action]), now=said(limit), default=said(default),
        is_own=said(limit) != said(below),
        is_looser=own_limits.is_looser(limit, than=default),
    )  # fmt: skip


def said(limit: Limit | None) -> str:
    """This function will say a limit: "<90 % for 10 s, high ***"; without one, "the default"."""
    if limit is None:
        return _("the default")
    words = [threshold(limit), _waits(limit)]
    priority = f"{PRIORITIES[limit.priority]} {presenters.STARS[limit.priority]}"
    return f"{' '.join(one for one in words if one)}, {priority}"


def threshold(limit: Limit) -> str:
    """This function will say the threshold alone, with its unit: "≥180 mmHg"."""
    shown = infusion_words.limit(limit.label)
    unit = "" if limit.is_relative else infusion_words.unit(limit.signal)
    return f"{shown}\u00a0{unit}" if unit else shown


def short(limit: Limit) -> str:
    """This function will say a limit with its sign, as the infusion screen does."""
    return f"{infusion_words.signal(limit.signal)} {threshold(limit)}"


def _waits(limit: Limit) -> str:
    if limit.confirm_s:
        return _("twice, {wait} apart").format(wait=quantity(round(limit.confirm_s / 60, 1), "min"))
    return _("for {wait}").format(wait=quantity(limit.delay_s, "s")) if limit.delay_s else ""


def history(found: Sequence[Held]) -> tuple[Past, ...]:
    """This function will say each change: which sign, from what, to what."""
    return tuple(
        Past(since=one.since, by=one.by, reason=one.reason,
             changes=tuple(_change(before, after) for before, after in one.changes))
        for one in found
    )  # fmt: skip


def _change(before: Limit | None, after: Limit | None) -> str:
    either = after or before
    assert either is not None
    return _("{sign}: {before} became {after}").format(
        sign=infusion_words.signal(either.signal), before=said(before), after=said(after)
    )


def source() -> tuple[str, bool]:
    """This function will return where the defaults come from, and whether they are confirmed."""
    data = limit_files.knowledge().data
    return str(data["source"]), bool(data["verified"])
