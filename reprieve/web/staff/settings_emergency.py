"""The medical director's page of the emergency card: whom to call, and steps by situation."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils.translation import gettext as _

from reprieve.knowledge import BadValue
from reprieve.pathway import emergency_card as card
from reprieve.pathway.errors import NotNow
from reprieve.web.access import PageRequest, page
from reprieve.web.acts import act_of
from reprieve.web.emergency_words import SITUATIONS
from reprieve.web.words import form_errors, say

SEEN = "seen"  # the version of the card that the page showed


def _form() -> type[forms.Form]:
    def area(label: str, shown: str) -> forms.CharField:
        return forms.CharField(
            label=label, help_text=shown, required=False,
            widget=forms.Textarea(attrs={"rows": 4, "maxlength": card.LONGEST}),
        )  # fmt: skip

    whom = area(
        _("Whom to call, where the equipment stands"),
        _("One line for each. It opens from every infusion and from the board."),
    )
    steps = {
        card.key(name): area(str(words), _("Empty: “{steps}”").format(steps=_line(str(usual))))
        for name, (words, usual) in SITUATIONS.items()
    }
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    return type("CardForm", (forms.Form,), {card.WHOM: whom, **steps, SEEN: seen})


def _line(steps: str) -> str:
    return " · ".join(steps.splitlines())


@page("emergency.write", opens="settings")
def emergency(request: PageRequest) -> HttpResponseBase:
    """This function will show the clinic's emergency texts, and keep what is changed."""
    known = card.current(clinic=request.actor.clinic, at=request.at)
    form = _form()(request.POST or None, initial=known | {SEEN: card.version(known)})
    if request.method == "POST" and form.is_valid():
        try:
            card.write(
                actor=request.actor, uid=act_of(request), at=request.at,
                texts={name: form.cleaned_data[name] for name in card.KEYS},
                seen=form.cleaned_data[SEEN],
            )  # fmt: skip
        except BadValue as error:
            form_errors(form, error)
        except NotNow as error:
            form.add_error(None, say(error.message))
        else:
            messages.success(request, _("The emergency card is kept."))
            return redirect("settings_emergency")
    return render(request, "staff/settings/emergency.html", {"form": form},
                  status=422 if form.is_bound else 200)  # fmt: skip


urlpatterns = [path("settings/emergency", emergency, name="settings_emergency")]
