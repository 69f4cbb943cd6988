"""What a tablet kept without a connection is taken over: once, at its own time, never refused.

Whoever was cut off could not know what others did meanwhile. A rate that was changed on both
sides, and whatever lies after a stop or a signature, therefore stands beside as an addendum; it
counts all the same. What cannot be charted is kept as a note, so that nothing is lost.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from django.db import transaction

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring.course import SETTING, STOPPING
from reprieve.pathway import infusion, infusion_stream
from reprieve.pathway.clock import moment, ms
from reprieve.pathway.errors import NotNow
from reprieve.pathway.infusion import Happened
from reprieve.pathway.permissions import Actor, require
from reprieve.records.models import Act, InfusionEvent, InfusionState, OfflineEntry

# What may be written without a server: neither start nor signature, ledger, override nor alarm.
KINDS = ("set", "rate", "pause", "bolus", "drug", "harm", "note", "urgent", "emergency")
RATES = frozenset({"rate", "pause", "bolus"})
RATE_ACTS = SETTING | STOPPING | {"bolus"}
ENDS = frozenset({"stopped", "ended", "patient_left", "transferred", "discharged"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """One entry as the tablet kept it. Times in ms: the tablet's, and the server's as it knew."""

    kind: str
    tablet: uuid.UUID
    tablet_ms: int
    offset_ms: int
    since_ms: int

    @property
    def at_ms(self) -> int:
        """Return the moment of the entry by the server's clock."""
        return self.tablet_ms + self.offset_ms


Refusal = BadValue | NotNow


class Hand(Protocol):
    """Writes the entry, and says in words what was typed when it cannot be charted."""

    def write(self, at: datetime, *, beside: bool) -> Mapping[str, Any]:
        """Chart the entry at a moment and return the act's result."""

    def as_note(self, why: Refusal) -> str:
        """Say what was typed, and why it is no value."""


def take_over(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, kept: Kept, hand: Hand
) -> str:
    """This function will write what a tablet kept, and return why it stands beside, if it does.

    A repeat, and an act whose answer was lost on its way to the tablet, is written once. Raises
    BadValue for a kind that needs the server, and PermissionDenied.
    """
    require(actor, "infusion.chart")
    if kept.kind not in KINDS:
        raise BadValue("kind", N_("cannot be entered without a connection"))
    with transaction.atomic():
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        known = OfflineEntry.of(actor.clinic).filter(act=uid).first()
        if known is not None:
            return str(known.beside)
        return _taken(row, kept, hand, actor=actor, uid=uid, at=at)


def _taken(
    row: InfusionState, kept: Kept, hand: Hand, *, actor: Actor, uid: uuid.UUID, at: datetime
) -> str:
    # A tablet's clock may have been set back or forth meanwhile: nothing lies in the future.
    at_ms = min(kept.at_ms, ms(at))
    arrived = Act.objects.filter(pk=uid, clinic_id=actor.clinic, by_id=actor.practitioner).first()
    beside = "" if arrived else _beside(row, kept, at_ms)
    refused = False
    if arrived is not None:
        result: Mapping[str, Any] = arrived.result
    else:
        result, refused = _written(row, kept, hand, beside, actor=actor, uid=uid, at=at)
    OfflineEntry.objects.add(
        clinic_id=row.clinic_id, encounter_id=row.encounter_id, act=uid, tablet=kept.tablet,
        kind=kept.kind, subject=_subject(result), tablet_ms=kept.tablet_ms,
        offset_ms=kept.offset_ms, since_ms=kept.since_ms, at_ms=at_ms, received_ms=ms(at),
        beside=beside, refused=refused, recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return beside


def _subject(result: Mapping[str, Any]) -> uuid.UUID:
    """The row that was written, whichever kind of act it was."""
    return uuid.UUID(str(result.get("event") or result.get("set") or result["id"]))


def _beside(row: InfusionState, kept: Kept, at_ms: int) -> str:
    """Why an entry does not simply follow what the server knows; empty when it does."""
    if infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id):
        return "signed"
    entries = OfflineEntry.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    own = entries.filter(tablet=kept.tablet, subject__isnull=False).values("subject")
    meanwhile = (
        InfusionEvent.of(row.clinic_id)
        .filter(encounter_id=row.encounter_id, recorded_ms__gt=kept.since_ms)
        .exclude(pk__in=own)
    )
    if meanwhile.filter(kind__in=ENDS, at_ms__lte=at_ms).exists():
        return "stopped"
    if kept.kind in RATES and meanwhile.filter(kind__in=RATE_ACTS).exists():
        return "overlap"
    return ""


def _written(
    row: InfusionState, kept: Kept, hand: Hand, beside: str, *, actor: Actor, uid: uuid.UUID,
    at: datetime,
) -> tuple[Mapping[str, Any], bool]:  # fmt: skip
    happened_at = moment(min(kept.at_ms, ms(at)))
    try:
        with transaction.atomic():
            return hand.write(happened_at, beside=bool(beside)), False
    except (BadValue, NotNow) as why:
        note = hand.as_note(why)
    said = Happened(
        kind="noted", at=happened_at, note=note, reported=True, detail={"not_charted": kept.kind}
    )
    done = infusion.act(
        actor=actor, uid=uid, at=at, encounter=row.encounter_id, happened=said,
        beside=bool(beside),
    )  # fmt: skip
    return done, True

