"""A database that does not answer is not waited for without end, and holds up nobody else."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import OperationalError, connections, transaction

from reprieve.config import databases
from reprieve.records import patience, snapshot, statements
from reprieve.records.postgresql.base import LIMITS_TRANSACTIONS
from tests.faults.cable import Cable
from tests.house.engines import Copy
from tests.house.running import wait_for

pytestmark = pytest.mark.postgresql
SOON_S = 1.0
LONG_S = 60.0  # for what is answered: this machine, too, may stall for a while


@contextmanager
def impatient() -> Iterator[None]:
    """Wait a short while only, for what will not be answered."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(patience, "ANSWER_S", SOON_S)
        yield


@pytest.fixture
def cable(fresh_database: Copy) -> Iterator[Cable]:
    laid = Cable(int(connections["default"].settings_dict["PORT"]))
    yield laid
    laid.close()


@pytest.fixture
def far(fresh_database: Copy, cable: Cable, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A connection through the cable, of a part that monitors wait for."""
    monkeypatch.setenv("REPRIEVE_PART", "gateway")
    monkeypatch.setattr(patience, "ANSWER_S", LONG_S)
    monkeypatch.setattr(patience, "DOUBT_S", LONG_S)
    name = fresh_database.names["default"]
    address = f"postgresql://postgres@127.0.0.1:{cable.port}/{name}"
    yield from _connected("far", databases.postgresql(address))


@pytest.fixture
def near(fresh_database: Copy) -> Iterator[Any]:
    """A connection of a command, straight to the server."""
    with pytest.MonkeyPatch.context() as command:
        command.setenv("REPRIEVE_PART", "command")
        told = databases.postgresql(fresh_database.address)
    yield from _connected("near", told)


def _connected(alias: str, told: dict[str, Any]) -> Iterator[Any]:
    made = connections.configure_settings({"default": told})
    connections.databases[alias] = made["default"]
    try:
        yield connections[alias]
    finally:  # left behind, every later test would look for a database that is gone
        connections[alias].close()
        del connections[alias]
        del connections.databases[alias]


def said(connection: Any, what: str) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(what)
        return cursor.fetchone()[0] if cursor.description else None


def test_a_forgotten_connection_is_given_up_and_made_anew(far: Any, cable: Cable) -> None:
    assert said(far, "SELECT 1") == 1
    cable.forget()
    began = time.monotonic()
    refused = pytest.raises(OperationalError, match="no answer within 1 s")
    with impatient(), refused, transaction.atomic("far"):
        said(far, "SELECT 1")
    assert SOON_S <= time.monotonic() - began < LONG_S / 2
    with transaction.atomic("far"):
        assert said(far, "SELECT 2") == 2


def test_a_kept_connection_has_to_answer_sooner(
    far: Any, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert said(far, "SELECT 1") == 1
    assert far.is_usable()
    cable.forget()
    monkeypatch.setattr(patience, "DOUBT_S", 0.5)
    began = time.monotonic()
    assert not far.is_usable()
    assert time.monotonic() - began < LONG_S / 2
    assert patience.seconds() == LONG_S


def test_after_one_was_lost_the_others_of_the_process_are_not_asked(
    far: Any, cable: Cable
) -> None:
    other = far.copy("far")
    other.inc_thread_sharing()
    assert said(far, "SELECT 1") == said(other, "SELECT 1") == 1
    assert other.is_usable()
    cable.forget()
    with impatient(), pytest.raises(OperationalError):
        said(far, "SELECT 1")
    began = time.monotonic()
    assert not other.is_usable()
    assert time.monotonic() - began < LONG_S / 2  # asked, it would be waited for
    other.close()
    assert said(other, "SELECT 1") == 1
    assert other.is_usable()
    other.close()


def test_one_that_waits_long_makes_the_others_doubtful(
    far: Any, near: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(patience, "DOUBT_S", 2.0)
    monkeypatch.setattr(patience, "TRANSACTION_MS", {})  # the server ends no long wait
    other = far.copy("far")
    other.inc_thread_sharing()
    assert said(other, "SELECT 1") == said(far, "SELECT 1") == 1
    said(other, "SET lock_timeout = 0")
    said(near, "SELECT pg_advisory_lock(7) IS NULL")
    slow = threading.Thread(target=said, args=(other, "SELECT pg_advisory_lock(7) IS NULL"))
    slow.start()
    assert far.is_usable()
    wait_for(lambda: not far.is_usable(), "a doubt")
    said(near, "SELECT pg_advisory_unlock(7)")
    slow.join()
    other.close()
    assert far.is_usable()  # it was slow, not lost


def test_what_a_forgotten_session_held_is_free_again(far: Any, near: Any, cable: Cable) -> None:
    said(far, "SET idle_in_transaction_session_timeout = '2s'")
    with pytest.raises(OperationalError, match="no answer"):
        _forgotten_in_mid_transaction(far, cable)
    assert becomes_free(near)


def becomes_free(near: Any) -> bool:
    """Whether the other session's lock is had in the end."""
    try:
        with transaction.atomic("near"):
            said(near, "SET LOCAL lock_timeout = '30s'")
            said(near, "SELECT pg_advisory_xact_lock(7) IS NULL")
    except OperationalError:
        return False
    return True


def _forgotten_in_mid_transaction(far: Any, cable: Cable) -> None:
    with transaction.atomic("far"):
        said(far, "SELECT pg_advisory_xact_lock(7) IS NULL")
        cable.forget()
        with impatient():
            said(far, "SELECT 1")


def test_a_session_forgotten_in_mid_request_ends_too(
    fresh_database: Copy, near: Any, cable: Cable, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server waits for the rest of the request: to it this session is at work."""
    with psycopg.connect(fresh_database.address, autocommit=True) as other:
        version = other.info.server_version
    if version < LIMITS_TRANSACTIONS:
        pytest.skip("servers before 17 cannot end it")
    monkeypatch.setenv("REPRIEVE_PART", "gateway")
    monkeypatch.setattr(patience, "TRANSACTION_MS", {"gateway": 2_500})
    told = databases.postgresql(fresh_database.address)
    connected = contextlib.contextmanager(_connected)
    with connected("half", told) as half, pytest.raises(OperationalError):
        _held_in_mid_request(half, near)


def _held_in_mid_request(half: Any, near: Any) -> None:
    with transaction.atomic("half"):
        said(half, "SELECT pg_advisory_xact_lock(7) IS NULL")
        wire = half.connection.pgconn
        wire.enter_pipeline_mode()
        wire.send_query_params(b"SELECT 1", None)
        wire.send_flush_request()
        wire.flush()
        assert becomes_free(near)


def test_no_turn_is_told_from_a_lost_connection(far: Any, near: Any) -> None:
    with transaction.atomic("near"), transaction.atomic("far"):
        said(near, "SELECT pg_advisory_xact_lock(7) IS NULL")
        said(far, "SET LOCAL lock_timeout = '100ms'")
        with pytest.raises(OperationalError) as told:
            said(far, "SELECT pg_advisory_xact_lock(7) IS NULL")
        far.set_rollback(True)
    assert statements.is_busy(told.value)


def test_an_export_waits_as_long_as_it_takes(far: Any) -> None:
    with impatient(), patience.unhurried():
        assert patience.transaction_ms() == 0
        assert said(far, f"SELECT pg_sleep({SOON_S + 0.5})::text") == ""
    with impatient(), pytest.raises(OperationalError, match="no answer"):
        said(far, f"SELECT pg_sleep({LONG_S})::text")


def test_a_snapshot_may_rest_between_two_statements(fresh_database: Copy) -> None:
    with snapshot.reading():
        assert patience.seconds() is None
        assert said(connections["default"], "SHOW idle_in_transaction_session_timeout") == "0"


def test_both_sides_know_when_the_other_is_gone(far: Any, near: Any) -> None:
    for side in (far, near):
        assert said(side, "SHOW tcp_user_timeout") == "5000"
        assert said(side, "SHOW tcp_keepalives_idle") == "3"
        assert said(side, "SHOW client_connection_check_interval") == "1s"
        ours = side.connection.info.get_parameters()
        assert ours["tcp_user_timeout"] == "5000"
        assert ours["connect_timeout"] == "3"
    assert said(far, "SHOW lock_timeout") == "3s"
    assert said(far, "SHOW idle_in_transaction_session_timeout") == "4s"
    assert said(near, "SHOW lock_timeout") == "0"
