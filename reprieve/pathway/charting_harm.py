"""Side effects and harm: term, grade, action and outcome; rate and milligrams by the system."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from reprieve.clinical import harm_grades
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    charting,
    correcting,
    harm_stop,
    infusion,
    infusion_stream,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import moment, ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records import notes
from reprieve.records.models import AdverseEvent, InfusionState
from reprieve.records.queries import courses

# One press each; any other term may be typed.
TERMS = (
    N_("dizziness"),
    N_("nausea"),
    N_("vomiting"),
    N_("hallucination"),
    N_("dissociation"),
    N_("hypertension"),
    N_("confusion"),
    N_("anxiety"),
    N_("low mood"),
    N_("headache"),
    N_("sedation"),
    N_("hypersalivation"),
    N_("double vision"),
    N_("itching"),
    N_("chest pain"),
    N_("desaturation"),
)
ACTIONS = (
    N_("none"),
    N_("reassured"),
    N_("rate lowered"),
    N_("paused"),
    N_("stopped"),
    N_("drug given"),
    N_("oxygen given"),
    N_("physician called"),
    N_("emergency called"),
)
OUTCOMES = (
    N_("ongoing"),
    N_("resolved"),
    N_("resolved with sequelae"),
    N_("worse"),
    N_("unknown"),
)
GRADES = range(1, 6)
REVIEW = "adverse_event"
REVIEW_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Harm:
    """A side effect as seen. `grade` after CTCAE 1 to 5; `onset` None means now."""

    term: str
    grade: int
    onset: datetime | None = None
    ended: datetime | None = None
    action: str = "none"
    outcome: str = "ongoing"
    serious: bool = False
    note: str = ""


def record(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
    harm: Harm,
    corrects: uuid.UUID | None = None,
    beside: bool = False,
) -> uuid.UUID:
    """This function will write a side effect; `beside` makes it an addendum.

    `corrects` strikes an earlier entry through: `harm.note` is the reason, a time left out stays
    what it was. A grade of 3 or more, or a serious event, opens a review by a physician; so does
    a correction of one, also to a lighter grade.
    """

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        saved = _write(row, harm, actor=actor, at=at, corrects=corrects, beside=beside)
        ask_for_review(saved, actor=actor, at=at)
        harm_stop.follow(actor=actor, at=at, patient=row.patient_id, encounter=encounter)
        infusion.announce(actor.clinic, encounter, at)
        return Done(
            subject_kind="adverse_event", subject=saved.pk,
            detail={"grade": harm.grade, **correcting.told(corrects)},
        )  # fmt: skip

    return uuid.UUID(perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)["id"])


def ask_for_review(saved: AdverseEvent, *, actor: Actor, at: datetime) -> None:
    """This function will have a heavy one judged, inside the act that wrote it.

    A correction asks again, unless that is asked already.
    """
    old = saved.corrects
    entries = [saved] if old is None else [saved, old]
    heavy = any(harm_grades.needs_review(grade=e.grade, serious=e.serious) for e in entries)
    was_judged = old is not None and old.relatedness is not None
    if saved.retracts:
        was_judged = saved.was_judged
    if saved.relatedness is not None or not (heavy or was_judged):
        return
    known = worklist.already_open(clinic=saved.clinic_id, kind=REVIEW, patient=saved.patient_id)
    if old is None or known is None:
        worklist.open_item(
            actor=actor, at=at, kind=REVIEW, owner_role=PHYSICIAN, due_at=at + REVIEW_WITHIN,
            patient=saved.patient_id, encounter=saved.encounter_id,
        )  # fmt: skip


def _write(
    row: InfusionState, harm: Harm, *, actor: Actor, at: datetime, corrects: uuid.UUID | None,
    beside: bool,
) -> AdverseEvent:  # fmt: skip
    old = None if corrects is None else standing(row, corrects)
    seen = _seen(harm, at) if old is None else _instead_of(old, harm, at)
    onset = seen.onset or at
    course = courses.of(clinic=row.clinic_id, encounter=row.encounter_id)
    note = notes.optional(
        seen.note, clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
    )
    saved: AdverseEvent = AdverseEvent.objects.add(
        clinic_id=row.clinic_id, patient_id=row.patient_id, encounter_id=row.encounter_id,
        term=seen.term.strip(), grade=seen.grade, onset_ms=ms(onset),
        ended_ms=None if seen.ended is None else ms(seen.ended),
        rate_ug_per_h_at_onset=course.rate_ug_per_h_at(ms(onset)),
        given_ug_at_onset=course.given_ug(ms(onset)), action=seen.action, outcome=seen.outcome,
        serious=seen.serious, note=note, corrects=old, recorded_at=at, by_id=actor.practitioner,
        addendum=beside
        or infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id),
        **_judgement(old, seen),
    )  # fmt: skip
    return saved


def _seen(harm: Harm, at: datetime) -> Harm:
    onset = charting.measured(harm.onset, at)
    _check(harm)
    if harm.ended is not None and harm.ended < onset:
        raise BadValue("ended", "is before the onset")
    return replace(harm, onset=onset)


def _instead_of(old: AdverseEvent, harm: Harm, at: datetime) -> Harm:
    """What stands for an entry: its times and its note stay, unless they are corrected."""
    _check(harm)
    reason = correcting.reason_of(harm.note)
    onset = correcting.moment_of(
        harm.onset, was=moment(old.onset_ms), recorded=old.recorded_at, at=at
    )
    ended = harm.ended
    if ended is None and old.ended_ms is not None and harm.outcome != "ongoing":
        ended = moment(old.ended_ms)
    if ended is not None and ended < onset:
        raise BadValue("at", N_("is after the side effect was over"))
    note = correcting.noted(old.note, reason)
    return replace(harm, term=harm.term.strip(), onset=onset, ended=ended, note=note)


def _judgement(old: AdverseEvent | None, harm: Harm) -> dict[str, Any]:
    """What a physician judged holds as long as it is the same side effect, just as heavy."""
    judged = ("term", "grade", "serious")
    same = old is not None and all(
        getattr(old, name) == getattr(harm, name) for name in judged
    )
    kept = ("criteria", "relatedness", "expected", "device_fault")
    return {name: getattr(old, name) for name in kept} if same else {}


def _check(harm: Harm) -> None:
    if not 0 < len(harm.term.strip()) <= 80:
        raise BadValue("term", "is needed, in at most 80 characters")
    if harm.grade not in GRADES:
        raise BadValue("grade", f"{harm.grade} is not 1 to 5")
    for name, value, known in (
        ("action", harm.action, ACTIONS),
        ("outcome", harm.outcome, OUTCOMES),
    ):
        if value not in known:
            raise BadValue(name, f"unknown {value!r}; known: {', '.join(known)}")


def standing(row: InfusionState, entry: uuid.UUID) -> AdverseEvent:
    """This function will return the side effect that a correction may stand for.

    It is locked: a judgement of it locks it and not the infusion. Raises NotFound for another
    chart's, NotNow where it is corrected or taken back already.
    """
    rows = AdverseEvent.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    old: AdverseEvent | None = rows.select_for_update(of=("self",)).filter(pk=entry).first()
    if old is None:
        raise NotFound(N_("There is no such entry on this chart."))
    if rows.filter(corrects_id=entry).exists():
        raise NotNow(N_("This entry is already corrected."))
    correcting.refuse_retraction(old)
    return old
