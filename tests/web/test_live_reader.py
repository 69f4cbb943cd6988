"""The one reader of changes: what it remembers, and how it says that nobody keeps the time."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest

from reprieve.pathway import infusion, ticker
from reprieve.records import changes
from reprieve.records.models import Change, Clinic
from reprieve.web.live_reader import Reader, Shared
from tests.house.databases import Copy


def wait_for(holds: object, what: str) -> None:
    end = time.monotonic() + 10
    while not holds():  # type: ignore[operator]
        assert time.monotonic() < end, what
        time.sleep(0.02)


@pytest.fixture
def clinic(fresh_database: Copy) -> uuid.UUID:
    from datetime import UTC, datetime

    row = Clinic.objects.create(
        name="Invented", timezone="UTC", data_key=b"", created_at=datetime(2026, 3, 3, tzinfo=UTC)
    )
    return row.pk


@pytest.fixture
def reader(clinic: uuid.UUID) -> Iterator[Reader]:
    made = Reader()
    yield made
    made.close()


def test_failed_beat_is_tried_again(reader: Reader, clinic: uuid.UUID,
                                    monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    failures = iter([True, True])
    real = changes.since

    def since(cursor: int) -> object:
        if next(failures, False):
            raise OSError("the disk is away")
        return real(cursor)

    monkeypatch.setattr("reprieve.web.live_reader.changes.since", since)
    visit = uuid.uuid4()
    changes.announce(clinic=clinic, topic="infusion", subject=visit, at_ms=1)
    first = reader.version(clinic=clinic, subject=visit)
    changes.announce(clinic=clinic, topic="infusion", subject=visit, at_ms=2)
    wait_for(lambda: reader.version(clinic=clinic, subject=visit) > first, "the change")


def test_thread_sees_what_others_commit(clinic: uuid.UUID, reader: Reader) -> None:
    visit = uuid.uuid4()
    first = reader.version(clinic=clinic, subject=visit)
    changes.announce(clinic=clinic, topic="infusion", subject=visit, at_ms=1)
    wait_for(lambda: reader.version(clinic=clinic, subject=visit) > first, "the change")
    assert reader.version(clinic=clinic) == reader.version(clinic=clinic, subject=visit)
    assert reader.version(clinic=clinic, subject=uuid.uuid4()) == first


def test_other_topics_are_no_news_of_an_infusion(clinic: uuid.UUID) -> None:
    reader = Reader()
    changes.announce(clinic=clinic, topic="work", subject=uuid.uuid4(), at_ms=1)
    reader.take()
    assert reader.subjects == {}
    assert reader.cursor == changes.newest()


def test_clock_that_nobody_holds_is_told(clinic: uuid.UUID) -> None:
    reader = Reader()  # read by hand: a thread of its own would come between the lines
    assert reader.clock_runs
    reader.take()
    assert not reader.clock_runs
    # Held into the future: a slow machine does not let it run out between two lines.
    ticker.hold(holder="me", at_ms=round(time.time() * 1000) + 30_000)
    reader.take()
    assert reader.clock_runs


def test_what_the_thread_finds_of_the_clock_is_asked(clinic: uuid.UUID, reader: Reader) -> None:
    wait_for(lambda: not reader.alarms_run(), "that nobody holds it")
    ticker.hold(holder="me", at_ms=round(time.time() * 1000) + 30_000)
    wait_for(reader.alarms_run, "that it is held")


def test_another_database_in_its_place_starts_anew(clinic: uuid.UUID) -> None:
    reader, visit = Reader(), uuid.uuid4()
    changes.announce(clinic=clinic, topic="infusion", subject=visit, at_ms=1)
    reader.take()
    assert visit in reader.subjects
    Change.objects.all().delete()
    reader.take()
    assert reader.subjects == {}
    assert reader.base == 0


def test_inside_a_transaction_the_rows_themselves_are_asked(db: None) -> None:
    from tests.chairside import quick_world, sit

    with quick_world() as world:
        chair = sit(world)
        reader = Reader()
        before = reader.version(clinic=world.id, subject=chair.encounter)
        infusion.announce(world.id, chair.encounter, world.at)
        assert reader.version(clinic=world.id, subject=chair.encounter) > before
        assert reader.alarms_run()


def test_shared_answers_are_made_once_and_the_oldest_is_forgotten(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("reprieve.web.live_reader.MOST_KEPT", 2)
    shared: Shared[int] = Shared()
    made: list[int] = []

    def make(value: int) -> int:
        made.append(value)
        return value

    for key in (1, 1, 2, 1, 3, 1, 2):
        shared.get(key, lambda key=key: make(key))
    assert made == [1, 2, 3, 2]


def test_who_asks_while_an_answer_is_made_waits_for_it() -> None:
    shared: Shared[int] = Shared()
    begun, go_on = threading.Event(), threading.Event()
    made: list[int] = []

    def slowly() -> int:
        begun.set()
        assert go_on.wait(10)
        made.append(1)
        return 7

    with ThreadPoolExecutor(4) as pool:
        first = pool.submit(shared.get, "a", slowly)
        assert begun.wait(10)
        others = [pool.submit(shared.get, "a", slowly) for _ in range(3)]
        assert shared.get("b", lambda: 8) == 8  # another answer waits for nobody
        go_on.set()
        assert [one.result(10) for one in (first, *others)] == [7] * 4
    assert made == [1]


def test_an_answer_that_failed_is_made_anew_by_who_waited() -> None:
    shared: Shared[int] = Shared()
    begun, go_on = threading.Event(), threading.Event()

    def fails() -> int:
        begun.set()
        assert go_on.wait(10)
        raise ValueError("invented")

    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(shared.get, "a", fails)
        assert begun.wait(10)
        second = pool.submit(shared.get, "a", lambda: 7)
        go_on.set()
        assert second.result(10) == 7
        with pytest.raises(ValueError, match="invented"):
            first.result(10)
