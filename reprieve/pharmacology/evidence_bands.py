"""Levels at which effects were seen in studies, to draw behind a curve; never a target.

The bands overlap, so there is no window between them. Sources in `effects/bands.toml`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from reprieve.knowledge import BadValue, load

_FILE = load("reprieve.pharmacology.effects", "bands")
_DATA: Any = _FILE.data
VERSION = _FILE.version
EFFECTS = ("analgesia", "dissociation")
FORMS = ("racemic", "S")


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceBand:
    """One effect and the plasma levels, ng/mL of the drug given, at which it was seen."""

    effect: str
    low_ng_per_ml: float
    high_ng_per_ml: float


def evidence_bands(form: Literal["racemic", "S"]) -> tuple[EvidenceBand, ...]:
    """Give the bands for racemic levels, or for levels of S-ketamine (half, assumed).

    Raises BadValue for another form.
    """
    if form not in FORMS:
        raise BadValue("form", f"unknown {form!r}; known: {', '.join(FORMS)}")
    share = 1.0 if form == "racemic" else float(_DATA["esketamine"]["share"]["value"])
    return tuple(
        EvidenceBand(
            effect=name, low_ng_per_ml=share * _DATA[name]["low"]["value"],
            high_ng_per_ml=share * _DATA[name]["high"]["value"],
        )
        for name in EFFECTS
    )  # fmt: skip
