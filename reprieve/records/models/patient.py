"""The person treated. Who they are stays encrypted and apart from what happened to them."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, Mode, Provenance, parent


class Patient(ClinicRow):
    """One person in one clinic, known by number; names live in `PatientIdentity`."""

    number = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    language = models.CharField(max_length=8, default="en")
    interpreter = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "number"], name="patient_number_once")
        ]


class PatientIdentity(AppendOnly):
    """Name, birth date, address, phone, mail and record numbers, encrypted; newest counts."""

    patient = parent("Patient")
    ciphertext = models.BinaryField()

    class Meta:
        indexes = [models.Index(fields=["patient", "recorded_at"], name="identity_newest")]


class IdentityIndex(ClinicRow):
    """A keyed blind index of one identifier, for search and for finding duplicates."""

    patient = parent("Patient")
    kind = models.CharField(max_length=16)
    token = models.BinaryField(max_length=16)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "kind", "token"], name="identity_lookup"),
            models.Index(fields=["patient", "clinic"], name="identity_of"),
        ]


class Note(AppendOnly):
    """Free text, encrypted. What it is about is said by the row that points at it."""

    patient = parent("Patient", null=True)
    ciphertext = models.BinaryField()


class Attachment(AppendOnly):
    """A file as received, encrypted, with its kind checked from its content."""

    patient = parent("Patient", null=True)
    media_type = models.CharField(max_length=80)
    size = models.PositiveIntegerField()
    ciphertext = models.BinaryField()


class Observation(AppendOnly):
    """One value seen or said: a vital sign by hand, a history fact, a score, a result.

    `code` is the product's name for it (a fact, a signal or an instrument's id), `unit` is UCUM.
    Values saved together share `set_id`, so one set has one observed time.
    """

    patient = parent("Patient")
    encounter = parent("Encounter", null=True)
    code = models.CharField(max_length=80)
    value = models.JSONField(null=True)
    unit = models.CharField(max_length=24, blank=True)
    measured_at = models.DateTimeField()
    provenance = models.CharField(max_length=12, choices=Provenance.choices)
    mode = models.CharField(max_length=12, choices=Mode.choices, blank=True)
    set_id = models.UUIDField(null=True)
    response = parent("QuestionnaireResponse", null=True)
    note = parent("Note", null=True)
    addendum = models.BooleanField(default=False)
    corrects = parent("Observation", null=True, name="corrections")
    knowledge = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["patient", "code", "measured_at"], name="observation_newest"),
            models.Index(fields=["encounter", "measured_at"], name="observation_chart"),
        ]


class Condition(AppendOnly):
    """A pain condition or other problem, coded (ICD-10-CM) where a code is known."""

    patient = parent("Patient")
    code = models.CharField(max_length=16, blank=True)
    label = models.CharField(max_length=200)
    is_pain_condition = models.BooleanField(default=False)
    onset = models.CharField(max_length=20, blank=True)
    active = models.BooleanField(default=True)
    corrects = parent("Condition", null=True, name="corrections")


class MedicationStatement(AppendOnly):
    """A medicine that the patient takes, or a therapy that was tried and how it ended.

    `mg_per_day` is what is taken regularly; `mg_per_dose` one dose of an opioid taken as needed.
    Of what was tried: `highest` dose with its unit, `tried_from` and `tried_to` as a month or a
    year (`2023-05`, `2023`), why it was stopped, and words about that in `note`; null: not known.
    """

    patient = parent("Patient")
    name = models.CharField(max_length=120)
    rxnorm = models.CharField(max_length=16, blank=True)
    dose = models.CharField(max_length=80, blank=True)
    mg_per_day = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    mg_per_dose = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    drug_class = models.CharField(max_length=40, blank=True)
    is_failed_therapy = models.BooleanField(default=False)
    outcome = models.CharField(max_length=24, blank=True)
    weeks = models.PositiveIntegerField(null=True)
    highest = models.DecimalField(max_digits=10, decimal_places=3, null=True)
    highest_unit = models.CharField(max_length=12, null=True)
    tried_from = models.CharField(max_length=7, null=True)
    tried_to = models.CharField(max_length=7, null=True)
    stopped_for = models.CharField(max_length=16, null=True)
    note = parent("Note", null=True)
    active = models.BooleanField(default=True)
    corrects = parent("MedicationStatement", null=True, name="corrections")


class AllergyIntolerance(AppendOnly):
    """An allergy as stated; 'none known' is a row of its own, so that unknown stays unknown."""

    patient = parent("Patient")
    substance = models.CharField(max_length=120)
    reaction = models.CharField(max_length=200, blank=True)
    none_known = models.BooleanField(default=False)
    active = models.BooleanField(default=True)
    corrects = parent("AllergyIntolerance", null=True, name="corrections")
