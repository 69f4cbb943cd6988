"""What a signature covers: the record's own content, hashed in one canonical form.

The form has versions. A hash commits to the version it was made in, so an older signature is
compared by the form of its day; what is signed from now on covers what the newest form covers.
The act of signing names each signature with its hash in the audit trail.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any

import orjson

from reprieve.records import frames
from reprieve.records.models import (
    AdverseEvent,
    AlarmTransition,
    AuditEvent,
    CarePlan,
    Decision,
    DeviceAssociation,
    Discharge,
    DoubleCheck,
    FindingOverride,
    InfusionEvent,
    MedicationAdministration,
    MedicationRequest,
    Note,
    Observation,
    QuestionnaireResponse,
    Signature,
)
from reprieve.records.models.base import AppendOnly

# Every table whose rows of an encounter a signature covers. Addenda come after and stand beside.
COVERED = (
    InfusionEvent, MedicationAdministration, Observation, AdverseEvent, DoubleCheck, Discharge,
    QuestionnaireResponse,
)  # fmt: skip
# From the second form on: who went on against a finding, why, beside whom, and what was seen.
DECIDED = ("override", "start")
SECOND_FORM = b"reprieve record, form 2\n"
SECOND_ROW_FORM = b"reprieve row, form 2\n"
# What is signed for itself.
ROWS = {"careplan": CarePlan, "medicationrequest": MedicationRequest, "discharge": Discharge}
SIGNED = "signed"


def content_hash(*, clinic: uuid.UUID, encounter: uuid.UUID) -> str:
    """This function will hash all signed rows of an encounter, ciphertexts as they are."""
    digest = hashlib.sha256(SECOND_FORM)
    _charted(digest, clinic, encounter)
    _decided(digest, clinic, encounter)
    return digest.hexdigest()


def still_stands(content_sha256: str, *, clinic: uuid.UUID, encounter: uuid.UUID) -> bool:
    """This function will tell whether a record is what was signed, in the form of that day."""
    place = {"clinic": clinic, "encounter": encounter}
    return content_sha256 == content_hash(**place) or content_sha256 == _first_form(**place)


def row_hash(row: AppendOnly) -> str:
    """This function will hash what a stored row says, as the database gives it back."""
    return _second_row_form(type(row).objects.every().get(pk=row.pk))


def row_stands(signature: Signature) -> bool | None:
    """This function will tell whether a plan, order or discharge is what was signed; else None."""
    model = ROWS.get(signature.subject_kind)
    if model is None:
        return None
    row = model.objects.every().filter(pk=signature.subject).first()
    if row is None:
        return False
    first = _first_discharge_form(row) if model is Discharge else _first_row_form(row)
    return signature.content_sha256 in (_second_row_form(row), first)


def named(*signatures: Signature) -> dict[str, dict[str, str]]:
    """This function will name signatures with their hashes, for the audit row of their act."""
    return {SIGNED: {str(s.pk): s.content_sha256 for s in signatures}} if signatures else {}


def faults() -> Iterator[str]:
    """This function will name each signed thing whose content is not what was signed."""
    for row in Signature.objects.every().filter(meaning="record", encounter__isnull=False):
        place = {"clinic": row.clinic_id, "encounter": row.encounter_id}
        if not still_stands(row.content_sha256, **place):
            yield f"signed record {row.encounter_id} was changed after it was signed"
    rows = Signature.objects.every().filter(subject_kind__in=ROWS).order_by("recorded_at", "id")
    for signature in rows.iterator():
        if not row_stands(signature):
            which = f"{signature.subject_kind} {signature.subject}"
            yield f"signed {which} was changed after it was signed"
    yield from _unlike_the_audit()


def _first_form(*, clinic: uuid.UUID, encounter: uuid.UUID) -> str:
    """As records were hashed before decisions at the start gate were covered."""
    digest = hashlib.sha256()
    _charted(digest, clinic, encounter)
    return digest.hexdigest()


def _charted(digest: Any, clinic: uuid.UUID, encounter: uuid.UUID) -> None:
    for model in COVERED:
        for row in model.of(clinic).filter(encounter_id=encounter).order_by("pk"):
            if not getattr(row, "addendum", False):
                _add(digest, row)
    _device_values(digest, clinic, encounter)


def _decided(digest: Any, clinic: uuid.UUID, encounter: uuid.UUID) -> None:
    passed = list(FindingOverride.of(clinic).filter(encounter_id=encounter).order_by("pk"))
    decisions = Decision.of(clinic).filter(encounter_id=encounter, kind__in=DECIDED)
    rows: list[Any] = [*passed, *decisions.order_by("pk")]
    reasons = {row.reason_id for row in rows if row.reason_id}
    rows += Note.of(clinic).filter(pk__in=reasons).order_by("pk")
    for row in rows:
        _add(digest, row)


def _add(digest: Any, row: Any) -> None:
    said = [type(row).__name__, _said(row)]
    digest.update(orjson.dumps(said, option=orjson.OPT_SORT_KEYS))


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


def _second_row_form(stored: Any) -> str:
    said = orjson.dumps(_said(stored), option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(SECOND_ROW_FORM + said).hexdigest()


def _first_row_form(row: Any) -> str:
    """As plans and orders were hashed first, empty values with them."""

    def text(value: Any) -> str:
        if isinstance(value, datetime):
            return value.astimezone(UTC).isoformat()
        return _text(value)

    said = {f.attname: text(getattr(row, f.attname)) for f in row._meta.concrete_fields}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _unlike_the_audit() -> Iterator[str]:
    """A signature that was edited or removed: the trail says which ones were given, over what."""
    kept = dict(_hashes(Signature.objects.every().values_list("pk", "content_sha256")))
    rows = AuditEvent.objects.filter(detail__has_key=SIGNED).order_by("id")
    for detail in rows.values_list("detail", flat=True).iterator():
        for name, content in detail[SIGNED].items():
            now = kept.get(name)
            if now is None:
                yield f"signature {name} was removed"
            elif now != content:
                yield f"signature {name} is not the one that was given"


def _hashes(rows: Iterable[tuple[uuid.UUID, str]]) -> Iterator[tuple[str, str]]:
    for pk, content in rows:
        yield str(pk), content


def _first_discharge_form(row: Discharge) -> str:
    """As discharges were hashed before their whole row was covered."""
    said = [str(row.pk), row.way, row.recorded_at.astimezone(UTC).isoformat(), row.findings]
    return hashlib.sha256(orjson.dumps(said)).hexdigest()
