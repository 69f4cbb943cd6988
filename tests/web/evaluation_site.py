"""The evaluation's pages as tests open them: addresses, what is sent, what is read."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.test import Client

from tests.world import new

Browser = Callable[[str], Client]


def path(patient: uuid.UUID, *rest: str) -> str:
    return "/".join((f"/patients/{patient}/evaluation", *rest))


def send(client: Client, where: str, **fields: Any) -> Any:
    return client.post(where, {"act": str(new()), "mode": "clinic"} | fields)


def text(response: Any) -> str:
    return response.content.decode()
