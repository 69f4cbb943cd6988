"""Who may act. What may happen when is in `states.py`; views ask, they do not decide."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime

from reprieve.knowledge import N_, Message
from reprieve.pathway.errors import PermissionDenied

DESK = "front_desk"
NURSE = "infusion_nurse"
PHYSICIAN = "physician"
DIRECTOR = "medical_director"
MANAGER = "manager"
AUDITOR = "auditor"
PATIENT = "patient"
SYSTEM = "system"

ROLES = (DESK, NURSE, PHYSICIAN, DIRECTOR, MANAGER, AUDITOR)
DOCTORS = frozenset({PHYSICIAN, DIRECTOR})
CLINICIANS = DOCTORS | {NURSE}
CARE = CLINICIANS | {DESK}
STAFF = frozenset(ROLES)

# One line an act or view: who may do it. What is not named here, nobody may do.
PERMISSIONS: dict[str, frozenset[str]] = {
    "home.open": STAFF,
    "today.open": CARE | {MANAGER},
    "patient.list": CARE,
    "patient.open": CARE,
    "patient.register": CARE,
    "patient.correct": CARE,
    "referral.receive": CARE | {PATIENT, SYSTEM},
    "referral.inbox": CARE,
    "referral.triage": CARE,
    "episode.close": CARE,
    "booking.open": CARE | {MANAGER},
    "booking.change": CARE,
    "booking.absence": CARE | {MANAGER},
    "evaluation.open": CLINICIANS,
    "evaluation.begin": CLINICIANS,
    "evaluation.record": CLINICIANS | {PATIENT},
    "history.change": CLINICIANS,
    "evaluation.decide": DOCTORS,
    "test.order": CLINICIANS,
    "questionnaire.answer": CARE | {PATIENT},
    "risk.open": CLINICIANS,
    "risk.handle": CLINICIANS,
    "consent.open": CLINICIANS | {DESK},
    "consent.sign": CLINICIANS | {PATIENT},
    "consent.text": DOCTORS,
    "plan.open": CLINICIANS,
    "plan.sign": DOCTORS,
    "plan.limits": DOCTORS,
    "order.sign": DOCTORS,
    "order.verbal": CLINICIANS,
    "order.cosign": DOCTORS,
    "infusion.open": CLINICIANS,
    "infusion.board": CLINICIANS,
    "infusion.prepare": CLINICIANS,
    "infusion.check": CLINICIANS,
    "infusion.override": DOCTORS,
    "infusion.ask_beside": CLINICIANS,
    "infusion.beside": CLINICIANS,
    "infusion.expect": DOCTORS,
    "infusion.run": CLINICIANS,
    "infusion.chart": CLINICIANS,
    "infusion.alarm": CLINICIANS,
    "infusion.sign": CLINICIANS,
    "harm.open": CLINICIANS | {MANAGER, AUDITOR},
    "harm.judge": DOCTORS,
    "ledger.open": CLINICIANS | {MANAGER, AUDITOR},
    "ledger.handle": CLINICIANS,
    "ledger.decide": frozenset({DIRECTOR}),
    "recovery.open": CLINICIANS,
    "recovery.record": CLINICIANS,
    "recovery.advise": DOCTORS,
    "recovery.override": DOCTORS,
    "recovery.discharge": CLINICIANS,
    "followup.open": CLINICIANS,
    "followup.call": CLINICIANS,
    "followup.decide": DOCTORS,
    "diary.record": CLINICIANS | {PATIENT},
    "reminder.choose": CARE | {PATIENT, SYSTEM},
    "maintenance.open": CLINICIANS,
    "maintenance.decide": DOCTORS,
    "maintenance.review": frozenset({SYSTEM}),
    "forecast.make": frozenset({SYSTEM}),
    "monitor.open": CLINICIANS,
    "monitor.link": CLINICIANS,
    "monitor.receive": frozenset({SYSTEM}),
    "monitor.dialect": frozenset({MANAGER, DIRECTOR}),
    "alarm.duty": frozenset({DIRECTOR}),
    "rules.approve": frozenset({DIRECTOR}),
    "emergency.write": frozenset({DIRECTOR}),
    "intended.open": STAFF,
    "registry.open": CLINICIANS | {MANAGER},
    "registry.patients": CLINICIANS,
    "registry.ask": DOCTORS | {MANAGER},
    "registry.make": frozenset({SYSTEM}),
    "work.open": CARE,
    "work.handle": CARE,
    "work.review": frozenset({SYSTEM}),
    "link.make": CARE,
    "link.use": frozenset({PATIENT}),
    "clinic.found": frozenset({SYSTEM}),
    "clinic.settings": frozenset({MANAGER, DIRECTOR}),
    "staff.change": frozenset({MANAGER, DIRECTOR}),
    "staff.open": frozenset({MANAGER, DIRECTOR, AUDITOR}),
    "audit.open": frozenset({AUDITOR, DIRECTOR}),
    "audit.export": frozenset({AUDITOR, DIRECTOR}),
    "export.run": frozenset({DIRECTOR, MANAGER, SYSTEM}),
    "export.research": frozenset({DIRECTOR, SYSTEM}),
    "import.run": frozenset({MANAGER, SYSTEM}),
    "import.undo": frozenset({MANAGER, SYSTEM}),
    "outbox.open": CARE | {MANAGER},
    "outbox.retry": CARE | {MANAGER},
    "demo.switch": STAFF,
    "emergency.open": frozenset({DESK, MANAGER}),
    "emergency.review": frozenset({AUDITOR, DIRECTOR}),
}

# What an emergency opens to somebody whose role does not include it: reading, never acting.
EMERGENCY = frozenset(
    {
        "patient.list", "patient.open", "evaluation.open", "risk.open", "consent.open",
        "plan.open", "infusion.open", "infusion.board", "recovery.open", "followup.open",
    }
)  # fmt: skip
# A page of these may show a patient or what was given to one, or open every record in an emergency.
SEES_PATIENTS = CARE | {MANAGER, AUDITOR}


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who acts: a member of staff, a patient by link, or the product itself."""

    clinic: uuid.UUID
    name: str
    practitioner: uuid.UUID | None = None
    user: int | None = None
    patient: uuid.UUID | None = None
    roles: frozenset[str] = field(default_factory=frozenset)
    emergency_until: datetime | None = None

    @property
    def label(self) -> str:
        """What audit rows say of the actor: never a patient's name."""
        if self.practitioner:
            return f"practitioner:{self.practitioner}"
        return f"patient:{self.patient}" if self.patient else f"system:{self.name}"


def system(clinic: uuid.UUID, name: str) -> Actor:
    """This function will return the actor for what the product does by itself."""
    return Actor(clinic=clinic, name=name, roles=frozenset({SYSTEM}))


def by_link(clinic: uuid.UUID, patient: uuid.UUID) -> Actor:
    """This function will return the actor for a patient who came by a link."""
    return Actor(clinic=clinic, name="patient", patient=patient, roles=frozenset({PATIENT}))


def allowed(actor: Actor, act: str) -> bool:
    """This function will tell whether an actor may do an act; an unnamed act is nobody's."""
    if actor.emergency_until is not None and act in EMERGENCY:
        return True
    return bool(PERMISSIONS.get(act, frozenset()) & actor.roles)


def require(actor: Actor, act: str) -> None:
    """This function will raise PermissionDenied unless the actor may do the act."""
    if not allowed(actor, act):
        raise PermissionDenied(Message(id=N_("You may not do this: {act}"), params={"act": act}))
