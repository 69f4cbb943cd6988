"""`reprieve fit`: a patient's own kinetics from measured levels."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprieve.config.commands.simulate import (
    DEFAULT_SEED,
    age,
    dosing_arguments,
    measured_in,
    spread_of,
)
from reprieve.knowledge import BadValue

if TYPE_CHECKING:
    from reprieve.pharmacology import Fit

HELP = "individual kinetics from measured levels"
_LARGEST_BYTES = 1_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command reads."""
    dosing_arguments(parser)
    parser.add_argument("levels", metavar="LEVELS.csv", help="time_min,analyte,ng_per_ml,blq")
    parser.add_argument("--at-min", metavar="10,20,40", help="times of the bands, in minutes")
    parser.add_argument("--seed", metavar="S", default=DEFAULT_SEED, help="seed of the bands")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Fit the levels. BadValue names the argument, or the column and line, that is wrong."""
    import numpy as np

    from reprieve import pharmacology
    from reprieve.pharmacology import text

    given = text.given(
        model_name=args.model, weight_kg=args.weight_kg, infuse=args.infuse, bolus=args.bolus
    )
    times = None if args.at_min is None else text.numbers("at_min", args.at_min)
    chosen = pharmacology.model(given["model_name"])
    beyond = chosen.beyond(age(args))
    levels = pharmacology.parse_levels(read("levels", args.levels), model=chosen)
    rng = np.random.default_rng(text.whole("seed", args.seed))
    found = pharmacology.fit(times_min=times, levels=levels, rng=rng, **given)
    return {
        **_plain(found, weight_kg=given["weight_kg"]),
        **measured_in(chosen),
        **spread_of(chosen),
        "extrapolated": [str(message) for message in beyond],
        "note": pharmacology.NOTE,
    }


def read(field: str, path: str) -> str:
    """Read a small text file; BadValue names the argument it came by."""
    try:
        with Path(path).open("rb") as file:
            raw = file.read(_LARGEST_BYTES + 1)
    except (OSError, ValueError) as error:
        raise BadValue(field, f"cannot read {path!r}") from error
    if len(raw) > _LARGEST_BYTES:
        raise BadValue(field, f"{path!r} is larger than {_LARGEST_BYTES} bytes")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadValue(field, f"{path!r} is not UTF-8 text") from error


def _plain(found: Fit, *, weight_kg: float) -> dict[str, Any]:
    from reprieve.pharmacology import OUTPUTS as names

    labels = [f"p{percentile:g}" for percentile in found.percentiles]
    return {
        "model": found.model,
        "sampling_site": found.sampling_site,
        "site_assumed": found.site_assumed,
        "version": found.version,
        "weight_kg": weight_kg,
        "used": "individual" if found.individual else "population",
        "gates": [
            {"gate": g.name, "passed": g.passed, "value": g.value, "limit": g.limit,
             "says": None if g.passed else str(g.says)}
            for g in found.gates
        ],
        "warnings": [str(warning) for warning in found.warnings],
        "parameters": {
            p.name: {"unit": p.unit, "typical": p.typical, "estimate": p.estimate, "low": p.low,
                     "high": p.high, "eta": p.eta, "sd": p.sd}
            for p in found.parameters
        },
        "shrinkage": {p.name: p.shrinkage for p in found.parameters},
        "kinetics_per_70_kg": {
            k.name: {"value": k.value, "unit": k.unit, "low": k.low, "high": k.high,
                     "within": k.within}
            for k in found.kinetics
        },
        "levels": [
            {"time_min": c.level.time_min, "analyte": c.level.analyte,
             "ng_per_ml": c.level.ng_per_ml, "blq": c.level.blq,
             "population_ng_per_ml": c.population_ng_per_ml,
             "individual_ng_per_ml": c.individual_ng_per_ml,
             "weighted_residual": c.weighted_residual}
            for c in found.compared
        ],
        "effective_sample_size": found.effective_size,
        "times_min": found.times_min.tolist(),
        **{
            f"{name}_ng_per_ml": found.ng_per_ml[name].tolist() if name in found.ng_per_ml else None
            for name in names
        },
        "bands": {
            f"{name}_ng_per_ml": dict(zip(labels, values.tolist(), strict=True))
            for name, values in found.bands_ng_per_ml.items()
        },
    }  # fmt: skip
