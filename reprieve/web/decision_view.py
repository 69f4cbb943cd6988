"""The decision page in words: findings by weight, what resolves an unknown, scales, evidence."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from reprieve.clinical import investigations, lab_sheet, safety
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.clinical.instruments import instrument
from reprieve.pathway import evaluation
from reprieve.records.queries import questionnaires
from reprieve.records.queries import risk as risk_queries
from reprieve.records.queries.questionnaires import ResponseView
from reprieve.web import presenters
from reprieve.web.presenters import FindingCard
from reprieve.web.words import say

TRENDS = (
    "nrs", "peg", "promis-pain-interference-4a", "bpi-sf", "personal-goal",
    "body-map", "wpi-sss", "dn4",
    "paindetect", "pcs", "promis-29", "phq-9", "phq-2", "gad-7", "c-ssrs-screener", "audit-c",
    "ort-oud", "dast-10", "stop-bang", "pgic",
)  # fmt: skip
FORMS = {
    "cssrs_risk": risk_queries.SCREENER, "phq9_item_9": "phq-9", "mood_scales_current": "phq-9",
    "audit_c_score": "audit-c", "dast10_score": "dast-10", "ort_oud_score": "ort-oud",
    "stop_bang_score": "stop-bang",
}  # fmt: skip
VITALS = frozenset({"sbp_mmhg", "dbp_mmhg", "remeasured_n"})
MEDICINES = frozenset({"medicines", "opioid_mme_per_day"})
LIVER = frozenset(test.fact for test in lab_sheet.liver_tests().values()) | {
    "liver_tests_age_days", "liver_baseline_done",
}  # fmt: skip
RISK = frozenset({"suicide_alert_open", "suicide_risk_cleared"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolve:
    """A way to answer what a finding needs: a page, or a press where `field` is sent with `value`.

    `is_running`: it was ordered or sent, and the answer is awaited.
    """

    label: str
    href: str
    field: str = ""
    value: str = ""
    is_running: bool = False


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
    confirmed: bool
    chart: dict[str, Any] | None


def lines(
    found: Iterable[Finding],
    *,
    patient: uuid.UUID,
    given: Mapping[str, str],
    acknowledged: Collection[str],
    running: Collection[str] = (),
) -> list[FindingLine]:
    """This function will prepare the findings that say something, heaviest first.

    `given` and `acknowledged` are what a refused form already said about them, by rule; `running`
    names the tests and forms whose answers are awaited.
    """
    return [
        replace(
            _line(f, patient, running),
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


def _line(finding: Finding, patient: uuid.UUID, running: Collection[str]) -> FindingLine:
    facts = finding.needs or tuple(finding.saw)  # what it found can be looked at again
    found = [resolve(name, patient=patient) for name in facts]
    if finding.needs:
        found += [w for name in facts for w in errands(name, patient=patient, running=running)]
    ways = {(way.href, way.value): way for way in found}
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
    if fact in LIVER:
        return Resolve(
            label=_("Enter the liver tests"), href=reverse("evaluation_liver", args=[patient])
        )
    if fact in RISK:
        return Resolve(label=_("Suicide risk"), href=reverse("risk", args=[patient]))
    if fact in {asked.name for asked in evaluation.questions()}:
        href = f"{reverse('evaluation_history', args=[patient])}#id_{fact}"
        return Resolve(label=_("Ask in the history"), href=href)
    return Resolve(
        label=_("Complete the patient's details"), href=reverse("patient_identity", args=[patient])
    )


def errands(
    fact: str, *, patient: uuid.UUID, running: Collection[str] = ()
) -> Iterator[Resolve]:
    """This function will list what can be set going from here: a test ordered, a form sent."""
    test = investigations.answering(fact)
    if test is not None:
        yield Resolve(
            label=_("Order: {test}").format(test=say(test.label)), field="test", value=test.id,
            href=reverse("decision_order", args=[patient]), is_running=test.id in running,
        )  # fmt: skip
    form = FORMS.get(fact)
    if form is not None and is_for_patients(form):
        yield Resolve(
            label=_("Send to the patient: {form}").format(form=_(instrument(form).title)),
            field="form", value=form, href=reverse("decision_send", args=[patient]),
            is_running=form in running,
        )  # fmt: skip


def is_for_patients(name: str) -> bool:
    """This function will tell whether patients fill a form in by themselves."""
    return instrument(name).store == "items" and name != risk_queries.SCREENER


def trends(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[Trend]:
    """This function will prepare the scales that were answered, with a chart from two values on."""
    found: dict[str, list[ResponseView]] = {}
    for view in questionnaires.history(clinic=clinic, patient=patient):
        if view.complete and not view.corrected:
            found.setdefault(view.instrument, []).append(view)
    return [_trend(name, found[name]) for name in TRENDS if name in found]


def _trend(name: str, views: Sequence[ResponseView]) -> Trend:
    form = instrument(name)
    last, scored = views[-1], [view for view in views if view.total is not None]
    says = ""
    if len(scored) > 1:
        says = _("{title}: from {first} to {last}").format(
            title=_(form.title), first=f"{scored[0].total:.3g}", last=f"{scored[-1].total:.3g}"
        )
    return Trend(
        name=name,
        title=_(form.title),
        newest=scores(last),
        band=_(last.band) if last.band else "",
        says=says,
        at=last.measured_at,
        confirmed=form.verified,
        chart=_chart(_(form.title), form.maximum or 10, scored) if says else None,
    )


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


def _chart(title: str, highest: float, views: Sequence[ResponseView]) -> dict[str, Any]:
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
