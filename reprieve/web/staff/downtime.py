"""The downtime pack of the day as a PDF."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext as _

from reprieve.clinical.regimens import regimens
from reprieve.records.queries import booking, gate_visits, orders, patients, plans, settings
from reprieve.records.queries.booking import AppointmentView
from reprieve.records.queries.orders import OrderView
from reprieve.records.queries.plans import PlanView
from reprieve.web import emergency_view
from reprieve.web.access import PageRequest, page
from reprieve.web.people import clinic_of
from reprieve.web.print import downtime as printed
from reprieve.web.print.paper import PAPERS, Heading
from reprieve.web.words import born, clock_time, dated, day

BEFORE_AND_AFTER_H = 1.5


@page("infusion.board", opens="downtime pack")
def downtime(request: PageRequest) -> HttpResponse:
    """This function will give today's downtime pack, `?paper=a4` or `letter`."""
    clinic = request.actor.clinic
    usual = settings.value(clinic=clinic, key="print.paper", at=request.at, default="letter")
    paper = request.GET.get("paper", str(usual))
    start = timezone.localtime(request.at).replace(hour=0, minute=0, second=0, microsecond=0)
    visits = booking.between(clinic=clinic, start=start, end=start + timedelta(days=1))
    coming = [v for v in visits if v.kind == "infusion" and v.status not in {"no_show", "done"}]
    request.shown += [str(visit.patient) for visit in coming]
    pack = printed.Pack(
        day=day(request.at), phone=_setting(request, "clinic.phone"),
        card=emergency_view.card(clinic=clinic, at=request.at),
        patients=tuple(_planned(request, visit) for visit in coming),
    )  # fmt: skip
    made = printed.pdf(
        pack, paper=paper if paper in PAPERS else "letter",
        heading=Heading(
            clinic=clinic_of(request, request.actor).name, patient=pack.phone,
            foot=_("Printed {at} by {who}. The bedside monitor stays the primary alarm.").format(
                at=dated(request.at), who=request.actor.name),
        ),
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="downtime.pdf"'}
    return HttpResponse(made, content_type="application/pdf", headers=headers)


def _setting(request: PageRequest, key: str) -> str:
    clinic = request.actor.clinic
    return str(settings.value(clinic=clinic, key=key, at=request.at, default=""))


def _planned(request: PageRequest, visit: AppointmentView) -> printed.Planned:
    clinic = request.actor.clinic
    header = patients.header(clinic=clinic, patient=visit.patient)
    assert header is not None  # the calendar holds none but the clinic's patients
    plan = plans.current(clinic=clinic, patient=visit.patient)
    allergies = header.allergies
    known = _("NOT ASKED") if allergies is None else ", ".join(allergies) or _("none known")
    facts = [(_("Allergies"), known), (_("Chair"), visit.chair_name or "?"),
             (_("Begins"), clock_time(visit.starts_at))]  # fmt: skip
    facts += _plan_facts(plan, visit)
    return printed.Planned(
        time=clock_time(visit.starts_at), chair=visit.chair_name,
        who=f"{header.name}, {born(header.birth_date) or '?'}, {header.number}",
        facts=tuple(facts), orders=_orders(request, visit),
        hours=(plan.detail.get("duration_min", 0) / 60 if plan else 0) + BEFORE_AND_AFTER_H,
    )  # fmt: skip


def _plan_facts(plan: PlanView | None, visit: AppointmentView) -> list[tuple[str, str]]:
    if plan is None:
        return [(_("Regimen"), _("no plan is signed"))]
    known = regimens().get(plan.regimen)
    return [
        (_("Regimen"), known.name if known else plan.regimen),
        (_("Session"), f"{visit.series_no or '?'} / {plan.sessions}"),
        (_("Weight in the plan"), f"{plan.detail.get('weight_kg', '?')} kg"),
    ]


def _orders(request: PageRequest, visit: AppointmentView) -> tuple[str, ...]:
    """Orders in force when the visit is open. A plan is no order: no dose is worked out of it."""
    open_visit = gate_visits.under_way(clinic=request.actor.clinic, patient=visit.patient)
    if open_visit is not None:
        found = orders.of_visit(clinic=request.actor.clinic, encounter=open_visit.encounter)
        said = tuple(_order(one) for one in found if one.in_force and not one.withdrawn)
        if said:
            return said
    return (_("No order is signed for today yet: nothing may be given without one."),)


def _order(one: OrderView) -> str:
    steps = "; ".join(f"{a}–{b} min {rate.normalize():f} mg/h" for a, b, rate in one.steps)
    dose = f"{one.dose_max_mg.normalize():f} mg" if one.dose_max_mg is not None else ""
    most = ""
    if one.total_max_mg is not None:
        most = _("in all at most {n} mg").format(n=f"{one.total_max_mg.normalize():f}")
    needed = _("as needed") if one.as_needed else ""
    parts = (_(one.drug), needed, one.route.upper(), steps, dose, most, one.prescriber_name)
    return " · ".join(part for part in parts if part)


urlpatterns = [path("downtime.pdf", downtime, name="downtime")]
