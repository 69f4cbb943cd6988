"""Entries at the chair: small plain forms. A measurement is never filled in beforehand."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import rescue
from reprieve.monitoring import vitals
from reprieve.pathway import charting, charting_harm, harm_end
from reprieve.web.emergency_words import SITUATIONS, STEPS

MOMENTS = ["%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M"]
TEN = [(str(n), str(n)) for n in range(11)]
YES_NO = [("yes", _("Yes")), ("no", _("No"))]
MOAAS = [(str(n), str(n)) for n in range(5, -1, -1)]
RASS = [(str(n), f"{n:+d}" if n else "0") for n in range(4, -6, -1)]


def amount(label: Any, *, digits: int = 1, required: bool = True, **more: Any) -> forms.Field:
    """A number with few decimals, typed on a keypad."""
    return forms.DecimalField(
        label=label, max_digits=8, decimal_places=digits, required=required, **more
    )


def text(label: Any, *, required: bool = False, help_text: Any = "") -> forms.Field:
    """A line or two of free text."""
    widget = forms.Textarea(attrs={"rows": 2})
    return forms.CharField(
        label=label, required=required, max_length=2000, widget=widget, help_text=help_text
    )


def scale(label: Any, choices: list[tuple[str, Any]]) -> forms.Field:
    """A score pressed, not typed; nothing is pressed beforehand."""
    return forms.ChoiceField(
        label=label, choices=choices, required=False, widget=forms.RadioSelect,
    )  # fmt: skip


class Entered(forms.Form):
    """An entry. Fields named in `FOLDED` lie behind "More", time fields behind "Not now"."""

    FOLDED: tuple[str, ...] = ()
    TIME: tuple[str, ...] = ("at", "why")

    def first(self) -> list[forms.BoundField]:
        """The fields in view."""
        return [f for f in self if f.name not in (*self.FOLDED, *self.TIME)]

    def folded(self) -> list[forms.BoundField]:
        """The fields behind "More"."""
        return [f for f in self if f.name in self.FOLDED]

    def folded_errors(self) -> bool:
        """Whether something behind "More" was refused, so that it must be seen."""
        return any(f.errors for f in self.folded())


class Timed(Entered):
    """An entry whose time is now unless another is given, with the reason."""

    at = forms.DateTimeField(
        label=_("Time, if not now"), required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
        input_formats=MOMENTS,
    )  # fmt: skip
    why = forms.CharField(
        label=_("Why another time"), required=False, max_length=200,
    )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        """Ask for the reason when the time is not now."""
        data = super().clean() or self.cleaned_data
        if data.get("at") and not data.get("why"):
            self.add_error("why", _now("say why the time is not now"))
        return data

    def said(self) -> str:
        """The entry's free text with the reason for another time, as one note."""
        data = self.cleaned_data
        return " · ".join(p for p in (data.get("note", ""), data.get("why", "")) if p)


class SetForm(Timed):
    """One row of observations: what was measured, nothing else."""

    FOLDED = ("moaas", "cadss6", "nausea", "anxiety", "o2_l_per_min", "etco2", "temp_c", "note")

    sbp = amount(_("Systolic, mmHg"), digits=0, required=False)
    dbp = amount(_("Diastolic, mmHg"), digits=0, required=False)
    heart_rate = amount(_("Heart rate, /min"), digits=0, required=False)
    spo2 = amount(_("SpO2, %"), digits=0, required=False)
    respiratory_rate = amount(_("Breaths, /min"), digits=0, required=False)
    rass = scale(_("Sedation (RASS)"), RASS)
    pain = scale(_("Pain, 0 to 10"), TEN)
    dissociation = scale(_("Dissociation, 0 to 10"), TEN)
    moaas = scale(_("Sedation (MOAA/S, 5 awake to 0)"), MOAAS)
    cadss6 = amount(_("CADSS-6, total 0 to 24"), digits=0, required=False)
    nausea = scale(_("Nausea, 0 to 10"), TEN)
    anxiety = scale(_("Anxiety, 0 to 10"), TEN)
    o2_l_per_min = amount(_("Oxygen, L/min"), required=False)
    etco2 = amount(_("EtCO2, mmHg"), digits=0, required=False)
    temp_c = amount(_("Temperature, °C"), required=False)
    note = text(_("Note"))

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        # For a page without a server: what cannot be is said before it is kept.
        for code in (*vitals.signals(), "cadss6"):
            if code in self.fields:
                known = vitals.signal(code)
                span = {"min": f"{known.low:g}", "max": f"{known.high:g}"}
                self.fields[code].widget.attrs |= span

    def values(self) -> dict[str, Decimal]:
        """What was filled in, by code."""
        codes = charting.codes()
        given = {k: v for k, v in self.cleaned_data.items() if k in codes and v not in (None, "")}
        return {code: Decimal(str(value)) for code, value in given.items()}


