"""Forms of orders: made anew, given by voice, signed later."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import rescue
from reprieve.pathway.order_signing import Change, Spoken
from reprieve.web.gate_forms import amount

CHANGES = ("rate_mg_per_h", "highest_rate_mg_per_h", "maximum_mg", "bolus_max_mg", "end_min")


class ChangeForm(forms.Form):
    """What changes of the ketamine order; an empty field stays as it was ordered."""

    rate_mg_per_h = amount(_("Rate"), digits=3, required=False)
    highest_rate_mg_per_h = amount(_("Highest rate"), digits=3, required=False)
    maximum_mg = amount(_("At most in this session"), digits=3, required=False)
    bolus_max_mg = amount(_("At most in one bolus (0: none)"), digits=3, required=False)
    end_min = forms.IntegerField(label=_("Minutes after the start"), required=False, min_value=1)

    def clean(self) -> dict[str, Any]:
        """Ask for at least one change."""
        data = super().clean() or self.cleaned_data
        if not self.errors and not self._says_something(data):
            self.add_error(None, _("Nothing is changed."))
        return data

    def _says_something(self, data: dict[str, Any]) -> bool:
        return any(data.get(name) is not None for name in CHANGES)

    def change(self) -> Change:
        """The change, as the pathway wants it."""
        return Change(**{name: self.cleaned_data[name] for name in CHANGES})


class SignChangeForm(ChangeForm):
    """A change that the doctor signs with the password given again."""

    password = forms.CharField(
        label=_("Your password, to sign"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip


class VoiceForm(ChangeForm):
    """An order given by voice: for the infusion, or for one drug as needed."""

    prescriber = forms.ChoiceField(label=_("Ordered by"))
    drug = forms.ChoiceField(label=_("Drug, as needed"), required=False)
    read_back = forms.BooleanField(
        label=_("I read the order back and heard it confirmed"), required=False
    )

    def __init__(self, *args: Any, doctors: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["prescriber"].choices = [("", "–"), *doctors]  # type: ignore[attr-defined]
        self.fields["drug"].choices = [  # type: ignore[attr-defined]
            ("", _("none: it is about the infusion")), *drugs()
        ]
        self.order_fields(["prescriber", "drug", *CHANGES, "read_back"])

    def _says_something(self, data: dict[str, Any]) -> bool:
        return bool(data.get("drug")) or super()._says_something(data)

    def spoken(self) -> Spoken:
        """The order, as the pathway wants it."""
        data = self.cleaned_data
        drug, _sep, route = data["drug"].partition("/")
        changed = ChangeForm._says_something(self, data)
        return Spoken(
            prescriber=uuid.UUID(data["prescriber"]), read_back=data["read_back"], drug=drug,
            route=route, change=self.change() if changed else None,
        )  # fmt: skip


def drugs() -> list[tuple[str, str]]:
    """This function will list drug and route of the catalogue, as `drug/route`."""
    return [
        (f"{name}/{route}", f"{name} {route.upper()}")
        for name, known in rescue.drugs().items()
        for route in known.routes
    ]
