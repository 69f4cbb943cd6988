"""What is known about a visit when the start gate asks: facts of today, of the plan, of the past.

Facts of the day count only when somebody saw them at this visit; what was never asked is left out
and stays unknown.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from reprieve.clinical import medicine_names, safety
from reprieve.clinical.findings import Step
from reprieve.knowledge import BadValue
from reprieve.records.models import (
    CarePlan,
    DeviceAssociation,
    Encounter,
    Escort,
    InfusionState,
    MedicationRequest,
    Observation,
)
from reprieve.records.queries import (
    bags,
    checks,
    clinics,
    credentials,
    gate_people,
    gate_vitals,
    liver,
    portions,
    worked_out,
)
from reprieve.records.queries import facts as patient_facts
from reprieve.records.queries.gate_people import Named

# Seen or asked at this visit, or unknown: what was said elsewhere opens nothing here.
TODAY = frozenset({
    "identity_confirmed", "weight_kg", "weight_confirmed_by_second", "solids_fasted_h",
    "clear_fluids_fasted_h", "glucose_mg_per_dl", "medicines_changed", "mood_worse",
    "new_illness", "rash_or_fever", "bladder_symptoms", "chest_pain", "acute_heart_failure",
    "new_arrhythmia", "etco2_waveform", "iv_site_checked", "emergency_equipment_ready",
    "acls_person_present", "supervising_physician_available", "staff_credentials_valid",
    "starter_credentials_valid", "patients_per_nurse", "alarm_sound_heard", "pulse_oximeter_on",
    "pulse_oximeter_alarm_heard", "vial_form", "vial_strength_mg_per_ml", "escort_named",
    "double_check_passed", "order_signed",
    "bag_drawn_from_ledger", "baseline_mobility", "baseline_limbs_n",
    "baseline_orientation_score",
})  # fmt: skip
# Read from the chair, while they are fresh.
VITALS = worked_out.BY_SOURCE["vital signs"]
# Put together from everything on record, with its own day, wherever it was written down.
OF_THE_RECORD = worked_out.NAMES.union(
    worked_out.JOINED["pregnancy"], worked_out.JOINED["exposure"], liver.TESTS
)
# An answer about people is about those who were named by then.
OF_PEOPLE = worked_out.JOINED["staff"]
HOURS_SINCE = ("solids_fasted_h", "clear_fluids_fasted_h")
S_PER_H = 3600
# The bag that was checked hangs on the pump.
HANGING = frozenset({"running", "paused"})


def facts(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> dict[str, Any]:
    """This function will gather every known fact that the rules of the start read."""
    visit = Encounter.of(clinic).get(pk=encounter)
    state = InfusionState.of(clinic).get(encounter_id=encounter)
    asked = {fact.name for fact in safety.facts_at(Step.START)}
    past = patient_facts.facts(clinic=clinic, patient=visit.patient_id, at=at)
    who = gate_people.named(clinic=clinic, encounter=encounter)
    found = {
        **{name: value for name, value in past.items() if name not in TODAY | VITALS},
        **_today(clinic, encounter, at, who),
    }
    for source, known in _worked_out(visit, state, at, past, who).items():
        found |= worked_out.of_source(source, known)
    return usable({name: value for name, value in found.items() if name in asked})


def _worked_out(
    visit: Encounter, state: InfusionState, at: datetime, past: Mapping[str, Any], who: Named
) -> dict[str, dict[str, Any]]:
    clinic, encounter = visit.clinic_id, visit.pk
    return {
        "medicines": _listed(past),
        "vital signs": gate_vitals.facts(clinic=clinic, encounter=encounter, at=at, usual=past),
        "plan": _plan(visit),
        "order": _order(clinic, encounter, at),
        "bag": _bag(state, at),
        "place": _place(visit, state),
        "people": _people(clinic, encounter, who),
        "staff": _staff(clinic, at, who),
    }


def _listed(past: Mapping[str, Any]) -> dict[str, Any]:
    """A medicine that is on the list is taken, whatever was answered today."""
    taken = any(medicine_names.is_glp1(name) for name in past.get("medicines", ()))
    return {"glp1_medicine": True} if taken else {}


def _people(clinic: uuid.UUID, encounter: uuid.UUID, who: Named) -> dict[str, Any]:
    """The patients of the room among its nurses, rounded up; unknown while no nurse is there."""
    if not who.nurses:
        return {}
    patients = gate_people.patients_here(clinic=clinic, encounter=encounter)
    return {"patients_per_nurse": -(-patients // who.nurses)}


def _staff(clinic: uuid.UUID, at: datetime, who: Named) -> dict[str, Any]:
    """Where the clinic keeps a register of credentials it decides, whatever was ticked.

    While somebody is not named it does not know.
    """
    if not credentials.is_kept(clinic=clinic):
        return {}
    on = at.astimezone(ZoneInfo(clinics.clinic(clinic).timezone)).date()
    return {
        "staff_credentials_valid": credentials.acting_current(
            clinic=clinic, life_support=who.life_support, physician=who.physician, on=on
        ),
        "starter_credentials_valid": credentials.starter_current(
            clinic=clinic, starter=who.starter, on=on
        ),
    }


def usable(found: Mapping[str, Any]) -> dict[str, Any]:
    """This function will leave out what is unknown or cannot be a fact, as a faulty reading."""
    kept = {}
    for name, value in found.items():
        fact = safety.catalogue().get(name)
        if fact is None or value is None:
            continue
        try:
            fact.check(value)
        except BadValue:
            continue
        kept[name] = value
    return kept


def _today(clinic: uuid.UUID, encounter: uuid.UUID, at: datetime, who: Named) -> dict[str, Any]:
    rows = Observation.of(clinic).filter(encounter_id=encounter)
    asked = {f.name for f in safety.facts_at(Step.START)} - OF_THE_RECORD
    newest = valid(rows.filter(code__in=asked))
    found: dict[str, Any] = {code: row.value for code, row in newest.items()}
    for code in HOURS_SINCE:
        hours = found.get(code)
        if isinstance(hours, int | float):
            passed_s = (at - newest[code].measured_at).total_seconds()
            found[code] = round(hours + max(0.0, passed_s) / S_PER_H, 2)
    for code in OF_PEOPLE & found.keys():
        if who.since is not None and newest[code].measured_at < who.since:
            del found[code]
    return found


def valid(rows: Iterable[Observation]) -> dict[str, Observation]:
    """This function will keep the newest uncorrected row of each code."""
    listed = list(rows)
    replaced = {row.corrects_id for row in listed}
    kept = [row for row in listed if row.pk not in replaced]
    return {row.code: row for row in sorted(kept, key=lambda r: (r.measured_at, r.recorded_at))}


def _plan(visit: Encounter) -> dict[str, Any]:
    if visit.plan_id is None:
        return {}
    plan: CarePlan = CarePlan.of(visit.clinic_id).get(pk=visit.plan_id)
    kind = "booster" if plan.is_booster else "single" if plan.sessions == 1 else "series"
    chosen = plan.detail.get("weight_basis") in {"actual", "ideal"}
    return {
        "session_kind": kind, "session_no": visit.session_no,
        "dose_weight_chosen": chosen or None,
    }  # fmt: skip


def _order(clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> dict[str, Any]:
    rows = MedicationRequest.of(clinic).filter(encounter_id=encounter, as_needed=False)
    order = rows.order_by("-recorded_at", "-valid_until", "-id").first()
    return {
        "order_signed": order is not None and order.valid_from <= at < order.valid_until,
        "order_form": order.form if order else None,
    }


def _bag(state: InfusionState, at: datetime) -> dict[str, Any]:
    visit = {"clinic": state.clinic_id, "encounter": state.encounter_id}
    bag = bags.newest(**visit)
    if bag is None:
        return {"double_check_passed": False}
    runs = state.state in HANGING
    checked = checks.let_start(**visit) if runs else checks.holds(**visit) and at <= bag.start_by
    return {
        "recipe_strength_mg_per_ml": float(bag.recipe.strength_mg_per_ml),
        "double_check_passed": checked,
        "bag_drawn_from_ledger": portions.is_drawn_for(clinic=state.clinic_id, bag=bag),
    }


def _place(visit: Encounter, state: InfusionState) -> dict[str, Any]:
    linked = DeviceAssociation.objects.filter(
        clinic_id=visit.clinic_id, encounter_id=visit.pk, until_ms__isnull=True
    )
    return {
        "monitoring_mode": "by hand" if state.by_hand else "feed",
        "monitor_linked": linked.exists(),
        "escort_named": _escort(visit) or None,
    }


def _escort(visit: Encounter) -> bool:
    """An escort named for this appointment, or at this visit."""
    rows = Escort.of(visit.clinic_id).filter(patient_id=visit.patient_id)
    if visit.appointment_id and rows.filter(appointment_id=visit.appointment_id).exists():
        return True
    return rows.filter(appointment__isnull=True, recorded_at__gte=visit.recorded_at).exists()
