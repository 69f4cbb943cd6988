"""The regimen chosen for a person, and the orders that follow from signing it."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, parent


class CarePlan(AppendOnly):
    """A regimen for one person. A changed plan is a new row that points at the old."""

    patient = parent("Patient")
    episode = parent("EpisodeOfCare")
    regimen = models.CharField(max_length=60)
    knowledge = models.CharField(max_length=40)
    sessions = models.PositiveSmallIntegerField()
    goal = parent("Note", null=True)
    is_booster = models.BooleanField(default=False)
    detail = models.JSONField(default=dict)
    replaces = parent("CarePlan", null=True, name="replaced_by")


class MedicationRequest(AppendOnly):
    """An order: ketamine for one session, or a rescue drug as needed, with every limit.

    Amounts are integer micrograms; rates are micrograms an hour.
    """

    patient = parent("Patient")
    plan = parent("CarePlan", null=True)
    encounter = parent("Encounter", null=True)
    session_no = models.PositiveSmallIntegerField(null=True)
    drug = models.CharField(max_length=60)
    form = models.CharField(max_length=20, blank=True)
    route = models.CharField(max_length=12)
    as_needed = models.BooleanField(default=False)
    dose_ug = models.BigIntegerField(null=True)
    max_dose_ug = models.BigIntegerField(null=True)
    max_total_ug = models.BigIntegerField()
    max_rate_ug_per_h = models.BigIntegerField(null=True)
    min_interval_min = models.PositiveIntegerField(null=True)
    steps = models.JSONField(default=list)
    hold_for = models.JSONField(default=list)
    weight_g = models.PositiveIntegerField(null=True)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField()
    verbal = models.BooleanField(default=False)
    prescriber = parent("Practitioner")
    read_back = models.BooleanField(default=False)
    cosign_due = models.DateTimeField(null=True)
    replaces = parent("MedicationRequest", null=True, name="replaced_by")
    knowledge = models.CharField(max_length=40, blank=True)


class Signature(AppendOnly):
    """Who signed what, with which meaning, over which content.

    A 'record' signature over an encounter closes it: guards then refuse all but addenda.
    """

    subject_kind = models.CharField(max_length=32)
    subject = models.UUIDField()
    encounter = parent("Encounter", null=True)
    patient = parent("Patient")
    meaning = models.CharField(max_length=32)
    printed_name = models.CharField(max_length=200)
    content_sha256 = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["encounter", "meaning"], name="signature_closes")]
