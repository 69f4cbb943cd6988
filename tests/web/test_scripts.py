"""The pages' scripts in a real browser, on pages made here: no server, no clinic, no waiting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect, sync_playwright

import reprieve.web
from tests.house import browser

STATIC = Path(reprieve.web.__path__[0]) / "static"
NODE = Path(reprieve.web.__path__[0]).parents[1] / "node_modules"
HOME = "http://reprieve.test/"
KINDS = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
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
COUNT_TONES = """window.tones = 0; const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  if (this.frequency.value < 1000) window.tones++;
  return start.call(this, at);
};"""
WATCHED = """<div class="watchdog" id="watchdog" role="alert" hidden>ALARMS NOT RUNNING</div>
<div data-live="/live/board" data-cursor="0"><p id="hr">88</p><input id="note"></div>
<script type="module" src="/static/reprieve/js/watchdog.js"></script>"""


@dataclass
class Site:
    """One page of HTML, the product's own scripts, and answers by path: (status, text)."""

    page: Page
    answers: dict[str, tuple[int, str]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    html: str = ""

    def open(self, html: str) -> Page:
        self.html = html
        self.page.goto(HOME)
        return self.page

    def serve(self, route: Route) -> None:
        path = route.request.url.removeprefix(HOME.rstrip("/"))
        self.asked.append(f"{route.request.method} {path} {route.request.post_data or ''}")
        known = path.split("?")[0]
        if known == "/":
            route.fulfill(content_type="text/html", body=f"<!DOCTYPE html>{self.html}")
        elif known.startswith("/static/"):
            file = STATIC / known.removeprefix("/static/")
            route.fulfill(content_type=KINDS[file.suffix], body=file.read_text())
        elif known.startswith("/uplot/"):
            file = NODE / "uplot" / "dist" / file_name(known)
            route.fulfill(content_type=KINDS[file.suffix], body=file.read_text())
        elif known in self.answers:
            status, text = self.answers[known]
            headers = {"content-type": "text/html", **self.headers}
            route.fulfill(status=status, headers=headers, body=text)
        else:
            route.abort()


def tick(page: Page, happened: Callable[[], bool], *, seconds: int = 40) -> bool:
    """Move the page's clock on until it happened; real time passes too, for answers to arrive."""
    for _ in range(seconds):
        page.clock.run_for(1_000)
        page.wait_for_timeout(25)
        if happened():
            return True
    return False


def file_name(path: str) -> str:
    return path.rsplit("/", 1)[1]


@pytest.fixture(scope="module")
def chromium() -> Iterator[object]:
    with sync_playwright() as player:
        started = player.chromium.launch(
            executable_path=browser.chromium(), args=["--no-sandbox", "--disable-gpu"]
        )
        yield started
        started.close()


@pytest.fixture
def site(chromium: object) -> Iterator[Site]:
    context = chromium.new_context(locale="en-US")  # type: ignore[attr-defined]
    made = Site(page=context.new_page())
    made.page.route("**/*", made.serve)
    yield made
    context.close()


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
    page.locator("#silence").click(timeout=2_000)
    assert any(asked.startswith("POST /lock-now") for asked in site.asked)


def test_input_keeps_the_screen_open_and_tells_the_server(site: Site) -> None:
    site.answers = {"/active": (204, "")}
    site.page.clock.install()
    page = site.open(LOCK)
    page.clock.run_for(9 * 60_000)
    page.locator("#dose").press("1")
    page.clock.run_for(9 * 60_000)
    expect(page.locator("#lock")).not_to_be_visible()
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


def test_a_live_part_changes_in_place_and_keeps_what_is_typed(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    site.page.clock.install()
    page = site.open(WATCHED)
    page.locator("#note").fill("half a word")
    site.answers["/live/board"] = (200, '<div data-cursor="7"><p id="hr">91</p></div>')
    assert tick(page, lambda: page.locator("#hr").inner_text() == "91")
    expect(page.locator("#note")).to_have_value("half a word")
    expect(page.locator("#note")).to_be_focused()
    assert tick(page, lambda: any("/live/board?after=7" in asked for asked in site.asked))


def test_a_list_that_is_open_and_a_link_in_focus_survive_what_is_new(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    part = """<section id="status"><p>{n} mg</p><a href="/bag">Bag</a><a href="/orders">Orders</a>
    </section><ul id="alarms">{first}<li><button data-acknowledge="b">Acknowledge</button></li></ul>
    <details id="typed"><summary>Typed values</summary><p>{typed}</p></details>"""
    first = '<li><button data-acknowledge="a">Acknowledge</button></li>'
    site.page.clock.install()
    page = site.open(
        f"""<div data-live="/live/board" data-cursor="0">{part.format(n=1, first="", typed="98")}
        </div><script type="module" src="/static/reprieve/js/live.js"></script>"""
    )
    page.locator("summary").click()
    for focused, n, newer in (("a[href='/orders']", 2, ""), ("[data-acknowledge='b']", 3, first)):
        page.locator(focused).focus()
        news = part.format(n=n, first=newer, typed=str(90 + n))
        site.answers["/live/board"] = (200, f'<div data-cursor="{n}">{news}</div>')
        assert tick(page, lambda n=n: page.locator("#status p").inner_text() == f"{n} mg")
        expect(page.locator(focused)).to_be_focused()
        expect(page.locator("#typed p")).to_be_visible()
        expect(page.locator("#typed p")).to_have_text(str(90 + n))


def test_clocks_go_by_the_servers_time_of_the_last_answer(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    site.page.clock.install(time=1_000_000_000_000)
    page = site.open(
        """<div data-live="/live/board" data-now="1000000060000"><p id="since">
        <b data-since="1000000000000"></b></p></div>
        <script type="module" src="/static/reprieve/js/infusion/clocks.js"></script>
        <script type="module" src="/static/reprieve/js/live.js"></script>"""
    )
    assert page.locator("b").inner_text().startswith("1:0")
    site.answers["/live/board"] = (200, '<div data-cursor="7" data-now="1000003600000"></div>')
    assert tick(page, lambda: page.locator("b").inner_text().startswith("1:00:0"))


def test_an_entry_that_the_server_does_not_know_holds_up_no_other(site: Site) -> None:
    met = '{"token": "t", "now": 0, "who": "nurse"}'
    site.answers = {
        "/infusion/a/offline": (404, ""), "/infusion/b/offline": (200, met),
        "/infusion/b/offline/note": (200, "{}"),
    }  # fmt: skip
    page = site.open("<p></p>")
    left = page.evaluate(
        """async () => {
          const kept = await import("/static/reprieve/js/infusion/kept.js");
          const entry = (act, encounter, at) => ({act, encounter, kind: "note", says: "",
            fields: [], tablet_ms: at, offset_ms: 0, since_ms: 0, who: "nurse"});
          await kept.put(entry("1", "a", 1));
          await kept.put(entry("2", "b", 2));
          const {sync} = await import("/static/reprieve/js/infusion/sync.js");
          await sync();
          for (let n = 0; n < 50 && (await kept.waiting()).length > 1; n++)
            await new Promise((done) => setTimeout(done, 100));
          return (await kept.waiting()).map((one) => one.act);
        }"""
    )
    assert left == ["1"]


def test_a_silent_server_is_said_over_the_whole_page(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    site.page.clock.install()
    site.page.add_init_script(COUNT_TONES)
    page = site.open(WATCHED)
    shown = page.locator("#watchdog").is_visible
    page.locator("#hr").click()  # browsers keep audio shut until a press
    is_on = "() => import('/static/reprieve/js/sound.js').then((sound) => sound.isOn())"
    assert tick(page, lambda: bool(page.evaluate(is_on)), seconds=3)
    assert not tick(page, shown, seconds=8)
    assert page.evaluate("tones") == 0
    site.answers = {}
    assert tick(page, shown, seconds=10)
    assert page.evaluate("tones") >= 10
    site.answers = {"/live/board": (204, "")}
    assert tick(page, lambda: not shown())


def test_a_server_that_says_alarms_do_not_run_is_believed_at_once(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    site.page.clock.install()
    page = site.open(WATCHED)
    shown = page.locator("#watchdog").is_visible
    assert not tick(page, shown, seconds=3)
    site.headers = {"X-Reprieve-Alarms-Stopped": "1"}
    site.answers = {"/live/board": (503, "")}
    assert tick(page, shown, seconds=3)
    site.answers, site.headers = {"/live/board": (204, "")}, {}
    assert tick(page, lambda: not shown())


def test_a_tablet_whose_clock_is_set_back_still_hears_the_silence(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    site.page.add_init_script(
        "const now = Date.now; window.back = 0; Date.now = () => now() - window.back;"
    )
    page = site.open(WATCHED)
    page.evaluate("window.back = 3_600_000")
    site.answers = {}
    expect(page.locator("#watchdog")).to_be_visible(timeout=12_000)


def test_an_alarm_sounds_in_its_pattern_after_a_press(site: Site) -> None:
    page = site.open(
        """<button data-sound-unlock data-on="Sound on" data-off="Sound off"><svg><use href="/i#x"/>
        </svg><span></span></button><script type="module">
        window.tones = [];
        const start = OscillatorNode.prototype.start;
        OscillatorNode.prototype.start = function (at) {
          if (this.frequency.value < 1000) window.tones.push(at);
          return start.call(this, at);
        };
        window.audio = await import("/static/reprieve/js/sound.js");</script>"""
    )
    expect(page.locator("button span")).to_have_text("Sound off")
    page.locator("button").click()
    expect(page.locator("button span")).to_have_text("Sound on")
    expect(page.locator("use")).to_have_attribute("href", "/i#bell")
    counts = {}
    for priority in ("low", "medium", "high"):
        counts[priority] = page.evaluate(
            "async (p) => { tones.length = 0; await audio.test(p); return tones.length }", priority
        )
    assert counts == {"low": 1, "medium": 3, "high": 10}
    only_worst = "() => { tones.length = 0; audio.sound('low', 'a'); audio.sound('high', 'b');"
    assert page.evaluate(only_worst + "return tones.length }") == 1 + 10


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
