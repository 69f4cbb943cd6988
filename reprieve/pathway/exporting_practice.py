"""The practice in the form that `reprieve import` reads, so that nobody is held here."""

from __future__ import annotations

import csv
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from reprieve.pathway import importing_terms
from reprieve.pathway.clock import ms
from reprieve.pathway.importing_tables import COLUMNS, DIARY, DOSE, MEASURES, UNKNOWN
from reprieve.records import identity
from reprieve.records.models import (
    Condition,
    InfusionState,
    Observation,
    Patient,
    QuestionnaireResponse,
)
from reprieve.records.queries import diary as diaries
from reprieve.records.queries import registry
from reprieve.records.queries.treatments import zone_of

MICRO = Decimal(1_000_000)
KINDS = ("patients", "infusions", "scores")
FORMS = tuple(name for name in MEASURES if name not in DIARY and name != DOSE)


def write(*, clinic: uuid.UUID, at: datetime, folder: Path) -> None:
    """This function will write patients.csv, infusions.csv and scores.csv."""
    people = list(Patient.of(clinic).order_by("number"))
    names = _mrns(clinic, people)
    flat = registry.tables(clinic=clinic, at=at)
    _sheet(folder, "patients", _patients(clinic, people, names))
    _sheet(folder, "infusions", _infusions(clinic, at, people, names, flat))
    _sheet(folder, "scores", _scores(clinic, at, people, names, flat))


def _sheet(folder: Path, kind: str, rows: Iterator[dict[str, Any]]) -> None:
    with (folder / f"{kind}.csv").open("w", newline="") as sheet:
        lines = csv.DictWriter(sheet, COLUMNS[kind], restval="")
        lines.writeheader()
        lines.writerows(rows)


def _mrns(clinic: uuid.UUID, people: Sequence[Patient]) -> dict[int, str]:
    """The record number, or one made of ours where the clinic gave none."""
    who = identity.newest(clinic, [row.pk for row in people])
    return {row.number: who[row.pk].mrn or f"REPRIEVE-{row.number}" for row in people}


def _patients(
    clinic: uuid.UUID, people: Sequence[Patient], names: dict[int, str]
) -> Iterator[dict[str, Any]]:
    who = identity.newest(clinic, [row.pk for row in people])
    codes: dict[uuid.UUID, str] = {}
    rows = Condition.of(clinic).filter(is_pain_condition=True).exclude(code="")
    for row in rows.order_by("-recorded_at", "-id"):
        codes[row.patient_id] = row.code
    for person in people:
        one = who[person.pk]
        yield {
            "given": one.given, "family": one.family, "birth_date": one.birth_date or "",
            "phone": one.phone, "email": one.email, "address": one.address,
            "mrn": names[person.number], "sex": one.sex, "language": person.language,
            "condition": codes.get(person.pk, ""),
        }  # fmt: skip


