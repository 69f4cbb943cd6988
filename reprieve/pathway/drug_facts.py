"""What the drugs kept at hand ask of a patient before they are given, known or not.

Told early the answers are there when a drug is needed; else they are given at the chair, beside
the drug. An answer is history like any other: who said it when stands on it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.clinical import rescue, safety
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import alarm_fold, infusion, observations
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor
from reprieve.records.models import InfusionState
from reprieve.records.queries import charts, facts

FRESH_MS = 15 * 60_000
HEART_RATE = "heart_rate_per_min"
# The electrocardiogram's rate first; a chair with an oximeter only has its pulse.
RATES = ("heart_rate", "pulse_rate")


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A fact that nobody has answered, in words, and the drug that could not be given for it."""

    fact: str
    drug: str
    words: str


def known(
    row: InfusionState, *, at: datetime, given_at: datetime | None = None
) -> dict[str, Any]:
    """This function will gather what the drugs' exclusions ask; a rate counts while fresh.

    `given_at` is the moment of a dose that is corrected later: the rate of then counts.
    """
    found = _told(row.clinic_id, row.patient_id, rescue.questions(rescue.drugs()), at)
    rate = _fresh_rate(row, at) if given_at is None else _rate_before(row, ms(given_at))
    return found if rate is None else {**found, HEART_RATE: rate}


def unanswered(
    *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, drugs: Iterable[str]
) -> tuple[Question, ...]:
    """This function will list what nobody answered about a patient, of what some drugs ask."""
    asked = rescue.questions(drugs)
    told = _told(clinic, patient, asked, at)
    return tuple(
        Question(fact=fact, drug=drug, words=safety.catalogue()[fact].question)
        for fact, drug in asked.items()
        if told.get(fact) is None
    )


def answer(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID,
    answers: Mapping[str, bool],
) -> None:  # fmt: skip
    """This function will write answers down at the chair, as history of the patient.

    They stay also when the drug is refused for them. Raises BadValue naming what is not asked.
    """
    for fact in answers:
        if fact not in rescue.questions(rescue.drugs()):
            raise BadValue(fact[:60], N_("is not asked here"))
        safety.catalogue()[fact].check(answers[fact])

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        observations.write(
            [Told(code=fact, value=value) for fact, value in answers.items()],
            actor=actor, at=at, measured_at=at, patient=row.patient_id, encounter=encounter,
        )  # fmt: skip
        return Done(
            subject_kind="encounter", subject=encounter, detail={"codes": sorted(answers)}
        )

    perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)


def _told(
    clinic: uuid.UUID, patient: uuid.UUID, asked: Iterable[str], at: datetime
) -> dict[str, Any]:
    return facts.told(clinic=clinic, patient=patient, names=frozenset(asked), at=at)


def _fresh_rate(row: InfusionState, at: datetime) -> float | None:
    tracks = alarm_fold.state_of(row).tracks
    for signal in RATES:
        track = tracks.get(signal)
        if track is None or track.value is None or ms(at) - track.value_ms > FRESH_MS:
            continue
        return track.value
    return None


def _rate_before(row: InfusionState, at_ms: int) -> float | None:
    """The last rate that was charted before a moment, while it was fresh then."""
    stored = charts.values(
        clinic=row.clinic_id, encounter=row.encounter_id, from_ms=at_ms - FRESH_MS
    )
    then = [v for v in stored if at_ms - FRESH_MS <= v.at_ms <= at_ms and not v.corrected]
    newest = {v.signal: v.value for v in then}
    rate = next((newest[signal] for signal in RATES if signal in newest), None)
    return None if rate is None else float(rate)
