"""How a visit ends: home, against advice, or to hospital. Each is written, signed and followed."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from reprieve import __version__
from reprieve.clinical import safety
from reprieve.clinical.findings import Finding, Outcome, by_weight
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import (
    booking,
    booking_book,
    diary_link,
    infusion,
    recovery,
    series,
    signatures,
    signing,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.infusion import Happened
from reprieve.pathway.permissions import CLINICIANS, NURSE, PHYSICIAN, Actor
from reprieve.records import notes
from reprieve.records import signing as signing_form
from reprieve.records.models import (
    Appointment,
    Discharge,
    Encounter,
    InfusionState,
    Practitioner,
    Signature,
)
from reprieve.records.queries import advice, people, settings
from reprieve.records.queries import recovery as known
from reprieve.scheduling import followups

HOME, AGAINST_ADVICE, HOSPITAL = "home", "against_advice", "hospital"
# Each way with the act of the stream that it is, and the states in which that was done already.
WAYS = {HOME: "discharged", AGAINST_ADVICE: "patient_left", HOSPITAL: "transferred"}
ALREADY = {HOME: "discharged", AGAINST_ADVICE: "left", HOSPITAL: "transferred"}
REVIEW = "left_early"
REVIEW_WITHIN = timedelta(hours=4)
NOT_READY = N_("Not ready to go home: {reasons}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaving:
    """How the patient leaves. `reason` is needed for every way but home.

    `caller` makes the call after 24 hours; somebody is named when the clinic is closed then.
    """

    way: str
    reason: str = ""
    caller: uuid.UUID | None = None


def discharge(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, leaving: Leaving,
    password: str,
) -> dict[str, Any]:  # fmt: skip
    """This function will end a visit, book the call after 24 hours, and keep what was found.

    Home needs every criterion met or a physician's reason; the other ways are written as they
    happened, with the findings of that moment. Raises NotNow naming what is missing, BadValue
    for a missing reason or caller or a wrong password.
    """
    _check(leaving)

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        _must_be_open(row)
        signer = signatures.prove(actor=actor, password=password)
        found, held = recovery.standing(clinic=actor.clinic, encounter=encounter, at=at)
        if leaving.way == HOME:
            _refuse_unready(found, held)
        _end(row, leaving, actor=actor, at=at)
        signed = _write(row, leaving, found, held, signer=signer, at=at)
        call = _book_call(row, leaving, actor=actor, at=at)
        _after(row, leaving, actor=actor, at=at)
        return Done(
            subject_kind="discharge", subject=signed.subject,
            result={"way": leaving.way, "call_due_at": call.isoformat()},
            detail={"way": leaving.way, **signing_form.named(signed)},
        )  # fmt: skip

    return perform("recovery.discharge", actor=actor, uid=uid, at=at, work=work)


def call_time(*, clinic: uuid.UUID, at: datetime) -> followups.Call:
    """This function will tell when the call is due if the patient leaves now."""
    chosen = settings.every(clinic=clinic, at=at)
    until = at + timedelta(days=2)
    opening = booking_book.opening(clinic=clinic, start=at, end=until, chosen=chosen)
    return followups.call_due(ended_at=at, at=at, opening=opening)


def _check(leaving: Leaving) -> None:
    if leaving.way not in WAYS:
        raise BadValue("way", f"unknown {leaving.way!r}; known: {', '.join(WAYS)}")
    if leaving.way != HOME and not leaving.reason.strip():
        raise BadValue("reason", N_("is needed"))


def _must_be_open(row: InfusionState) -> None:
    if Discharge.of(row.clinic_id).filter(encounter_id=row.encounter_id).exists():
        raise NotNow(N_("The discharge is already written."))


def _refuse_unready(found: tuple[Finding, ...], held: frozenset[str]) -> None:
    reasons = [one for f in by_weight(found) if f.rule in held for one in _said(f)]
    if reasons:
        raise NotNow(Message(id=NOT_READY, params={"reasons": reasons}))


def _said(finding: Finding) -> list[Message]:
    """What holds the patient here; what is not known is asked as its question."""
    if finding.outcome is not Outcome.UNKNOWN:
        return [finding.says]
    return [Message(id=safety.catalogue()[name].question) for name in finding.needs]


def _end(row: InfusionState, leaving: Leaving, *, actor: Actor, at: datetime) -> None:
    """Write the act on the stream, unless the chair's own button has done so already."""
    if row.state == ALREADY[leaving.way] and leaving.way != HOME:
        return
    said = Happened(kind=WAYS[leaving.way], note=leaving.reason)
    infusion.append(row, said, actor=actor, at=at)


