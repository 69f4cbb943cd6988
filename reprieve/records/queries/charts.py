"""One infusion's record whole: every value with both times and where it came from."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from reprieve.monitoring.course import Act, until
from reprieve.records import frames, notes
from reprieve.records.models import (
    AdverseEvent,
    AlarmTransition,
    DeviceAssociation,
    Discharge,
    DoubleCheck,
    Encounter,
    InfusionEvent,
    InfusionState,
    MedicationAdministration,
    MedicationRequest,
    Practitioner,
    QuestionnaireResponse,
    Signature,
)
from reprieve.records.queries import observations

# Members of staff by id; whoever acted without being one has no name.
Names = dict[uuid.UUID | None, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """One charted value. `source` is typed, device, patient or imported, with the device's kind."""

    signal: str
    value: Any
    unit: str
    at_ms: int
    recorded_ms: int
    provenance: str
    source: str = ""
    by: str = ""
    corrected: bool = False
    set_id: str = ""
    id: str = ""
    addendum: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """One infusion record. Lists are plain dictionaries, oldest first, times in UTC ms."""

    encounter: uuid.UUID
    patient: uuid.UUID
    episode: uuid.UUID
    plan: uuid.UUID | None
    session_no: int | None
    state: str
    chair: uuid.UUID | None
    by_hand: bool
    values: tuple[Value, ...] = ()
    events: tuple[dict[str, Any], ...] = ()
    drugs: tuple[dict[str, Any], ...] = ()
    alarms: tuple[dict[str, Any], ...] = ()
    adverse_events: tuple[dict[str, Any], ...] = ()
    checks: tuple[dict[str, Any], ...] = ()
    scores: tuple[dict[str, Any], ...] = ()
    orders: tuple[dict[str, Any], ...] = ()
    signatures: tuple[dict[str, Any], ...] = ()
    discharge: dict[str, Any] | None = None
    alarm_state: dict[str, Any] = field(default_factory=dict)


# Names of the UCUM units of device signals; typed values carry their own.
UNITS = {
    "heart_rate": "/min", "pulse_rate": "/min", "spo2": "%", "respiratory_rate": "/min",
    "sbp": "mm[Hg]", "dbp": "mm[Hg]", "map": "mm[Hg]", "etco2": "mm[Hg]", "temp_c": "Cel",
}  # fmt: skip


