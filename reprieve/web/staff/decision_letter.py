"""The consultation letter: what the decision page shows, for the referring colleague."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.body_areas import label
from reprieve.clinical.criteria.facts import criterion_data
from reprieve.clinical.evidence import evidence
from reprieve.pathway import decision
from reprieve.records.queries import (
    body,
    decisions,
    medicines,
    observations,
    problems,
    questionnaires,
    referral,
    settings,
)
from reprieve.records.queries.decisions import DecisionView
from reprieve.web import decision_view, patient_page, scale_trends, therapy_words
from reprieve.web.access import PageRequest, page
from reprieve.web.people import clinic_of
from reprieve.web.presenters import seen
from reprieve.web.print import consultation as printed
from reprieve.web.print.consultation import Section
from reprieve.web.print.paper import Heading
from reprieve.web.words import born, day, quantity, say

Lines = list[tuple[str, str]]
WEIGHTS = {
    "STOP": _lazy("Stop"), "HOLD": _lazy("Hold"), "WARN-HIGH": _lazy("Acknowledge"),
    "WARN": _lazy("Note"),
}  # fmt: skip


@page("evaluation.open", opens="consultation letter")
def letter(request: PageRequest, patient: uuid.UUID) -> HttpResponse:
    """This function will give the letter about the newest decision, or a draft before it."""
    header = patient_page.opened(request, patient)
    clinic = request.actor.clinic
    decided = next(iter(decisions.of_patient(clinic=clinic, patient=patient)), None)
    own = settings.every(clinic=clinic, at=request.at)
    name = clinic_of(request, request.actor).name
    about = f"{header.name}, {born(header.birth_date) or '?'}, {header.number}"
    made = printed.pdf(
        printed.Consultation(
            date=day(decided.at if decided else request.at), patient=header.name,
            sections=sections(clinic=clinic, patient=patient, at=request.at, decided=decided),
            signed_by=decided.by if decided else "", is_draft=decided is None,
            clinic=[name, str(own.get("clinic.address", "")), str(own.get("clinic.phone", ""))],
            to=referral.referrer(clinic=clinic, patient=patient),
        ),
        heading=Heading(clinic=name, patient=about), paper=str(own.get("print.paper", "letter")),
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="consultation.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def sections(
    *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, decided: DecisionView | None
) -> list[Section]:
    """This function will put the letter together, part by part; an empty part is left out.

    After a decision it tells what was known when it was taken, whenever it is printed.
    """
    who: dict[str, Any] = {"clinic": clinic, "patient": patient}
    found: Sequence[Mapping[str, Any]] = (
        decided.findings
        if decided
        else [decision.kept(finding) for finding in decision.examine(at=at, **who)]
    )
    who["as_of"] = decided.at if decided else None
    return [
        Section(title=_("Condition"), lines=_conditions(**who)),
        Section(title=_("Criteria"), lines=_criteria(**who)),
        Section(title=_("Where it hurts"), lines=_pain(**who)),
        Section(title=_("Goal of the patient"), lines=_goal(**who)),
        Section(title=_("Therapies tried"), lines=_therapies(**who)),
        Section(title=_("Medicines and allergies"), lines=_taken(**who)),
        Section(title=_("Scales"), lines=_scales(**who)),
        Section(title=_("Findings"), lines=_findings(found)),
        Section(title=_("Not known"), lines=_unknown(found)),
        Section(title=_("Strength of evidence"), lines=_evidence(**who)),
        Section(title=_("Decision"), lines=_decision(decided, found)),
    ]


def _conditions(**who: Any) -> Lines:
    return [
        (" ".join(filter(None, (c.label, c.code and f"({c.code})"))),
         _("Since {when}").format(when=c.onset) if c.onset else "")
        for c in problems.conditions(**who)
    ]  # fmt: skip


def _criteria(**who: Any) -> Lines:
    newest = observations.newest(**who)
    judged = [(code, v) for code, v in sorted(newest.items()) if code.startswith("criterion/")]
    found: Lines = []
    for code, view in judged:
        data = criterion_data(code.removeprefix("criterion/")).data
        answer = ", ".join(filter(None, (_(view.value["met"]), view.value["grade"])))
        dated = f"{day(view.measured_at)}. {data['source']}"
        found.append(
            (f"{_(data['title'])}: {answer}", _unconfirmed(dated, confirmed=data["verified"]))
        )
    return found


def _pain(**who: Any) -> Lines:
    drawn = body.newest(**who)
    if drawn is None:
        return [(_("not asked"), "")]
    words = "; ".join(_(label(area)) for area in drawn.areas)
    return [(words or _("Nothing hurts"), day(drawn.at))]


def _goal(**who: Any) -> Lines:
    words = questionnaires.words(instrument="personal-goal", **who)
    return [(words, "")] if words else []


def _therapies(**who: Any) -> Lines:
    return [(f"{t.name}: {therapy_words.line(t)}", "") for t in medicines.tried(**who)]


def _taken(**who: Any) -> Lines:
    now = medicines.current(**who)
    names = ", ".join(" ".join(filter(None, (m.name, m.dose))) for m in now.medicines)
    taken = names or (_("none") if now.asked else _("not asked"))
    found: Lines = [(_("Medicines taken: {names}").format(names=taken), "")]
    if now.mme_per_day or (now.asked and now.mme_per_day is None):
        dose = quantity(now.mme_per_day, "MME/d")  # a dose that is not known is said as such
        found.append((_("Opioids: {dose}").format(dose=dose), _apart(now.without_factor)))
    elif now.without_factor:
        found.append((_apart(now.without_factor), ""))
    listed = problems.allergies(**who)
    allergic = ", ".join(a.substance for a in listed if not a.none_known)
    none = _("none known") if listed else _("not asked")
    found.append((_("Allergies: {names}").format(names=allergic or none), ""))
    return found


def _apart(names: Sequence[str]) -> str:
    """The opioids that no factor adds up."""
    return f"{_('not counted in it:')} {', '.join(names)}" if names else ""


def _scales(**who: Any) -> Lines:
    return [
        (": ".join((t.title, ", ".join(filter(None, (t.newest, t.band))))),
         _unconfirmed(day(t.at), confirmed=t.confirmed))
        for t in scale_trends.trends(**who)
    ]  # fmt: skip


def _findings(found: Sequence[Mapping[str, Any]]) -> Lines:
    return [
        (f"{WEIGHTS[f['severity']]}: {say(f['says'])}", _why(f))
        for f in found
        if f["outcome"] == "finds"
    ]


def _why(found: Mapping[str, Any]) -> str:
    """The reason, what the rule saw, and its source."""
    saw = "; ".join(f"{decision_view.question(k)} {seen(v)}" for k, v in found["saw"].items())
    parts = (say(found.get("because", "")), saw, found.get("source", ""))
    return _unconfirmed(" ".join(filter(None, parts)), confirmed=found.get("verified", False))


def _unknown(found: Sequence[Mapping[str, Any]]) -> Lines:
    unknown = [f for f in found if f["outcome"] == "unknown"]
    needs = dict.fromkeys(name for f in unknown for name in f["needs"])
    return [(decision_view.question(name), "") for name in needs]


def _evidence(**who: Any) -> Lines:
    name = decision.evidence_of(**who)
    if not name:
        return [(_("No evidence is described for this condition"), "")]
    known = evidence(name)
    graded = _("grade {grade}, certainty {certainty}").format(
        grade=known.grade, certainty=known.certainty
    )
    source = _unconfirmed(known.source, confirmed=known.verified)
    return [(f"{say(known.name)}: {graded}", source), (say(known.full), ""), (say(known.weak), "")]


def _decision(decided: DecisionView | None, found: Sequence[Mapping[str, Any]]) -> Lines:
    if decided is None:
        return []
    from reprieve.web.staff.decision import OUTCOMES

    said = {f["rule"]: _in_short(f) for f in found}
    overrides = [
        (
            _("Went on against {rule} ({severity})").format(
                rule=said.get(o.rule, o.rule), severity=WEIGHTS[o.severity]
            ),
            o.reason,
        )
        for o in decided.overrides
    ]
    return [(str(OUTCOMES[decided.outcome][1]).capitalize(), decided.reason), *overrides]


def _in_short(found: Mapping[str, Any]) -> str:
    """What a finding said, without its full stop, to stand inside a sentence."""
    if found["outcome"] == "finds":
        return say(found["says"]).rstrip(".")
    needs = " ".join(decision_view.question(name) for name in found["needs"])
    return _("Not known: {needs}").format(needs=needs)


def _unconfirmed(text: str, *, confirmed: bool) -> str:
    mark = "" if confirmed else _("To be confirmed by the medical director.")
    return " ".join(filter(None, (text, mark)))


urlpatterns = [path("patients/<uuid:patient>/decision/letter.pdf", letter, name="decision_letter")]
