"""Two pictures for patients: receptors held during a day, and relief that outlasts the drug.

Both are typical courses by the models, worked out once a process; they are about nobody.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

from django.utils.translation import gettext as _

WEIGHT_KG = 70.0
# The usual short infusion, and the longest series of the regimens.
SHORT_MG, SHORT_MIN = 35.0, 40.0
SERIES_DAYS = (0, 1, 2, 3, 4, 7, 8, 9, 10, 11)
SERIES_MG_PER_H, SERIES_MIN = 25.0, 240.0
HOURS, WEEKS = 8, 12
EVERY_MIN, MIN_PER_H, MIN_PER_DAY, DAYS_PER_WEEK = 10, 60, 1440, 7
# The binding that laboratories measure differs so far, to either side.
PLAY = 20.0
PERCENT = 100.0
SEED = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Lines:
    """A middle and its range over places of the axis, in percent."""

    x: tuple[float, ...]
    low: tuple[float, ...]
    middle: tuple[float, ...]
    high: tuple[float, ...]


@cache
def receptors() -> Lines:
    """This function will work out the share of receptors held in the hours after a short infusion.

    Half of a 35 mg course in a person of 70 kg is over in 40 minutes; 20 points of play each way.
    """
    import numpy as np

    from reprieve.pharmacology import Infusion, occupancy, simulate

    times = np.arange(0, HOURS * MIN_PER_H + 1, EVERY_MIN, dtype=float)
    rate = SHORT_MG / SHORT_MIN * MIN_PER_H
    given = [Infusion(rate_mg_per_h=rate, start_min=0, end_min=SHORT_MIN)]
    levels = simulate(weight_kg=WEIGHT_KG, times_min=times, infusions=given)
    share = PERCENT * occupancy(ketamine_ng_per_ml=levels.ng_per_ml["ketamine"])
    return Lines(
        x=tuple((times / MIN_PER_H).round(2).tolist()), middle=_tenths(share),
        low=_tenths(np.maximum(share - PLAY, 0)), high=_tenths(np.minimum(share + PLAY, PERCENT)),
    )  # fmt: skip


@cache
def outlasting() -> Lines:
    """This function will work out relief in those who respond, over weeks after ten infusions."""
    import numpy as np

    from reprieve.pharmacology import Infusion, relief

    days = np.arange(0, WEEKS * DAYS_PER_WEEK + 1, 1, dtype=float)
    series = [
        Infusion(
            rate_mg_per_h=SERIES_MG_PER_H, start_min=day * MIN_PER_DAY,
            end_min=day * MIN_PER_DAY + SERIES_MIN,
        )
        for day in SERIES_DAYS
    ]  # fmt: skip
    found = relief(
        weight_kg=WEIGHT_KG, infusions=series, days=days, crps=True,
        rng=np.random.default_rng(SEED),
    ).responder  # fmt: skip
    return Lines(
        x=tuple((days / DAYS_PER_WEEK).round(2).tolist()), middle=_tenths(PERCENT * found.middle),
        low=_tenths(PERCENT * found.low), high=_tenths(PERCENT * found.high),
    )  # fmt: skip


def receptors_chart() -> dict[str, Any]:
    """This function will draw how many of the receptors the drug sits on, hour by hour."""
    return _chart(receptors(), x=_("hours after the start"), y=_("receptors held, of 100"),
                  label=_("receptors that ketamine sits on"), colour="signal-level")  # fmt: skip


def relief_chart() -> dict[str, Any]:
    """This function will draw how much pain is taken away, week by week, where ketamine helps."""
    return _chart(outlasting(), x=_("weeks after the first infusion"), y=_("relief of pain, %"),
                  label=_("relief in people it helps"), colour="signal-bp")  # fmt: skip


def _chart(lines: Lines, *, x: str, y: str, label: str, colour: str) -> dict[str, Any]:
    def line(words: str, values: tuple[float, ...], *, quiet: bool) -> dict[str, Any]:
        return {"label": words, "values": values, "colour": colour, "mark": "none", "quiet": quiet}

    return {
        "x": {"label": x, "values": lines.x},
        "y": {"label": y, "min": 0, "max": 100},
        "series": [
            line(label, lines.middle, quiet=False), line(_("at most"), lines.high, quiet=True),
            line(_("at least"), lines.low, quiet=True),
        ],
        "bands": [{"upper": 2, "lower": 3, "colour": colour, "label": _("how unsure this is")}],
    }  # fmt: skip


def _tenths(values: Any) -> tuple[float, ...]:
    return tuple(round(float(v), 1) for v in values)
