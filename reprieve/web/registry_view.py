"""The registry in words: a line a group, the curve of relief, and what each figure means."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical import conditions, evidence, regimens
from reprieve.knowledge import Message
from reprieve.outcomes.rules import Rules
from reprieve.web.words import say

Json = Mapping[str, Any]

DIMENSIONS: dict[str, str | Promise] = {
    "condition": _lazy("By condition"), "regimen": _lazy("By regimen"),
    "dose_band": _lazy("By dose"),
}  # fmt: skip
RESPONSES: dict[str, tuple[str, str | Promise]] = {
    "yes": ("ok", _lazy("responded")), "no": ("off", _lazy("no response")),
    "unknown": ("unknown", _lazy("unknown")),
}  # fmt: skip
FIGURES: tuple[tuple[str, str | Promise], ...] = (
    ("responders", _lazy("Responders")), ("half", _lazy("Pain halved")),
    ("peg", _lazy("PEG better")), ("much_improved", _lazy("Much improved")),
)  # fmt: skip
CUT = _lazy("Opioid dose cut")
COLOURS = ("signal-level", "signal-bp", "signal-rate", "signal-rr")
DASHES: tuple[list[int], ...] = ([], [6, 4], [2, 3], [10, 3])
LINES = 4
# Figure -> the column of a patient's row that it counts; only "yes" and "no" are counted.
JUDGED = {"responders": "responder", "half": "half", "peg": "peg", "much_improved": "pgic",
          "opioid_cut": "opioid_cut"}  # fmt: skip
OTHERS: dict[str, str | Promise] = {
    "relief": _lazy("Relief, days"), "opioids": _lazy("Opioids, before and now"),
    "missing": _lazy("Diary missing"), "events": _lazy("Side effects"),
}  # fmt: skip
MET: dict[str, tuple[str, str | Promise]] = {
    "yes": ("ok", _lazy("yes")), "no": ("off", _lazy("no")),
    "unknown": ("unknown", _lazy("unknown")),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One group as a line of the tables; `withheld` in words when nothing is shown.

    Each cell is a figure and its words; without a figure nobody is behind it to be shown.
    """

    key: str
    name: str
    patients: int | None = None
    infusions: int | None = None
    response: tuple[tuple[str, str], ...] = ()
    against: str = ""
    beside: tuple[tuple[str, str], ...] = ()
    withheld: str = ""


def lines(groups: Sequence[Json], dimension: str, rules: Rules) -> list[Line]:
    """This function will lay out a dimension's groups, largest first."""
    ordered = sorted(groups, key=lambda one: -(one["patients"] or 0))
    return [_line(one, name(dimension, one["key"], rules)) for one in ordered]


def name(dimension: str, key: str, rules: Rules) -> str:
    """This function will say a group's name."""
    if dimension == "dose_band":
        return band(int(key), rules)
    if dimension == "regimen" and key in regimens.regimens():
        return _(regimens.regimen(key).name)
    return _condition(key) if key else _("not written down")


def _condition(key: str) -> str:
    """What the evidence calls it, else the code's own words; a name that is neither stands."""
    if key in evidence.conditions():
        return _(evidence.evidence(key).name.id)
    coded = conditions.conditions().get(key)
    return _(coded.label.id) if coded else key.replace("-", " ")


def band(number: int, rules: Rules) -> str:
    """This function will say a band of dose by its edges, in mg per kg of one infusion."""
    edges = [f"{Decimal(edge) / 1000:f}" for edge in rules.dose_band_edges_ug_per_kg]
    if number < 0:
        return _("dose per kg unknown")
    if number == 0:
        return _("below {edge} mg/kg").format(edge=edges[0])
    if number == len(edges):
        return _("{edge} mg/kg and more").format(edge=edges[-1])
    return _("{low} to below {high} mg/kg").format(low=edges[number - 1], high=edges[number])


def _line(one: Json, title: str) -> Line:
    if one["withheld"]:
        said = one["withheld"]
        return Line(
            key=one["key"], name=title,
            withheld=say(Message(id=said["id"], params=said["params"])),
        )  # fmt: skip
    response = {figure: _share(one[figure]) for figure, _name in FIGURES}
    beside = {
        "events": _harm(one), "opioid_cut": _share(one["opioid_cut"]), "opioids": _opioids(one),
        "missing": _missing(one),
    }  # fmt: skip
    return Line(
        key=one["key"], name=title, patients=one["patients"], infusions=one["infusions"],
        response=_cells(one, {**response, "relief": _lasted(one["relief"])}),
        beside=_cells(one, beside), against=_against(one["against_rest"]),
    )  # fmt: skip


