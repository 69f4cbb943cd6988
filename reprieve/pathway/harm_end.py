"""A side effect is over: when, and how it ended, written by the nurse who saw it."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import charting, correcting, infusion, infusion_stream
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import AdverseEvent, InfusionState

ENDINGS = (N_("resolved"), N_("resolved with sequelae"), N_("unknown"))


def end(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, harm: uuid.UUID,
    ended: datetime | None = None, outcome: str = "resolved", note: str = "",
) -> uuid.UUID:  # fmt: skip
    """This function will write that a side effect is over; `ended` None means now.

    The row stands for the one before, with its judgement; after the signature it is an addendum.
    Raises BadValue for an end before the onset, NotNow for one that is over or corrected already.
    """
    if outcome not in ENDINGS:
        raise BadValue("outcome", f"unknown {outcome!r}; known: {', '.join(ENDINGS)}")

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        old = _going_on(row, harm)
        over = charting.measured(ended, at)
        if ms(over) < old.onset_ms:
            raise BadValue("at", N_("is before the side effect began"))
        saved = _ended(row, old, ms(over), outcome, note, actor=actor, at=at)
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="adverse_event", subject=saved.pk, detail={"ended": True})

    return uuid.UUID(perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)["id"])


def _going_on(row: InfusionState, harm: uuid.UUID) -> AdverseEvent:
    rows = AdverseEvent.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    locked = rows.select_for_update(of=("self",))  # a judgement locks it, not the infusion
    old = locked.select_related("note").filter(pk=harm).first()
    if old is None:
        raise NotFound(N_("There is no such entry on this chart."))
    if rows.filter(corrects=old).exists():
        raise NotNow(N_("This entry is already corrected."))
    correcting.refuse_retraction(old)
    if old.ended_ms is not None:
        raise NotNow(N_("This side effect is over already."))
    return old


def _ended(
    row: InfusionState, old: AdverseEvent, ended_ms: int, outcome: str, note: str, *,
    actor: Actor, at: datetime,
) -> AdverseEvent:  # fmt: skip
    """Everything that was written and judged stays; only the end and the outcome are new."""
    text = "\n".join(t for t in (notes.read(old.note), note.strip()) if t)
    kept = {name: getattr(old, name) for name in correcting.SIDE_EFFECT}
    saved: AdverseEvent = AdverseEvent.objects.add(
        **{**kept, "ended_ms": ended_ms, "outcome": outcome}, corrects=old, recorded_at=at,
        by_id=actor.practitioner,
        note=notes.optional(
            text, clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
        ),
        addendum=infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id),
    )  # fmt: skip
    return saved
