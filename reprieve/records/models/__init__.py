"""The tables, one file a noun. Only `records` and `pathway` may import from here."""

from reprieve.records.models.alarms import AlarmTransition, Change, Lease
from reprieve.records.models.audit import AccessEntry, AccessSeal, Act, AuditEvent, AuditSeal
from reprieve.records.models.booking import Appointment, AppointmentEvent, Escort, Reservation
from reprieve.records.models.care import (
    Consent,
    Decision,
    EpisodeOfCare,
    FindingOverride,
    QuestionnaireResponse,
    Referral,
    StateChange,
    WorkItem,
    WorkItemEvent,
)
from reprieve.records.models.clinic import Chair, Clinic, ClinicSetting, KnowledgeOverride, Site
from reprieve.records.models.devices import (
    Device,
    DeviceAssociation,
    DialectVersion,
    Frame,
    ParkedMessage,
    RawTraffic,
    UnmappedCode,
)
from reprieve.records.models.infusion import (
    AdverseEvent,
    Discharge,
    DoubleCheck,
    Encounter,
    InfusionEvent,
    InfusionState,
    MedicationAdministration,
)
from reprieve.records.models.ledger import LedgerEntry, Vial
from reprieve.records.models.messages import DiaryEntry, OutboxAttempt, OutboxMessage, PatientLink
from reprieve.records.models.patient import (
    AllergyIntolerance,
    Attachment,
    Condition,
    IdentityIndex,
    MedicationStatement,
    Note,
    Observation,
    Patient,
    PatientIdentity,
)
from reprieve.records.models.people import Absence, Practitioner, PractitionerRole, Role, User
from reprieve.records.models.plan import CarePlan, MedicationRequest, Signature

__all__ = [
    "Absence", "AccessEntry", "AccessSeal", "Act", "AdverseEvent", "AlarmTransition",
    "AllergyIntolerance", "Appointment", "AppointmentEvent", "Attachment", "AuditEvent",
    "AuditSeal", "CarePlan", "Chair", "Change", "Clinic", "ClinicSetting", "Condition", "Consent",
    "Decision", "Device", "DeviceAssociation", "DialectVersion", "DiaryEntry", "Discharge",
    "DoubleCheck", "Encounter", "EpisodeOfCare", "Escort", "FindingOverride", "Frame",
    "IdentityIndex", "InfusionEvent", "InfusionState", "KnowledgeOverride", "Lease", "LedgerEntry",
    "MedicationAdministration", "MedicationRequest", "MedicationStatement", "Note", "Observation",
    "OutboxAttempt", "OutboxMessage", "ParkedMessage", "Patient", "PatientIdentity", "PatientLink",
    "Practitioner", "PractitionerRole", "QuestionnaireResponse", "RawTraffic", "Referral",
    "Reservation", "Role", "Signature", "Site", "StateChange", "UnmappedCode", "User", "Vial",
    "WorkItem", "WorkItemEvent",
]
