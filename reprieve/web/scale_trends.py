"""The scales that a patient answered, over time: the newest in words, and a chart from two on.

What is drawn comes from the instrument's own file: its T score, its total, or its parts.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from reprieve.clinical.instruments import Instrument, instrument
from reprieve.records.queries import questionnaires
from reprieve.records.queries.questionnaires import ResponseView

# Pain comes first; an instrument that is not named follows by its title.
ORDER = (
    "nrs", "peg", "promis-pain-interference-4a", "bpi-sf", "odi", "personal-goal",
    "body-map", "wpi-sss", "dn4",
    "paindetect", "pcs", "promis-29", "phq-9", "phq-2", "gad-7", "c-ssrs-screener", "audit-c",
    "ort-oud", "dast-10", "stop-bang", "icsi", "cfs", "pgic",
)  # fmt: skip
LOOKS: tuple[tuple[str, str, list[int] | None], ...] = (
    ("accent", "circle", None), ("signal-bp", "square", [6, 4]), ("signal-spo2", "circle", [2, 3]),
    ("signal-rr", "square", None), ("signal-rate", "circle", [6, 4]),
    ("signal-hr", "square", [2, 3]), ("muted", "circle", None),
)  # fmt: skip
T_LOWEST, T_HIGHEST = 20, 90
# What is scored in the chair or on waking stands on the chart of that day.
OF_THE_DAY = frozenset({"infusion", "recovery"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One scale over time: the newest value in words, and its chart where there are several.

    `earlier` are the levels before, of a scale that gives a level and no number.
    """

    name: str
    title: str
    newest: str
    band: str
    says: str
    at: datetime
    confirmed: bool
    chart: dict[str, Any] | None
    earlier: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One number of a form over time, None where a form did not give it."""

    label: str
    values: tuple[float | None, ...]


def trends(
    *, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None,
    only: Collection[str] = (),
) -> list[Trend]:  # fmt: skip
    """This function will prepare the scales that were answered, with a chart from two values on.

    All of them, or `only` some.
    """
    found: dict[str, list[ResponseView]] = {}
    for view in questionnaires.history(clinic=clinic, patient=patient, as_of=as_of):
        if only and view.instrument not in only:
            continue
        if view.complete and not view.corrected and _lasts(view.instrument):
            found.setdefault(view.instrument, []).append(view)
    others = sorted((name for name in found if name not in ORDER), key=_title)
    return [_trend(name, found[name]) for name in (*ORDER, *others) if name in found]


def _lasts(name: str) -> bool:
    """Whether a scale speaks of more than the day of an infusion."""
    return not set(instrument(name).moments) <= OF_THE_DAY


def _title(name: str) -> str:
    return _(instrument(name).title)


def _trend(name: str, views: Sequence[ResponseView]) -> Trend:
    form, last = instrument(name), views[-1]
    lines = [line for line in _lines(form, views) if len(_known(line)) > 1]
    return Trend(
        name=name,
        title=_(form.title),
        newest=scores(last),
        band=_(last.band) if last.band else "",
        says=_says(lines),
        at=last.measured_at,
        confirmed=form.verified,
        chart=_chart(form, lines, views) if lines else None,
        earlier=() if scores(last) else _levels(views[:-1]),
    )


def _lines(form: Instrument, views: Sequence[ResponseView]) -> list[Line]:
    """The one number that stands for a form, else each of its parts."""
    if form.t_scores:
        label = _("{title}, T score").format(title=_(form.title))
        return [Line(label=label, values=tuple(v.score.get("t_score") for v in views))]
    if form.rule != "none":
        return [Line(label=_(form.title), values=tuple(v.total for v in views))]
    return [
        Line(
            label=_(part.label),
            values=tuple(v.score.get("subscales", {}).get(part.id) for v in views),
        )
        for part in form.subscales
    ]


def _known(line: Line) -> list[float]:
    return [value for value in line.values if value is not None]


def _says(lines: Sequence[Line]) -> str:
    return "; ".join(
        _("{title}: from {first} to {last}").format(
            title=line.label, first=f"{_known(line)[0]:.3g}", last=f"{_known(line)[-1]:.3g}"
        )
        for line in lines
    )


def _levels(views: Sequence[ResponseView]) -> tuple[tuple[str, datetime], ...]:
    return tuple((_(v.band), v.measured_at) for v in reversed(views) if v.band)


def scores(view: ResponseView) -> str:
    """This function will say a form's score: total, T score, or its parts where it has no total."""
    found = [] if view.total is None else [f"{view.total:.3g}"]
    if view.score.get("t_score") is not None:
        found.append(f"T {view.score['t_score']:g}")
    if view.total is None:
        parts = {part.id: _(part.label) for part in instrument(view.instrument).subscales}
        given = view.score.get("subscales", {})
        found += [f"{parts[k]} {v:.3g}" for k, v in given.items() if v is not None and k in parts]
    return ", ".join(found)


def _chart(
    form: Instrument, lines: Sequence[Line], views: Sequence[ResponseView]
) -> dict[str, Any]:
    zone = timezone.get_current_timezone_name()
    times = [round(view.measured_at.timestamp()) for view in views]
    low, high = _axis(form)
    return {
        "x": {"label": _("Day"), "values": times, "time": True, "zone": zone},
        "y": {"label": _("T score") if form.t_scores else _("score"), "min": low, "max": high},
        "series": [_drawn(line, LOOKS[at % len(LOOKS)]) for at, line in enumerate(lines)],
    }  # fmt: skip


def _axis(form: Instrument) -> tuple[float, float]:
    """The whole range of the scale, so that a small change looks small."""
    if form.t_scores:
        return T_LOWEST, T_HIGHEST
    if form.rule == "none" and form.subscales:
        return min(p.minimum for p in form.subscales), max(p.maximum for p in form.subscales)
    return min(0, form.minimum or 0), form.maximum or 10


def _drawn(line: Line, look: tuple[str, str, list[int] | None]) -> dict[str, Any]:
    colour, mark, dash = look
    drawn = {"label": line.label, "values": list(line.values), "colour": colour, "mark": mark}
    return drawn if dash is None else {**drawn, "dash": dash}
