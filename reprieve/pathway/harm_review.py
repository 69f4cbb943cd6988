"""A physician judges a side effect: serious by what, caused by the drug, expected or not."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.clinical import harm_grades
from reprieve.knowledge import N_
from reprieve.pathway import charting_harm, harm_stop, infusion_stream, worklist
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import AdverseEvent
from reprieve.records.queries import harm_stops

ACT = "harm.judge"


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

    def work() -> Done:
        old = AdverseEvent.of(actor.clinic).select_for_update().filter(pk=event).first()
        if old is None:
            raise NotFound(N_("There is no such side effect."))
        if AdverseEvent.of(actor.clinic).filter(corrects=old).exists():
            raise NotNow(N_("This entry is already corrected."))
        saved = _judged(old, judgement, actor=actor, at=at)
        if not harm_stops.of(clinic=actor.clinic, patient=old.patient_id).waits_for_judgement:
            worklist.finish_within(
                actor=actor, at=at, kind=charting_harm.REVIEW, patient=old.patient_id
            )
        harm_stop.follow(
            actor=actor, at=at, patient=old.patient_id, encounter=old.encounter_id
        )
        return Done(subject_kind="adverse_event", subject=saved.pk)

    return uuid.UUID(perform(ACT, actor=actor, uid=uid, at=at, work=work)["id"])


def _judged(
    old: AdverseEvent, judgement: Judgement, *, actor: Actor, at: datetime
) -> AdverseEvent:
    text = "\n".join(t for t in (notes.read(old.note), judgement.note.strip()) if t)
    note = notes.optional(
        text, clinic=old.clinic_id, at=at, by=actor.practitioner, patient=old.patient_id
    )
    is_signed = old.encounter_id is not None and infusion_stream.is_signed(
        clinic=old.clinic_id, encounter=old.encounter_id
    )
    saved: AdverseEvent = AdverseEvent.objects.add(
        clinic_id=old.clinic_id, patient_id=old.patient_id, encounter_id=old.encounter_id,
        term=old.term, grade=old.grade, onset_ms=old.onset_ms, ended_ms=old.ended_ms,
        rate_ug_per_h_at_onset=old.rate_ug_per_h_at_onset,
        given_ug_at_onset=old.given_ug_at_onset, action=old.action, outcome=judgement.outcome,
        serious=bool(judgement.criteria), criteria=list(judgement.criteria),
        relatedness=judgement.relatedness, expected=judgement.expected,
        device_fault=judgement.device_fault, note=note, corrects=old, recorded_at=at,
        by_id=actor.practitioner, addendum=is_signed,
    )  # fmt: skip
    return saved
