"""The ladder of boosters in words: each step, what holds and the default, and each change."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from reprieve.records.queries import ladders
from reprieve.scheduling.boosters import Ladder, Step
from reprieve.web.words import quantity, unit_word


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One step, or the shortest gap: what holds, and the product's default."""

    label: str
    now: str
    usual: str

    @property
    def is_own(self) -> bool:
        """Whether the clinic has its own."""
        return self.now != self.usual


def lines(now: Ladder, usual: Ladder) -> list[Line]:
    """This function will say a ladder step by step, beside the product's own."""
    pairs = zip_longest(now.steps, usual.steps)
    steps = [
        Line(label=_("Step {n}").format(n=n), now=_said(own), usual=_said(default))
        for n, (own, default) in enumerate(pairs, start=1)
    ]
    gaps = _days(now.min_gap_days), _days(usual.min_gap_days)
    return [*steps, Line(label=_("Shortest gap"), now=gaps[0], usual=gaps[1])]


def said(kept: Any) -> str:
    """This function will say a kept value of the setting in a line of the history."""
    if not kept:
        return _("the default")
    found = ladders.read(kept)
    steps = "; ".join(_said(step) for step in found.steps)
    return f"{steps}; {_('Shortest gap')} {_days(found.min_gap_days)}"


def _said(step: Step | None) -> str:
    if step is None:
        return "–"
    words = ngettext(
        "every {days} (± {window}), {n} session each time",
        "every {days} (± {window}), {n} sessions each time",
        step.sessions_per_visit_block,
    ).format(
        days=_days(step.every_n_days), window=_days(step.window_days),
        n=step.sessions_per_visit_block,
    )  # fmt: skip
    if step.count == 0:
        return _("{step}, going on").format(step=words)
    times = ngettext("{step}, {n} time", "{step}, {n} times", step.count)
    return times.format(step=words, n=step.count)


def _days(days: int) -> str:
    return quantity(days, unit_word("d"))
