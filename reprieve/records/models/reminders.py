"""How a patient wants to be reminded."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, parent


class ReminderChoice(AppendOnly):
    """Whether and when a patient is reminded; the newest counts.

    `evening` is a time of day on the clinic's clock, empty for the clinic's usual one. `said_by`
    tells where it came from: the diary's page, a text (STOP), the mail's link, or staff. `way` is
    mail or sms, null for the usual one.
    """

    patient = parent("Patient")
    wanted = models.BooleanField()
    evening = models.TimeField(null=True)
    said_by = models.CharField(max_length=8)
    way = models.CharField(max_length=4, null=True)

    class Meta:
        indexes = [models.Index(fields=["patient", "recorded_at"], name="reminder_newest")]