def _cells(one: Json, words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    return tuple(("" if is_withheld(one, name) else name, said) for name, said in words.items())


def _missing(one: Json) -> str:
    if one["missing_percent"] is None:
        return _("unknown")
    return _("{percent} % of days").format(percent=round(one["missing_percent"]))


def _share(told: Json) -> str:
    if told["percent"] is None:
        return _("too few known")
    return _("{percent} % ({low} to {high}), {met} of {judged}").format(
        percent=round(told["percent"]), low=round(told["low"]), high=round(told["high"]),
        met=told["met"], judged=told["judged"],
    )  # fmt: skip


def _lasted(told: Json) -> str:
    if told["withheld"]:
        return _("too few known")
    if told["median_days"] is None and told.get("ends_day") is not None:
        return _("half not yet lost by day {n}").format(n=told["ends_day"] - 1)
    if told["median_days"] is None:
        return _("half not yet lost")
    return _("{days} days").format(days=told["median_days"])


def _harm(one: Json) -> str:
    told = one["events"]
    if told["per_100"] is None:
        return _("unknown")
    return _("{number} ({low} to {high})").format(
        number=f"{told['per_100']:.1f}", low=f"{told['low']:.1f}", high=f"{told['high']:.1f}"
    )


def _opioids(one: Json) -> str:
    if one["opioid_before"] is None:
        return _("too few known")
    return _("{before} to {now} mg a day").format(
        before=round(one["opioid_before"]), now=round(one["opioid_now"])
    )


def _against(told: Json | None) -> str:
    if told is None or told["p_value"] is None:
        return ""
    return _("p below 0.001") if told["p_value"] < 0.001 else f"p {told['p_value']:.3f}"


def title_of(figure: str) -> str:
    """This function will name a figure, empty for one that there is not."""
    titles = {**dict(FIGURES), "opioid_cut": CUT, **OTHERS}
    return str(titles.get(figure, ""))


def is_withheld(group: Json, figure: str) -> bool:
    """This function will tell whether a group shows no such figure: too few could be judged."""
    if figure in JUDGED:
        return bool(group[figure]["percent"] is None)
    if figure == "relief":
        return bool(group["relief"]["withheld"])
    return figure == "opioids" and bool(group["opioid_before"] is None)


def counts(row: Json, figure: str) -> bool:
    """This function will tell whether a patient is behind a figure."""
    if figure in JUDGED:
        return bool(row.get(JUDGED[figure], "unknown") != "unknown")
    if figure == "relief":
        return row["relief_days"] is not None
    if figure == "opioids":
        return row.get("mme_before") is not None and row.get("mme_now") is not None
    return True


def of_patient(row: Json, figure: str) -> tuple[str, str]:
    """This function will say a figure of one patient: a kind of mark, and the words."""
    if figure in JUDGED:
        kind, word = MET[row.get(JUDGED[figure], "unknown")]
        return kind, str(word)
    if figure == "opioids":
        return "", _("{before} to {now} mg a day").format(
            before=round(row["mme_before"]), now=round(row["mme_now"])
        )
    if figure == "missing" and row.get("expected_days"):
        return "", _("{missing} of {days} days").format(
            missing=row["missing_days"], days=row["expected_days"]
        )
    if figure == "events" and "events" in row:
        return "", _("{events} in {infusions} infusions").format(
            events=row["events"], infusions=row["infusions"]
        )
    return "", ""


def forecasts(told: Json) -> list[dict[str, Any]]:
    """This function will lay out how forecasts did, a line for each distance in weeks."""
    return [
        {
            **one,
            "held": _("{percent} % ({inside} of {all})").format(
                percent=round(100 * one["inside"] / one["compared"]), inside=one["inside"],
                all=one["compared"],
            ) if one["compared"] else "",
            "off_by": f"{one['off_by']:.1f}" if one["compared"] else "",
            "left_out": one.get("left_out"),  # not told by reports that were kept before
        }
        for one in told["lines"]
    ]  # fmt: skip


def curve(groups: Sequence[Json], dimension: str, rules: Rules) -> dict[str, Any] | None:
    """This function will draw the share still in relief, day by day, of the largest groups.

    Each curve is a stair: it holds until the day of the next loss, and ends where too few are
    observed. One group alone has its bounds.
    """
    ordered = sorted(groups, key=lambda one: -(one["patients"] or 0))
    shown = [one for one in ordered if one["relief"] and one["relief"]["steps"]][:LINES]
    if not shown:
        return None
    days = list(range(max(_ends(one["relief"]) for one in shown)))
    series = [
        {"label": name(dimension, one["key"], rules), "colour": COLOURS[n], "mark": "none",
         "dash": DASHES[n], "values": stairs(one["relief"], "share", days)}
        for n, one in enumerate(shown)
    ]  # fmt: skip
    data: dict[str, Any] = {
        "x": {"label": _("days since the last infusion of the first course"), "values": days},
        "y": {"label": _("still in relief, percent"), "min": 0, "max": 105},
        "series": series,
    }
    if len(shown) == 1:
        bounds = ((_("upper bound"), "high"), (_("lower bound"), "low"))
        series += [
            {"label": label, "colour": COLOURS[0], "mark": "none", "dash": [2, 4],
             "values": stairs(shown[0]["relief"], which, days)}
            for label, which in bounds
        ]  # fmt: skip
        data["bands"] = [{"upper": 2, "lower": 3, "colour": COLOURS[0]}]
    return data


def stairs(relief: Json, which: str, days: Sequence[int]) -> list[float | None]:
    """This function will give a curve's value on each day, in percent; it begins at 100.

    None on days beyond its end.
    """
    steps, last = relief["steps"], _ends(relief)
    values: list[float | None] = [100.0] * min(steps[0]["days"], len(days))
    for step, (begins, until) in zip(
        steps, pairwise([*(step["days"] for step in steps), last]), strict=True
    ):
        told = step[which]
        told = 1.0 if told is None and step["share"] == 1 else told
        values += [None if told is None else 100 * told] * (until - begins)
    return values + [None] * (len(days) - len(values))


def _ends(relief: Json) -> int:
    """The first day of which a curve says nothing. Reports kept earlier say no end."""
    told: int | None = relief.get("ends_day")
    return relief["steps"][-1]["days"] + 1 if told is None else told
