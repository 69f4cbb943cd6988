"""One day at home: pain, function and mood, by link, on the phone with a nurse, or from paper."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from reprieve import knowledge
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import links, maintenance, observations, patients, risk, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import NURSE, Actor
from reprieve.records.models import DiaryEntry
from reprieve.records.queries import clinics, settings
from reprieve.records.queries.diary import LATE

SCALES = ("average_pain", "worst_pain", "function", "mood")
MOMENTS = ("day", "evening", "morning")
HOME = "home"
PAPER = "paper"
MODES = (HOME, "call", PAPER, "clinic")
FALL, FALL_WITHIN = "fall", timedelta(hours=24)
# What the safety rules ask for is written as a fact as well.
FACTS = MappingProxyType({"bladder": "bladder_symptoms"})
# Until when a moment of a day lasts, on the clinic's clock: told later, it was true until then.
LASTS_UNTIL = MappingProxyType({"morning": time(12), "evening": time.max, "day": time.max})


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a patient says of one day. `moment` tells the morning after from the evening."""

    day: date
    moment: str = "day"
    average_pain: int | None = None
    worst_pain: int | None = None
    function: int | None = None
    mood: int | None = None
    extras: Mapping[str, Any] = field(default_factory=dict)


def save(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, said: Day, mode: str,
    link: uuid.UUID | None = None, told_at: datetime | None = None,
) -> dict[str, Any]:  # fmt: skip
    """This function will store a day of the diary; what was told last of a day counts.

    A mood at or below the alarm limit opens the suicide-risk path, a fall a call by a nurse, and
    fading relief is looked for. `told_at` is when a day was told that arrives later, from a phone
    without a connection or from paper: the entry keeps that hour, and what it says of a day gone
    by is measured on that day, so that it never stands for a newer answer. An entry told before
    the one that stands is kept beside it. Returns `alert` (true: show the crisis text) and
    `counts` (false: kept beside). Raises BadValue naming the question.
    """
    rules = knowledge.load("reprieve.clinical", "diary")
    _check(said, mode, rules.data)
    told = _told(actor, at, told_at, rules.data)
    _check_day(said.day, actor, at, told, rules.data)

    def work() -> Done:
        patients.locked(clinic=actor.clinic, patient=patient)
        _check_link(actor, patient, link, at, told)
        row = _write(said, actor=actor, at=at, told=told, patient=patient, mode=mode, link=link)
        counts = LATE not in row.extras
        alert = _alarm(said, actor, at, patient, rules.data)
        _facts(said, actor=actor, at=at, told=told, patient=patient, mode=mode)
        _fell(said, actor, at, patient)
        return Done(subject_kind="diary", subject=row.pk, result={"alert": alert, "counts": counts})

    done = perform("diary.record", actor=actor, uid=uid, at=at, work=work)
    maintenance.look_after(clinic=actor.clinic, patient=patient, uid=uid, at=at, day=said.day)
    return done


def _check(said: Day, mode: str, rules: Mapping[str, Any]) -> None:
    for name in SCALES:
        _check_number(name, getattr(said, name), 0, 10)
    if all(getattr(said, name) is None for name in SCALES):
        raise BadValue("average_pain", N_("answer at least one question"))
    for name, kinds in (("moment", MOMENTS), ("mode", MODES)):
        value = said.moment if name == "moment" else mode
        if value not in kinds:
            raise BadValue(name, f"unknown {value[:40]!r}; known: {', '.join(kinds)}")
    worst, average = said.worst_pain, said.average_pain
    if worst is not None and average is not None and worst < average:
        raise BadValue("worst_pain", N_("cannot be below the average"))
    for name, value in said.extras.items():
        _check_extra(name, value, rules["extras"])


def _check_extra(name: str, value: Any, known: Mapping[str, Any]) -> None:
    kind = known.get(name)
    if kind is None:
        raise BadValue("extras", f"unknown {name[:40]!r}; known: {', '.join(known)}")
    if kind == "yes/no":
        if not isinstance(value, bool):
            raise BadValue(name, N_("must be yes or no"))
        return
    _check_number(name, value, *kind)


def _check_number(name: str, value: Any, low: int, high: int) -> None:
    if value is None:
        return
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise BadValue(name, f"must be a whole number from {low} to {high}")


def _told(
    actor: Actor, at: datetime, told_at: datetime | None, rules: Mapping[str, Any]
) -> datetime:
    """When a day was told: never after it arrived, and not before the limit of waiting.

    A phone's clock may be wrong; what staff write down is refused, not put right.
    """
    if actor.practitioner is not None:
        if told_at is not None and told_at > at:
            raise BadValue("told_at", N_("is in the future"))
        return told_at or at
    earliest = at - timedelta(days=rules["days"]["late_by"])
    return max(earliest, min(told_at or at, at))


