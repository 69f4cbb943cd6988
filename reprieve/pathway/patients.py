"""Register a person and correct who they are; a correction is a new version."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.db.models import Max, QuerySet

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import episodes, turns
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import Actor
from reprieve.records import identity as identities
from reprieve.records.identity import Identity
from reprieve.records.models import Patient

LANGUAGES = ("en", "es")
LONGEST = {
    "given": 100, "family": 100, "address": 300, "mrn": 40, "caregiver": 120,
    "caregiver_phone": 40,
}  # fmt: skip


def register(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    identity: Identity,
    language: str = "en",
    interpreter: bool = False,
) -> dict[str, str]:
    """This function will register a person and open their episode: ids of patient and episode."""

    def work() -> Done:
        patient = create(
            actor=actor, at=at, identity=identity, language=language, interpreter=interpreter
        )
        episode = episodes.begin(patient=patient, act="referral.receive", actor=actor, at=at)
        return Done(subject_kind="patient", subject=patient.pk, result={"episode": str(episode.pk)})

    return perform("patient.register", actor=actor, uid=uid, at=at, work=work)


def create(
    *,
    actor: Actor,
    at: datetime,
    identity: Identity,
    language: str = "en",
    interpreter: bool = False,
) -> Patient:
    """This function will add a patient with the clinic's next number, inside the caller's act."""
    check(identity, at)
    if language not in LANGUAGES:
        raise BadValue("language", f"unknown {language!r}; known: {', '.join(LANGUAGES)}")
    turns.take(actor.clinic)  # numbers are given one at a time
    last = Patient.of(actor.clinic).aggregate(last=Max("number"))["last"] or 0
    patient: Patient = Patient.objects.add(
        clinic_id=actor.clinic, number=last + 1, created_at=at,
        language=language, interpreter=interpreter,
    )  # fmt: skip
    identities.save(patient=patient, identity=identity, at=at, by=actor.practitioner)
    return patient


def check(identity: Identity, at: datetime) -> None:
    """This function will raise BadValue for an identity that cannot be one."""
    for field, longest in LONGEST.items():
        if len(getattr(identity, field)) > longest:
            raise BadValue(field, f"has more than {longest} characters")
    if not identity.full_name:
        raise BadValue("given", "a name is needed")
    if identity.phone and not identities.is_phone(identity.phone):
        raise BadValue("phone", N_("is not a telephone number"))
    born = identity.birth_date
    if born is not None and not 0 <= (at.date() - born).days < 130 * 366:
        raise BadValue("birth_date", "is not a date of birth of a living person")


def correct(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, identity: Identity
) -> None:
    """This function will store a new version of who a patient is; the old one stays on record."""

    def work() -> Done:
        check(identity, at)
        row = get(clinic=actor.clinic, patient=patient)
        identities.save(patient=row, identity=identity, at=at, by=actor.practitioner)
        return Done(subject_kind="patient", subject=row.pk)

    perform("patient.correct", actor=actor, uid=uid, at=at, work=work)


def get(*, clinic: uuid.UUID, patient: uuid.UUID) -> Patient:
    """This function will return a patient's row. Raises NotFound."""
    return _one(Patient.of(clinic), patient)


def locked(*, clinic: uuid.UUID, patient: uuid.UUID) -> Patient:
    """This function will return a patient's row, locked for this act. Raises NotFound.

    For what replaces a word told before: of two who write at one moment the later sees the first.
    """
    return _one(Patient.of(clinic).select_for_update(no_key=True), patient)


def _one(rows: QuerySet[Patient], patient: uuid.UUID) -> Patient:
    row = rows.filter(pk=patient).first()
    if row is None:
        raise NotFound(N_("There is no such patient."))
    return row
