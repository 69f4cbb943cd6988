"""What a tablet kept while no server answered."""

from __future__ import annotations

from django.db import models

from reprieve.records.models.base import AppendOnly, parent


class OfflineEntry(AppendOnly):
    """One entry that was made without a connection, with the tablet's own time.

    `tablet_ms` is what the tablet's clock said, `offset_ms` how far the server's clock was ahead
    when the tablet last heard of it (`since_ms`, server's time); `at_ms` is the time it counts for.
    `subject` names the row that was written. `beside` says why it stands beside the stream:
    overlap, stopped or signed. What could not be charted is kept as a note (`refused`).
    """

    encounter = parent("Encounter")
    act = models.UUIDField(unique=True)
    tablet = models.UUIDField()
    kind = models.CharField(max_length=16)
    subject = models.UUIDField(null=True)
    tablet_ms = models.BigIntegerField()
    offset_ms = models.BigIntegerField()
    since_ms = models.BigIntegerField()
    at_ms = models.BigIntegerField()
    received_ms = models.BigIntegerField()
    beside = models.CharField(max_length=8, default="")
    refused = models.BooleanField(default=False)
