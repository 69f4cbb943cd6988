"""Bring a running practice in: rows of a table become records, all of them or none.

A batch is one act. It can be undone by another: nothing is erased, imported people are closed and
no longer found by their identifiers, imported infusions are struck through.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import episodes, patients
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import identity as identities
from reprieve.records.identity import Identity
from reprieve.records.models import (
    Act,
    Appointment,
    Encounter,
    EpisodeOfCare,
    InfusionEvent,
    InfusionState,
    Observation,
    Patient,
)
from reprieve.records.queries import clinics
from reprieve.records.queries import patients as known

ACT, UNDO = "import.run", "import.undo"
UNDONE = "(import undone)"
US_PER_MG = Decimal(1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """One person of the table."""

    identity: Identity
    language: str = "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionRow:
    """One past infusion: whose, when, how long, how much, and the pain before and after."""

    mrn: str
    day: date
    begins: time
    minutes: int
    dose_mg: Decimal
    pain_before: int | None = None
    pain_after: int | None = None


class RowError(BadValue):
    """What is wrong with one row; `row` counts the lines of the file, the heading being 1."""

    def __init__(self, row: int, column: str, reason: str) -> None:
        super().__init__(f"row {row}, {column}", reason)
        self.row, self.column = row, column


Row = PatientRow | InfusionRow


class _Rehearsed(Exception):  # no fault: the rehearsal went well
    """Raised to take a rehearsal back."""


def bring_in(
    *, actor: Actor, uid: uuid.UUID, at: datetime, rows: Sequence[tuple[int, Row]],
    rehearse: bool = False,
) -> dict[str, Any]:  # fmt: skip
    """This function will write every row in one act, or none. Returns the batch's id and counts.

    `rows` pairs each with its line in the file. `rehearse` does all of it and takes it back.
    Raises RowError naming line and column.
    """

    def work() -> Done:
        made = [_write(row, line, actor=actor, at=at) for line, row in rows]
        return Done(
            subject_kind="import", subject=uid,
            result={"rows": len(made), "made": [str(one) for one in made]},
            detail={"rows": len(made)},
        )  # fmt: skip

    try:
        with transaction.atomic():
            done = perform(ACT, actor=actor, uid=uid, at=at, work=work)
            if rehearse:
                raise _Rehearsed
    except _Rehearsed:
        return {"batch": None, "rows": len(rows)}
    return {"batch": done["id"], "rows": done["rows"]}


def _write(row: Row, line: int, *, actor: Actor, at: datetime) -> uuid.UUID:
    writer: Callable[..., uuid.UUID] = _patient if isinstance(row, PatientRow) else _infusion
    try:
        return writer(row, line, actor=actor, at=at)
    except RowError:
        raise
    except BadValue as error:
        raise RowError(line, error.field, error.reason) from error


def _patient(row: PatientRow, line: int, *, actor: Actor, at: datetime) -> uuid.UUID:
    same = known.likely_same(clinic=actor.clinic, identity=row.identity)
    if same:
        raise RowError(line, "family", f"seems to be patient {same[0].number}, who is here already")
    patient = patients.create(actor=actor, at=at, identity=row.identity, language=row.language)
    episodes.begin(patient=patient, act="referral.receive", actor=actor, at=at)
    return patient.pk


def _infusion(row: InfusionRow, line: int, *, actor: Actor, at: datetime) -> uuid.UUID:
    found = known.find(clinic=actor.clinic, text=row.mrn)
    if len(found) != 1:
        raise RowError(line, "mrn", f"belongs to {'nobody' if not found else 'several'} here")
    zone = ZoneInfo(clinics.clinic(actor.clinic).timezone)
    begins = datetime.combine(row.day, row.begins, tzinfo=zone).astimezone(UTC)
    ends = begins + timedelta(minutes=row.minutes)
    if ends > at:
        raise RowError(line, "date", "lies in the future")
    return _chart(row, found[0], begins, ends, actor=actor, at=at)


def _chart(
    row: InfusionRow, person: known.PatientView, begins: datetime, ends: datetime, *,
    actor: Actor, at: datetime,
) -> uuid.UUID:  # fmt: skip
    visit = Encounter.objects.add(
        clinic_id=actor.clinic, patient_id=person.id, episode_id=person.episode, kind="infusion",
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    rate_ug = int(row.dose_mg * US_PER_MG * 60 / row.minutes)
    InfusionState.objects.add(
        clinic_id=actor.clinic, encounter=visit, patient_id=person.id, state="discharged",
        started_ms=ms(begins), ended_ms=ms(ends),
    )  # fmt: skip
    for kind, moment, rate in (("started", begins, rate_ug), ("ended", ends, None)):
        InfusionEvent.objects.add(
            clinic_id=actor.clinic, encounter=visit, kind=kind, at_ms=ms(moment),
            recorded_ms=ms(at), rate_ug_per_h=rate, reported=True, detail={"imported": True},
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
    for moment, pain in ((begins, row.pain_before), (ends, row.pain_after)):
        if pain is not None:
            Observation.objects.add(
                clinic_id=actor.clinic, patient_id=person.id, encounter=visit, code="pain",
                value=pain, unit="{score}", measured_at=moment, provenance="imported",
                recorded_at=at, by_id=actor.practitioner,
            )  # fmt: skip
    made: uuid.UUID = visit.pk
    return made


def undo(*, actor: Actor, uid: uuid.UUID, at: datetime, batch: uuid.UUID) -> dict[str, Any]:
    """This function will take an import back by rows that say so.

    Raises NotFound for no such import, NotNow when it is undone already or something was built on
    it: a visit or an appointment of an imported person.
    """

    def work() -> Done:
        first = Act.objects.filter(pk=batch, clinic_id=actor.clinic, kind=ACT).first()
        if first is None:
            raise NotFound(N_("There is no such import."))
        made = [uuid.UUID(one) for one in first.result["made"]]
        _only_once(actor, batch)
        people = list(Patient.of(actor.clinic).filter(pk__in=made))
        _nothing_built_on(actor, people)
        for person in people:
            _take_back_person(person, actor=actor, at=at)
        for visit in Encounter.of(actor.clinic).filter(pk__in=made):
            _take_back_infusion(visit, actor=actor, at=at)
        return Done(
            subject_kind="import", subject=batch, result={"rows": len(made)},
            detail={"undone": str(batch)},
        )  # fmt: skip

    return perform(UNDO, actor=actor, uid=uid, at=at, work=work)


def _only_once(actor: Actor, batch: uuid.UUID) -> None:
    past = Act.objects.filter(clinic_id=actor.clinic, kind=UNDO)
    if any(row.result.get("id") == str(batch) for row in past):
        raise NotNow(N_("This import is undone already."))


def _nothing_built_on(actor: Actor, people: Sequence[Patient]) -> None:
    for model in (Encounter, Appointment, Observation):
        if model.of(actor.clinic).filter(patient__in=people).exists():
            raise NotNow(N_("Something was written about an imported person since."))


def _take_back_person(person: Patient, *, actor: Actor, at: datetime) -> None:
    """The old identity stays on record; a search and a second import no longer find it."""
    who = Identity(given=UNDONE, family=str(person.number))
    identities.save(patient=person, identity=who, at=at, by=actor.practitioner)
    for episode in EpisodeOfCare.of(actor.clinic).filter(patient=person):
        episodes.advance(episode=episode, act=UNDO, actor=actor, at=at)


def _take_back_infusion(visit: Encounter, *, actor: Actor, at: datetime) -> None:
    for event in InfusionEvent.of(actor.clinic).filter(encounter=visit, corrects__isnull=True):
        InfusionEvent.objects.add(
            clinic_id=actor.clinic, encounter=visit, kind=event.kind, at_ms=event.at_ms,
            recorded_ms=ms(at), rate_ug_per_h=0 if event.rate_ug_per_h is not None else None,
            reported=True, corrects=event, detail={"struck": True}, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
    for told in Observation.of(actor.clinic).filter(encounter=visit, corrects__isnull=True):
        Observation.objects.add(
            clinic_id=actor.clinic, patient_id=visit.patient_id, encounter=visit, code=told.code,
            value=None, unit=told.unit, measured_at=told.measured_at, provenance="imported",
            corrects=told, recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
    state = InfusionState.of(actor.clinic).get(encounter=visit)
    state.state, state.started_ms, state.ended_ms = "cancelled", None, None
    state.save(update_fields=["state", "started_ms", "ended_ms"])
