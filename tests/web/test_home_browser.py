"""The way home in a real browser: the nurse's pages, and the diary on the patient's own phone."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from reprieve.pathway import clinic, links, messages
from reprieve.records.models import DiaryEntry, Observation, OutboxMessage
from reprieve.records.queries import links as known
from tests import world as worlds
from tests.chairside import Chair
from tests.recovery_room import arrange, leave, ready, recovering
from tests.treated import Treated, fades, responder
from tests.world import PASSWORD, World, new

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from tests.house.running import LiveClinic

pytestmark = pytest.mark.journey

Axe = Callable[["Page"], None]
PHONE = {
    "viewport": {"width": 390, "height": 844}, "has_touch": True, "service_workers": "allow",
}  # fmt: skip


def ago(served: LiveClinic, **delta: float) -> World:
    assert served.world is not None
    served.world.at = datetime.now(UTC) - timedelta(**delta)
    return served.world


def signed_in(page: Page, live: LiveClinic, role: str) -> Page:
    assert live.world is not None
    page.goto(f"{live.url}/account/login/")
    page.fill("input[name=login]", live.world.emails[role])
    page.fill("input[name=password]", PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_selector(".nav-main")
    return page


def diary_link(world: World, patient: uuid.UUID) -> str:
    made = links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="diary"
    )
    return f"/d/{known.token_of(clinic=world.id, link=made)}"


def press(page: Page, name: str, value: int) -> None:
    page.locator(f'[name="{name}"][value="{value}"]').check(force=True)


def days(world: World) -> list[int | None]:
    rows = DiaryEntry.of(world.id).order_by("recorded_at")
    return list(rows.values_list("average_pain", flat=True))


def test_the_nurse_takes_a_patient_from_the_chair_to_the_door(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext], axe: Axe
) -> None:
    world = ago(live_clinic, hours=3, minutes=20)
    chair = recovering(world, minutes=70)
    world.at = datetime.now(UTC)
    arrange(chair)
    page = signed_in(new_context().new_page(), live_clinic, "infusion_nurse")
    page.goto(f"{live_clinic.url}/recovery")
    axe(page)
    page.goto(f"{live_clinic.url}/recovery/{chair.encounter}")
    expect(page.get_by_text("hold the patient here")).to_be_visible()
    axe(page)
    take_a_look(page)
    axe(page)
    expect(page.get_by_text("ready to go home", exact=True)).to_be_visible()
    page.get_by_role("link", name="Discharge home").click()
    axe(page)
    page.get_by_label("Home, with the escort").check()
    page.get_by_label("Who calls after 24 hours").select_option(index=1)
    page.get_by_label("Your password, as your signature").fill(PASSWORD)
    page.get_by_role("button", name="Sign the discharge").click()
    page.get_by_label("Your password, as your signature").fill(PASSWORD)
    page.get_by_role("button", name="Sign the care").click()
    expect(page.get_by_text("A physician closes the record next.")).to_be_visible()
    axe(page)
    doctor = signed_in(new_context().new_page(), live_clinic, "physician")
    doctor.goto(f"{live_clinic.url}/record/{chair.encounter}")
    doctor.get_by_label("Your password, as your signature").fill(PASSWORD)
    doctor.get_by_role("button", name="Sign and close the record").click()
    expect(doctor.get_by_text("signed and closed")).to_be_visible()
    axe(doctor)


def take_a_look(page: Page) -> None:
    for name, value in (("sbp", 124), ("dbp", 78), ("heart_rate", 72), ("spo2", 98),
                        ("respiratory_rate", 14)):  # fmt: skip
        page.fill(f'[name="{name}"]', str(value))
    press(page, "rass", 0)
    press(page, "pain", 2)
    for details in page.locator("details.score").all():
        details.locator("summary").click()
        for group in details.locator("fieldset").all():
            best = group.locator('input[value="2"], input[value="1"]').last
            (group.locator('input[value="2"]').or_(best)).first.check()
    for name in ("nausea_controlled", "walks_as_before", "function_at_baseline", "iv_removed",
                 "escort_present", "written_instructions_given"):  # fmt: skip
        page.locator(f'[name="{name}"][value="yes"]').check()
    for name in ("on_oxygen", "suicidal_statement"):
        page.locator(f'[name="{name}"][value="no"]').check()
    page.get_by_role("button", name="Save this look").click()


def test_what_comes_after_is_one_press_each(
    live_clinic: LiveClinic, page: Page, axe: Axe
) -> None:
    world = ago(live_clinic, days=43, hours=2)
    clinic.add_chair(actor=world["admin"], uid=new(), at=world.at, name="1")
    made = faded(world)
    world.at = datetime.now(UTC) - timedelta(hours=30)
    home = gone_home(world)
    signed_in(page, live_clinic, "physician")
    page.goto(f"{live_clinic.url}/follow-up")
    axe(page)
    for address in (f"follow-up/call/{home.encounter}", f"follow-up/{made.patient}",
                    f"diary/{made.patient}", f"patients/{made.patient}/links"):  # fmt: skip
        page.goto(f"{live_clinic.url}/{address}")
        axe(page)
    page.goto(f"{live_clinic.url}/maintenance/{made.patient}")
    expect(page.locator("figure canvas")).to_be_visible()
    axe(page)
    page.get_by_label("Why a booster now").fill("Relief has faded for two weeks.")
    page.get_by_label("Sessions").fill("1")
    page.locator('[name="place"]').first.check()
    page.get_by_label("Your password, to sign").fill(PASSWORD)
    page.get_by_role("button", name="Accept the booster").click()
    expect(page.get_by_text("planned and booked")).to_be_visible()
    axe(page)


def faded(world: World) -> Treated:
    made = responder(world)
    fades(made)
    return made


def gone_home(world: World) -> Chair:
    chair = ready(world)
    leave(chair, caller=world["infusion_nurse"].practitioner)
    return chair


def test_the_diary_on_a_phone_with_and_without_connection(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext], axe: Axe
) -> None:
    world = ago(live_clinic, minutes=1)
    patient = worlds.person(world)[0]
    address = live_clinic.url + diary_link(world, patient)
    phone = new_context(**PHONE)
    page = phone.new_page()
    page.goto(address)
    axe(page)
    page.get_by_role("button", name="Start on this device").click()
    expect(page.get_by_role("heading", name="pain on average")).to_be_visible()
    axe(page)
    one_day(page, pain=6)
    expect(page.get_by_text("Thank you, it is saved")).to_be_visible()
    axe(page)
    assert days(world) == [6]

    page.goto(address)
    page.wait_for_function("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    phone.set_offline(True)
    page.reload()
    one_day(page, pain=5)
    expect(page.get_by_role("heading", name="Kept on this phone")).to_be_visible()
    assert days(world) == [6]
    page.reload()
    one_day(page, pain=4)
    expect(page.get_by_role("heading", name="Kept on this phone")).to_be_visible()
    page.reload()
    phone.set_offline(False)
    expect(page.get_by_text("is sent now")).to_be_visible(timeout=40_000)
    assert days(world) == [6, 5, 4], "a second day without a connection takes no other's place"


def test_a_kept_page_names_the_days_of_the_calendar(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext]
) -> None:
    """The clocks go back on 1 November 2026: that day has 25 hours, and its eve is 31 October."""
    world = ago(live_clinic, minutes=1)
    address = live_clinic.url + diary_link(world, worlds.person(world)[0])
    page = new_context(**PHONE).new_page()
    page.goto(address)
    page.get_by_role("button", name="Start on this device").click()
    expect(page.get_by_role("heading", name="pain on average")).to_be_visible()
    expect(page.get_by_role("button", name="Skip")).to_be_visible()  # its scripts are there
    told = page.evaluate(DAYS)
    assert told == {
        "2026-11-01T08:30-06:00": ["2026-11-01", "2026-10-31", "morning"],
        "2026-11-01T23:30-06:00": ["2026-11-01", "2026-10-31", "evening"],
        "2026-03-09T00:30-05:00": ["2026-03-09", "2026-03-08", "morning"],
        "2027-01-01T12:00-06:00": ["2027-01-01", "2026-12-31", "evening"],
    }


# A form kept on a phone, opened at each of these moments by the clinic's clock.
DAYS = """async () => {
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const { days, learn } = await import(loaded.find((one) => one.includes("diary-time")));
  const form = document.getElementById("diary");
  form.dataset.zone = "America/Chicago";
  const found = {};
  for (const at of ["2026-11-01T08:30-06:00", "2026-11-01T23:30-06:00",
                    "2026-03-09T00:30-05:00", "2027-01-01T12:00-06:00"]) {
    delete form.dataset.kept;
    form.dataset.at = String(new Date(at).getTime());
    learn(form);
    days(form);
    const [today, yesterday] = [...form.querySelectorAll('[name="day"]')].map((one) => one.value);
    found[at] = [today, yesterday, form.querySelector('[name="moment"]').value];
  }
  return found;
}"""


def one_day(page: Page, *, pain: int) -> None:
    """Four presses, each of which leads on, and the last button."""
    for name, value in (("average_pain", pain), ("worst_pain", 8), ("function", 5), ("mood", 7)):
        expect(page.locator(f'[data-step="{name}"]')).to_be_visible()
        press(page, name, value)
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    page.get_by_role("button", name="Send").click()


def test_a_very_low_mood_is_answered_on_the_spot(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext], axe: Axe
) -> None:
    world = ago(live_clinic, minutes=1)
    patient = worlds.person(world)[0]
    page = new_context(**PHONE).new_page()
    page.goto(live_clinic.url + diary_link(world, patient))
    page.get_by_role("button", name="Start on this device").click()
    for _question in range(3):
        page.get_by_role("button", name="Skip").click()
    press(page, "mood", 1)
    expect(page.get_by_text("988").first).to_be_visible()
    axe(page)
    page.get_by_role("button", name="Skip").click()
    page.get_by_role("button", name="Send").click()
    expect(page.get_by_text("You matter to us")).to_be_visible()
    axe(page)


def test_my_own_page_opens_with_the_code(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext], axe: Axe
) -> None:
    world = ago(live_clinic, days=29, hours=2)
    made = responder(world)
    world.at = datetime.now(UTC) - timedelta(minutes=1)
    address = diary_link(world, made.patient).replace("/d/", "/me/")
    page = new_context(**PHONE).new_page()
    page.goto(live_clinic.url + address)
    page.get_by_role("button", name="Start on this device").click()
    axe(page)
    page.get_by_role("button", name="Send me a code").click()
    axe(page)
    sent = OutboxMessage.of(world.id).get(template="read_code")
    page.get_by_label("Code, 6 digits").fill(messages.content(sent)[1]["code"])
    page.get_by_role("button", name="Open my page").click()
    expect(page.locator("figure canvas")).to_be_visible()
    axe(page)


def test_a_form_set_on_a_phone(
    live_clinic: LiveClinic, new_context: Callable[..., BrowserContext], axe: Axe
) -> None:
    world = ago(live_clinic, minutes=1)
    patient = worlds.person(world)[0]
    made = links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="peg"
    )
    page = new_context(**PHONE).new_page()
    page.goto(f"{live_clinic.url}/f/{known.token_of(clinic=world.id, link=made)}")
    page.get_by_role("button", name="Start on this device").click()
    axe(page)
    for name in ("q-pain", "q-enjoyment", "q-activity"):
        press(page, name, 4)
    page.get_by_role("button", name="Next").click()
    expect(page.get_by_text("Your answers are saved")).to_be_visible()
    rows = Observation.of(world.id).filter(patient_id=patient, code="peg")
    assert [row.value for row in rows] == [4]
    page.reload()
    axe(page)
