"""What a signature covers: the record's own content, hashed in one canonical form."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator
from typing import Any

import orjson

from reprieve.records import frames
from reprieve.records.models import (
    AdverseEvent,
    AlarmTransition,
    DeviceAssociation,
    Discharge,
    DoubleCheck,
    InfusionEvent,
    MedicationAdministration,
    Observation,
    QuestionnaireResponse,
    Signature,
)

# Every table whose rows of an encounter a signature covers. Addenda come after and stand beside.
COVERED = (
    InfusionEvent, MedicationAdministration, Observation, AdverseEvent, DoubleCheck, Discharge,
    QuestionnaireResponse,
)  # fmt: skip


def content_hash(*, clinic: uuid.UUID, encounter: uuid.UUID) -> str:
    """This function will hash all signed rows of an encounter, ciphertexts as they are."""
    digest = hashlib.sha256()
    for model in COVERED:
        for row in model.of(clinic).filter(encounter_id=encounter).order_by("pk"):
            if getattr(row, "addendum", False):
                continue
            digest.update(orjson.dumps([model.__name__, _said(row)], option=orjson.OPT_SORT_KEYS))
    _device_values(digest, clinic, encounter)
    return digest.hexdigest()


def _said(row: Any) -> dict[str, str]:
    """A row's values by name. What is empty is left out: a column added later changes no hash."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: _text(value) for name, value in values.items() if value is not None}


def _text(value: Any) -> str:
    if isinstance(value, bytes | memoryview):
        return bytes(value).hex()
    if isinstance(value, dict | list):
        return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
    return str(value)


def _device_values(digest: Any, clinic: uuid.UUID, encounter: uuid.UUID) -> None:
    links = DeviceAssociation.objects.filter(clinic_id=clinic, encounter_id=encounter)
    for link in links.order_by("id"):
        for value in frames.read(link.pk):
            said = [link.pk, value.signal, str(value.value), value.at_ms, value.source]
            digest.update(orjson.dumps(said))
    rows = AlarmTransition.objects.filter(clinic_id=clinic, encounter_id=encounter)
    for row in rows.order_by("id"):
        digest.update(orjson.dumps([row.alarm, row.before, row.after, row.at_ms]))


def faults() -> Iterator[str]:
    """This function will name each signed record whose content is not what was signed."""
    for row in Signature.objects.every().filter(meaning="record", encounter__isnull=False):
        if content_hash(clinic=row.clinic_id, encounter=row.encounter_id) != row.content_sha256:
            yield f"signed record {row.encounter_id} was changed after it was signed"
