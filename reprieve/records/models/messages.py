"""Messages to send and links that speak for a patient."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent


class OutboxMessage(ClinicRow):
    """A mail, SMS or calendar invitation to send: the address and words are encrypted."""

    channel = models.CharField(max_length=8)
    template = models.CharField(max_length=40)
    patient = parent("Patient", null=True)
    appointment = parent("Appointment", null=True)
    ciphertext = models.BinaryField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=12, default="waiting")
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        indexes = [models.Index(fields=["state", "due_at"], name="outbox_due")]


class OutboxAttempt(AppendOnly):
    """One try to send, and how it ended."""

    message = parent("OutboxMessage", name="tries")
    succeeded = models.BooleanField()
    error = models.CharField(max_length=200, blank=True)


class PatientLink(ClinicRow):
    """An opaque link for one patient, one form, one period. Only a hash of it is kept."""

    patient = parent("Patient")
    episode = parent("EpisodeOfCare", null=True)
    form = models.CharField(max_length=40)
    token_sha256 = models.BinaryField(max_length=32, unique=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    bound_sha256 = models.BinaryField(max_length=32, null=True)
    submitted_key = models.UUIDField(null=True)
    revoked_at = models.DateTimeField(null=True)


class DiaryEntry(AppendOnly):
    """One day at home: pain, worst pain, function and mood, each 0-10, missing stays missing."""

    patient = parent("Patient")
    day = models.DateField()
    at = models.DateTimeField()
    average_pain = models.PositiveSmallIntegerField(null=True)
    worst_pain = models.PositiveSmallIntegerField(null=True)
    function = models.PositiveSmallIntegerField(null=True)
    mood = models.PositiveSmallIntegerField(null=True)
    extras = models.JSONField(default=dict)
    mode = models.CharField(max_length=12)
    link = parent("PatientLink", null=True)
    corrects = parent("DiaryEntry", null=True, name="corrections")

    class Meta:
        indexes = [models.Index(fields=["patient", "day"], name="diary_course")]
