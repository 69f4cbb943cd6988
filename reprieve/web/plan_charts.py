"""What a model expects of regimens side by side, as curves: levels of one infusion, relief.

Levels of different blood (arterial, venous) or form never share an axis: each has its own chart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway.planning_outlook import Outlook
from reprieve.web.plan_view import Column
from reprieve.web.words import quantity

COLOURS = ("signal-level", "signal-bp", "signal-spo2")
DASHES: tuple[list[int] | None, ...] = (None, [6, 4], [2, 3])
EFFECTS = {
    "analgesia": (_lazy("relief of pain was seen"), "signal-hr"),
    "dissociation": (_lazy("dissociation was seen"), "signal-rate"),
}
FORMS = {"racemic": _lazy("ketamine"), "S": _lazy("S-ketamine")}
Shown = tuple[int, str, Outlook]  # place on the page, name, what is expected


def level_charts(found: Sequence[Column]) -> list[dict[str, Any]]:
    """This function will draw the expected levels of one infusion of each regimen.

    One chart for each kind of blood and form, with the levels at which studies saw effects.
    """
    kinds: dict[tuple[str, str], list[Shown]] = {}
    for one in _shown(found):
        kinds.setdefault((one[2].form, one[2].sampling_site), []).append(one)
    return [_levels(place, shown) for place, shown in enumerate(kinds.values())]


def _levels(place: int, shown: Sequence[Shown]) -> dict[str, Any]:
    times = sorted({t for _n, _name, o in shown for t in o.times_min})
    _n, name, most = max(shown, key=lambda one: one[2].peak_ng_per_ml)
    series = [_line(n, name, _at(times, o.times_min, o.ketamine_ng_per_ml)) for n, name, o in shown]
    bands = []
    for band in most.evidence:
        said, colour = EFFECTS[band.effect]
        at = len(series) + 1
        series += [
            _edge(f"{said}: {side}", [level] * len(times), colour)
            for side, level in ((_("highest"), band.high_ng_per_ml),
                                (_("lowest"), band.low_ng_per_ml))
        ]  # fmt: skip
        bands.append({"upper": at, "lower": at + 1, "colour": colour, "label": str(said)})
    axis = _("{drug} ({site}), ng/mL")
    data = {
        "x": {"label": _("minutes after the start"), "values": [round(t, 1) for t in times]},
        "y": {"label": axis.format(drug=FORMS[most.form], site=_(most.sampling_site)), "min": 0},
        "series": series, "bands": bands,
    }  # fmt: skip
    words = _("The highest level is expected with “{name}”: {peak}")
    peak = quantity(round(most.peak_ng_per_ml), "ng/mL")
    ident = "chart-levels" if place == 0 else f"chart-levels-{place + 1}"
    return {"id": ident, "title": words.format(name=name, peak=peak), "data": data}


def relief_chart(found: Sequence[Column]) -> dict[str, Any] | None:
    """This function will draw the expected mean relief of each regimen with its 80 % band."""
    shown = _shown(found)
    if not shown:
        return None
    days = sorted({d for _n, _name, o in shown for d in o.days})
    series = [_line(n, name, _at(days, o.days, o.relief_percent)) for n, name, o in shown]
    bands = []
    for n, name, o in shown:
        bands.append({"upper": len(series) + 1, "lower": len(series) + 2, "colour": COLOURS[n]})
        series += [
            _edge(f"{name}, {word}", _at(days, o.days, values), COLOURS[n])
            for word, values in ((_("90th percentile"), o.high_percent),
                                 (_("10th percentile"), o.low_percent))
        ]  # fmt: skip
    chart: dict[str, Any] = {
        "x": {"label": _("days after the first infusion"), "values": days},
        "y": {"label": _("relief of pain, %"), "min": 0, "max": 100},
        "series": series, "bands": bands,
    }  # fmt: skip
    _n, name, most = max(shown, key=lambda one: one[2].best_percent)
    title = _("Most relief is expected with “{name}”: {share} on day {day}")
    share = quantity(round(most.best_percent), "%")
    return {"title": title.format(name=name, share=share, day=most.best_day), "data": chart}


def _shown(found: Sequence[Column]) -> list[Shown]:
    return [(n, c.name, c.outlook) for n, c in enumerate(found) if c.outlook is not None]


def _line(number: int, label: str, values: list[float | None]) -> dict[str, Any]:
    line = {"label": label, "values": values, "colour": COLOURS[number], "mark": "none"}
    return line if DASHES[number] is None else {**line, "dash": DASHES[number]}


def _edge(label: str, values: Sequence[float | None], colour: str) -> dict[str, Any]:
    return {"label": label, "values": list(values), "colour": colour, "mark": "none", "quiet": True}


def _at(
    wanted: Sequence[float], times: Sequence[float], values: Sequence[float]
) -> list[float | None]:
    known = dict(zip(times, values, strict=True))
    return [None if t not in known else round(known[t], 1) for t in wanted]
