"""A drug or a side effect on the wrong chart: it did not happen, and an entry says so beside it.

Nothing is removed. What was worked out of it is worked out anew; a severe side effect goes on to
count until a physician agrees, and what a closed syringe gave by it is missing.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from reprieve.pathway import (
    alarm_fold,
    charting_drug,
    charting_harm,
    correcting,
    harm_review,
    harm_stop,
    infusion,
    infusion_stream,
    ledger_recharted,
    ledger_undrawn,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.permissions import Actor, allowed
from reprieve.records import notes
from reprieve.records.models import (
    AdverseEvent,
    InfusionState,
    MedicationAdministration,
    Note,
)
from reprieve.records.models.infusion import ENTERED_IN_ERROR

DRUG = ("clinic_id", "patient_id", "encounter_id", "order_id", "drug", "route", "at_ms", "reported")


def drug(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, entry: uuid.UUID,
    reason: str,
) -> dict[str, Any]:  # fmt: skip
    """This function will write that a drug was not given, beside the entry that says it was.

    Raises BadValue("reason"), NotFound for an entry of another chart, NotNow for one that is
    corrected or taken back already. After the signature it is an addendum.
    """
    why = correcting.reason_of(reason)

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        old = charting_drug.standing(row, entry)
        before = ledger_recharted.given(clinic=actor.clinic, encounter=encounter)
        saved = _not_given(row, old, _note(row, why, actor, at), actor=actor, at=at)
        ledger_recharted.tell(
            before, kind=ledger_recharted.RETRACTED, actor=actor, uid=uid, at=at,
            encounter=encounter,
        )  # fmt: skip
        ledger_undrawn.settle(actor=actor, at=at, encounter=encounter)
        alarm_fold.expect(clinic=actor.clinic, encounter=encounter, at_ms=ms(at))
        infusion.announce(actor.clinic, encounter, at)
        return Done(
            subject_kind="medication_administration", subject=saved.pk,
            detail={"retraction": True},
        )  # fmt: skip

    return perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)


def harm(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, entry: uuid.UUID,
    reason: str,
) -> dict[str, Any]:  # fmt: skip
    """This function will write that a side effect did not happen, beside the entry of it.

    By who may judge one it is judged with that, unless "no further infusion" rests on it now; else
    a severe one, or one that was judged, waits for a physician. What a physician's judgement lifted
    is not brought back by one who says that it never was. Raises what `drug` raises.
    """
    why = correcting.reason_of(reason)

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        old = charting_harm.standing(row, entry)
        saved = _not_seen(row, old, _note(row, why, actor, at), actor=actor, at=at)
        charting_harm.ask_for_review(saved, actor=actor, at=at)
        if saved.relatedness is not None:
            harm_review.settle(saved, actor=actor, at=at)
        else:
            harm_stop.follow(actor=actor, at=at, patient=row.patient_id, encounter=encounter)
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="adverse_event", subject=saved.pk, detail={"retraction": True})

    return perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)


def _note(row: InfusionState, why: str, actor: Actor, at: datetime) -> Note:
    return notes.write(
        why, clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
    )


def _not_given(
    row: InfusionState, old: MedicationAdministration, note: Note, *, actor: Actor, at: datetime
) -> MedicationAdministration:
    """It keeps drug and time of what it takes back, and no dose: nothing is counted for it."""
    saved: MedicationAdministration = MedicationAdministration.objects.add(
        **{name: getattr(old, name) for name in DRUG}, dose_text=ENTERED_IN_ERROR,
        recorded_ms=ms(at), note=note, corrects=old, recorded_at=at, by_id=actor.practitioner,
        addendum=infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id),
    )  # fmt: skip
    return saved


def _not_seen(
    row: InfusionState, old: AdverseEvent, note: Note, *, actor: Actor, at: datetime
) -> AdverseEvent:
    """It keeps term and grade: until a physician agrees they count where they stop infusions."""
    kept = {name: getattr(old, name) for name in correcting.SIDE_EFFECT}
    may_judge = allowed(actor, harm_review.ACT) and not harm_stop.rests_on(
        clinic=row.clinic_id, patient=row.patient_id, at=at, entry=old.pk
    )
    unjudged = {"criteria": None, "expected": None, "device_fault": None}
    saved: AdverseEvent = AdverseEvent.objects.add(
        **{**kept, **unjudged, **_heaviest(old)}
        | {
            "outcome": ENTERED_IN_ERROR,
            "relatedness": harm_review.UNRELATED if may_judge else None,
        },
        note=note, corrects=old, recorded_at=at, by_id=actor.practitioner,
        addendum=infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id),
    )  # fmt: skip
    return saved


def _heaviest(old: AdverseEvent) -> dict[str, Any]:
    """What a physician has not judged counts as the heaviest that was charted of it."""
    entries = [old]
    while entries[-1].relatedness is None and entries[-1].corrects is not None:
        entries.append(entries[-1].corrects)
    return {
        "grade": max(one.grade for one in entries), "serious": any(one.serious for one in entries)
    }  # fmt: skip
