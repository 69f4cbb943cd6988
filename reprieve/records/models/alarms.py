"""What the alarm fold decided, and who holds the clock that drives it."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import parent


class AlarmTransition(models.Model):
    """One change of one alarm's state, committed with the value or the tick that caused it."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    encounter = parent("Encounter", name="alarm_transitions")
    alarm = models.CharField(max_length=80)
    before = models.CharField(max_length=16)
    after = models.CharField(max_length=16)
    priority = models.CharField(max_length=8)
    kind = models.CharField(max_length=12)
    at_ms = models.BigIntegerField()
    recorded_ms = models.BigIntegerField()
    by = parent("Practitioner", null=True)
    detail = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["encounter", "id"], name="alarm_stream"),
            # Asked for with every batch of messages; a long infusion has hundreds of other rows.
            models.Index(
                fields=["encounter"], name="alarm_aside", condition=models.Q(kind="suspension")
            ),
        ]


class Lease(models.Model):
    """Who may act on time for the whole installation, and until when (UTC milliseconds)."""

    name = models.CharField(max_length=40, primary_key=True)
    holder = models.CharField(max_length=80)
    until_ms = models.BigIntegerField()


class Change(models.Model):
    """A counter of what is new, read by the live parts: topic and subject, never content."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    topic = models.CharField(max_length=16)
    subject = models.UUIDField(null=True)
    at_ms = models.BigIntegerField()
