"""What earlier infusions taught of one patient, as rows in words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from reprieve.clinical.regimens import regimen
from reprieve.web.words import quantity, say

if TYPE_CHECKING:
    from reprieve.pathway.sensitivity import Learnt
    from reprieve.pharmacology import Sensitivity

WORDS = {
    "dissociation": _lazy("Dissociation: half of the strongest rating at"),
    "sbp": _lazy("Systolic pressure: rise for each 100 ng/mL"),
    "dbp": _lazy("Diastolic pressure: rise for each 100 ng/mL"),
    "heart_rate": _lazy("Pulse: rise for each 100 ng/mL"),
}
UNITS = {"dissociation": "ng/mL", "sbp": "mmHg", "dbp": "mmHg", "heart_rate": "/min"}
PER_NG_PER_ML = 100.0
# Above this share of the prior's variance a figure is mostly the population's.
MOSTLY_PRIOR = 0.5


def rows(found: Learnt) -> list[dict[str, Any]]:
    """This function will lay out each signal: usual, this patient's, and from how many readings."""
    return [_row(one) for one in found.found]


def answers(found: Learnt) -> list[dict[str, Any]]:
    """This function will lay out what is expected at most in one infusion of each regimen."""
    return [
        {
            "name": _(regimen(one.regimen).name),
            "dissociation": _range(one.at_most["dissociation"], digits=1),
            "sbp": _range(one.at_most["sbp"]), "heart_rate": _range(one.at_most["heart_rate"]),
        }
        for one in found.answers
    ]  # fmt: skip


def basis(found: Learnt) -> str:
    """This function will say what the figures rest on."""
    words = _("Learnt from what was charted in the last {n} infusions, held against the levels "
              "that {models} expects of the population from the rates and boluses really given "
              "({version}). Levels are of S-ketamine at its place of action; dissociation by "
              "Olofsen 2022, pressure and pulse calibrated to mean rises. Readings after another "
              "drug was given during an infusion are left out. Half of a racemic level is "
              "counted.")  # fmt: skip
    models = ", ".join(f"{name} ({_(site)})" for name, site in found.kinetics)
    return words.format(n=found.infusions, version=found.version, models=models)


def _row(one: Sensitivity) -> dict[str, Any]:
    scale = 1.0 if one.signal == "dissociation" else PER_NG_PER_ML
    unit, digits = UNITS[one.signal], 0 if one.signal == "dissociation" else 1
    known = one.estimate
    own = (scale * known.low, scale * known.median, scale * known.high)
    usual = quantity(scale * one.typical, unit, digits=digits)
    return {
        "name": WORDS[one.signal], "usual": usual, "readings": one.readings,
        "own": f"{_range(own, digits=digits)}\u00a0{unit}" if one.individual else "",
        "individual": one.individual, "weak": one.estimate.shrinkage > MOSTLY_PRIOR,
        "because": "; ".join(say(gate.says) for gate in one.gates if not gate.passed),
    }  # fmt: skip


def _range(found: tuple[float, float, float], *, digits: int = 0) -> str:
    low, middle, high = (f"{value:.{digits}f}" for value in found)
    return f"{middle} ({low} – {high})"