def _infusions(
    clinic: uuid.UUID, at: datetime, people: Sequence[Patient], names: dict[int, str],
    flat: registry.Flat,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    zone = zone_of(clinic)
    rows = InfusionState.of(clinic).filter(started_ms__isnull=False, ended_ms__isnull=False)
    states = {str(r.encounter_id): r for r in rows.select_related("encounter__plan")}
    harms: dict[str, list[importing_terms.Harm]] = {}
    for _patient, infusion, term, grade, serious in flat["events"]:
        harms.setdefault(infusion, []).append((term, grade, bool(serious)))
    pains = _pains(clinic, at)
    for number, infusion, _day, start_s, regimen, _plan, booster, given_ug, weight_g in (
        flat["infusions"]
    ):
        row = states.get(infusion)
        if row is None:
            continue
        plan = row.encounter.plan
        before, after = _around(pains.get(infusion, []), row)
        yield {
            "mrn": names[number], **_when(start_s, zone),
            "minutes": _decimal(((row.ended_ms or 0) - (row.started_ms or 0)) / Decimal(60_000)),
            "dose_mg": _decimal(Decimal(given_ug) / 1000), "regimen": regimen,
            "pain_before": before, "pain_after": after,
            "condition": plan.detail.get("condition", "") if plan else "",
            "weight_kg": "" if weight_g is None else _decimal(Decimal(weight_g) / 1000),
            "number": row.encounter.session_no or "", "of": plan.sessions if plan else "",
            "booster": "yes" if booster else "",
            "side_effects": importing_terms.written(harms.get(infusion, [])),
        }  # fmt: skip


def _pains(clinic: uuid.UUID, at: datetime) -> dict[str, list[tuple[int, Any]]]:
    """Pain as asked at each visit, with its moment, oldest first."""
    rows = list(
        Observation.of(clinic)
        .filter(code="pain", encounter__kind="infusion", recorded_at__lte=at)
        .order_by("measured_at", "recorded_at")
        .values_list("pk", "encounter_id", "measured_at", "value", "corrects_id")
    )
    replaced = {row[4] for row in rows}
    found: dict[str, list[tuple[int, Any]]] = {}
    for key, encounter, moment, value, _corrects in rows:
        if key not in replaced and value is not None:
            found.setdefault(str(encounter), []).append((ms(moment), value))
    return found


def _around(pains: Sequence[tuple[int, Any]], state: InfusionState) -> tuple[Any, Any]:
    """The last pain up to the start, and the last from the end on; empty where nobody asked."""
    before = [pain for at_ms, pain in pains if at_ms <= (state.started_ms or 0)]
    after = [pain for at_ms, pain in pains if at_ms >= (state.ended_ms or 0)]
    return (before or [""])[-1], (after or [""])[-1]


def _scores(
    clinic: uuid.UUID, at: datetime, people: Sequence[Patient], names: dict[int, str],
    flat: registry.Flat,
) -> Iterator[dict[str, Any]]:  # fmt: skip
    zone = zone_of(clinic)
    for person in people:
        mrn = names[person.number]
        for one in diaries.entries(clinic=clinic, patient=person.pk):
            for scale in DIARY:
                value = getattr(one, scale)
                if value is not None:
                    yield {"mrn": mrn, "date": one.day.isoformat(),
                           "time": one.at.astimezone(zone).time().isoformat("seconds"),
                           "moment": one.moment, "measure": scale, "value": value}  # fmt: skip
    for number, at_s, measure, value in _totals(clinic, at, people):
        yield {"mrn": names[number], **_when(at_s, zone, "time"), "measure": measure,
               "value": _decimal(value)}  # fmt: skip
    today = registry.day_of(at, clinic=clinic)
    for number, day, dose in _doses(flat["opioids"]):
        if day <= today:
            yield {"mrn": names[number], "date": day.isoformat(), "measure": DOSE, "value": dose}


def _totals(
    clinic: uuid.UUID, at: datetime, people: Sequence[Patient]
) -> Iterator[tuple[int, int, str, Decimal]]:
    """What finished forms came to that stand, treated or not; of the PEG its pain question too."""
    numbers = {person.pk: person.number for person in people}
    forms = QuestionnaireResponse.of(clinic).filter(instrument__in=FORMS, recorded_at__lte=at)
    rows = list(forms.order_by("measured_at", "recorded_at", "id"))
    replaced = {row.corrects_id for row in rows}
    for row in rows:
        if not row.complete or row.pk in replaced:
            continue
        told = {row.instrument: (row.score or {}).get("total")}
        if f"{row.instrument}.pain" in MEASURES:
            told[f"{row.instrument}.pain"] = row.answers.get("pain")
        for measure, value in told.items():
            if value is not None:
                when_s = int(row.measured_at.timestamp())
                yield numbers[row.patient_id], when_s, measure, Decimal(str(value))


def _doses(runs: registry.Rows) -> Iterator[tuple[int, date, str]]:
    """Each dose from its first day on, and the day from which it is not known any more."""
    begins = {(number, from_day) for number, from_day, _until, _dose in runs}
    for number, from_day, until_day, ug_mme in runs:
        yield number, registry.date_of(from_day), _decimal(ug_mme / MICRO)
        if (number, until_day) not in begins:
            yield number, registry.date_of(until_day), UNKNOWN


def _when(at_s: int, zone: ZoneInfo, clock: str = "start") -> dict[str, str]:
    moment = datetime.fromtimestamp(at_s, zone)
    return {"date": moment.date().isoformat(), clock: moment.time().isoformat("seconds")}


def _decimal(value: Decimal) -> str:
    return f"{value.quantize(Decimal('0.000001')).normalize():f}"
