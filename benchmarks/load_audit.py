"""What logging a reading costs: `python -m benchmarks.load_audit READINGS EVERY_S` in a clinic.

Prints JSON: the processor's time of each in this process, with the thread that commits, and the
time until it is committed, both in ms. One after the other, so that no reading shares a commit with
others, as it does when many are opened at once.
"""

from __future__ import annotations

import json
import sys
import time
import uuid
from datetime import UTC, datetime

from reprieve.config import boot

FIRST = 10  # these open the database
SHOWN = 50  # a page of the patients' list, the longest


def main() -> None:
    """This function will log readings and print what they cost."""
    boot.start()
    print(json.dumps(_measured(int(sys.argv[1]), float(sys.argv[2]))))


def _measured(readings: int, every_s: float) -> dict[str, list[float]]:
    from reprieve.records import access
    from reprieve.records.queries import clinics

    [clinic] = clinics.clinics()
    found: dict[str, list[float]] = {"cpu_ms": [], "took_ms": []}
    shown = [str(uuid.uuid4()) for _ in range(SHOWN)]
    for number in range(readings + FIRST):
        cpu, began = time.process_time(), time.perf_counter()
        access.note(
            clinic=clinic.id, at=datetime.now(UTC), actor=f"practitioner:{uuid.UUID(int=0)}",
            view="patients", shown=shown,
        )  # fmt: skip
        took, used = time.perf_counter() - began, time.process_time() - cpu
        if number >= FIRST:
            found["took_ms"].append(took * 1000)
            found["cpu_ms"].append(used * 1000)
        time.sleep(every_s)
    return found


if __name__ == "__main__":
    main()
