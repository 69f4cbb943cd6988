"""`reprieve relief`: the course of pain that a regimen is expected to lead to."""

from __future__ import annotations

import argparse
from datetime import date
from typing import TYPE_CHECKING, Any

from reprieve.config.commands.fit import read
from reprieve.config.commands.simulate import DEFAULT_SEED, age, age_argument, measured_in
from reprieve.knowledge import BadValue

if TYPE_CHECKING:
    from decimal import Decimal

    from reprieve.clinical.dosing import SessionDose
    from reprieve.clinical.regimens import Regimen
    from reprieve.pharmacology import Course, Diary, Infusion, Relief

HELP = "expected course of relief, and the patient's own with a diary"
_FORMS = {"racemic": ("racemic", "kamp2020"), "esketamine": ("S", "otto2021")}
_MIN_PER_DAY = 1440
_CRPS = "crps"
NO_FIT = "the model does not fit this diary: look at the diary"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command reads."""
    parser.add_argument("--regimen", required=True, metavar="R", help="for example "
                        "ketamine-80mg-2h-x6")  # fmt: skip
    parser.add_argument("--weight-kg", required=True, metavar="W")
    parser.add_argument("diary", nargs="?", metavar="DIARY.csv", help="day (or date),average_pain")
    parser.add_argument("--start", metavar="YYYY-MM-DD", help="day of the first infusion; "
                        "needed when the diary has dates")  # fmt: skip
    parser.add_argument("--model", metavar="M", help="default: by the form of the drug")
    parser.add_argument("--condition", metavar="C", help="for example crps or fibromyalgia; "
                        "default: what the regimen was studied in")  # fmt: skip
    age_argument(parser)
    parser.add_argument("--seed", metavar="S", default=DEFAULT_SEED, help="seed of the bands")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Predict relief. BadValue names the argument, or the column and line, that is wrong."""
    import numpy as np

    from reprieve import pharmacology
    from reprieve.clinical.dosing import session_dose
    from reprieve.clinical.regimens import regimen
    from reprieve.pharmacology import text

    chosen = regimen(args.regimen)
    condition = _condition(chosen, args.condition)
    weight = _weight(args.weight_kg)
    name = _model(chosen, args.model)
    pharmacology.model(name).check_weight(float(weight))
    diary = _diary(args)
    doses = [
        session_dose(regimen=chosen, session_no=number, weight_kg=weight)
        for number in range(1, chosen.infusions + 1)
    ]
    found = pharmacology.relief(
        weight_kg=float(weight), infusions=_infusions(chosen, doses), model_name=name,
        rng=np.random.default_rng(text.whole("seed", args.seed)),
        diary=() if diary is None else diary.entries, crps=condition == _CRPS,
        age_years=age(args),
    )  # fmt: skip
    return {
        "regimen": chosen.id,
        "condition": condition,
        "condition_assumed": args.condition is None,
        "weight_kg": float(weight),
        "sampling_site": pharmacology.model(name).sampling_site,
        "infusions": [
            {"day": day, "total_mg": float(dose.total_mg), "duration_min": dose.duration_min}
            for day, dose in zip(chosen.days, doses, strict=True)
        ],
        "total_mg": float(sum(dose.total_mg for dose in doses)),
        **_plain(found, diary),
        **measured_in(pharmacology.model(name)),
        "note": pharmacology.NOTE,
    }


def _condition(chosen: Regimen, wanted: str | None) -> str:
    """The condition that is stated, else the one that the regimen was studied in."""
    from reprieve.clinical.evidence import evidence

    if wanted is None:
        return _CRPS if _CRPS in chosen.conditions else ", ".join(chosen.conditions)
    return evidence(wanted).condition


def _weight(text: str) -> Decimal:
    from decimal import Decimal

    from reprieve.pharmacology.text import number

    number("weight_kg", text)
    return Decimal(text.strip())


def _model(chosen: Regimen, wanted: str | None) -> str:
    from reprieve import pharmacology

    form, usual = _FORMS[chosen.form]
    if wanted is None:
        return usual
    if pharmacology.model(wanted).form != form:
        raise BadValue("model", f"{wanted} is not for {chosen.form}, the form of {chosen.id}")
    return wanted


def _diary(args: argparse.Namespace) -> Diary | None:
    from reprieve import pharmacology

    start = None
    if args.start is not None:
        try:
            start = date.fromisoformat(args.start)
        except ValueError as error:
            raise BadValue("start", f"{args.start[:40]!r} is not YYYY-MM-DD") from error
    if args.diary is None:
        return None
    return pharmacology.parse_diary(read("diary", args.diary), start=start)


def _infusions(chosen: Regimen, doses: list[SessionDose]) -> tuple[Infusion, ...]:
    from reprieve.pharmacology import Infusion

    return tuple(
        Infusion(
            rate_mg_per_h=float(step.rate_mg_per_h),
            start_min=day * _MIN_PER_DAY + step.start_min,
            end_min=day * _MIN_PER_DAY + step.end_min,
        )
        for day, dose in zip(chosen.days, doses, strict=True)
        for step in dose.steps
    )


def _plain(found: Relief, diary: Diary | None) -> dict[str, Any]:
    pain = found.average_pain
    return {
        "model": found.model,
        "version": found.version,
        "individual": diary is not None,
        "responder_probability": found.responder_probability,
        "prior_responder_probability": found.prior_probability,
        "half_life_d": found.half_life_d,
        "c50_ng_per_ml": found.c50_ng_per_ml,
        "baseline_pain": found.baseline_pain,
        "baseline_measured": found.baseline_measured,
        "fits": None if diary is None else found.fits,
        "gates": [
            {"gate": g.name, "passed": g.passed, "value": g.value, "limit": g.limit,
             "says": None if g.passed else str(g.says)}
            for g in found.gates
        ],
        "says": None if found.fits else NO_FIT,
        "days": found.days.tolist(),
        "relief_percent": _course(found.share, 100.0),
        "responder_relief_percent": _course(found.responder, 100.0),
        "placebo_relief_percent": (100.0 * found.placebo).tolist(),
        "average_pain": None if pain is None else _course(pain, 1.0),
        "diary": None if diary is None else {
            "entries": found.entries,
            "start": None if diary.start is None else diary.start.isoformat(),
        },
        "extrapolated": [str(message) for message in found.extrapolated],
    }  # fmt: skip


def _course(course: Course, scale: float) -> dict[str, list[float]]:
    return {
        "mean": (scale * course.mean).tolist(),
        "p10": (scale * course.low).tolist(),
        "p50": (scale * course.middle).tolist(),
        "p90": (scale * course.high).tolist(),
    }
