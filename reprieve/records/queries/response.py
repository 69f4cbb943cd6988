"""The response of a patient to the last course, gathered from the records for `outcomes`."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from reprieve.outcomes import opioids as opioid_rules
from reprieve.outcomes.baseline import Recall, baseline
from reprieve.outcomes.booster import Surveillance
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.levels import Scores
from reprieve.outcomes.response import Response, respond
from reprieve.outcomes.rules import Rules, rules
from reprieve.records.models import Observation
from reprieve.records.queries import diary, observations, opioids, questionnaires, treatments
from reprieve.records.queries.questionnaires import ResponseView
from reprieve.records.queries.treatments import Treatment, zone_of

BLADDER = "bladder-score"
# Surveillance fact of the outcome rules <- code of the observation that answers it.
ANSWERS = {
    "liver-panel": "alt_times_uln", "bladder-questions": "bladder_symptoms",
    "memory-question": "memory_complaint", "phq-9": "phq-9", "pdmp-check": "pdmp_checked",
    "pregnancy-test": "pregnancy_test", BLADDER: "icsi",
}  # fmt: skip
TOTAL, T_SCORE = "total", "t_score"
# What the outcome rules compare <- the instrument, and which of its numbers.
MEASURES = MappingProxyType({
    "peg": ("peg", TOTAL), "activity": ("peg", "activity"),
    "promis": ("promis-pain-interference-4a", T_SCORE),
    "bpi_interference": ("bpi-sf", "interference"), "odi": ("odi", TOTAL),
    "goal": ("personal-goal", TOTAL),
})  # fmt: skip
FERTILE = "could_become_pregnant"
SCREENER = "c-ssrs-screener"


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """Everything a follow-up visit looks at: the courses, the diary, and the last response."""

    treatments: tuple[Treatment, ...]
    entries: tuple[DiaryEntry, ...]
    response: Response | None
    rules: Rules


def story(
    *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, only_pain: bool = False
) -> Story:
    """This function will gather a patient's courses, diary and response to the last course.

    `response` is None before the first infusion. The baseline is that of the first course: after
    a booster relief is still compared with the time before any treatment. `only_pain` leaves forms
    and the daily opioids unread: whether relief came and fades depends on neither, but on pain and
    the extra doses in the diary.
    """
    zone = zone_of(clinic)
    today = at.astimezone(zone).date()
    in_force = rules(on=today)
    given = treatments.treatments(clinic=clinic, patient=patient, at=at)
    who = (clinic, patient)
    entries = (*diary_of(clinic=clinic, patient=patient), *_recovery(who, given, zone))
    found = (
        _response(who, given, entries, at, in_force=in_force, only_pain=only_pain)
        if given
        else None
    )
    return Story(treatments=tuple(given), entries=entries, rules=in_force, response=found)


def surveillance(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Surveillance:
    """This function will tell when each surveillance fact was last known, for a booster."""
    zone = zone_of(clinic)
    newest = observations.newest(
        clinic=clinic, patient=patient, codes=[*ANSWERS.values(), FERTILE]
    )
    last: dict[str, date | None] = {
        fact: newest[code].measured_at.astimezone(zone).date() if code in newest else None
        for fact, code in ANSWERS.items()
    }
    screened = questionnaires.newest(clinic=clinic, patient=patient, instrument=SCREENER)
    last["c-ssrs"] = screened.measured_at.astimezone(zone).date() if screened else None
    cannot = newest.get(FERTILE)
    today = at.astimezone(zone).date()
    year_ago = today - timedelta(days=365)
    given = treatments.treatments(clinic=clinic, patient=patient, at=at)
    spared = {"pregnancy-test"} if cannot is not None and cannot.value is False else set()
    if not _is_repeated(given, today):
        spared.add(BLADDER)
    return Surveillance(
        last=last, not_applicable=frozenset(spared),
        courses_365d=sum(1 for one in given if one.course.last_infusion > year_ago),
    )


def _is_repeated(given: list[Treatment], today: date) -> bool:
    """Whether infusions have gone on for so long that the bladder's score is due."""
    if not given:
        return False
    limit = rules(on=today).surveillance_max_age_days[BLADDER]
    return (today - given[0].course.first_infusion).days > limit


Who = tuple[uuid.UUID, uuid.UUID]  # clinic and patient


