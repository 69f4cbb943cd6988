"""How many NMDA receptors a level holds, as a picture for explaining the drug.

    share = X / (1 + X),    X = sum over forms of unbound fraction * level / Ki

Competitive binding with Ki from rat brain (Ebert 1997, second hand): 20 points to either side.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from reprieve.knowledge import BadValue, load
from reprieve.pharmacology.model import Array

_DATA: Any = load("reprieve.pharmacology.effects", "occupancy").data
UNBOUND = float(_DATA["plasma"]["unbound"]["value"])


def occupancy(
    *,
    ketamine_ng_per_ml: Array,
    norketamine_ng_per_ml: Array | float = 0.0,
    s_fraction: float = 0.5,
) -> Array:
    """Give the share (0 to 1) of receptors held at total plasma levels.

    `s_fraction` is 0.5 for racemic drug and 1 for esketamine. Raises BadValue for a level below 0
    or not finite, and a fraction outside 0 to 1.
    """
    if not 0.0 <= s_fraction <= 1.0:
        raise BadValue("s_fraction", f"{s_fraction} is not between 0 and 1")
    total = np.zeros(np.shape(ketamine_ng_per_ml))
    for field, levels in (("ketamine", ketamine_ng_per_ml), ("norketamine", norketamine_ng_per_ml)):
        if not np.all(np.isfinite(levels) & (np.asarray(levels) >= 0)):
            raise BadValue(f"{field}_ng_per_ml", "a level is a number from 0")
        for form, share in (("s", s_fraction), ("r", 1.0 - s_fraction)):
            total = total + UNBOUND * share * _per_ki(f"{form}_{field}", np.asarray(levels, float))
    held: Array = total / (1.0 + total)
    return held


def _per_ki(name: str, levels_ng_per_ml: Array) -> Array:
    """Level over Ki: ng/mL divided by g/mol is umol/L."""
    binding = _DATA["binding"][name]
    found: Array = levels_ng_per_ml / (binding["molar_mass"] * binding["value"])
    return found
