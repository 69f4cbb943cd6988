"""What a model said of a patient's coming weeks, kept as it was said."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, parent


class Forecast(AppendOnly):
    """Weekly pain expected from `day` on, without another infusion, from what was known then.

    `weeks` holds mean, 10th and 90th percentile of each week in a row, in points of pain. `fits`
    says whether the model explained the diary; None of a night that did not keep it yet.
    """

    patient = parent("Patient")
    day = models.DateField()
    model = models.CharField(max_length=40)
    version = models.CharField(max_length=64)
    entries = models.PositiveIntegerField()
    responder_probability = models.FloatField()
    weeks = models.JSONField()
    fits = models.BooleanField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["patient", "day"], name="forecast_once_a_day")
        ]
