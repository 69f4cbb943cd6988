"""The limits in force for one infusion: shipped, then clinic, regimen and patient, and put aside.

A limit looser than the shipped one holds only with the medical director's name on its row
(`approved_by`, `reason`); without it the limit below stays in force.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.monitoring import layers, vitals
from reprieve.monitoring import limits as limit_files
from reprieve.monitoring import policy as policies
from reprieve.monitoring.limits import Limit
from reprieve.monitoring.policy import Policy, Rung, Suspension
from reprieve.pathway.clock import ms
from reprieve.records.models import AlarmTransition, CarePlan, Encounter
from reprieve.records.queries import baselines, settings

CLINIC_LIMITS = "alarms.limits"
REGIMEN_LIMITS = "alarms.limits.regimens"
ESCALATION = "alarms.escalation"
APPROVAL = frozenset({"approved_by", "reason"})
SUSPENSION = "suspension"
# A baseline is fixed once the drug runs; late corrections are seen after this long.
BASELINE_KEPT_MS = 60_000
MOST_KEPT = 1_000

_baselines: dict[uuid.UUID, tuple[int, dict[str, float]]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What the policies of several infusions rest on at one moment, read at once.

    Read it under the locks of these infusions: what is put aside must not change meanwhile.
    """

    settings: Mapping[str, Any]
    plans: Mapping[uuid.UUID, CarePlan]
    suspensions: Mapping[uuid.UUID, tuple[Suspension, ...]]


def ground(*, clinic: uuid.UUID, encounters: Sequence[uuid.UUID], at: datetime) -> Ground:
    """This function will read what the policies of these infusions rest on."""
    visits = Encounter.of(clinic).filter(pk__in=encounters, plan__isnull=False)
    keys = (CLINIC_LIMITS, REGIMEN_LIMITS, ESCALATION)
    return Ground(
        settings=settings.several(clinic=clinic, keys=keys, at=at),
        plans={visit.pk: visit.plan for visit in visits.select_related("plan")},
        suspensions=_suspended(clinic, encounters, ms(at)),
    )


def policy(
    *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime, on: Ground | None = None
) -> Policy:
    """This function will return the limits and timings in force for one infusion.

    The session's baseline is the mean of the sets taken before the start.
    """
    on = on or ground(clinic=clinic, encounters=[encounter], at=at)
    found = policies.live(
        limits=_in_force(on, encounter),
        baseline=_baseline(clinic, encounter, ms(at)),
        suspensions=on.suspensions.get(encounter, ()),
    )
    ladder = on.settings.get(ESCALATION)
    return found if ladder is None else replace(found, ladder=escalation(ladder))


def in_force(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> tuple[Limit, ...]:
    """This function will return the limits of one infusion after all layers."""
    return _in_force(ground(clinic=clinic, encounters=[encounter], at=at), encounter)


def _in_force(on: Ground, encounter: uuid.UUID) -> tuple[Limit, ...]:
    plan = on.plans.get(encounter)
    regimens = on.settings.get(REGIMEN_LIMITS, {})
    return approved(
        clinic=on.settings.get(CLINIC_LIMITS) or (),
        regimen=regimens.get(plan.regimen, ()) if plan else (),
        patient=plan.detail.get("limits", ()) if plan else (),
    )


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
        shipped=limit_files.shipped(), **{k: _usable(v) for k, v in rows.items()}
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


def _usable(rows: Sequence[Mapping[str, Any]]) -> tuple[Limit, ...]:
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
    return _suspended(clinic, [encounter], at_ms).get(encounter, ())


def _suspended(
    clinic: uuid.UUID, encounters: Sequence[uuid.UUID], at_ms: int
) -> dict[uuid.UUID, tuple[Suspension, ...]]:
    rows = AlarmTransition.objects.filter(
        clinic_id=clinic, encounter_id__in=encounters, kind=SUSPENSION, at_ms__lte=at_ms
    )
    found: dict[uuid.UUID, tuple[Suspension, ...]] = {}
    for row in rows.order_by("id"):
        if row.detail["until_ms"] > at_ms:
            one = Suspension(
                limit_key=row.detail["limit_key"], from_ms=row.at_ms,
                until_ms=row.detail["until_ms"], by=str(row.by_id), reason=row.detail["note"],
            )  # fmt: skip
            found[row.encounter_id] = (*found.get(row.encounter_id, ()), one)
    return found


def _baseline(clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> dict[str, float]:
    kept = _baselines.get(encounter)
    if kept is not None and 0 <= at_ms - kept[0] < BASELINE_KEPT_MS:
        return kept[1]
    found = baselines.of(clinic=clinic, encounter=encounter)
    if found:
        if len(_baselines) >= MOST_KEPT:
            _baselines.clear()
        _baselines[encounter] = (at_ms, found)
    return found


def forget_baseline(encounter: uuid.UUID) -> None:
    """This function will have the baseline worked out anew after a correction."""
    _baselines.pop(encounter, None)
