"""Values as the components of `templates/cotton` want them: words made, colours chosen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.records.queries.patients import PatientHeader
from reprieve.web.words import age, say

STARS = {"high": "***", "medium": "**", "low": "*"}
TECHNICAL_STARS = {"high": "!!!", "medium": "!!", "low": "!"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Badge:
    """A state word: kind is ok, stop, warn, unknown, now or off."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientStrip:
    """What `<c-patient-header>` shows. `allergies` None: nobody has asked."""

    name: str
    number: int
    born: date | None
    age: str
    allergies: tuple[str, ...] | None
    alerts: tuple[Badge, ...]
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineStep:
    """One step of `<c-pathway>`: state is done, now or next."""

    label: str
    state: str
    href: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingCard:
    """What `<c-finding>` shows: the line, the reason, what it saw, the source."""

    rule: str
    kind: str
    badge: str
    word: str
    says: str
    because: str
    saw: tuple[tuple[str, str], ...]
    needs: tuple[str, ...]
    source: str
    confirmed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmLine:
    """One alarm in `<c-alarm-bar>`: state is unacknowledged, acknowledged or latched."""

    priority: str
    priority_word: str
    stars: str
    state: str
    text: str
    since: str
    recovered: str = ""


def strip(
    patient: PatientHeader, *, on: date, alerts: Sequence[Badge] = (), href: str = ""
) -> PatientStrip:
    """This function will prepare a patient's sticky header for the day `on`."""
    first = (Badge(kind="warn", text=_("interpreter")),) if patient.interpreter else ()
    return PatientStrip(
        name=patient.name,
        number=patient.number,
        born=patient.birth_date,
        age=age(patient.birth_date, on=on),
        allergies=patient.allergies,
        alerts=(*first, *alerts),
        href=href,
    )


def pathway_line(state: str) -> tuple[LineStep, ...]:
    """This function will lay the pathway out as a line with an episode's present step lit.

    A closed episode has no step lit and none done; its state is said by the page.
    """
    line = _line()
    present = next((n for n, (_label, states) in enumerate(line) if state in states), None)
    return tuple(
        LineStep(label=label, state=_place(n, present)) for n, (label, _states) in enumerate(line)
    )


def _line() -> tuple[tuple[str, frozenset[str]], ...]:
    return (
        (_("Request"), frozenset({"requested"})),
        (_("Consultation"), frozenset({"consultation_booked"})),
        (_("Evaluation"), frozenset({"evaluating", "deferred"})),
        (_("Consent"), frozenset({"accepted"})),
        (_("Plan"), frozenset({"consented"})),
        (_("Infusions"), frozenset({"planned", "in_series"})),
        (_("Follow-up"), frozenset({"follow_up"})),
        (_("Maintenance"), frozenset({"maintenance"})),
    )


def _place(number: int, present: int | None) -> str:
    if present is None or number > present:
        return "next"
    return "done" if number < present else "now"


def finding_card(finding: Finding) -> FindingCard:
    """This function will put a finding into words, by its weight."""
    kind, badge, word = _weight(finding)
    return FindingCard(
        rule=finding.rule,
        kind=kind,
        badge=badge,
        word=word,
        says=say(finding.says),
        because=say(finding.because),
        saw=tuple((_(name), seen(value)) for name, value in finding.saw.items()),
        needs=tuple(_(name) for name in finding.needs),
        source=finding.source,
        confirmed=finding.verified,
    )


def seen(value: Any) -> str:
    """This function will say what a rule saw: yes, no, unknown, or the value itself."""
    if value is None:
        return _("unknown")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return ", ".join(seen(one) for one in value) or _("none")
    return str(value)


def _weight(finding: Finding) -> tuple[str, str, str]:
    if finding.outcome is Outcome.CLEAR:
        return "ok", "ok", _("Clear")
    if finding.outcome is Outcome.UNKNOWN:
        blocks = _("Unknown: blocks") if finding.blocks else _("Unknown")
        return "unknown", "unknown", blocks
    return {
        Severity.STOP: ("stop", "stop", _("Stop")),
        Severity.HOLD: ("hold", "stop", _("Hold")),
        Severity.WARN_HIGH: ("warn", "warn", _("Acknowledge")),
        Severity.WARN: ("warn", "warn", _("Note")),
    }[finding.severity]


def alarm_line(
    *, priority: str, state: str, text: str, since: str, technical: bool, recovered: str = ""
) -> AlarmLine:
    """This function will prepare one alarm for the bar, with stars beside its colour."""
    stars = TECHNICAL_STARS if technical else STARS
    named = {"high": _("high alarm"), "medium": _("medium alarm"), "low": _("low alarm")}
    return AlarmLine(
        priority=priority,
        priority_word=named[priority],
        stars=stars[priority],
        state=state,
        text=text,
        since=since,
        recovered=recovered,
    )
