"""The plan: a regimen made to fit one person, signed by a doctor.

Signing makes the plan; each session's orders follow from it and the weight of that day. Models
of levels and relief may be looked at beside it; they decide nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.clinical import dosing, evidence, guardrails, rescue
from reprieve.clinical.dosing import SessionDose
from reprieve.clinical.findings import Finding, blocking
from reprieve.clinical.guardrails import Limits
from reprieve.clinical.regimens import Regimen
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    booster_gap,
    episodes,
    gate,
    orders,
    plan_doses,
    signatures,
    to_book,
    turns,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import Actor
from reprieve.pathway.plan_doses import Fitted
from reprieve.records import notes, signing
from reprieve.records.models import CarePlan, Decision

WANTED = "plan_wanted"  # the work of making a plan: done when one is signed


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What a doctor decides. Weight in kg, height in cm, amounts in the regimen's own unit.

    `rescue` maps drugs of the catalogue to their route, `rescue_limits` to what is smaller than the
    catalogue says (`dose_max`, `session_max`, `interval_min`). `highest_rate_mg_per_h`,
    `maximum_mg` and `bolus_max_mg` give the nurse room inside the order; None gives none.
    `nearer` says why a booster may come nearer to the last infusion than the shortest gap.
    """

    regimen: str
    weight_kg: Decimal
    height_cm: Decimal | None = None
    weight_basis: str = ""
    condition: str = ""
    rationale: str = ""
    goal: str = ""
    fit: Fitted = field(default_factory=Fitted)
    is_booster: bool = False
    nearer: str = ""
    rescue: Mapping[str, str] = field(default_factory=dict)
    rescue_limits: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    highest_rate_mg_per_h: Decimal | None = None
    maximum_mg: Decimal | None = None
    bolus_max_mg: Decimal | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A plan worked out: the fitted regimen, each session's dose, and what the rules say."""

    regimen: Regimen
    dosing_weight_kg: Decimal
    doses: tuple[SessionDose, ...]
    findings: tuple[Finding, ...]

    @property
    def total_mg(self) -> Decimal:
        """The milligrams of the whole series."""
        return sum((dose.total_mg for dose in self.doses), Decimal(0))

    @property
    def chair_min(self) -> int:
        """The minutes in the chair of the whole series, recovery with it."""
        each = self.regimen.duration_min + self.regimen.minimum_recovery_min
        return each * len(self.doses)


def draft(plan: Plan, *, limits: Limits | None = None) -> Draft:
    """This function will work a plan out without writing anything.

    Raises BadValue naming the field that cannot be used.
    """
    chosen = plan_doses.fitted(plan.regimen, plan.fit)
    weight = plan_doses.dosing_weight_kg(
        weight_kg=plan.weight_kg, height_cm=plan.height_cm, basis=plan.weight_basis
    )
    doses = tuple(
        dosing.session_dose(regimen=chosen, session_no=n, weight_kg=weight)
        for n in range(1, chosen.infusions + 1)
    )
    _check_room(plan, weight, limits)
    said = [f for dose in doses for f in plan_doses.plan_findings(dose, limits=limits)]
    found = tuple({(f.rule, str(f.says)): f for f in said}.values())
    return Draft(regimen=chosen, dosing_weight_kg=weight, doses=doses, findings=found)


def _check_room(plan: Plan, weight: Decimal, limits: Limits | None) -> None:
    """What the nurse may do inside the order is never beyond a guard-rail."""
    held = limits or guardrails.shipped()
    most = min(held.session_mg, held.session_mg_per_kg * weight)
    for name, ceiling in (
        ("highest_rate_mg_per_h", held.per_60_min_mg_per_kg * weight),
        ("maximum_mg", most),
        ("bolus_max_mg", held.bolus_mg_per_kg * weight),
    ):
        value = getattr(plan, name)
        if value is not None and dosing.checked(value, field=name) > ceiling:
            raise BadValue(name, f"{value} is above the guard-rail of {ceiling:.1f}")


