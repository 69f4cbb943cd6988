"""On feed: a monitor that speaks over the wire, linked in the gate, heard on the screen."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

from reprieve.interop.hl7v2.bedside import Bed
from reprieve.interop.hl7v2.simulator import Simulator
from reprieve.records.queries import charts, monitors
from tests.house.running import wait_for
from tests.journeys.people import House
from tests.journeys.steps_gate import tell

BED = Bed(bed="BED-1", patient_id="SIM-A", device="JOURNEY-1")
HEARD_WITHIN_MS = 60_000
LOOKED_AT_S = 1.5


@contextmanager
def a_monitor_speaks(house: House, bed: Bed = BED) -> Iterator[Simulator]:
    """This function will let a bedside monitor send to the clinic's gateway, on its clock."""

    def now() -> datetime:
        return datetime.now(UTC) + house.ahead

    monitor = Simulator(host="127.0.0.1", port=house.live.mllp_port, bed=bed, seed=7, now=now)
    monitor.start()
    try:
        wait_for(lambda: monitor.acked > 0, "an acknowledged message")
        yield monitor
    finally:
        monitor.stop()


def when_the_monitor_is_linked(house: House, visit: uuid.UUID, monitor: Simulator) -> None:
    """This function will link the bed's monitor in the gate, and take a blood pressure by it."""
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}/prepare")
    [device] = monitors.monitors(clinic=house.world.id)
    tell(nurse, "monitor", device=device.id, patient_ids=BED.patient_id)
    nurse.unfold().sees("linked")
    monitor.switch("steady")  # which inflates the cuff at once
    said = monitor.acked
    wait_for(lambda: monitor.acked > said + 1, "a blood pressure")


def let_time_pass(house: House, monitor: Simulator, *, minutes: int) -> None:
    """This function will let minutes pass with the monitor's plug out.

    The gateway looks at the demo's clock twice a second: a message on its way while the clock
    jumps would seem to come from another time.
    """
    monitor.switch("lost-link")
    time.sleep(LOOKED_AT_S)
    house.wait(minutes=minutes)
    time.sleep(LOOKED_AT_S)
    said = monitor.acked
    monitor.switch("steady")
    wait_for(lambda: monitor.acked > said, "a message after the pause")


def then_the_values_are_on_the_chart(house: House, visit: uuid.UUID) -> None:
    """This function will see the monitor's values live, and again in the table."""
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}")
    nurse.page.wait_for_selector("#grid svg path.g-hr")
    nurse.follow("The same as a table").sees("SpO2")
    charted = charts.values(clinic=house.world.id, encounter=visit)
    sent = {value.signal for value in charted if value.provenance == "device"}
    assert {"heart_rate", "spo2", "respiratory_rate", "sbp", "dbp"} <= sent


def then_an_alarm_is_seen_and_acknowledged(
    house: House, visit: uuid.UUID, monitor: Simulator
) -> None:
    """This function will let oxygen fall, see the alarm on the screen and acknowledge it."""
    nurse = house.who("infusion_nurse").go(f"/infusion/{visit}")
    monitor.switch("desaturation")
    alarm = nurse.page.locator(".alarm-item", has_text="SpO2").first
    alarm.wait_for(timeout=HEARD_WITHIN_MS)
    alarm.locator("[data-acknowledge]").click()
    alarm.get_by_text("seen").wait_for()
    monitor.switch("steady")
