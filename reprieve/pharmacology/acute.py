"""The fast effect: dissociation and antinociception within minutes of a level.

    dCe/dt = ln2 / 8.3 min (S - Ce),    E = Ce / (C50 + Ce)

S is S-ketamine in plasma (half of a racemic level), E the share of the largest effect. Source:
Olofsen 2022, doi:10.1097/ALN.0000000000004176; Hill slope 1 is assumed there.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from reprieve.knowledge import BadValue, load
from reprieve.pharmacology.grid import Estimate, update
from reprieve.pharmacology.model import Array
from reprieve.pharmacology.schedule import MIN_PER_H

_FILE = load("reprieve.pharmacology.effects", "acute")
_DATA: Any = _FILE.data
VERSION = _FILE.version
C50_NG_PER_ML = float(_DATA["perception"]["c50"]["value"])
C50_LOG_SD = float(_DATA["perception"]["c50"]["log_sd"])
HALF_LIFE_H = float(_DATA["perception"]["effect_half_life"]["value"]) / MIN_PER_H
HIGHEST_RATING = float(_DATA["rating"]["highest"]["value"])
RATING_SD = float(_DATA["rating"]["residual"]["value"])


def effect(effect_site_ng_per_ml: Array, *, c50_ng_per_ml: float = C50_NG_PER_ML) -> Array:
    """Give the share (0 to 1) of the largest effect at effect-site levels of S-ketamine.

    Raises BadValue for a level or a C50 that is no such number.
    """
    if not np.all(np.isfinite(effect_site_ng_per_ml) & (np.asarray(effect_site_ng_per_ml) >= 0)):
        raise BadValue("effect_site_ng_per_ml", "a level is a number from 0")
    if not (np.isfinite(c50_ng_per_ml) and c50_ng_per_ml > 0):
        raise BadValue("c50_ng_per_ml", "is a number above 0")
    return effect_site_ng_per_ml / (c50_ng_per_ml + effect_site_ng_per_ml)


def update_c50(*, effect_site_ng_per_ml: Sequence[float], ratings: Sequence[float]) -> Estimate:
    """Learn a patient's C50 from 0-10 ratings of dissociation at known effect-site levels.

    Prior: log-normal about 121 ng/mL with SD 0.5 (assumed); the rating is 10 E with SD 1.5
    (assumed). Raises BadValue for ratings outside 0-10 or lists of different length.
    """
    sites, seen = np.array(effect_site_ng_per_ml, float), np.array(ratings, float)
    if sites.shape != seen.shape:
        raise BadValue("ratings", "one effect-site level is needed for each rating")
    if not np.all((seen >= 0) & (seen <= HIGHEST_RATING)):
        raise BadValue("ratings", f"a rating lies between 0 and {HIGHEST_RATING:g}")
    if not np.all(np.isfinite(sites) & (sites >= 0)):
        raise BadValue("effect_site_ng_per_ml", "a level is a number from 0")

    def log_likelihood(c50: Array) -> Array:
        expected = HIGHEST_RATING * sites / (c50[:, None] + sites)
        misfit: Array = -0.5 * np.sum(((seen - expected) / RATING_SD) ** 2, axis=1)
        return misfit

    return update(typical=C50_NG_PER_ML, log_sd=C50_LOG_SD, log_likelihood=log_likelihood)
