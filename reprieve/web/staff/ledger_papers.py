"""The ledger's documents as PDF and CSV, and how each person's sums lie."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import N_
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import discrepancies, drug_papers, settings
from reprieve.records.queries.drug_papers import Movement
from reprieve.web import ledger_words as lw
from reprieve.web.access import PageRequest, page
from reprieve.web.people import clinic_of
from reprieve.web.print import drug_papers as printed
from reprieve.web.print.drug_papers import DrugPaper
from reprieve.web.print.paper import Heading
from reprieve.web.words import dated, day

USUAL = timedelta(days=31)
PAPERS = {
    "inventory": _lazy("Inventory of what is held"),
    "log": _lazy("Dispensing log and other movements"),
    "discrepancies": _lazy("Discrepancies, thefts and losses"),
}
Span = tuple[datetime, datetime]


class SpanForm(forms.Form):
    """From which day to which."""

    first = forms.DateField(label=_lazy("From"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_lazy("To"), widget=forms.DateInput(attrs={"type": "date"}))


def _span(request: PageRequest) -> tuple[SpanForm, date, date]:
    today = timezone.localtime(request.at).date()
    usual = {"first": today - USUAL, "last": today}
    form = SpanForm(request.GET or usual)
    data = form.cleaned_data if form.is_valid() else usual
    return form, data["first"], data["last"]


def _moments(first: date, last: date) -> Span:
    zone = timezone.get_current_timezone()
    return (
        datetime.combine(first, time(), tzinfo=zone),
        datetime.combine(last + timedelta(days=1), time(), tzinfo=zone),
    )


@page("ledger.open", opens="documents of controlled drugs")
def papers(request: PageRequest) -> HttpResponse:
    """This function will offer the documents of a time and show the trends of it."""
    form, first, last = _span(request)
    start, _end = _moments(first, last)
    found = discrepancies.trends(clinic=request.actor.clinic, since=start)
    shown = {
        "form": form, "papers": list(PAPERS.items()),
        "query": urlencode({"first": first.isoformat(), "last": last.isoformat()}),
        "trends": [
            (t, lw.word(lw.DRUGS, t.drug), lw.mg(t.mean_ug, signed=True),
             lw.mg(t.low_ug, signed=True), lw.mg(t.high_ug, signed=True),
             lw.mg(t.total_ug, signed=True)) for t in found
        ],
    }  # fmt: skip
    return render(request, "staff/ledger/papers.html", shown)


@page("ledger.open", opens="document of controlled drugs")
def paper(request: PageRequest, name: str, form: str) -> HttpResponse:
    """This function will give one document as PDF or CSV."""
    made = MAKERS.get(name)
    if made is None or form not in {"pdf", "csv"}:
        raise NotFound(N_("There is no such document."))
    _form, first, last = _span(request)
    document = made(request, _moments(first, last))
    headers = {"Content-Disposition": f'inline; filename="{name}.{form}"'}
    if form == "csv":
        return HttpResponse(
            printed.table(document), content_type="text/csv; charset=utf-8", headers=headers
        )
    clinic = clinic_of(request, request.actor)
    size = settings.value(clinic=clinic.id, key="print.paper", at=request.at, default="letter")
    heading = Heading(clinic=clinic.name, patient=dated(request.at))
    content = printed.pdf(document, heading=heading, size=size)
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def _inventory(request: PageRequest, span: Span) -> DrugPaper:
    clinic = request.actor.clinic
    last = discrepancies.last_inventory(clinic=clinic)
    notes = [_("As the ledger stands on {time}.").format(time=dated(request.at))]
    if last is not None:
        notes.append(
            _("Last counted: {occasion}, {time}, {business}, by {by} and {witness}.").format(
                occasion=lw.word(lw.OCCASIONS, last.occasion), time=dated(last.at),
                business=lw.word(lw.BUSINESS, last.business), by=last.by, witness=last.witness,
            )
        )  # fmt: skip
    return DrugPaper(
        title=_("Inventory of controlled drugs"), notes=notes,
        columns=[_("Drug and form"), _("Strength"), _("In each container"), _("Containers"),
                 _("Lot"), _("Expires"), _("Amount"), _("Manufacturer"), _("NDC")],
        rows=[
            [lw.drug(h.kind.drug, h.kind.form), lw.strength(h.kind.strength_ug_per_ml, h.kind.form),
             lw.ml(h.kind.volume_ul, h.kind.form), _("1, open") if h.is_open else str(h.containers),
             h.lot, day(h.expires_on), lw.mg(h.amount_ug), h.manufacturer, h.ndc]
            for h in drug_papers.inventory(clinic=clinic)
        ],
    )  # fmt: skip


def _log(request: PageRequest, span: Span) -> DrugPaper:
    found = drug_papers.movements(clinic=request.actor.clinic, start=span[0], end=span[1])
    return DrugPaper(
        title=_("Dispensing log of controlled drugs"), notes=[_dates(span)],
        columns=[_("When"), _("Drug"), _("Vial"), _("What"), _("Change"), _("Holds then"),
                 _("Patient and address"), _("Given"), _("Wasted"), _("Difference"), _("Who"),
                 _("Witness"), _("Papers"), _("Manufacturer"), _("NDC")],
        rows=[
            [dated(m.at), f"{lw.drug(m.drug, m.form)} {lw.strength(m.strength_ug_per_ml, m.form)}",
             m.vial, _what(m), lw.mg(m.change_ug, signed=True),
             lw.mg(m.balance_after_ug), ", ".join(t for t in (m.patient, m.address) if t),
             lw.mg(m.given_ug), lw.mg(m.wasted_ug), lw.mg(m.difference_ug, signed=True), m.by,
             m.witness, ", ".join(t for t in (m.detail, *_made(m), m.reason) if t),
             m.manufacturer, m.ndc]
            for m in found
        ],
        only_file=2,
    )  # fmt: skip


def _made(line: Movement) -> tuple[str, ...]:
    """Maker and NDC in words beside a receipt: the log on paper has no columns for them."""
    if line.kind != "received":
        return ()
    return line.manufacturer, f"{_('NDC')} {line.ndc}" if line.ndc else ""


def _what(line: Movement) -> str:
    """A movement in words; one that takes another back names that one's number."""
    word = lw.word(lw.ENTRIES, line.kind)
    if line.reverses is None:
        return word
    return _("{what} (entry {number} of this vial)").format(what=word, number=line.reverses)


