"""Forms of orders: made anew, given by voice, signed later."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import rescue
from reprieve.pathway.as_needed import AsNeeded
from reprieve.pathway.order_signing import Change, Spoken
from reprieve.web.gate_forms import amount

SMALLER = ("dose_max", "session_max", "interval_min")
READ_BACK = _("I read the order back and heard it confirmed")
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


class Smaller(forms.Form):
    """Limits below the catalogue's; an empty field takes what the drug's line says."""

    dose_max = amount(_("One dose at most"), digits=3, required=False)
    session_max = amount(_("In this session at most"), digits=3, required=False)
    interval_min = forms.IntegerField(label=_("Wait between"), required=False, min_value=0)

    def wanted(self, chosen: str) -> AsNeeded:
        """The drug chosen as `drug/route`, with its limits."""
        drug, _sep, route = chosen.partition("/")
        limits = {name: self.cleaned_data[name] for name in SMALLER}
        return AsNeeded(drug=drug, route=route, **limits)


class AsNeededForm(Smaller):
    """An as-needed order that the doctor signs with the password given again."""

    drug = forms.ChoiceField(label=_("Drug, as needed"))
    password = forms.CharField(
        label=_("Your password, to sign"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["drug"].choices = [("", "–"), *drugs()]  # type: ignore[attr-defined]
        self.order_fields(["drug", *SMALLER, "password"])


class WithdrawForm(forms.Form):
    """The end of an as-needed order: by the doctor's password, or by voice and read back."""

    drug = forms.ChoiceField(label=_("Order to withdraw"))
    reason = forms.CharField(label=_("Why"), max_length=500)

    def __init__(
        self, *args: Any, ordered: Iterable[str], doctors: list[tuple[str, str]], signs: bool,
        **more: Any,
    ) -> None:  # fmt: skip
        super().__init__(*args, **more)
        self.fields["drug"].choices = [(d, _now(d)) for d in ordered]  # type: ignore[attr-defined]
        if signs:
            self.fields["password"] = AsNeededForm.base_fields["password"]
        else:
            self.fields["prescriber"] = forms.ChoiceField(
                label=_("Ordered by"), choices=[("", "–"), *doctors]
            )
            self.fields["read_back"] = forms.BooleanField(label=READ_BACK, required=False)

    def spoken(self) -> Spoken:
        """The end of an order given by voice, as the pathway wants it."""
        data = self.cleaned_data
        return Spoken(
            prescriber=uuid.UUID(data["prescriber"]), read_back=data["read_back"],
            withdrawn=data["drug"], reason=data["reason"],
        )


class VoiceForm(ChangeForm, Smaller):
    """An order given by voice: for the infusion, or for one drug as needed."""

    prescriber = forms.ChoiceField(label=_("Ordered by"))
    drug = forms.ChoiceField(label=_("Drug, as needed"), required=False)
    read_back = forms.BooleanField(label=READ_BACK, required=False)

    def __init__(self, *args: Any, doctors: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["prescriber"].choices = [("", "–"), *doctors]  # type: ignore[attr-defined]
        self.fields["drug"].choices = [  # type: ignore[attr-defined]
            ("", _("none: it is about the infusion")), *drugs()
        ]
        self.order_fields(["prescriber", "drug", *SMALLER, *CHANGES, "read_back"])

    def _says_something(self, data: dict[str, Any]) -> bool:
        return bool(data.get("drug")) or super()._says_something(data)

    def spoken(self) -> Spoken:
        """The order, as the pathway wants it."""
        data = self.cleaned_data
        changed = ChangeForm._says_something(self, data)
        return Spoken(
            prescriber=uuid.UUID(data["prescriber"]), read_back=data["read_back"],
            wanted=self.wanted(data["drug"]) if data["drug"] else None,
            change=self.change() if changed else None,
        )  # fmt: skip


def drugs() -> list[tuple[str, str]]:
    """This function will list drug and route of the catalogue, with the limits that hold."""
    return [
        (f"{name}/{route}", f"{_now(name)} {route.upper()}: {_limits(known)}")
        for name, known in rescue.drugs().items()
        for route in known.routes
    ]


def _limits(known: rescue.RescueDrug) -> str:
    """Say the catalogue's limits: "at most 1 mg, 5 mg in all, 2 min between"."""
    one = _now("at most {n} {unit}").format(n=known.dose_high, unit=known.unit)
    if known.session_max is None:
        return one
    rest = _now("{n} {unit} in all, {minutes} min between").format(
        n=known.session_max, unit=known.unit, minutes=known.interval_min
    )
    return f"{one}, {rest}"
