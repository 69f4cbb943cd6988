"""The fixtures `db`, rolled back after each test, and `fresh_database`, a copy to commit into."""

from __future__ import annotations

import contextlib
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.house import stories
from tests.house.engines import Copy, Engine, engine


class Gate:
    """Opens the database only to tests that ask for it, so that none leaves rows for others."""

    def __init__(self) -> None:
        from django.db import connections
        from django.db.backends.base.base import BaseDatabaseWrapper
        from django.db.backends.signals import connection_created

        self.is_open = False
        self._made: weakref.WeakSet[Any] = weakref.WeakSet()
        self._aliases = connections
        self._connect: Callable[[Any], None] = BaseDatabaseWrapper.ensure_connection
        connection_created.connect(self._remember, weak=False)
        setattr(BaseDatabaseWrapper, "ensure_connection", self._guarded())  # noqa: B010  # a patch

    def use(self, copy: Copy) -> None:
        """This function will point every alias at the copy, in threads of the product as well."""
        self.close()
        for alias, name in copy.names.items():
            self._aliases.settings[alias].update(NAME=name, **_place(copy.address))

    def close(self) -> None:
        """This function will close every connection; a thread of the product opens it again."""
        for connection in list(self._made):
            connection.inc_thread_sharing()
            connection.close()
            connection.dec_thread_sharing()

    def _remember(self, connection: Any, **_: Any) -> None:
        self._made.add(connection)

    def _guarded(self) -> Callable[[Any], None]:
        def ensure_connection(connection: Any) -> None:
            if not self.is_open:
                raise RuntimeError("this test uses the database: ask for `db` or `fresh_database`")
            self._connect(connection)

        return ensure_connection


def _place(address: str) -> dict[str, str]:
    """Where a server is: most copies are on the run's own, some tests have one to themselves."""
    parts = urlsplit(address)
    return {"HOST": parts.hostname or "", "PORT": str(parts.port)} if address else {}


def start_django() -> None:
    """This function will start Django with a password hash that costs nothing."""
    from reprieve.config import boot

    boot.start()
    from django.conf import settings

    settings.PASSWORD_HASHERS = _quick_hashers()
    _spell_no_words_by_chance()


def _spell_no_words_by_chance() -> None:
    """A form's random token would now and then hold a name or a number that a page must not."""
    from django.middleware import csrf

    setattr(csrf, "CSRF_ALLOWED_CHARS", "bcdfghjkmnpqrstvwxyz")  # noqa: B010  # a patch


def _list_static_files_once() -> None:
    """Each test client makes the middleware anew, which walks hundreds of files that stay."""
    from whitenoise.middleware import WhiteNoiseMiddleware  # type: ignore[import-untyped]

    walk: Callable[[Any], None] = WhiteNoiseMiddleware.add_files_from_finders
    listed: dict[str, dict[str, Any]] = {}

    def add(middleware: Any) -> None:
        if middleware.static_prefix not in listed:
            walk(middleware)
            listed[middleware.static_prefix] = dict(middleware.files)
        middleware.files.update(listed[middleware.static_prefix])

    setattr(WhiteNoiseMiddleware, "add_files_from_finders", add)  # noqa: B010  # a patch


def _quick_hashers() -> list[str]:
    from django.conf import settings

    from tests.house.hashing import QUICK

    return [*QUICK, *(h for h in settings.PASSWORD_HASHERS if h not in QUICK)]


@pytest.fixture(scope="session")
def django() -> None:
    """Django, started for tests. Tests of plain rooms neither need nor load it."""
    start_django()
    from django.test.utils import setup_test_environment

    setup_test_environment(debug=False)
    _list_static_files_once()


@pytest.fixture(scope="session")
def database_engine(request: pytest.FixtureRequest) -> Engine:
    return engine(request.config.getoption("--engine"))


@pytest.fixture(scope="session")
def database_gate(django: None) -> Gate:
    return Gate()


@pytest.fixture(scope="session")
def worker_database(
    database_engine: Engine, tmp_path_factory: pytest.TempPathFactory, database_gate: Gate
) -> Iterator[Copy]:
    """One copy for all tests of this process that roll back what they do."""
    copy = database_engine.new(tmp_path_factory.mktemp("worker"))
    yield copy
    database_gate.close()
    database_engine.drop(copy)


@pytest.fixture
def db(
    request: pytest.FixtureRequest, worker_database: Copy, database_gate: Gate, mailbox: None
) -> Iterator[None]:
    """A migrated database; whatever the test writes is rolled back.

    Passwords are hashed fast here: a clinic with all its roles would cost a second a test.
    """
    from django.test import override_settings

    if worker_database.names != _in_use():
        database_gate.use(worker_database)
    database_gate.is_open = True
    try:
        with (
            _rolled_back(),
            override_settings(PASSWORD_HASHERS=_quick_hashers()),
            stories.opened(is_kept="monkeypatch" not in request.fixturenames),
        ):
            yield
    finally:
        database_gate.is_open = False


@pytest.fixture
def fresh_database(
    database_engine: Engine, database_gate: Gate, tmp_path: Path, mailbox: None,
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Copy]:  # fmt: skip
    """A database of the test's own, to commit into from any thread or process."""
    from django.test import override_settings

    folder = tmp_path / "clinic"
    folder.mkdir()
    copy = database_engine.new(folder)
    for name, value in copy.env.items():
        monkeypatch.setenv(name, value)
    database_gate.use(copy)
    database_gate.is_open = True
    try:
        with override_settings(DATA=folder):
            yield copy
    finally:
        database_gate.is_open = False
        database_gate.close()
        database_engine.drop(copy)


@pytest.fixture
def mailbox(django: None) -> None:
    """`django.core.mail.outbox`, empty."""
    from django.core import mail

    mail.outbox = []


@pytest.fixture
def client(db: None) -> Any:
    """Django's test client; `client.force_login(user)` signs in."""
    from django.test import Client

    return Client()


def _in_use() -> dict[str, str]:
    from django.db import connections

    return {alias: connections.settings[alias]["NAME"] for alias in connections}


@contextlib.contextmanager
def _rolled_back() -> Iterator[None]:
    """Django's own way for its test cases: one transaction a database, never committed."""
    from django.db import connections, transaction

    with contextlib.ExitStack() as stack:
        for alias in connections:
            atomic = transaction.atomic(using=alias)
            atomic._from_testcase = True  # type: ignore[attr-defined]  # durable=True stays allowed
            stack.enter_context(atomic)
            stack.callback(transaction.set_rollback, True, using=alias)
        yield
        for alias in connections:
            if not _is_broken(connections[alias]):
                connections[alias].check_constraints()


def _is_broken(connection: Any) -> bool:
    """A transaction in which a statement failed answers no more questions."""
    if connection.needs_rollback or connection.vendor == "sqlite":
        return bool(connection.needs_rollback)
    return bool(connection.connection.info.transaction_status.name == "INERROR")
