"""Each of the simulator's scripts, over the wire to a browser: what the board shows in the end.

All beds speak at once, each with its own script, so that one clinic and half a minute do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from reprieve.interop.hl7v2.bedside import Bed
from reprieve.interop.hl7v2.simulator import Simulator
from reprieve.pathway import clinic, monitors
from reprieve.records.models import Device
from reprieve.records.queries import charts
from tests.chairside import Chair, sit
from tests.house.running import LiveClinic, wait_for
from tests.world import PASSWORD, World, new

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

pytestmark = [pytest.mark.journey, pytest.mark.once]
# Script and what its chair says on the board when it has run its course.
ENDS = {
    "steady": "No alarm",
    "nausea": "No alarm",
    "hypertension": "Systolic",
    "desaturation": "SpO2 8",
    "probe-off": "no value for too long",
    "zero": "no reading: look at the patient",
    "lost-link": "no value for too long",
    "clock-off": "clock is wrong: set it",
}
WITHIN_MS = 60_000


@contextmanager
def speaking(live: LiveClinic, name: str) -> Iterator[Simulator]:
    bed = Bed(bed=f"BED-{name}", patient_id=f"SIM-{name}", device=f"DEV-{name}")
    monitor = Simulator(
        host="127.0.0.1", port=live.mllp_port, bed=bed, seed=7, now=lambda: datetime.now(UTC)
    )
    monitor.start()
    try:
        wait_for(lambda: monitor.acked > 0, f"a message of {name}")
        yield monitor
    finally:
        monitor.stop()


def seated(world: World, name: str) -> Chair:
    chair = sit(world)
    place = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name=f"Chair {name}")
    chair.do("chair_moved", chair=place)
    chair.start(20)
    return chair


def link(chair: Chair, name: str) -> None:
    device = Device.of(chair.world.id).get(bed__contains=f"BED-{name}")
    monitors.link(
        actor=chair.world["infusion_nurse"], uid=new(), at=datetime.now(UTC),
        encounter=chair.encounter, device=device.pk, patient_ids=[f"SIM-{name}"],
    )  # fmt: skip


def signed_in(live: LiveClinic, world: World, page: Page) -> Page:
    page.goto(f"{live.url}/account/login/")
    page.fill("input[name=login]", world.emails["infusion_nurse"])
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".nav-main")
    return page


def test_every_script_ends_on_the_board_as_it_should(
    served: LiveClinic, new_context: Callable[..., BrowserContext]
) -> None:
    world = served.world
    assert world is not None
    world.at = datetime.now(UTC) - timedelta(minutes=1)
    chairs = {name: seated(world, name) for name in ENDS}
    live = served.start()
    with ExitStack() as stack:
        beds = {name: stack.enter_context(speaking(live, name)) for name in ENDS}
        for name, chair in chairs.items():
            link(chair, name)
        page = signed_in(live, world, new_context().new_page())
        page.goto(f"{live.url}/board")
        for name, bed in beds.items():
            bed.switch(name)
        for name, said in ENDS.items():
            seat = page.locator(".seat", has_text=f"Chair {name}")
            expect(seat).to_contain_text(said, timeout=WITHIN_MS)
        # The worst stands first, and what is calm last; the board goes on while it is read.
        order = page.locator(".seat-chair").all_inner_texts
        calm = {"Chair steady", "Chair nausea"}
        wait_for(lambda: set(order()[-2:]) == calm, "what is calm to stand last")
    # A no-value is nowhere charted as a measurement.
    for name in ("probe-off", "zero"):
        charted = charts.values(clinic=world.id, encounter=chairs[name].encounter)
        assert all(v.value > 0 for v in charted if v.provenance == "device")
