"""A person's own account: password, second factor, devices, and the PIN for the locked screen."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.knowledge import BadValue
from reprieve.pathway import accounts
from reprieve.web import readiness, reauth
from reprieve.web.access import PageRequest, signed_in
from reprieve.web.words import form_errors


class PinForm(forms.Form):
    """A PIN for the locked screen; empty takes it away."""

    pin = forms.CharField(
        label=_lazy("PIN, six digits"), required=False, max_length=6, strip=True,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_lazy("It opens a locked screen, nothing else. Empty: no PIN."),
    )  # fmt: skip
    password = forms.CharField(
        label=_lazy("Your password"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


@signed_in(opens="own account", unready=True)
def own(request: PageRequest) -> HttpResponse:
    """This function will show what protects the account and what it lacks."""
    user = _user(request)
    context = {
        "lacks": readiness.lacks(request, request.actor, request.at),
        "has_factor": accounts.has_factor(user),
        "has_pin": accounts.has_pin(user),
    }
    return render(request, "account/own.html", context)


@signed_in(opens="own account")
def pin(request: PageRequest) -> HttpResponseBase:
    """This function will keep a PIN, or take it away; the password proves who it is."""
    form = PinForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            reauth.confirm(request, form.cleaned_data["password"])
            accounts.choose_pin(user=_user(request), pin=form.cleaned_data["pin"])
        except BadValue as error:
            form_errors(form, error)
        else:
            chosen = bool(form.cleaned_data["pin"])
            messages.success(request, _("The PIN is kept.") if chosen else _("There is no PIN."))
            return redirect("account_own")
    return render(request, "account/pin.html", {"form": form}, status=_status(form))


def _user(request: PageRequest) -> int:
    assert request.actor.user is not None
    return request.actor.user


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200
