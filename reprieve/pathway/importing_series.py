"""Past infusions charted, and put into their series: n of N given, the rest still to be booked."""

from __future__ import annotations

import math
import uuid
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

from reprieve.clinical import regimens
from reprieve.knowledge import BadValue
from reprieve.pathway import episodes, series, states
from reprieve.pathway.clock import ms
from reprieve.pathway.permissions import Actor
from reprieve.records.models import (
    AdverseEvent,
    CarePlan,
    Encounter,
    InfusionEvent,
    InfusionState,
    Observation,
)

if TYPE_CHECKING:
    from reprieve.pathway.importing import Batch, InfusionRow
    from reprieve.records.queries.patients import PatientView

UG_PER_MG, MS_PER_H = Decimal(1000), 3_600_000
# What no pump delivers was pushed: 5 g an hour, as `pharmacology.schedule` has it.
FASTEST_UG_PER_H = 5_000_000
VERSION = "imported"
UNDONE = "import undone"
RUNNING, OVER = "import.series", "import.done"


def plan_of(row: InfusionRow, person: PatientView, batch: Batch) -> CarePlan:
    """This function will find or begin the series a row belongs to. Raises BadValue."""
    if row.regimen not in regimens.regimens():
        raise BadValue("regimen", f"unknown {row.regimen[:40]!r}")
    number, of = row.number or 1, row.of or regimens.regimen(row.regimen).infusions
    if number > of:
        raise BadValue("number", f"{number} is more than {of}")
    key = (person.id, row.regimen, row.condition, row.weight_kg, of, row.is_booster)
    before = batch.series.get(key)
    if before is not None and number > before[1]:
        plan: CarePlan = CarePlan.of(batch.actor.clinic).get(pk=before[0])
    else:
        plan = _begin(row, of, person, batch)
    batch.series[key] = (plan.pk, number)
    return plan


def _begin(row: InfusionRow, of: int, person: PatientView, batch: Batch) -> CarePlan:
    detail = {"imported": True, "condition": row.condition}
    if row.weight_kg is not None:
        detail["weight_kg"] = f"{row.weight_kg:f}"
    made: CarePlan = CarePlan.objects.add(
        clinic_id=batch.actor.clinic, patient_id=person.id, episode_id=person.episode,
        regimen=row.regimen, knowledge=VERSION, sessions=of, is_booster=row.is_booster,
        detail=detail, recorded_at=batch.at, by_id=batch.actor.practitioner,
    )  # fmt: skip
    return made


def chart(
    row: InfusionRow, person: PatientView, times: tuple[datetime, datetime],
    plan: CarePlan | None, batch: Batch,
) -> uuid.UUID:  # fmt: skip
    """This function will write an infusion from start to end, as reported, with what came of it."""
    begins, ends = times
    actor, at = batch.actor, batch.at
    kept = {"clinic_id": actor.clinic, "recorded_at": at, "by_id": actor.practitioner}
    visit: Encounter = Encounter.objects.add(
        patient_id=person.id, episode_id=person.episode, kind="infusion", plan=plan,
        session_no=row.number, **kept,
    )  # fmt: skip
    rate_ug, pushed_ug = _given(row.dose_mg, ms(ends) - ms(begins))
    InfusionState.objects.add(
        clinic_id=actor.clinic, encounter=visit, patient_id=person.id, state="discharged",
        started_ms=ms(begins), ended_ms=ms(ends),
    )  # fmt: skip
    acts: list[tuple[str, datetime, int | None, int | None]] = [
        ("started", begins, rate_ug, None), ("ended", ends, None, None),
    ]  # fmt: skip
    if pushed_ug:
        acts.append(("bolus", begins, None, pushed_ug))
    for kind, moment, rate, dose in acts:
        InfusionEvent.objects.add(
            encounter=visit, kind=kind, at_ms=ms(moment), recorded_ms=ms(at), rate_ug_per_h=rate,
            dose_ug=dose, reported=True, detail={"imported": True}, **kept,
        )  # fmt: skip
    for moment, pain in ((begins, row.pain_before), (ends, row.pain_after)):
        if pain is not None:
            Observation.objects.add(
                patient_id=person.id, encounter=visit, code="pain", value=pain, unit="{score}",
                measured_at=moment, provenance="imported", **kept,
            )  # fmt: skip
    for term, grade, serious in row.side_effects:
        AdverseEvent.objects.add(
            patient_id=person.id, encounter=visit, term=term, grade=grade, serious=serious,
            onset_ms=ms(begins), outcome="unknown", **kept,
        )  # fmt: skip
    return visit.pk


def _given(dose_mg: Decimal, length_ms: int) -> tuple[int, int]:
    """The rate it ran at, and what was pushed: all of it where it was over in no time."""
    rate = _rate(dose_mg, length_ms) if length_ms else FASTEST_UG_PER_H + 1
    return (rate, 0) if rate <= FASTEST_UG_PER_H else (0, math.ceil(dose_mg * UG_PER_MG))


def _rate(dose_mg: Decimal, length_ms: int) -> int:
    """A whole rate under which no less counts as given than was told, nor once more by a copy."""
    dose_ug = math.ceil(dose_mg * UG_PER_MG)
    rate = round(dose_mg * UG_PER_MG * MS_PER_H / length_ms)
    if -(-rate * length_ms // MS_PER_H) == dose_ug:
        return rate
    return (dose_ug - 1) * MS_PER_H // length_ms + 1


def place(person: PatientView, plan: CarePlan | None, batch: Batch) -> None:
    """This function will take the episode where the series has come to: running, or over."""
    if plan is None:
        return
    episode = episodes.current(clinic=batch.actor.clinic, patient=person.id)
    act = OVER if series.given(plan) >= plan.sessions else RUNNING
    if act in states.possible("episode", episode.state):
        episodes.advance(episode=episode, act=act, actor=batch.actor, at=batch.at)


def take_back(visit: Encounter, *, actor: Actor, at: datetime) -> None:
    """This function will strike an imported infusion and what was written with it."""
    kept = {"clinic_id": actor.clinic, "recorded_at": at, "by_id": actor.practitioner}
    for event in InfusionEvent.of(actor.clinic).filter(encounter=visit, corrects__isnull=True):
        InfusionEvent.objects.add(
            encounter=visit, kind=event.kind, at_ms=event.at_ms, recorded_ms=ms(at),
            rate_ug_per_h=0 if event.rate_ug_per_h is not None else None, reported=True,
            corrects=event, detail={"struck": True}, **kept,
        )  # fmt: skip
    for told in Observation.of(actor.clinic).filter(encounter=visit, corrects__isnull=True):
        Observation.objects.add(
            patient_id=visit.patient_id, encounter=visit, code=told.code, value=None,
            unit=told.unit, measured_at=told.measured_at, provenance="imported", corrects=told,
            **kept,
        )  # fmt: skip
    for harm in AdverseEvent.of(actor.clinic).filter(encounter=visit, corrects__isnull=True):
        AdverseEvent.objects.add(
            patient_id=visit.patient_id, encounter=visit, term=UNDONE, grade=harm.grade,
            onset_ms=harm.onset_ms, corrects=harm, **kept,
        )  # fmt: skip
    state = InfusionState.of(actor.clinic).get(encounter=visit)
    state.state, state.started_ms, state.ended_ms = "cancelled", None, None
    state.save(update_fields=["state", "started_ms", "ended_ms"])
