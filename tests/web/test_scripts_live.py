"""Parts of a page that live, in a real browser: what is new, what is heard, a silent server."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.house.running import wait_for
from tests.web.script_site import Site, tick

COUNT_TONES = """window.tones = 0; const start = OscillatorNode.prototype.start;
OscillatorNode.prototype.start = function (at) {
  if (this.frequency.value < 1000) window.tones++;
  return start.call(this, at);
};"""
WATCHED = """<div class="watchdog" id="watchdog" role="alert" hidden>ALARMS NOT RUNNING</div>
<div data-live="/live/board" data-cursor="0"><p id="hr">88</p><input id="note"></div>
<script type="module" src="/static/reprieve/js/watchdog.js"></script>"""


def test_a_live_part_changes_in_place_and_keeps_what_is_typed(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    site.page.clock.install()
    page = site.open(WATCHED)
    page.locator("#note").fill("half a word")
    site.answers["/live/board"] = (200, '<div data-cursor="7"><p id="hr">91</p></div>')
    assert tick(page, lambda: page.locator("#hr").inner_text() == "91", seconds=4)
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


def test_a_slow_answer_sets_no_clock_back_and_a_clock_that_was_set_is_believed(site: Site) -> None:
    site.answers = {"/live/board": (204, "")}
    site.page.clock.install(time=1_000_000_000)
    page = site.open(
        """<div data-live="/live/board" data-now="999999992000"><p></p></div>
        <script type="module" src="/static/reprieve/js/infusion/clocks.js"></script>
        <script type="module" src="/static/reprieve/js/live.js"></script>"""
    )
    ahead = """async () => {
        const clocks = await import("/static/reprieve/js/infusion/clocks.js");
        return Math.round(clocks.clockOffset() / 1000);
    }"""

    def answered(offset_s: int) -> int:
        """One answer that says how far its server was ahead of this clock when it came."""
        now = page.evaluate("Date.now()") + offset_s * 1000
        said = f'<div data-cursor="{now}" data-now="{now}"></div>'
        site.answers["/live/board"] = (200, said)
        shown = f"document.querySelector('[data-now]').dataset.now === '{now}'"
        assert tick(page, lambda: bool(page.evaluate(shown)))
        site.answers["/live/board"] = (204, "")
        return int(page.evaluate(ahead))

    assert page.evaluate(ahead) == -8  # the page itself took so long
    assert -3 <= answered(0) <= 0
    assert -3 <= answered(-20) <= 0  # this one was long under way
    assert -603 <= answered(-600) <= -600
    assert 3597 <= answered(3600) <= 3600
    # The device was 50 s slow until somebody put it right.
    page.evaluate("performance.now = () => Date.now() - performance.timeOrigin - 50_000")
    assert 3547 <= answered(3550) <= 3550


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
          for (let n = 0; n < 300 && (await kept.waiting()).length > 1; n++)
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
    wait_for(lambda: bool(page.evaluate(is_on)), "the audio")  # which goes by real time
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
    expect(page.locator("#watchdog")).to_be_visible(timeout=30_000)


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
