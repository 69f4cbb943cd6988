"""The newest facts about a patient, as the safety rules read them. What nobody asked is absent.

History counts until somebody says otherwise; a state that comes and goes, and the mood scales,
count for a series or some days (`clinical/how_long.toml`); measurements and answers of a day count
on that day alone. Harm is not forgotten: a state that was there stays until somebody lifts it.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from reprieve.clinical import safety
from reprieve.clinical.findings import Step
from reprieve.clinical.how_long import how_long, stays
from reprieve.clinical.remeasured import remeasured_n
from reprieve.knowledge import BadValue
from reprieve.records import instants
from reprieve.records.models import StateChange
from reprieve.records.queries import (
    clinics,
    consent,
    exposure,
    harm_stops,
    liver,
    medicines,
    observations,
    patients,
    pregnancy,
    questionnaires,
    risk,
    safety_numbers,
    worked_out,
)
from reprieve.records.queries.observations import ObservationView

# Fact <- code of what is measured in the chair or at the desk.
MEASURED = {
    "sbp_mmhg": "sbp",
    "dbp_mmhg": "dbp",
    "heart_rate_per_min": "heart_rate",
    "respiratory_rate_per_min": "respiratory_rate",
    "spo2_percent": "spo2",
    "rass": "rass",
}
# Fact <- instrument whose newest total it is.
SCORED = {
    "audit_c_score": "audit-c",
    "dast10_score": "dast-10",
    "ort_oud_score": "ort-oud",
    "stop_bang_score": "stop-bang",
}
BLADDER_SCORE = "icsi"
LASTING = frozenset({"contraindications", "interactions"})
LASTING_FACTS = frozenset({"height_cm", "diabetes", "baseline_spo2_percent"})
BY_SERIES = "surveillance"
BOOSTER = "followup.booster"
SERIES_BEGINS = (
    "evaluation.begin", "series.complete", BOOSTER, "followup.change",
    "followup.continue",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """From when on a value counts: today's, this series', a present state's, the vital signs'."""

    at: datetime
    today: datetime
    series: datetime
    state: datetime
    vitals: datetime


def facts(
    *,
    clinic: uuid.UUID,
    patient: uuid.UUID,
    at: datetime,
    vitals_since: datetime | None = None,
) -> dict[str, Any]:
    """This function will gather the known facts about a patient for `clinical.safety.examine`.

    Vital signs count from the beginning of the day in the clinic's zone, or from `vitals_since`.
    Unknown facts are left out. Empty for a patient of another clinic.
    """
    person = patients.one(clinic=clinic, patient=patient)
    if person is None:
        return {}
    moments = _moments(clinic, patient, at, vitals_since)
    newest = observations.newest(clinic=clinic, patient=patient)
    found = _said(newest, moments)
    for source, known in _worked_out(clinic, person, newest, moments, at).items():
        found |= worked_out.of_source(source, known)
    return {name: value for name, value in found.items() if _usable(name, value)}


def told(
    *, clinic: uuid.UUID, patient: uuid.UUID, names: frozenset[str], at: datetime
) -> dict[str, Any]:
    """This function will gather a few facts that somebody was asked, for as long as they count."""
    if not names:
        return {}
    moments = _moments(clinic, patient, at, None)
    newest = observations.newest(clinic=clinic, patient=patient, codes=sorted(names))
    return {n: v for n, v in _said(newest, moments).items() if v is not None}


def _worked_out(
    clinic: uuid.UUID,
    person: patients.PatientView,
    newest: Mapping[str, ObservationView],
    moments: Moments,
    at: datetime,
) -> dict[str, Mapping[str, Any]]:
    patient = person.id
    consented = consent.current(clinic=clinic, patient=patient, at=at).state == "valid"
    return {
        "measured": _measured(clinic, patient, newest, moments),
        "pregnancy": _pregnancy(clinic, patient, at),
        "medicines": _medicines(clinic, patient),
        "risk": _risk(clinic, patient, moments),
        "exposure": _exposure(clinic, patient, at, newest),
        "harm": harm_stops.of(clinic=clinic, patient=patient).facts,
        "person": {
            "age_years": age_years(person.identity.birth_date, _local(clinic, at)),
            "sex": person.identity.sex or None,
        },
        "consent": {"consent_valid": consented},
        "allergies": {"ketamine_allergy": _ketamine_allergy(clinic, patient, newest)},
    }


def age_years(born: date | None, on: date) -> int | None:
    """This function will return an age in whole years, None without a birth date."""
    if born is None:
        return None
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def _moments(
    clinic: uuid.UUID, patient: uuid.UUID, at: datetime, vitals_since: datetime | None
) -> Moments:
    zone = ZoneInfo(clinics.clinic(clinic).timezone)
    today = datetime.combine(at.astimezone(zone).date(), time(0), tzinfo=zone)
    row = _series_row(clinic, patient)
    series = row[0] if row else today
    counts = how_long().booster if row and row[1] == BOOSTER else how_long().series
    return Moments(
        at=at, today=today, series=series, state=max(series, at - counts),
        vitals=vitals_since or today,
    )  # fmt: skip


def series_began(*, clinic: uuid.UUID, patient: uuid.UUID) -> datetime | None:
    """This function will tell when the evaluation or the present round of treatment began."""
    row = _series_row(clinic, patient)
    return row[0] if row else None


def _series_row(clinic: uuid.UUID, patient: uuid.UUID) -> tuple[datetime, str] | None:
    rows = StateChange.of(clinic).filter(episode__patient_id=patient, act__in=SERIES_BEGINS)
    return rows.order_by("-recorded_at").values_list("recorded_at", "act").first()


def _said(newest: Mapping[str, ObservationView], moments: Moments) -> dict[str, Any]:
    """What was asked under the fact's own name; a pregnancy test has its own rules.

    What the product works out is not read from an answer, should one be on record.
    """
    since = {"lasting": None, "series": moments.series, "state": moments.state,
             "day": moments.today}  # fmt: skip
    found = {}
    for name in safety.catalogue().keys() - {pregnancy.CODE} - worked_out.NAMES:
        view = newest.get(name)
        start = since[keeps(name)]
        if view is None:
            continue
        if start is None or view.measured_at >= start or stays(name, view.value):
            found[name] = view.value
    return found


@cache
def keeps(name: str) -> str:
    """This function will tell how long an answer counts: lasting, series, state or day."""
    if name in how_long().states_of_the_day:
        return "day"
    if name in how_long().present_states:
        return "state"
    chapters = {e.chapter for e in safety.rules() for f in e.rule.facts if f.name == name}
    if name in LASTING_FACTS or chapters & LASTING:
        return "lasting"
    return "series" if BY_SERIES in chapters else "day"


def _measured(
    clinic: uuid.UUID,
    patient: uuid.UUID,
    newest: Mapping[str, ObservationView],
    moments: Moments,
) -> dict[str, Any]:
    found = {
        fact: newest[code].value
        for fact, code in MEASURED.items()
        if code in newest and newest[code].measured_at >= moments.vitals
    }
    read = {
        fact: _readings(clinic, patient, code, moments)
        for fact, code in MEASURED.items()
        if fact in found
    }
    found["remeasured_n"] = remeasured_n(
        read, now=found, step=Step.EVALUATION,
        own_numbers=safety_numbers.own(clinic=clinic, at=moments.at),
    )  # fmt: skip
    weights = observations.history(clinic=clinic, patient=patient, code="weight_kg")
    before = [v for v in weights if not v.corrected and v.measured_at < moments.today]
    if before:
        found["weight_last_kg"] = before[-1].value
    scored = {fact: newest[code].value for fact, code in SCORED.items() if code in newest}
    return found | scored


def _readings(
    clinic: uuid.UUID, patient: uuid.UUID, code: str, moments: Moments
) -> list[tuple[int, Any]]:
    rows = observations.history(clinic=clinic, patient=patient, code=code)
    kept = [v for v in rows if not v.corrected and v.measured_at >= moments.vitals]
    return [(instants.ms(v.measured_at), v.value) for v in kept]


def _pregnancy(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> dict[str, Any]:
    """The newest test until there is a newer one, with the age of the test itself."""
    test = pregnancy.newest(clinic=clinic, patient=patient)
    if test is None or test.value is None:
        return {}
    return {
        pregnancy.CODE: test.value, "pregnancy_test_age_days": (at - test.measured_at).days
    }  # fmt: skip


def _medicines(clinic: uuid.UUID, patient: uuid.UUID) -> dict[str, Any]:
    now = medicines.current(clinic=clinic, patient=patient)
    found: dict[str, Any] = {"medicines": list(now.names) if now.asked else None}
    found["opioid_mme_per_day"] = now.mme_per_day
    if now.takes_glp1:
        found["glp1_medicine"] = True
    return {name: value for name, value in found.items() if value is not None}


def _risk(clinic: uuid.UUID, patient: uuid.UUID, moments: Moments) -> dict[str, Any]:
    view = risk.view(clinic=clinic, patient=patient)
    forms = {
        name: questionnaires.newest(clinic=clinic, patient=patient, instrument=name)
        for name in ("phq-9", risk.SCREENER)
    }
    current = [f is not None and f.measured_at >= moments.state for f in forms.values()]
    return {
        "suicide_alert_open": view.state == "alert_open",
        "cssrs_risk": _level(view, moments),
        "suicide_risk_cleared": view.state == "cleared",
        "phq9_item_9": _item_9(clinic, patient, moments),
        "mood_scales_current": all(current),
    }


def _level(view: risk.RiskView, moments: Moments) -> str | None:
    """The level of this series. One that nobody cleared is never too old."""
    if view.state in risk.GRAVE:
        return view.level
    fresh = view.screened_at is not None and view.screened_at >= moments.state
    return view.level if fresh else None


def _item_9(clinic: uuid.UUID, patient: uuid.UUID, moments: Moments) -> int | None:
    forms = questionnaires.history(clinic=clinic, patient=patient, instrument="phq-9")
    answers = [
        f.answers["q9"]
        for f in forms
        if not f.corrected and "q9" in f.answers and f.measured_at >= moments.state
    ]
    return int(answers[-1]) if answers else None


def _exposure(
    clinic: uuid.UUID, patient: uuid.UUID, at: datetime, newest: Mapping[str, ObservationView]
) -> dict[str, Any]:
    """What was given here, the last course of several days, the tests and scores since."""
    here = exposure.of(clinic=clinic, patient=patient, at=at)
    return {
        "courses_last_365_d": here.courses_last_365_d,
        "ketamine_mg_last_365_d": here.mg_last_365_d,
        "days_without_bladder_score": _days_without_score(newest, here, at),
        **_last_course(here.last_multiday_end, newest, _local(clinic, at)),
        **liver.facts(newest, given=[one.started_at for one in here.infusions], at=at),
    }


def _days_without_score(
    newest: Mapping[str, ObservationView], here: exposure.Exposure, at: datetime
) -> int:
    """Since the last score, or since infusions began where there is none; 0 before the first."""
    if not here.infusions:
        return 0
    since = [here.infusions[0].started_at]
    if BLADDER_SCORE in newest and newest[BLADDER_SCORE].value is not None:
        since.append(newest[BLADDER_SCORE].measured_at)
    return max(0, (at - max(since)).days)


def _last_course(
    here: date | None, newest: Mapping[str, ObservationView], today: date
) -> dict[str, Any]:
    """The newer of the course given here and the one told of, which grows older every day.

    A course elsewhere of unknown age may be newer than ours if it was told of after ours: then the
    days are unknown.
    """
    said, told = newest.get("multiday_course_before"), newest.get("days_since_multiday_course")
    ends = [here] if here is not None else []
    if told is not None and told.value is not None:
        ends.append(told.measured_at.date() - timedelta(days=told.value))
    elif said is not None and said.value and (here is None or said.measured_at.date() > here):
        return {"multiday_course_before": True, "days_since_multiday_course": None}
    if not ends:
        return {"days_since_multiday_course": None}
    return {
        "multiday_course_before": True,
        "days_since_multiday_course": max(0, (today - max(ends)).days),
    }


def _ketamine_allergy(
    clinic: uuid.UUID, patient: uuid.UUID, newest: Mapping[str, ObservationView]
) -> bool | None:
    """Yes when either list or question says so; no only when somebody said no."""
    listed = patients.allergies(clinic=clinic, patient=patient)
    asked = newest["ketamine_allergy"].value if "ketamine_allergy" in newest else None
    if asked or _names_ketamine(listed or ()):
        return True
    return False if asked is False or listed == () else None


def _names_ketamine(substances: Iterable[str]) -> bool:
    return any("ketamin" in substance.casefold() for substance in substances)


def _local(clinic: uuid.UUID, at: datetime) -> date:
    return at.astimezone(ZoneInfo(clinics.clinic(clinic).timezone)).date()


def _usable(name: str, value: Any) -> bool:
    """A value that cannot be one counts as unknown, which blocks where it matters."""
    if value is None:
        return False
    try:
        safety.catalogue()[name].check(value)
    except (BadValue, KeyError):
        return False
    return True
