"""The forms of who is called: steps of alarms, people on call, deadlines."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.pathway import risk_call
from reprieve.pathway.who_is_called import DEADLINES, LATEST_S, MOST_ON_CALL, WORDS, Step
from reprieve.records.queries.people import StaffMember
from reprieve.web.approve import ApproveForm

MOST_STEPS = 4
DEADLINE_WORDS: dict[str, Promise] = {
    risk_call.OPEN_KEY: _lazy("In opening hours, taken on within"),
    risk_call.CLOSED_KEY: _lazy("When the clinic is closed, taken on within"),
    risk_call.SEEN_KEY: _lazy("Once taken on, answered within"),
}


class StepsForm(ApproveForm):
    """Up to four steps; an empty one is left out."""

    def __init__(self, *args: Any, steps: Sequence[Step], **more: Any) -> None:
        super().__init__(*args, **more)
        whom = [("", _("nobody: no such step")), *((r, _(w[0])) for r, w in WORDS.items())]
        for n in range(MOST_STEPS):
            now = steps[n] if n < len(steps) else None
            self.fields[f"after_{n}"] = forms.IntegerField(
                label=_("Seconds after the alarm"), min_value=1, max_value=LATEST_S,
                required=False, initial=now.after_s if now else None,
            )  # fmt: skip
            self.fields[f"role_{n}"] = forms.ChoiceField(
                label=_("Who is called"), choices=whom, required=False,
                initial=now.role if now else "",
            )  # fmt: skip

    def pairs(self) -> list[tuple[BoundField, BoundField]]:
        """Give each step's two fields."""
        return [(self[f"after_{n}"], self[f"role_{n}"]) for n in range(MOST_STEPS)]

    def clean(self) -> dict[str, Any]:
        """A step has both its time and its role, or neither."""
        data = super().clean() or self.cleaned_data
        for n in range(MOST_STEPS):
            if bool(data.get(f"after_{n}")) != bool(data.get(f"role_{n}")):
                self.add_error(f"after_{n}", _("a step needs its seconds and who is called"))
        return data

    def wanted(self) -> list[Step]:
        """Give the steps that are filled in."""
        data = self.cleaned_data
        return [
            Step(after_s=data[f"after_{n}"], role=data[f"role_{n}"])
            for n in range(MOST_STEPS)
            if data.get(f"role_{n}")
        ]


class DeadlinesForm(ApproveForm):
    """By when suicide-risk alerts are taken on and answered."""

    def __init__(self, *args: Any, minutes: dict[str, int], **more: Any) -> None:
        super().__init__(*args, **more)
        for key, (usual, longest) in DEADLINES.items():
            shown = _("Default: {usual} min. Longest possible: {longest} min.")
            said = shown.format(usual=usual, longest=longest)
            unsure = _("to be confirmed by the medical director")
            self.fields[key] = forms.IntegerField(
                label=str(DEADLINE_WORDS[key]), initial=minutes[key],
                help_text=f"{said} {_('Default of this product')} · {unsure}",
            )  # fmt: skip

    def rows(self) -> list[BoundField]:
        """Give the fields of minutes."""
        return [self[key] for key in DEADLINES]

    def minutes(self) -> dict[str, int]:
        """Give the minutes by setting."""
        return {key: self.cleaned_data[key] for key in DEADLINES}


class OnCallForm(forms.Form):
    """Who is called first, second and so on."""

    def __init__(
        self, *args: Any, staff: Iterable[StaffMember], now: Sequence[uuid.UUID], **more: Any
    ) -> None:
        super().__init__(*args, **more)
        names = [("", _("nobody")), *((str(m.id), m.name) for m in staff)]
        for n in range(MOST_ON_CALL):
            self.fields[f"person_{n}"] = forms.ChoiceField(
                label=_("Called as number {n}").format(n=n + 1), choices=names, required=False,
                initial=str(now[n]) if n < len(now) else "",
            )  # fmt: skip

    def called(self) -> list[uuid.UUID]:
        """Give the people in their order."""
        chosen = (self.cleaned_data[f"person_{n}"] for n in range(MOST_ON_CALL))
        return [uuid.UUID(one) for one in chosen if one]
