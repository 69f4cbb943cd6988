"""What tests of messages share: a visit that is announced, one delivery, and a text gateway."""

from __future__ import annotations

import json
import uuid
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer

from reprieve.interop.messages import deliver
from reprieve.pathway import booking
from reprieve.pathway.booking import Slot
from reprieve.records.models import OutboxMessage
from tests.world import World, new


def booked(world: World, patient: uuid.UUID, *, days: int = 10) -> uuid.UUID:
    return booking.book(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient,
        wanted=Slot(starts_at=world.at + timedelta(days=days), kind="consultation"),
    )  # fmt: skip


def go(world: World) -> int:
    return deliver.deliver(clinic=world.id, at=world.at)


def states(world: World, template: str) -> list[str]:
    rows = OutboxMessage.of(world.id).filter(template=template)
    return sorted(rows.values_list("state", flat=True))


class Gateway(HTTPServer):
    """A text gateway that keeps what it was told."""

    def __init__(self) -> None:
        self.texts: list[dict[str, str]] = []
        self.tokens: list[str | None] = []
        self.status = 200
        self.says = ""
        self.echoes = 0  # how often it hands back what it was told
        super().__init__(("127.0.0.1", 0), _Answer)


class _Answer(BaseHTTPRequestHandler):
    server: Gateway

    def do_POST(self) -> None:  # the library's name
        size = int(self.headers["Content-Length"])
        said = self.rfile.read(size)
        self.server.texts.append(json.loads(said))
        self.server.tokens.append(self.headers["Authorization"])
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(said * self.server.echoes or self.server.says.encode())

    def log_message(self, *_: object) -> None:
        """Say nothing."""
