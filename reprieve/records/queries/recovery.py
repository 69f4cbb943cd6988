"""What is known of a patient who wants to go home: facts for the discharge rules, and who waits.

A value counts as "now" when it was measured after the drug stopped and is not older than
`FRESH_MS`. What nobody measured or asked is left out, and unknown then holds the patient here.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.clinical import rescue
from reprieve.clinical.regimens import regimens
from reprieve.monitoring.course import Course
from reprieve.records import instants, notes
from reprieve.records.models import (
    Appointment,
    Discharge,
    Encounter,
    Escort,
    InfusionState,
    MedicationAdministration,
    MedicationRequest,
    Observation,
    QuestionnaireResponse,
    Signature,
    WorkItem,
)
from reprieve.records.queries import (
    advice,
    baselines,
    charts,
    courses,
    gate_facts,
    observations,
    risk,
)
from reprieve.records.queries.charts import Value

FRESH_MS = 30 * 60_000
MS_PER_MIN = 60_000
LONGEST_MIN = 1440  # the rules look no farther back than a day
CALL = "call_24h"
FINAL = ("discharged", "left", "transferred")

NOW = {
    "spo2": "spo2_percent", "rass": "rass", "modified-aldrete": "aldrete_score",
    "padss": "padss_score", "orientation": "orientation_score",
    "standing_sbp": "standing_sbp_mmhg",
}  # fmt: skip
NOW_FLAGS = ("nausea_controlled", "walks_as_before", "escort_present", "on_oxygen")
VISIT_FLAGS = ("iv_removed", "written_instructions_given", "function_at_baseline")
USUAL = ("baseline_spo2_percent",)
# Told at this visit before the drug ran: afterwards nobody can say what was usual.
BEFORE = ("baseline_mobility", "baseline_limbs_n", "baseline_orientation_score")
# The one question of a score that asks for function: its fact.
ITEMS = {
    "modified-aldrete": ("activity", "aldrete_activity_score"),
    "padss": ("ambulation", "padss_walking_score"),
}
LOWERS_PRESSURE = frozenset({"clonidine", "labetalol", "hydralazine", "midazolam"})
ANTIDOTES = frozenset({"opioid antagonist", "benzodiazepine antagonist"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """An infusion visit after the drug: who, where it stands, since when the drug is off."""

    encounter: uuid.UUID
    patient: uuid.UUID
    episode: uuid.UUID
    appointment: uuid.UUID | None
    plan: uuid.UUID | None
    session_no: int | None
    state: str
    chair_name: str
    stopped_ms: int | None
    is_discharged: bool
    is_signed: bool


def visit(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Visit | None:
    """This function will return one infusion visit as it stands, or None."""
    rows = InfusionState.of(clinic).filter(encounter_id=encounter)
    return next(iter(_visits(clinic, rows)), None)


def in_recovery(*, clinic: uuid.UUID) -> list[Visit]:
    """This function will list the patients in recovery, the longest there first."""
    rows = InfusionState.of(clinic).filter(state="recovery").order_by("ended_ms", "id")
    return _visits(clinic, rows)


def unsigned(*, clinic: uuid.UUID) -> list[Visit]:
    """This function will list finished visits whose record is not signed, oldest first."""
    signed = Signature.of(clinic).filter(meaning="record").values("encounter_id")
    rows = InfusionState.of(clinic).filter(state__in=FINAL, started_ms__isnull=False)
    return _visits(clinic, rows.exclude(encounter_id__in=signed).order_by("ended_ms", "id"))


def facts(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> dict[str, Any]:
    """This function will gather the facts of the discharge rules; unknown ones are left out.

    Whether the discharge is signed and the call booked is known only to the act of discharge.
    """
    row = Encounter.of(clinic).get(pk=encounter)
    at_ms = instants.ms(at)
    off_ms = stopped_ms(clinic=clinic, encounter=encounter)
    found = {
        **_measured(clinic, encounter, at_ms, off_ms),
        **_usual(clinic, row),
        **_drugs(clinic, row, at_ms),
        "since_stop_min": _minutes(off_ms, at_ms),
        "suicidal_statement": _spoke_of_suicide(clinic, row),
        "medicine_advice_written": advice.current(clinic=clinic, encounter=encounter) is not None,
        "escort_named": _escort_named(clinic, row),
        "follow_up_booked": _follow_up_booked(clinic, row, at),
        "call_24h_booked": _call_booked(clinic, row),
    }
    return {name: value for name, value in found.items() if value is not None}


def stopped_ms(*, clinic: uuid.UUID, encounter: uuid.UUID) -> int | None:
    """This function will tell when the last of the drug left the pump, None while it is unknown."""
    now = courses.of(clinic=clinic, encounter=encounter)
    return _off(now, courses.bolus_minutes(clinic=clinic, encounter=encounter))


def shortest_min(*, clinic: uuid.UUID, encounter: uuid.UUID) -> int:
    """This function will return the watching time that the regimen asks for, 0 without a plan."""
    row = Encounter.of(clinic).select_related("plan").get(pk=encounter)
    known = regimens().get(row.plan.regimen) if row.plan else None
    return known.minimum_recovery_min if known else 0


def escort_of(*, clinic: uuid.UUID, encounter: uuid.UUID) -> tuple[uuid.UUID, str, str] | None:
    """This function will return the escort named for a visit: id, name, telephone; or None."""
    row = _escort(clinic, Encounter.of(clinic).get(pk=encounter))
    if row is None:
        return None
    name, _, phone = notes.read(row.contact).partition("\n")
    return row.pk, name, phone


def _off(now: Course, bolus_minutes: dict[int, int]) -> int | None:
    if not now.segments and not now.boluses:
        return None
    if any(s.end_ms is None for s in now.segments):
        return None
    runs = [s.end_ms for s in now.segments if s.end_ms is not None]
    pushed = [b.at_ms + bolus_minutes.get(b.at_ms, 0) * MS_PER_MIN for b in now.boluses]
    return max([*runs, *pushed])


def _minutes(since_ms: int | None, at_ms: int) -> int | None:
    if since_ms is None or since_ms > at_ms:
        return None
    return min((at_ms - since_ms) // MS_PER_MIN, LONGEST_MIN)


def _measured(
    clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int, off_ms: int | None
) -> dict[str, Any]:
    """Values of this visit after the drug: those of now by their age, the others once said."""
    if off_ms is None:
        return {}
    values = charts.values(clinic=clinic, encounter=encounter, from_ms=off_ms)
    valid = [v for v in values if not v.corrected and v.value is not None]
    fresh = _newest(v for v in valid if v.at_ms >= at_ms - FRESH_MS)
    found = {fact: fresh[code].value for code, fact in NOW.items() if code in fresh}
    found |= {name: fresh[name].value for name in NOW_FLAGS if name in fresh}
    once = _newest(valid)
    found |= {name: once[name].value for name in VISIT_FLAGS if name in once}
    if "o2_l_per_min" in fresh and fresh["o2_l_per_min"].value > 0:
        found["on_oxygen"] = True
    return {**found, **_items(clinic, encounter, fresh), **_pressure(fresh, valid)}


def _items(
    clinic: uuid.UUID, encounter: uuid.UUID, fresh: dict[str, Value]
) -> dict[str, Any]:
    """The answers about function in the forms that gave the scores of now."""
    rows = QuestionnaireResponse.of(clinic).filter(
        encounter_id=encounter, instrument__in=ITEMS, complete=True
    )
    found = {}
    for row in rows.order_by("recorded_at", "id"):
        total = fresh.get(row.instrument)
        if total is not None and total.at_ms == instants.ms(row.measured_at):
            item, fact = ITEMS[row.instrument]
            found[fact] = row.answers.get(item)
    return found


def _newest(values: Iterable[Value]) -> dict[str, Value]:
    return {v.signal: v for v in values}


def _pressure(fresh: dict[str, Value], valid: list[Value]) -> dict[str, Any]:
    """Both pressures of one reading: a systolic and a diastolic of two moments are no pair."""
    if "sbp" not in fresh:
        return {}
    sbp = fresh["sbp"]
    lower = [v for v in valid if v.signal == "dbp" and v.at_ms == sbp.at_ms]
    return {"sbp_mmhg": sbp.value} | ({"dbp_mmhg": lower[-1].value} if lower else {})


def usual_before(*, clinic: uuid.UUID, encounter: uuid.UUID) -> dict[str, Any]:
    """This function will return how the patient usually is, as told before the drug ran."""
    state = InfusionState.of(clinic).filter(encounter_id=encounter).first()
    if state is None or state.started_ms is None:
        return {}
    rows = Observation.of(clinic).filter(encounter_id=encounter, code__in=BEFORE)
    told = [r for r in rows if instants.ms(r.recorded_at) <= state.started_ms]
    return {code: row.value for code, row in gate_facts.valid(told).items()}


def _usual(clinic: uuid.UUID, row: Encounter) -> dict[str, Any]:
    known = observations.newest(clinic=clinic, patient=row.patient_id, codes=list(USUAL))
    base = baselines.of(clinic=clinic, encounter=row.pk)
    pressure = {"baseline_sbp_mmhg": base["sbp"]} if "sbp" in base else {}
    before = usual_before(clinic=clinic, encounter=row.pk)
    return {**pressure, **before, **{code: view.value for code, view in known.items()}}


def _drugs(clinic: uuid.UUID, row: Encounter, at_ms: int) -> dict[str, Any]:
    rows = list(MedicationAdministration.of(clinic).filter(encounter_id=row.pk))
    struck = {r.corrects_id for r in rows}
    given = [
        r for r in rows if r.pk not in struck and not r.retracts and (r.dose_ug or r.dose_text)
    ]
    groups = {r.pk: _group(r.drug) for r in given}
    antidotes = [r.at_ms for r in given if groups[r.pk] in ANTIDOTES]
    # A clock that runs ahead makes no dose one of tomorrow.
    sedatives = [min(r.at_ms, at_ms) for r in given if _sedates(r.drug)]
    return {
        "esketamine_given": _esketamine(clinic, row),
        "benzodiazepine_given": "benzodiazepine" in groups.values(),
        "pressure_lowering_drug_given": any(r.drug in LOWERS_PRESSURE for r in given),
        "antidote_given": bool(antidotes),
        "since_antidote_min": _minutes(max(antidotes, default=None), at_ms),
        "since_sedative_min": _minutes(max(sedatives, default=None), at_ms),
    }


def _group(drug: str) -> str:
    known = rescue.drugs()
    return known[drug].group if drug in known else ""


def _sedates(drug: str) -> bool:
    known = rescue.drugs()
    return drug in known and known[drug].sedates


def _esketamine(clinic: uuid.UUID, row: Encounter) -> bool | None:
    forms = MedicationRequest.of(clinic).filter(
        encounter_id=row.pk, drug="ketamine", as_needed=False
    )
    known = set(forms.values_list("form", flat=True)) - {""}
    return None if not known else known != {"racemic"}


def _spoke_of_suicide(clinic: uuid.UUID, row: Encounter) -> bool | None:
    """An open alert counts as spoken; what was said is answered only by the path itself."""
    state = risk.state(clinic=clinic, patient=row.patient_id)
    if state in {"alert_open", "moderate", "high"}:
        return True
    said = Observation.of(clinic).filter(encounter_id=row.pk, code="suicidal_statement")
    return False if said.exists() else None


def _escort(clinic: uuid.UUID, row: Encounter) -> Escort | None:
    rows = Escort.of(clinic).filter(patient_id=row.patient_id).select_related("contact")
    of_visit = rows.filter(appointment_id=row.appointment_id) if row.appointment_id else None
    today = rows.filter(appointment__isnull=True, recorded_at__gte=row.recorded_at)
    found = [*(of_visit or ()), *today]
    return max(found, key=lambda e: (e.recorded_at, str(e.pk)), default=None)


def _escort_named(clinic: uuid.UUID, row: Encounter) -> bool:
    found = _escort(clinic, row)
    if found is None:
        return False
    name, _, phone = notes.read(found.contact).partition("\n")
    return bool(name.strip() and phone.strip())


def _follow_up_booked(clinic: uuid.UUID, row: Encounter, at: datetime) -> bool:
    rows = Appointment.of(clinic).filter(
        patient_id=row.patient_id, kind="follow_up", starts_at__gt=at,
        status__in=("booked", "late"),
    )  # fmt: skip
    return rows.exists()


def _call_booked(clinic: uuid.UUID, row: Encounter) -> bool | None:
    return WorkItem.of(clinic).filter(kind=CALL, encounter_id=row.pk).exists() or None


def _visits(clinic: uuid.UUID, rows: Any) -> list[Visit]:
    found = list(rows.select_related("encounter", "chair"))
    ids = [row.encounter_id for row in found]
    gone = set(
        Discharge.of(clinic).filter(encounter_id__in=ids).values_list("encounter_id", flat=True)
    )
    signed = Signature.of(clinic).filter(encounter_id__in=ids, meaning="record")
    closed = set(signed.values_list("encounter_id", flat=True))
    return [
        Visit(
            encounter=row.encounter_id, patient=row.patient_id, episode=row.encounter.episode_id,
            appointment=row.encounter.appointment_id, plan=row.encounter.plan_id,
            session_no=row.encounter.session_no, state=row.state,
            chair_name=row.chair.name if row.chair else "",
            stopped_ms=stopped_ms(clinic=clinic, encounter=row.encounter_id),
            is_discharged=row.encounter_id in gone, is_signed=row.encounter_id in closed,
        )
        for row in found
    ]  # fmt: skip
