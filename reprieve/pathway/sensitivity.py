"""How strongly a patient answered ketamine before, and what that says of one infusion of a regimen.

Learnt from what was charted under the last infusions. To look at beside a plan; nothing is set,
gated or alarmed by it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import expected_levels
from reprieve.pathway.planning import Draft
from reprieve.pathway.planning_outlook import MODELS, first_infusion
from reprieve.records.queries import baselines, charts, gate_vitals, given_courses, treatments
from reprieve.records.queries.given_courses import GivenCourse

if TYPE_CHECKING:
    from reprieve.pharmacology import Occasion, Sensitivity

MS_PER_MIN = 60_000
RATING = "dissociation"
CIRCULATION = ("sbp", "dbp", "heart_rate")
LOOKS_BACK = timedelta(days=366)
MOST = 3
# Readings that lie closer are one: a monitor sends the same pressure again and again.
APART_MS = 5 * MS_PER_MIN
AFTER_END_MS = 60 * MS_PER_MIN


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is expected at most in one infusion: ratings 0 to 10, or rises, lowest first (80 %)."""

    regimen: str
    at_most: dict[str, tuple[float, float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Learnt:
    """What was learnt, for each signal. `problem` says why there is nothing to learn from.

    `kinetics` names the models of levels, each with the blood it is of.
    """

    problem: Message | None = None
    infusions: int = 0
    kinetics: tuple[tuple[str, str], ...] = ()
    version: str = ""
    found: tuple[Sensitivity, ...] = ()
    answers: tuple[Answer, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    signal: str
    at_ms: int
    value: float


def learnt(
    *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, drafts: Sequence[Draft] = ()
) -> Learnt:
    """This function will learn from the last three infusions of a year, and apply it to plans."""
    every = treatments.infusions(clinic=clinic, patient=patient, at=at)
    given = [i.encounter for i in every if i.ended_at and at - i.started_at <= LOOKS_BACK][-MOST:]
    courses = given_courses.of_many(clinic=clinic, encounters=given)
    usable = [c for c in courses if c.form in MODELS and c.weight_kg is not None]
    if not usable:
        return Learnt(problem=Message(id=N_("No finished infusion within a year to learn from.")))
    from reprieve.pharmacology import model
    from reprieve.pharmacology.sensitivity import SIGNALS, VERSION, sensitivity

    try:
        seen = [(one, _readings(clinic, one)) for one in usable]
        found = tuple(
            sensitivity(signal, [_occasion(signal, one, read) for one, read in seen])
            for signal in SIGNALS
        )
        answers = tuple(_answer(draft, found) for draft in drafts)
    except BadValue as error:
        why = N_("No model answers for this: {why}")
        return Learnt(problem=Message(id=why, params={"why": error.reason}))
    names = sorted({MODELS[one.form] for one in usable})
    return Learnt(
        infusions=len(usable), version=VERSION, found=found, answers=answers,
        kinetics=tuple((name, model(name).sampling_site) for name in names),
    )  # fmt: skip


def _readings(clinic: uuid.UUID, one: GivenCourse) -> list[_Reading]:
    """Ratings and rises under the drug, until another drug was given beside it."""
    first_ms, last_ms = _span(one)
    others = _other_drugs(clinic, one.encounter)
    last_ms = min([last_ms, *(given_ms for given_ms in others if given_ms > first_ms)])
    base = baselines.of(clinic=clinic, encounter=one.encounter)
    typed = charts.typed(clinic=clinic, encounter=one.encounter)
    rated = [
        _Reading(signal=RATING, at_ms=v.at_ms, value=float(v.value))
        for v in typed
        if v.signal == RATING and not v.corrected and v.value is not None
    ]
    read = gate_vitals.readings(clinic=clinic, encounter=one.encounter, until_ms=last_ms)
    rises = [
        _Reading(signal=v.signal, at_ms=v.at_ms, value=float(v.value) - base[v.signal])
        for v in read
        if v.signal in CIRCULATION and v.signal in base
    ]
    return [r for r in _apart([*rated, *rises]) if first_ms <= r.at_ms <= last_ms]


def _span(one: GivenCourse) -> tuple[int, int]:
    """From the drug's first moment until an hour after its last."""
    begins = [s.start_ms for s in one.course.segments] + [b.at_ms for b in one.course.boluses]
    ends = [s.end_ms or s.start_ms for s in one.course.segments]
    last = max([*ends, *(b.at_ms for b in one.course.boluses)], default=0)
    return min(begins, default=0), last + AFTER_END_MS


def _other_drugs(clinic: uuid.UUID, encounter: uuid.UUID) -> list[int]:
    chart = charts.acts(clinic=clinic, encounter=encounter)
    drugs = () if chart is None else chart.drugs
    return [one["at_ms"] for one in drugs if not (one["corrected"] or one["retracts"])]


def _apart(read: Iterable[_Reading]) -> list[_Reading]:
    kept: dict[str, list[_Reading]] = {}
    for one in sorted(read, key=lambda r: r.at_ms):
        before = kept.setdefault(one.signal, [])
        if not before or one.at_ms - before[-1].at_ms >= APART_MS:
            before.append(one)
    return [one for signal in kept.values() for one in signal]


def _occasion(signal: str, one: GivenCourse, read: Iterable[_Reading]) -> Occasion:
    from reprieve.pharmacology import Occasion

    first_ms, last_ms = _span(one)
    mine = [r for r in read if r.signal == signal]
    return Occasion(
        weight_kg=one.weight_kg or 0.0, model_name=MODELS[one.form],
        times_min=tuple((r.at_ms - first_ms) / MS_PER_MIN for r in mine),
        seen=tuple(r.value for r in mine),
        infusions=tuple(
            expected_levels.infusions(one.course, first_ms=first_ms, until_ms=last_ms)
        ),
        boluses=tuple(expected_levels.boluses(one.course, first_ms=first_ms, until_ms=last_ms)),
    )  # fmt: skip


def _answer(draft: Draft, found: Iterable[Sensitivity]) -> Answer:
    """The strongest answer to the first infusion of a plan, minute by minute."""
    from reprieve.pharmacology.sensitivity import effect_site

    given = first_infusion(draft)
    times = range(round(max(one.end_min for one in given)) + 16)
    return Answer(
        regimen=draft.regimen.id,
        at_most={
            one.signal: one.expected(float(max(effect_site(
                one.signal, weight_kg=float(draft.dosing_weight_kg), times_min=times,
                infusions=given, model_name=MODELS[draft.regimen.form],
            ))))
            for one in found
        },
    )  # fmt: skip
