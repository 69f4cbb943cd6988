"""The decision page in words: findings by weight, and what resolves an unknown."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from django.urls import reverse
from django.utils.translation import gettext as _

from reprieve.clinical import investigations, lab_sheet, safety
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.clinical.instruments import instrument
from reprieve.pathway import evaluation
from reprieve.records.queries import risk as risk_queries
from reprieve.web import presenters
from reprieve.web.presenters import FindingCard
from reprieve.web.words import say

FORMS = {
    "cssrs_risk": risk_queries.SCREENER, "phq9_item_9": "phq-9", "mood_scales_current": "phq-9",
    "audit_c_score": "audit-c", "dast10_score": "dast-10", "ort_oud_score": "ort-oud",
    "stop_bang_score": "stop-bang",
}  # fmt: skip
VITALS = frozenset({"sbp_mmhg", "dbp_mmhg", "remeasured_n"})
MEDICINES = frozenset({"medicines", "medicines_checked_by_hand", "opioid_mme_per_day"})
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
    # Two questions of one page are one way: the first of them is where it opens.
    ways: dict[tuple[str, str], Resolve] = {}
    for way in found:
        ways.setdefault((way.href.partition("#")[0], way.value), way)
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
        if fact == "medicines_checked_by_hand":
            return Resolve(label=_("Look the medicine up by hand"), href=href)
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
