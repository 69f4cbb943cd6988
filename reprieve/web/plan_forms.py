"""Forms of the plan: which regimens to compare, and how the chosen one is made to fit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import evidence, rescue
from reprieve.clinical.regimens import Regimen, regimens
from reprieve.pathway import booster_gap
from reprieve.pathway.plan_doses import Fitted
from reprieve.pathway.planning import Plan
from reprieve.web.gate_forms import LENGTH, MASS, amount, in_unit
from reprieve.web.words import day

MOST = 3
BASES = (("", _("not needed")), ("actual", _("actual weight")), ("ideal", _("ideal weight")))


def ask_body(form: forms.Form, *, weight: Decimal | None, height: Decimal | None) -> None:
    """This function will ask for what no record holds as for the first, not for another one."""
    if weight is None:
        form.fields["weight"].label, form.fields["weight"].required = _("Weight"), True
    if height is None:
        form.fields["height"].label = _("Height")


class CompareForm(forms.Form):
    """Up to three regimens side by side, for a weight: the one on record, or one typed here."""

    regimen = forms.MultipleChoiceField(
        label=_("Regimens, at most three"), widget=forms.CheckboxSelectMultiple
    )
    condition = forms.ChoiceField(label=_("For"), required=False)
    weight = amount(_("Another weight"), digits=1, required=False)
    height = amount(_("Another height"), digits=1, required=False)
    weight_basis = forms.ChoiceField(label=_("Dose by"), choices=BASES, required=False)

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["regimen"].choices = [  # type: ignore[attr-defined]
            (name, _now(one.name)) for name, one in regimens().items()
        ]
        self.fields["condition"].choices = conditions()  # type: ignore[attr-defined]

    def clean_regimen(self) -> list[str]:
        """Side by side is at most three."""
        chosen: list[str] = self.cleaned_data["regimen"]
        if len(chosen) > MOST:
            raise forms.ValidationError(_now("Choose at most three."))
        return chosen


class SignForm(forms.Form):
    """The plan that is signed. Empty fields keep the regimen's own numbers.

    `held_until` is the first day that keeps the shortest gap before a booster: until then it asks
    why one comes nearer.
    """

    condition = forms.ChoiceField(label=_("For"))
    rationale = forms.CharField(
        label=_("Why this treatment here"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed where the evidence is weak."),
    )  # fmt: skip
    goal = forms.CharField(label=_("Goal of the patient"), required=False, max_length=500)
    weight = amount(_("Another weight"), digits=1, required=False)
    height = amount(_("Another height"), digits=1, required=False)
    weight_basis = forms.ChoiceField(label=_("Dose by"), choices=BASES, required=False)
    sessions = forms.IntegerField(label=_("Infusions"), required=False, min_value=1)
    duration_min = forms.IntegerField(label=_("Minutes each"), required=False, min_value=10)
    highest_rate_mg_per_h = amount(_("The nurse may go up to"), digits=3, required=False)
    maximum_mg = amount(_("At most in one session"), digits=3, required=False)
    bolus_max_mg = amount(_("At most in one bolus"), digits=3, required=False)
    rescue = forms.MultipleChoiceField(
        label=_("As needed, with the usual limits"), required=False,
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    is_booster = forms.BooleanField(label=_("This is a booster"), required=False)
    nearer = forms.CharField(
        label=_("Why nearer than the shortest gap"), required=False, max_length=2000,
        widget=forms.Textarea(attrs={"rows": 2}),
    )  # fmt: skip
    password = forms.CharField(
        label=_("Your password, to sign"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, regimen: Regimen, held_until: date | None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.regimen = regimen
        self._ask_nearer(held_until)
        self.fields["condition"].choices = conditions()  # type: ignore[attr-defined]
        self.fields["rescue"].choices = [  # type: ignore[attr-defined]
            (name, f"{name} {one.routes[0].upper()}: {', '.join(_now(w) for w in one.given_for)}")
            for name, one in rescue.drugs().items()
        ]
        self._smaller()
        self.steps = [1, *(step.from_session for step in regimen.titration)]
        for number in self.steps:
            label = _now("Amount from infusion {n} on").format(n=number)
            own = f"{regimen.amount_at(number):f} {regimen.unit}"
            self.fields[f"amount_{number}"] = amount(
                label, digits=3, required=False,
                help_text=_now("The regimen says {own}.").format(own=own),
            )  # fmt: skip

    def plan(self, *, weight_kg: Decimal, height_cm: Decimal | None) -> Plan:
        """The plan, as the pathway wants it."""
        data = self.cleaned_data
        plain = ("condition", "rationale", "goal", "weight_basis", "is_booster",
                 "highest_rate_mg_per_h", "maximum_mg", "bolus_max_mg")  # fmt: skip
        return Plan(
            regimen=self.regimen.id, weight_kg=weight_kg, height_cm=height_cm,
            fit=Fitted(amounts=self._amounts(), sessions=data["sessions"],
                       duration_min=data["duration_min"]),
            rescue={name: self._route(name) for name in data["rescue"]},
            rescue_limits=self._limits(),
            **{name: data[name] for name in plain}, nearer=data.get(booster_gap.FIELD, ""),
        )  # fmt: skip

    def _ask_nearer(self, held_until: date | None) -> None:
        if held_until is None:
            del self.fields[booster_gap.FIELD]
            return
        self.fields[booster_gap.FIELD].help_text = _now(
            "Needed for a booster before {day}, also where it is booked already."
        ).format(day=day(held_until))

    def _smaller(self) -> None:
        """A drug's own route and limits; what stays empty is the catalogue's, shown beside it."""
        for name, known in rescue.drugs().items():
            if len(known.routes) > 1:
                routes = [(route, route.upper()) for route in known.routes]
                self.fields[f"{name}_route"] = forms.ChoiceField(
                    label=_("Route"), choices=routes, required=False
                )
            if known.unit != "mg":
                continue
            for limit, label, most in (
                ("dose_max", _("One dose at most"), known.dose_high),
                ("session_max", _("In this session at most"), known.session_max),
            ):
                self.fields[f"{name}_{limit}"] = amount(
                    label, digits=3, required=False,
                    help_text=_now("at most {n} {unit}").format(n=most, unit="mg"),
                )  # fmt: skip
            self.fields[f"{name}_interval_min"] = forms.IntegerField(
                label=_("Wait between"), required=False,
                help_text=_now("at least {n} min").format(n=known.interval_min),
            )  # fmt: skip

    def smaller(self) -> list[tuple[str, list[tuple[forms.BoundField, str]]]]:
        """Each drug with its fields and their units."""
        units = {"route": "", "dose_max": "mg", "session_max": "mg", "interval_min": "min"}
        return [
            (name, [(self[f"{name}_{one}"], unit) for one, unit in units.items()
                    if f"{name}_{one}" in self.fields])
            for name in rescue.drugs()
        ]  # fmt: skip

    def has_smaller_errors(self) -> bool:
        """Whether something behind the fold was refused, so that it must be seen."""
        return any(field.errors for _name, fields in self.smaller() for field, _unit in fields)

    def _route(self, name: str) -> str:
        return str(self.cleaned_data.get(f"{name}_route") or rescue.drug(name).routes[0])

    def _limits(self) -> dict[str, dict[str, Any]]:
        """What was typed below the catalogue; beside a drug that is not ticked it is refused."""
        names = ("dose_max", "session_max", "interval_min")
        typed = {
            drug: {n: value for n in names
                   if (value := self.cleaned_data.get(f"{drug}_{n}")) is not None}
            for drug in rescue.drugs()
        }  # fmt: skip
        return {drug: limits for drug, limits in typed.items() if limits}

    def _amounts(self) -> dict[int, Decimal] | None:
        """All steps once any is changed: what is not typed stays the regimen's own."""
        typed = {n: self.cleaned_data[f"amount_{n}"] for n in self.steps}
        if all(value is None for value in typed.values()):
            return None
        return {
            n: self.regimen.amount_at(n) if value is None else value for n, value in typed.items()
        }

    def amount_fields(self) -> list[forms.BoundField]:
        """The amounts, one for each step of the regimen."""
        return [self[f"amount_{n}"] for n in self.steps]


def conditions() -> list[tuple[str, str]]:
    """This function will list the conditions whose evidence is described."""
    known = [(name, _now(evidence.evidence(name).name.id)) for name in evidence.conditions()]
    return [("", "–"), *known]


def weight_of(form: forms.Form, on_record: Decimal | None) -> Decimal | None:
    """This function will return the weight typed, in kg, or else the one on record."""
    if form.cleaned_data.get("weight") is None:
        return on_record
    return in_unit(form, "weight", MASS, "kg", "0.01")


def height_of(form: forms.Form, on_record: Decimal | None) -> Decimal | None:
    """This function will return the height typed, in cm, or else the one on record."""
    if form.cleaned_data.get("height") is None:
        return on_record
    return in_unit(form, "height", LENGTH, "cm", "0.1")
