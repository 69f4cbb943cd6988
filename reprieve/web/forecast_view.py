"""The forecast of a patient's pain as a picture with its track record, in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reprieve.outcomes.forecasts import Crossing, Past, Week
from reprieve.pathway.forecast import Outlook
from reprieve.web import expected_view
from reprieve.web.words import day as say_day

SEEN, EXPECTED, THEN = "signal-bp", "signal-level", "signal-rr"


def chart(found: Outlook) -> dict[str, Any] | None:
    """This function will draw what was seen, what was expected then, and what is expected now."""
    if found.problem is not None:
        return None
    past = {one.week.first: one for one in found.past}
    coming = {week.first: week for week in found.weeks}
    days = sorted({*past, *coming})
    apart = _line(
        _("was expected then, but the model did not fit"), _expected(days, past, counts=False),
        THEN, mark="circle", dash=[1, 6],
    )  # fmt: skip
    return {
        "x": {"label": _("week beginning"), "values": [_noon(d) for d in days], "time": True,
              "zone": "UTC"},
        "y": {"label": _("pain, 0 to 10"), "min": 0, "max": 10},
        "series": [
            _line(_("the diary said"), (past[d].seen if d in past else None for d in days), SEEN,
                  mark="circle"),
            _line(_("was expected a week before"), _expected(days, past, counts=True), THEN,
                  mark="square", dash=[6, 4]),
            _line(_("is expected"), (coming[d].mean if d in coming else None for d in days),
                  EXPECTED),
            _edge(_("90th percentile"), days, past, coming, "high"),
            _edge(_("10th percentile"), days, past, coming, "low"),
            *([apart] if any(not one.counts for one in found.past) else []),
        ],
        "bands": [{"upper": 4, "lower": 5, "colour": EXPECTED, "label": _("80 of 100 weeks")}],
    }  # fmt: skip


def title(found: Outlook) -> str:
    """This function will say the forecast of four weeks ahead, or that it is not to be used."""
    if not found.fits:
        return _("The model does not fit this diary: look at the diary")
    week = found.weeks[min(3, len(found.weeks) - 1)]
    words = _("Without another infusion, pain of {mean} is expected in the week of {day} "
              "({low} to {high})")  # fmt: skip
    return words.format(
        mean=f"{week.mean:.1f}", low=f"{week.low:.1f}", high=f"{week.high:.1f}",
        day=say_day(week.first),
    )  # fmt: skip


def record(found: Outlook) -> str:
    """This function will say in one sentence how earlier forecasts did in this patient."""
    if not found.past:
        return _("No earlier forecast can be compared yet: too few weeks were answered.")
    told = found.record
    words = _("{inside} of {all} earlier forecasts held; they were off by {points} points of pain "
              "on average.")  # fmt: skip
    held = "" if told.off_by is None else words.format(
        inside=told.inside, all=told.compared, points=f"{told.off_by:.1f}"
    )  # fmt: skip
    apart = ngettext(
        "{n} forecast said that the model did not fit, and is not counted.",
        "{n} forecasts said that the model did not fit, and are not counted.", told.left_out,
    ).format(n=told.left_out) if told.left_out else ""  # fmt: skip
    return " ".join(filter(None, (held, apart)))


def proposed(expected: Crossing) -> str:
    """This function will say when a forecast that proposes a review expects relief to go."""
    until = _("likely between {first} and {last}")
    after = _("likely from {first} to beyond the weeks forecast")
    span = (until if expected.latest else after).format(
        first=say_day(expected.earliest), last=say_day(expected.latest)
    )
    return _("relief may fade around {day} ({span})").format(day=say_day(expected.day), span=span)


def disclaimed(expected: Crossing) -> str:
    """This function will say that a proposed review rests on a forecast alone."""
    return _(
        "A model's expectation of {day}, not an observation: nobody has reported this yet. It "
        "proposes no booster."
    ).format(day=say_day(expected.made))


def rows(past: Sequence[Past]) -> list[dict[str, Any]]:
    """This function will lay the earlier forecasts out as rows, the newest first."""
    return [
        {
            "made": say_day(one.made), "week": say_day(one.week.first),
            "expected": _range(one.week), "seen": f"{one.seen:.1f}", "inside": one.inside,
            "counts": one.counts,
        }
        for one in reversed(past)
    ]  # fmt: skip


def basis(found: Outlook) -> str:
    """This function will say what a forecast rests on."""
    words = _("Learnt from {entries} days of the diary and what was really given, by the slow "
              "model of relief ({version}, reconstructed from Dahan 2011) over {model}. The chance "
              "that this patient responds to the drug is put at {share} %.")  # fmt: skip
    anew = _("Each earlier forecast is made anew from what was written by that day; weeks with "
             "an infusion in between are left out.")  # fmt: skip
    kept = _("Each earlier forecast stands as it was made that night.")
    origin = anew if found.hindsight else kept
    told = words.format(
        entries=found.entries, version=found.version[:12], model=found.model,
        share=round(100 * (found.responder_probability or 0.0)),
    )  # fmt: skip
    blood = _("Levels: {site} plasma.").format(site=_(found.sampling_site))
    return " ".join((told, blood, *expected_view.origin(found), origin))


def _range(week: Week) -> str:
    return f"{week.mean:.1f} ({week.low:.1f} – {week.high:.1f})"


def _expected(
    days: Sequence[date], past: dict[date, Past], *, counts: bool
) -> list[float | None]:
    known = (past.get(day) for day in days)
    return [one.week.mean if one and one.counts is counts else None for one in known]


def _edge(
    label: str, days: Sequence[date], past: dict[date, Past], coming: dict[date, Week], side: str
) -> dict[str, Any]:
    weeks = [coming.get(d) or past[d].week for d in days]
    return {**_line(label, (getattr(week, side) for week in weeks), EXPECTED), "quiet": True}


def _line(
    label: str, values: Iterable[float | None], colour: str, *, mark: str = "none",
    dash: list[int] | None = None,
) -> dict[str, Any]:  # fmt: skip
    rounded = [None if v is None else round(v, 1) for v in values]
    line: dict[str, Any] = {"label": label, "values": rounded, "colour": colour, "mark": mark}
    return line if dash is None else {**line, "dash": dash}


def _noon(on: date) -> int:
    return int(datetime.combine(on, time(12), tzinfo=UTC).timestamp())
