"""The course of care: episodes, the steps they take, findings, decisions and work to do."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent


class EpisodeOfCare(ClinicRow):
    """One course through the pathway. `state` is a projection of its `StateChange` rows."""

    patient = parent("Patient")
    started_at = models.DateTimeField()
    state = models.CharField(max_length=32)


class StateChange(AppendOnly):
    """A step from one state to the next, as the table of states allows."""

    episode = parent("EpisodeOfCare", name="changes")
    act = models.CharField(max_length=40)
    before = models.CharField(max_length=32, blank=True)
    after = models.CharField(max_length=32)


class Referral(AppendOnly):
    """A request for a consultation as it came in. What the person wrote is in the note."""

    class Source(models.TextChoices):
        WEB = "web"
        CALL = "call"
        EMAIL = "email"
        REFERRAL = "referral"
        WALK_IN = "walk_in"

    patient = parent("Patient")
    episode = parent("EpisodeOfCare")
    source = models.CharField(max_length=12, choices=Source.choices)
    note = parent("Note", null=True)
    attachment = parent("Attachment", null=True)


class Referrer(AppendOnly):
    """Who referred a patient, and how letters reach them. The newest counts."""

    patient = parent("Patient")
    contact = parent("Note")

    class Meta:
        indexes = [models.Index(fields=["patient", "recorded_at"], name="referrer_newest")]


class Decision(AppendOnly):
    """What a clinician decided and why, with the findings in view at that moment."""

    patient = parent("Patient")
    episode = parent("EpisodeOfCare")
    encounter = parent("Encounter", null=True)
    kind = models.CharField(max_length=24)
    outcome = models.CharField(max_length=24)
    reason = parent("Note", null=True)
    findings = models.JSONField(default=list)
    knowledge = models.CharField(max_length=40)


class FindingOverride(AppendOnly):
    """A clinician's reason to go on against a finding, and who stood beside them."""

    patient = parent("Patient")
    decision = parent("Decision", null=True)
    encounter = parent("Encounter", null=True)
    rule = models.CharField(max_length=80)
    severity = models.CharField(max_length=12)
    reason = parent("Note")
    second = parent("Practitioner", null=True)


class WorkItem(ClinicRow):
    """Something that somebody must do by a time. `state` is a projection of its events."""

    kind = models.CharField(max_length=40)
    patient = parent("Patient", null=True)
    encounter = parent("Encounter", null=True)
    owner_role = models.CharField(max_length=24)
    opened_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="open")
    level = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "state", "due_at"], name="work_due"),
            models.Index(fields=["patient", "clinic"], name="work_of_patient"),
            models.Index(fields=["encounter", "clinic"], name="work_of_encounter"),
        ]


class WorkItemEvent(AppendOnly):
    """Opened, acknowledged, escalated or done: what happened to a work item."""

    item = parent("WorkItem", name="events")
    kind = models.CharField(max_length=16)
    owner = parent("Practitioner", null=True)
    note = parent("Note", null=True)


class QuestionnaireResponse(AppendOnly):
    """A form as it was saved. A draft is kept too: an alert counts even if nobody finishes."""

    patient = parent("Patient")
    encounter = parent("Encounter", null=True)
    instrument = models.CharField(max_length=60)
    version = models.CharField(max_length=40)
    answers = models.JSONField()
    complete = models.BooleanField()
    score = models.JSONField(null=True)
    measured_at = models.DateTimeField()
    mode = models.CharField(max_length=12)
    link = parent("PatientLink", null=True)
    corrects = parent("QuestionnaireResponse", null=True, name="corrections")

    class Meta:
        indexes = [models.Index(fields=["patient", "instrument", "measured_at"], name="qr_newest")]


class Consent(AppendOnly):
    """A consent given or withdrawn, with the exact text, its version and when it ends."""

    patient = parent("Patient")
    episode = parent("EpisodeOfCare")
    text_version = models.CharField(max_length=40)
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    given = models.BooleanField()
    signed_name = parent("Note")
    signature_image = parent("Attachment", null=True)
    witness = parent("Practitioner", null=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)
