"""Consent: the text as shown, signed by name and hand (or on paper), until a date; withdrawn."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.clinical import consent as texts
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import episodes, patients
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import Conflict, NotNow, PermissionDenied
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import Attachment, Consent, EpisodeOfCare
from reprieve.records.queries import consent as consents
from reprieve.records.queries import people, settings

VALID_DAYS = 365  # default of this product; setting `consent.valid_days`
LARGEST_IMAGE = 400_000
LARGEST_SCAN = 10_000_000
KINDS = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}


def give(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    language: str,
    text_sha256: str,
    signed_name: str,
    signature: bytes = b"",
    scan: bytes = b"",
    witness: uuid.UUID | None = None,
) -> uuid.UUID:
    """This function will record that a patient agreed to the text that was shown.

    `text_sha256` names the text on the page; `signature` is a PNG drawn on it, or `scan` a PDF,
    PNG or JPEG of the signed paper. Raises BadValue naming the field, Conflict when the text has
    changed since, and NotNow when the treatment is not yet accepted.
    """
    text = texts.text(language)
    name = _name(signed_name)
    file, media_type = _signed(signature, scan)

    def work() -> Done:
        _check(actor, patient, text_sha256, text.sha256, witness)
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        _advance(episode, actor, at)
        row = Consent.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=episode, given=True,
            text_version=text.version, text_sha256=text.sha256, language=language,
            signed_name=notes.write(
                name, clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient
            ),
            signature_image=_kept(file, media_type, actor, at, patient), witness_id=witness,
            valid_from=at, valid_until=at + _validity(actor.clinic, at), recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="consent", subject=row.pk, detail={"version": text.version})

    return uuid.UUID(perform("consent.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def withdraw(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, reason: str
) -> uuid.UUID:
    """This function will record that a patient withdrew consent; nothing may start from then on.

    `reason` may be a word: nobody has to justify it. Raises NotNow without a consent to withdraw.
    """

    def work() -> Done:
        _own(actor, patient)
        now = consents.current(clinic=actor.clinic, patient=patient, at=at)
        if now.consent is None or not now.consent.given:
            raise NotNow(N_("There is no consent to withdraw."))
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        if episode.state != "closed":
            episodes.advance(episode=episode, act="consent.withdraw", actor=actor, at=at)
        said = notes.write(
            reason.strip() or "-", clinic=actor.clinic, at=at, by=actor.practitioner,
            patient=patient,
        )  # fmt: skip
        row = Consent.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=episode, given=False,
            text_version=now.consent.text_version, text_sha256=now.consent.text_sha256,
            language=now.consent.language, signed_name=said, valid_from=at, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="consent", subject=row.pk)

    return uuid.UUID(perform("consent.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def _advance(episode: EpisodeOfCare, actor: Actor, at: datetime) -> None:
    act = "consent.give" if episode.state == "accepted" else "consent.renew"
    episodes.advance(episode=episode, act=act, actor=actor, at=at)


def _check(
    actor: Actor, patient: uuid.UUID, shown: str, current: str, witness: uuid.UUID | None
) -> None:
    _own(actor, patient)
    if shown != current:
        raise Conflict(N_("The text has changed: read it again before signing."))
    if witness is None:
        return
    if people.member(clinic=actor.clinic, practitioner=witness) is None:
        raise BadValue("witness", N_("is not a member of staff"))


def _own(actor: Actor, patient: uuid.UUID) -> None:
    if actor.patient is not None and actor.patient != patient:
        raise PermissionDenied(N_("This link is another person's."))
    patients.get(clinic=actor.clinic, patient=patient)


def _name(signed_name: str) -> str:
    name = " ".join(signed_name.split())
    if len(name) < 2:
        raise BadValue("signed_name", N_("the full name is needed"))
    if len(name) > 200:
        raise BadValue("signed_name", N_("has more than 200 characters"))
    return name


def _signed(signature: bytes, scan: bytes) -> tuple[bytes, str]:
    """The file that shows the signature, and its kind read from its content, never its name."""
    if bool(signature) == bool(scan):
        raise BadValue("signature", N_("sign on the screen, or attach the signed paper"))
    field, file, largest = (
        ("signature", signature, LARGEST_IMAGE) if signature else ("scan", scan, LARGEST_SCAN)
    )
    if len(file) > largest:
        raise BadValue(field, f"has more than {largest} bytes")
    kind = next((kind for magic, kind in KINDS.items() if file.startswith(magic)), None)
    if kind is None or (field == "signature" and kind != "image/png"):
        raise BadValue(field, N_("is not a PDF, PNG or JPEG file"))
    return file, kind


def _kept(
    file: bytes, media_type: str, actor: Actor, at: datetime, patient: uuid.UUID
) -> Attachment:
    return notes.attach(
        file, media_type=media_type, clinic=actor.clinic, at=at, by=actor.practitioner,
        patient=patient,
    )  # fmt: skip


def _validity(clinic: uuid.UUID, at: datetime) -> timedelta:
    days = settings.value(clinic=clinic, key="consent.valid_days", at=at, default=VALID_DAYS)
    return timedelta(days=int(days))
