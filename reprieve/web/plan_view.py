"""Regimens side by side: dose, chair time, evidence, and what a model expects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from reprieve.clinical.regimens import regimen
from reprieve.knowledge import BadValue
from reprieve.pathway.planning import Draft, Plan, draft
from reprieve.pathway.planning_outlook import AFTER_MIN, Outlook, outlook
from reprieve.web.amounts import short
from reprieve.web.presenters import FindingCard, finding_card
from reprieve.web.words import bad_value, quantity

COLOURS = ("signal-level", "signal-bp", "signal-spo2")
MARKS = ("circle", "square", "triangle")
DASHES: tuple[list[int] | None, ...] = (None, [6, 4], [2, 3])
CRPS = "crps"


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One regimen as a column. `problem` says why it cannot be worked out for this person."""

    id: str
    name: str
    rows: tuple[tuple[str, str], ...]
    findings: tuple[FindingCard, ...]
    source: str
    verified: bool
    outlook: Outlook | None
    problem: str = ""
    blocks: bool = False


def columns(plans: Sequence[Plan], *, limits: Any) -> tuple[Column, ...]:
    """This function will work each plan out as a column, their levels on one scale of time."""
    worked = [(plan, _worked(plan, limits)) for plan in plans]
    minutes = [w.regimen.duration_min for _plan, w in worked if isinstance(w, Draft)]
    until_min = max(minutes, default=0) + AFTER_MIN
    return tuple(_column(plan, found, until_min) for plan, found in worked)


def _worked(plan: Plan, limits: Any) -> Draft | BadValue:
    try:
        return draft(plan, limits=limits)
    except BadValue as error:
        return error


def _column(plan: Plan, worked: Draft | BadValue, until_min: int) -> Column:
    if isinstance(worked, BadValue):
        return Column(
            id=plan.regimen, name=_(regimen(plan.regimen).name), rows=(), findings=(), source="",
            verified=False, outlook=None, problem=bad_value(worked), blocks=True,
        )  # fmt: skip
    expected = outlook(worked, crps=plan.condition == CRPS, until_min=until_min)
    return Column(
        id=plan.regimen, name=_(worked.regimen.name), rows=_rows(worked, expected),
        findings=tuple(finding_card(f) for f in worked.findings), source=worked.regimen.source,
        verified=worked.regimen.verified, outlook=expected,
        blocks=any(f.blocks for f in worked.findings),
    )  # fmt: skip


def _rows(worked: Draft, expected: Outlook | None) -> tuple[tuple[str, str], ...]:
    first, last = worked.doses[0], worked.doses[-1]
    rates = _span(first.steps[0].rate_mg_per_h, last.steps[0].rate_mg_per_h, "mg/h")
    rows = [
        (_("Infusions"), str(len(worked.doses))),
        (_("Each"), quantity(worked.regimen.duration_min, "min")),
        (_("Rate"), rates),
        (_("Dose of one"), _span(first.total_mg, last.total_mg, "mg")),
        (_("By weight"), _span(first.mg_per_kg, last.mg_per_kg, "mg/kg")),
        (_("Whole series"), quantity(short(worked.total_mg), "mg")),
        (_("In the chair"), quantity(round(worked.chair_min / 60, 1), "h")),
        (_("From first to last"), quantity(worked.regimen.days[-1] + 1, _("days"))),
    ]
    if first.capped or last.capped:
        rows.append((_("Lowered to a ceiling"), _("yes")))
    if expected is not None:
        rows.append((_("Expected highest level"),
                     quantity(round(expected.peak_ng_per_ml), "ng/mL")))  # fmt: skip
        rows.append((_("Expected best mean relief"), quantity(round(expected.best_percent), "%")))
    return tuple(rows)


def _span(first: Decimal, last: Decimal, unit: str) -> str:
    if first == last:
        return quantity(short(first), unit)
    return f"{short(first):f} – {quantity(short(last), unit)}"


def levels_chart(found: Sequence[Column]) -> dict[str, Any] | None:
    """This function will draw the expected levels of one infusion of each regimen."""
    shown = [(n, c, c.outlook) for n, c in enumerate(found) if c.outlook is not None]
    if not shown:
        return None
    times = sorted({t for _n, _c, o in shown for t in o.times_min})
    _n, first, most = max(shown, key=lambda one: one[2].peak_ng_per_ml)
    peak = quantity(round(most.peak_ng_per_ml), "ng/mL")
    data = {
        "x": {"label": _("minutes after the start"), "values": [round(t, 1) for t in times]},
        "y": {"label": _("ketamine, ng/mL"), "min": 0},
        "series": [
            _line(n, c.name, _at(times, o.times_min, o.ketamine_ng_per_ml)) for n, c, o in shown
        ],
    }
    title = _("The highest level is expected with “{name}”: {peak}")
    return {"title": title.format(name=first.name, peak=peak), "data": data}


def relief_chart(found: Sequence[Column]) -> dict[str, Any] | None:
    """This function will draw the expected mean relief of each regimen, one with its band."""
    shown = [(n, c, c.outlook) for n, c in enumerate(found) if c.outlook is not None]
    if not shown:
        return None
    days = sorted({d for _n, _c, o in shown for d in o.days})
    series = [_line(n, c.name, _at(days, o.days, o.relief_percent)) for n, c, o in shown]
    chart: dict[str, Any] = {
        "x": {"label": _("days after the first infusion"), "values": days},
        "y": {"label": _("relief of pain, %"), "min": 0, "max": 100},
        "series": series,
    }
    if len(shown) == 1:
        only = shown[0][2]
        for label, values in ((_("90th percentile"), only.high_percent),
                              (_("10th percentile"), only.low_percent)):  # fmt: skip
            series.append({**_line(0, label, _at(days, only.days, values)), "mark": "none",
                           "dash": [2, 3]})  # fmt: skip
        chart["bands"] = [{"upper": 2, "lower": 3, "colour": COLOURS[0]}]
    _n, first, most = max(shown, key=lambda one: one[2].best_percent)
    title = _("Most relief is expected with “{name}”: {share} on day {day}")
    share = quantity(round(most.best_percent), "%")
    words = title.format(name=first.name, share=share, day=most.best_day)
    return {"title": words, "data": chart}


def _line(number: int, label: str, values: list[float | None]) -> dict[str, Any]:
    line = {"label": label, "values": values, "colour": COLOURS[number], "mark": "none"}
    return line if DASHES[number] is None else {**line, "dash": DASHES[number]}


def _at(
    wanted: Sequence[float], times: Sequence[float], values: Sequence[float]
) -> list[float | None]:
    known = dict(zip(times, values, strict=True))
    return [None if t not in known else round(known[t], 1) for t in wanted]
