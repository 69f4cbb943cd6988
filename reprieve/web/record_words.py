"""The lists of a printed record in words: acts, drugs, side effects, alarms, checks, signatures."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical import instruments, safety
from reprieve.knowledge import BadValue
from reprieve.records.queries.overrides import OverrideView
from reprieve.records.queries.printed import Correction, Printed
from reprieve.records.queries.signatures import SignatureView
from reprieve.web import infusion_words as words
from reprieve.web.infusion_entries import ENTRIES
from reprieve.web.infusion_lines import (
    LATE_MS,
    act_text,
    drug_text,
    harm_text,
    replaced_by,
    successors,
)
from reprieve.web.labels import LEAVING, MEANINGS
from reprieve.web.presenters import STARS, TECHNICAL_STARS
from reprieve.web.print.record import Line, Section
from reprieve.web.recovery_forms import ASKED
from reprieve.web.words import dated, unit_word

Happening = Mapping[str, Any]
SHORT = 12
# What the second person read off pump and bag.
ENTERED = {
    "final_mg_per_ml": "mg/mL", "ml_per_h": "mL/h", "vtbi_ml": _lazy("mL to be infused"),
}  # fmt: skip


# Facts that no rule asks for: written by a form of the gate.
WRITTEN = {
    "acls_person": _lazy("Trained in advanced life support"),
    "supervising_physician": _lazy("Supervising physician"),
    "starting_person": _lazy("Starts the infusion"),
    "nurses_present": _lazy("Nurses in the room"),
    "iv_site": _lazy("IV site"), "iv_gauge": _lazy("IV gauge"), "iv_attempts": _lazy("IV attempts"),
}  # fmt: skip


def sections(found: Printed, signed: Iterable[SignatureView]) -> tuple[Section, ...]:
    """This function will lay out every list of the record; an empty one is left out."""
    chart = found.chart
    made = (
        Section(heading=_("Events"), lines=tuple(_events(chart.events))),
        Section(heading=_("Drugs given"), lines=tuple(_drugs(chart.drugs))),
        Section(heading=_("Side effects"), lines=tuple(_harms(chart.adverse_events))),
        Section(heading=_("Alarms"), lines=tuple(_alarms(chart.alarms))),
        Section(heading=_("Corrected values"), lines=tuple(_corrections(found.corrections))),
        Section(heading=_("Values typed late"), lines=tuple(_late(found))),
        Section(heading=_("Entered without connection"), lines=tuple(_offline(found))),
        Section(heading=_("Orders"), lines=tuple(_orders(chart.orders))),
        Section(heading=_("Decided against a finding"), lines=tuple(overrides(found.overridden))),
        Section(heading=_("Checked by a second person"), lines=tuple(_checks(chart.checks))),
        Section(heading=_("Scores"), lines=tuple(_scores(chart.scores))),
        Section(heading=_("Other facts of this visit"), lines=tuple(_told(found))),
        Section(heading=_("How the patient left"), lines=tuple(_left(chart.discharge))),
        Section(heading=_("Signatures"), lines=tuple(_signed(signed))),
    )
    return tuple(section for section in made if section.lines)


def numbered(events: Iterable[Happening]) -> dict[str, int]:
    """This function will number the acts as the list and the axis name them, by time."""
    ordered = sorted(events, key=lambda e: (e["at_ms"], e["recorded_ms"]))
    return {event["id"]: number for number, event in enumerate(ordered, 1)}


def _joined(*parts: object) -> str:
    return " · ".join(str(p) for p in parts if p)


def when(at_ms: int, recorded_ms: int) -> str:
    """This function will say when it happened, and when it was entered if that was later."""
    said = words.second(at_ms)
    if recorded_ms - at_ms <= LATE_MS:
        return said
    return _("{at} (entered late, {entered})").format(at=said, entered=words.second(recorded_ms))


def _marks(one: Happening) -> str:
    found = [_("OUTSIDE THE ORDER")] if one.get("deviation") else []
    found += [_("addendum")] if one.get("addendum") else []
    found += [_("already done when entered")] if one.get("reported") else []
    return ", ".join(found)


def _replaced(later: Mapping[str, Happening], one: Happening) -> str:
    """Who put another entry in the place of this one, when and why."""
    return replaced_by(later[one["id"]]) if one["corrected"] else ""


def _instead(one: Happening, at: Mapping[str, int]) -> str:
    """In whose place an entry stands: that of a drug or a side effect is named by its time."""
    if not one["corrects"]:
        return ""
    how = _("in place of the entry of {at}")
    if one["retracts"]:
        how = _("takes back the entry of {at}")
    return how.format(at=words.second(at[one["corrects"]]))


def _events(events: Iterable[Happening]) -> Iterator[Line]:
    events = list(events)
    numbers, later = numbered(events), successors(events)
    for one in sorted(events, key=lambda e: numbers[e["id"]]):
        at = when(one["at_ms"], one["recorded_ms"])
        stands = _("stands for {n}").format(n=numbers.get(one["corrects"], "?"))
        text = _joined(
            f"{numbers[one['id']]}. {at}", act_text(dict(one)), _marks(one),
            stands if one["corrects"] else "", one["by"],
        )  # fmt: skip
        yield Line(text=text, struck=one["corrected"], after=_replaced(later, one))


def _drugs(drugs: Iterable[Happening]) -> Iterator[Line]:
    drugs = list(drugs)
    later, at = successors(drugs), {one["id"]: one["at_ms"] for one in drugs}
    for one in drugs:
        text = _joined(
            when(one["at_ms"], one["recorded_ms"]), drug_text(one), _marks(one),
            _instead(one, at), one["by"],
        )  # fmt: skip
        yield Line(text=text, struck=one["corrected"], after=_replaced(later, one))


def _harms(harms: Iterable[Happening]) -> Iterator[Line]:
    harms = list(harms)
    later, onset = successors(harms), {one["id"]: one["onset_ms"] for one in harms}
    for one in harms:
        text = _joined(
            when(one["onset_ms"], one["recorded_ms"]), harm_text(one), _as_seen(one),
            _marks(one), _instead(one, onset), one["by"],
        )  # fmt: skip
        yield Line(text=text, struck=one["corrected"], after=_replaced(later, one))


def _as_seen(one: Happening) -> str:
    """How heavy a side effect was, and what ran and was given by then."""
    if one["retracts"]:
        return ""
    rate = _("at {rate} mg/h after {given} mg").format(
        rate=_mg(one["rate_ug_per_h_at_onset"]), given=_mg(one["given_ug_at_onset"])
    )
    return _joined(_("serious") if one["serious"] else "", rate)


def _mg(amount_ug: int | None) -> str:
    return "?" if amount_ug is None else f"{amount_ug / 1000:.1f}"


def _alarms(transitions: Iterable[Happening]) -> Iterator[Line]:
    """One line an alarm: what, from when to when, who answered and who was called.

    Where a limit was passed more than once, what it is stands once above the times.
    """
    groups: dict[str, list[Happening]] = {}
    for one in transitions:
        groups.setdefault(one["alarm"], []).append(one)
    raised = [g for g in groups.values() if any(t["after"] == "active" for t in g)]
    alike: dict[tuple[str, ...], list[list[Happening]]] = {}
    for group in sorted(raised, key=lambda g: g[0]["at_ms"]):
        alike.setdefault(_about(group), []).append(group)
    for same in alike.values():
        yield from _repeated(same) if len(same) > 1 else [Line(text=_alarm(same[0]))]


def _repeated(same: Sequence[list[Happening]]) -> Iterator[Line]:
    """Who answered stands above as well, where it was one person."""
    people = {t["by"] or "?" for group in same for t in _answers(group)}
    alone = people.pop() if len(people) == 1 else ""
    by = _("seen by {who}").format(who=alone) if alone else ""
    times = _("{n} times").format(n=len(same))
    yield Line(text=_joined(f"{_stars(_began(same[0]))} {_limit(_began(same[0]))}", times, by))
    for group in same:
        yield Line(text=_joined(_span(group), _value(_began(group)), *_followed(group, alone)))


def _alarm(group: list[Happening]) -> str:
    began = _began(group)
    return _joined(_span(group), f"{_stars(began)} {_beyond(began)}".strip(), *_followed(group))


def _about(group: list[Happening]) -> tuple[str, ...]:
    began = _began(group)
    return (began["kind"], began["priority"], began["signal"], began["limit"])


def _began(group: list[Happening]) -> Happening:
    return next(t for t in group if t["after"] == "active")


def _answers(group: list[Happening]) -> list[Happening]:
    return [t for t in group
            if t["after"] == "acknowledged" and t["before"] != "acknowledged"]  # fmt: skip


def _span(group: list[Happening]) -> str:
    over = [t for t in group if t["after"] in {"cleared", "inactive", "latched"}]
    until = words.second(over[-1]["at_ms"]) if over else _("still there")
    return f"{words.second(_began(group)['at_ms'])}–{until}"


def _followed(group: list[Happening], alone: str = "") -> Iterator[str]:
    """Who answered, unless that is said already, and who was called."""
    for one in _answers(group):
        at = words.second(one["at_ms"])
        known = one["by"] or "?"
        yield _("seen {at}").format(at=at) if alone else _("seen {at} by {who}").format(
            at=at, who=known
        )  # fmt: skip
    for one in group:
        if one["cause"] == "escalation" and one["at_ms"] > _began(group)["at_ms"]:
            whom = _(str(one["to"])).replace("_", " ")
            yield _("told {whom} {at}").format(whom=whom, at=words.second(one["at_ms"]))


def _stars(one: Happening) -> str:
    return (TECHNICAL_STARS if one["kind"] == "technical" else STARS).get(one["priority"], "")


def _value(one: Happening) -> str:
    if one["kind"] == "technical" or one["value"] is None:
        return ""
    return f"{one['value']:g} {words.unit(one['signal'])}".strip()


def _limit(one: Happening) -> str:
    limit = words.limit(one["limit"])
    signal = words.signal(one["signal"])
    is_value = bool(_value(one))
    return f"{signal} ({limit})" if is_value else f"{signal}: {limit}"


def _beyond(one: Happening) -> str:
    value = _value(one)
    if not value:
        return _limit(one)
    return f"{words.signal(one['signal'])} {value} ({words.limit(one['limit'])})"


def _corrections(corrections: Iterable[Correction]) -> Iterator[Line]:
    for one in corrections:
        now = _("nothing in its place") if one.now is None else f"{one.now}"
        change = _("{at} {signal}: {was} struck through, {now}").format(
            at=words.second(one.at_ms), signal=words.signal(one.signal), was=one.was, now=now
        )
        by = _("{who}, {at}").format(who=one.by, at=words.second(one.corrected_ms))
        yield Line(text=_joined(change, one.why, by))


def _late(found: Printed) -> Iterator[Line]:
    """Sets typed afterwards, one line each with both times."""
    sets: dict[tuple[int, int, str], list[str]] = {}
    for one in found.charted:
        if one.recorded_ms - one.at_ms > LATE_MS and one.value is not None:
            said = f"{words.signal(one.signal)} {one.value}"
            sets.setdefault((one.at_ms, one.recorded_ms, one.by), []).append(said)
    for (at_ms, recorded_ms, by), values in sorted(sets.items()):
        yield Line(text=_joined(when(at_ms, recorded_ms), ", ".join(values), by))


def _offline(found: Printed) -> Iterator[Line]:
    """Each with its time by the tablet's clock, how far that was off, and why it stands beside."""
    for one in found.offline:
        clock = _("tablet {at}, {s:+.1f} s to the server").format(
            at=words.second(one.tablet_ms), s=one.offset_ms / 1000
        )
        lost = _("could not be charted: kept as a note") if one.refused else ""
        kind = str(ENTRIES[one.kind].label)
        yield Line(text=_joined(kind, words.sent_later(one), clock, lost, one.by))


