"""Days on which the clinic is closed: nothing is offered there, and what is booked is the desk's.

A visit is never moved in silence: it stays where it is until somebody moves or cancels it, or
says that it stays.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import closed_calls, not_come, turns, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.permissions import DESK, Actor
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import ClinicSetting, EpisodeOfCare
from reprieve.records.queries import closed_days as queries
from reprieve.records.queries.treatments import zone_of

ACT = "clinic.settings"
KIND = queries.WORK
WITHIN = timedelta(days=1)
MOST_DAYS, LONGEST_REASON = 100, 200
TICK = timedelta(microseconds=1)
# Somebody says that a visit stays, or moves it: the work ends by that, or when the day has passed
# and what became of the visit is asked instead.
ENDS = frozenset({KIND})
Days = Mapping[date, str]


def close(
    *, actor: Actor, uid: uuid.UUID, at: datetime, first: date, last: date, reason: str
) -> int:
    """This function will close the clinic from one day to another and return the days it closed.

    A day that is closed already keeps its reason. Everybody who books reads the reason. Raises
    BadValue naming the field; then nothing is kept.
    """
    _check(first, last, reason)

    def change(now: Days, today: date) -> Days:
        if first < today:
            raise BadValue("first", N_("lies in the past"))
        asked = [first + timedelta(days=n) for n in range((last - first).days + 1)]
        found = {day: reason.strip() for day in asked if day not in now}
        if not found:
            raise BadValue("first", N_("is closed already"))
        return {**now, **found}

    return _keep(change, actor=actor, uid=uid, at=at)


def open_again(*, actor: Actor, uid: uuid.UUID, at: datetime, first: date, last: date) -> int:
    """This function will take closed days back, from today on, and return how many.

    Raises BadValue where none of them is closed.
    """

    def change(now: Days, today: date) -> Days:
        kept = {day: why for day, why in now.items() if not max(first, today) <= day <= last}
        if len(kept) == len(now):
            raise BadValue("first", N_("is not closed"))
        return kept

    return _keep(change, actor=actor, uid=uid, at=at)


def settled(*, actor: Actor, at: datetime, patient: uuid.UUID) -> None:
    """This function will end a patient's work once no visit of theirs is left on a closed day.

    It is called inside the act that moved or cancelled a visit, or opened a day again.
    """
    known = worklist.locked_open(clinic=actor.clinic, kind=KIND, patient=patient)
    if known and not _unsettled(clinic=actor.clinic, patient=patient, at=at):
        worklist.finish_within(actor=actor, at=at, kind=KIND, patient=patient)


def look(episode: EpisodeOfCare, at: datetime) -> list[Wanted]:
    """This function will say what is wanted for a patient booked on a day closed since."""
    return wanted(clinic=episode.clinic_id, patient=episode.patient_id, at=at)


def is_true(_kind: str, episode: EpisodeOfCare, at: datetime) -> bool:
    """This function will tell whether an open item is not handed on to `not_come` yet."""
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    return bool(_unsettled(at=at, **whose)) or not not_come.look(episode, at)


def wanted(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[Wanted]:
    """This function will say what the desk has to do for a patient, if anything.

    Nothing where somebody has said, after the newest closing, that the visit stays.
    """
    found = _unsettled(clinic=clinic, patient=patient, at=at)
    if not found:
        return []
    due = min(at + WITHIN, *(one.visit.starts_at for one in found))
    return [Wanted(kind=KIND, owner_role=DESK, due_at=due)]


def _unsettled(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[queries.Touched]:
    found = queries.touched(clinic=clinic, at=at, patient=patient)
    return [one for one in found if not one.is_settled]


def _check(first: date, last: date, reason: str) -> None:
    if last < first:
        raise BadValue("last", N_("must not come before the first day"))
    if (last - first).days >= MOST_DAYS:
        raise BadValue("last", N_("makes more than 100 days in one go"))
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))
    if len(reason) > LONGEST_REASON:
        raise BadValue("reason", N_("is too long"))


def _keep(
    change: Callable[[Days, date], Days], *, actor: Actor, uid: uuid.UUID, at: datetime
) -> int:
    """Keep the changed days as a new row beside the old ones, and tell the desk in the same act."""

    def work() -> Done:
        # Two who change the days at one moment: the later one adds to what the first one kept.
        turns.take(actor.clinic)
        rows = ClinicSetting.of(actor.clinic).filter(key=queries.KEY)
        newest = rows.order_by("-valid_from", "-recorded_at").first()
        before = queries.days_of(newest.value) if newest else {}
        after = change(before, at.astimezone(zone_of(actor.clinic)).date())
        since = _after_all(at, newest, queries.last_placed(clinic=actor.clinic))
        days = sorted(before.keys() ^ after.keys())
        patients = _patients(actor, since)
        ClinicSetting.objects.add(
            clinic_id=actor.clinic, key=queries.KEY, valid_from=since, recorded_at=at,
            value={day.isoformat(): why for day, why in sorted(after.items())},
            reason=after.get(days[0], ""), by_id=actor.practitioner,
        )  # fmt: skip
        for patient in patients | _patients(actor, since):
            _tell_the_desk(patient, actor=actor, at=since)
        closed_calls.settle(actor=actor, at=since)
        what = "closed" if days[0] in after else "opened"
        return Done(
            subject_kind="clinic", subject=actor.clinic, result={"count": len(days)},
            detail={what: [day.isoformat() for day in days]},
        )  # fmt: skip

    return int(perform(ACT, actor=actor, uid=uid, at=at, work=work)["count"])


def _after_all(
    at: datetime, newest: ClinicSetting | None, placed: datetime | None
) -> datetime:
    """From when the days hold: not before what others closed or booked while this one waited.

    A visit that was booked until then was booked without knowing.
    """
    moments = [at, *([newest.valid_from + TICK] if newest else []), *([placed] if placed else [])]
    return max(moments)


def _patients(actor: Actor, at: datetime) -> set[uuid.UUID]:
    found = queries.touched(clinic=actor.clinic, at=at)
    return {one.visit.patient for one in found}


def _tell_the_desk(patient: uuid.UUID, *, actor: Actor, at: datetime) -> None:
    for one in wanted(clinic=actor.clinic, patient=patient, at=at):
        worklist.open_once(
            actor=actor, at=at, kind=one.kind, owner_role=one.owner_role, due_at=one.due_at,
            patient=patient,
        )  # fmt: skip
    settled(actor=actor, at=at, patient=patient)
