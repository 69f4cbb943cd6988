"""The printed record's facts and time axis, from what was read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway.alarm_policy import RECORD_ONLY, SECONDARY
from reprieve.pathway.clock import ms
from reprieve.records.frame_arrays import Point
from reprieve.records.queries.charts import Value
from reprieve.records.queries.printed import Printed
from reprieve.records.queries.settings import Chosen
from reprieve.web import infusion_words as words
from reprieve.web import record_words
from reprieve.web.infusion_lines import LATE_MS
from reprieve.web.infusion_words import mg
from reprieve.web.print.strip import HEAVY_MS, Doses, Dot, Pressure, Row, Sheet
from reprieve.web.words import day

NUMBERS = ("spo2", "respiratory_rate", "etco2", "o2_l_per_min", "temp_c", "pain", "rass", "moaas",
           "dissociation", "cadss6", "nausea", "anxiety")  # fmt: skip
ALWAYS = frozenset({"spo2", "respiratory_rate"})
MOST_DOUBTS = 12  # said by time; the screen's table has them all
PULSE = ("heart_rate", "pulse_rate")
DUTIES = {
    SECONDARY: _lazy("second notice: they sounded and called people"),
    RECORD_ONLY: _lazy("record only: no sound, nobody was called"),
}


def facts(
    found: Printed, *, allergies: Sequence[str] | None, until_ms: int
) -> tuple[tuple[str, str], ...]:
    """This function will say who, where, what was ordered and given, in reading order."""
    chart, course = found.chart, found.course
    order = next((o for o in reversed(chart.orders) if not o["as_needed"]), None)
    of_all = f", {_('infusion {n}').format(n=chart.session_no)}" if chart.session_no else ""
    state = str(words.STATES.get(chart.state, ("", chart.state))[1])
    told = {v.signal: v for v in found.told if not v.corrected and v.value is not None}
    made = (
        (_("Day"), f"{day(found.recorded_at)}{of_all}"),
        (_("Regimen"), found.regimen),
        (_("Chair"), found.chair_name),
        (_("Charted"), _charted(found)),
        (_("Allergies"), _allergies(allergies)),
        (_("Weight today"), _weight(told)),
        ("ASA", str(told["asa_class"].value) if "asa_class" in told else ""),
        (_("IV line"), _line(told)),
        (_("State"), state),
        (_("Drug ran"), _ran(course.started_ms, course.ended_ms)),
        (_("Given"), _("{given} mg ketamine into the vein").format(
            given=mg(course.given_ug(until_ms)))),
        (_("Order"), _order(order)),
        *((_("Bag"), _bag(bag)) for bag in found.bags),
        (_("Doubtful, kept raw"), _doubtful(found)),
    )  # fmt: skip
    return tuple((name, text) for name, text in made if text)


def duty(chosen: Sequence[Chosen], *, since: datetime) -> Iterator[tuple[str, str]]:
    """This function will say what the clinic's alarms did from a moment on, and each change.

    Where nothing was chosen they are a second notice, beside the bedside monitor's own.
    """
    old = [one for one in chosen if one.since <= since]
    said = [str(DUTIES[old[0].value if old else SECONDARY])]
    for one in chosen:
        if one.since > since:
            said.append(_("from {at} {duty} ({who}: {why})").format(
                at=words.second(ms(one.since)), duty=DUTIES[one.value], who=one.by, why=one.reason
            ))  # fmt: skip
    yield _("Alarms of this system"), "; ".join(said)


def _doubtful(found: Printed) -> str:
    """The monitor's values that are probably not the patient, with their times and reasons."""
    said = [
        f"{words.second(d.at_ms)} {words.signal(d.signal)} {words.doubt(d)}" for d in found.doubts
    ]
    more = [_("and {n} more").format(n=len(said) - MOST_DOUBTS)] if len(said) > MOST_DOUBTS else []
    return "; ".join([*said[:MOST_DOUBTS], *more])


