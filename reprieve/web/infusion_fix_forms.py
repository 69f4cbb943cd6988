"""What was charted wrongly and what is right: one form for each kind of entry that has an act.

A form opens with what stands on the chart, so that one press changes the one thing that is wrong.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from reprieve.web.infusion_forms import MOMENTS, DrugForm, Entered, HarmForm, amount, text


def right_time(label: Any, *, required: bool = False) -> forms.Field:
    """Another moment than the one on the chart, to the second."""
    return forms.DateTimeField(
        label=label, required=required, input_formats=MOMENTS,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}),
    )  # fmt: skip


class Fix(Entered):
    """A correction: which entry, its right time where that was wrong, and why."""

    TIME = ()

    entry = forms.UUIDField(widget=forms.HiddenInput)
    at = right_time(_("Right time; empty: as charted"))
    reason = text(_("Why"), required=True)


class DrugFixForm(Fix):
    """The drug that was given, as it was."""

    field_order = ("entry", "drug", "dose", "route", "at", "reason")

    drug = DrugForm.base_fields["drug"]
    dose = DrugForm.base_fields["dose"]
    route = DrugForm.base_fields["route"]
    reason = text(
        _("Why"), required=True,
        help_text=_("Of a controlled drug whose syringe is accounted for, the medical director "
                    "gets the difference."),
    )  # fmt: skip


class HarmFixForm(Fix):
    """The side effect as it was."""

    field_order = ("entry", "term", "grade", "action", "outcome", "serious", "at", "reason")

    term = HarmForm.base_fields["term"]
    grade = HarmForm.base_fields["grade"]
    action = HarmForm.base_fields["action"]
    outcome = HarmForm.base_fields["outcome"]
    serious = HarmForm.base_fields["serious"]


class RateFixForm(Fix):
    """The rate that the pump ran at."""

    field_order = ("entry", "rate_mg_per_h", "at", "reason")

    rate_mg_per_h = amount(_("Right rate, mg/h"), digits=3, min_value=0)


class DoseFixForm(Fix):
    """A bolus, or what went beside the vein."""

    field_order = ("entry", "dose_mg", "over_min", "at", "reason")

    dose_mg = amount(_("Right amount, mg"), digits=3, min_value=0)
    over_min = forms.IntegerField(
        label=_("Over minutes, of a bolus"), min_value=0, max_value=240, required=False
    )


class Never(Entered):
    """What did not happen: which entry says that it did, and why it is there."""

    TIME = ()

    entry = forms.UUIDField(widget=forms.HiddenInput)
    reason = text(_("Why it is on this chart"), required=True)


class NotGivenForm(Never):
    """A drug that was not given, with a tick against a slip."""

    sure = forms.BooleanField(
        label=_("This drug was not given to this patient"),
        help_text=_("Of a controlled drug the ledger gives nothing back: what was drawn is "
                    "measured and wasted, or stands as missing."),
    )  # fmt: skip


class NotSeenForm(Never):
    """A side effect that was not, with a tick against a slip."""

    sure = forms.BooleanField(
        label=_("This patient did not have this side effect"),
        help_text=_(
            "Until a physician agrees on its page, a severe one counts and a judged one waits. A "
            "physician's own press agrees, unless “no further infusion” rests on it."
        ),
    )


class TimeFixForm(Fix):
    """When it happened."""

    field_order = ("entry", "at", "reason")

    at = right_time(_("Right time"), required=True)
