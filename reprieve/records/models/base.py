"""What every row shares: a clinic, an opaque identity, and whether it may ever change."""

from __future__ import annotations

import uuid
from typing import Any, Self

from django.db import models


class Unscoped(RuntimeError):
    """A query was asked for without naming the clinic."""


class Scoped(models.Manager[Any]):
    """A manager that answers only for one clinic: `Model.objects.of(clinic_id)`."""

    def get_queryset(self) -> Any:
        raise Unscoped(f"{self.model.__name__}.objects: name the clinic with .of(clinic_id)")

    def of(self, clinic: uuid.UUID) -> models.QuerySet[Any]:
        """This function will return the clinic's rows of this model."""
        return models.QuerySet(self.model, using=self._db).filter(clinic_id=clinic)

    def every(self) -> models.QuerySet[Any]:
        """This function will return all clinics' rows: only `verify`, jobs and device routing."""
        return models.QuerySet(self.model, using=self._db)

    def add(self, **values: Any) -> Any:
        """This function will insert one row and return it."""
        row = self.model(**values)
        row.save(force_insert=True, using=self._db)
        return row


class ClinicRow(models.Model):
    """A row that belongs to a clinic. A guard refuses a parent of another clinic."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    clinic = models.ForeignKey("records.Clinic", on_delete=models.PROTECT, related_name="+")

    objects = Scoped()

    class Meta:
        abstract = True

    @classmethod
    def of(cls, clinic: uuid.UUID) -> models.QuerySet[Self]:
        return cls.objects.of(clinic)


class AppendOnly(ClinicRow):
    """A fact. It is never changed and never removed; a correction is a new row."""

    recorded_at = models.DateTimeField()
    by = models.ForeignKey(
        "records.Practitioner", on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        abstract = True


class Provenance(models.TextChoices):
    """Where a value came from; shown beside it and never guessed later."""

    TYPED = "typed"
    DEVICE = "device"
    PATIENT = "patient"
    IMPORTED = "imported"


class Mode(models.TextChoices):
    """How the person answered: results differ by place."""

    HOME = "home"
    CLINIC = "clinic"
    CALL = "call"
    PAPER = "paper"
    KIOSK = "kiosk"


def parent(to: str, *, null: bool = False, name: str = "+") -> Any:
    """This function will make a link to a row that must outlive this one."""
    return models.ForeignKey(
        f"records.{to}", on_delete=models.PROTECT, null=null, related_name=name
    )
