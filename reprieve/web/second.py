"""A second person signs in on the spot, at somebody else's screen, for one act."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.contrib.auth import authenticate
from django.utils.translation import gettext_lazy as _

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import accounts, people
from reprieve.pathway.permissions import CLINICIANS, Actor
from reprieve.records.queries import people as staff
from reprieve.web.access import PageRequest
from reprieve.web.people import clinic_of


class SecondForm(forms.Form):
    """Who stands beside, and their own password. Nobody is chosen beforehand."""

    second = forms.ChoiceField(label=_("Second person"))
    password = forms.CharField(
        label=_("Password of the second person"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip

    def __init__(self, *args: Any, colleagues: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["second"].choices = [("", "–"), *colleagues]  # type: ignore[attr-defined]
        self.order_fields([*(n for n in self.fields if n not in BESIDE), *BESIDE])


BESIDE = ("second", "password")


def colleagues(actor: Actor, roles: frozenset[str] = CLINICIANS) -> list[tuple[str, str]]:
    """This function will list who else in the clinic may stand beside, for a choice."""
    return [
        (str(member.id), member.name)
        for member in staff.staff(clinic=actor.clinic)
        if member.active and member.roles & roles and member.id != actor.practitioner
    ]


def second_of(request: PageRequest, *, person: str, password: str) -> Actor:
    """This function will return the colleague whose password was given; failures lock out.

    Raises BadValue("password") when it is not theirs, BadValue("second") for nobody of the clinic.
    """
    member = staff.member(clinic=request.actor.clinic, practitioner=uuid.UUID(person))
    if member is None or not member.active:
        raise BadValue("second", N_("is nobody of this clinic"))
    user = authenticate(request, email=member.email, password=password)
    found = None if user is None else people.actor_of(user=user.pk)
    if user is None or found is None or found.practitioner != member.id:
        raise BadValue("password", N_("is not the second person's"))
    is_demo = clinic_of(request, request.actor).is_demo  # nobody there chose a password
    if not is_demo and accounts.is_password_anothers(user.pk):
        # Whoever made the account knows it too: such a pair may be one person.
        raise BadValue("second", N_("must first choose a password of their own"))
    return found