def _write(
    row: InfusionState,
    leaving: Leaving,
    found: tuple[Finding, ...],
    held: frozenset[str],
    *,
    signer: Practitioner,
    at: datetime,
) -> Signature:
    written = advice.current(clinic=row.clinic_id, encounter=row.encounter_id)
    escort = known.escort_of(clinic=row.clinic_id, encounter=row.encounter_id)
    note = notes.optional(
        leaving.reason, clinic=row.clinic_id, at=at, by=signer.pk, patient=row.patient_id
    )
    kept = [_kept(f, held) for f in by_weight(found)]
    saved: Discharge = Discharge.objects.add(
        clinic_id=row.clinic_id, patient_id=row.patient_id, encounter_id=row.encounter_id,
        way=leaving.way, at=at, escort_id=escort[0] if escort else None, findings=kept,
        knowledge=__version__, medicine_advice_id=written.note if written else None, note=note,
        recorded_at=at, by_id=signer.pk,
    )  # fmt: skip
    return signing.write(
        signer=signer, at=at, meaning=signing.DISCHARGE, patient=row.patient_id,
        subject_kind="discharge", subject=saved.pk, encounter=row.encounter_id,
        content_sha256=signing_form.row_hash(saved),
    )  # fmt: skip


def _kept(finding: Finding, held: frozenset[str]) -> dict[str, Any]:
    return {
        "rule": finding.rule, "severity": finding.severity, "outcome": finding.outcome,
        "says": finding.says.id, "saw": dict(finding.saw), "needs": list(finding.needs),
        "held": finding.rule in held, "overridden": finding.blocks and finding.rule not in held,
        "knowledge": finding.knowledge_version,
    }  # fmt: skip


def _book_call(
    row: InfusionState, leaving: Leaving, *, actor: Actor, at: datetime
) -> datetime:
    wanted = call_time(clinic=row.clinic_id, at=at)
    if leaving.caller is not None:
        _must_be_clinician(row.clinic_id, leaving.caller)
    elif wanted.note is not None and leaving.way != HOSPITAL:
        raise BadValue("caller", N_("the clinic is closed then: name who calls"))
    worklist.open_item(
        actor=actor, at=at, kind=known.CALL, owner_role=NURSE, due_at=wanted.due_at,
        patient=row.patient_id, encounter=row.encounter_id, owner=leaving.caller,
    )  # fmt: skip
    return wanted.due_at


def _must_be_clinician(clinic: uuid.UUID, person: uuid.UUID) -> None:
    found = people.member(clinic=clinic, practitioner=person)
    if found is None or not found.active or not found.roles & CLINICIANS:
        raise BadValue("caller", N_("is not a clinician of this clinic"))


def _after(row: InfusionState, leaving: Leaving, *, actor: Actor, at: datetime) -> None:
    """The appointment is done, the diary is asked, an early leave looked at, a series ended."""
    visit = Encounter.of(row.clinic_id).get(pk=row.encounter_id)
    if visit.appointment_id:
        appointment: Appointment = booking.get(
            clinic=row.clinic_id, appointment=visit.appointment_id
        )
        booking.held(appointment, actor=actor, at=at)
    if leaving.way != HOME:
        worklist.open_item(
            actor=actor, at=at, kind=REVIEW, owner_role=PHYSICIAN, due_at=at + REVIEW_WITHIN,
            patient=row.patient_id, encounter=row.encounter_id,
        )  # fmt: skip
    diary_link.ask(actor=actor, patient=row.patient_id, at=at)
    series.complete_if_last(encounter=visit, actor=actor, at=at)