def sign(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, plan: Plan, password: str
) -> uuid.UUID:
    """This function will sign a plan, proved by the password; it stands for the one before.

    Raises NotNow while a guard-rail blocks it or the episode does not allow it, BadValue naming a
    field, also where weak evidence or a booster that is booked too near already asks for a reason,
    or the password is wrong.
    """
    limits = orders.limits_in_force(clinic=actor.clinic, at=at)
    worked = draft(plan, limits=limits)
    orders.refuse_blocked(blocking(worked.findings))
    _check_evidence(plan)
    _check_rescue(plan)
    if plan.nearer.strip() and not plan.is_booster:
        raise BadValue(booster_gap.FIELD, N_("is for a booster alone"))

    def work() -> Done:
        if plan.is_booster:
            turns.take(actor.clinic)  # nobody books between the look at what is booked and the plan
        signer = signatures.prove(actor=actor, password=password)
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        before = newest(clinic=actor.clinic, patient=patient)
        row = CarePlan.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=episode, regimen=plan.regimen,
            knowledge=worked.regimen.knowledge_version[:40], sessions=worked.regimen.infusions,
            goal=_note(plan.goal, patient, actor, at), is_booster=plan.is_booster,
            detail=_detail(plan, worked), replaces=before, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
        decided = Decision.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=episode, kind="plan",
            outcome="signed", reason=_note(plan.rationale, patient, actor, at),
            findings=[gate.as_json(f) for f in worked.findings],
            knowledge=limits.version[:40], recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        _keep_gap(plan, row, decided, actor=actor, at=at)
        signed = signatures.sign(
            row, patient=patient, meaning=signatures.PLAN, signer=signer, at=at
        )
        episodes.advance(episode=episode, act="plan.sign", actor=actor, at=at)
        worklist.finish_within(actor=actor, at=at, kind=WANTED, patient=patient)
        to_book.planned(actor=actor, at=at, patient=patient)
        return Done(
            subject_kind="care_plan", subject=row.pk,
            detail={
                "regimen": plan.regimen, "booster": plan.is_booster, **signing.named(signed)
            },
        )  # fmt: skip

    return uuid.UUID(perform("plan.sign", actor=actor, uid=uid, at=at, work=work)["id"])


def newest(*, clinic: uuid.UUID, patient: uuid.UUID) -> CarePlan | None:
    """This function will return a patient's plan signed last."""
    rows = CarePlan.of(clinic).filter(patient_id=patient)
    return rows.order_by("-recorded_at", "-id").first()


def needed(*, clinic: uuid.UUID, patient: uuid.UUID) -> CarePlan:
    """This function will return a patient's plan. Raises NotNow without one."""
    row = newest(clinic=clinic, patient=patient)
    if row is None:
        raise NotNow(N_("There is no signed plan for this patient."))
    return row


def _check_evidence(plan: Plan) -> None:
    if not plan.condition:
        raise BadValue("condition", N_("say for which condition"))
    if evidence.evidence(plan.condition).needs_rationale and not plan.rationale.strip():
        raise BadValue("rationale", N_("the evidence is weak here: write down why"))


def _check_rescue(plan: Plan) -> None:
    """Refuse a route or a limit beyond the catalogue, and a limit of a drug that is not ordered."""
    for drug, route in plan.rescue.items():
        usual = rescue.usual_order(drug, route=route, valid_from_ms=0, valid_until_ms=1)
        limits = plan.rescue_limits.get(drug, {})
        try:
            rescue.lowered(usual, **limits)
        except BadValue as error:
            raise BadValue(f"{drug}_{error.field}", error.reason) from error
    for drug in plan.rescue_limits.keys() - plan.rescue.keys():
        raise BadValue("rescue", f"{drug} has limits and is not ordered")


def _keep_gap(plan: Plan, row: CarePlan, decided: Decision, *, actor: Actor, at: datetime) -> None:
    """A booster is held to the shortest gap here too; of an accepted one the reason is kept by now.

    A reason is a decision of its own, so that the page of maintenance shows it.
    """
    patient = row.patient_id
    held = booster_gap.held_until(clinic=actor.clinic, patient=patient, at=at, plan=row.pk)
    if held is None or booster_gap.has_reason(row):
        return
    if plan.nearer.strip():
        decided = Decision.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=row.episode,
            kind=booster_gap.DECISION, outcome=booster_gap.ALLOWED, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
    booster_gap.keep(decided, starts_at=None, reason=plan.nearer, actor=actor, at=at)


def _note(text: str, patient: uuid.UUID, actor: Actor, at: datetime) -> Any:
    return notes.optional(text, clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient)


def _smaller(plan: Plan) -> dict[str, Any]:
    """The limits below the catalogue's, as JSON keeps them; nothing where there are none."""
    limits = {
        drug: {k: f"{v:f}" if isinstance(v, Decimal) else v for k, v in given.items()}
        for drug, given in sorted(plan.rescue_limits.items())
    }
    return {"rescue_limits": limits} if limits else {}


def _detail(plan: Plan, worked: Draft) -> dict[str, Any]:
    room = ("highest_rate_mg_per_h", "maximum_mg", "bolus_max_mg")
    given = {name: f"{getattr(plan, name):f}" for name in room if getattr(plan, name) is not None}
    amounts = {str(n): f"{a:f}" for n, a in (plan.fit.amounts or {}).items()}
    return {
        **given, "weight_kg": f"{plan.weight_kg:f}", "condition": plan.condition,
        "rescue": dict(plan.rescue), **_smaller(plan), "duration_min": worked.regimen.duration_min,
        "days": list(worked.regimen.days), "total_mg": f"{worked.total_mg:f}",
        **({"weight_basis": plan.weight_basis} if plan.weight_basis else {}),
        **({"amounts": amounts} if amounts else {}),
    }  # fmt: skip
