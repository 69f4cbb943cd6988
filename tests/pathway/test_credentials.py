"""The register of credentials decides at the gate, whatever was ticked there."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.knowledge import BadValue
from reprieve.pathway import clock, credentials
from reprieve.pathway.credentials import Seen
from reprieve.pathway.errors import PermissionDenied
from reprieve.records.queries.credentials import KINDS
from tests import gate_desk
from tests.gate_desk import Visit
from tests.web.conftest import BACKEND
from tests.world import World, found, new

pytestmark = pytest.mark.usefixtures("db")
RULE = "staff-credentials"


@pytest.fixture
def visit(world: World) -> Visit:
    made = gate_desk.arrived(world)
    made.tell()
    made.people()
    return made


def note(world: World, role: str, kind: str, *, who: str = "manager", **more: Any) -> None:
    seen = Seen(kind=kind, **({"number": "N-1"} | more))
    credentials.note(
        actor=world[who], uid=new(), at=world.at, seen=seen,
        practitioner=world[role].practitioner,
    )  # type: ignore[arg-type]  # fmt: skip


def complete(world: World) -> None:
    for role in ("infusion_nurse", "physician"):
        for kind in KINDS:
            note(world, role, kind, expires_on=world.at.date() + timedelta(days=1))


def test_without_a_register_the_gate_asks(visit: Visit) -> None:
    assert RULE not in visit.blocking


def test_a_register_that_lacks_something_holds_the_start(world: World, visit: Visit) -> None:
    note(world, "infusion_nurse", "licence")
    assert RULE in visit.blocking
    world.later(minutes=1)
    complete(world)
    assert RULE not in visit.blocking


@pytest.mark.parametrize(
    "ended", [{"expires_on": date(2026, 3, 1)}, {"withdrawn": True}], ids=["expired", "withdrawn"]
)
def test_what_ended_holds_the_start_whatever_was_ticked(
    world: World, visit: Visit, ended: dict[str, Any]
) -> None:
    complete(world)
    world.later(minutes=1)
    note(world, "infusion_nurse", "acls", **ended)
    assert RULE in visit.blocking


def test_a_credential_is_good_on_its_last_day(world: World, visit: Visit) -> None:
    complete(world)
    world.later(days=1)
    assert RULE not in visit.blocking
    world.later(days=1)
    assert RULE in visit.blocking


def test_what_cannot_be_registered(world: World) -> None:
    with pytest.raises(PermissionDenied):
        note(world, "physician", "acls", who="infusion_nurse")
    with pytest.raises(BadValue, match="kind"):
        note(world, "physician", "driving")
    with pytest.raises(BadValue, match="number"):
        note(world, "physician", "acls", number=" ")
    with pytest.raises(BadValue, match="practitioner"):
        credentials.note(
            actor=world["manager"], uid=new(), at=world.at, seen=Seen(kind="acls", number="1"),
            practitioner=found()["physician"].practitioner or uuid.uuid4(),
        )  # fmt: skip


def test_the_register_is_kept_on_its_page(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.contrib.auth import get_user_model

    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    manager: Client = Client()
    manager.force_login(get_user_model().objects.get(pk=world["manager"].user), backend=BACKEND)
    sent = {"practitioner": str(world["physician"].practitioner), "kind": "acls",
            "expires_on": (world.at.date() + timedelta(days=20)).isoformat()}  # fmt: skip
    send: Callable[..., Any] = manager.post
    assert send(reverse("credentials"), {"act": str(new())}).status_code == 422
    assert send(reverse("credentials"), sent | {"act": str(new())}).status_code == 302
    page = manager.get(reverse("credentials")).content.decode()
    assert "Physician Invented" in page
    assert "ends soon" in page
