"""What the demo's monitors said before the demo began: real messages through the real reader."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from reprieve.config.demo.stage import Stage
from reprieve.interop.hl7v2 import bedside, sink
from reprieve.interop.hl7v2.arrivals import Arrival
from reprieve.interop.hl7v2.bedside import Bed
from reprieve.interop.hl7v2.read import read
from reprieve.pathway.clock import ms

BEDS = {
    "Chair 1": Bed(bed="BED-1", patient_id="SIM-A", device="DEMO-1"),
    "Chair 2": Bed(bed="BED-2", patient_id="SIM-B", device="DEMO-2"),
}
PEER = "127.0.0.1:0"
CUFF_EVERY = 30


def heard(stage: Stage, chair: str, *, since: datetime, until: datetime, every_s: int = 10) -> None:
    """This function will deliver what a bed's monitor sent in a span of time."""
    bed = BEDS[chair]
    patient = bedside.Patient(random.Random(f"{chair}{since}"))  # noqa: S311  # invented
    scene = bedside.scenario(bedside.STEADY)
    arrivals = []
    steps = int((until - since).total_seconds()) // every_s
    for step in range(steps):
        at = since + timedelta(seconds=step * every_s)
        raw = bedside.message(
            patient.step(scene), at=at, bed=bed, scene=scene, cuff=step % CUFF_EVERY == 0
        )
        message = read(raw, clinic_zone=stage.clinic.timezone, received=at)
        arrivals.append(Arrival(raw=raw, message=message, peer=PEER, received_ms=ms(at)))
    for start in range(0, len(arrivals), CUFF_EVERY):
        sink.commit(arrivals[start : start + CUFF_EVERY], clinic=stage.clinic.id)
