"""A physician judges a side effect: serious by what, caused by the drug, expected or not.

Of one that is said not to have happened they judge whether it did.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from reprieve.clinical import harm_grades
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import charting_harm, correcting, harm_stop, infusion_stream, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import AdverseEvent
from reprieve.records.queries import harm_stops

ACT = "harm.judge"
# How far the drug is the cause of what did not happen.
UNRELATED = "unrelated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """What the physician says. `criteria` empty: not serious. `device_fault`: the pump failed."""

    relatedness: str
    criteria: tuple[str, ...]
    expected: bool
    device_fault: bool
    outcome: str
    note: str = ""


def judge(
    *, actor: Actor, uid: uuid.UUID, at: datetime, event: uuid.UUID, judgement: Judgement
) -> uuid.UUID:
    """This function will write a judgement as a new entry of the event, and end its review.

    The entry before stays and is marked as replaced. Raises BadValue for an unknown word, NotNow
    when somebody has judged or corrected it since.
    """
    harm_grades.check(related=judgement.relatedness, serious_by=judgement.criteria)
    if judgement.outcome not in charting_harm.OUTCOMES:
        known = ", ".join(charting_harm.OUTCOMES)
        raise BadValue("outcome", f"unknown {judgement.outcome[:40]!r}; known: {known}")

    def work() -> Done:
        old = _locked(actor.clinic, event)
        correcting.refuse_retraction(old)
        saved = _stands_for(
            old, like=old, note=judgement.note, actor=actor, at=at, outcome=judgement.outcome,
            serious=bool(judgement.criteria), criteria=list(judgement.criteria),
            relatedness=judgement.relatedness, expected=judgement.expected,
            device_fault=judgement.device_fault,
        )  # fmt: skip
        settle(saved, actor=actor, at=at)
        return Done(subject_kind="adverse_event", subject=saved.pk)

    return uuid.UUID(perform(ACT, actor=actor, uid=uid, at=at, work=work)["id"])


def decide_whether(
    *, actor: Actor, uid: uuid.UUID, at: datetime, event: uuid.UUID, happened: bool, note: str
) -> uuid.UUID:
    """This function will write whether what is said not to have happened did happen.

    If it did, it stands again as it was charted, with its note and the judgement of then. Raises
    BadValue("note") without a reason, NotNow where nobody took it back or that is judged already.
    """
    if not note.strip():
        raise BadValue("note", N_("is needed"))

    def work() -> Done:
        old = _locked(actor.clinic, event)
        if not old.retracts or old.relatedness is not None:
            raise NotNow(N_("There is nothing to decide about this side effect."))
        like = old.corrects if happened else old
        changes = {} if happened else {"relatedness": UNRELATED}
        saved = _stands_for(old, like=like, note=note, actor=actor, at=at, **changes)
        charting_harm.ask_for_review(saved, actor=actor, at=at)
        settle(saved, actor=actor, at=at)
        return Done(
            subject_kind="adverse_event", subject=saved.pk, detail={"retraction": not happened}
        )

    return uuid.UUID(perform(ACT, actor=actor, uid=uid, at=at, work=work)["id"])


def settle(saved: AdverseEvent, *, actor: Actor, at: datetime) -> None:
    """This function will end the review and the stop of a patient where nothing is left of them."""
    who = saved.patient_id
    if not harm_stops.of(clinic=actor.clinic, patient=who).waits:
        worklist.finish_within(actor=actor, at=at, kind=charting_harm.REVIEW, patient=who)
    harm_stop.follow(actor=actor, at=at, patient=who, encounter=saved.encounter_id)


def _locked(clinic: uuid.UUID, event: uuid.UUID) -> AdverseEvent:
    old: AdverseEvent | None = (
        AdverseEvent.of(clinic).select_for_update().filter(pk=event).first()
    )
    if old is None:
        raise NotFound(N_("There is no such side effect."))
    if AdverseEvent.of(clinic).filter(corrects=old).exists():
        raise NotNow(N_("This entry is already corrected."))
    return old


def _stands_for(
    old: AdverseEvent, *, like: AdverseEvent, note: str, actor: Actor, at: datetime, **changes: Any
) -> AdverseEvent:
    """An entry in the place of `old`, as `like` says but for what was judged.

    Where that is what somebody took back, the reason of then stands with the entry that said so:
    here it would describe an event that it denies.
    """
    text = "\n".join(t for t in (notes.read(like.note), note.strip()) if t)
    is_signed = old.encounter_id is not None and infusion_stream.is_signed(
        clinic=old.clinic_id, encounter=old.encounter_id
    )
    kept = {name: getattr(like, name) for name in correcting.SIDE_EFFECT}
    saved: AdverseEvent = AdverseEvent.objects.add(
        **{**kept, **changes}, corrects=old, recorded_at=at, by_id=actor.practitioner,
        addendum=is_signed,
        note=notes.optional(
            text, clinic=old.clinic_id, at=at, by=actor.practitioner, patient=old.patient_id
        ),
    )  # fmt: skip
    return saved
