"""Drugs given besides the infusion: held inside their as-needed orders, or written as deviations.

What a nurse asks to give may be refused. What was already given is always written, counts for
the next dose, and without an order raises a high alarm and a review.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.clinical import rescue
from reprieve.clinical.findings import Finding, Outcome
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    alarm_fold,
    charting,
    correcting,
    drug_facts,
    infusion,
    infusion_stream,
    ledger_recharted,
    ledger_undrawn,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import moment, ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import PHYSICIAN, Actor
from reprieve.records import notes
from reprieve.records.models import InfusionState, MedicationAdministration, MedicationRequest

THOUSAND = Decimal(1000)
REVIEW_WITHIN = timedelta(hours=1)
# What a dose is judged by of those before it: a dose put between them later changes that.
OF_THE_DOSES_BEFORE = frozenset({"rescue-session", "rescue-interval"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """A drug given or asked for, in the unit of the catalogue. `reported`: already given."""

    drug: str
    dose: Decimal
    route: str
    given_at: datetime | None = None
    reported: bool = False
    note: str = ""


def give(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
    dose: Dose,
    corrects: uuid.UUID | None = None,
    beside: bool = False,
) -> dict[str, Any]:
    """This function will write a drug as given, and have everything measured again soon.

    Raises NotNow with the reason when it is asked for outside its order; BadValue for an unknown
    drug, route or amount. `beside` makes an addendum.

    `corrects` strikes an earlier entry through: `dose.note` is the reason, a time left out stays
    what it was. It was given, so it is never refused for its order, but marked and reviewed.

    What a closed syringe no longer accounts for by it, told late or corrected, opens a discrepancy.
    """

    def work() -> Done:
        visit = {"clinic": actor.clinic, "encounter": encounter}
        row = infusion.locked(**visit)
        before = ledger_recharted.given(**visit)
        saved = _write(row, dose, actor=actor, at=at, corrects=corrects, beside=beside)
        ledger_recharted.tell(
            before, kind=ledger_recharted.CORRECTED, actor=actor, uid=uid, at=at,
            encounter=encounter,
        )  # fmt: skip
        return Done(
            subject_kind="medication_administration", subject=saved.pk,
            result={"deviation": saved.deviation},
            detail={"reported": dose.reported, **correcting.told(corrects)},
        )  # fmt: skip

    return perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)


def judged(
    row: InfusionState, dose: Dose, *, at: datetime, without: uuid.UUID | None = None
) -> tuple[Finding, ...]:
    """This function will judge a dose against its order, the doses before it and the patient.

    `without` names an entry that this one stands for instead; then the order and the heart rate of
    its time count.
    """
    order = _order(row, dose, at=at, is_correction=without is not None)
    return rescue.check_dose(
        asked=_asked(dose, at), order=_as_order(order), past=_past(row, without),
        facts=drug_facts.known(row, at=at, given_at=None if without is None else dose.given_at),
    )  # fmt: skip


def _asked(dose: Dose, at: datetime) -> rescue.RescueDose:
    return rescue.RescueDose(
        drug=dose.drug, route=dose.route, dose=dose.dose, at_ms=ms(dose.given_at or at)
    )


def _breaks_later(
    row: InfusionState, dose: Dose, *, at: datetime, without: uuid.UUID | None
) -> bool:
    """Whether a dose put in its place makes one after it too soon, or too much in all."""
    asked, order = _asked(dose, at), _as_order(_order(row, dose, at=at, is_correction=True))
    as_charted, others = _past(row, None), _past(row, without)

    def broken(one: rescue.RescueDose, past: list[rescue.RescueDose]) -> set[str]:
        beside = [d for d in past if d != one]
        found = rescue.check_dose(asked=one, order=order, past=beside)
        return {f.rule for f in found if f.rule in OF_THE_DOSES_BEFORE}

    later = [d for d in others if d.drug == asked.drug and d.at_ms > asked.at_ms]
    return any(broken(d, [*others, asked]) - broken(d, as_charted) for d in later)


def order_for(
    *, clinic: uuid.UUID, encounter: uuid.UUID, drug: str, at: datetime
) -> MedicationRequest | None:
    """This function will return the as-needed order in force for a drug, the newest signed."""
    rows = MedicationRequest.of(clinic).filter(
        encounter_id=encounter, drug=drug, as_needed=True, recorded_at__lte=at
    )
    return rows.order_by("-recorded_at", "-id").first()


def _order(
    row: InfusionState, dose: Dose, *, at: datetime, is_correction: bool
) -> MedicationRequest | None:
    """The newest order; of a dose that is corrected later, the one in force when it was given."""

    def newest(when: datetime) -> MedicationRequest | None:
        return order_for(
            clinic=row.clinic_id, encounter=row.encounter_id, drug=dose.drug, at=when
        )

    then = newest(dose.given_at or at) if is_correction else None
    return then or newest(at)


def _write(
    row: InfusionState, dose: Dose, *, actor: Actor, at: datetime, corrects: uuid.UUID | None,
    beside: bool,
) -> MedicationAdministration:  # fmt: skip
    known = rescue.drug(dose.drug)
    old = None if corrects is None else standing(row, corrects)
    if old is None:
        stored = replace(dose, given_at=charting.measured(dose.given_at, at))
    else:
        stored = _instead_of(old, dose, at)
    _check(stored, known)
    blocking = [f for f in judged(row, stored, at=at, without=corrects) if f.blocks]
    is_done = old is not None or dose.reported
    if blocking and not is_done:
        raise NotNow(blocking[0].says)
    deviates = _is_outside(blocking, stored, old) or (
        is_done and _breaks_later(row, stored, at=at, without=corrects)
    )  # fmt: skip
    saved = _saved(
        row, stored, corrects=old, deviates=deviates, actor=actor, at=at, beside=beside
    )
    if deviates:
        _deviates(row, known, actor=actor, at=at)
    ledger_undrawn.settle(actor=actor, at=at, encounter=row.encounter_id)
    alarm_fold.expect(clinic=row.clinic_id, encounter=row.encounter_id, at_ms=ms(at))
    infusion.announce(row.clinic_id, row.encounter_id, at)
    return saved


def _is_outside(
    blocking: list[Finding], dose: Dose, old: MedicationAdministration | None
) -> bool:
    """Whether a dose lies outside its order. Where no heart rate of its time is stored, what was
    judged of the same drug then stays."""
    if old is None or (dose.drug, dose.route) != (old.drug, old.route):
        return bool(blocking)
    return any(old.deviation or not _asks_rate(finding) for finding in blocking)


def _asks_rate(finding: Finding) -> bool:
    return finding.outcome is Outcome.UNKNOWN and finding.needs == (drug_facts.HEART_RATE,)


def _instead_of(old: MedicationAdministration, dose: Dose, at: datetime) -> Dose:
    """What stands for an entry: the time and the note of before, unless they are corrected."""
    reason = correcting.reason_of(dose.note)
    given_at = correcting.moment_of(
        dose.given_at, was=moment(old.at_ms), recorded=old.recorded_at, at=at
    )
    return replace(
        dose, given_at=given_at, reported=old.reported, note=correcting.noted(old.note, reason)
    )


def _check(dose: Dose, known: rescue.RescueDrug) -> None:
    if dose.route not in known.routes:
        raise BadValue("route", f"must be one of {', '.join(known.routes)} for {known.id}")
    if not dose.dose.is_finite() or dose.dose <= 0:
        raise BadValue("dose", "must be above nought")
    if dose.dose != dose.dose.quantize(Decimal("0.001")):
        raise BadValue("dose", "has more than three decimals")
    if dose.dose > known.dose_high * 100:
        raise BadValue("dose", f"{dose.dose} {known.unit} cannot be a dose of {known.id}")


def _saved(
    row: InfusionState, dose: Dose, *, corrects: MedicationAdministration | None, deviates: bool,
    actor: Actor, at: datetime, beside: bool,
) -> MedicationAdministration:  # fmt: skip
    known = rescue.drug(dose.drug)
    note = notes.optional(
        dose.note, clinic=row.clinic_id, at=at, by=actor.practitioner, patient=row.patient_id
    )
    order = _order(row, dose, at=at, is_correction=corrects is not None)
    saved: MedicationAdministration = MedicationAdministration.objects.add(
        clinic_id=row.clinic_id, patient_id=row.patient_id, encounter_id=row.encounter_id,
        order=order, drug=dose.drug, route=dose.route,
        at_ms=ms(dose.given_at or at), recorded_ms=ms(at),
        dose_ug=int(dose.dose * THOUSAND) if known.unit == "mg" else None,
        dose_text=f"{dose.dose.normalize():f} {known.unit}", reported=dose.reported,
        deviation=deviates, note=note, corrects=corrects, recorded_at=at, by_id=actor.practitioner,
        addendum=beside
        or infusion_stream.is_signed(clinic=row.clinic_id, encounter=row.encounter_id),
    )  # fmt: skip
    return saved


def _deviates(
    row: InfusionState, known: rescue.RescueDrug, *, actor: Actor, at: datetime
) -> None:
    alarm_fold.raise_deviation(
        clinic=row.clinic_id, encounter=row.encounter_id, at_ms=ms(at),
        says=f"{known.id} given outside its order", by=actor.practitioner,
    )  # fmt: skip
    worklist.open_item(
        actor=actor, at=at, kind="deviation", owner_role=PHYSICIAN, due_at=at + REVIEW_WITHIN,
        patient=row.patient_id, encounter=row.encounter_id,
    )  # fmt: skip


def standing(row: InfusionState, entry: uuid.UUID) -> MedicationAdministration:
    """This function will return the entry of a drug that a correction may stand for.

    Raises NotFound for another chart's, NotNow where it is corrected or taken back already.
    """
    rows = MedicationAdministration.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    old: MedicationAdministration | None = rows.filter(pk=entry).first()
    if old is None:
        raise NotFound(N_("There is no such entry on this chart."))
    if rows.filter(corrects_id=entry).exists():
        raise NotNow(N_("This entry is already corrected."))
    correcting.refuse_retraction(old)
    return old


def _as_order(row: MedicationRequest | None) -> rescue.AsNeededOrder | None:
    """An order's row as the rules read it; a dose that the row leaves out is the catalogue's."""
    if row is None or row.valid_until <= row.valid_from:  # there is none, or it was withdrawn
        return None
    known = rescue.drug(row.drug)
    return rescue.AsNeededOrder(
        drug=row.drug,
        route=row.route,
        dose_max=known.dose_high if row.max_dose_ug is None else row.max_dose_ug / THOUSAND,
        session_max=None if known.session_max is None else row.max_total_ug / THOUSAND,
        interval_min=known.interval_min if row.min_interval_min is None else row.min_interval_min,
        valid_from_ms=ms(row.valid_from),
        valid_until_ms=ms(row.valid_until),
    )


def _past(row: InfusionState, without: uuid.UUID | None) -> list[rescue.RescueDose]:
    rows = list(
        MedicationAdministration.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    )
    replaced = {given.corrects_id for given in rows if given.corrects_id} | {without}
    return [
        rescue.RescueDose(
            drug=given.drug, route=given.route, at_ms=given.at_ms,
            dose=Decimal(given.dose_ug) / THOUSAND,
        )
        for given in rows
        if given.dose_ug is not None and given.pk not in replaced
        and given.drug in rescue.drugs()
    ]  # fmt: skip
