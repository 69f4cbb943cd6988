"""What a tablet kept while no server answered: how it asks who may send, and what it sends.

Both answer behind the lock, so that a tablet is rid of what it keeps as soon as the server is back.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.templatetags.static import static
from django.urls import path
from django.views.decorators.http import require_POST

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import offline
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, NotFound
from reprieve.pathway.offline import RATES, Kept, Refusal
from reprieve.records.queries import live as queries
from reprieve.web import emergency_view, infusion_live
from reprieve.web.access import PageRequest, live, public
from reprieve.web.acts import act_of
from reprieve.web.chairside import Chairside
from reprieve.web.emergency_words import STEPS
from reprieve.web.infusion_entries import ENTRIES, Entry, form_for
from reprieve.web.offline import service_worker
from reprieve.web.words import bad_value, say

NOT_TYPED = frozenset({"csrfmiddlewaretoken", "act", "tablet", "tablet_ms", "offset_ms",
                       "since_ms", "who", "at", "why", "reported"})  # fmt: skip
GIVEN = RATES | {"drug"}
LONGEST_NOTE = 2000
NOBODY = uuid.UUID(int=0)
# Every file that the page without a connection loads: what its scripts import is not in its HTML.
SCRIPTS = (
    *(f"reprieve/js/{name}.js" for name in ("dialog", "units", "pulse", "sound")),
    *(f"reprieve/js/infusion/{name}.js"
      for name in ("shell", "emergency", "entries", "offline", "kept", "sync", "clocks", "number")),
    "vendor/idb/index.js",
)  # fmt: skip
# Presses of the emergency card are kept by its own dialog.
SHOWN = tuple(ENTRIES[kind] for kind in offline.KINDS if ENTRIES[kind].states)


@dataclass(frozen=True, slots=True, kw_only=True)
class Tablet:
    """The tablet's entry as the pathway writes it, through the form that the screen has too."""

    where: Chairside
    entry: Entry
    form: Any

    def write(self, at: datetime, *, beside: bool) -> Mapping[str, Any]:
        """Chart the entry at a moment, unless its form names another."""
        if not self.form.is_valid():
            field, reasons = next(iter(self.form.errors.items()))
            raise BadValue(str(field), str(reasons[0]))
        self.form.cleaned_data["at"] = self.form.cleaned_data.get("at") or at
        saved = self.entry.save(replace(self.where, beside=beside), self.form)
        assert saved is not None  # every kind that may be kept has a result
        return saved

    def as_note(self, why: Refusal) -> str:
        """Say what was typed, in the words of the form, and why it is no value."""
        data = self.form.data
        typed = ", ".join(
            f"{field.label} {data[field.name]}"
            for field in self.form
            if field.name not in NOT_TYPED and data.get(field.name)
        )
        said = bad_value(why) if isinstance(why, BadValue) else say(why.message)
        return f"{self.entry.label}: {typed} ({said})"[:LONGEST_NOTE]


@live("infusion.chart", opens="infusion")
def ask(request: PageRequest, encounter: uuid.UUID) -> HttpResponse:
    """This function will tell a tablet what time it is here and who is signed in."""
    _known(request, encounter)
    return JsonResponse({
        "token": get_token(request), "now": ms(request.at),
        "who": str(request.actor.practitioner),
    })  # fmt: skip


@live("infusion.chart", opens="infusion")
@require_POST
def take(request: PageRequest, encounter: uuid.UUID, kind: str) -> HttpResponse:
    """This function will take over one entry that a tablet kept; a repeat is taken once."""
    _known(request, encounter)
    if kind not in offline.KINDS:
        raise NotFound(N_("There is no such entry."))
    if request.POST.get("who") != str(request.actor.practitioner):
        raise Conflict(N_("Another person made this entry: it waits until they sign in."))
    data = request.POST.copy()
    if kind in GIVEN:
        data["reported"] = "on"
    where = Chairside(
        request=request, encounter=encounter, uid=act_of(request), reported=kind in RATES
    )
    hand = Tablet(
        where=where, entry=ENTRIES[kind], form=form_for(ENTRIES[kind], request, encounter, data)
    )
    beside = offline.take_over(kept=_kept(request, kind), hand=hand, **where.args)
    return JsonResponse({"beside": beside})


def _kept(request: PageRequest, kind: str) -> Kept:
    found = {name: _whole(request, name) for name in ("tablet_ms", "offset_ms", "since_ms")}
    try:
        tablet = uuid.UUID(request.POST.get("tablet", ""))
    except ValueError as error:
        raise BadValue("tablet", N_("is not a UUID")) from error
    return Kept(kind=kind, tablet=tablet, **found)


def _whole(request: PageRequest, name: str) -> int:
    text = request.POST.get(name, "")
    if not text.removeprefix("-").isdecimal() or len(text) > 15:
        raise BadValue(name, N_("is not a whole number of milliseconds"))
    return int(text)


def _known(request: PageRequest, encounter: uuid.UUID) -> None:
    if queries.patient_of(clinic=request.actor.clinic, encounter=encounter) is None:
        raise NotFound(N_("There is no such infusion."))


@public(why="it shows no patient: a tablet keeps this page for hours without a server")
def shell(request: HttpRequest) -> HttpResponse:
    """This function will give the page that a tablet opens when no server answers."""
    forms = [{"entry": one, "form": one.form(auto_id=f"{one.kind}-%s")} for one in SHOWN]
    shown = {"forms": forms, "encounter": NOBODY, "terms": infusion_live.harm_terms(),
             "card": emergency_view.unconfirmed(), "steps": list(STEPS.items()),
             "scripts": [static(name) for name in SCRIPTS]}  # fmt: skip
    return render(request, "staff/infusion/offline.html", shown)


@public(why="a script without data; the browser fetches it by itself")
def worker(request: HttpRequest) -> HttpResponse:
    """This function will give the service worker, which may rule `/infusion/` alone."""
    return service_worker(script="reprieve/js/infusion-worker.js", scope="/infusion/")


urlpatterns = [
    path("infusion/<uuid:encounter>/offline", ask, name="infusion_offline"),
    path("infusion/<uuid:encounter>/offline/<slug:kind>", take, name="infusion_take"),
    path("infusion/without-connection", shell, name="infusion_shell"),
    path("infusion-worker.js", worker, name="infusion_worker"),
]