def _orders(orders: Iterable[Happening]) -> Iterator[Line]:
    for one in orders:
        steps = "; ".join(
            _("{a}–{b} min {rate} mg/h").format(
                a=s.get("start_min", 0), b=s["end_min"], rate=_mg(s["rate_ug_per_h"])
            )
            for s in one["steps"]
        )
        most = [_("at most {n} mg/h").format(n=_mg(one["max_rate_ug_per_h"]))
                if one["max_rate_ug_per_h"] else "",
                _("one dose at most {n} mg").format(n=_mg(one["max_dose_ug"]))
                if one["max_dose_ug"] else "",
                _("in all at most {n} mg").format(n=_mg(one["max_total_ug"]))
                if one["max_total_ug"] else ""]  # fmt: skip
        verbal = _("by word of mouth, read back") if one["verbal"] else ""
        name = _(one["drug"]) + (f" ({_('as needed')})" if one["as_needed"] else "")
        ended = _("the order is withdrawn") if one["withdrawn"] else ""
        yield Line(text=_joined(name, one["route"].upper(), ended, steps, *most, verbal,
                                one["prescriber"]))  # fmt: skip


def overrides(decided: Iterable[OverrideView]) -> Iterator[Line]:
    """This function will say each decision against a finding: the rule, why, who, who beside."""
    for one in decided:
        rule = next((e.rule for e in safety.rules() if e.name == one.rule), None)
        says = one.rule if rule is None else _(rule.says.id)
        unknown = _("not known then") if one.outcome == "unknown" else ""
        who = " / ".join(filter(None, (one.by_name, one.second_name)))
        yield Line(text=_joined(dated(one.at), f"{one.severity} {says}", unknown, one.reason, who))


