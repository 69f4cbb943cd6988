"""The list beside the grid: acts, drugs and side effects by time, and what stands for what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import orjson
from django.utils.translation import gettext as _

from reprieve.pathway import infusion_fix
from reprieve.records.queries.live import Head
from reprieve.web import infusion_words as words

LATE_MS = 5 * 60_000
# Which entry corrects an act of the stream.
RATE, DOSE, TIME = "rate_fix", "dose_fix", "time_fix"
Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of the list beside the grid, newest last, with what may be done about it.

    `offline`: how it came from a tablet without connection, and why it stands beside the rest;
    `goes_on`: a side effect of which nobody said yet that it is over. `replaced`: who put another
    entry in its place when and why; `stands_for`: the entry in whose place it is. `fix` names the
    entry that corrects it, `fill` what that begins with, as JSON.
    """

    id: str
    kind: str
    number: int
    at_ms: int
    text: str
    by: str
    late: str
    struck: bool
    deviation: bool
    addendum: bool
    offline: str = ""
    goes_on: bool = False
    replaced: str = ""
    stands_for: str = ""
    fix: str = ""
    fill: str = ""


def lines(head: Head) -> list[Line]:
    """This function will list acts, drugs and side effects by time, numbered as on the grid."""
    found = [*_acts(head), *_drugs(head), *_harms(head)]
    ordered = sorted(found, key=lambda one: (one["at_ms"], one["recorded_ms"]))
    sent = {one.subject: words.sent_later(one) for one in head.offline}
    numbers = {one["id"]: number for number, one in enumerate(ordered, 1)}
    later = successors(ordered)
    return [_line(one, numbers, later, sent.get(one["id"], "")) for one in ordered]


def successors(rows: Iterable[Row]) -> dict[str, Row]:
    """This function will map what was replaced to the entry in its place."""
    return {one["corrects"]: one for one in rows if one["corrects"]}


def replaced_by(one: Row) -> str:
    """This function will say who put an entry in the place of another, when and why."""
    how = _("replaced {at} by {who}")
    if one.get("retracts"):
        how = _("did not happen, said {at} by {who}")
    said = how.format(at=words.second(one["recorded_ms"]), who=one["by"])
    return f"{said}: {one['note']}" if one["note"] else said


def drug_text(drug: Row) -> str:
    """This function will say a drug with dose, route and note, or that it was not given."""
    if drug["retracts"]:
        return _joined([_("{drug} was not given").format(drug=_(drug["drug"])), drug["note"]])
    return _joined(
        [f"{_(drug['drug'])} {drug['dose_text']}", drug["route"].upper(), drug["note"]]
    )


def harm_text(harm: Row) -> str:
    """This function will say a side effect and how it went, or that it did not happen."""
    if harm["retracts"]:
        return _joined([_("{harm} did not happen").format(harm=_(harm["term"])), harm["note"]])
    return _joined(
        [_(harm["term"]), _("grade {n}").format(n=harm["grade"]), _(harm["action"]),
         _(harm["outcome"]), words.ended(harm["ended_ms"]), harm["note"]]
    )  # fmt: skip


def _line(
    one: dict[str, Any], numbers: Mapping[str, int], later: Mapping[str, Row], sent: str
) -> Line:
    late = one["recorded_ms"] - one["at_ms"] > LATE_MS
    instead, before = later.get(one["id"]), numbers.get(one["corrects"])
    fix, fill = ("", {}) if one["corrected"] else _fix(one)
    return Line(
        id=one["id"], kind=one["entry"], number=numbers[one["id"]], at_ms=one["at_ms"],
        text=one["text"], by=one["by"], struck=one["corrected"],
        deviation=one.get("deviation", False), addendum=one["addendum"], offline=sent,
        late=words.second(one["recorded_ms"]) if late else "",
        goes_on=_goes_on(one),
        replaced="" if instead is None else replaced_by(instead),
        stands_for="" if before is None else _stands_for(one).format(n=before),
        fix=fix, fill=orjson.dumps(fill).decode(),
    )  # fmt: skip


def _goes_on(one: Row) -> bool:
    is_standing = one["entry"] == "harm" and not (one["corrected"] or one["retracts"])
    return is_standing and one["ended_ms"] is None


def _stands_for(one: Row) -> str:
    return _("takes back {n}") if one.get("retracts") else _("in place of {n}")


def _fix(one: Row) -> tuple[str, dict[str, Any]]:
    """Which entry corrects a line, and what its form shows to begin with: what was charted."""
    if one.get("retracts"):
        return "", {}
    if one["entry"] == "drug":
        dose = one["dose_text"].partition(" ")[0]
        return "drug_fix", {"drug": one["drug"], "dose": dose, "route": one["route"]}
    if one["entry"] == "harm":
        names = ("term", "grade", "action", "outcome", "serious")
        return "harm_fix", {name: one[name] for name in names}
    if one["kind"] not in infusion_fix.KINDS:
        return "", {}
    if one["rate_ug_per_h"] is not None:
        return RATE, {"rate_mg_per_h": whole_mg(one["rate_ug_per_h"])}
    if one["dose_ug"] is not None:
        minutes = one["detail"].get("over_min", "")
        return DOSE, {"dose_mg": whole_mg(one["dose_ug"]), "over_min": minutes}
    return TIME, {}


def whole_mg(ug: int) -> str:
    """This function will say micrograms in milligrams to the last digit, as a form begins."""
    return f"{Decimal(ug).scaleb(-3).normalize():f}"


def _acts(head: Head) -> list[dict[str, Any]]:
    return [{**e, "entry": "act", "text": act_text(e)} for e in head.chart.events]


def act_text(event: dict[str, Any]) -> str:
    """This function will say one act with its rate, dose, volume, chair and note."""
    parts = [words.act(event["kind"])]
    if event["rate_ug_per_h"] is not None:
        parts.append(f"{words.mg(event['rate_ug_per_h'])} mg/h")
    if event["dose_ug"] is not None:
        parts.append(f"{words.mg(event['dose_ug'])} mg")
    detail = event["detail"]
    if "volume_left_ml" in detail:
        parts.append(_("{ml} mL left").format(ml=detail["volume_left_ml"]))
    if detail.get("about") == "line_out":
        parts.append(_("intravenous line out"))
    if detail.get("about") == "drugs_open":
        parts.append(_("controlled drugs are not accounted for"))
    if event["kind"] == "handed_over":
        parts.append(f"{detail.get('from_name', '')} → {detail.get('to_name', '')}")
    parts += [event["chair"], event["note"]]
    return _joined(parts)


def _drugs(head: Head) -> list[dict[str, Any]]:
    return [{**d, "entry": "drug", "text": drug_text(d)} for d in head.chart.drugs]


def _harms(head: Head) -> list[dict[str, Any]]:
    return [
        {**h, "at_ms": h["onset_ms"], "entry": "harm", "text": harm_text(h)}
        for h in head.chart.adverse_events
    ]


def _joined(parts: Sequence[str]) -> str:
    return " · ".join(part for part in parts if part)
