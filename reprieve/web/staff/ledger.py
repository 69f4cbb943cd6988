"""The locked cabinet: what is held, what waits to be accounted for, and each vial's history."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical import controlled
from reprieve.knowledge import N_
from reprieve.pathway import ledger_losses, ledger_stock
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import discrepancies, patients, portions, stock, undrawn
from reprieve.records.queries.stock import VialView
from reprieve.web import ledger_forms as forms
from reprieve.web import ledger_words as lw
from reprieve.web import undrawn_view
from reprieve.web.access import PageRequest, page
from reprieve.web.collect import NavItem
from reprieve.web.ledger_view import beside, by, done, status
from reprieve.web.second import colleagues


@page("ledger.open", opens="controlled drugs")
def ledger(request: PageRequest) -> HttpResponse:
    """This function will show what is held, what waits, and what cannot be accounted for."""
    clinic = request.actor.clinic
    held, open_ones = stock.held(clinic=clinic), portions.waiting(clinic=clinic)
    who = patients.many(clinic=clinic, patients=[p.patient for p in open_ones])
    request.shown += [str(p.patient) for p in open_ones]
    last = discrepancies.last_inventory(clinic=clinic)
    due = controlled.inventory_due(last.at.date()) if last else None
    shown = {
        "balances": [
            (lw.word(lw.DRUGS, name), controlled.drug(name).schedule, lw.mg(ug))
            for name, ug in stock.balances(clinic=clinic).items()
        ],
        "held": [(v, lw.drug(v.kind.drug, v.kind.form),
                  lw.strength(v.kind.strength_ug_per_ml, v.kind.form), lw.mg(v.balance_ug),
                  v.expires_on < request.at.date()) for v in held],
        "waiting": [(p, who[p.patient].identity.full_name, lw.word(lw.DRUGS, p.drug),
                     lw.word(lw.KINDS, p.kind)) for p in open_ones],
        "undrawn": undrawn_view.lines(undrawn.waiting(clinic=clinic)),
        "found": [(d, lw.word(lw.FOUND, d.kind), lw.word(lw.DRUGS, d.drug), lw.mg(d.difference_ug))
                  for d in discrepancies.waiting(clinic=clinic)],
        "inventory": last, "inventory_due": due,
        "overdue": due is not None and due < request.at.date(),
        "may_handle": allowed(request.actor, "ledger.handle"),
    }  # fmt: skip
    return render(request, "staff/ledger/ledger.html", shown)


@page("ledger.handle", opens="receive controlled drugs")
def receive(request: PageRequest) -> HttpResponseBase:
    """This function will take a delivery into the ledger."""
    form = forms.ReceiveForm(request.POST or None)
    if request.method == "POST" and done(
        form, lambda: ledger_stock.receive(**by(request), delivery=form.delivery())
    ):
        messages.success(request, _("The vials are in the ledger."))
        return redirect("ledger")
    return render(request, "staff/ledger/receive.html", {"form": form}, status=status(form))


@page("ledger.open", opens="vial")
def vial(request: PageRequest, vial: uuid.UUID) -> HttpResponse:
    """This function will show every entry of a vial, and what may be done with it."""
    view = _vial(request, vial)
    entries = stock.history(clinic=request.actor.clinic, vial=vial)
    shown = {
        **_about(view),
        "entries": [(e, lw.word(lw.ENTRIES, e.kind), lw.mg(e.change_ug, signed=True),
                     lw.mg(e.balance_after_ug)) for e in entries],
        "may_handle": allowed(request.actor, "ledger.handle"),
        "taken_back": {e.reverses for e in entries if e.reverses},
        "untouched": not view.is_open and view.balance_ug == view.labelled_ug,
    }  # fmt: skip
    return render(request, "staff/ledger/vial.html", shown)


def _about(view: VialView) -> dict[str, Any]:
    kind = view.kind
    return {
        "vial": view, "left": lw.mg(view.balance_ug), "labelled": lw.mg(view.labelled_ug),
        "what": lw.kind(kind.drug, kind.form, kind.strength_ug_per_ml, kind.volume_ul),
    }  # fmt: skip


def _vial(request: PageRequest, vial: uuid.UUID) -> VialView:
    view = stock.vial(clinic=request.actor.clinic, vial=vial)
    if view is None:
        raise NotFound(N_("There is no such vial in this clinic."))
    return view


def _witnessed(request: PageRequest, vial: uuid.UUID, what: str) -> HttpResponseBase:
    """A volume of an open vial, measured before a witness: wasted, or more than its label."""
    view = _vial(request, vial)
    form = forms.VolumeForm(request.POST or None, colleagues=colleagues(request.actor))
    act = {"waste": ledger_stock.waste, "overage": ledger_stock.overage}[what]
    if request.method == "POST" and done(
        form, lambda: act(**by(request), second=beside(request, form), vial=vial,
                          volume_ml=form.cleaned_data["volume_ml"])
    ):  # fmt: skip
        messages.success(request, _("It is in the ledger."))
        return redirect("ledger_vial", vial)
    shown = {**_about(view), "form": form, "act": what, "unit": lw.unit(view.kind.form)}
    return render(request, "staff/ledger/volume.html", shown, status=status(form))


@page("ledger.handle", opens="waste of a vial")
def waste(request: PageRequest, vial: uuid.UUID) -> HttpResponseBase:
    """This function will empty an open vial before a witness."""
    return _witnessed(request, vial, "waste")


@page("ledger.handle", opens="overage of a vial")
def overage(request: PageRequest, vial: uuid.UUID) -> HttpResponseBase:
    """This function will enter that a vial holds more than its label, before a witness."""
    return _witnessed(request, vial, "overage")


@page("ledger.handle", opens="loss of a vial")
def lose(request: PageRequest, vial: uuid.UUID) -> HttpResponseBase:
    """This function will write a vial off as broken, lost or stolen."""
    view = _vial(request, vial)
    form = forms.LoseForm(request.POST or None, colleagues=colleagues(request.actor))

    def act() -> None:
        data = form.cleaned_data
        ledger_losses.lose(
            **by(request), vial=vial, cause=data["cause"], text=data["text"],
            second=beside(request, form) if data["second"] else None,
        )  # fmt: skip

    if request.method == "POST" and done(form, act):
        messages.success(request, _("It is in the ledger."))
        return redirect("ledger_vial", vial)
    shown = {**_about(view), "form": form}
    return render(request, "staff/ledger/lose.html", shown, status=status(form))


@page("ledger.handle", opens="destruction of controlled drugs")
def destroy(request: PageRequest) -> HttpResponseBase:
    """This function will take vials out for good before a witness."""
    held = stock.held(clinic=request.actor.clinic)
    form = forms.DestroyForm(request.POST or None, vials=held, colleagues=colleagues(request.actor))
    names = ("manner", "reference", "reason")
    if request.method == "POST" and done(
        form, lambda: ledger_stock.destroy(
            **by(request), second=beside(request, form), vials=form.chosen(),
            **{name: form.cleaned_data[name] for name in names},
        )
    ):  # fmt: skip
        messages.success(request, _("It is in the ledger."))
        return redirect("ledger")
    shown = {"form": form, "act": "destroy"}
    return render(request, "staff/ledger/away.html", shown, status=status(form))


@page("ledger.handle", opens="transfer of controlled drugs")
def transfer(request: PageRequest) -> HttpResponseBase:
    """This function will hand sealed vials to another registrant before a witness."""
    sealed = [v for v in stock.held(clinic=request.actor.clinic) if not v.is_open]
    who = colleagues(request.actor)
    form = forms.TransferForm(request.POST or None, vials=sealed, colleagues=who)
    names = ("receiver", "receiver_dea", "invoice")
    if request.method == "POST" and done(
        form, lambda: ledger_stock.transfer(
            **by(request), second=beside(request, form), vials=form.chosen(),
            **{name: form.cleaned_data[name] for name in names},
        )
    ):  # fmt: skip
        messages.success(request, _("It is in the ledger."))
        return redirect("ledger")
    shown = {"form": form, "act": "transfer"}
    return render(request, "staff/ledger/away.html", shown, status=status(form))


urlpatterns = [
    path("ledger", ledger, name="ledger"),
    path("ledger/receive", receive, name="ledger_receive"),
    path("ledger/destroy", destroy, name="ledger_destroy"),
    path("ledger/transfer", transfer, name="ledger_transfer"),
    path("ledger/vial/<uuid:vial>", vial, name="ledger_vial"),
    path("ledger/vial/<uuid:vial>/waste", waste, name="ledger_waste"),
    path("ledger/vial/<uuid:vial>/overage", overage, name="ledger_overage"),
    path("ledger/vial/<uuid:vial>/lost", lose, name="ledger_lose"),
]
NAV = [
    NavItem(
        label=_lazy("Controlled drugs"), url_name="ledger", permission="ledger.open", order=45,
        icon="lock",
    )
]  # fmt: skip
