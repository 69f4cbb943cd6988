"""Open charts that ask for what is new once a second, as the page does.

`python -m benchmarks.viewers URL COOKIE LASTING_S VISIT...` prints JSON: how long after it was
measured each value reached a chart (ms).
"""

from __future__ import annotations

import json
import re
import sys
import threading
import time
import urllib.request

EVERY_S = 1.0
_CURSOR = re.compile(r'data-cursor="([0-9.]+)"')
_GRID = re.compile(r'id="live-grid">(.*?)</script>', re.S)
SIGNAL = "heart_rate"


def main() -> None:
    """This function will watch the charts and print the ages."""
    url, cookie, lasting_s = sys.argv[1], sys.argv[2], float(sys.argv[3])
    visits = sys.argv[4:]
    ages: list[float] = []
    until = time.monotonic() + lasting_s
    threads = [
        threading.Thread(target=_watch, args=(f"{url}/live/infusion/{v}", cookie, n, until, ages))
        for n, v in enumerate(visits)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(json.dumps([round(age) for age in ages]))


def _watch(url: str, cookie: str, number: int, until: float, ages: list[float]) -> None:
    """Follow one chart; what it holds when it opens is not counted."""
    time.sleep(number % 20 * EVERY_S / 20)
    cursor = ""
    while time.monotonic() < until:
        began = time.monotonic()
        text = _asked(f"{url}?after={cursor}", cookie)
        now_ms = time.time() * 1000
        if text:
            if cursor:
                ages += [now_ms - at_ms for at_ms in _measured(text)]
            found = _CURSOR.search(text)
            cursor = found.group(1) if found else cursor
        time.sleep(max(0.0, EVERY_S - (time.monotonic() - began)))


def _measured(text: str) -> list[int]:
    grid = _GRID.search(text)
    return [row[0] for row in json.loads(grid.group(1))["feed"].get(SIGNAL, [])] if grid else []


def _asked(url: str, cookie: str) -> str:
    asked = urllib.request.Request(url, headers={"Cookie": f"sessionid={cookie}"})
    with urllib.request.urlopen(asked, timeout=30) as answer:
        body: bytes = answer.read()
        return body.decode() if answer.status == 200 else ""


if __name__ == "__main__":
    main()
