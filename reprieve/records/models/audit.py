"""Who did what, who looked at what, and the chain that shows tampering."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import parent


class Act(models.Model):
    """A write as the client named it. The same UUID again returns the first result."""

    uid = models.UUIDField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=60)
    by = parent("Practitioner", null=True)
    at = models.DateTimeField()
    result = models.JSONField()


class AuditEvent(models.Model):
    """One write: who, what, on which row, in the write's own transaction."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    action = models.CharField(max_length=60)
    subject_kind = models.CharField(max_length=32, blank=True)
    subject = models.CharField(max_length=40, blank=True)
    act = models.UUIDField(null=True)
    detail = models.JSONField(default=dict)
    row_hash = models.CharField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["subject", "clinic"], name="audit_of_subject")]


class AuditSeal(models.Model):
    """The chain over audit rows: each link covers the link before and one row's hash."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    seq = models.PositiveBigIntegerField()
    event = models.OneToOneField(AuditEvent, on_delete=models.PROTECT, related_name="seal")
    link_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["clinic", "seq"], name="seal_seq_once")]


class AccessEntry(models.Model):
    """One opened view or answer, kept in the access log's own file on SQLite."""

    id = models.BigAutoField(primary_key=True)
    clinic_uid = models.UUIDField()
    at = models.DateTimeField()
    actor = models.CharField(max_length=80)
    view = models.CharField(max_length=80)
    shown = models.JSONField(default=list)
    row_hash = models.CharField(max_length=64)


class AccessSeal(models.Model):
    """The chain over the access log, beside it in the same file."""

    id = models.BigAutoField(primary_key=True)
    clinic_uid = models.UUIDField()
    seq = models.PositiveBigIntegerField()
    entry = models.OneToOneField(AccessEntry, on_delete=models.PROTECT, related_name="seal")
    link_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic_uid", "seq"], name="access_seal_once")
        ]
