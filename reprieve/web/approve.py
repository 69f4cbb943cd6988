"""The foot of every form that the medical director approves: reason, password and version."""

from __future__ import annotations

from collections.abc import Callable

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve.knowledge import BadValue
from reprieve.pathway.approval import LONGEST, Approval
from reprieve.pathway.errors import NotNow
from reprieve.web import reauth
from reprieve.web.access import PageRequest
from reprieve.web.acts import act_of
from reprieve.web.words import form_errors, say


class ApproveForm(forms.Form):
    """Why, the password that approves it, and which version the page had shown."""

    reason = forms.CharField(
        label=_("Reason"), max_length=LONGEST, required=False,
        help_text=_("Needed where something is looser than the product's default."),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Your password, to approve this as medical director"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip
    seen = forms.CharField(widget=forms.HiddenInput, required=False)


def approved(
    request: PageRequest, form: ApproveForm, act: Callable[[Approval], None]
) -> bool:
    """This function will do an act that the password approves; what is refused is on the form."""
    data = form.cleaned_data
    asked = Approval(
        actor=request.actor, uid=act_of(request), at=request.at, password=data["password"],
        reason=data.get("reason", ""), seen=data.get("seen", ""),
    )  # fmt: skip
    try:
        reauth.confirm(request, data["password"])
        act(asked)
    except BadValue as error:
        form_errors(form, error)
    except NotNow as error:
        form.add_error(None, say(error.message))
    return form.is_valid()
