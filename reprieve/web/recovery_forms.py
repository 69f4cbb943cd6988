"""Entries in recovery. Nothing is filled in beforehand; what is left open stays unknown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reprieve.clinical.instruments import Instrument, Item, instrument
from reprieve.pathway import recovery
from reprieve.pathway.discharge import AGAINST_ADVICE, HOME, HOSPITAL
from reprieve.pathway.recovery import Seen

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
RASS = [(str(n), f"{n:+d}" if n else "0") for n in range(4, -6, -1)]
PRESSED = ("rass", "pain")
VITALS = ("sbp", "dbp", "heart_rate", "spo2", "respiratory_rate")
LABELS = {
    "sbp": _("Systolic blood pressure"), "dbp": _("Diastolic blood pressure"),
    "heart_rate": _("Heart rate"), "spo2": _("Oxygen saturation"),
    "respiratory_rate": _("Breaths in a minute"),
}  # fmt: skip
UNITS = {"sbp": "mmHg", "dbp": "mmHg", "heart_rate": "/min", "spo2": "%",
         "respiratory_rate": "/min"}  # fmt: skip
ASKED = {
    "on_oxygen": _("Gets oxygen now"),
    "nausea_controlled": _("Nausea and vomiting are under control"),
    "walks_as_before": _("Walks (or moves) as before, with the usual aid"),
    "function_at_baseline": _("Is at the function documented before treatment"),
    "iv_removed": _("The intravenous line is out"),
    "suicidal_statement": _("Spoke of suicide or of wanting to die today"),
    "escort_present": _("The adult escort is here"),
    "written_instructions_given": _("Has the written instructions, and they were explained"),
}
TITLES = {"modified-aldrete": _("Modified Aldrete score"), "padss": _("Ready to go home (PADSS)"),
          "orientation": _("Orientation")}  # fmt: skip
WAYS = [
    (HOME, _("Home, with the escort")), (AGAINST_ADVICE, _("Left against advice")),
    (HOSPITAL, _("To a hospital")),
]  # fmt: skip


def _pressed(label: Any, choices: list[tuple[str, Any]]) -> forms.Field:
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=forms.RadioSelect
    )


def name_of(form: str, item: str) -> str:
    """This function will name the field of a score's item."""
    return f"{form}.{item}"


class LookForm(forms.Form):
    """One look at a patient: vital signs, three scores, and what is asked."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        for code in VITALS:
            self.fields[code] = forms.IntegerField(label=LABELS[code], required=False)
        self.fields["standing_sbp"] = forms.IntegerField(
            label=_("Systolic pressure standing"), required=False,
            help_text=_("After clonidine, labetalol, hydralazine or midazolam."),
        )  # fmt: skip
        self.fields["rass"] = _pressed(_("Sedation (RASS)"), RASS)
        self.fields["pain"] = _pressed(
            _("Pain now, 0 to 10"), [(str(n), str(n)) for n in range(11)]
        )
        for score in recovery.SCORES:
            for item in instrument(score).items:
                self.fields[name_of(score, item.id)] = _pressed(gettext(item.label), _choices(item))
        for fact, label in ASKED.items():
            self.fields[fact] = _pressed(label, YES_NO)
        self.fields["note"] = forms.CharField(
            label=_("Note"), required=False, max_length=2000,
            widget=forms.Textarea(attrs={"rows": 2}),
        )  # fmt: skip

    def vitals(self) -> Iterator[tuple[forms.BoundField, str]]:
        """The measured numbers with their units."""
        yield from ((self[code], UNITS[code]) for code in VITALS)
        yield self["standing_sbp"], "mmHg"

    def scores(self) -> Iterator[tuple[Any, list[forms.BoundField]]]:
        """Each score with its questions."""
        for score in recovery.SCORES:
            items = instrument(score).items
            yield TITLES[score], [self[name_of(score, item.id)] for item in items]

    def asked(self) -> Iterator[forms.BoundField]:
        """What is asked with yes or no."""
        yield from (self[fact] for fact in ASKED)

    def clean(self) -> dict[str, Any]:
        """A score begun is a score finished: half of one says nothing."""
        data: dict[str, Any] = super().clean() or {}
        for score in recovery.SCORES:
            names = [name_of(score, item.id) for item in instrument(score).items]
            given = [name for name in names if data.get(name)]
            for name in set(names) - set(given) if given else ():
                self.add_error(name, gettext("is not answered"))
        return data

    def seen(self) -> Seen:
        """Give what a valid form holds."""
        data = self.cleaned_data
        values = {code: data[code] for code in VITALS if data[code] is not None}
        values |= {code: int(data[code]) for code in PRESSED if data[code]}
        told = {fact: data[fact] == "yes" for fact in ASKED if data[fact]}
        return Seen(
            values=values, scores=dict(_scores(data)), told=told, note=data["note"],
            standing_sbp=data["standing_sbp"],
        )  # fmt: skip

    def place(self, field: str) -> str:
        """Tell under which field a refused value stands: an item is named by its score."""
        return next((n for n in self.fields if n == field or n.endswith(f".{field}")), field)


def _choices(item: Item) -> list[tuple[str, Any]]:
    if item.options:
        return [(str(o.value), f"{o.value}: {gettext(o.label)}") for o in item.options]
    return [("1", _("Yes")), ("0", _("No"))]


def _scores(data: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, int]]]:
    for score in recovery.SCORES:
        form: Instrument = instrument(score)
        answers = {i.id: data[name_of(score, i.id)] for i in form.items}
        if all(answers.values()):
            yield score, {name: int(value) for name, value in answers.items()}


class AdviceForm(forms.Form):
    """When to take usual medicines again, in the physician's words."""

    advice = forms.CharField(
        label=_("When to take the usual medicines again"), max_length=4000,
        help_text=_("It is printed as you write it. Name each opioid and sedative medicine."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )  # fmt: skip


class EscortForm(forms.Form):
    """Who takes the patient home."""

    name = forms.CharField(label=_("Escort's name"), max_length=120)
    phone = forms.CharField(
        label=_("Escort's telephone"), max_length=40, widget=forms.TextInput(attrs={"type": "tel"})
    )


class DischargeForm(forms.Form):
    """How the patient leaves, who calls tomorrow, and who stands for it."""

    way = forms.ChoiceField(label=_("How the patient leaves"), choices=WAYS,
                            widget=forms.RadioSelect)  # fmt: skip
    reason = forms.CharField(
        label=_("What happened"), required=False, max_length=4000,
        help_text=_("Needed unless the patient goes home."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    caller = forms.ChoiceField(label=_("Who calls after 24 hours"), required=False)
    password = forms.CharField(
        label=_("Your password, as your signature"), strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )  # fmt: skip

    def __init__(self, *args: Any, callers: list[tuple[str, str]], **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["caller"].choices = [("", _("the nurse on duty")), *callers]  # type: ignore[attr-defined]