def _charted(found: Printed) -> str:
    if not found.links:
        return _("by hand, without a monitor")
    return "; ".join(
        _("monitor {name} {span}").format(name=x.monitor, span=_ran(x.from_ms, x.until_ms))
        for x in found.links
    )


def _allergies(known: Sequence[str] | None) -> str:
    if known is None:
        return _("NOT ASKED")
    return ", ".join(known) or _("none known")


def _weight(told: Mapping[str, Value]) -> str:
    return f"{told['weight_kg'].value} kg" if "weight_kg" in told else ""


def _line(told: Mapping[str, Value]) -> str:
    """Where, how thick, after how many attempts, when it went in and came out."""
    if "iv_site" not in told:
        return ""
    parts = [str(told["iv_site"].value)]
    parts += [f"{told['iv_gauge'].value} G"] if "iv_gauge" in told else []
    if "iv_attempts" in told:
        parts.append(_("attempts {n}").format(n=told["iv_attempts"].value))
    parts.append(_("in {at}").format(at=words.second(told["iv_site"].at_ms)))
    out = told.get("iv_removed")
    if out is not None and out.value is True:
        parts.append(_("out {at}").format(at=words.second(out.at_ms)))
    return ", ".join(parts)


def _ran(from_ms: int | None, until_ms: int | None) -> str:
    if from_ms is None:
        return _("not started")
    return f"{words.second(from_ms)}–{words.second(until_ms)}"


def _order(order: Mapping[str, Any] | None) -> str:
    if order is None:
        return ""
    steps = ", ".join(
        _("{rate} mg/h to minute {end}").format(rate=mg(s["rate_ug_per_h"]), end=s["end_min"])
        for s in order["steps"]
    )
    most = _("at most {n} mg").format(n=mg(order["max_total_ug"] or 0))
    return f"{steps}; {most}; {order['prescriber']}"


def _bag(bag: Any) -> str:
    recipe = bag.recipe
    return _("{mg} mg in {ml} mL = {strength} mg/mL, label {label}, {who}").format(
        mg=recipe.mg_in_bag, ml=recipe.bag_volume_ml, strength=recipe.final_mg_per_ml,
        label=recipe.label, who=bag.prepared_by_name,
    )  # fmt: skip


def sheet(found: Printed, *, band: Mapping[str, float] | None, until_ms: int) -> Sheet:
    """This function will place everything on the axis, from the first value to the last act."""
    from_ms, to_ms = _span(found, until_ms)
    course, chart = found.course, found.chart
    numbers = record_words.numbered(chart.events)
    return Sheet(
        from_ms=from_ms, to_ms=to_ms, clock=_clock(from_ms, to_ms),
        words=(_("BP, heart rate"), _("Ketamine mg/h"), _("Events")),
        band=(band.get("low", 20), band.get("high", 220)) if band else None,
        pressures=tuple(_pressures(found)), pulse=tuple(_pulse(found)), rows=tuple(_rows(found)),
        rates=tuple((s.start_ms, s.end_ms or until_ms, mg(s.rate_ug_per_h))
                    for s in course.segments),
        boluses=tuple((b.at_ms, f"{mg(b.dose_ug)} mg") for b in course.boluses),
        rate_total=f"{mg(course.given_ug(until_ms))} mg",
        doses=tuple(_doses(chart.drugs)),
        marks=tuple((e["at_ms"], numbers[e["id"]])
                    for e in sorted(chart.events, key=lambda e: numbers[e["id"]])),
        crossed=frozenset(numbers[e["id"]] for e in chart.events if e["corrected"]),
    )  # fmt: skip


def _span(found: Printed, until_ms: int) -> tuple[int, int]:
    """Whole quarters of an hour around everything that has a time."""
    course = found.course
    times = [v.at_ms for v in found.charted]
    times += [p.at_ms for row in found.points.values() for p in (row[0], row[-1])]
    times += [e["at_ms"] for e in found.chart.events] + [d["at_ms"] for d in found.chart.drugs]
    times += [course.ended_ms or until_ms] if course.started_ms is not None else []
    first, last = (min(times), max(times)) if times else (until_ms, until_ms)
    return first // HEAVY_MS * HEAVY_MS, (last // HEAVY_MS + 1) * HEAVY_MS


