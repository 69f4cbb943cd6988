"""The public page, and the answer to "are you alive?"."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from reprieve.clinical import evidence
from reprieve.knowledge import N_
from reprieve.pathway import clock
from reprieve.pathway.errors import NotFound
from reprieve.records.queries import clinics, settings
from reprieve.records.queries.clinics import ClinicView
from reprieve.web import crisis
from reprieve.web.access import public
from reprieve.web.words import say

UNAVAILABLE = 503
# Strongest first: grades as the guideline gives them.
CERTAINTY = {
    "A": N_("Well supported"),
    "B": N_("Some good evidence"),
    "C": N_("A little evidence"),
    "D": N_("Uncertain"),
}
TONES = {"A": "ok", "B": "ok", "C": "warn", "D": "unknown"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Strength:
    """What is known for one condition, in words for patients."""

    name: str
    tone: str
    word: str
    says: str


@public(why="the clinic's page for everybody; it shows no patient")
def front(request: HttpRequest) -> HttpResponse:
    """This function will show what the clinic offers; with several clinics, the choice of one."""
    every = clinics.clinics()
    if len(every) == 1:
        return _leaflet(request, every[0], is_only=True)
    return render(request, "portal/front/choose.html", {"clinics": every, "evidence": strengths()})


@public(why="one clinic's page for everybody; it shows no patient")
def of_clinic(request: HttpRequest, clinic: uuid.UUID) -> HttpResponse:
    """This function will show what one clinic of several offers."""
    return _leaflet(request, known(clinic), is_only=False)


def known(clinic: uuid.UUID) -> ClinicView:
    """This function will return a clinic of this installation. Raises NotFound."""
    found = next((one for one in clinics.clinics() if one.id == clinic), None)
    if found is None:
        raise NotFound(N_("There is no such clinic."))
    return found


def _leaflet(request: HttpRequest, clinic: ClinicView, *, is_only: bool) -> HttpResponse:
    context = {"clinic": clinic, "evidence": strengths(), "is_only": is_only, **contact(clinic)}
    return render(request, "portal/front/front.html", context)


def contact(clinic: ClinicView) -> dict[str, Any]:
    """This function will return how to reach a clinic, and what to do in a crisis."""
    at = clock.now(clinic.id)
    chosen = settings.every(clinic=clinic.id, at=at)
    return {
        "phone": chosen.get("clinic.phone", ""),
        "email": chosen.get("clinic.email", ""),
        "physician": chosen.get("clinic.physician", ""),
        "crisis": crisis.text(clinic=clinic.id, at=at, language=get_language() or "en"),
    }


def strengths() -> list[Strength]:
    """This function will say for each condition how strong the evidence is, strongest first."""
    found = sorted((evidence.evidence(one) for one in evidence.conditions()), key=_rank)
    return [
        Strength(
            name=say(one.name), tone=TONES[one.grade], word=_(CERTAINTY[one.grade]),
            says=say(one.plain),
        )
        for one in found
    ]  # fmt: skip


def _rank(one: evidence.Evidence) -> tuple[str, str]:
    return one.grade, one.condition


urlpatterns = [
    path("", front, name="front"),
    path("c/<uuid:clinic>/", of_clinic, name="clinic_front"),
]
