"""A practice with its sites and chairs, and the settings it chose."""

from __future__ import annotations

import uuid

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent


class Clinic(models.Model):
    """One practice. `data_key` encrypts its identities and notes, wrapped by the master key."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=200)
    timezone = models.CharField(max_length=64)
    is_demo = models.BooleanField(default=False)
    data_key = models.BinaryField()
    created_at = models.DateTimeField()


class Site(ClinicRow):
    """A place where the clinic works."""

    name = models.CharField(max_length=200)


class Chair(ClinicRow):
    """A chair or bed for one infusion at a time. `bed` is what its monitor calls it."""

    site = parent("Site")
    name = models.CharField(max_length=40)
    bed = models.CharField(max_length=80, blank=True)
    has_feed = models.BooleanField(default=False)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "name"], name="chair_name_once_a_site")
        ]


class ClinicSetting(AppendOnly):
    """One choice of the clinic from a moment on; the newest row in force counts."""

    key = models.CharField(max_length=80)
    value = models.JSONField()
    valid_from = models.DateTimeField()
    reason = models.CharField(max_length=400, blank=True)

    class Meta:
        indexes = [models.Index(fields=["clinic", "key", "valid_from"], name="setting_in_force")]


class KnowledgeOverride(AppendOnly):
    """A clinic's own value for a shipped number, with who approved it and since when."""

    file = models.CharField(max_length=80)
    path = models.CharField(max_length=200)
    value = models.JSONField()
    loosens = models.BooleanField()
    reason = models.CharField(max_length=400)
    valid_from = models.DateTimeField()
    approved_by = parent("Practitioner")
