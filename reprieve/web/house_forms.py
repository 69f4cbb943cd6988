"""The forms of a clinic's own house: its facts and hours, a chair, a member of staff."""

from __future__ import annotations

from datetime import time
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from reprieve.knowledge import BadValue
from reprieve.pathway.accounts import FACTOR_ROLES
from reprieve.pathway.booking_book import USUAL_HOURS
from reprieve.pathway.permissions import ROLES
from reprieve.records.queries.people import StaffMember
from reprieve.web.templatetags.reprieve import role_word
from reprieve.web.words import form_errors

PAPERS = [("letter", "Letter"), ("a4", "A4")]


def _clock() -> forms.TimeField:
    shown = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")
    return forms.TimeField(required=False, widget=shown)


class FactsForm(forms.Form):
    """How the clinic is reached, what it prints on, when it opens."""

    phone = forms.CharField(
        label=_("Telephone, as patients dial it"), max_length=40, required=False
    )
    email = forms.CharField(label=_("E-mail for patients"), max_length=200, required=False)
    physician = forms.CharField(
        label=_("Physician named on the public page"), max_length=200, required=False
    )
    address = forms.CharField(
        label=_("Address, as letters show it"), max_length=300, required=False
    )
    url = forms.CharField(
        label=_("Address of these pages, for links in mails"), max_length=200, required=False,
        help_text=_("Begins with https://. Without it no link can be sent."),
    )  # fmt: skip
    nurses = forms.IntegerField(
        label=_("Nurses at work"), min_value=1, max_value=50, required=False,
        help_text=_("Limits how many infusions can be booked at one time."),
    )  # fmt: skip
    paper = forms.ChoiceField(label=_("Paper"), choices=PAPERS, required=False)
    crisis_en = forms.CharField(
        label=_("What to do in a crisis, in English"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("Empty: the numbers 988 and 911 are named."),
    )  # fmt: skip
    crisis_es = forms.CharField(
        label=_("What to do in a crisis, in Spanish"), max_length=500, required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip

    factor_roles = forms.MultipleChoiceField(
        label=_("Who needs a second factor to sign in"), required=False, choices=[],
        widget=forms.CheckboxSelectMultiple,
        help_text=_("A passkey, or codes from an app. Asked for at the next page they open."),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        roles = self.fields["factor_roles"]
        roles.choices = [(role, role_word(role)) for role in ROLES]  # type: ignore[attr-defined]
        for day in WEEKDAYS:
            for end in ("opens", "closes"):
                self.fields[f"{end}_{day}"] = _clock()

    def clean(self) -> dict[str, Any]:
        """A day has both times or none."""
        data = super().clean() or self.cleaned_data
        for day, name in WEEKDAYS.items():
            if bool(data.get(f"opens_{day}")) != bool(data.get(f"closes_{day}")):
                self.add_error(None, _("%(day)s needs both times, or none.") % {"day": name})
        return data

    def plain(self) -> list[Any]:
        """Give the fields before the hours."""
        return [field for field in self if not field.name.startswith(("opens_", "closes_"))]

    def week(self) -> list[tuple[str, Any, Any]]:
        """Give each weekday's name with its two fields."""
        return [
            (str(name), self[f"opens_{day}"], self[f"closes_{day}"])
            for day, name in WEEKDAYS.items()
        ]

    def facts(self) -> dict[str, Any]:
        """Give the settings that this form writes."""
        data = self.cleaned_data
        found = {f"clinic.{key}": data[key].strip() for key in NAMES}
        found["booking.hours"] = _hours(data)
        found["crisis.text"] = {"en": data["crisis_en"].strip(), "es": data["crisis_es"].strip()}
        found[FACTOR_ROLES] = sorted(data["factor_roles"])
        for key, value in (("booking.nurses", data["nurses"]), ("print.paper", data["paper"])):
            if value:
                found[key] = value
        return found

    def refused(self, error: BadValue) -> None:
        """Put a refused setting beside its field."""
        form_errors(self, BadValue(error.field.rpartition(".")[2], error.reason))


NAMES = ("phone", "email", "physician", "address", "url")


def _hours(data: dict[str, Any]) -> dict[str, list[list[str]]]:
    found = {}
    for day in WEEKDAYS:
        opens, closes = data.get(f"opens_{day}"), data.get(f"closes_{day}")
        if opens and closes:
            found[str(day)] = [[f"{opens:%H:%M}", f"{closes:%H:%M}"]]
    return found


def facts_shown(chosen: dict[str, Any], *, factor_roles: frozenset[str]) -> dict[str, Any]:
    """This function will fill the form with what is in force."""
    crisis = chosen.get("crisis.text") or {}
    shown: dict[str, Any] = {key: chosen.get(f"clinic.{key}", "") for key in NAMES}
    shown |= {"nurses": chosen.get("booking.nurses"), "paper": chosen.get("print.paper", "letter")}
    if isinstance(crisis, str):
        crisis = {"en": crisis}
    shown["factor_roles"] = sorted(factor_roles)
    shown |= {f"crisis_{language}": crisis.get(language, "") for language in ("en", "es")}
    for day, pairs in chosen.get("booking.hours", USUAL_HOURS).items():
        if pairs:
            shown[f"opens_{day}"] = time.fromisoformat(pairs[0][0])
            shown[f"closes_{day}"] = time.fromisoformat(pairs[-1][1])
    return shown


class ChairForm(forms.Form):
    """A chair: its name, what its monitor calls it, and who measures there."""

    name = forms.CharField(label=_("Name"), max_length=40)
    has_feed = forms.ChoiceField(
        label=_("Vital signs"), choices=[("", _("by hand")), ("feed", _("from a monitor"))],
        required=False, widget=forms.RadioSelect, initial="",
    )  # fmt: skip
    bed = forms.CharField(label=_("What the monitor calls this bed"), max_length=80, required=False)

    def values(self) -> dict[str, Any]:
        """Give what the pathway asks for."""
        data = self.cleaned_data
        return {"name": data["name"], "bed": data["bed"], "has_feed": bool(data["has_feed"])}


class RolesForm(forms.Form):
    """Which roles somebody has."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"), choices=[], widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, member: StaffMember | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["roles"].choices = [(r, role_word(r)) for r in ROLES]  # type: ignore[attr-defined]
        if member is not None:
            self.initial["roles"] = sorted(member.roles)


class JoinForm(RolesForm):
    """Somebody new."""

    name = forms.CharField(label=_("Full name"), max_length=200)
    email = forms.EmailField(label=_("E-mail, to sign in"), max_length=150)
    phone = forms.CharField(label=_("Telephone"), max_length=40, required=False)
    password = forms.CharField(
        label=_("First password"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("Hand it over in person. They change it under their own name."),
    )  # fmt: skip
    field_order = ("name", "email", "phone", "roles", "password")
