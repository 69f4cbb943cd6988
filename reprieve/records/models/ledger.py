"""Controlled drugs, vial by vial: every microgram accounted for in a chain."""

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
    """One movement of one vial. A guard holds `balance_after = previous + change`."""

    vial = parent("Vial", name="entries")
    seq = models.PositiveIntegerField()
    kind = models.CharField(max_length=16)
    change_ug = models.BigIntegerField()
    balance_after_ug = models.BigIntegerField()
    encounter = parent("Encounter", null=True)
    witness = parent("Practitioner", null=True)
    note = parent("Note", null=True)
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
