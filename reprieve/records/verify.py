"""One look at everything that must hold: guards, chains, signatures, ledger, projections."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.db import connections, router

from reprieve.records import access, anchors, audit, guards, keys, ledger, signing, snapshot
from reprieve.records.models import AccessEntry, InfusionState
from reprieve.records.queries import courses

SEALER_GRACE = timedelta(seconds=10)


def faults(*, at: datetime, sealer_runs: bool) -> Iterator[str]:
    """This function will name each fault, reading from one snapshot.

    The tail of audit rows without a link is a fault only when it is older than 10 s while a
    sealer runs; `sealer_runs` False means that nothing seals at the moment.
    """
    places = {"default", router.db_for_write(AccessEntry)}
    for place in sorted(places):
        yield from _engine(place)
        yield from guards.faults(place)
    yield from keys.faults()
    with snapshot.reading():
        yield from audit.faults()
        yield from signing.faults()
        yield from ledger.faults()
        yield from _projections()
        count, oldest = audit.unsealed()
        if sealer_runs and oldest is not None and at - oldest > SEALER_GRACE:
            yield f"{count} audit rows have no link, the oldest since {oldest.isoformat()}"
    yield from access.faults()
    # After the snapshot: an anchor may be newer than it.
    yield from anchors.faults()


def _engine(place: str) -> Iterator[str]:
    if connections[place].vendor != "sqlite":
        return
    with connections[place].cursor() as cursor:
        cursor.execute("PRAGMA integrity_check")
        for (line,) in cursor.fetchall():
            if line != "ok":
                yield f"database file {place}: {line}"


def _projections() -> Iterator[str]:
    """Compare each infusion's stored state with what its stream of acts gives."""
    for row in InfusionState.objects.every().iterator():
        now = courses.of(clinic=row.clinic_id, encounter=row.encounter_id)
        stored = (row.rate_ug_per_h, row.started_ms, row.ended_ms)
        if stored != (now.rate_ug_per_h, now.started_ms, now.ended_ms):
            yield f"infusion {row.encounter_id}: the stored state differs from its acts"
