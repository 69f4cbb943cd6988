"""The form of one sign's alarm limits: a threshold and a priority for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.translation import gettext as _

from reprieve.monitoring import own_limits
from reprieve.monitoring.limits import PRIORITIES, Limit
from reprieve.monitoring.own_limits import Wanted
from reprieve.web import infusion_words, limit_view
from reprieve.web.approve import ApproveForm

PRIORITY = "{name}-priority"
SIDES = {"below": "<", "at_or_below": "≤", "above": ">", "at_or_above": "≥"}


class LimitsForm(ApproveForm):
    """Thresholds and priorities, then who approves them."""

    def __init__(self, *args: Any, limits: Sequence[Limit], **more: Any) -> None:
        super().__init__(*args, **more)
        self.limits = limits
        for limit in limits:
            self.fields[limit.name] = forms.FloatField(
                label=_label(limit), initial=f"{limit.threshold:g}", help_text=_help(limit)
            )
            self.fields[PRIORITY.format(name=limit.name)] = forms.ChoiceField(
                label=_("Priority"), initial=limit.priority,
                choices=[(name, limit_view.PRIORITIES[name]) for name in PRIORITIES],
            )  # fmt: skip

    def pairs(self) -> list[tuple[str, BoundField, BoundField, str]]:
        """Give each limit's name in words with its two fields and its unit."""
        return [
            (_title(one), self[one.name],
             self[PRIORITY.format(name=one.name)], _unit(one))
            for one in self.limits
        ]  # fmt: skip

    def has_limits(self) -> bool:
        """Tell whether every threshold and priority could be read."""
        fields = [n for one in self.limits for n in (one.name, PRIORITY.format(name=one.name))]
        return all(name in self.cleaned_data for name in fields)

    def wanted(self) -> dict[str, Wanted]:
        """Give what is wanted of each limit, by its name."""
        data = self.cleaned_data
        return {
            one.name: Wanted(
                threshold=data[one.name], priority=data[PRIORITY.format(name=one.name)]
            )
            for one in self.limits
        }


class PatientLimitsForm(LimitsForm):
    """The same for one patient: always with a reason, signed by the doctor."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for_patient(self)


class TakeBackForm(ApproveForm):
    """All of a patient's own limits are taken back."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        for_patient(self)


def for_patient(form: forms.Form) -> None:
    """This function will ask for a doctor's reason and password in place of a director's."""
    form.fields["reason"].required = True
    form.fields["reason"].help_text = _("Why this patient needs other limits.")
    form.fields["password"].label = _("Your password, to sign")


def _label(limit: Limit) -> str:
    words = {
        "<": _("Alarm below"), "≤": _("Alarm at or below"), ">": _("Alarm above"),
        "≥": _("Alarm at or above"),
    }  # fmt: skip
    return words[SIDES[limit.compare.removesuffix("_percent_of_baseline")]]


def _title(limit: Limit) -> str:
    """What the limit asks for; the two of a sign that ask for the same are told apart."""
    asks = str(limit_view.ACTIONS[limit.action])
    return f"{asks} ({_('% of baseline')})" if limit.is_relative else asks


def _unit(limit: Limit) -> str:
    return _("% of baseline") if limit.is_relative else infusion_words.unit(limit.signal)


def _help(limit: Limit) -> str:
    """The default beside the field, how far it may be loosened, whose number it is."""
    default = own_limits.default(limit.name)
    said = _("Default: {default}.").format(default=limit_view.said(default))
    if default.loosest is not None:
        said += " " + _("Loosest possible: {loosest}.").format(loosest=f"{default.loosest:g}")
    source, confirmed = limit_view.source()
    said += " " + _("Source: {source}").format(source=_(source))
    return said if confirmed else f"{said} · {_('to be confirmed by the medical director')}"
