"""Forms of the start gate. A measurement is never filled in beforehand."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve import knowledge, units
from reprieve.web.second import SecondForm

SITES = (
    ("left hand", _("left hand")), ("right hand", _("right hand")),
    ("left forearm", _("left forearm")), ("right forearm", _("right forearm")),
    ("left elbow", _("left elbow")), ("right elbow", _("right elbow")), ("port", _("port")),
)  # fmt: skip
GAUGES = [(str(n), f"{n} G") for n in (18, 20, 22, 24)]
RASS = [(str(n), f"{n:+d}" if n else "0") for n in range(4, -6, -1)]
YES_NO = (("yes", _("Yes")), ("no", _("No")))
MASS = {"kg": "kg", "lb": "[lb_av]"}
LENGTH = {"cm": "cm", "in": "[in_i]"}


def amount(label: Any, *, digits: int = 1, required: bool = True, **more: Any) -> forms.Field:
    """A number with few decimals."""
    return forms.DecimalField(
        label=label, max_digits=8, decimal_places=digits, required=required, **more
    )


class OpenForm(forms.Form):
    """Where the patient sits, and whether a monitor or a person reads the values."""

    appointment = forms.ChoiceField(label=_("Booked visit"), required=False)
    chair = forms.ChoiceField(label=_("Chair"), required=False)
    source = forms.ChoiceField(
        label=_("Vital signs come"), widget=forms.RadioSelect,
        choices=(("hand", _("by hand")), ("feed", _("from a monitor's feed"))),
    )  # fmt: skip

    def __init__(
        self, *args: Any, visits: list[tuple[str, str]], chairs: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        none = [("", _("none"))]
        self.fields["appointment"].choices = [*none, *visits]  # type: ignore[attr-defined]
        self.fields["chair"].choices = [*none, *chairs]  # type: ignore[attr-defined]


class IdentityForm(forms.Form):
    """What the patient says when asked: two of these must match the record."""

    family = forms.CharField(label=_("Family name, as said"), max_length=100, required=False)
    birth_date = forms.DateField(
        label=_("Date of birth, as said"), required=False,
        widget=forms.DateInput(attrs={"type": "date", "autocomplete": "off"}),
    )  # fmt: skip
    phone = forms.CharField(label=_("Last four digits of the telephone"), max_length=20,
                            required=False)  # fmt: skip
    mrn = forms.CharField(label=_("Number on the wristband"), max_length=40, required=False)


class BodyForm(forms.Form):
    """Weight as the scale shows it now, in kg or lb; height once."""

    weight = amount(_("Weight now"), digits=1)
    height = amount(_("Height"), digits=1, required=False,
                    help_text=_("Leave empty when the height on record is right."))  # fmt: skip

    def kilograms(self) -> Decimal:
        """The weight typed, in kg: pounds are converted, rounded to 0.01 kg."""
        return in_unit(self, "weight", MASS, "kg", "0.01")

    def centimetres(self) -> Decimal | None:
        """The height typed, in cm, or None."""
        if self.cleaned_data["height"] is None:
            return None
        return in_unit(self, "height", LENGTH, "cm", "0.1")


class AgainForm(SecondForm):
    """The same weight, typed by another person who does not see the first."""

    weight = amount(_("Weight, read off the scale again"), digits=1)

    def kilograms(self) -> Decimal:
        """The weight typed, in kg."""
        return in_unit(self, "weight", MASS, "kg", "0.01")


class VitalsForm(forms.Form):
    """One set before the start, measured now."""

    sbp = amount(_("Blood pressure, upper"), digits=0)
    dbp = amount(_("Blood pressure, lower"), digits=0)
    heart_rate = amount(_("Heart rate"), digits=0)
    spo2 = amount(_("Oxygen saturation"), digits=0)
    respiratory_rate = amount(_("Breaths in a minute"), digits=0)
    rass = forms.ChoiceField(label=_("Sedation (RASS)"), choices=RASS, widget=forms.RadioSelect)


class EscortForm(forms.Form):
    """Who takes the patient home."""

    name = forms.CharField(label=_("Name of the escort"), max_length=100)
    phone = forms.CharField(label=_("Telephone of the escort"), max_length=100)


class LineForm(forms.Form):
    """The line as it lies."""

    site = forms.ChoiceField(label=_("Site"), choices=SITES, widget=forms.RadioSelect)
    gauge = forms.ChoiceField(label=_("Gauge"), choices=GAUGES, widget=forms.RadioSelect)
    attempts = forms.IntegerField(label=_("Attempts"), min_value=1, max_value=10)
    runs_freely = forms.ChoiceField(
        label=_("Does it run freely, without pain or swelling?"), choices=YES_NO,
        widget=forms.RadioSelect,
    )  # fmt: skip


class PeopleForm(forms.Form):
    """Named people: responsibility has a name."""

    life_support = forms.ChoiceField(label=_("Trained in advanced life support, here now"))
    physician = forms.ChoiceField(label=_("Supervising physician, available at once"))
    starter = forms.ChoiceField(label=_("Starts the infusion"))
    nurses = forms.IntegerField(
        label=_("Nurses in the room now"), min_value=0, max_value=50,
        help_text=_("Those who are free for infusing and recovering patients."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, staff: list[tuple[str, str]], doctors: list[tuple[str, str]], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        self.fields["life_support"].choices = [("", "–"), *staff]  # type: ignore[attr-defined]
        self.fields["starter"].choices = [("", "–"), *staff]  # type: ignore[attr-defined]
        self.fields["physician"].choices = [("", "–"), *doctors]  # type: ignore[attr-defined]


class OximeterForm(forms.Form):
    """By hand: the pulse oximeter and its own alarm."""

    is_on = forms.ChoiceField(
        label=_("Is a pulse oximeter on the patient?"), choices=YES_NO, widget=forms.RadioSelect
    )
    alarm_heard = forms.ChoiceField(
        label=_("Was its own alarm heard?"), choices=YES_NO, widget=forms.RadioSelect
    )


class MonitorForm(forms.Form):
    """Which monitor speaks for this patient from now on."""

    device = forms.ChoiceField(label=_("Monitor"), widget=forms.RadioSelect)
    patient_ids = forms.CharField(
        label=_("Patient number that the monitor shows"), required=False, max_length=200,
        help_text=_("With it, a message that names another patient is kept apart."),
    )  # fmt: skip

    def __init__(self, *args: Any, devices: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["device"].choices = devices  # type: ignore[attr-defined]


class OverrideForm(SecondForm):
    """Why the infusion may start all the same, and who stands beside it."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


