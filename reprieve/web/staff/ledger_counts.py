"""Blind counts, and what becomes of drug that nobody can account for."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import N_
from reprieve.pathway import ledger_counts, ledger_losses
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import adjustments, discrepancies, stock
from reprieve.records.queries.discrepancies import DiscrepancyView
from reprieve.web import ledger_forms as forms
from reprieve.web import ledger_words as lw
from reprieve.web.access import PageRequest, page
from reprieve.web.ledger_view import beside, by, done, status
from reprieve.web.second import colleagues


@page("ledger.handle", opens="count controlled drugs")
def count(request: PageRequest) -> HttpResponseBase:
    """This function will take a blind count of everything held."""
    clinic = request.actor.clinic
    form = forms.CountForm(
        request.POST or None, kinds=stock.kinds(clinic=clinic), opened=stock.opened(clinic=clinic),
        colleagues=colleagues(request.actor),
    )  # fmt: skip
    agreed: list[bool] = []

    def act() -> None:
        data = form.cleaned_data
        agreed.append(
            ledger_counts.count(
                **by(request), second=beside(request, form), counted=form.counted(),
                occasion=data["occasion"], business=data["business"],
            )
        )  # fmt: skip

    if request.method == "POST" and done(form, act):
        if agreed[0]:
            messages.success(request, _("The count agrees with the ledger."))
        else:
            messages.warning(request, _("The count differs: the medical director is told today."))
        return redirect("ledger")
    return render(request, "staff/ledger/count.html", {"form": form}, status=status(form))


@page("ledger.open", opens="discrepancy")
def discrepancy(request: PageRequest, discrepancy: uuid.UUID) -> HttpResponseBase:
    """This function will show a discrepancy with its deadlines, and let the director judge."""
    view = _one(request, discrepancy)
    may = allowed(request.actor, "ledger.decide") and view.is_open
    clocked = view.notice_due is not None
    form = forms.JudgeForm(request.POST or None, clocked=clocked)

    def act() -> None:
        data = form.cleaned_data
        ledger_losses.judge(
            **by(request), discrepancy=discrepancy, kind=data["kind"], text=data["text"],
            reference=data["reference"],
        )  # fmt: skip

    if request.method == "POST" and done(form, act):
        messages.success(request, _("It is on record."))
        return redirect("ledger_discrepancy", discrepancy)
    shown = {
        "found": view, "form": form, "may": may,
        "may_read": allowed(request.actor, "infusion.open"), "word": lw.word(lw.FOUND, view.kind),
        "drug": lw.word(lw.DRUGS, view.drug), "difference": lw.mg(view.difference_ug, signed=True),
        "steps": [(e, lw.word(lw.STEPS, e.kind)) for e in view.events],
        "late": _is_late(view, request.at),
        "adjustable": may and adjustments.of(clinic=request.actor.clinic, discrepancy=view.id),
    }  # fmt: skip
    return render(request, "staff/ledger/discrepancy.html", shown, status=status(form))


def _is_late(view: DiscrepancyView, now: datetime) -> bool:
    due = view.form_due if view.notice_sent else view.notice_due
    return view.is_open and due is not None and due < now.date()


def _one(request: PageRequest, discrepancy: uuid.UUID) -> DiscrepancyView:
    view = discrepancies.one(clinic=request.actor.clinic, discrepancy=discrepancy)
    if view is None:
        raise NotFound(N_("There is no such discrepancy."))
    return view


urlpatterns = [
    path("ledger/count", count, name="ledger_count"),
    path("ledger/discrepancy/<uuid:discrepancy>", discrepancy, name="ledger_discrepancy"),
]
