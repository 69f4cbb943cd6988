"""Whose record an audit row is about: worked out from the row it names, and kept nowhere.

The trail itself is never touched for this, so that its hashes stay what they were, and no second
list of who is a patient of the clinic comes to be.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from reprieve.records import models as m

PART = 500  # numbers in one question: fewer than any database refuses
IMPORTS = "import.run"
Subject = tuple[str, str]  # kind and key, as an audit row has them


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of record: its table, the way from it to a patient, and what the trail calls it by."""

    model: Any
    patient: str = "patient"
    key: str = "pk"


OF_VISIT = "encounter__patient"
KINDS: dict[str, Kind] = {
    "adverse_event": Kind(model=m.AdverseEvent),
    "allergy": Kind(model=m.AllergyIntolerance),
    "appointment": Kind(model=m.Appointment),
    "bag": Kind(model=m.InfusionEvent, patient=OF_VISIT),
    "care_plan": Kind(model=m.CarePlan),
    "condition": Kind(model=m.Condition),
    "consent": Kind(model=m.Consent),
    "decision": Kind(model=m.Decision),
    "diary": Kind(model=m.DiaryEntry),
    "discharge": Kind(model=m.Discharge),
    "discrepancy": Kind(model=m.Discrepancy, patient="closing__encounter__patient"),
    "double_check": Kind(model=m.DoubleCheck, patient=OF_VISIT),
    "encounter": Kind(model=m.Encounter),
    "episode": Kind(model=m.EpisodeOfCare),
    "escort": Kind(model=m.Escort),
    "finding_override": Kind(model=m.FindingOverride),
    "forecast": Kind(model=m.Forecast),
    "infusion_event": Kind(model=m.InfusionEvent, patient=OF_VISIT),
    "link": Kind(model=m.PatientLink),
    "medication_administration": Kind(model=m.MedicationAdministration),
    "medication_request": Kind(model=m.MedicationRequest),
    "medicine": Kind(model=m.MedicationStatement),
    "observation": Kind(model=m.Observation),
    "outbox": Kind(model=m.OutboxMessage),
    "override": Kind(model=m.FindingOverride),
    "parked_message": Kind(model=m.ParkedDecision, patient=OF_VISIT, key="parked_id"),
    "patient": Kind(model=m.Patient, patient="pk"),
    "portion": Kind(model=m.Portion, patient=OF_VISIT),
    "questionnaire": Kind(model=m.QuestionnaireResponse),
    "referral": Kind(model=m.Referral),
    "referrer": Kind(model=m.Referrer),
    "signature": Kind(model=m.Signature),
    "work_item": Kind(model=m.WorkItem),
}
# About the house and nobody in it.
OF_NOBODY = frozenset({
    "absence", "audit", "chair", "clinic", "clock", "credential", "emergency", "export", "import",
    "practitioner", "registry", "setting", "stock_count", "vial",
})  # fmt: skip


def of_patient(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[str]:
    """This function will return the keys of everything about a patient, as the trail has them."""
    ways = {(kind.model, kind.patient, kind.key) for kind in KINDS.values()}
    found: set[str] = set()
    for model, way, key in ways:
        rows = model.of(clinic).filter(**{way: patient})
        found.update(str(one) for one in rows.values_list(key, flat=True))
    return sorted(found | set(_imports(clinic, found)))


def numbers(*, clinic: uuid.UUID, subjects: Iterable[Subject]) -> dict[Subject, int]:
    """This function will say the patient's number for each named record that is about one."""
    wanted: dict[str, set[str]] = {}
    for kind, key in subjects:
        wanted.setdefault(kind, set()).add(key)
    return {
        (kind, key): number
        for kind, keys in wanted.items()
        if kind in KINDS
        for key, number in _numbers(clinic, KINDS[kind], keys)
    }


def _numbers(clinic: uuid.UUID, kind: Kind, keys: set[str]) -> Iterator[tuple[str, int]]:
    number = "number" if kind.patient == "pk" else f"{kind.patient}__number"
    rows = kind.model.of(clinic).filter(**{f"{kind.key}__in": list(keys)})
    for key, found in rows.values_list(kind.key, number):
        if found is not None:
            yield str(key), found


def _imports(clinic: uuid.UUID, keys: set[str]) -> Iterator[str]:
    """One act brought many patients in: it names the rows it made."""
    acts = m.Act.objects.filter(clinic_id=clinic, kind=IMPORTS)
    for act, result in acts.values_list("uid", "result").iterator():
        if not keys.isdisjoint(result.get("made", ())):
            yield str(act)
