"""The evaluation: history, body, vital signs and criteria written down, each as it was said."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve import __version__, units
from reprieve.clinical import criteria, lab_sheet, safety
from reprieve.clinical.facts import Fact
from reprieve.clinical.findings import Step
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    charting,
    episodes,
    investigations,
    observations,
    patients,
    pregnancy_tests,
    surveillance,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor
from reprieve.records.models.base import Mode
from reprieve.records.queries import worked_out

VITALS = ("sbp", "dbp", "heart_rate", "spo2", "respiratory_rate")
# Facts that are worked out from other rows of the record, or told beside the medicines: never asked
# as such.
WORKED_OUT = worked_out.NAMES | {"medicines_checked_by_hand"}
UNITS = {"kg": "kg", "lb": "[lb_av]", "cm": "cm", "in": "[in_i]"}
STEP = {"kg": Decimal("0.01"), "cm": Decimal("0.1")}
SOON = timedelta(minutes=5)
LONGEST = 200
LIVER = "liver tests"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One liver test as printed: its result and its upper limit of normal, in one unit."""

    result: Decimal | None
    limit: Decimal | None
    unit: str = "U/L"


def begin(*, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID) -> None:
    """This function will begin the evaluation. Raises NotNow where the state does not allow it."""

    def work() -> Done:
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        episodes.advance(episode=episode, act="evaluation.begin", actor=actor, at=at)
        return Done(subject_kind="episode", subject=episode.pk)

    perform("evaluation.begin", actor=actor, uid=uid, at=at, work=work)


def questions() -> tuple[Fact, ...]:
    """This function will list the facts that a history asks, by name."""
    return tuple(f for f in safety.facts_at(Step.EVALUATION) if f.name not in WORKED_OUT)


def record_history(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    answers: Mapping[str, Any],
    mode: str,
    measured_at: datetime | None = None,
) -> None:
    """This function will write answers down by the names of the facts; None is asked and unknown.

    `measured_at` is the day of a test's result. A pregnancy test without one is the test on record
    when it shows the same. Raises BadValue naming the fact.
    """
    asked = {fact.name: fact for fact in questions()}
    for name, value in answers.items():
        if name not in asked:
            raise BadValue(name[:LONGEST], N_("is not asked in a history"))
        if value is not None:
            asked[name].check(value)
    told = [Told(code=n, value=v, unit=asked[n].unit) for n, v in answers.items()]
    tested_at = measured_at or pregnancy_tests.in_a_history(
        answers.get(pregnancy_tests.TEST), clinic=actor.clinic, patient=patient, at=at
    )
    _record(
        "history", told, actor=actor, uid=uid, at=at, patient=patient, mode=mode,
        measured_at=measured_at, tested_at=tested_at,
    )  # fmt: skip


def record_liver(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    read: Mapping[str, Reading],
    baseline: bool = False,
    measured_at: datetime | None = None,
) -> None:
    """This function will write liver tests down as the sheet has them, and their multiples.

    `read` is by test. `baseline` says that all five are from before the series. Raises BadValue
    naming the test or its limit.
    """
    if baseline and set(read) != set(lab_sheet.liver_tests()):
        raise BadValue("baseline", N_("needs all five tests"))
    told = [one for test, reading in read.items() for one in _from_sheet(test, reading)]
    if baseline:
        told.append(Told(code="liver_baseline_done", value=True))
    _record(
        LIVER, told, actor=actor, uid=uid, at=at, patient=patient, mode="clinic",
        measured_at=measured_at, version=lab_sheet.sheet().version,
    )  # fmt: skip


def _from_sheet(test: str, reading: Reading) -> list[Told]:
    """The multiple that the rules read, beside what was typed."""
    if test not in lab_sheet.liver_tests():
        raise BadValue(test[:LONGEST], N_("is not a liver test"))
    fact = safety.catalogue()[lab_sheet.liver_tests()[test].fact]
    multiple = lab_sheet.times_limit(
        test=test, result=reading.result, limit=reading.limit, unit=reading.unit
    )
    fact.check(multiple)
    return [
        Told(code=fact.name, value=multiple, unit=fact.unit),
        Told(code=f"lab/{test}", value=reading.result, unit=reading.unit),
        Told(code=f"lab/{test}_limit", value=reading.limit, unit=reading.unit),
    ]


def record_vitals(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    values: Mapping[str, Decimal],
    measured_at: datetime | None = None,
    mode: str = "clinic",
) -> None:
    """This function will write one set of vital signs down. Raises BadValue naming the limits."""
    for name in values:
        if name not in VITALS:
            raise BadValue(name[:LONGEST], f"unknown; known: {', '.join(VITALS)}")
    checked = charting.checked(values)
    told = [Told(code=n, value=v, unit=charting.unit_of(n)) for n, v in checked.items()]
    _record(
        "vitals", told, actor=actor, uid=uid, at=at, patient=patient, mode=mode,
        measured_at=measured_at,
    )  # fmt: skip


