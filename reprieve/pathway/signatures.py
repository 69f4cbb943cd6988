"""Signatures on plans and orders: who, with which meaning, over which content.

Every one is proved by the signer's own password, given for this signature.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from django.contrib.auth.hashers import check_password

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.permissions import Actor
from reprieve.records import signing
from reprieve.records.models import Practitioner, Signature
from reprieve.records.models.base import AppendOnly

# What a signature means; the page says it in words beside the password.
PLAN, ORDER, COSIGNATURE = "plan", "order", "cosignature"


def prove(*, actor: Actor, password: str) -> Practitioner:
    """This function will return who signs when the password is theirs. Raises BadValue."""
    if actor.practitioner is None:
        raise PermissionDenied(N_("Only a member of staff can sign."))
    people = Practitioner.of(actor.clinic).select_related("user").filter(active=True)
    person = people.filter(pk=actor.practitioner).first()
    if person is None or not person.user.is_active:
        raise PermissionDenied(N_("Only a member of staff can sign."))
    # Only compared: the account's own method would write a newer hash beside the signature.
    if not check_password(password, person.user.password):
        raise BadValue("password", N_("is not right"))
    return person


def sign(
    row: AppendOnly, *, patient: uuid.UUID, meaning: str, signer: Practitioner, at: datetime
) -> Signature:
    """This function will sign one row by who was proved, inside the caller's act."""
    saved: Signature = Signature.objects.add(
        clinic_id=signer.clinic_id, subject_kind=str(row._meta.model_name), subject=row.pk,
        encounter_id=getattr(row, "encounter_id", None),  # of an order: it prints on the record
        patient_id=patient, meaning=meaning, printed_name=signer.name,
        content_sha256=signing.row_hash(row), recorded_at=at, by_id=signer.pk,
    )  # fmt: skip
    return saved


def is_signed(*, clinic: uuid.UUID, subject: uuid.UUID) -> bool:
    """This function will tell whether a row carries a signature."""
    return Signature.of(clinic).filter(subject=subject).exists()