def _check_day(
    day: date, actor: Actor, at: datetime, told: datetime, rules: Mapping[str, Any]
) -> None:
    """A day that waited on a phone is as old as it was when it was told, within its own limit."""
    zone = ZoneInfo(clinics.clinic(actor.clinic).timezone)
    back = rules["days"]["staff_back" if actor.practitioner else "patient_back"]
    if day > at.astimezone(zone).date():
        raise BadValue("day", N_("is in the future"))
    if actor.practitioner is not None and told.astimezone(zone).date() < day:
        raise BadValue("told_at", N_("is before the day that it is about"))
    if ((at if actor.practitioner else told).astimezone(zone).date() - day).days > back:
        raise BadValue("day", f"is more than {back} days ago")


def _check_link(
    actor: Actor, patient: uuid.UUID, link: uuid.UUID | None, at: datetime, told: datetime
) -> None:
    """A patient writes by a diary link of their own; staff need none."""
    if actor.practitioner is not None:
        return
    if link is None or actor.patient != patient:
        raise PermissionDenied(N_("This link is another person's."))
    links.usable(actor=actor, at=at, link=link, forms=(links.DIARY,), told=told)


def _write(
    said: Day, *, actor: Actor, at: datetime, told: datetime, patient: uuid.UUID, mode: str,
    link: uuid.UUID | None,
) -> DiaryEntry:  # fmt: skip
    before = standing(clinic=actor.clinic, patient=patient, day=said.day, moment=said.moment)
    row = DiaryEntry(
        clinic_id=actor.clinic, patient_id=patient, day=said.day, at=told, mode=mode, link_id=link,
        extras={**said.extras, "moment": said.moment}, corrects=before, recorded_at=at,
        by_id=actor.practitioner, **{name: getattr(said, name) for name in SCALES},
    )  # fmt: skip
    if before is not None and _hour_told(row) < _hour_told(before):
        row.corrects, row.extras[LATE] = None, True
    row.save(force_insert=True)
    return row


def standing(
    *, clinic: uuid.UUID, patient: uuid.UUID, day: date, moment: str
) -> DiaryEntry | None:
    """This function will return the entry that counts for a moment of a day, None without one."""
    rows = DiaryEntry.of(clinic).filter(patient_id=patient, day=day)
    of_moment = [r for r in rows if r.extras.get("moment", "day") == moment]
    replaced = {r.corrects_id for r in of_moment}
    return next((r for r in of_moment if r.pk not in replaced and LATE not in r.extras), None)


def _hour_told(row: DiaryEntry) -> datetime:
    """The hour by which entries of a day are compared.

    A sheet of paper that does not say its hour was written by the end of its day, not when
    somebody typed it.
    """
    if row.mode != PAPER or row.at != row.recorded_at:
        return row.at
    return min(row.at, _over(row.clinic_id, row.day, row.extras.get("moment", "day")))


def _over(clinic: uuid.UUID, day: date, moment: str) -> datetime:
    zone = ZoneInfo(clinics.clinic(clinic).timezone)
    return datetime.combine(day, LASTS_UNTIL[moment], tzinfo=zone)


def _alarm(
    said: Day, actor: Actor, at: datetime, patient: uuid.UUID, rules: Mapping[str, Any]
) -> bool:
    limit = settings.value(
        clinic=actor.clinic, key="diary.mood_alarm_at_or_below", at=at,
        default=rules["mood"]["alarm_at_or_below"],
    )  # fmt: skip
    if said.mood is None or said.mood > limit:
        return False
    risk.alert(actor=actor, at=at, patient=patient)
    return True


def _facts(
    said: Day, *, actor: Actor, at: datetime, told: datetime, patient: uuid.UUID, mode: str
) -> None:
    """Write what the safety rules ask for, measured on the day that it is about."""
    facts = [
        Told(code=fact, value=said.extras[name])
        for name, fact in FACTS.items()
        if name in said.extras
    ]
    over = _over(actor.clinic, said.day, said.moment)
    observations.write(
        facts, actor=actor, at=at, measured_at=min(told, over), patient=patient, mode=mode,
        provenance="typed" if actor.practitioner else "patient",
    )  # fmt: skip


def _fell(said: Day, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    if not said.extras.get("fall", False):
        return
    if not worklist.already_open(clinic=actor.clinic, kind=FALL, patient=patient):
        worklist.open_item(
            actor=actor, at=at, kind=FALL, owner_role=NURSE, due_at=at + FALL_WITHIN,
            patient=patient,
        )  # fmt: skip