def _clock(from_ms: int, to_ms: int) -> Any:
    """Time of day; with the zone's name where the clocks change within the session."""
    changes = _local(from_ms).utcoffset() != _local(to_ms).utcoffset()
    pattern = "%H:%M %Z" if changes else "%H:%M"
    return lambda at_ms: _local(at_ms).strftime(pattern)


def _local(at_ms: int) -> Any:
    return timezone.localtime(words.moment(at_ms))


def _typed(found: Printed, names: Iterable[str]) -> Iterator[Dot]:
    for one in found.charted:
        if one.signal in names and one.value is not None:
            yield Dot(
                at_ms=one.at_ms, value=float(one.value), typed=True, struck=one.corrected,
                late=one.recorded_ms - one.at_ms > LATE_MS,
            )  # fmt: skip


def _sent(points: Iterable[Point]) -> Iterator[Dot]:
    for p in points:
        span = (p.low, p.high) if p.high > p.low else (None, None)
        yield Dot(at_ms=p.at_ms, value=p.last, low=span[0], high=span[1])


def _pulse(found: Printed) -> list[Dot]:
    sent = next((found.points[n] for n in PULSE if n in found.points), [])
    return sorted([*_sent(sent), *_typed(found, PULSE)], key=lambda d: d.at_ms)


def _rows(found: Printed) -> Iterator[Row]:
    for name in NUMBERS:
        points = found.points.get(name, [])
        dots = _shown([*_sent(points), *_typed(found, {name})])
        if dots or name in ALWAYS:
            label = f"{words.signal(name)} {words.unit(name)}".strip()
            yield Row(name=label, dots=tuple(dots))
        if name == "spo2" and any(p.low < p.last for p in points):
            lowest = (Dot(at_ms=p.at_ms, value=p.low) for p in points)
            yield Row(name=_("SpO2 lowest"), dots=tuple(lowest))


def _shown(dots: list[Dot]) -> list[Dot]:
    """One number for each five minutes: the last that stands, else the last struck one."""
    cells: dict[int, Dot] = {}
    for dot in sorted(dots, key=lambda d: (not d.struck, d.at_ms)):
        cells[dot.at_ms // 300_000] = dot
    return sorted(cells.values(), key=lambda d: d.at_ms)


def _pressures(found: Printed) -> Iterator[Pressure]:
    below = {p.at_ms: p.last for p in found.points.get("dbp", ())}
    mean = {p.at_ms: p.last for p in found.points.get("map", ())}
    for p in found.points.get("sbp", ()):
        yield Pressure(at_ms=p.at_ms, sbp=p.last, dbp=below.get(p.at_ms), mean=mean.get(p.at_ms))
    typed = {n: {(d.at_ms, d.struck): d.value for d in _typed(found, {n})} for n in ("dbp", "map")}
    for dot in _typed(found, {"sbp"}):
        at = dot.at_ms
        yield Pressure(
            at_ms=at, sbp=dot.value, typed=True, late=dot.late, struck=dot.struck,
            dbp=typed["dbp"].get((at, dot.struck), typed["dbp"].get((at, False))),
            mean=typed["map"].get((at, dot.struck)),
        )  # fmt: skip


def _doses(drugs: Iterable[Mapping[str, Any]]) -> Iterator[Doses]:
    """A row for each drug; the total counts what was not corrected, where it is in milligrams."""
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for one in (drug for drug in drugs if not drug["retracts"]):
        rows.setdefault(one["drug"], []).append(one)
    for name, given in rows.items():
        known = [d["dose_ug"] for d in given if not d["corrected"]]
        total = f"{sum(known) / 1000:g} mg" if all(k is not None for k in known) else ""
        ticks = tuple((d["at_ms"], d["dose_text"]) for d in given)
        crossed = frozenset(n for n, d in enumerate(given) if d["corrected"])
        yield Doses(name=_(name), ticks=ticks, total=total, crossed=crossed)