def _discrepancies(request: PageRequest, span: Span) -> DrugPaper:
    found = discrepancies.between(clinic=request.actor.clinic, start=span[0], end=span[1])
    return DrugPaper(
        title=_("Discrepancies, thefts and losses"), notes=[_dates(span)],
        columns=[_("Found"), _("Drug"), _("What"), _("Amount"), _("Who"), _("Notice due"),
                 _("Report due"), _("What was done"), _("State")],
        rows=[
            [dated(d.found_at), lw.word(lw.DRUGS, d.drug),
             " ".join(t for t in (lw.word(lw.FOUND, d.kind), d.about, d.text) if t),
             lw.mg(d.difference_ug, signed=True),
             ", ".join(t for t in (d.by, d.witness) if t), day(d.notice_due), day(d.form_due),
             "; ".join(
                 f"{dated(e.at)} {lw.word(lw.STEPS, e.kind)} {e.reference} {e.text} ({e.by})"
                 for e in d.events
             ),
             _("open") if d.is_open else _("closed")]
            for d in found
        ],
    )  # fmt: skip


def _dates(span: Span) -> str:
    last = span[1] - timedelta(days=1)
    return _("From {first} to {last}.").format(first=day(span[0]), last=day(last))


MAKERS: dict[str, Callable[[PageRequest, Span], DrugPaper]] = {
    "inventory": _inventory, "log": _log, "discrepancies": _discrepancies,
}  # fmt: skip

urlpatterns = [
    path("ledger/documents", papers, name="ledger_papers"),
    path("ledger/documents/<slug:name>.<slug:form>", paper, name="ledger_paper"),
]
