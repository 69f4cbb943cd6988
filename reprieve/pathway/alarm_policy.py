"""The limits in force for one infusion: shipped, then clinic, regimen and patient, and put aside.

A limit looser than the shipped one holds only with the medical director's name on its row
(`approved_by`, `reason`); without it the limit below stays in force.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.monitoring import layers, mean_pressure, vitals
from reprieve.monitoring import limits as limit_files
from reprieve.monitoring import policy as policies
from reprieve.monitoring.limits import Limit
from reprieve.monitoring.policy import Policy, Rung, Suspension
from reprieve.pathway.clock import ms
from reprieve.pathway.feed_standing import Standing, filled
from reprieve.records import batch_rows
from reprieve.records.models import Encounter, InfusionState
from reprieve.records.queries import baselines, settings

CLINIC_LIMITS = "alarms.limits"
REGIMEN_LIMITS = "alarms.limits.regimens"
ESCALATION = "alarms.escalation"
# Whether alarms sound and call people, beside the bedside monitor, or are only written down.
DUTY = "alarms.duty"
SECONDARY, RECORD_ONLY = "secondary", "record_only"
DUTIES = (SECONDARY, RECORD_ONLY)
KEYS = (CLINIC_LIMITS, REGIMEN_LIMITS, ESCALATION, DUTY)
APPROVAL = frozenset({"approved_by", "reason"})
SUSPENSION = "suspension"
# A baseline is fixed once the drug runs; late corrections are seen after this long.
BASELINE_KEPT_MS = 60_000
MOST_KEPT = 1_000

_baselines: dict[uuid.UUID, tuple[int, dict[str, float]]] = {}
_plans: dict[uuid.UUID, Planned] = {}
_policies: dict[uuid.UUID, tuple[tuple[Any, ...], Policy]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """Whose visit it is, and what its plan says about alarms. Neither ever changes."""

    patient: uuid.UUID | None = None
    regimen: str = ""
    limits: Sequence[Mapping[str, Any]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the policies of several infusions rest on at one moment, read at once.

    Read it under the locks of these infusions: what is put aside must not change meanwhile.
    """

    settings: Mapping[str, Any]
    plans: Mapping[uuid.UUID, Planned]
    suspensions: Mapping[uuid.UUID, tuple[Suspension, ...]]
    own: Mapping[uuid.UUID, Sequence[Mapping[str, Any]] | None] = field(default_factory=dict)

    def rows(self, encounter: uuid.UUID) -> dict[str, Sequence[Mapping[str, Any]]]:
        """Return the rows of limits of each layer."""
        plan = self.plans.get(encounter, _NO_PLAN)
        own = self.own.get(plan.patient) if plan.patient else None
        return {
            "clinic": self.settings.get(CLINIC_LIMITS) or (),
            "regimen": self.settings.get(REGIMEN_LIMITS, {}).get(plan.regimen, ()),
            "patient": plan.limits if own is None else own,
        }


_NO_PLAN = Planned()


def ground(
    *,
    clinic: uuid.UUID,
    encounters: Sequence[uuid.UUID],
    at: datetime,
    known: Standing | None = None,
) -> Ground:
    """This function will read what the policies of these infusions rest on, unless it is known."""
    standing = known or Standing()
    settings = filled(
        standing.settings,
        [(clinic, KEYS)],
        lambda _: {(clinic, KEYS): batch_rows.settings(clinic=clinic, keys=KEYS, at=at)},
        none={},
    )
    plans = _planned(clinic, encounters)
    patients = sorted({plan.patient for plan in plans.values() if plan.patient})
    return Ground(
        settings=settings[clinic, KEYS],
        plans=plans,
        own=filled(standing.own_limits, patients, partial(_own_limits, clinic), none=None),
        suspensions=_suspended(clinic, encounters, ms(at), standing),
    )


