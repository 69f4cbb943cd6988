"""Putting the ledger right: what was mistyped is taken back, a difference goes into the balance."""

from __future__ import annotations

import uuid

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import N_
from reprieve.pathway import ledger_adjusting, ledger_reversing
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records.queries import adjustments, discrepancies, stock
from reprieve.web import ledger_right_forms as forms
from reprieve.web import ledger_words as lw
from reprieve.web.access import PageRequest, page
from reprieve.web.ledger_view import beside, by, done, status
from reprieve.web.second import colleagues


@page("ledger.handle", opens="mistyped draw")
def reverse_draw(request: PageRequest, vial: uuid.UUID, seq: int) -> HttpResponseBase:
    """This function will take a mistyped draw back, before a witness."""
    view = stock.vial(clinic=request.actor.clinic, vial=vial)
    found = {e.seq: e for e in stock.history(clinic=request.actor.clinic, vial=vial)}.get(seq)
    if view is None or found is None or found.kind != "drawn":
        raise NotFound(N_("There is no such draw from this vial."))
    form = forms.ReverseDrawForm(request.POST or None, colleagues=colleagues(request.actor))
    if request.method == "POST" and done(
        form, lambda: ledger_reversing.draw(
            **by(request), second=beside(request, form), vial=vial, seq=seq,
            reason=form.cleaned_data["reason"], instead_ml=form.cleaned_data["instead_ml"],
            sealed=form.cleaned_data["sealed"],
        )
    ):  # fmt: skip
        messages.success(request, _("It is taken back: both rows stand in the ledger."))
        return redirect("ledger_vial", vial)
    shown = {"form": form, "vial": view, "entry": found, "amount": lw.mg(-found.change_ug),
             "unit": lw.unit(view.kind.form)}  # fmt: skip
    return render(request, "staff/ledger/reverse_draw.html", shown, status=status(form))


@page("ledger.handle", opens="mistyped receipt")
def reverse_receipt(request: PageRequest, vial: uuid.UUID) -> HttpResponseBase:
    """This function will take vials of a mistyped delivery out again, before a witness."""
    vials = stock.came_with(clinic=request.actor.clinic, vial=vial)
    if not vials:
        raise NotNow(N_("This vial was used since: its receipt cannot be taken back."))
    form = forms.ReverseReceiptForm(
        request.POST or None, vials=vials, colleagues=colleagues(request.actor),
        initial=forms.only(vials),
    )  # fmt: skip
    if request.method == "POST" and done(
        form, lambda: ledger_reversing.receipt(
            **by(request), second=beside(request, form), vials=form.chosen(),
            reason=form.cleaned_data["reason"],
        )
    ):  # fmt: skip
        messages.success(request, _("Taken back. Now receive what really came."))
        return redirect("ledger")
    shown = {"form": form, "vial": vial}
    return render(request, "staff/ledger/reverse_receipt.html", shown, status=status(form))


@page("ledger.decide", opens="discrepancy")
def adjust(request: PageRequest, discrepancy: uuid.UUID) -> HttpResponseBase:
    """This function will put a difference right in the balance of its vials, before a witness."""
    clinic = request.actor.clinic
    view = discrepancies.one(clinic=clinic, discrepancy=discrepancy)
    if view is None:
        raise NotFound(N_("There is no such discrepancy."))
    may = adjustments.of(clinic=clinic, discrepancy=discrepancy)
    if may is None or not view.is_open:
        raise NotNow(ledger_adjusting.NOTHING)
    form = forms.AdjustForm(request.POST or None, may=may, colleagues=colleagues(request.actor))
    if request.method == "POST" and done(
        form, lambda: ledger_adjusting.adjust(
            **by(request), second=beside(request, form), discrepancy=discrepancy,
            changes_ug=form.changes_ug(), reason=form.cleaned_data["reason"],
        )
    ):  # fmt: skip
        messages.success(request, _("The balance is put right. Now say what it was."))
        return redirect("ledger_discrepancy", discrepancy)
    shown = {
        "form": form, "found": view, "drug": lw.word(lw.DRUGS, view.drug),
        "word": lw.word(lw.FOUND, view.kind), "most": lw.mg(may.most_ug, signed=True),
        "takes_out": may.most_ug < 0,
    }  # fmt: skip
    return render(request, "staff/ledger/adjust.html", shown, status=status(form))


urlpatterns = [
    path("ledger/vial/<uuid:vial>/entry/<int:seq>/mistyped", reverse_draw,
         name="ledger_reverse_draw"),
    path("ledger/vial/<uuid:vial>/receipt/mistyped", reverse_receipt,
         name="ledger_reverse_receipt"),
    path("ledger/discrepancy/<uuid:discrepancy>/adjust", adjust, name="ledger_adjust"),
]  # fmt: skip