def _checks(checks: Iterable[Happening]) -> Iterator[Line]:
    for one in checks:
        entered = ", ".join(
            f"{value} {ENTERED.get(name, name)}" for name, value in sorted(one["entered"].items())
        )
        agrees = _("both found the same") if one["agrees"] else _("DID NOT AGREE")
        who = f"{one['first']} / {one['second']}"
        yield Line(text=_joined(words.second(one["recorded_ms"]), agrees, entered, who))


def _scores(scores: Iterable[Happening]) -> Iterator[Line]:
    for one in scores:
        total = one["score"].get("total") if isinstance(one["score"], Mapping) else one["score"]
        said = _("not complete") if total is None else f"{total}"
        at = when(one["at_ms"], one["recorded_ms"])
        yield Line(text=_joined(at, f"{_title(one['instrument'])}: {said}", one["by"]))


def _title(name: str) -> str:
    """A form of an earlier version may be known no more: then its own name is said."""
    try:
        return _(instruments.instrument(name).title)
    except BadValue:
        return name


def _told(found: Printed) -> Iterator[Line]:
    """Each fact as it was asked, with its answer and time: the gate's and the recovery's."""
    sets: dict[tuple[int, str], list[str]] = {}
    for one in found.told:
        if one.value is not None and not one.corrected:
            said = f"{_asked(one.signal)} {_plain(one.value)} {unit_word(one.unit)}".strip()
            sets.setdefault((one.at_ms, one.by), []).append(said)
    for (at_ms, by), values in sorted(sets.items()):
        yield Line(text=_joined(words.second(at_ms), "; ".join(values), by))


def _asked(name: str) -> str:
    """The words of the page on which it was answered."""
    fact = safety.catalogue().get(name)
    known = ASKED.get(name) or WRITTEN.get(name)
    said = str(known or (_(fact.question) if fact else words.signal(name)))
    return said if said.endswith("?") else f"{said}:"


def _plain(value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return _(value) if value and isinstance(value, str) else str(value)


def _left(discharge: Happening | None) -> Iterator[Line]:
    if discharge is None:
        return
    yield Line(text=_joined(LEAVING.get(discharge["way"], discharge["way"]), discharge["note"]))
    if discharge["medicine_advice"]:
        advice = _("Advice on medicines: {text}").format(text=discharge["medicine_advice"])
        yield Line(text=advice)


def _signed(signed: Iterable[SignatureView]) -> Iterator[Line]:
    for one in signed:
        kept = _("unchanged since") if one.is_intact else _("changed since")
        yield Line(text=_joined(
            one.printed_name, MEANINGS.get(one.meaning, one.meaning), dated(one.at), kept,
            f"SHA-256 {one.content_sha256[:SHORT]}",
        ))  # fmt: skip
