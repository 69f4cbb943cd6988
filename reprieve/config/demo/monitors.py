"""The demo's bedside monitors: a process that speaks HL7 over MLLP to the real gateway."""

from __future__ import annotations

import os
import signal
import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reprieve.config.shift import Shift
    from reprieve.interop.hl7v2.simulator import Simulator

LOOK_EVERY_S = 0.4


def main() -> None:
    """This function will send vital signs until it is told to stop."""
    os.environ.setdefault("REPRIEVE_PART", "monitors")
    from reprieve.config import boot

    boot.start()
    from reprieve.config.shift import Shift
    from reprieve.pathway import demo

    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, lambda *_: stop.set())
    clinic = demo.clinic()
    if clinic is None:  # never in a real clinic, whoever started this
        return
    shift = Shift().begin()
    simulators = _simulators(shift)
    for one in simulators.values():
        one.start()
    playing: dict[str, str] = {}
    while not stop.wait(LOOK_EVERY_S):
        wanted = demo.scenes(clinic=clinic)
        for bed, scene in wanted.items():
            if bed in simulators and playing.get(bed) != scene:
                simulators[bed].switch(scene)
        playing = wanted
    for one in simulators.values():
        one.stop()


def _simulators(shift: Shift) -> dict[str, Simulator]:
    """Django is started before this is called."""
    from reprieve.config.demo.feed import BEDS
    from reprieve.interop.hl7v2.simulator import Simulator

    def now() -> datetime:
        return datetime.fromtimestamp(shift.now_ms() / 1000, UTC)

    return {
        bed.bed: Simulator(
            host=os.environ.get("REPRIEVE_MLLP_HOST", "127.0.0.1"),
            port=int(os.environ["REPRIEVE_MLLP_PORT"]), bed=bed, seed=number, now=now,
        )
        for number, bed in enumerate(BEDS.values(), start=1)
    }  # fmt: skip


if __name__ == "__main__":
    main()
