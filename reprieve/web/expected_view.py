"""The expected range of plasma levels as a picture on the clock's axis, with what it rests on."""

from __future__ import annotations

from typing import Any, Protocol

from django.utils.translation import gettext as _

from reprieve.knowledge import N_
from reprieve.pathway.expected_levels import Expected
from reprieve.web.words import quantity

COLOUR = "signal-level"
ASSUMED = N_("How people differ is assumed in this model: the true range may be wider.")


class Measured(Protocol):
    """What states from whom its levels come."""

    @property
    def population(self) -> str: ...

    @property
    def source(self) -> str: ...


def chart(found: Expected, *, zone: str) -> dict[str, Any] | None:
    """This function will draw the range with its middle; None when there is none.

    No band of effects or toxicity is drawn: levels that ease pain and that dissociate overlap.
    """
    if found.problem is not None:
        return None
    return {
        "x": {"label": _("time"), "values": found.from_s, "time": True, "zone": zone},
        "y": {"label": _("ketamine expected, ng/mL"), "min": 0},
        "series": [
            _line(_("90 of 100 lie below"), found.high, [2, 3]),
            _line(_("half lie below"), found.middle, None),
            _line(_("10 of 100 lie below"), found.low, [2, 3]),
        ],
        "bands": [{"upper": 1, "lower": 3, "colour": COLOUR}],
    }


def title(found: Expected) -> str:
    """This function will say the newest expected range in one sentence."""
    words = _("Expected level at the last moment drawn: {low} to {high}, in 80 of 100 people")
    return words.format(
        low=quantity(round(found.low[-1])), high=quantity(round(found.high[-1]), "ng/mL")
    )


def basis(found: Expected) -> str:
    """This function will say from what the range is worked out."""
    words = _(
        "Worked out from the rates and boluses really charted, for {weight}, by the model {model} "
        "({version}): {site} plasma. The range is how people differ, not the error of the model. "
        "Earlier infusions are left out."
    )
    said = words.format(
        weight=quantity(found.weight_kg, "kg"), model=found.model, version=found.version[:12],
        site=_(found.sampling_site),
    )  # fmt: skip
    said = " ".join((said, *origin(found)))
    return f"{said} {_(ASSUMED)}" if found.spread_assumed else said


def origin(found: Measured) -> tuple[str, str]:
    """This function will say in whom the levels of a model were measured, and who published it."""
    return (
        _("Studied in: {people}.").format(people=_(found.population)),
        _("Source of the levels: {source}.").format(source=found.source),
    )


def _line(label: str, values: tuple[float, ...], dash: list[int] | None) -> dict[str, Any]:
    line = {"label": label, "values": [round(v, 1) for v in values], "colour": COLOUR,
            "mark": "none"}  # fmt: skip
    return line if dash is None else {**line, "dash": dash}
