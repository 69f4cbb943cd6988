"""The decision page in words: findings by weight, what resolves an unknown, scales, evidence."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reprieve.clinical import safety
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.clinical.instruments import instrument
from reprieve.pathway import evaluation
from reprieve.records.queries import questionnaires
from reprieve.records.queries import risk as risk_queries
from reprieve.web import presenters
from reprieve.web.presenters import FindingCard

TRENDS = ("nrs", "peg", "phq-9", "gad-7")
FORMS = {
    "cssrs_risk": risk_queries.SCREENER, "phq9_item_9": "phq-9", "mood_scales_current": "phq-9",
    "audit_c_score": "audit-c", "dast10_score": "dast-10", "ort_oud_score": "ort-oud",
    "stop_bang_score": "stop-bang",
}  # fmt: skip
VITALS = frozenset({"sbp_mmhg", "dbp_mmhg", "remeasured_n"})
MEDICINES = frozenset({"medicines", "opioid_mme_per_day"})
RISK = frozenset({"suicide_alert_open", "suicide_risk_cleared"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """A way to answer what a finding needs."""

    label: str
    href: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingLine:
    """One finding with what can be done about it here."""

    card: FindingCard
    resolve: tuple[Resolve, ...]
    blocks: bool
    overridable: bool
    acknowledge: bool
    given: str = ""
    acknowledged: bool = False
    also: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Trend:
    """One scale over time: the newest value in words, and its chart where there are several."""

    name: str
    title: str
    newest: str
    band: str
    says: str
    at: datetime
    chart: dict[str, Any] | None


def lines(
    found: Iterable[Finding],
    *,
    patient: uuid.UUID,
    given: Mapping[str, str],
    acknowledged: Collection[str],
) -> list[FindingLine]:
    """This function will prepare the findings that say something, heaviest first.

    `given` and `acknowledged` are what a refused form already said about them, by rule.
    """
    return [
        replace(
            _line(f, patient),
            given=given.get(f.rule, ""),
            acknowledged=f.rule in acknowledged,
            also=also,
        )
        for f, also in _grouped(f for f in found if f.outcome is not Outcome.CLEAR)
    ]


def _grouped(said: Iterable[Finding]) -> list[tuple[Finding, int]]:
    """Mere warnings that wait for the same answer are one line, with the number of the others."""
    found: dict[tuple[str, ...], tuple[Finding, int]] = {}
    for finding in said:
        waits = finding.outcome is Outcome.UNKNOWN and finding.severity is Severity.WARN
        key = finding.needs if waits else ("rule", finding.rule)
        first, also = found.get(key, (finding, -1))
        found[key] = (first, also + 1)
    return list(found.values())


def clear(found: Iterable[Finding]) -> list[FindingCard]:
    """This function will prepare the rules that found nothing, for whoever wants to see them."""
    return [card(f) for f in found if f.outcome is Outcome.CLEAR]


def _line(finding: Finding, patient: uuid.UUID) -> FindingLine:
    facts = finding.needs or tuple(finding.saw)  # what it found can be looked at again
    ways = {way.href: way for way in (resolve(name, patient=patient) for name in facts)}
    grave = finding.severity is Severity.WARN_HIGH
    return FindingLine(
        card=card(finding),
        resolve=tuple(ways.values()),
        blocks=finding.blocks,
        overridable=finding.overridable,
        acknowledge=grave,
    )


def card(finding: Finding) -> FindingCard:
    """This function will put a finding into words, with its facts as the questions they answer."""
    made = presenters.finding_card(finding)
    saw = tuple((question(n), presenters.seen(v)) for n, v in finding.saw.items())
    needs = tuple(question(name) for name in finding.needs)
    if finding.outcome is not Outcome.UNKNOWN:
        return replace(made, saw=saw, needs=needs)
    return replace(made, saw=saw, needs=needs, says=_("Not known: {needs}").format(
        needs=" ".join(needs)
    ))  # fmt: skip


def question(fact: str) -> str:
    """This function will return a fact's question in the reader's language."""
    known = safety.catalogue().get(fact)
    return _(known.question) if known else fact


def resolve(fact: str, *, patient: uuid.UUID) -> Resolve:
    """This function will name the page on which a missing fact is answered."""
    if fact in FORMS:
        href = reverse("evaluation_form", args=[patient, FORMS[fact]])
        return Resolve(label=_(instrument(FORMS[fact]).title), href=href)
    if fact in VITALS:
        return Resolve(label=_("Measure"), href=reverse("evaluation_vitals", args=[patient]))
    if fact in MEDICINES:
        href = reverse("evaluation_list", args=[patient, "medicines"])
        return Resolve(label=_("Enter the medicines"), href=href)
    if fact in RISK:
        return Resolve(label=_("Suicide risk"), href=reverse("risk", args=[patient]))
    if fact in {asked.name for asked in evaluation.questions()}:
        href = f"{reverse('evaluation_history', args=[patient])}#id_{fact}"
        return Resolve(label=_("Ask in the history"), href=href)
    return Resolve(
        label=_("Complete the patient's details"), href=reverse("patient", args=[patient])
    )


def trends(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[Trend]:
    """This function will prepare the scales that were answered, with a chart from two values on."""
    found = []
    for name in TRENDS:
        views = questionnaires.completed(clinic=clinic, patient=patient, instrument=name)
        scored = [view for view in views if view.total is not None]
        if scored:
            found.append(_trend(name, scored))
    return found


def _trend(name: str, views: Sequence[questionnaires.ResponseView]) -> Trend:
    form = instrument(name)
    last = views[-1]
    return Trend(
        name=name,
        title=_(form.title),
        newest=f"{last.total:.3g}",
        band=_(last.band) if last.band else "",
        says=_("{title}: from {first} to {last}").format(
            title=_(form.title), first=f"{views[0].total:.3g}", last=f"{last.total:.3g}"
        ),
        at=last.measured_at,
        chart=_chart(_(form.title), form.maximum or 10, views) if len(views) > 1 else None,
    )


def _chart(
    title: str, highest: float, views: Sequence[questionnaires.ResponseView]
) -> dict[str, Any]:
    zone = timezone.get_current_timezone_name()
    times = [round(view.measured_at.timestamp()) for view in views]
    return {
        "x": {"label": _("Day"), "values": times, "time": True, "zone": zone},
        "y": {"label": title, "min": 0, "max": highest},
        "series": [
            {"label": title, "values": [v.total for v in views], "colour": "accent",
             "mark": "circle"},
        ],
    }  # fmt: skip
