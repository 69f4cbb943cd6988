"""Signatures on plans and orders: who, with which meaning, over which content."""

from __future__ import annotations

import hashlib
import uuid
from datetime import datetime
from typing import Any

import orjson

from reprieve.pathway.permissions import Actor
from reprieve.records.models import Signature
from reprieve.records.models.base import AppendOnly


def sign(row: AppendOnly, *, patient: uuid.UUID, meaning: str, actor: Actor, at: datetime) -> None:
    """This function will sign one row, inside the caller's act."""
    Signature.objects.add(
        clinic_id=actor.clinic, subject_kind=str(row._meta.model_name), subject=row.pk,
        patient_id=patient, meaning=meaning, printed_name=actor.name,
        content_sha256=content_hash(row), recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip


def content_hash(row: AppendOnly) -> str:
    """This function will hash what a row says, SHA-256 in hex."""
    said = {f.attname: _text(getattr(row, f.attname)) for f in row._meta.concrete_fields}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def is_signed(*, clinic: uuid.UUID, subject: uuid.UUID) -> bool:
    """This function will tell whether a row carries a signature."""
    return Signature.of(clinic).filter(subject=subject).exists()


def _text(value: Any) -> str:
    if isinstance(value, dict | list):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return value.isoformat() if isinstance(value, datetime) else str(value)
