"""Monitors, what they are linked to, and what they sent."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent


class Device(ClinicRow):
    """A sender of readings, known by what it calls itself and the bed it names."""

    sender = models.CharField(max_length=120)
    bed = models.CharField(max_length=80, blank=True)
    seen_first = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "sender", "bed"], name="device_once")
        ]


class DeviceAssociation(models.Model):
    """A device speaks for one encounter from one moment to another. Nothing outside counts."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    encounter = models.ForeignKey("records.Encounter", on_delete=models.PROTECT, related_name="+")
    patient_ids = models.JSONField(default=list)
    from_ms = models.BigIntegerField()
    until_ms = models.BigIntegerField(null=True)
    by = parent("Practitioner")


class Frame(models.Model):
    """One message of one device: its readings packed. Written by `records.frames` only.

    `content_key` is the first 8 bytes of a hash over times and readings: a retry has the same.
    """

    id = models.BigAutoField(primary_key=True)
    association = models.ForeignKey(
        DeviceAssociation, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    measured_ms = models.BigIntegerField()
    recorded_ms = models.BigIntegerField()
    dialect = models.IntegerField()
    content_key = models.BigIntegerField()
    signals = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["association", "measured_ms", "content_key"], name="frame_once"
            )
        ]


class DialectVersion(models.Model):
    """The dialect file that read a frame: its name and hash, numbered to keep frames small."""

    id = models.AutoField(primary_key=True)
    name = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "sha256"], name="dialect_once")]


class ParkedMessage(models.Model):
    """A message that could not be charted, whole and encrypted, with the reason.

    Of messages that fit nobody, and of refused ones, one a minute is kept whole; `ParkedFrame`
    holds the values of the minute, or the texts.
    """

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    received_ms = models.BigIntegerField()
    measured_ms = models.BigIntegerField(null=True)
    sender = models.CharField(max_length=120)
    bed = models.CharField(max_length=80, blank=True)
    kind = models.CharField(max_length=16)
    reason = models.CharField(max_length=200)
    content_key = models.BinaryField(max_length=16)
    ciphertext = models.BinaryField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "content_key"], name="parked_once")
        ]
        indexes = [models.Index(fields=["clinic", "sender", "bed"], name="parked_by_sender")]


class ParkedFrame(models.Model):
    """The values of one message that fits nobody, packed as a charted message's are.

    Of a refused message its text, encrypted (`records.traffic`).
    """

    id = models.BigAutoField(primary_key=True)
    parked = models.ForeignKey(
        ParkedMessage, on_delete=models.PROTECT, related_name="+", db_index=False
    )
    measured_ms = models.BigIntegerField()
    recorded_ms = models.BigIntegerField()
    content_key = models.BigIntegerField()
    signals = models.BinaryField()

    objects: models.Manager[ParkedFrame] = models.Manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["parked", "measured_ms", "content_key"], name="parked_frame_once"
            )
        ]


class ParkedDecision(AppendOnly):
    """What a person did with a parked message: attached it to a visit, or put it aside."""

    parked = models.OneToOneField(ParkedMessage, on_delete=models.PROTECT, related_name="decision")
    kind = models.CharField(max_length=12)
    encounter = parent("Encounter", null=True)
    note = parent("Note", null=True)


class RawTraffic(models.Model):
    """All that a device sent, for a day: one encrypted row a batch. Purged by the ticker."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    received_ms = models.BigIntegerField(db_index=True)
    ciphertext = models.BinaryField()


class UnmappedCode(ClinicRow):
    """A code that no dialect knows: listed for the clinic, never dropped in silence."""

    sender = models.CharField(max_length=120)
    code = models.CharField(max_length=160)
    first_ms = models.BigIntegerField()
    example = models.CharField(max_length=80, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "sender", "code"], name="unmapped_once")
        ]
