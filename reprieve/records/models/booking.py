"""Times, chairs and people taken. Two bookings of one slot cannot both be written."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent


class Appointment(ClinicRow):
    """A booked visit. `status` and times are a projection of its events."""

    patient = parent("Patient")
    episode = parent("EpisodeOfCare")
    kind = models.CharField(max_length=16)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    chair = parent("Chair", null=True)
    practitioner = parent("Practitioner", null=True)
    series_no = models.PositiveSmallIntegerField(null=True)
    plan = parent("CarePlan", null=True)
    status = models.CharField(max_length=16, default="booked")

    class Meta:
        indexes = [models.Index(fields=["clinic", "starts_at"], name="appointment_day")]


class AppointmentEvent(AppendOnly):
    """Booked, moved, arrived, late, no-show, cancelled, done: with the reason where one is due."""

    appointment = parent("Appointment", name="events")
    kind = models.CharField(max_length=16)
    detail = models.JSONField(default=dict)
    note = parent("Note", null=True)


class Reservation(models.Model):
    """One resource in one 5-minute slot. UNIQUE is what makes double booking impossible."""

    id = models.BigAutoField(primary_key=True)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")
    resource_kind = models.CharField(max_length=12)
    resource = models.UUIDField()
    slot = models.IntegerField()
    appointment = models.ForeignKey(Appointment, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["resource", "slot", "resource_kind"], name="resource_slot_once"
            )
        ]


class Escort(AppendOnly):
    """Who takes the patient home: name and phone in an encrypted note."""

    patient = parent("Patient")
    appointment = parent("Appointment", null=True)
    contact = parent("Note")
