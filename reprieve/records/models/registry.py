"""The registry as it was computed: kept, so that a figure that was shown can be shown again."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly


class RegistryReport(AppendOnly):
    """All figures as seen on `day`, and one line a patient behind them, without a name."""

    day = models.DateField()
    content = models.JSONField()

    class Meta:
        indexes = [models.Index(fields=["clinic", "recorded_at"], name="registry_newest")]
