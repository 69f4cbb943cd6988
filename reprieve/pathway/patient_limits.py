"""One patient's own alarm limits, decided by a doctor with a reason and the password.

They lie over those of the clinic and of the plan's regimen, from the moment of the decision on and
at every later visit. Only the medical director loosens one.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import limits as limit_files
from reprieve.monitoring.limits import Limit
from reprieve.monitoring.own_limits import Wanted
from reprieve.pathway import (
    alarm_limits,
    alarm_policy,
    alarms,
    approval,
    planning,
    signatures,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.alarm_limits import Held, Place, Rows
from reprieve.pathway.approval import Approval
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import DIRECTOR
from reprieve.records import notes
from reprieve.records.models import Decision, EpisodeOfCare, Practitioner
from reprieve.records.queries import decisions

ACT = "plan.limits"
KIND = "alarm_limits"  # as `records.batch_rows` asks for it


def base(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> tuple[Limit, ...]:
    """This function will return what holds for a patient without limits of their own."""
    plan = planning.newest(clinic=clinic, patient=patient)
    place = Place(regimen=plan.regimen if plan else "")
    return alarm_limits.in_force(clinic=clinic, place=place, at=at)


def rows(*, clinic: uuid.UUID, patient: uuid.UUID) -> Rows:
    """This function will return the rows that hold: the last decision's, else the plan's."""
    last = _last(clinic, patient)
    if last is not None:
        return list(last.findings)
    plan = planning.newest(clinic=clinic, patient=patient)
    return list(plan.detail.get("limits", ())) if plan else []


def in_force(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> tuple[Limit, ...]:
    """This function will return a patient's limits after all layers."""
    plan = planning.newest(clinic=clinic, patient=patient)
    regimen = Place(regimen=plan.regimen if plan else "")
    found = alarm_limits.own_rows(clinic=clinic, place=regimen, at=at)
    return alarm_policy.approved(**found, patient=rows(clinic=clinic, patient=patient))


def set_limits(
    asked: Approval, *, patient: uuid.UUID, wanted: Mapping[str, Wanted]
) -> None:
    """This function will keep a patient's own thresholds and priorities, by the limits' names.

    Raises BadValue naming the limit that cannot be or that only the medical director may loosen,
    and "reason" without one.
    """
    below = base(clinic=asked.actor.clinic, patient=patient, at=asked.at)

    def make(now: Rows, signer: Practitioner) -> Rows:
        loose = alarm_limits.loosened(now, below=below, wanted=wanted)
        if loose and DIRECTOR not in asked.actor.roles:
            raise BadValue(loose[0].name, N_("is looser: only the medical director may do this"))
        return alarm_limits.merged(
            now, below=below, wanted=wanted, reason=asked.reason, signer=signer
        )

    _decide(asked, patient=patient, make=make)


def to_default(
    asked: Approval, *, patient: uuid.UUID, names: Iterable[str] | None = None
) -> None:
    """This function will take a patient's own limits back, those of some names or all."""
    gone = None if names is None else frozenset(names)

    def make(now: Rows, signer: Practitioner) -> Rows:
        return [] if gone is None else [r for r in now if r.get("name", "") not in gone]

    _decide(asked, patient=patient, make=make)


def version(*, clinic: uuid.UUID, patient: uuid.UUID) -> str:
    """This function will name the last decision, so that a page can tell what it has shown."""
    last = _last(clinic, patient)
    return str(last.pk) if last else ""


def history(*, clinic: uuid.UUID, patient: uuid.UUID) -> tuple[Held, ...]:
    """This function will list the changes of a patient's limits, the newest first."""
    found = reversed(decisions.of_patient(clinic=clinic, patient=patient, kind=KIND))
    return alarm_limits.told((one.at, one.by, one.reason, one.findings) for one in found)


def _last(clinic: uuid.UUID, patient: uuid.UUID) -> Decision | None:
    rows = Decision.of(clinic).filter(patient_id=patient, kind=KIND)
    return rows.order_by("-recorded_at", "-id").first()


def _episode(clinic: uuid.UUID, patient: uuid.UUID) -> EpisodeOfCare:
    """Not locked: the infusions' locks follow, and elsewhere they come first."""
    rows = EpisodeOfCare.of(clinic).filter(patient_id=patient).order_by("-started_at")
    found: EpisodeOfCare | None = rows.first()
    if found is None:
        raise NotFound(N_("This patient has no episode of care."))
    return found


def _decide(
    asked: Approval, *, patient: uuid.UUID, make: Callable[[Rows, Practitioner], Rows]
) -> None:
    actor, said = asked.actor, asked.reason.strip()
    if not said:
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        signer = signatures.prove(actor=actor, password=asked.password)
        episode = _episode(actor.clinic, patient)
        if asked.seen != version(clinic=actor.clinic, patient=patient):
            raise NotNow(approval.CHANGED)
        now = rows(clinic=actor.clinic, patient=patient)
        made = [dict(row) for row in make(now, signer)]
        row = Decision.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=episode, kind=KIND,
            outcome="own" if made else "default", findings=made,
            reason=notes.write(said, clinic=actor.clinic, at=asked.at, by=signer.pk,
                               patient=patient),
            knowledge=limit_files.knowledge().version[:40], recorded_at=asked.at, by_id=signer.pk,
        )  # fmt: skip
        alarms.look_again(actor=actor, at=asked.at, patient=patient)
        return Done(subject_kind="decision", subject=row.pk, detail=_audited(now, made))

    perform(ACT, actor=actor, uid=asked.uid, at=asked.at, work=work)


def _audited(before: Rows, after: Rows) -> dict[str, Any]:
    return {
        when: {name: one.key for name, one in alarm_limits.by_name(found).items()}
        for when, found in (("before", before), ("after", after))
    }