def chart(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Chart | None:
    """This function will return one infusion's whole record, or None when there is none."""
    found = told(clinic=clinic, encounter=encounter)
    if found is None:
        return None
    return replace(found, values=tuple(values(clinic=clinic, encounter=encounter)))


def told(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Chart | None:
    """This function will return the record without the monitor's values, which may be many."""
    found = acts(clinic=clinic, encounter=encounter)
    if found is None:
        return None
    names = _names(clinic)
    return replace(
        found,
        values=tuple(typed(clinic=clinic, encounter=encounter, names=names)),
        alarms=_alarms(clinic, encounter, names),
        checks=_checks(clinic, encounter, names),
        scores=_scores(clinic, encounter, names),
        signatures=_signatures(clinic, encounter),
        discharge=_discharge(clinic, encounter),
    )


def acts(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Chart | None:
    """This function will return what people did in one infusion, without values and alarms."""
    row = Encounter.of(clinic).filter(pk=encounter).first()
    state = InfusionState.of(clinic).filter(encounter_id=encounter).first()
    if row is None or state is None:
        return None
    names = _names(clinic)
    events = _events(clinic, encounter, names)
    return Chart(
        encounter=row.pk,
        patient=row.patient_id,
        episode=row.episode_id,
        plan=row.plan_id,
        session_no=row.session_no,
        state=state.state,
        chair=state.chair_id,
        by_hand=state.by_hand,
        events=events,
        drugs=_drugs(clinic, encounter, names),
        adverse_events=_adverse(clinic, encounter, names, _acts(events)),
        orders=_orders(clinic, row, names),
        alarm_state=dict(state.alarm_fold),
    )


def _names(clinic: uuid.UUID) -> Names:
    return {pk: name for pk, name in Practitioner.of(clinic).values_list("id", "name")}  # noqa: C416


def values(
    *,
    clinic: uuid.UUID,
    encounter: uuid.UUID,
    names: Names | None = None,
    from_ms: int = -frames.FOREVER_MS,
) -> list[Value]:
    """This function will return device and typed values of a visit as one series by time."""
    told = [v for v in typed(clinic=clinic, encounter=encounter, names=names)
            if v.at_ms >= from_ms]  # fmt: skip
    device = [
        Value(
            signal=v.signal, value=float(v.value), unit=UNITS[v.signal], at_ms=v.at_ms,
            recorded_ms=v.recorded_ms, provenance="device", source=v.source,
        )
        for link in links(clinic=clinic, encounter=encounter)
        for v in frames.read(link, from_ms=from_ms)
    ]
    return sorted([*told, *device], key=lambda v: (v.at_ms, v.recorded_ms, v.signal))


def typed(
    *, clinic: uuid.UUID, encounter: uuid.UUID, names: Names | None = None
) -> list[Value]:
    """This function will return what people charted of a visit, struck values included."""
    names = _names(clinic) if names is None else names
    return [
        Value(
            signal=o.code, value=o.value, unit=o.unit, at_ms=_ms(o.measured_at),
            recorded_ms=_ms(o.recorded_at), provenance=o.provenance,
            by=names.get(o.by, "") if o.by else "", corrected=o.corrected,
            set_id=str(o.set_id or ""), id=str(o.id), addendum=o.addendum,
        )
        for o in observations.of_encounter(clinic=clinic, encounter=encounter)
    ]  # fmt: skip


def links(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[int]:
    """This function will list the numbers of a visit's links with monitors, oldest first."""
    rows = DeviceAssociation.objects.filter(clinic_id=clinic, encounter_id=encounter)
    return list(rows.order_by("from_ms").values_list("id", flat=True))


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def iso(at_ms: int | None) -> str | None:
    """This function will write UTC milliseconds as ISO 8601 with offset."""
    if at_ms is None:
        return None
    return datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")


def _events(
    clinic: uuid.UUID, encounter: uuid.UUID, names: Names
) -> tuple[dict[str, Any], ...]:
    rows = list(
        InfusionEvent.of(clinic)
        .filter(encounter_id=encounter)
        .select_related("note", "chair")
        .order_by("at_ms", "recorded_ms", "id")
    )
    replaced = {row.corrects_id for row in rows if row.corrects_id}
    return tuple(
        {
            "id": str(row.pk), "kind": row.kind, "at_ms": row.at_ms,
            "recorded_ms": row.recorded_ms, "rate_ug_per_h": row.rate_ug_per_h,
            "dose_ug": row.dose_ug, "chair": row.chair.name if row.chair else "",
            "detail": row.detail, "note": notes.read(row.note), "reported": row.reported,
            "deviation": row.deviation, "addendum": row.addendum,
            "corrected": row.pk in replaced, "corrects": str(row.corrects_id or ""),
            "by": names.get(row.by_id, ""), "order": str(row.order_id or ""),
        }
        for row in rows
    )  # fmt: skip


def _drugs(
    clinic: uuid.UUID, encounter: uuid.UUID, names: Names
) -> tuple[dict[str, Any], ...]:
    found = MedicationAdministration.of(clinic).filter(encounter_id=encounter)
    rows = list(found.select_related("note").order_by("at_ms", "recorded_ms", "id"))
    replaced = {row.corrects_id for row in rows if row.corrects_id}
    return tuple(
        {
            "id": str(row.pk), "drug": row.drug, "dose_ug": row.dose_ug,
            "dose_text": row.dose_text, "route": row.route, "at_ms": row.at_ms,
            "recorded_ms": row.recorded_ms, "reported": row.reported,
            "deviation": row.deviation, "addendum": row.addendum,
            "note": notes.read(row.note), "by": names.get(row.by_id, ""),
            "order": str(row.order_id or ""), "corrected": row.pk in replaced,
            "corrects": str(row.corrects_id or ""), "retracts": row.retracts,
        }
        for row in rows
    )  # fmt: skip


def _alarms(
    clinic: uuid.UUID, encounter: uuid.UUID, names: Names
) -> tuple[dict[str, Any], ...]:
    rows = AlarmTransition.objects.filter(clinic_id=clinic, encounter_id=encounter)
    return tuple(
        {
            "alarm": row.alarm, "before": row.before, "after": row.after,
            "priority": row.priority, "kind": row.kind, "at_ms": row.at_ms,
            "recorded_ms": row.recorded_ms, "by": names.get(row.by_id, ""), **row.detail,
        }
        for row in rows.order_by("id")
    )  # fmt: skip


def _acts(events: Iterable[Mapping[str, Any]]) -> list[Act]:
    return [
        Act(
            id=e["id"], kind=e["kind"], at_ms=e["at_ms"], recorded_ms=e["recorded_ms"],
            rate_ug_per_h=e["rate_ug_per_h"], dose_ug=e["dose_ug"], corrects=e["corrects"] or None,
        )
        for e in events
    ]  # fmt: skip


def _adverse(
    clinic: uuid.UUID, encounter: uuid.UUID, names: Names, acts: Sequence[Act]
) -> tuple[dict[str, Any], ...]:
    rows = list(
        AdverseEvent.of(clinic)
        .filter(encounter_id=encounter)
        .select_related("note")
        .order_by("onset_ms", "recorded_at", "id")
    )
    replaced = {row.corrects_id for row in rows if row.corrects_id}
    return tuple(
        {
            "id": str(row.pk), "term": row.term, "grade": row.grade, "onset_ms": row.onset_ms,
            "ended_ms": row.ended_ms, **at_onset(row, acts), "action": row.action,
            "outcome": row.outcome, "serious": row.serious, "note": notes.read(row.note),
            "corrected": row.pk in replaced, "corrects": str(row.corrects_id or ""),
            "addendum": row.addendum, "retracts": row.retracts,
            "by": names.get(row.by_id, ""), "recorded_ms": _ms(row.recorded_at),
        }
        for row in rows
    )  # fmt: skip


def at_onset(row: AdverseEvent, acts: Sequence[Act]) -> dict[str, int | None]:
    """This function will tell what ran and was given when a side effect began, as it stands now.

    A rate that is corrected later changes it; what nobody knew when it was written stays unknown.
    """
    rate, given = row.rate_ug_per_h_at_onset, row.given_ug_at_onset
    then = until(acts, row.onset_ms)
    return {
        "rate_ug_per_h_at_onset": None if rate is None else then.rate_ug_per_h_at(row.onset_ms),
        "given_ug_at_onset": None if given is None else then.given_ug(row.onset_ms),
    }


def _checks(
    clinic: uuid.UUID, encounter: uuid.UUID, names: Names
) -> tuple[dict[str, Any], ...]:
    rows = DoubleCheck.of(clinic).filter(encounter_id=encounter).order_by("recorded_at", "id")
    return tuple(
        {
            "id": str(row.pk), "occasion": row.occasion, "agrees": row.agrees,
            "expected": row.expected, "entered": row.entered,
            "first": names.get(row.by_id, ""), "second": names.get(row.second_id, ""),
            "recorded_ms": _ms(row.recorded_at),
        }
        for row in rows
    )  # fmt: skip


def _scores(
    clinic: uuid.UUID, encounter: uuid.UUID, names: Names
) -> tuple[dict[str, Any], ...]:
    rows = QuestionnaireResponse.of(clinic).filter(encounter_id=encounter)
    return tuple(
        {
            "id": str(row.pk), "instrument": row.instrument, "version": row.version,
            "answers": row.answers, "complete": row.complete, "score": row.score,
            "at_ms": _ms(row.measured_at), "recorded_ms": _ms(row.recorded_at),
            "mode": row.mode, "by": names.get(row.by_id, ""),
        }
        for row in rows.order_by("measured_at", "id")
    )  # fmt: skip


def _orders(
    clinic: uuid.UUID, encounter: Encounter, names: Names
) -> tuple[dict[str, Any], ...]:
    rows = MedicationRequest.of(clinic).filter(encounter_id=encounter.pk)
    return tuple(
        {
            "id": str(row.pk), "drug": row.drug, "form": row.form, "route": row.route,
            "as_needed": row.as_needed, "dose_ug": row.dose_ug, "max_dose_ug": row.max_dose_ug,
            "max_total_ug": row.max_total_ug, "max_rate_ug_per_h": row.max_rate_ug_per_h,
            "min_interval_min": row.min_interval_min, "steps": row.steps,
            "weight_g": row.weight_g, "verbal": row.verbal, "read_back": row.read_back,
            "prescriber": names.get(row.prescriber_id, ""),
            "valid_from": row.valid_from.isoformat(), "valid_until": row.valid_until.isoformat(),
            "withdrawn": row.as_needed and row.valid_until <= row.valid_from,
        }
        for row in rows.order_by("recorded_at", "id")
    )  # fmt: skip


def _signatures(clinic: uuid.UUID, encounter: uuid.UUID) -> tuple[dict[str, Any], ...]:
    rows = Signature.of(clinic).filter(encounter_id=encounter).order_by("recorded_at", "id")
    return tuple(
        {
            "printed_name": row.printed_name, "meaning": row.meaning,
            "at": row.recorded_at.isoformat(), "content_sha256": row.content_sha256,
        }
        for row in rows
    )  # fmt: skip


def _discharge(clinic: uuid.UUID, encounter: uuid.UUID) -> dict[str, Any] | None:
    row = Discharge.of(clinic).filter(encounter_id=encounter).first()
    if row is None:
        return None
    return {
        "way": row.way, "at": row.at.isoformat(), "findings": row.findings,
        "medicine_advice": notes.read(row.medicine_advice), "note": notes.read(row.note),
    }  # fmt: skip
