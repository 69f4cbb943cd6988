"""A write that finds no turn is answered in words, so that it can be sent again."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError, connection, transaction
from django.test import Client

from reprieve.records import statements
from reprieve.records.models import Act
from reprieve.web.sessions import SessionStore
from tests import world as worlds
from tests.world import World, new

Browser = Callable[[str], Client]


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the database refuse the write of a list with these words."""

    def refuse(words: str) -> None:
        def write(*_args: object, **_fields: object) -> None:
            raise OperationalError(words)

        monkeypatch.setattr("reprieve.pathway.history.perform", write)

    return refuse


def post(client: Client, world: World) -> tuple[int, str]:
    patient, _ = worlds.person(world)
    where = f"/patients/{patient}/evaluation/lists/conditions"
    answer = client.post(where, {"act": str(new()), "code": "M79.7"})
    return answer.status_code, answer.content.decode()


def test_no_turn_is_said_in_words(
    world: World, as_role: Browser, refused: Callable[[str], None]
) -> None:
    refused("database is locked")
    status, html = post(as_role("infusion_nurse"), world)
    assert status == 503
    assert "press again in a moment" in html


def test_any_other_fault_stays_a_fault(
    world: World, as_role: Browser, refused: Callable[[str], None]
) -> None:
    refused("disk I/O error")
    assert post(as_role("infusion_nurse"), world)[0] == 500


@pytest.mark.parametrize(
    ("words", "status"), [("database is locked", 503), ("disk I/O error", 400)]
)
def test_a_session_that_finds_no_turn_is_busy_after_the_work_was_done(
    world: World, as_role: Browser, monkeypatch: pytest.MonkeyPatch, words: str, status: int
) -> None:
    """It is written after the page: nobody may read that nothing was changed."""

    def save(*_args: object, **_how: object) -> None:
        raise OperationalError(words)

    client = as_role("infusion_nurse")
    client.raise_request_exception = False
    monkeypatch.setattr(Session, "save", save)
    answered, html = post(client, world)
    assert answered == status
    assert "may have been saved" in html
    assert Act.objects.filter(kind="history.change").count() == 1


def test_a_session_that_cannot_be_read_for_others_is_busy_too(
    monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(*_args: object) -> None:
        raise OperationalError("database is locked")

    monkeypatch.setattr(SessionStore, "load", load)
    browser = Client(SERVER_NAME="localhost", raise_request_exception=False)
    browser.cookies["sessionid"] = "x" * 32
    answer = browser.get("/board")
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


@pytest.mark.usefixtures("fresh_database")
def test_what_the_engine_says_is_recognised() -> None:
    """A second writer beside an open transaction, as the engine really answers it."""
    if statements.is_postgresql():
        pytest.skip("there, one writer waits for the other")
    other = connection.copy()
    other.settings_dict["OPTIONS"]["timeout"] = 0
    with transaction.atomic(), closing(other):
        connection.cursor().execute("SELECT 1")
        with pytest.raises(OperationalError) as told, other.cursor() as cursor:
            cursor.execute("BEGIN IMMEDIATE")
    assert statements.is_busy(told.value)
