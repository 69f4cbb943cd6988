"""Whom the clinic has called: the steps of unanswered alarms, who is on call, and by when.

Steps and deadlines are approved by the medical director; a manager may change who is on call.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import policy as policies
from reprieve.pathway import alarm_calls, alarm_policy, approval, risk_call
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.approval import Approval, Changed
from reprieve.pathway.permissions import CLINICIANS, DIRECTOR, DOCTORS, NURSE, PHYSICIAN, Actor
from reprieve.records.models import ClinicSetting, Practitioner
from reprieve.records.queries import people, settings

LATEST_S = 600  # nobody is left alone with an alarm for longer than ten minutes
AT_ONCE = {"after_s": 0, "to": "chair and board"}
# What a step is called on the screens, and what the last one is: it shows the emergency card.
WORDS: dict[str, tuple[str, str]] = {
    NURSE: (N_("all nurses"), ""),
    PHYSICIAN: (N_("physician"), N_("physician, emergency card")),
    DIRECTOR: (
        N_("second physician or medical director"),
        N_("second physician or medical director, emergency card"),
    ),
}
# Each deadline with its default and its longest, in minutes.
DEADLINES: dict[str, tuple[int, int]] = {
    risk_call.OPEN_KEY: (risk_call.OPEN_MIN, 60),
    risk_call.CLOSED_KEY: (risk_call.CLOSED_MIN, 240),
    risk_call.SEEN_KEY: (risk_call.SEEN_MIN, 240),
}
MOST_ON_CALL = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step: after how many seconds without an answer, whom."""

    after_s: int
    role: str


def steps(*, clinic: uuid.UUID, at: datetime) -> tuple[Step, ...]:
    """This function will list the steps in force after the first, which is the chair itself."""
    rows = settings.value(clinic=clinic, key=alarm_policy.ESCALATION, at=at)
    return _read(alarm_policy.escalation(rows)) if rows else default_steps()


def default_steps() -> tuple[Step, ...]:
    """This function will list the steps that the product ships with."""
    return _read(policies.live().ladder)


def set_steps(asked: Approval, *, wanted: Sequence[Step]) -> None:
    """This function will keep the steps of unanswered alarms; none puts the default back.

    Raises BadValue("steps") for steps that are none, and "reason" where a doctor would be called
    later than by default, or not at all, without one.
    """
    _check(wanted)
    if wanted and is_slower(wanted) and not asked.reason.strip():
        raise BadValue("reason", N_("is needed: somebody is called later than by default"))

    def make(now: Any, signer: Practitioner) -> Changed:
        return Changed(value=_rows(wanted), before=now, after=_rows(wanted))

    approval.keep(asked, key=alarm_policy.ESCALATION, make=make)


def is_slower(wanted: Iterable[Step]) -> bool:
    """This function will tell whether any role is called later than by default, or never."""
    first: dict[str, int] = {}
    for step in wanted:
        first.setdefault(step.role, step.after_s)
    return any(first.get(s.role, LATEST_S + 1) > s.after_s for s in default_steps())


def set_deadlines(asked: Approval, *, minutes: Mapping[str, int]) -> None:
    """This function will keep by when suicide-risk alerts must be taken on and answered.

    Raises BadValue naming the setting, and "reason" where one is longer than by default.
    """
    for key, value in minutes.items():
        if not 1 <= value <= DEADLINES[key][1]:
            raise BadValue(key, N_("is no time that is safe here"))
    longer = any(value > DEADLINES[key][0] for key, value in minutes.items())
    if longer and not asked.reason.strip():
        raise BadValue("reason", N_("is needed: a deadline is longer than the default"))
    approval.keep_all(asked, makes={key: approval.to(value) for key, value in minutes.items()})


def set_on_call(
    *, actor: Actor, uid: uuid.UUID, at: datetime, called: Sequence[uuid.UUID]
) -> None:
    """This function will keep who is called first, second and so on; nobody is the default.

    Raises BadValue("people") for somebody who is no active clinician here, or named twice.
    """
    known = {m.id for m in people.staff(clinic=actor.clinic) if m.active and m.roles & CLINICIANS}
    if set(called) - known or len(called) > MOST_ON_CALL:
        raise BadValue("people", N_("choose clinicians of this clinic"))
    doctors = {m.id for m in people.staff(clinic=actor.clinic) if m.roles & DOCTORS}
    if called and not doctors & set(called):
        raise BadValue("people", N_("name at least one doctor"))
    if len(set(called)) != len(called):
        raise BadValue("people", N_("nobody can be called twice"))

    def work() -> Done:
        before = settings.value(clinic=actor.clinic, key=risk_call.ON_CALL, at=at, default=[])
        after = [str(person) for person in called]
        row = ClinicSetting.objects.add(
            clinic_id=actor.clinic, key=risk_call.ON_CALL, value=after, valid_from=at, reason="",
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        return Done(
            subject_kind="setting", subject=row.pk,
            detail={"key": risk_call.ON_CALL, "before": before, "after": after},
        )  # fmt: skip

    perform("clinic.settings", actor=actor, uid=uid, at=at, work=work)


def _read(ladder: Iterable[policies.Rung]) -> tuple[Step, ...]:
    found = ((rung.after_ms // 1000, alarm_calls.role_of(rung.to)) for rung in ladder)
    return tuple(Step(after_s=after_s, role=role) for after_s, role in found if role)


def _rows(wanted: Sequence[Step]) -> list[dict[str, Any]]:
    if not wanted:
        return []
    *first, last = wanted
    plain = [{"after_s": one.after_s, "to": WORDS[one.role][0]} for one in first]
    return [AT_ONCE, *plain, {"after_s": last.after_s, "to": WORDS[last.role][1]}]


def _check(wanted: Sequence[Step]) -> None:
    times = [step.after_s for step in wanted]
    if any(step.role not in WORDS for step in wanted):
        raise BadValue("steps", N_("choose whom each step calls"))
    if any(not 1 <= after_s <= LATEST_S for after_s in times):
        raise BadValue("steps", N_("each step comes 1 to 600 seconds after the alarm"))
    if sorted(set(times)) != times:
        raise BadValue("steps", N_("each step comes later than the one before"))
    if wanted and wanted[-1].role not in DOCTORS:
        raise BadValue("steps", N_("the last step must call a physician or the medical director"))