def _response(
    who: Who, given: list[Treatment], entries: tuple[DiaryEntry, ...], at: datetime,
    *, in_force: Rules, only_pain: bool,
) -> Response:  # fmt: skip
    today = at.astimezone(zone_of(who[0])).date()
    first, course = given[0].course, given[-1].course
    base = baseline(
        diary=[e for e in entries if e.kind == "diary"], rules=in_force,
        first_infusion=first.first_infusion, recall=_recall(who, first.first_infusion),
    )  # fmt: skip
    if only_pain:
        return respond(course=course, baseline=base, diary=entries, at=today, rules=in_force)
    doses = opioids.days(
        clinic=who[0], patient=who[1], last=today,
        first=first.first_infusion - timedelta(days=in_force.baseline_window_days),
    )  # fmt: skip
    change = opioid_rules.opioid_change(
        days=doses, first_infusion=first.first_infusion, at=today, rules=in_force
    )
    return respond(
        course=course, baseline=base, diary=entries, at=today, rules=in_force,
        scores=_scores(who, first.started_at, course.started_at, at),
        opioids=change if doses else None,
    )  # fmt: skip


def _recall(who: Who, first: date) -> Recall | None:
    """Average pain of the past week, as the PEG asks it before the first infusion."""
    zone = zone_of(who[0])
    forms = questionnaires.completed(clinic=who[0], patient=who[1], instrument="peg")
    before = [
        (f.measured_at.astimezone(zone).date(), f.answers["pain"])
        for f in forms
        if "pain" in f.answers and f.measured_at.astimezone(zone).date() <= first
    ]
    return Recall(day=before[-1][0], pain=_exact(before[-1][1])) if before else None


def diary_of(*, clinic: uuid.UUID, patient: uuid.UUID) -> tuple[DiaryEntry, ...]:
    """This function will give a patient's diary as the outcome rules read it.

    A day that was told on a later one has no hour: when on that day it was so, nobody knows.
    """
    zone = zone_of(clinic)
    extra = opioids.rescue(clinic=clinic, patient=patient)
    return tuple(
        DiaryEntry(
            day=one.day, at=one.at if one.at.astimezone(zone).date() == one.day else None,
            average_pain=one.average_pain, worst_pain=one.worst_pain,
            function=one.function, mood=one.mood, rescue_opioid_mme=extra.get(one.day),
        )
        for one in diary.scales(clinic=clinic, patient=patient)
    )  # fmt: skip


def _recovery(who: Who, given: list[Treatment], zone: ZoneInfo) -> list[DiaryEntry]:
    """Pain as asked after an infusion: it may show the onset and is in no daily mean."""
    ended = {i.encounter: i.ended_at for t in given for i in t.infusions if i.ended_at}
    rows = Observation.of(who[0]).filter(
        patient_id=who[1], code="pain", encounter_id__in=list(ended)
    )
    found = list(rows.order_by("measured_at"))
    replaced = {row.corrects_id for row in found}
    return [
        DiaryEntry(
            day=row.measured_at.astimezone(zone).date(), at=row.measured_at, kind="recovery",
            average_pain=_exact(row.value),
        )
        for row in found
        if row.value is not None
        and row.pk not in replaced
        and row.measured_at >= ended[row.encounter_id]  # type: ignore[index]  # filtered above
    ]  # fmt: skip


def _scores(who: Who, before: datetime, after: datetime, at: datetime) -> Scores:
    """The newest scores from before the first course and from after this one, as known `at`."""
    found: dict[str, Any] = {}
    for name, (instrument, part) in MEASURES.items():
        told = _values(who, instrument, part, at)
        found[f"{name}_before"] = _earlier(told, before)
        found[f"{name}_now"] = _later(told, after)
    pgic = _later(_values(who, "pgic", TOTAL, at), after)
    return Scores(**found, pgic=None if pgic is None else int(pgic))


Course = list[tuple[datetime, Decimal]]


def _values(who: Who, instrument: str, part: str, at: datetime) -> Course:
    forms = questionnaires.completed(
        clinic=who[0], patient=who[1], instrument=instrument, as_of=at
    )
    told = [(f.measured_at, _part(f, part)) for f in forms]
    return [(at, _exact(value)) for at, value in told if value is not None]


def _part(form: ResponseView, part: str) -> Any:
    """The total, the T score, a part of the score, or one answer."""
    if part == TOTAL:
        return form.total
    if part == T_SCORE:
        return form.score.get(T_SCORE)
    return form.score.get("subscales", {}).get(part, form.answers.get(part))


def _earlier(values: Course, before: datetime) -> Decimal | None:
    """The newest score from before the first course."""
    found = [value for at, value in values if at <= before]
    return found[-1] if found else None


def _later(values: Course, after: datetime) -> Decimal | None:
    """The newest score from after this course began."""
    found = [value for at, value in values if at > after]
    return found[-1] if found else None


def _exact(value: Any) -> Decimal:
    return Decimal(str(value))
