"""Controlled drugs of one visit: drawn into bag or syringe, labelled, and accounted for by two."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import N_
from reprieve.pathway import ledger_closing, ledger_draws
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import gate_visits, portions, stock, undrawn
from reprieve.records.queries.portions import PortionView
from reprieve.web import amounts, ledger_forms, patient_page, undrawn_view
from reprieve.web import ledger_words as lw
from reprieve.web.access import PageRequest, page
from reprieve.web.ledger_view import beside, by, done, status
from reprieve.web.print import drug_label
from reprieve.web.second import colleagues


@page("ledger.handle", opens="draw controlled drugs")
def draw(request: PageRequest, encounter: uuid.UUID) -> HttpResponseBase:
    """This function will write what is drawn for a visit, and show what was drawn before."""
    context = _visit(request, encounter)
    vials = stock.for_drawing(clinic=request.actor.clinic)
    form = ledger_forms.DrawForm(request.POST or None, vials=vials)

    def act() -> None:
        data = form.cleaned_data
        ledger_draws.draw(
            **by(request), encounter=encounter, vial=uuid.UUID(data["vial"]),
            volume_ml=data["volume_ml"],
        )  # fmt: skip

    if request.method == "POST" and done(form, act):
        messages.success(request, _("Drawn. Put its label on now."))
        return redirect("ledger_draw", encounter)
    found = portions.of_visit(clinic=request.actor.clinic, encounter=encounter)
    context |= {"form": form, "portions": [_shown(p) for p in found], "has_stock": bool(vials)}
    missing = undrawn.of_visit(clinic=request.actor.clinic, encounter=encounter)
    context["undrawn"] = undrawn_view.lines(missing)
    return render(request, "staff/ledger/draw.html", context, status=status(form))


@page("ledger.open", opens="bag or syringe")
def portion(request: PageRequest, portion: uuid.UUID) -> HttpResponse:
    """This function will show a bag or syringe: who reads next, or how it closed."""
    view = _portion(request, portion)
    context = _visit(request, view.encounter) | _shown(view)
    context |= {
        "may_handle": allowed(request.actor, "ledger.handle"),
        "tolerance": ledger_forms.tolerance_words(),
        "draws": [(d, lw.mg(d.change_ug)) for d in portions.draws(
            clinic=request.actor.clinic, portion=portion)],
    }
    return render(request, "staff/ledger/portion.html", context)


@page("ledger.handle", opens="bag or syringe")
def measure(request: PageRequest, portion: uuid.UUID) -> HttpResponseBase:
    """This function will keep the first person's reading, with nothing expected in sight."""
    view = _portion(request, portion)
    form = ledger_forms.LEFT[view.kind](request.POST or None)
    if request.method == "POST" and done(
        form, lambda: ledger_closing.measure(**by(request), portion=portion, left=form.left())
    ):
        messages.success(request, _("Kept. Now the second person measures, unseen."))
        return redirect("ledger_witness", portion)
    context = _visit(request, view.encounter) | _shown(view) | {"form": form}
    return render(request, "staff/ledger/measure.html", context, status=status(form))


@page("ledger.handle", opens="bag or syringe")
def witness(request: PageRequest, portion: uuid.UUID) -> HttpResponseBase:
    """This function will take the second reading and close, or send both back to measure."""
    view = _portion(request, portion)
    kind = ledger_forms.WITNESS[view.kind]
    form = kind(request.POST or None, colleagues=colleagues(request.actor))
    ended: list[ledger_closing.Closed] = []

    def act() -> None:
        ended.append(
            ledger_closing.close(
                **by(request), second=beside(request, form), portion=portion, left=form.left()
            )
        )

    if request.method == "POST" and done(form, act):
        return _ended(request, portion, ended[0])
    context = _visit(request, view.encounter) | _shown(view) | {"form": form, "is_second": True}
    return render(request, "staff/ledger/measure.html", context, status=status(form))


def _ended(
    request: PageRequest, portion: uuid.UUID, ended: ledger_closing.Closed
) -> HttpResponseBase:
    if not ended.agrees:
        messages.error(request, _("The two readings differ: both measure once more."))
        return redirect("ledger_measure", portion)
    assert ended.sum is not None
    if ended.sum.within:
        messages.success(request, _("Accounted for: the difference is within its tolerance."))
    else:
        messages.warning(request, _("Beyond the tolerance: the medical director is told today."))
    return redirect("ledger_portion", portion)


@page("ledger.handle", opens="drug label")
def label(request: PageRequest, portion: uuid.UUID) -> HttpResponse:
    """This function will print the label of a bag or syringe in its group's colour."""
    view = _portion(request, portion)
    header = patient_page.opened(request, view.patient)
    made = drug_label.pdf(drug_label.of(view, patient=header))
    return HttpResponse(
        made, content_type="application/pdf",
        headers={"Content-Disposition": f'inline; filename="label-{view.code}.pdf"'},
    )  # fmt: skip


def _portion(request: PageRequest, portion: uuid.UUID) -> PortionView:
    view = portions.one(clinic=request.actor.clinic, portion=portion)
    if view is None:
        raise NotFound(N_("There is no such bag or syringe."))
    return view


def _visit(request: PageRequest, encounter: uuid.UUID) -> dict[str, Any]:
    visit = gate_visits.one(clinic=request.actor.clinic, encounter=encounter)
    if visit is None:
        raise NotFound(N_("There is no such infusion."))
    header = patient_page.opened(request, visit.patient)
    request.shown.append(str(encounter))
    return {**patient_page.context(request, header), "encounter": encounter, "visit": visit}


def _shown(view: PortionView) -> dict[str, Any]:
    closed = view.closed
    wanted = amounts.short(view.wanted_ml) if view.wanted_ml is not None else None
    return {
        "portion": view, "name": lw.drug(view.drug, view.form),
        "kind": lw.word(lw.KINDS, view.kind),
        "concentration": lw.strength(view.concentration_ug_per_ml, view.form),
        "drawn": lw.mg(view.drawn_ug),
        "wanted_ml": wanted, "unit": lw.unit(view.form),
        "sum": None if closed is None else {
            "drawn": lw.mg(closed.drawn_ug), "given": lw.mg(closed.given_ug),
            "wasted": lw.mg(closed.wasted_ug), "tolerance": lw.mg(closed.tolerance_ug),
            "difference": lw.mg(closed.difference_ug, signed=True),
            "changed": lw.mg(view.given_ug) if view.given_ug != closed.given_ug else "",
        },
    }  # fmt: skip


urlpatterns = [
    path("infusion/<uuid:encounter>/drugs", draw, name="ledger_draw"),
    path("ledger/portion/<uuid:portion>", portion, name="ledger_portion"),
    path("ledger/portion/<uuid:portion>/measure", measure, name="ledger_measure"),
    path("ledger/portion/<uuid:portion>/witness", witness, name="ledger_witness"),
    path("ledger/portion/<uuid:portion>/label.pdf", label, name="ledger_label"),
]
