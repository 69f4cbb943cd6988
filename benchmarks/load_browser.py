"""One person's browser for the bench of load: one connection that stays, and its own cookies.

Scripts, styles and pictures are not asked for: a browser keeps them for a year.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

LONGEST_S = 30.0
HERE = "127.0.0.1"
TOKEN = "c" * 32
SIGN_IN = "/account/login"


@dataclass
class Heard:
    """What all browsers measured: milliseconds by kind of answer, and what went wrong."""

    began: float
    times: dict[str, list[float]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)

    def note(self, kind: str, asked_at: float, wrong: str) -> None:
        """This function will keep one answer; the first ones only warm the server up."""
        if wrong:
            self.errors.append(f"{kind}: {wrong}")
        if asked_at >= self.began:
            took = (time.monotonic() - asked_at) * 1000
            self.times.setdefault(kind, []).append(round(took, 2))


@dataclass
class Answer:
    """Status, headers as they came, and the page."""

    status: int
    headers: list[tuple[str, str]]
    text: str

    def header(self, name: str) -> str:
        """This function will return a header's value, empty where there is none."""
        return next((value for key, value in self.headers if key == name), "")


@dataclass
class Browser:
    """A person's browser. `right` of an answer is the status that means it was done."""

    port: int
    heard: Heard
    cookies: dict[str, str]
    _wire: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    def __post_init__(self) -> None:
        self.cookies.setdefault("csrftoken", TOKEN)

    async def get(self, kind: str, path: str) -> str:
        """This function will ask for a page, or for what is new on one."""
        return await self._ask(kind, "GET", path, "", {}, {200, 204})

    async def send(
        self, kind: str, path: str, *, right: int, headers: dict[str, str] | None = None,
        **values: Any,
    ) -> str:  # fmt: skip
        """This function will send a form."""
        token = self.cookies["csrftoken"]
        body = urlencode({**values, "csrfmiddlewaretoken": token})
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return await self._ask(kind, "POST", path, body, form | (headers or {}), {right})

    def close(self) -> None:
        """This function will hang up."""
        if self._wire is not None:
            self._wire[1].close()
        self._wire = None

    async def _ask(
        self, kind: str, method: str, path: str, body: str, headers: dict[str, str],
        right: set[int],
    ) -> str:  # fmt: skip
        asked_at, text = time.monotonic(), ""
        try:
            async with asyncio.timeout(LONGEST_S):
                answer = await self._answered(self._request(method, path, body, headers))
            text, wrong = answer.text, "" if answer.status in right else str(answer.status)
            if SIGN_IN in answer.header("location"):
                wrong = "signed out"
            self._keep(answer)
        except (OSError, EOFError, TimeoutError, ValueError, IndexError) as error:
            self.close()
            wrong = type(error).__name__
        self.heard.note(kind, asked_at, wrong)
        return text

    def _request(self, method: str, path: str, body: str, headers: dict[str, str]) -> bytes:
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        said = {"Host": f"{HERE}:{self.port}", "Cookie": cookies, **headers}
        if method == "POST":
            said["Content-Length"] = str(len(body))
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {said[name]}" for name in said)]
        return ("\r\n".join(lines) + "\r\n\r\n" + body).encode()

    async def _answered(self, request: bytes) -> Answer:
        """As browsers do: a kept connection that turns out to be closed is made anew, once."""
        if self._wire is not None:
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                return await self._over(self._wire, request)
            self.close()
        self._wire = await asyncio.open_connection(HERE, self.port)
        return await self._over(self._wire, request)

    async def _over(
        self, wire: tuple[asyncio.StreamReader, asyncio.StreamWriter], request: bytes
    ) -> Answer:
        reader, writer = wire
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        pairs = [line.partition(":")[::2] for line in head[1:] if line]
        answer = Answer(
            status=int(head[0].split()[1]),
            headers=[(name.lower(), value.strip()) for name, value in pairs], text="",
        )  # fmt: skip
        answer.text = (await _body(reader, answer)).decode()
        if answer.header("connection").lower() == "close":
            self.close()
        return answer

    def _keep(self, answer: Answer) -> None:
        for name, value in answer.headers:
            if name == "set-cookie":
                cookie, _, said = value.partition(";")[0].partition("=")
                self.cookies[cookie] = said


async def _body(reader: asyncio.StreamReader, answer: Answer) -> bytes:
    if answer.header("transfer-encoding").lower() != "chunked":
        return await reader.readexactly(int(answer.header("content-length") or 0))
    pieces = []
    while size := int(await reader.readline(), 16):
        pieces.append(await reader.readexactly(size))
        await reader.readline()
    await reader.readline()
    return b"".join(pieces)