def _planned(clinic: uuid.UUID, encounters: Sequence[uuid.UUID]) -> dict[uuid.UUID, Planned]:
    unread = [e for e in encounters if e not in _plans]
    if unread:
        _make_room(_plans, len(unread))
        visits = Encounter.of(clinic).filter(pk__in=unread).select_related("plan")
        found = {visit.pk: _plan_of(visit) for visit in visits}
        _plans.update({encounter: found.get(encounter, _NO_PLAN) for encounter in unread})
    return {encounter: _plans[encounter] for encounter in encounters}


def _plan_of(visit: Encounter) -> Planned:
    plan = visit.plan
    if plan is None:
        return Planned(patient=visit.patient_id)
    return Planned(
        patient=visit.patient_id, regimen=plan.regimen, limits=plan.detail.get("limits", ())
    )


def _own_limits(
    clinic: uuid.UUID, patients: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[Mapping[str, Any]] | None]:
    return batch_rows.own_limits(clinic=clinic, patients=patients)


def policy(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> Policy:
    """This function will return the limits and timings in force for one infusion."""
    row = InfusionState.of(clinic).filter(encounter_id=encounter)
    return policy_of(
        encounter,
        started_ms=row.values_list("started_ms", flat=True).first(),
        clinic=clinic,
        at=at,
        on=ground(clinic=clinic, encounters=[encounter], at=at),
    )


def policy_of(
    encounter: uuid.UUID, *, started_ms: int | None, clinic: uuid.UUID, at: datetime, on: Ground
) -> Policy:
    """This function will return the policy of one infusion on ground already read.

    The session's baseline is the mean of the sets taken before the start. As long as nothing it
    rests on changes, it is the same policy.
    """
    rests_on = (
        on.rows(encounter),
        {} if started_ms is None else _baseline(clinic, encounter, ms(at)),
        on.suspensions.get(encounter, ()),
        on.settings.get(ESCALATION),
        on.settings.get(DUTY, SECONDARY),
    )
    kept = _policies.get(encounter)
    if kept is not None and kept[0] == rests_on:
        return kept[1]
    _make_room(_policies, 1)
    _policies[encounter] = (rests_on, _built(*rests_on))
    return _policies[encounter][1]


def _built(
    rows: Mapping[str, Sequence[Mapping[str, Any]]],
    baseline: Mapping[str, float],
    aside: tuple[Suspension, ...],
    ladder: Sequence[Mapping[str, Any]] | None,
    duty: str,
) -> Policy:
    found = policies.live(limits=approved(**rows), baseline=baseline, suspensions=aside)
    if duty == RECORD_ONLY:
        return replace(found, ladder=())  # nobody is called
    return replace(found, ladder=escalation(ladder)) if ladder else found


def _make_room(kept: dict[uuid.UUID, Any], places: int) -> None:
    if len(kept) + places > MOST_KEPT:
        kept.clear()


def is_record_only(*, clinic: uuid.UUID, at: datetime) -> bool:
    """This function will tell whether alarms are only written down in this clinic."""
    found = settings.value(clinic=clinic, key=DUTY, at=at, default=SECONDARY)
    return bool(found == RECORD_ONLY)


def ladder(*, clinic: uuid.UUID, at: datetime) -> tuple[Rung, ...]:
    """This function will return whom an unanswered alarm calls in this clinic, step by step."""
    on = ground(clinic=clinic, encounters=(), at=at)
    rows, duty = on.settings.get(ESCALATION), on.settings.get(DUTY, SECONDARY)
    return _built({}, {}, (), rows, duty).ladder


def in_force(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> tuple[Limit, ...]:
    """This function will return the limits of one infusion after all layers."""
    on = ground(clinic=clinic, encounters=[encounter], at=at)
    return approved(**on.rows(encounter))


def approved(
    *,
    clinic: Sequence[Mapping[str, Any]] = (),
    regimen: Sequence[Mapping[str, Any]] = (),
    patient: Sequence[Mapping[str, Any]] = (),
) -> tuple[Limit, ...]:
    """This function will lay rows of limits over the shipped ones, loose ones only if approved."""
    rows = {"clinic": clinic, "regimen": regimen, "patient": patient}
    if not any(rows.values()):
        return limit_files.shipped()
    return layers.layered(
        shipped=limit_files.shipped(), **{k: usable(v) for k, v in rows.items()}
    ).limits


def read(rows: Sequence[Mapping[str, Any]]) -> tuple[Limit, ...]:
    """This function will check rows of limits. Raises BadValue naming the row and the key."""
    known = (*vitals.signals(), *vitals.scores())
    return limit_files.from_rows([dict(r) for r in rows], signals=known, keys=APPROVAL)


def unapproved(rows: Sequence[Mapping[str, Any]]) -> tuple[layers.Change, ...]:
    """This function will return the rows' changes that may not hold as they are written."""
    if not rows:
        return ()
    found = layers.layered(shipped=limit_files.shipped(), clinic=read(rows))
    names = {str(r.get("name", "")) for r in rows if _has_approval(r)}
    return (*found.refused, *(c for c in found.needs_director if c.name not in names))


def usable(rows: Sequence[Mapping[str, Any]]) -> tuple[Limit, ...]:
    """This function will read those of a layer's rows that may hold as they are written."""
    unfit = {c.name for c in unapproved(rows)}
    kept = [r for r in rows if r.get("name", "") not in unfit]
    return read(kept) if kept else ()


def _has_approval(row: Mapping[str, Any]) -> bool:
    return all(str(row.get(key, "")).strip() for key in APPROVAL)


def escalation(rows: Sequence[Mapping[str, Any]]) -> tuple[Rung, ...]:
    """This function will read a clinic's own ladder. Raises BadValue for a step that is none."""
    rungs = [_rung(row) for row in rows]
    if not rungs or rungs[0].after_ms != 0:
        raise BadValue(ESCALATION, "the first step must be at 0 s")
    return tuple(sorted(rungs, key=lambda r: r.after_ms))


def _rung(row: Mapping[str, Any]) -> Rung:
    after_s, to = row.get("after_s"), row.get("to")
    if not isinstance(after_s, int) or after_s < 0 or not isinstance(to, str) or not to.strip():
        raise BadValue(ESCALATION, "each step needs after_s (whole seconds) and to (words)")
    return Rung(after_ms=after_s * 1000, to=to.strip())


def suspensions(*, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> tuple[Suspension, ...]:
    """This function will return what is put aside now; each row carries its own end."""
    return _suspended(clinic, [encounter], at_ms, Standing()).get(encounter, ())


def _suspended(
    clinic: uuid.UUID, encounters: Sequence[uuid.UUID], at_ms: int, known: Standing
) -> dict[uuid.UUID, tuple[Suspension, ...]]:
    found: dict[uuid.UUID, tuple[Suspension, ...]] = {}
    rows = filled(known.aside, encounters, partial(_put_aside, clinic), none=[])
    for encounter, from_ms, by, detail in (row for each in rows.values() for row in each):
        if from_ms <= at_ms < detail["until_ms"]:
            one = Suspension(
                limit_key=detail["limit_key"], from_ms=from_ms, until_ms=detail["until_ms"],
                by=str(by), reason=detail["note"],
            )  # fmt: skip
            found[encounter] = (*found.get(encounter, ()), one)
    return found


def _put_aside(
    clinic: uuid.UUID, encounters: Sequence[uuid.UUID]
) -> dict[uuid.UUID, list[batch_rows.AsideRow]]:
    found: dict[uuid.UUID, list[batch_rows.AsideRow]] = {}
    for row in batch_rows.put_aside(clinic=clinic, encounters=encounters):
        found.setdefault(row[0], []).append(row)
    return found


def _baseline(clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> dict[str, float]:
    kept = _baselines.get(encounter)
    if kept is not None and 0 <= at_ms - kept[0] < BASELINE_KEPT_MS:
        return kept[1]
    found = mean_pressure.with_baseline(baselines.of(clinic=clinic, encounter=encounter))
    _make_room(_baselines, 1)
    _baselines[encounter] = (at_ms, found)
    return found


def forget_baseline(encounter: uuid.UUID) -> None:
    """This function will have the baseline worked out anew after a correction."""
    _baselines.pop(encounter, None)
