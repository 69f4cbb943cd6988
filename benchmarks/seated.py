"""A clinic for a bench: one visit for each monitor, linked since an hour, and who may look.

`python -m benchmarks.seated MONITORS HISTORY_S` fills the folder named by REPRIEVE_DATA and prints
JSON: the clinic, the visits, and the cookie of a signed-in nurse.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.config import boot

SIX = (("heart_rate", 72), ("spo2", 97), ("respiratory_rate", 14), ("sbp", 120), ("dbp", 70),
       ("map", 90))  # fmt: skip
BATCH = 500


def main() -> None:
    """This function will seat the patients."""
    monitors, history_s = int(sys.argv[1]), int(sys.argv[2])
    boot.start()
    from reprieve.config.migrate import migrate

    migrate()
    print(json.dumps(seat(monitors, history_s)))


def seat(monitors: int, history_s: int) -> dict[str, Any]:
    """This function will make visits, the last of them with a history of one-second data."""
    from django.db import transaction

    from benchmarks.filled import cookie
    from tests import world as invented

    at = datetime.now(UTC)
    world = invented.found("Bench", at=at - timedelta(seconds=max(3600, history_s + 60)))
    visits = []
    with transaction.atomic():
        for number in range(monitors):
            visits.append(_linked(world, number))
    if history_s:
        _history(world, visits[-1], history_s)
    return {
        "clinic": str(world.id), "visits": [str(v) for v in visits],
        "cookie": cookie(world.emails["infusion_nurse"]),
    }  # fmt: skip


def _linked(world: Any, number: int) -> uuid.UUID:
    from tests import world as invented

    patient = invented.person(world, given=f"Nr{number}", mrn=f"B-{number}")
    visit = invented.prepared(world, *patient)
    invented.linked(world, visit, sender=f"SIM-{number}")
    return visit


def _history(world: Any, visit: uuid.UUID, seconds: int) -> None:
    from django.db import transaction

    from reprieve.records import frames
    from reprieve.records.models import DeviceAssociation

    link = DeviceAssociation.objects.get(encounter_id=visit)
    start = int(world.at.timestamp() * 1000)
    for first in range(0, seconds, BATCH):
        with transaction.atomic():
            frames.insert(
                frames.NewFrame(
                    association=link.pk, recorded_ms=start + s * 1000, dialect=1,
                    values=tuple(
                        frames.Value(
                            signal=name, value=Decimal(usual + s * 7 % 13), at_ms=start + s * 1000
                        )
                        for name, usual in SIX
                    ),
                )
                for s in range(first, min(first + BATCH, seconds))
            )  # fmt: skip


if __name__ == "__main__":
    main()
