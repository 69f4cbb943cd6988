"""A request for a consultation comes in: web page, telephone, mail, letter, or on foot."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import episodes, patients, referrer, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound
from reprieve.pathway.permissions import DESK, PATIENT, SYSTEM, Actor
from reprieve.records import notes, referrers
from reprieve.records.identity import Identity
from reprieve.records.models import EpisodeOfCare, Patient, Referral
from reprieve.records.referrers import Contact

SOURCES = tuple(Referral.Source.values)
ANSWER_WITHIN = timedelta(days=2)
LARGEST_FILE = 10_000_000
# What a file is, by how it begins: the name and the browser's word for it prove nothing.
KINDS_OF_FILE = {
    b"%PDF-": "application/pdf",
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"II*\x00": "image/tiff",
    b"MM\x00*": "image/tiff",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What came in: who asks, by which way, in which words, with which file."""

    identity: Identity
    source: str
    message: str = ""
    file: bytes | None = None
    language: str = "en"
    interpreter: bool = False
    patient: uuid.UUID | None = None
    referrer: Contact = referrers.NOBODY


def receive(*, actor: Actor, uid: uuid.UUID, at: datetime, request: Request) -> dict[str, str]:
    """This function will take in a request and put it on the desk's list.

    `request.patient` names a patient who is known already: the request then opens a new episode
    where the last one is closed. Returns ids of referral, patient and episode. Raises BadValue.
    """
    _check(request)

    def work() -> Done:
        patient = _patient(request, actor, at)
        episode = _episode(patient, actor, at)
        row = _write(request, patient, episode, actor, at)
        if request.referrer.is_somebody:
            referrers.save(
                request.referrer, clinic=actor.clinic, patient=patient.pk, at=at,
                by=actor.practitioner,
            )  # fmt: skip
        worklist.open_item(
            actor=actor, at=at, kind="referral", owner_role=DESK, due_at=at + ANSWER_WITHIN,
            patient=patient.pk,
        )  # fmt: skip
        return Done(
            subject_kind="referral",
            subject=row.pk,
            result={"patient": str(patient.pk), "episode": str(episode.pk)},
            detail={"source": request.source},
        )

    return perform("referral.receive", actor=actor, uid=uid, at=at, work=work)


def _check(request: Request) -> None:
    if request.source not in SOURCES:
        raise BadValue("source", f"unknown {request.source!r}; known: {', '.join(SOURCES)}")
    who = request.identity
    if request.source == "web" and not (who.phone or who.email):
        raise BadValue("phone", "a telephone number or an e-mail address is needed")
    if request.file is not None:
        media_type(request.file)
    referrer.check(request.referrer)


def media_type(content: bytes) -> str:
    """This function will tell a file's kind from its content. Raises BadValue."""
    if len(content) > LARGEST_FILE:
        raise BadValue("file", f"is larger than {LARGEST_FILE // 1_000_000} MB")
    for start, kind in KINDS_OF_FILE.items():
        if content.startswith(start):
            return kind
    raise BadValue("file", "is not a PDF, PNG, JPEG or TIFF")


def _patient(request: Request, actor: Actor, at: datetime) -> Patient:
    if request.patient is not None and not actor.roles & {PATIENT, SYSTEM}:
        return patients.get(clinic=actor.clinic, patient=request.patient)
    return patients.create(
        actor=actor, at=at, identity=request.identity, language=request.language,
        interpreter=request.interpreter,
    )  # fmt: skip


def _episode(patient: Patient, actor: Actor, at: datetime) -> EpisodeOfCare:
    rows = EpisodeOfCare.of(actor.clinic).filter(patient=patient).exclude(state="closed")
    current = rows.order_by("-started_at").first()
    if current is not None:
        return current
    return episodes.begin(patient=patient, act="referral.receive", actor=actor, at=at)


def _write(
    request: Request, patient: Patient, episode: EpisodeOfCare, actor: Actor, at: datetime
) -> Referral:
    attachment = None
    if request.file is not None:
        attachment = notes.attach(
            request.file, media_type=media_type(request.file), clinic=actor.clinic, at=at,
            by=actor.practitioner, patient=patient.pk,
        )  # fmt: skip
    note = notes.optional(
        request.message, clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient.pk
    )
    row: Referral = Referral.objects.add(
        clinic_id=actor.clinic, patient=patient, episode=episode, source=request.source,
        note=note, attachment=attachment,
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return row


def seen(*, actor: Actor, uid: uuid.UUID, at: datetime, referral: uuid.UUID) -> None:
    """This function will take a request off the desk's list: somebody has dealt with it."""

    def work() -> Done:
        row = Referral.of(actor.clinic).filter(pk=referral).first()
        if row is None:
            raise NotFound(N_("There is no such request."))
        worklist.finish_within(actor=actor, at=at, kind="referral", patient=row.patient_id)
        return Done(subject_kind="referral", subject=row.pk)

    perform("referral.triage", actor=actor, uid=uid, at=at, work=work)
