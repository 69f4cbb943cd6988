"""Who works here and in which role."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent


class User(AbstractUser):
    """A sign-in. What it may do follows from its practitioner's roles in one clinic.

    `password_given_at`: somebody else chose the password, so the owner must choose another.
    `pin` opens a locked screen of a session that a whole sign-in began; nothing else.
    """

    password_given_at = models.DateTimeField(null=True)
    pin = models.CharField(max_length=128, null=True)
    pin_failures = models.PositiveSmallIntegerField(null=True)

    class Meta:
        db_table = "records_user"


class Role(models.TextChoices):
    """The clinic's roles. A patient has no sign-in; a link speaks for a patient."""

    FRONT_DESK = "front_desk"
    INFUSION_NURSE = "infusion_nurse"
    PHYSICIAN = "physician"
    MEDICAL_DIRECTOR = "medical_director"
    MANAGER = "manager"
    AUDITOR = "auditor"


class Practitioner(ClinicRow):
    """A member of staff in one clinic. Staff names are not patient data."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="practitioners")
    name = models.CharField(max_length=200)
    phone = models.CharField(max_length=40, blank=True)
    active = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="practitioner_once_a_clinic")
        ]


class PractitionerRole(AppendOnly):
    """A role given or taken away; the newest row for a person and role counts."""

    practitioner = parent("Practitioner", name="role_rows")
    role = models.CharField(max_length=24, choices=Role.choices)
    granted = models.BooleanField()


class Absence(ClinicRow):
    """Time in which a practitioner cannot be booked."""

    practitioner = parent("Practitioner")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)


class Credential(AppendOnly):
    """A licence or a training of a member of staff as it was seen, and until when it holds."""

    practitioner = parent("Practitioner", name="credentials")
    kind = models.CharField(max_length=24)
    number = models.CharField(max_length=60, blank=True)
    expires_on = models.DateField(null=True)
    withdrawn = models.BooleanField(default=False)


class EmergencyAccess(AppendOnly):
    """Somebody opened records that their role does not include, for a reason and a while."""

    practitioner = parent("Practitioner")
    reason = parent("Note")
    until = models.DateTimeField()


class EmergencyReview(AppendOnly):
    """What a director or auditor thinks of an emergency access afterwards."""

    access = models.OneToOneField(
        EmergencyAccess, on_delete=models.PROTECT, related_name="review"
    )
    justified = models.BooleanField()
    note = parent("Note", null=True)
