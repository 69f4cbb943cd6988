"""Signing a record: who signs, with which meaning, over which content, proved by the password.

The one who gave the care signs first, a physician closes the record. From then on the database
refuses every row of the visit but addenda, which stand beside.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from types import MappingProxyType

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import infusion, ledger_undrawn
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.pathway.infusion import Happened
from reprieve.pathway.permissions import DOCTORS, Actor
from reprieve.pathway.signatures import prove
from reprieve.records import changes, signing
from reprieve.records.models import Discharge, InfusionState, Practitioner, Signature

CARE, RECORD, DISCHARGE = "care", "record", "discharge"
MEANINGS = MappingProxyType(
    {
        CARE: N_("I gave the care recorded here; the record is complete and right."),
        RECORD: N_("I have reviewed this record and answer for it. My signature closes it."),
        DISCHARGE: N_("I let this patient leave as written here, and stand for this decision."),
    }
)
FINAL = frozenset({"discharged", "left", "transferred"})


def write(
    *, signer: Practitioner, at: datetime, meaning: str, patient: uuid.UUID,
    subject_kind: str, subject: uuid.UUID, content_sha256: str, encounter: uuid.UUID | None = None,
) -> Signature:  # fmt: skip
    """This function will store a proved signature inside the caller's act."""
    row: Signature = Signature.objects.add(
        clinic_id=signer.clinic_id, subject_kind=subject_kind, subject=subject,
        encounter_id=encounter, patient_id=patient, meaning=meaning, printed_name=signer.name,
        content_sha256=content_sha256, recorded_at=at, by_id=signer.pk,
    )  # fmt: skip
    return row


def sign(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, meaning: str,
    password: str, reason: str = "",
) -> uuid.UUID:  # fmt: skip
    """This function will sign a visit's record: `care` by who gave it, `record` by a physician.

    `reason` says why controlled drugs of the visit are not accounted for, where some are not.
    Raises BadValue for an unknown meaning or a wrong password, NotNow while the visit is open,
    when the order of signing is not kept, or when the record changed since the first signature.
    """
    if meaning not in (CARE, RECORD):
        raise BadValue("meaning", f"unknown {meaning!r}; known: {CARE}, {RECORD}")

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        signer = prove(actor=actor, password=password)
        _check_over(row)
        if meaning == CARE:
            ledger_undrawn.say_why(row, reason=reason, actor=actor, at=at)
        content = signing.content_hash(clinic=actor.clinic, encounter=encounter)
        if meaning == RECORD:
            _check_record(row, content, actor)
        saved = write(
            signer=signer, at=at, meaning=meaning, patient=row.patient_id, encounter=encounter,
            subject_kind="encounter", subject=encounter, content_sha256=content,
        )  # fmt: skip
        changes.announce(
            clinic=actor.clinic, topic="infusion", subject=encounter,
            at_ms=round(at.timestamp() * 1000),
        )  # fmt: skip
        return Done(
            subject_kind="signature", subject=saved.pk,
            detail={"meaning": meaning, **signing.named(saved)},
        )  # fmt: skip

    return uuid.UUID(perform("infusion.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def addendum(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, text: str
) -> uuid.UUID:
    """This function will write what came to light after the record was closed, beside it."""
    if not text.strip():
        raise BadValue("text", N_("is needed"))

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        if not is_closed(clinic=actor.clinic, encounter=encounter):
            raise NotNow(N_("The record is still open: write it on the chart."))
        said = Happened(kind="noted", note=text, detail={"about": "addendum"})
        event = infusion.append(row, said, actor=actor, at=at)
        return Done(subject_kind="infusion_event", subject=event.pk)

    return uuid.UUID(perform("infusion.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def is_closed(*, clinic: uuid.UUID, encounter: uuid.UUID) -> bool:
    """This function will tell whether a visit's record is closed by a signature."""
    rows = Signature.of(clinic).filter(encounter_id=encounter, meaning=RECORD)
    return rows.exists()


def _check_over(row: InfusionState) -> None:
    if is_closed(clinic=row.clinic_id, encounter=row.encounter_id):
        raise NotNow(N_("The record is signed and closed."))
    if row.state not in FINAL:
        raise NotNow(N_("The visit is not over: a record is signed when the patient has gone."))
    if not Discharge.of(row.clinic_id).filter(encounter_id=row.encounter_id).exists():
        raise NotNow(N_("Write first how the patient left."))


def _check_record(row: InfusionState, content: str, actor: Actor) -> None:
    if not actor.roles & DOCTORS:
        raise PermissionDenied(N_("A physician closes the record."))
    care = Signature.of(row.clinic_id).filter(encounter_id=row.encounter_id, meaning=CARE)
    if not care.exists():
        raise NotNow(N_("The one who gave the care signs first."))
    still_right = care.filter(content_sha256=content)
    if not still_right.exists():
        raise NotNow(N_("The record changed after it was signed: it must be signed again first."))
    if not still_right.exclude(by_id=actor.practitioner).exists():
        raise NotNow(N_("A second person closes the record."))
    ledger_undrawn.refuse_untold(row)
