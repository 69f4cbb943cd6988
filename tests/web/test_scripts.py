"""The pages' scripts in a real browser, on pages made here: no server, no clinic, no waiting."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from tests.web.script_site import Site


def test_the_body_is_pressed_and_its_boxes_follow(site: Site) -> None:
    page = site.open(
        """<form><div data-body-map><svg width="100" height="50">
        <polygon data-area="q-neck" points="0,0 40,0 40,40 0,40"></polygon>
        <polygon data-area="q-chest" points="50,0 90,0 90,40 50,40"></polygon></svg></div>
        <p data-chosen="None yet."></p>
        <label><input type="checkbox" name="q-neck">Neck</label>
        <label><input type="checkbox" name="q-chest">Chest</label>
        <label><input type="checkbox" name="nowhere">Nothing hurts</label></form>
        <script type="module" src="/static/reprieve/js/body-map.js"></script>"""
    )
    chosen = page.locator("[data-chosen]")
    expect(chosen).to_have_text("None yet.")
    page.locator("[data-area=q-neck]").click()
    page.get_by_label("Chest").check()
    expect(chosen).to_have_text("Neck; Chest")
    expect(page.locator(".is-on")).to_have_count(2)
    page.get_by_label("Nothing hurts").check()
    expect(page.locator(".is-on")).to_have_count(0)
    expect(page.locator("[name=q-neck]")).not_to_be_checked()
    page.locator("[data-area=q-chest]").click()
    expect(page.get_by_label("Nothing hurts")).not_to_be_checked()
    page.locator("[data-area=q-chest]").click()
    expect(chosen).to_have_text("None yet.")


def test_the_unit_is_sent_beside_the_number_as_typed(site: Site) -> None:
    page = site.open(
        """<div data-units="kg,lb" data-units-name="weight_unit"><input value="180"></div>
        <script type="module" src="/static/reprieve/js/page.js"></script>"""
    )
    expect(page.locator("[name=weight_unit]")).to_have_value("kg")
    page.get_by_role("button", name="lb").click()
    expect(page.locator("[name=weight_unit]")).to_have_value("lb")
    expect(page.locator("div > input").first).to_have_value("180")


def test_a_confirmation_opens_and_gives_the_focus_back(site: Site) -> None:
    page = site.open(
        """<button data-open="c">Stop</button><dialog id="c"><button data-close>Cancel</button>
        </dialog><script type="module" src="/static/reprieve/js/page.js"></script>"""
    )
    page.get_by_role("button", name="Stop").click()
    expect(page.locator("#c")).to_be_visible()
    page.get_by_role("button", name="Cancel").click()
    expect(page.locator("#c")).not_to_be_visible()
    expect(page.get_by_role("button", name="Stop")).to_be_focused()


@pytest.mark.parametrize("language", ["en-US", "en-US@posix"])
def test_a_chart_draws_and_has_its_table_in_any_browser(site: Site, language: str) -> None:
    site.page.add_init_script(
        f"Object.defineProperty(navigator, 'language', {{value: '{language}', configurable: true}})"
    )
    page = site.open(
        """<html data-uplot="/uplot/uPlot.esm.js"><figure data-chart="d"><div class="plot"></div>
        <ul class="legend"></ul><script id="d" type="application/json">{"x": {"label": "week",
        "values": [0, 1, 2]}, "y": {"label": "pain"}, "series": [{"label": "average", "colour":
        "accent", "values": [8, null, 4]}, {"label": "infusion", "colour": "accent", "points": true,
        "mark": "square", "values": [9, null, null]}], "limits": [{"value": 5, "label": "goal",
        "colour": "accent"}]}</script><details open><table></table></details></figure>
        <script type="module" src="/static/reprieve/js/chart.js"></script>"""
    )
    expect(page.locator("canvas")).to_be_visible()
    expect(page.locator("tbody tr")).to_have_text(["089", "1", "24"])
    expect(page.locator(".legend li")).to_have_text([" average", " infusion"])
    for row, (lines, marks) in enumerate([(1, 1), (0, 1)]):  # the legend shows what the plot draws
        entry = page.locator(".legend li").nth(row)
        expect(entry.locator("path")).to_have_count(lines)
        expect(entry.locator("circle")).to_have_count(marks)
