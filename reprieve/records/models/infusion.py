"""What happened in the chair: one append-only stream of acts, and its projection."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent

# FHIR's word for an entry of something that did not happen: it stands in the place of the dose of
# a drug, and of the outcome of a side effect, in the row that takes another back.
ENTERED_IN_ERROR = "entered-in-error"


class Encounter(AppendOnly):
    """One visit: a consultation, an infusion with its recovery, a follow-up or a call."""

    patient = parent("Patient")
    episode = parent("EpisodeOfCare")
    appointment = parent("Appointment", null=True)
    kind = models.CharField(max_length=16)
    plan = parent("CarePlan", null=True)
    session_no = models.PositiveSmallIntegerField(null=True)


class InfusionEvent(AppendOnly):
    """One act on the infusion: start, rate, bolus, pause, stop, and all that may befall it.

    `at_ms` is when it happened, `recorded_ms` when the server heard of it (UTC milliseconds).
    `rate_ug_per_h` is the rate from this moment on; `dose_ug` a bolus or an amount not given IV.
    """

    encounter = parent("Encounter", name="infusion_events")
    kind = models.CharField(max_length=20)
    at_ms = models.BigIntegerField()
    recorded_ms = models.BigIntegerField()
    rate_ug_per_h = models.BigIntegerField(null=True)
    dose_ug = models.BigIntegerField(null=True)
    order = parent("MedicationRequest", null=True)
    chair = parent("Chair", null=True)
    detail = models.JSONField(default=dict)
    note = parent("Note", null=True)
    reported = models.BooleanField(default=False)
    deviation = models.BooleanField(default=False)
    addendum = models.BooleanField(default=False)
    corrects = parent("InfusionEvent", null=True, name="corrections")

    class Meta:
        indexes = [models.Index(fields=["encounter", "at_ms"], name="infusion_stream")]


class InfusionState(ClinicRow):
    """Projection of an infusion's stream: where it stands now. Rebuilt from the events."""

    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="state")
    patient = parent("Patient")
    state = models.CharField(max_length=16)
    chair = parent("Chair", null=True)
    by_hand = models.BooleanField(default=True)
    started_ms = models.BigIntegerField(null=True)
    ended_ms = models.BigIntegerField(null=True)
    rate_ug_per_h = models.BigIntegerField(default=0)
    alarm_fold = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["clinic", "state"], name="infusion_board"),
            models.Index(fields=["patient", "clinic"], name="infusion_of"),
        ]


class DoubleCheck(AppendOnly):
    """A second person re-entered concentration, rate and volume without seeing them."""

    encounter = parent("Encounter")
    occasion = models.CharField(max_length=20)
    expected = models.JSONField()
    entered = models.JSONField()
    agrees = models.BooleanField()
    second = parent("Practitioner")


class MedicationAdministration(AppendOnly):
    """A drug given besides the ketamine infusion: always recorded, ordered or not.

    With `ENTERED_IN_ERROR` as `dose_text` it says that what it corrects was not given at all.
    """

    patient = parent("Patient")
    encounter = parent("Encounter")
    order = parent("MedicationRequest", null=True)
    drug = models.CharField(max_length=60)
    dose_ug = models.BigIntegerField(null=True)
    dose_text = models.CharField(max_length=40, blank=True)
    route = models.CharField(max_length=12)
    at_ms = models.BigIntegerField()
    recorded_ms = models.BigIntegerField()
    reported = models.BooleanField(default=False)
    deviation = models.BooleanField(default=False)
    addendum = models.BooleanField(default=False)
    note = parent("Note", null=True)
    corrects = parent("MedicationAdministration", null=True, name="corrections")

    @property
    def retracts(self) -> bool:
        """Whether it says that another entry was not given."""
        return bool(self.dose_text == ENTERED_IN_ERROR)


class AdverseEvent(AppendOnly):
    """A side effect or harm with grade, action and outcome; rate and mg at onset by the system.

    With `ENTERED_IN_ERROR` as `outcome` it says that what it corrects did not happen at all; term
    and grade stay those of what it takes back.
    """

    patient = parent("Patient")
    encounter = parent("Encounter", null=True)
    term = models.CharField(max_length=80)
    grade = models.PositiveSmallIntegerField()
    onset_ms = models.BigIntegerField()
    ended_ms = models.BigIntegerField(null=True)
    rate_ug_per_h_at_onset = models.BigIntegerField(null=True)
    given_ug_at_onset = models.BigIntegerField(null=True)
    action = models.CharField(max_length=40, blank=True)
    outcome = models.CharField(max_length=40, blank=True)
    serious = models.BooleanField(default=False)
    criteria = models.JSONField(null=True)
    relatedness = models.CharField(max_length=20, null=True)  # null: nobody judged it
    expected = models.BooleanField(null=True)
    device_fault = models.BooleanField(null=True)
    note = parent("Note", null=True)
    addendum = models.BooleanField(default=False)
    corrects = parent("AdverseEvent", null=True, name="corrections")

    @property
    def retracts(self) -> bool:
        """Whether it says that another entry did not happen."""
        return bool(self.outcome == ENTERED_IN_ERROR)

    @property
    def was_judged(self) -> bool:
        """Whether a physician judged what it stands for, by one correction or several."""
        row = self.corrects
        while row is not None and row.relatedness is None:
            row = row.corrects
        return row is not None


class Discharge(AppendOnly):
    """How a visit ended: home with an escort, against advice, or to hospital."""

    patient = parent("Patient")
    encounter = models.OneToOneField(Encounter, on_delete=models.PROTECT, related_name="discharge")
    way = models.CharField(max_length=20)
    at = models.DateTimeField()
    escort = parent("Escort", null=True)
    findings = models.JSONField(default=list)
    knowledge = models.CharField(max_length=40)
    medicine_advice = parent("Note", null=True)
    note = parent("Note", null=True)
