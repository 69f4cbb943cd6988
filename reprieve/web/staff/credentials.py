"""The register of credentials: licences and trainings of the staff, and which of them end."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import path
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.pathway import credentials
from reprieve.pathway.permissions import allowed
from reprieve.records.queries import credentials as known
from reprieve.records.queries import people
from reprieve.web.access import PageRequest, page
from reprieve.web.ledger_view import by, done, status

SOON = timedelta(days=60)
KINDS: dict[str, Promise] = {
    "licence": _("Licence"), "dea": _("DEA registration"), "acls": _("Advanced life support"),
    "sedation": _("Sedation training"), "ketamine": _("Ketamine training"),
}  # fmt: skip


class CredentialForm(forms.Form):
    """What was seen, of whom, until when."""

    practitioner = forms.ChoiceField(label=_("Who"))
    kind = forms.ChoiceField(label=_("Credential"), choices=tuple(KINDS.items()),
                             widget=forms.RadioSelect)  # fmt: skip
    number = forms.CharField(label=_("Number"), max_length=60, required=False)
    expires_on = forms.DateField(
        label=_("Ends on"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    withdrawn = forms.BooleanField(label=_("Withdrawn or given up"), required=False)

    def __init__(self, *args: Any, staff: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["practitioner"].choices = [("", "–"), *staff]  # type: ignore[attr-defined]

    def seen(self) -> credentials.Seen:
        """The credential, as the pathway wants it."""
        data = self.cleaned_data
        return credentials.Seen(**{n: data[n] for n in ("kind", "number", "expires_on",
                                                        "withdrawn")})  # fmt: skip


@page("staff.open", opens="credentials")
def register(request: PageRequest) -> HttpResponseBase:
    """This function will show every credential with how it stands, and take another."""
    clinic = request.actor.clinic
    staff = [(str(m.id), m.name) for m in people.staff(clinic=clinic) if m.active]
    form = CredentialForm(request.POST or None, staff=staff)
    may = allowed(request.actor, "staff.change")
    if request.method == "POST" and done(form, lambda: credentials.note(
        **by(request), practitioner=uuid.UUID(form.cleaned_data["practitioner"]), seen=form.seen()
    )):  # fmt: skip
        messages.success(request, _now("It is in the register."))
        return redirect("credentials")
    today = timezone.localtime(request.at).date()
    rows = [
        (view, str(KINDS[view.kind]), _state(view, today)) for view in known.register(clinic=clinic)
    ]
    shown = {"form": form, "rows": rows, "may": may}
    return render(request, "staff/credentials.html", shown, status=status(form))


def _state(view: known.CredentialView, today: date) -> str:
    if not view.holds(today):
        return "stop"
    return "ok" if view.holds(today + SOON) else "warn"


urlpatterns = [path("credentials", register, name="credentials")]
