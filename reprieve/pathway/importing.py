"""Bring a running practice in: rows of a table become records, all of them or none.

A batch is one act. It can be undone by another: nothing is erased, imported people are closed and
no longer found by their identifiers, imported infusions are struck through.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction

from reprieve.clinical import conditions
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import (
    episodes,
    importing_scores,
    importing_series,
    importing_stock,
    patients,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.importing_scores import ScoreRow
from reprieve.pathway.importing_stock import StockRow
from reprieve.pathway.permissions import Actor
from reprieve.records import identity as identities
from reprieve.records.identity import Identity
from reprieve.records.models import (
    Act,
    AdverseEvent,
    AllergyIntolerance,
    Appointment,
    Condition,
    Consent,
    Decision,
    DiaryEntry,
    Encounter,
    EpisodeOfCare,
    MedicationStatement,
    Observation,
    OutboxMessage,
    Patient,
    PatientLink,
    QuestionnaireResponse,
    Referral,
    Vial,
    WorkItem,
)
from reprieve.records.queries import clinics
from reprieve.records.queries import patients as known

ACT, UNDO = "import.run", "import.undo"
UNDONE = "(import undone)"
SINCE = N_(
    "Something was written since about {found} of the {people} imported people. Undo later imports "
    "about them first; what they or the clinic wrote stays, and so do they."
)
STAYS = N_("Stock stays in the ledger: what should not be there leaves it before a witness.")
# What may be written about a person after the import that brought them.
WRITTEN = (
    Encounter, Appointment, Observation, QuestionnaireResponse, DiaryEntry, Consent, PatientLink,
    WorkItem, AdverseEvent, AllergyIntolerance, Decision, MedicationStatement, OutboxMessage,
    Referral,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientRow:
    """One person of the table."""

    identity: Identity
    language: str = "en"
    condition: str = ""  # ICD-10-CM


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionRow:
    """One past infusion: whose, when, how long, how much, and the pain before and after.

    `regimen`, `number` and `of` place it in its series; then condition and weight are kept too.
    """

    mrn: str
    day: date
    begins: time
    minutes: Decimal
    dose_mg: Decimal
    pain_before: int | None = None
    pain_after: int | None = None
    regimen: str = ""
    condition: str = ""
    weight_kg: Decimal | None = None
    number: int | None = None
    of: int | None = None
    is_booster: bool = False
    side_effects: tuple[tuple[str, int, bool], ...] = ()


class RowError(BadValue):
    """What is wrong with one row; `row` counts the lines of the file, the heading being 1."""

    def __init__(self, row: int, column: str, reason: str) -> None:
        super().__init__(f"row {row}, {column}", reason)
        self.row, self.column = row, column


Row = PatientRow | InfusionRow | ScoreRow | StockRow


class _Rehearsed(Exception):  # no fault: the rehearsal went well
    """Raised to take a rehearsal back."""


def bring_in(
    *, actor: Actor, uid: uuid.UUID, at: datetime, rows: Sequence[tuple[int, Row]],
    rehearse: bool = False, by: Actor | None = None,
) -> dict[str, Any]:  # fmt: skip
    """This function will write every row in one act, or none. Returns the batch's id and counts.

    `rows` pairs each with its line in the file. `rehearse` does all of it and takes it back.
    `by` answers for controlled drugs, which nobody else brings in.
    Raises RowError naming line and column.
    """

    def work() -> Done:
        batch = Batch(actor=actor, at=at, uid=uid, by=by)
        made = [one for line, row in rows for one in _written(row, line, batch)]
        return Done(
            subject_kind="import", subject=uid,
            result={"rows": len(rows), "made": [str(one) for one in made]},
            detail={"rows": len(rows)},
        )  # fmt: skip

    try:
        with transaction.atomic():
            done = perform(ACT, actor=actor, uid=uid, at=at, work=work)
            if rehearse:
                raise _Rehearsed
    except _Rehearsed:
        return {"batch": None, "rows": len(rows)}
    return {"batch": done["id"], "rows": done["rows"]}


@dataclass(slots=True, kw_only=True)
class Batch:
    """One import under way: who it is for, and each patient's series as last seen in it."""

    actor: Actor
    at: datetime
    uid: uuid.UUID
    by: Actor | None = None
    people: dict[str, known.PatientView] = field(default_factory=dict)
    series: dict[tuple[Any, ...], tuple[uuid.UUID, int]] = field(default_factory=dict)


def _written(row: Row, line: int, batch: Batch) -> list[uuid.UUID]:
    try:
        if isinstance(row, StockRow):
            number = uuid.uuid5(batch.uid, f"row {line}")
            return importing_stock.write(row, by=batch.by, uid=number, at=batch.at)
        return [_write(row, line, batch)]
    except RowError:
        raise
    except BadValue as error:
        raise RowError(line, error.field, error.reason) from error


