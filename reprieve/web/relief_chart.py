"""Pain over time with the infusions as marks, for staff and for the patient's own page."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from fractions import Fraction
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reprieve.outcomes.diary import DiaryEntry, by_day
from reprieve.outcomes.opioids import DayMme
from reprieve.outcomes.response import Response
from reprieve.records.queries.treatments import Treatment
from reprieve.web.words import day as say_day

MARK_AT = 10.4  # above the scale, so that a mark never hides a value
LONGEST_DAYS = 730


def data(
    *, entries: Sequence[DiaryEntry], treatments: Sequence[Treatment], today: date
) -> dict[str, Any] | None:
    """This function will lay daily pain and infusions over the days; None when there is nothing.

    A day without an answer is a gap. Two years at most are drawn.
    """
    earliest = today - timedelta(days=LONGEST_DAYS)
    entries = [one for one in entries if one.day >= earliest]
    pain, worst = by_day(entries, "average_pain"), by_day(entries, "worst_pain")
    given = {i.day for t in treatments for i in t.infusions}
    first = min([*pain, *worst, *given], default=None)
    if first is None:
        return None
    start = max(first, earliest)
    days = [start + timedelta(days=n) for n in range((today - start).days + 1)]
    marks = [MARK_AT if day in given else None for day in days]
    lines: list[dict[str, Any]] = [
        {"label": _("average pain"), "values": _values(pain, days), "colour": "signal-level",
         "mark": "circle"},
        {"label": _("worst pain"), "values": _values(worst, days), "colour": "signal-bp",
         "mark": "none", "dash": [4, 4]},
        {"label": _("infusion"), "values": marks, "colour": "signal-rate", "mark": "square",
         "points": True},
    ]  # fmt: skip
    return {
        "x": {"label": _("day"), "values": [_noon(day) for day in days], "time": True,
              "zone": "UTC"},
        "y": {"label": _("pain, 0 to 10"), "min": 0, "max": 11},
        "series": [line for line in lines if any(v is not None for v in line["values"])],
    }  # fmt: skip


def opioids(days: Sequence[DayMme]) -> dict[str, Any] | None:
    """This function will lay the opioid dose over the days; None when no dose is known."""
    known = [one for one in days if one.mme is not None]
    if not known:
        return None
    return {
        "x": {"label": _("day"), "values": [_noon(one.day) for one in known], "time": True,
              "zone": "UTC"},
        "y": {"label": _("morphine equivalents, mg a day"), "min": 0},
        "series": [{"label": _("opioid dose"), "values": [float(one.mme or 0) for one in known],
                    "colour": "signal-rr", "mark": "none"}],
    }  # fmt: skip


def title(found: Response | None) -> str:
    """This function will say in one sentence what the curve shows."""
    if found is None or found.baseline.pain is None:
        return _("Pain day by day; it cannot be compared with a time before treatment")
    relief = found.now.relief_percent
    if found.fading.answer == "yes" and found.fading.since is not None:
        return _fading(say_day(found.fading.since), relief)
    if relief is None:
        return _("Too few answers in the last 7 days to say how pain is now")
    if relief <= 0:
        return _("Pain is not lower than before treatment")
    return _("Pain is {percent} % lower than before treatment").format(percent=round(relief))


def _fading(since: str, relief: float | None) -> str:
    """Weeks are judged whole: what came back since the last of them is said beside it."""
    if relief is None or round(relief) <= 0:
        return _("Relief is fading since {day}").format(day=since)
    words = _("Relief is fading since {day}; in the last 7 days pain was {percent} % lower than "
              "before treatment")  # fmt: skip
    return words.format(day=since, percent=round(relief))


def lasted(found: Response | None) -> str:
    """This function will say how long relief lasted, in whole weeks."""
    if found is None or found.duration is None or not _mostly_known(found, found.duration.days):
        return ""
    weeks = found.duration.days // 7
    said = ngettext("{n} week", "{n} weeks", weeks).format(n=weeks)
    if found.duration.censored:
        return _("at least {time} so far").format(time=said)
    return said


def _mostly_known(found: Response, days: int) -> bool:
    """Weeks without enough answers say nothing: with most of them missing, nobody knows."""
    within = [judged.week for judged in found.weeks if 1 <= judged.week.number <= max(1, days // 7)]
    return sum(week.pain is not None for week in within) * 2 >= len(within)


def _values(daily: dict[date, Fraction], days: Sequence[date]) -> list[float | None]:
    return [float(daily[day]) if day in daily else None for day in days]


def _noon(day: date) -> int:
    return int(datetime.combine(day, time(12), tzinfo=UTC).timestamp())
