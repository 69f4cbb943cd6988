"""A rate, a bolus or the time of an act that was charted wrongly: what stands for it instead.

The course is folded anew with it, so that milligrams, order, guard-rails and ledger follow. What
ran on the pump ran: it is never refused for its order, but marked, alarmed and reviewed.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring.course import SETTING
from reprieve.pathway import correcting, infusion
from reprieve.pathway.clock import moment
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.infusion import Happened
from reprieve.pathway.permissions import Actor
from reprieve.records.models import InfusionEvent

# Leaving and discharge have a step of their own; a note is no number.
KINDS = SETTING | {"bolus", "paused", "stopped", "ended", "pump_fault", "infiltrated"}
NEEDS_DOSE = infusion.NEEDS_DOSE


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What is right of an act; None: it stays as it was charted.

    `rate_ug_per_h` for acts that set a rate, `dose_ug` for boluses and what went beside the vein,
    `over_min` for boluses.
    """

    at: datetime | None = None
    rate_ug_per_h: int | None = None
    dose_ug: int | None = None
    over_min: int | None = None


def fix(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, event: uuid.UUID,
    right: Right, reason: str,
) -> dict[str, Any]:  # fmt: skip
    """This function will strike an act through and write what stands for it.

    Raises BadValue("reason"), BadValue naming a value that this act does not have or "at" where
    it would change places with another act, NotNow for what is corrected already or cannot be
    corrected here. After the signature it is an addendum.
    """
    why = correcting.reason_of(reason)
    acts = InfusionEvent.of(actor.clinic).filter(encounter_id=encounter)
    old = acts.select_related("note").filter(pk=event).first()
    if old is None:
        raise NotFound(N_("There is no such entry on this chart."))
    if old.kind not in KINDS:
        raise NotNow(N_("This entry is not corrected here: write a note beside it."))
    return infusion.act(
        actor=actor, uid=uid, at=at, encounter=encounter, happened=_instead_of(old, right, why, at)
    )


def _instead_of(old: InfusionEvent, right: Right, why: str, at: datetime) -> Happened:
    """An act is never changed, so it may be read before the infusion is locked."""
    happened_at = correcting.moment_of(
        right.at, was=moment(old.at_ms), recorded=old.recorded_at, at=at
    )
    return Happened(
        kind=old.kind, at=happened_at, detail=_detail(old, right), reported=old.reported,
        rate_ug_per_h=_kept("rate_ug_per_h", old, right, old.kind in SETTING),
        dose_ug=_kept("dose_ug", old, right, old.kind in NEEDS_DOSE),
        note=correcting.noted(old.note, why), corrects=old.pk,
    )  # fmt: skip


def _kept(name: str, old: InfusionEvent, right: Right, has_it: bool) -> int | None:
    asked: int | None = getattr(right, name)
    if asked is None:
        kept: int | None = getattr(old, name)
        return kept
    if not has_it:
        raise BadValue(name, N_("is no part of this entry"))
    return asked


def _detail(old: InfusionEvent, right: Right) -> dict[str, Any]:
    """Volumes and the like stay; a rate that was typed anew is no half of another."""
    same_rate = right.rate_ug_per_h in (None, old.rate_ug_per_h)
    kept = {k: v for k, v in old.detail.items() if k != "halved" or same_rate}
    if right.over_min is None:
        return kept
    if old.kind != "bolus":
        raise BadValue("over_min", N_("is no part of this entry"))
    return kept | {"over_min": right.over_min}
