"""The form of the ladder of boosters: up to six steps, then who approves them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.forms import BoundField
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.own_numbers import rungs
from reprieve.scheduling.boosters import Ladder, Step
from reprieve.scheduling.own_ladder import GAP, MOST_STEPS
from reprieve.web.approve import ApproveForm
from reprieve.web.words import unit_word

EVERY, COUNT, SESSIONS, WINDOW = (
    "every_n_days", "count", "sessions_per_visit_block", "window_days",
)  # fmt: skip
LABELS: dict[str, Promise] = {
    EVERY: _lazy("Every"), COUNT: _lazy("How often"), SESSIONS: _lazy("Sessions each time"),
    WINDOW: _lazy("Earlier or later by"), GAP: _lazy("Shortest gap between two visits"),
}  # fmt: skip
OF_STEP = (EVERY, COUNT, SESSIONS, WINDOW)
STEPS = range(1, MOST_STEPS + 1)


class LadderForm(ApproveForm):
    """Each step's four numbers; those after the last one stay empty, and it has no end."""

    def __init__(self, *args: Any, ladder: Ladder, **more: Any) -> None:
        super().__init__(*args, **more)
        for n in STEPS:
            now = _numbers(ladder.steps[n - 1]) if n <= len(ladder.steps) else {}
            for name in OF_STEP:
                self.fields[f"{name}_{n}"] = _field(name, now.get(name), required=False)
        self.fields[GAP] = _field(GAP, ladder.min_gap_days, required=True)

    def rows(self) -> list[list[tuple[BoundField, str]]]:
        """Give each step's fields with their units."""
        return [[(self[f"{name}_{n}"], _unit(name)) for name in OF_STEP] for n in STEPS]

    def gap(self) -> tuple[BoundField, str]:
        """Give the field of the shortest gap with its unit."""
        return self[GAP], _unit(GAP)

    def clean(self) -> dict[str, Any]:
        """Steps follow one another, and each has its numbers; the last one's times stay empty."""
        data = super().clean() or self.cleaned_data
        last = max((n for n in STEPS if self._told(n)), default=0)
        for n in range(1, last + 1):
            needed = [name for name in OF_STEP if name != COUNT or n < last]
            for name in needed:
                if data.get(f"{name}_{n}") is None and f"{name}_{n}" not in self.errors:
                    self.add_error(f"{name}_{n}", _("is needed"))
        return data

    def steps(self) -> list[Step]:
        """Give the steps that are filled in."""
        return [
            Step(**{name: self.cleaned_data[f"{name}_{n}"] or 0 for name in OF_STEP})
            for n in STEPS
            if self._told(n)
        ]

    def _told(self, n: int) -> bool:
        return any(self.cleaned_data.get(f"{name}_{n}") is not None for name in OF_STEP)


def _numbers(step: Step) -> dict[str, int | None]:
    return {name: getattr(step, name) for name in OF_STEP} | {COUNT: step.count or None}


def _field(name: str, now: int | None, *, required: bool) -> forms.IntegerField:
    bound = rungs()[name]
    said = _("From {low} to {high}.").format(low=bound.lowest, high=bound.highest)
    return forms.IntegerField(
        label=str(LABELS[name]), help_text=said, initial=now, required=required
    )


def _unit(name: str) -> str:
    return unit_word("d") if name.endswith("days") else ""
