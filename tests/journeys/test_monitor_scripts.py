"""Monitors play their scripts over the wire; each chair's screen shows how it ends."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

import pytest
from playwright.sync_api import Page

from reprieve.interop.hl7v2.bedside import Bed
from reprieve.interop.hl7v2.simulator import Simulator
from reprieve.pathway import monitors
from reprieve.records.models import Device
from tests import world as worlds
from tests.chairside import Chair
from tests.house.running import LiveClinic, wait_for
from tests.world import PASSWORD, World, new

# At full size only: the board of every script is looked at in each run (test_scripts_on_screen).
pytestmark = [pytest.mark.journey, pytest.mark.once, pytest.mark.long]
# What is shown at each chair in the end, by script; the last three take longer.
ENDS = {
    "hypertension": ("sbp", "high"),
    "desaturation": ("spo2", "high"),
    "probe-off": ("spo2", "low"),
    "zero": ("spo2", "high"),
}
ENDS_LONG = {**ENDS, "lost-link": ("spo2", "medium"), "clock-off": ("monitor", "medium")}
RISES = "lost-link"  # a silence of a minute is high, and may be while other scripts are waited for
WORDS = {
    "desaturation": "SpO2", "zero": "no reading", "probe-off": "no usable value",
    "hypertension": "Systolic", "lost-link": "no value", "clock-off": "clock",
}  # fmt: skip


def test_each_script_is_seen_at_its_chair(served: LiveClinic, page: Page, is_long: bool) -> None:
    world = served.world
    assert world is not None
    world.at = datetime.now(UTC)
    scripts = ENDS_LONG if is_long else ENDS
    chairs = {}
    for number, script in enumerate(scripts):
        patient = worlds.person(world, given=script.title(), mrn=f"A-{number}")
        chair = Chair(world, worlds.prepared(world, *patient), patient[0])
        _link(world, chair, f"SIM-{script}")
        chair.start(20)
        chairs[script] = chair
    served.start()
    senders = {
        script: Simulator(
            host="127.0.0.1", port=served.mllp_port, seed=7, period_s=0.5, cuff_s=3,
            bed=Bed(bed="1", patient_id="00417", device=f"SIM-{script}"),
        )
        for script in scripts
    }  # fmt: skip
    try:
        for script, monitor in senders.items():
            monitor.start()
            wait_for(partial(_is_answered, monitor), "an answer")
            monitor.switch(script)
        for script, (signal, priority) in scripts.items():
            risen = {priority, "high"} if script == RISES else {priority}
            end = partial(_is_shown, chairs[script], signal, risen)
            wait_for(end, f"the end of {script}", within_s=60)
        sign_in(page, served, world.emails["infusion_nurse"])
        page.set_default_timeout(60_000)
        for script, chair in chairs.items():
            page.goto(f"{served.url}/infusion/{chair.encounter}")
            page.locator(".alarm-bar", has_text=WORDS[script]).first.wait_for(timeout=60_000)
    finally:
        for monitor in senders.values():
            monitor.stop()


def _link(world: World, chair: Chair, sender: str) -> None:
    """By the act, as a nurse does it: from then on the silence of the monitor is watched."""
    seen = Device.objects.add(clinic_id=world.id, sender=sender, bed="1", seen_first=world.at)
    monitors.link(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
        device=seen.pk,
    )  # fmt: skip


def _is_answered(monitor: Simulator) -> bool:
    return monitor.acked > 1


def _is_shown(chair: Chair, signal: str, priorities: set[str]) -> bool:
    return any((signal, one, "active") in chair.alarms for one in priorities)


def sign_in(page: Page, live: LiveClinic, email: str) -> None:
    page.goto(f"{live.url}/account/login/")
    page.fill("input[name=login]", email)
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".nav-main", timeout=60_000)
