"""How an order comes to be: from the signed plan and today's weight, signed anew, or by voice.

A new order stands for the old one. What was ordered by voice was read back, names who ordered it,
and is signed later by that doctor.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.clinical import dosing
from reprieve.clinical.orders import SessionOrder
from reprieve.clinical.orders import session_order as proposed_order
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    as_needed,
    order_remaking,
    orders,
    plan_doses,
    signatures,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.as_needed import VALID_FOR, AsNeeded, Hand
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import DOCTORS, PHYSICIAN, Actor
from reprieve.records import signing
from reprieve.records.models import CarePlan, Encounter, MedicationRequest, Practitioner
from reprieve.records.queries import people, settings

COSIGN = "cosign"
COSIGN_WITHIN_H = "order.cosign_within_h"
USUAL_COSIGN_H = 24
HOLD_FOR = ("sbp", "dbp", "spo2", "respiratory_rate", "sedation", "distress")


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What a new ketamine order changes of the one in force; None leaves it as it is.

    Rates in mg/h, amounts in mg. `bolus_max_mg` 0 takes a bolus away.
    """

    highest_rate_mg_per_h: Decimal | None = None
    maximum_mg: Decimal | None = None
    bolus_max_mg: Decimal | None = None
    rate_mg_per_h: Decimal | None = None
    end_min: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A verbal order: who gave it, that it was read back, and what it says.

    It changes the infusion, orders a drug as needed, or withdraws one for a `reason`.
    """

    prescriber: uuid.UUID
    read_back: bool
    change: Change | None = None
    wanted: AsNeeded | None = None
    withdrawn: str = ""
    reason: str = ""


def from_plan(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, password: str = ""
) -> uuid.UUID:
    """This function will make the orders of a visit from its signed plan and today's weight.

    By a nurse they follow from the plan, and who signed it is the prescriber; a doctor signs them
    anew with their password. Raises NotNow without a plan, weight or session number; BadValue for a
    wrong password. Where `actor` is no doctor, NotNow too when the weight asks for one (10 % away
    from the plan's), once the infusion has begun, and when a doctor ordered since the plan.
    """

    def work() -> Done:
        signer = _doctor(actor, password)
        visit = _visit(actor.clinic, encounter)
        if signer is None:
            order_remaking.refuse(clinic=actor.clinic, encounter=encounter)
        plan = _plan(visit)
        dose = plan_doses.dose_today(plan, visit, at=at, by_doctor=signer is not None)
        made = proposed_order(
            dose=dose, hold_for=tuple(plan.detail.get("hold_for", HOLD_FOR)),
            valid_from_ms=ms(at), valid_until_ms=ms(at + VALID_FOR),
        )  # fmt: skip
        prescriber = signer.pk if signer else plan.by_id
        row = _store(
            visit, plan=plan, steps=_steps(dose.steps), limits=_limits(made, plan), at=at,
            weight_g=int(dose.weight_kg * 1000), form=dose.form, actor=actor,
            prescriber=prescriber, knowledge=dose.knowledge_version,
        )  # fmt: skip
        hand = Hand(actor=actor, prescriber=prescriber, at=at)
        made_rows = [row, *as_needed.of_plan(visit, plan, hand)]
        return _ordered(made_rows, signer=signer, at=at)

    act = "order.sign" if actor.roles & DOCTORS else "infusion.prepare"
    return uuid.UUID(perform(act, actor=actor, uid=uid, at=at, work=work)["id"])


def sign_change(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, change: Change,
    password: str,
) -> uuid.UUID:  # fmt: skip
    """This function will sign a new ketamine order that stands for the one in force."""

    def work() -> Done:
        signer = signatures.prove(actor=actor, password=password)
        visit = _visit(actor.clinic, encounter)
        row = _changed(visit, change, actor=actor, prescriber=signer.pk, at=at)
        return _ordered([row], signer=signer, at=at)

    return uuid.UUID(perform("order.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def sign_as_needed(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, wanted: AsNeeded,
    password: str,
) -> uuid.UUID:  # fmt: skip
    """This function will sign an as-needed order, smaller than the catalogue's where it says so."""

    def work() -> Done:
        signer = signatures.prove(actor=actor, password=password)
        hand = Hand(actor=actor, prescriber=signer.pk, at=at)
        row = as_needed.order(_visit(actor.clinic, encounter), wanted, hand)
        return _ordered([row], signer=signer, at=at)

    return uuid.UUID(perform("order.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def sign_withdrawal(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, drug: str, reason: str,
    password: str,
) -> uuid.UUID:  # fmt: skip
    """This function will sign that an as-needed order is withdrawn: no dose is given under it."""

    def work() -> Done:
        signer = signatures.prove(actor=actor, password=password)
        hand = Hand(actor=actor, prescriber=signer.pk, at=at)
        row = as_needed.withdraw(_visit(actor.clinic, encounter), drug, reason, hand)
        return _ordered([row], signer=signer, at=at)

    return uuid.UUID(perform("order.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def by_voice(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, spoken: Spoken
) -> uuid.UUID:
    """This function will write a verbal order down; the doctor's signature becomes a work item.

    Raises BadValue when it was not read back, or when who gave it is no doctor of this clinic.
    """
    if not spoken.read_back:
        raise BadValue("read_back", N_("read the order back and hear it confirmed first"))
    doctor = people.member(clinic=actor.clinic, practitioner=spoken.prescriber)
    if doctor is None or not doctor.active or not doctor.roles & DOCTORS:
        raise BadValue("prescriber", N_("must be a doctor of this clinic"))
    if (spoken.change is None) == (spoken.wanted is None and not spoken.withdrawn):
        raise BadValue("drug", N_("name either a change of the infusion or a drug"))

    def work() -> Done:
        visit = _visit(actor.clinic, encounter)
        hours = settings.value(
            clinic=actor.clinic, key=COSIGN_WITHIN_H, at=at, default=USUAL_COSIGN_H
        )
        due = at + timedelta(hours=float(hours))
        voice: Mapping[str, Any] = {"verbal": True, "read_back": True, "cosign_due": due}
        if spoken.change is not None:
            row = _changed(
                visit, spoken.change, actor=actor, prescriber=doctor.id, at=at, voice=voice
            )
        else:
            row = _spoken_drug(
                visit, spoken, Hand(actor=actor, prescriber=doctor.id, at=at, voice=voice)
            )
        worklist.open_item(
            actor=actor, at=at, kind=COSIGN, owner_role=PHYSICIAN, due_at=due, owner=doctor.id,
            patient=visit.patient_id, encounter=visit.pk,
        )  # fmt: skip
        return Done(
            subject_kind="medication_request", subject=row.pk,
            detail={"verbal": True, "prescriber": str(doctor.id)},
        )  # fmt: skip

    return uuid.UUID(perform("order.verbal", actor=actor, uid=uid, at=at, work=work)["id"])


def cosign(
    *, actor: Actor, uid: uuid.UUID, at: datetime, order: uuid.UUID, password: str
) -> None:
    """This function will sign a verbal order by the doctor who gave it, once."""

    def work() -> Done:
        signer = signatures.prove(actor=actor, password=password)
        row = MedicationRequest.of(actor.clinic).select_for_update().filter(pk=order).first()
        if row is None or not row.verbal:
            raise NotFound(N_("There is no such verbal order."))
        if row.prescriber_id != actor.practitioner:
            raise NotNow(N_("Only the doctor who gave this order signs it."))
        if signatures.is_signed(clinic=actor.clinic, subject=row.pk):
            raise NotNow(N_("This order is already signed."))
        signed = signatures.sign(
            row, patient=row.patient_id, meaning=signatures.COSIGNATURE, signer=signer, at=at
        )
        if not unsigned(clinic=actor.clinic, patient=row.patient_id):
            worklist.finish_within(actor=actor, at=at, kind=COSIGN, patient=row.patient_id)
        return Done(
            subject_kind="medication_request", subject=row.pk, detail=signing.named(signed)
        )

    perform("order.cosign", actor=actor, uid=uid, at=at, work=work)


def unsigned(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[uuid.UUID]:
    """This function will list the verbal orders of a patient that wait for their signature."""
    rows = MedicationRequest.of(clinic).filter(patient_id=patient, verbal=True)
    waiting = rows.order_by("recorded_at").values_list("id", flat=True)
    return [pk for pk in waiting if not signatures.is_signed(clinic=clinic, subject=pk)]


def _doctor(actor: Actor, password: str) -> Practitioner | None:
    """The doctor who signs, proved; None for a nurse, who only carries the plan out."""
    if not actor.roles & DOCTORS:
        return None
    return signatures.prove(actor=actor, password=password)


def _ordered(
    rows: Sequence[MedicationRequest], *, signer: Practitioner | None, at: datetime
) -> Done:
    """Sign the orders made when a doctor made them; the first one is the session's."""
    signed = [
        signatures.sign(
            row, patient=row.patient_id, meaning=signatures.ORDER, signer=signer, at=at
        )
        for row in rows
        if signer is not None
    ]
    return Done(
        subject_kind="medication_request", subject=rows[0].pk, detail=signing.named(*signed)
    )


def _spoken_drug(visit: Encounter, spoken: Spoken, hand: Hand) -> MedicationRequest:
    if spoken.wanted is not None:
        return as_needed.order(visit, spoken.wanted, hand)
    return as_needed.withdraw(visit, spoken.withdrawn, spoken.reason, hand)


def _changed(
    visit: Encounter, change: Change, *, actor: Actor, prescriber: uuid.UUID | None, at: datetime,
    voice: Mapping[str, Any] | None = None,
) -> MedicationRequest:  # fmt: skip
    old = orders.needed_order(clinic=visit.clinic_id, encounter=visit.pk)
    before = orders.as_session_order(old)
    highest = _or(change.highest_rate_mg_per_h, before.highest_rate_mg_per_h, "highest_rate")
    most = _or(change.maximum_mg, before.maximum_mg, "maximum_mg")
    return _store(
        visit, plan=old.plan, steps=_new_steps(old.steps, change), at=at, form=old.form,
        limits={
            "max_rate_ug_per_h": _ug(highest), "max_total_ug": _ug(most),
            "max_dose_ug": _bolus_ug(change, old),
        },
        weight_g=old.weight_g, actor=actor, prescriber=prescriber, knowledge=old.knowledge,
        replaces=old, hold_for=old.hold_for, **(voice or {}),
    )  # fmt: skip


def _or(value: Decimal | None, before: Decimal, field: str) -> Decimal:
    return before if value is None else dosing.checked(value, field=field)


def _bolus_ug(change: Change, old: MedicationRequest) -> int | None:
    if change.bolus_max_mg is None:
        return old.max_dose_ug
    if change.bolus_max_mg == 0:
        return None
    return _ug(dosing.checked(change.bolus_max_mg, field="bolus_max_mg"))


def _new_steps(old: Sequence[Mapping[str, Any]], change: Change) -> list[dict[str, Any]]:
    steps = [dict(step) for step in old]
    if change.rate_mg_per_h is not None:
        rate = dosing.checked(change.rate_mg_per_h, field="rate_mg_per_h")
        steps = [{**step, "rate_ug_per_h": _ug(rate)} for step in steps]
    if change.end_min is not None:
        if not steps[-1]["start_min"] < change.end_min <= 24 * 60:
            raise BadValue("end_min", N_("must be after the last step begins, within a day"))
        steps[-1]["end_min"] = change.end_min
    return steps


def _limits(made: SessionOrder, plan: CarePlan) -> dict[str, int | None]:
    own = plan.detail
    highest = max(made.highest_rate_mg_per_h, Decimal(own.get("highest_rate_mg_per_h", "0")))
    most = max(made.maximum_mg, Decimal(own.get("maximum_mg", "0")))
    bolus = own.get("bolus_max_mg")
    return {
        "max_rate_ug_per_h": _ug(highest), "max_total_ug": _ug(most),
        "max_dose_ug": None if bolus is None else _ug(Decimal(bolus)),
    }  # fmt: skip


def _steps(steps: Iterable[dosing.RateStep]) -> list[dict[str, Any]]:
    return [
        {"start_min": s.start_min, "end_min": s.end_min, "rate_ug_per_h": _ug(s.rate_mg_per_h)}
        for s in steps
    ]


def _ug(mg: Decimal) -> int:
    return int(mg * 1000)


def _store(
    visit: Encounter, *, plan: CarePlan | None, steps: list[dict[str, Any]],
    limits: Mapping[str, int | None], weight_g: int | None, form: str, actor: Actor,
    prescriber: uuid.UUID | None, at: datetime, knowledge: str,
    replaces: MedicationRequest | None = None, hold_for: Sequence[str] | None = None,
    **voice: Any,
) -> MedicationRequest:  # fmt: skip
    old = replaces or orders.session_order(clinic=visit.clinic_id, encounter=visit.pk)
    own = plan.detail.get("hold_for", HOLD_FOR) if plan else HOLD_FOR
    row: MedicationRequest = MedicationRequest.objects.add(
        clinic_id=visit.clinic_id, patient_id=visit.patient_id, plan=plan, encounter=visit,
        session_no=visit.session_no, drug=orders.KETAMINE, form=form, route="iv", steps=steps,
        hold_for=list(own if hold_for is None else hold_for), weight_g=weight_g, valid_from=at,
        valid_until=at + VALID_FOR, prescriber_id=prescriber, replaces=old, recorded_at=at,
        by_id=actor.practitioner, knowledge=knowledge[:40], **limits, **voice,
    )  # fmt: skip
    return row


def _visit(clinic: uuid.UUID, encounter: uuid.UUID) -> Encounter:
    row = Encounter.of(clinic).filter(pk=encounter, kind="infusion").first()
    if row is None:
        raise NotFound(N_("There is no such infusion."))
    return row


def _plan(visit: Encounter) -> CarePlan:
    if visit.plan_id is None:
        raise NotNow(N_("This visit has no signed plan."))
    plan: CarePlan = CarePlan.of(visit.clinic_id).get(pk=visit.plan_id)
    return plan