class NoteForm(Timed):
    """Something that happened, in words."""

    note = text(_("What happened"), required=True)


class UrgentForm(Timed):
    """Something seen that stops an infusion and that no monitor tells."""

    what = forms.ChoiceField(
        label=_("What is it?"), widget=forms.RadioSelect,
        choices=[("panic", _("Panic")), ("asks-to-stop", _("The patient asks to stop")),
                 ("arrhythmia", _("New arrhythmia"))],
    )  # fmt: skip
    note = text(_("Note"))

    def words(self) -> str:
        """What happened, as it stands on the chart."""
        chosen = dict(self.fields["what"].choices)[self.cleaned_data["what"]]  # type: ignore[attr-defined]
        return " · ".join(part for part in (str(chosen), self.said()) if part)


class EmergencyForm(Timed):
    """A press on the emergency card: a situation, or a step that was taken."""

    what = forms.ChoiceField(
        label=_("Emergency"),
        choices=[*((key, said[0]) for key, said in SITUATIONS.items()), *STEPS.items()],
    )


class ReasonForm(Timed):
    """A press with an optional word."""

    note = text(_("Note"))


class RateForm(Timed):
    """A new rate."""

    rate_mg_per_h = amount(_("New rate, mg/h"))
    reported = forms.BooleanField(label=_("Already set at the pump"), required=False)
    note = text(_("Note"))


class RunForm(Timed):
    """The rate to go on with."""

    rate_mg_per_h = amount(_("Rate, mg/h"))
    note = text(_("Note"))


class BolusForm(Timed):
    """A bolus of the drug itself."""

    dose_mg = amount(_("Bolus, mg"))
    over_min = forms.IntegerField(label=_("Over minutes"), min_value=0, max_value=240, initial=10)
    reported = forms.BooleanField(label=_("Already given"), required=False)
    note = text(_("Note"))


class VolumeForm(Timed):
    """What is left in the bag or syringe."""

    volume_left_ml = amount(_("Volume left, mL"), min_value=0, max_value=2000)
    note = text(_("Note"))


class BagForm(Timed):
    """A new bag or syringe; strength and volume were checked by a second person."""

    volume_left_ml = amount(_("Left in the old one, mL"), min_value=0, max_value=2000)
    note = text(_("Note"))


