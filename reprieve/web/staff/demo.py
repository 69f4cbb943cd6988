"""The demo's own pages: change role by one press, trouble at the bedside, the clock."""

from __future__ import annotations

from datetime import timedelta

from django.contrib import messages
from django.contrib.auth import get_user_model, login, logout
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import demo
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import clinics
from reprieve.web.access import PageRequest, page, public
from reprieve.web.acts import act_of

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
WHY = "a demo holds invented patients only; in a real clinic this address is not there"
SCENES = {
    "hypertension": gettext_lazy("BP 190"),
    "probe-off": gettext_lazy("Probe off"),
    "desaturation": gettext_lazy("Desaturation"),
    "lost-link": gettext_lazy("Lost link"),
    demo.STEADY: gettext_lazy("Steady"),
}
STEPS_H = {"1": 1, "24": 24, "168": 168}


@public(why=WHY)
@require_POST
def switch(request: HttpRequest) -> HttpResponseBase:
    """This function will sign a visitor of the demo in as somebody of the chosen role."""
    clinic = demo.clinic()
    if clinic is None:
        raise NotFound(N_("This is not a demo clinic."))
    person = demo.somebody(clinic=clinic, role=request.POST.get("role", ""))
    user = get_user_model().objects.get(pk=person.user)
    logout(request)  # a locked screen stays locked for the same person, whose password nobody has
    login(request, user, backend=BACKEND)
    return redirect("home")


@page("demo.switch", opens="demo")
def bedside(request: PageRequest) -> HttpResponse:
    """This function will show the simulated beds with their buttons, and the clock."""
    demo.only_in_a_demo(request.actor.clinic)
    playing = demo.scenes(clinic=request.actor.clinic)
    beds = [
        {"bed": chair.bed, "name": chair.name, "now": playing.get(chair.bed, demo.STEADY)}
        for chair in clinics.chairs(clinic=request.actor.clinic)
        if chair.has_feed
    ]
    context = {"beds": beds, "scenes": SCENES, "now": request.at}
    return render(request, "staff/demo/bedside.html", context)


@page("demo.switch", opens="demo")
@require_POST
def play(request: PageRequest) -> HttpResponseBase:
    """This function will let a bed's monitor go through a scene."""
    scene = request.POST.get("scene", "")
    if scene not in SCENES:
        raise BadValue("scene", N_("is not the name of a scene"))
    demo.play(
        actor=request.actor, uid=act_of(request), at=request.at,
        bed=request.POST.get("bed", ""), scene=scene,
    )  # fmt: skip
    return redirect("demo_bedside")


@page("demo.switch", opens="demo")
@require_POST
def move_clock(request: PageRequest) -> HttpResponseBase:
    """This function will move the demo's clock forward by the chosen hours."""
    hours = STEPS_H.get(request.POST.get("hours", ""))
    if hours is None:
        raise BadValue("hours", N_("is not one of the steps"))
    to = request.at + timedelta(hours=hours)
    demo.set_clock(actor=request.actor, uid=act_of(request), at=request.at, to=to)
    messages.success(request, _("The demo's clock went forward."))
    return redirect("demo_bedside")


urlpatterns = [
    path("demo/switch", switch, name="demo_switch"),
    path("demo/bedside", bedside, name="demo_bedside"),
    path("demo/bedside/play", play, name="demo_play"),
    path("demo/clock", move_clock, name="demo_clock"),
]
