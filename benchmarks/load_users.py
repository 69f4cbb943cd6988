"""Staff at their screens and patients at their diaries, all at once, in a process of their own.

`python -m benchmarks.load_users PORT WARM_UP_S LASTING_S < MADE.json` prints JSON: what each answer
took (ms) by kind, and what went wrong. A person thinks between two presses, as people do, and a
page with live values asks for them once a second all the while, as its script does.
"""

from __future__ import annotations

import asyncio
import json
import random
import re
import sys
import time
import uuid
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from benchmarks.load_browser import Browser, Heard

# Seconds between two presses: from, to.
STAFF_THINK = (4.0, 12.0)
STAFF_TYPE = (3.0, 8.0)
PATIENT_FILLS = (15.0, 30.0)  # four questions, one a screen
PATIENT_RESTS = (5.0, 15.0)
POLL_S = 1.0
LIVE = "live"  # kinds that nobody waits for begin so
SAVED, LED_ON, NO_NEWS_OF_A_FORM = 200, 302, 204
FETCHED = {"X-Reprieve-Entry": "1"}
AS_JSON = {"Accept": "application/json"}
CURSOR = re.compile(r'data-cursor="([0-9.]+)"')
TODAY = re.compile(r'data-today="([0-9-]+)"')
DAYS_BACK = 3


def main() -> None:
    """This function will let everybody work for a while and print what they measured."""
    port, warm_up_s, lasting_s = int(sys.argv[1]), float(sys.argv[2]), float(sys.argv[3])
    heard = asyncio.run(_everybody(json.load(sys.stdin), port, warm_up_s, lasting_s))
    print(json.dumps({"times": heard.times, "errors": heard.errors}))


async def _everybody(made: dict[str, Any], port: int, warm_up_s: float, lasting_s: float) -> Heard:
    now = time.monotonic()
    heard = Heard(began=now + warm_up_s)
    people: list[tuple[Person, Day]] = []
    nurses = iter(made["visits"])
    for one in made["staff"]:
        person = Person(Browser(port, heard, {"sessionid": one["session"]}), made)
        days: dict[str, Day] = {"physician": _physician, "front_desk": _desk}
        visit = next(nurses, "") if one["role"] == "infusion_nurse" else ""
        people.append((person, days.get(one["role"]) or _nurse(visit)))
    people += [(Person(Browser(port, heard, {}), made), _patient(d)) for d in made["diaries"]]
    async with asyncio.TaskGroup() as group:
        for person, day in people:
            person.until = now + warm_up_s + lasting_s
            group.create_task(person.works(day, after_s=random.uniform(0, warm_up_s / 2)))
    return heard


@dataclass
class Person:
    """Somebody with a browser."""

    browser: Browser
    made: dict[str, Any]
    until: float = 0.0

    async def works(self, day: Day, *, after_s: float) -> None:
        """This function will repeat a person's round until the end."""
        await asyncio.sleep(after_s)
        while self.is_there():
            await day(self)
        self.browser.close()

    def is_there(self) -> bool:
        """This function will tell whether the bench still runs."""
        return time.monotonic() < self.until

    async def think(self, span: tuple[float, float]) -> None:
        """This function will do nothing for a while, and not beyond the end."""
        await asyncio.sleep(max(0.0, min(random.uniform(*span), self.until - time.monotonic())))

    async def look(self, kind: str, page: str, live: str) -> None:
        """This function will open a page with live values and look at it for a while."""
        text, cursor = await self.browser.get(kind, page), "0"
        until = min(time.monotonic() + random.uniform(*STAFF_THINK), self.until)
        while (left := until - time.monotonic()) > 0:
            await asyncio.sleep(min(POLL_S, left))
            found = CURSOR.search(text)
            cursor = found.group(1) if found else cursor  # no news has none
            text = await self.browser.get(f"{LIVE} {kind}", f"{live}?after={cursor}")

    async def read(self, kind: str, page: str) -> None:
        """This function will open a page and read it."""
        await self.browser.get(kind, page)
        await self.think(STAFF_THINK)

    @property
    def somebody(self) -> str:
        """A patient."""
        return str(random.choice(self.made["diaries"])["patient"])


