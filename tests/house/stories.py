"""Stories told once by each test process: `@kept` on a function that writes what tests begin with.

Founding a clinic or bringing a patient to a consent takes hundreds of acts, and the same ones in
most tests. The first time, a story is really told, and the statements that it wrote are kept; in
later tests that come to the same point, the same statements are written again, in their order,
and every guard of the tables looks at them again. What the test itself does is never kept.

A story is told anew, and not kept, whenever it could come out differently: after a write of the
test's own, under changed settings, with `monkeypatch`, or outside `db`.
"""

from __future__ import annotations

import functools
import io
import itertools
import pickle
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar, cast

Told = TypeVar("Told", bound=Callable[..., Any])
Key = tuple[int, str, str, str]

LONGEST_SHELF = 500  # stories; the oldest goes

READS = ("SELECT", "(SELECT", "PRAGMA", "EXPLAIN")
NESTING = ("SAVEPOINT", "RELEASE SAVEPOINT")
HAS_NO_WORDS = " at 0x"  # a `repr` by address tells nothing of what is inside


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement that wrote."""

    alias: str
    sql: str
    params: Any
    many: bool


@dataclass(frozen=True, slots=True)
class Story:
    """What a story wrote, what it answered, and how it left the objects it was given."""

    no: int
    statements: list[Statement]
    changes: int
    sequences: dict[str, tuple[int, bool]]
    outcome: bytes


_numbers = itertools.count(1)
_shelf: dict[Key, Story | None] = {}
_book: Book | None = None


class Book:
    """What one test has come to: the last story's number, or None after a write of its own."""

    def __init__(self, *, is_kept: bool) -> None:
        self.point: int | None = 0 if is_kept else None
        self._changes = _changes()  # at that point
        self._written: list[Statement] | None = None

    def tell(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        """This function will tell a story, from the shelf if it is there."""
        key = self._key(function, args, kwargs)
        if key is None:
            return function(*args, **kwargs)
        if key not in _shelf:
            return self._first(key, function, args, kwargs)
        story = _shelf[key]
        if story is None:
            return function(*args, **kwargs)
        _forget()
        self._written = []  # what is written again is not the test's own
        _set_sequences(story.sequences)
        _write(story.statements)
        if _changes() - self._changes != story.changes:
            raise RuntimeError(f"{key[1]} wrote by statements that are not watched")
        self._written, self.point, self._changes = None, story.no, _changes()
        return _put_back(story.outcome, _things((args, kwargs)))

    def _key(self, function: Callable[..., Any], args: Any, kwargs: Any) -> Key | None:
        if self.point is None or self._written is not None or _changes() != self._changes:
            return None
        from django.utils import translation

        words = repr((args, kwargs))
        if HAS_NO_WORDS in words:
            return None
        name = f"{function.__module__}.{function.__qualname__}"
        return (self.point, name, words, translation.get_language() or "")

    def _first(self, key: Key, function: Callable[..., Any], args: Any, kwargs: Any) -> Any:
        from django.core import mail

        things, sent = _things((args, kwargs)), len(mail.outbox)
        before, self._written = _sequences(), []
        try:
            answer = function(*args, **kwargs)
        except BaseException:
            self.point = None
            raise
        finally:
            written, self._written = self._written, None
        if len(_shelf) >= LONGEST_SHELF:
            del _shelf[next(iter(_shelf))]
        outcome = _outcome(things, answer) if len(mail.outbox) == sent else None
        if outcome is None or self.point is None:
            self.point = _shelf[key] = None
            return answer
        now = _sequences()
        moved = {name: was for name, was in before.items() if now[name] != was}
        changes = _changes() - self._changes
        _shelf[key] = story = Story(next(_numbers), written, changes, moved, outcome)
        self.point, self._changes = story.no, _changes()
        return _put_back(outcome, things)  # as in every later test

    def watch(self, alias: str) -> Callable[..., Any]:
        """This function will make Django's wrapper of a statement."""

        def seen(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
            if many:
                params = list(params)
            done = execute(sql, params, many, context)
            self.note(Statement(alias, sql, params, many))
            return done

        return seen

    def doubt(self, *, setting: str, **_: Any) -> None:
        """This function will keep nothing more in this test."""
        if setting != "PASSWORD_HASHERS":  # quick ones all
            self.point = None

    def note(self, statement: Statement) -> None:
        """This function will keep a statement that writes, in a story; elsewhere it ends them."""
        start = statement.sql.lstrip().upper()
        if start.startswith(READS):
            return
        if self._written is not None:
            self._written.append(statement)
        elif not start.startswith(NESTING):
            self.point = None


@contextmanager
def opened(*, is_kept: bool) -> Iterator[None]:
    """This function will let stories be kept in a test whose writes are rolled back."""
    global _book  # noqa: PLW0603  # stories are plain functions and know no fixture
    from django.core.signals import setting_changed
    from django.db import connections

    _watch_plain_statements()
    _forget()
    book = Book(is_kept=is_kept)
    with ExitStack() as stack:
        for alias in connections:
            stack.enter_context(connections[alias].execute_wrapper(book.watch(alias)))
        setting_changed.connect(book.doubt)
        stack.callback(setting_changed.disconnect, book.doubt)
        _book = book
        try:
            yield
        finally:
            _book = None


def kept(function: Told) -> Told:
    """This function will make a story be told once by each process."""

    @functools.wraps(function)
    def tell(*args: Any, **kwargs: Any) -> Any:
        if _book is None:
            return function(*args, **kwargs)
        return _book.tell(function, args, kwargs)

    return cast(Told, tell)


@functools.cache
def _watch_plain_statements() -> None:
    """On SQLite the product has statements that go past Django's cursors."""
    from reprieve.records import statements

    def watched(run: Callable[..., Any], *, many: bool) -> Callable[..., Any]:
        def ran(sql: str, params: Any = ()) -> Any:
            done = run(sql, params)
            if _book is not None and not statements.is_postgresql():
                _book.note(Statement("default", sql, params, many))
            return done

        return ran

    setattr(statements, "rows", watched(statements.rows, many=False))  # noqa: B010  # a patch
    setattr(statements, "each", watched(statements.each, many=True))  # noqa: B010


def _changes() -> int:
    """How many rows SQLite's drivers have changed, by whatever way; PostgreSQL counts none."""
    from django.db import connections

    drivers = [connections[alias].connection for alias in connections]
    return sum(getattr(driver, "total_changes", 0) for driver in drivers)


def _write(statements: list[Statement]) -> None:
    from django.db import connections

    for statement in statements:
        with connections[statement.alias].cursor() as cursor:
            run = cursor.executemany if statement.many else cursor.execute
            run(statement.sql, statement.params)


def _sequences() -> dict[str, tuple[int, bool]]:
    """Where PostgreSQL's counters stand: a rollback does not take them back."""
    from django.db import connection

    if connection.vendor != "postgresql":
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT sequencename, coalesce(last_value, start_value), last_value IS NOT NULL"
            " FROM pg_sequences"
        )
        return {name: (value, is_used) for name, value, is_used in cursor.fetchall()}


def _set_sequences(sequences: dict[str, tuple[int, bool]]) -> None:
    from django.db import connection

    with connection.cursor() as cursor:
        for name, (value, is_used) in sequences.items():
            cursor.execute("SELECT setval(%s, %s, %s)", [name, value, is_used])


def _things(given: Any) -> list[Any]:
    """The objects of tests (a world, a visit, a room) that a story was given and may change."""
    found: dict[int, Any] = {}

    def look(one: Any) -> None:
        if isinstance(one, (tuple, list)):
            for inner in one:
                look(inner)
        elif isinstance(one, dict):
            look(list(one.values()))
        elif _is_of_tests(one) and id(one) not in found:
            found[id(one)] = one
            look(vars(one))

    look(given)
    return list(found.values())


def _is_of_tests(one: Any) -> bool:
    return type(one).__module__.startswith("tests.") and hasattr(one, "__dict__")


def _outcome(things: list[Any], answer: Any) -> bytes | None:
    places = {id(thing): n for n, thing in enumerate(things)}

    class Pickler(pickle.Pickler):
        def persistent_id(self, one: Any) -> int | None:
            return places.get(id(one))

    kept_in = io.BytesIO()
    try:
        Pickler(kept_in).dump(([vars(thing) for thing in things], answer))
    except (pickle.PicklingError, TypeError, AttributeError):
        return None
    return kept_in.getvalue()


def _put_back(outcome: bytes, things: list[Any]) -> Any:
    class Unpickler(pickle.Unpickler):
        def persistent_load(self, place: int) -> Any:
            return things[place]

    states, answer = Unpickler(io.BytesIO(outcome)).load()
    for thing, state in zip(things, states, strict=True):
        vars(thing).update(state)
    return answer


def _forget() -> None:
    """What the product's process remembers by the numbers of rows that are rolled back."""
    from django.core.cache import cache

    cache.clear()
    for memory in _memories(len(sys.modules)):
        memory.clear()


@functools.lru_cache(maxsize=1)
def _memories(modules: int) -> list[Any]:
    """Dictionaries and sets in which modules of the product remember, also inside their objects.

    Their names are `_small`, as is usual.
    """
    return [
        memory
        for name in [n for n in sys.modules if n.startswith("reprieve.")]
        for word, one in vars(sys.modules[name]).items()
        if word.islower() and word[0] == "_" != word[1:2]
        for memory in (one, *_inside(one))
        if isinstance(memory, (dict, set))
    ]


def _inside(one: Any) -> list[Any]:
    if isinstance(one, type) or not type(one).__module__.startswith("reprieve."):
        return []
    names = [*getattr(one, "__dict__", ()), *getattr(type(one), "__slots__", ())]
    return [getattr(one, name, None) for name in names]