class ChairForm(Timed):
    """Another chair."""

    chair = forms.ChoiceField(label=_("To chair"))
    note = text(_("Note"))

    def __init__(self, *args: Any, chairs: Iterable[tuple[str, str]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["chair"].choices = [("", "–"), *chairs]  # type: ignore[attr-defined]


class InfiltratedForm(Timed):
    """How much went beside the vein."""

    dose_mg = amount(_("Not given into the vein, mg"), min_value=0)
    note = text(_("Note"))


class HandoverForm(Timed):
    """To whom the chair is handed over."""

    to = forms.ChoiceField(label=_("To"))
    note = text(_("What the next nurse must know"))

    def __init__(self, *args: Any, staff: Iterable[tuple[str, str]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["to"].choices = [("", "–"), *staff]  # type: ignore[attr-defined]


class DrugForm(Timed):
    """A drug given beside the infusion, inside its order."""

    drug = forms.ChoiceField(
        label=_("Drug"),
        # None beforehand: a press too many must not chart a drug that nobody chose.
        choices=lambda: [("", "–"), *((d.id, f"{_now(d.id)} ({d.unit})")
                                      for d in rescue.drugs().values())],
    )  # fmt: skip
    dose = amount(_("Dose"), digits=3)
    route = forms.ChoiceField(
        label=_("Route"),
        choices=[("iv", _("into the vein")), ("po", _("by mouth")), ("inhaled", _("inhaled"))],
    )
    reported = forms.BooleanField(label=_("Already given"), required=False)
    note = text(_("Note"))

    def __init__(self, *args: Any, asked: Iterable[tuple[str, str]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.asked = [fact for fact, _words in asked]
        for fact, words in asked:
            self.fields[fact] = scale(words, YES_NO)

    def answers(self) -> dict[str, bool]:
        """What was answered of the questions that a drug asks, by fact."""
        said = {fact: self.cleaned_data.get(fact) for fact in self.asked}
        return {fact: value == "yes" for fact, value in said.items() if value}


class HarmForm(Timed):
    """A side effect with its grade, action and outcome."""

    term = forms.CharField(
        label=_("Side effect"), max_length=80,
        widget=forms.TextInput(attrs={"list": "harm-terms", "autocomplete": "off"}),
    )  # fmt: skip
    grade = forms.TypedChoiceField(
        label=_("Grade"), coerce=int, widget=forms.RadioSelect,
        choices=[(1, _("1 mild")), (2, _("2 moderate")), (3, _("3 severe")),
                 (4, _("4 life-threatening")), (5, _("5 death"))],
    )  # fmt: skip
    action = forms.ChoiceField(
        label=_("Action"), choices=lambda: [(a, _now(a)) for a in charting_harm.ACTIONS]
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=lambda: [(o, _now(o)) for o in charting_harm.OUTCOMES]
    )
    serious = forms.BooleanField(label=_("Serious (hospital, disability, danger)"), required=False)
    note = text(_("Note"))


class HarmEndForm(Timed):
    """A side effect that is over: now, unless another time is given."""

    harm = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Outcome"), choices=lambda: [(o, _now(o)) for o in harm_end.ENDINGS],
        initial="resolved",
    )  # fmt: skip
    note = text(_("Note"))


class LineForm(Entered):
    """A new line: where, how thick, after how many attempts."""

    site = forms.CharField(label=_("Where"), max_length=60)
    gauge = forms.IntegerField(label=_("Gauge"), min_value=14, max_value=26)
    attempts = forms.IntegerField(label=_("Attempts"), min_value=1, max_value=10)
    runs_freely = forms.BooleanField(label=_("It runs freely"), required=False)


class CorrectForm(Entered):
    """Strike a typed value through; a new value may stand for it."""

    observation = forms.UUIDField(widget=forms.HiddenInput)
    value = amount(_("Right value; empty strikes it through"), digits=2, required=False)
    reason = text(_("Why"), required=True)


class SuspendForm(Entered):
    """Put one limit aside for a while."""

    limit = forms.ChoiceField(label=_("Limit"))
    minutes = forms.IntegerField(label=_("Minutes, at most 30"), min_value=1, max_value=30)
    reason = text(_("Why"), required=True)

    def __init__(self, *args: Any, limits: Iterable[tuple[str, str]] = (), **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["limit"].choices = list(limits)  # type: ignore[attr-defined]


def micrograms(amount_mg: Decimal) -> int:
    """This function will turn milligrams typed with few decimals into whole micrograms."""
    return int(amount_mg * 1000)