def record_body(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    weight: Decimal | None = None,
    weight_unit: str = "kg",
    height: Decimal | None = None,
    height_unit: str = "cm",
    mode: str = "clinic",
) -> None:
    """This function will write weight and height down in kg and cm, beside what was typed.

    Units are kg or lb, cm or in. Raises BadValue("weight_kg" or "height_cm") with the limits.
    """
    told = [
        *_size("weight", weight, weight_unit, "kg"),
        *_size("height", height, height_unit, "cm"),
    ]
    if not told:
        raise BadValue("weight_kg", N_("a weight or a height is needed"))
    _record("body", told, actor=actor, uid=uid, at=at, patient=patient, mode=mode)


def _size(what: str, typed: Decimal | None, unit: str, to: str) -> list[Told]:
    if typed is None:
        return []
    name = f"{what}_{to}"
    if unit not in UNITS:
        raise BadValue(f"{what}_unit", f"unknown {unit!r}")
    value = units.convert(typed, UNITS[unit], UNITS[to], field=name).quantize(STEP[to])
    safety.catalogue()[name].check(value)
    kept = [Told(code=name, value=value, unit=UNITS[to])]
    return (
        kept if unit == to else [*kept, Told(code=f"{what}_{unit}", value=typed, unit=UNITS[unit])]
    )


def record_criterion(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    name: str,
    facts: Mapping[str, Any],
    mode: str = "clinic",
) -> criteria.Verdict:
    """This function will write a criterion's facts and its answer down, and return the answer.

    Facts are kept as `budapest/sign_sensory`, the answer as `criterion/budapest`. Raises BadValue
    naming the fact.
    """
    verdict = criteria.judge(name=name, facts=facts)
    known = {fact.name: fact for fact in criteria.facts_of(name)}
    told = [Told(code=f"{name}/{n}", value=v) for n, v in facts.items() if n in known]
    told.append(Told(code=f"criterion/{name}", value={"met": verdict.met, "grade": verdict.grade}))
    _record(
        "criterion", told, actor=actor, uid=uid, at=at, patient=patient, mode=mode,
        version=verdict.version,
    )  # fmt: skip
    return verdict


def _record(
    about: str,
    told: list[Told],
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    mode: str,
    measured_at: datetime | None = None,
    tested_at: datetime | None = None,
    version: str = __version__,
) -> None:
    _check(actor, patient, mode, told)
    moment = measured_at or at
    if moment > at + SOON:
        raise BadValue("measured_at", N_("is in the future"))

    def work() -> Done:
        patients.get(clinic=actor.clinic, patient=patient)
        saved = []
        for part, when in _by_day(told, moment, tested_at or moment):
            saved += observations.write(
                part, actor=actor, at=at, measured_at=when, patient=patient, mode=mode,
                provenance="typed" if actor.practitioner else "patient",
                knowledge=version,
            )  # fmt: skip
        said = (one.code for one in told if one.value is not None)
        investigations.answered(actor=actor, at=at, patient=patient, facts=said)
        if about == LIVER:
            surveillance.after_liver_tests(
                actor=actor, at=at, patient=patient, measured_at=moment,
                results={o.code: o.value for o in told if o.code in safety.catalogue()},
            )  # fmt: skip
        return Done(
            subject_kind="observation", subject=saved[0].pk,
            result={"set": str(saved[0].set_id)},
            detail={"about": about, "codes": [one.code for one in told]},
        )  # fmt: skip

    perform("evaluation.record", actor=actor, uid=uid, at=at, work=work)


def _by_day(
    told: list[Told], moment: datetime, tested_at: datetime
) -> list[tuple[list[Told], datetime]]:
    """A pregnancy test that was done on another day than the rest was said, apart."""
    if tested_at == moment:
        return [(told, moment)]
    test = [one for one in told if one.code == pregnancy_tests.TEST]
    return [([one for one in told if one not in test], moment), (test, tested_at)]


def _check(actor: Actor, patient: uuid.UUID, mode: str, told: list[Told]) -> None:
    if actor.patient is not None and actor.patient != patient:
        raise PermissionDenied(N_("This link is another person's."))
    if mode not in tuple(Mode):
        raise BadValue("mode", f"unknown {mode!r}; known: {', '.join(Mode)}")
    if not told:
        raise BadValue("answers", N_("at least one answer is needed"))
