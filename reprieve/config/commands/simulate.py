"""`reprieve simulate`: the plasma levels that infusions and boluses are expected to lead to."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reprieve.knowledge import BadValue

if TYPE_CHECKING:
    from reprieve.pharmacology import Model

HELP = "expected plasma levels of a schedule"
DEFAULT_SEED = "1"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command reads."""
    dosing_arguments(parser)
    parser.add_argument("--at-min", required=True, metavar="10,20,40", help="times in minutes")
    parser.add_argument("--patients", metavar="N", help="percentile bands over N virtual patients")
    parser.add_argument("--seed", metavar="S", help="seed of the virtual patients (default 1)")
    parser.add_argument("--plot", metavar="FILE.png", help="draw the levels at these times too")


def dosing_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what says who is given what; `fit` reads the same."""
    parser.add_argument("--model", default="kamp2020", metavar="M", help="default kamp2020")
    parser.add_argument("--weight-kg", required=True, metavar="W")
    parser.add_argument(
        "--infuse", action="append", default=[], metavar="RATE_MG_PER_H:START_MIN:END_MIN",
        help="one segment; repeat it for more, overlapping ones add",
    )  # fmt: skip
    parser.add_argument("--bolus", action="append", default=[], metavar="MG:MIN", help="at once")
    age_argument(parser)


def age_argument(parser: argparse.ArgumentParser) -> None:
    """Add the age; it changes no level, but a model of other ages is refused."""
    parser.add_argument("--age-years", metavar="A", help="refused outside the model's range")


def age(args: argparse.Namespace) -> float | None:
    """Read the age; BadValue names it."""
    from reprieve.pharmacology.text import number

    return None if args.age_years is None else number("age_years", args.age_years)


def measured_in(chosen: Model) -> dict[str, Any]:
    """Say in whom a model was measured and for which weights and ages it is taken to hold."""
    ages = None if chosen.age_years is None else list(chosen.age_years)
    return {
        "population": chosen.population,
        "valid": {"weight_kg": list(chosen.weight_kg), "age_years": ages},
    }


def spread_of(chosen: Model) -> dict[str, Any]:
    """Say whether how people differ is assumed in a model, and by what word of whom.

    `spread_assumed` is null where a model has no spread; `spread_sources` names each parameter's.
    """
    parts = [chosen.parameters[name] for name in chosen.random]
    return {
        "spread_assumed": any(one.omega_assumed for one in parts) if parts else None,
        "spread_sources": {
            one.name: {"assumed": one.omega_assumed, "source": one.omega_source} for one in parts
        },
    }


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Predict levels. BadValue names the argument that cannot be used."""
    from reprieve import pharmacology
    from reprieve.pharmacology import text

    given = text.given(
        model_name=args.model, weight_kg=args.weight_kg, infuse=args.infuse, bolus=args.bolus
    )
    times = text.numbers("at_min", args.at_min)
    found = pharmacology.simulate(times_min=times, age_years=age(args), **given)
    levels = {name: values.tolist() for name, values in found.ng_per_ml.items()}
    answer = {
        "model": found.model,
        "sampling_site": found.sampling_site,
        "form": found.form,
        "version": found.version,
        "times_min": times,
        **{f"{name}_ng_per_ml": levels.get(name) for name in pharmacology.OUTPUTS},
        "dose_mg": found.dose_mg,
        **measured_in(pharmacology.model(found.model)),
        **spread_of(pharmacology.model(found.model)),
        "extrapolated": [str(message) for message in found.extrapolated],
        "note": pharmacology.NOTE,
    }
    if args.patients is None and args.seed is not None:
        raise BadValue("seed", "only used with --patients")
    if args.patients is not None:
        answer |= _bands(args, times, given)
    return answer if args.plot is None else {**answer, "plot": _draw(answer, args.plot)}


def _bands(args: argparse.Namespace, times: list[float], given: Any) -> dict[str, Any]:
    import numpy as np

    from reprieve import pharmacology
    from reprieve.pharmacology import text

    patients = text.whole("patients", args.patients)
    seed = text.whole("seed", args.seed or DEFAULT_SEED)
    rng = np.random.default_rng(seed)
    found = pharmacology.bands(times_min=times, patients=patients, rng=rng, **given)
    labels = [f"p{percentile:g}" for percentile in found.percentiles]
    spread = {
        f"{name}_ng_per_ml": dict(zip(labels, found.ng_per_ml[name].tolist(), strict=True))
        if name in found.ng_per_ml
        else None
        for name in pharmacology.OUTPUTS
    }
    return {"patients": patients, "seed": seed, "bands": spread}


def _draw(answer: dict[str, Any], path: str) -> str:
    """Write the picture; BadValue when the file cannot be written."""
    import numpy as np

    from reprieve.pharmacology import OUTPUTS, plot

    spread = answer.get("bands", {})
    names = [name for name in OUTPUTS if answer[f"{name}_ng_per_ml"] is not None]
    bands = {name: spread[f"{name}_ng_per_ml"] for name in names if spread}
    picture = plot.png(
        title=f"{answer['model']}, {answer['form']}, sampling site {answer['sampling_site']}",
        footer=answer["note"], note=" ".join(answer["extrapolated"]),
        times_min=np.array(answer["times_min"]),
        lines={name: np.array(answer[f"{name}_ng_per_ml"]) for name in names},
        bands={name: (np.array(b["p10"]), np.array(b["p90"])) for name, b in bands.items()},
    )
    try:
        Path(path).write_bytes(picture)
    except (OSError, ValueError) as error:
        raise BadValue("plot", f"cannot write {path!r}") from error
    return path
