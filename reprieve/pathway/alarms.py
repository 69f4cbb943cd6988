"""What people do about alarms: see one, stop the sound for a while, put a limit aside."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import events as ev
from reprieve.monitoring import policy as policies
from reprieve.pathway import alarm_fold, alarm_policy, infusion
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import AlarmTransition, ClinicSetting, InfusionState


def acknowledge(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, alarm: str
) -> None:
    """This function will note that a person has seen one alarm."""
    acknowledge_all(actor=actor, uid=uid, at=at, encounter=encounter, alarms=[alarm])


def acknowledge_all(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, alarms: Sequence[str]
) -> None:
    """This function will note that a person has seen some alarms: those of one line of the bar."""
    by = str(actor.practitioner)
    seen = [ev.Acknowledged(at_ms=ms(at), by=by, alarm_id=alarm) for alarm in alarms]
    _by_person(seen, "acknowledged", actor=actor, uid=uid, at=at, encounter=encounter)


def silence(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, seconds: int
) -> None:
    """This function will stop the sound for at most 120 s. Raises BadValue outside 1 to 120."""
    quiet = ev.Silenced(at_ms=ms(at), by=str(actor.practitioner), seconds=seconds)
    _by_person([quiet], "silenced", actor=actor, uid=uid, at=at, encounter=encounter)


def suspend(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
    limit_key: str,
    seconds: int,
    reason: str,
) -> None:
    """This function will put one limit aside for at most half an hour, with a reason.

    Raises BadValue for an unknown limit, no reason, or no end.
    """

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        known = alarm_policy.in_force(clinic=actor.clinic, encounter=encounter, at=at)
        asked = policies.suspend(
            limit_key=limit_key, by=str(actor.practitioner), reason=reason, at_ms=ms(at),
            seconds=seconds, known=known,
        )  # fmt: skip
        _keep(row, asked, actor=actor, at=at)
        changed = ev.LimitsChanged(at_ms=ms(at), by=str(actor.practitioner))
        alarm_fold.fold(
            clinic=actor.clinic, encounter=encounter, events=[changed], recorded_ms=ms(at),
            by=actor.practitioner,
        )  # fmt: skip
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="encounter", subject=encounter, detail={"limit": limit_key})

    perform("infusion.alarm", actor=actor, uid=uid, at=at, work=work)


def set_duty(
    *, actor: Actor, uid: uuid.UUID, at: datetime, duty: str, reason: str
) -> None:
    """This function will have alarms sound and call from now on, or only write them down.

    The medical director alone may, with a reason. Raises BadValue naming the field.
    """
    if duty not in alarm_policy.DUTIES:
        raise BadValue("duty", f"unknown {duty!r}; known: {', '.join(alarm_policy.DUTIES)}")
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        row = ClinicSetting.objects.add(
            clinic_id=actor.clinic, key=alarm_policy.DUTY, value=duty, valid_from=at,
            reason=reason.strip(), recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        look_again(actor=actor, at=at)
        return Done(subject_kind="setting", subject=row.pk, detail={"duty": duty})

    perform("alarm.duty", actor=actor, uid=uid, at=at, work=work)


def look_again(*, actor: Actor, at: datetime, patient: uuid.UUID | None = None) -> None:
    """This function will judge every open infusion (or a patient's) by what holds from now on.

    It is part of the act that changed limits or calls: a silent monitor sends nothing that would
    ask anew.
    """
    changed = ev.LimitsChanged(at_ms=ms(at), by=str(actor.practitioner))
    watched = InfusionState.of(actor.clinic).filter(state__in=alarm_fold.WATCHED)
    if patient is not None:
        watched = watched.filter(patient_id=patient)
    for encounter in watched.order_by("encounter_id").values_list("encounter_id", flat=True):
        alarm_fold.fold(
            clinic=actor.clinic, encounter=encounter, events=[changed], recorded_ms=ms(at)
        )
        infusion.announce(actor.clinic, encounter, at)  # every open page says so at once


def _keep(row: InfusionState, asked: policies.Suspension, *, actor: Actor, at: datetime) -> None:
    note = notes.write(
        asked.reason, clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
    )
    limit = next(
        x for x in alarm_policy.in_force(clinic=row.clinic_id, encounter=row.encounter_id, at=at)
        if x.key == asked.limit_key
    )  # fmt: skip
    AlarmTransition.objects.create(
        clinic_id=row.clinic_id, encounter_id=row.encounter_id, alarm=asked.limit_key[:80],
        before="in_force", after="suspended", priority=limit.priority,
        kind=alarm_policy.SUSPENSION, at_ms=asked.from_ms, recorded_ms=ms(at),
        by_id=actor.practitioner,
        detail={"limit_key": asked.limit_key, "until_ms": asked.until_ms, "note": str(note.pk)},
    )  # fmt: skip


def _by_person(
    events: Sequence[ev.Event],
    what: str,
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
) -> None:
    def work() -> Done:
        infusion.locked(clinic=actor.clinic, encounter=encounter)
        alarm_fold.fold(
            clinic=actor.clinic, encounter=encounter, events=events, recorded_ms=ms(at),
            by=actor.practitioner,
        )  # fmt: skip
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="encounter", subject=encounter, detail={"alarm": what})

    perform("infusion.alarm", actor=actor, uid=uid, at=at, work=work)