Day = Callable[[Person], Awaitable[None]]


def _nurse(visit: str) -> Day:
    """A nurse beside one chair: looks, types what was measured, glances at the board."""

    async def day(who: Person) -> None:
        await who.look("infusion", f"/infusion/{visit}", f"/live/infusion/{visit}")
        await who.think(STAFF_TYPE)
        await who.browser.send(
            "types vital signs", f"/infusion/{visit}/enter/set", right=NO_NEWS_OF_A_FORM,
            headers=FETCHED, act=uuid.uuid4(), rass=random.choice((0, -1)),
            pain=random.randrange(11), dissociation=random.randrange(4),
        )  # fmt: skip
        await who.look("infusion", f"/infusion/{visit}", f"/live/infusion/{visit}")
        await who.look("board", "/board", "/live/board")

    return day


async def _physician(who: Person) -> None:
    """A physician: the board, a chair with a word typed, and patients after their series."""
    visit, patient = random.choice(who.made["visits"]), who.somebody
    await who.look("board", "/board", "/live/board")
    await who.look("infusion", f"/infusion/{visit}", f"/live/infusion/{visit}")
    await who.think(STAFF_TYPE)
    await who.browser.send(
        "types an event", f"/infusion/{visit}/enter/note", right=NO_NEWS_OF_A_FORM,
        headers=FETCHED, act=uuid.uuid4(), note="Invented: spoke with the patient.",
    )  # fmt: skip
    await who.read("patients", "/patients")
    await who.read("patient", f"/patients/{patient}")
    await who.read("follow-up", f"/follow-up/{patient}")
    await who.read("diary read", f"/diary/{patient}")
    await who.read("work", "/work")


async def _desk(who: Person) -> None:
    """The desk: today, the list, a search, a patient, a call typed in, the week's bookings."""
    await who.read("today", "/today")
    await who.read("patients", f"/patients?page={random.randint(1, 4)}")
    await who.think(STAFF_TYPE)
    await who.browser.send("search", "/patients", right=SAVED, q=f"Nr{random.randrange(200)}")
    await who.read("patient", f"/patients/{who.somebody}")
    await who.read("call opened", "/inbox/new")
    await who.think(STAFF_TYPE)
    await who.browser.send(
        "types a call", "/inbox/new", right=LED_ON, act=uuid.uuid4(), source="call",
        given=f"Caller{random.randrange(10**6)}", family="Invented", same="new", language="en",
        message="Two years of pain.",
    )  # fmt: skip
    await who.read("inbox", "/inbox")
    await who.read("bookings", "/booking")


def _patient(diary: dict[str, str]) -> Day:
    """A patient on the phone: opens the link, says how a day was, reads the thanks."""
    page = f"/d/{diary['token']}"
    round_ = iter(range(10**6))

    async def day(who: Person) -> None:
        number = next(round_)
        text = await who.browser.get("diary", page)
        if number == 0:
            await who.think((1.0, 4.0))
            await who.browser.send("diary start", page, right=LED_ON, start="1")
            text = await who.browser.get("diary", page)
        await who.think(PATIENT_FILLS)
        if not who.is_there():
            return
        average = random.randrange(9)
        await who.browser.send(
            "diary sent", page, right=SAVED, headers=AS_JSON, act=uuid.uuid4(),
            day=_day(text, number), moment=random.choice(("morning", "evening")),
            average_pain=average, worst_pain=average + 1, function=random.randrange(11),
            mood=random.randint(5, 10), sleep=random.randrange(11), fall="no", bladder="no",
        )  # fmt: skip
        await who.browser.get("diary saved", f"{page}/saved")
        await who.think(PATIENT_RESTS)

    return day


def _day(page: str, number: int) -> str:
    """The page's own today, then the days before it that it offers."""
    found = TODAY.search(page)
    today = date.fromisoformat(found.group(1)) if found else date.today()  # noqa: DTZ011
    return (today - timedelta(days=number % DAYS_BACK)).isoformat()


if __name__ == "__main__":
    main()