class AskForm(forms.Form):
    """The reason, and whom to ask who is elsewhere."""

    reason = forms.CharField(
        label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )
    second = forms.ChoiceField(label=_("Whom to ask"))

    def __init__(self, *args: Any, colleagues: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["second"].choices = [("", "–"), *colleagues]  # type: ignore[attr-defined]


class ReasonForm(forms.Form):
    """What a doctor says to a warning."""

    reason = forms.CharField(
        label=_("What you say to it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
    )


def strengths() -> list[tuple[str, str]]:
    """This function will list the strengths of vials that the clinic may hold."""
    data = knowledge.load("reprieve.clinical", "recipe").data
    return [(s, f"{s} mg/mL") for s in data["vial_strengths_mg_per_ml"]]


def in_unit(form: forms.Form, field: str, known: dict[str, str], to: str, step: str) -> Decimal:
    """This function will convert a typed amount by the unit chosen beside it. Raises BadValue."""
    unit = form.data.get(f"{form.add_prefix(field)}_unit") or next(iter(known))
    value: Decimal = form.cleaned_data[field]
    if unit not in known:
        raise knowledge.BadValue(f"{field}_unit", f"{unit!r} is none of {', '.join(known)}")
    if unit == to:
        return value
    return units.convert(value, from_unit=known[unit], to_unit=to).quantize(Decimal(step))