def _write(row: PatientRow | InfusionRow | ScoreRow, line: int, batch: Batch) -> uuid.UUID:
    if isinstance(row, PatientRow):
        return _patient(row, line, batch)
    person = _person(row.mrn, line, batch)
    if isinstance(row, ScoreRow):
        return importing_scores.write(row, patient=person.id, actor=batch.actor, at=batch.at)
    return _infusion(row, line, person, batch)


def _patient(row: PatientRow, line: int, batch: Batch) -> uuid.UUID:
    actor, at = batch.actor, batch.at
    same = known.likely_same(clinic=actor.clinic, identity=row.identity)
    if same:
        raise RowError(line, "family", f"seems to be patient {same[0].number}, who is here already")
    patient = patients.create(actor=actor, at=at, identity=row.identity, language=row.language)
    episodes.begin(patient=patient, act="referral.receive", actor=actor, at=at)
    if row.condition:
        named = conditions.conditions().get(row.condition.upper())
        if named is None:
            raise RowError(line, "condition", f"{row.condition[:20]!r} is not in the list of codes")
        Condition.objects.add(
            clinic_id=actor.clinic, patient=patient, code=named.code, label=named.label.id,
            is_pain_condition=True, recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
    return patient.pk


def _person(mrn: str, line: int, batch: Batch) -> known.PatientView:
    if mrn not in batch.people:
        found = known.find(clinic=batch.actor.clinic, text=mrn)
        if len(found) != 1:
            raise RowError(line, "mrn", f"belongs to {'nobody' if not found else 'several'} here")
        batch.people[mrn] = found[0]
    return batch.people[mrn]


def _infusion(
    row: InfusionRow, line: int, person: known.PatientView, batch: Batch
) -> uuid.UUID:
    zone = ZoneInfo(clinics.clinic(batch.actor.clinic).timezone)
    begins = datetime.combine(row.day, row.begins, tzinfo=zone).astimezone(UTC)
    ends = begins + timedelta(microseconds=int(row.minutes * 60_000_000))
    if ends > batch.at:
        raise RowError(line, "date", "lies in the future")
    plan = importing_series.plan_of(row, person, batch) if row.regimen else None
    visit = importing_series.chart(row, person, (begins, ends), plan, batch)
    importing_series.place(person, plan, batch)
    return visit


def undo(*, actor: Actor, uid: uuid.UUID, at: datetime, batch: uuid.UUID) -> dict[str, Any]:
    """This function will take an import back by rows that say so.

    Raises NotFound for no such import, NotNow when it is undone already or something was written
    about an imported person since: by the clinic, by the person, or by another import that stands.
    """

    def work() -> Done:
        first = Act.objects.filter(pk=batch, clinic_id=actor.clinic, kind=ACT).first()
        if first is None:
            raise NotFound(N_("There is no such import."))
        made = [uuid.UUID(one) for one in first.result["made"]]
        _only_once(actor, batch)
        if Vial.of(actor.clinic).filter(pk__in=made).exists():
            raise NotNow(STAYS)
        people = list(Patient.of(actor.clinic).filter(pk__in=made))
        _nothing_built_on(actor, people)
        for person in people:
            _take_back_person(person, actor=actor, at=at)
        for visit in Encounter.of(actor.clinic).filter(pk__in=made):
            importing_series.take_back(visit, actor=actor, at=at)
        importing_scores.take_back(made, actor=actor, at=at)
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
    """What an undone import wrote stands no more; all else stays, so its people stay too."""
    struck = _struck(actor)
    found = {
        row.patient_id
        for model in WRITTEN
        for row in model.of(actor.clinic).filter(patient__in=people)
        if not _is_struck(row, struck)
    }
    if found:
        raise NotNow(Message(id=SINCE, params={"found": len(found), "people": len(people)}))


def _struck(actor: Actor) -> dict[uuid.UUID, frozenset[datetime]]:
    """Each row that an undone import of this clinic made, with the moments of both acts."""
    acts = list(Act.objects.filter(clinic_id=actor.clinic, kind__in=(ACT, UNDO)))
    undone = {row.result.get("id"): row.at for row in acts if row.kind == UNDO}
    return {
        uuid.UUID(one): frozenset({row.at, undone[str(row.pk)]})
        for row in acts
        if row.kind == ACT and str(row.pk) in undone
        for one in row.result["made"]
    }


def _is_struck(row: Any, struck: Mapping[uuid.UUID, frozenset[datetime]]) -> bool:
    """Whether the import or its undoing wrote this row: an answer to such a row is no part."""
    at = getattr(row, "recorded_at", None)
    of = (getattr(row, name, None) for name in ("pk", "corrects_id", "encounter_id"))
    return any(at in struck.get(one, ()) for one in of if one is not None)


def _take_back_person(person: Patient, *, actor: Actor, at: datetime) -> None:
    """The old identity stays on record; a search and a second import no longer find it."""
    who = Identity(given=UNDONE, family=str(person.number))
    identities.save(patient=person, identity=who, at=at, by=actor.practitioner)
    for episode in EpisodeOfCare.of(actor.clinic).filter(patient=person):
        episodes.advance(episode=episode, act=UNDO, actor=actor, at=at)
