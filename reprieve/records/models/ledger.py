"""Controlled drugs: every microgram accounted for, in a chain for each vial, bag and syringe."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, ClinicRow, parent


class Vial(ClinicRow):
    """One container of a controlled drug. Its balance is the newest ledger entry's."""

    drug = models.CharField(max_length=60)
    form = models.CharField(max_length=20)
    strength_ug_per_ml = models.BigIntegerField()
    volume_ul = models.BigIntegerField()
    lot = models.CharField(max_length=40)
    serial = models.CharField(max_length=40)
    expires_on = models.DateField()
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["clinic", "lot", "serial"], name="vial_received_once")
        ]


class LedgerEntry(AppendOnly):
    """One movement of one vial. A guard holds `balance_after = previous + change`.

    `detail` says what the kind needs: supplier and invoice, maker and NDC, volume, reason,
    receiver, count.
    """

    vial = parent("Vial", name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    change_ug = models.BigIntegerField()
    balance_after_ug = models.BigIntegerField()
    encounter = parent("Encounter", null=True)
    witness = parent("Practitioner", null=True)
    note = parent("Note", null=True)
    detail = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["vial", "seq"], name="ledger_seq_once"),
            models.CheckConstraint(
                condition=models.Q(balance_after_ug__gte=0), name="ledger_never_below_zero"
            ),
            models.CheckConstraint(
                condition=models.Q(witness__isnull=True) | ~models.Q(witness=models.F("by")),
                name="ledger_witness_is_not_actor",
            ),
        ]


class VialState(ClinicRow):
    """Projection of a vial's chain: what it holds now. Rebuilt from the entries."""

    vial = models.OneToOneField(Vial, on_delete=models.PROTECT, related_name="state")
    drug = models.CharField(max_length=60)
    seq = models.PositiveIntegerField()
    balance_ug = models.BigIntegerField()
    is_open = models.BooleanField(default=False)

    class Meta:
        indexes = [
            models.Index(
                fields=["clinic", "drug", "balance_ug"], name="vial_held",
                condition=models.Q(balance_ug__gt=0),
            )
        ]  # fmt: skip


class Portion(AppendOnly):
    """A bag or a syringe that a controlled drug was drawn into, for one visit.

    `concentration_ug_per_ml` is what is on its label; `bag` the recipe in the visit's stream.
    """

    encounter = parent("Encounter", name="portions")
    kind = models.CharField(max_length=8)
    drug = models.CharField(max_length=60)
    form = models.CharField(max_length=20)
    concentration_ug_per_ml = models.BigIntegerField()
    volume_ul = models.BigIntegerField()
    bag = parent("InfusionEvent", null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["bag"], name="portion_once_a_bag")]


class PortionEntry(AppendOnly):
    """One movement of a bag or syringe, chained like a vial's; `source` is where it came from."""

    portion = parent("Portion", name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    change_ug = models.BigIntegerField()
    balance_after_ug = models.BigIntegerField()
    source = parent("LedgerEntry", null=True, name="drawn_into")
    witness = parent("Practitioner", null=True)
    detail = models.JSONField(null=True)
    previous_hash = models.CharField(max_length=64)
    row_hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["portion", "seq"], name="portion_seq_once"),
            models.UniqueConstraint(fields=["source"], name="portion_source_once"),
            models.CheckConstraint(
                condition=models.Q(balance_after_ug__gte=0), name="portion_never_below_zero"
            ),
            models.CheckConstraint(
                condition=models.Q(witness__isnull=True) | ~models.Q(witness=models.F("by")),
                name="portion_witness_is_not_actor",
            ),
        ]


class LeftReading(AppendOnly):
    """What one person measured to be left; a second reading names the first, made unseen."""

    portion = parent("Portion", name="readings")
    bag_ul = models.BigIntegerField()
    line_ul = models.BigIntegerField()
    syringe_ul = models.BigIntegerField()
    left_ug = models.BigIntegerField()
    first = parent("LeftReading", null=True)
    agrees = models.BooleanField(null=True)


class Reconciliation(AppendOnly):
    """How a bag or syringe closed: drawn - given - wasted against a tolerance, by two people."""

    portion = models.OneToOneField(Portion, on_delete=models.PROTECT, related_name="closing")
    encounter = parent("Encounter")
    drug = models.CharField(max_length=60)
    drawn_ug = models.BigIntegerField()
    given_ug = models.BigIntegerField()
    wasted_ug = models.BigIntegerField()
    difference_ug = models.BigIntegerField()
    tolerance_ug = models.BigIntegerField()
    within = models.BooleanField()
    witness = parent("Practitioner")
    reading = parent("LeftReading")
    knowledge = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(witness=models.F("by")), name="closing_witness_is_not_actor"
            ),
            models.CheckConstraint(
                condition=models.Q(
                    difference_ug=models.F("drawn_ug")
                    - models.F("given_ug")
                    - models.F("wasted_ug")
                ),
                name="closing_adds_up",
            ),
        ]


class StockCount(AppendOnly):
    """A blind count of everything held: what was counted beside what the ledger said.

    `occasion` is shift, initial, biennial or other; `business` says open or close of the day.
    """

    occasion = models.CharField(max_length=12)
    business = models.CharField(max_length=8)
    lines = models.JSONField()
    agrees = models.BooleanField()
    witness = parent("Practitioner")
    knowledge = models.CharField(max_length=40)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(witness=models.F("by")), name="count_witness_is_not_actor"
            )
        ]


class Discrepancy(AppendOnly):
    """Drug that the ledger cannot account for, or a theft or loss, from the day it was found."""

    kind = models.CharField(max_length=12)
    drug = models.CharField(max_length=60)
    difference_ug = models.BigIntegerField(null=True)
    vial = parent("Vial", null=True)
    closing = parent("Reconciliation", null=True)
    count = parent("StockCount", null=True)
    note = parent("Note", null=True)
    notice_due = models.DateField(null=True)
    form_due = models.DateField(null=True)
    item = parent("WorkItem", null=True)
    notice_item = parent("WorkItem", null=True)
    form_item = parent("WorkItem", null=True)


class DiscrepancyEvent(AppendOnly):
    """What was done about a discrepancy: explained, judged, told to the agency, closed."""

    discrepancy = parent("Discrepancy", name="events")
    kind = models.CharField(max_length=16)
    reference = models.CharField(max_length=60, blank=True)
    note = parent("Note", null=True)
