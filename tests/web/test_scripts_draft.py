"""Drafts of forms in a real browser: kept without a connection, sent once."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.web.script_site import HOME, Site


def test_a_draft_waits_in_the_browser_and_is_sent_later(site: Site) -> None:
    form = """<form data-draft="/draft" data-draft-key="k"><textarea name="note"></textarea>
    <label><input type="radio" name="pain" value="4">4</label>
    <p data-draft-state data-saved="Saved" data-waiting="Kept here" data-saving="…"></p></form>
    <script type="module" src="/static/reprieve/js/draft.js"></script>"""
    page = site.open(form)
    page.locator("[name=pain]").check()
    page.locator("textarea").fill("since Tuesday")
    expect(page.locator("[data-draft-state]")).to_have_text("Kept here")
    page.goto(HOME)
    expect(page.locator("textarea")).to_have_value("since Tuesday")
    expect(page.locator("[name=pain]")).to_be_checked()
    site.answers = {"/draft": (204, "")}
    page.evaluate("dispatchEvent(new Event('online'))")
    expect(page.locator("[data-draft-state]")).to_have_text("Saved")
    assert page.evaluate("localStorage.length") == 0
    assert any("since Tuesday" in asked for asked in site.asked)


ASKED = """<form method="post" data-draft="/draft" data-draft-key="k">
<span data-answered="{n} of {of}"></span>
<div class="question-row"><label><input type="radio" name="q1" value="1">1</label></div>
<div class="question-row"><label><input type="checkbox" name="q2" value="1" checked>2</label></div>
<div class="question-row" data-follows="q1=0"><label><input type="radio" name="q3" value="1">3
</label></div><button>Next</button>
<p data-draft-state data-saved="Saved" data-waiting="Kept" data-finishing="Goes on" data-saving="…">
</p></form><script type="module" src="/static/reprieve/js/draft.js"></script>
<script type="module" src="/static/reprieve/js/questions.js"></script>"""


def test_a_last_press_without_a_connection_goes_out_by_itself_and_only_once(site: Site) -> None:
    page = site.open(ASKED)
    expect(page.locator("[data-answered]")).to_have_text("1 of 2")
    page.locator("[name=q1]").check()
    page.locator("[name=q2]").uncheck()
    expect(page.locator("[data-answered]")).to_have_text("1 of 2")
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-draft-state]")).to_have_text("Goes on")
    page.goto(HOME)
    expect(page.locator("[name=q1]")).to_be_checked()
    expect(page.locator("[name=q2]")).not_to_be_checked()
    page.get_by_role("button", name="Next").click()
    expect(page.locator("[data-draft-state]")).to_have_text("Goes on")
    site.answers = {"/draft": (204, "")}
    with page.expect_navigation():
        page.evaluate("dispatchEvent(new Event('online'))")
    assert page.evaluate("localStorage.length") == 0
    assert len([asked for asked in site.asked if asked.startswith("POST / ")]) == 1


def test_what_the_server_refuses_is_shown_and_not_tried_for_ever(site: Site) -> None:
    site.answers = {"/draft": (410, "")}
    page = site.open(ASKED)
    page.locator("[name=q1]").check()
    expect(page.locator("[data-draft-state]")).to_have_text("Kept")
    with page.expect_navigation():
        page.get_by_role("button", name="Next").click()
    assert len([asked for asked in site.asked if asked.startswith("POST / ")]) == 1


def test_an_answer_is_sent_when_the_page_is_left_at_once(site: Site) -> None:
    site.answers = {"/draft": (204, "")}
    page = site.open(ASKED)
    page.locator("[name=q1]").check()
    page.goto(HOME)
    expect(page.locator("[data-draft-state]")).to_have_text("Saved")
    assert any(asked.startswith("POST /draft") for asked in site.asked)
