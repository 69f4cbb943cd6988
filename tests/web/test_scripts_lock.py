"""The lock after idle minutes, in a real browser: the patient is hidden, the alarm is not."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.script_site import Site, answered

LOCK = """<body data-lock-min="10" data-lock-active="/active" data-lock-now="/lock-now">
<div class="alarm-bar"><button id="silence">Silence</button></div>
<details class="menu" open><summary>Me</summary><button id="lock-now">Lock</button></details>
<div class="veil"><p>Iva Invented</p><input id="dose" value="31"></div>
<dialog id="lock"><form method="post" action="/unlock">
<input type="hidden" name="csrfmiddlewaretoken" value="t">
<input id="lock-password" type="password" name="password">
<p id="lock-error" data-wrong="Wrong." data-blocked="Too many." data-offline="No answer."></p>
<button>Go on</button></form></dialog>
<script type="module" src="/static/reprieve/js/lock.js"></script>"""


def test_after_the_idle_minutes_the_patient_is_hidden_and_the_alarm_is_not(site: Site) -> None:
    site.answers = {"/lock-now": (204, ""), "/active": (204, "")}
    site.page.clock.install()
    page = site.open(LOCK)
    page.clock.run_for(9 * 60_000)
    expect(page.locator("#lock")).not_to_be_visible()
    page.clock.run_for(2 * 60_000)
    expect(page.locator("#lock")).to_be_visible()
    expect(page.locator(".veil")).to_have_attribute("inert", "")
    expect(page.locator("details.menu")).not_to_have_attribute("open", "")
    page.locator("#silence").click(timeout=10_000)
    answered(page)
    assert any(asked.startswith("POST /lock-now") for asked in site.asked)


def test_input_keeps_the_screen_open_and_tells_the_server(site: Site) -> None:
    site.answers = {"/active": (204, "")}
    site.page.clock.install()
    page = site.open(LOCK)
    page.clock.run_for(9 * 60_000)
    page.locator("#dose").press("1")
    page.clock.run_for(9 * 60_000)
    expect(page.locator("#lock")).not_to_be_visible()
    answered(page)
    assert any(asked.startswith("POST /active") for asked in site.asked)


def test_the_password_brings_the_same_page_back(site: Site) -> None:
    site.answers = {"/lock-now": (204, ""), "/active": (204, ""), "/unlock": (422, "")}
    page = site.open(LOCK)
    page.locator("#dose").fill("42")
    page.locator("#lock-now").click()
    page.locator("#lock-password").fill("wrong")
    page.locator("#lock-password").press("Enter")
    expect(page.locator("#lock-error")).to_have_text("Wrong.")
    site.answers["/unlock"] = (429, "")
    page.locator("#lock-password").press("Enter")
    expect(page.locator("#lock-error")).to_have_text("Too many.")
    site.answers["/unlock"] = (204, "")
    page.locator("#lock-password").press("Enter")
    expect(page.locator("#lock")).not_to_be_visible()
    expect(page.locator("#dose")).to_have_value("42")
    expect(page.locator(".veil")).not_to_have_attribute("inert", "")
