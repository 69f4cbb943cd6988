"""What batches rest on is kept only while nobody else writes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from reprieve.pathway import alarms, feed, feed_standing, monitors
from reprieve.records import batch_rows
from tests.chairside import Chair, quick_world, sent, sit
from tests.house.engines import Copy
from tests.world import World, linked, new


@pytest.fixture
def chair(fresh_database: Copy) -> Chair:
    with quick_world() as world:
        seated = sit(world)
    linked(world, seated.encounter)
    return seated


def elsewhere(act: Callable[[], None]) -> None:
    """Act on another connection, as the web's process does."""

    def work() -> None:
        act()
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def says(chair: Chair, **values: float) -> str:
    world: World = chair.world
    world.later(seconds=1)
    raw = f"{world.at}{values}"
    return feed.receive([sent(world, raw=raw, **values)], clinic=world.id)[0]


def test_a_link_that_another_process_ends_takes_no_more_values(chair: Chair) -> None:
    world = chair.world
    assert [says(chair, spo2=97) for _ in range(3)] == ["charted"] * 3
    world.later(seconds=1)
    elsewhere(
        lambda: monitors.unlink(
            actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter
        )
    )
    assert says(chair, spo2=96) == "parked"


def test_a_limit_put_aside_elsewhere_is_heard_and_holds_until_its_end(chair: Chair) -> None:
    world = chair.world
    assert says(chair, spo2=97) == "charted"
    in_force = alarms.alarm_policy.in_force(
        clinic=world.id, encounter=chair.encounter, at=world.at
    )
    keys = [limit.key for limit in in_force if limit.signal == "spo2"]

    def put_aside() -> None:
        for key in keys:
            alarms.suspend(
                actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
                limit_key=key, seconds=60, reason="probe is changed",
            )  # fmt: skip

    elsewhere(put_aside)
    assert says(chair, spo2=70) == "charted"
    assert chair.alarms == []
    world.later(seconds=61)
    for _ in range(20):
        says(chair, spo2=70)
    assert ("spo2", "high", "active") in chair.alarms


def test_nothing_is_read_twice_while_nobody_else_writes(
    chair: Chair, monkeypatch: pytest.MonkeyPatch
) -> None:
    says(chair, spo2=97)
    asked: list[object] = []
    real = batch_rows.links
    monkeypatch.setattr(batch_rows, "links", lambda **k: asked.append(k["devices"]) or real(**k))
    chair.world.at += timedelta(milliseconds=10)
    feed.receive([sent(chair.world, raw="soon", spo2=96)], clinic=chair.world.id)
    kept = connection.vendor == "sqlite"
    assert [bool(devices) for devices in asked] == [not kept]
    late = sent(chair.world, raw="late", at=chair.world.at - timedelta(minutes=30), spo2=95)
    feed.receive([late], clinic=chair.world.id)
    assert asked[-1]  # a link that was over by then may count for an earlier time


def test_a_batch_that_fails_is_believed_in_nothing(
    chair: Chair, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert says(chair, spo2=97) == "charted"
    with monkeypatch.context() as broken:
        broken.setattr(feed.changes, "announce_each", lambda **_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            says(chair, spo2=70)
    assert not feed_standing.begun(at_ms=0).states
    assert says(chair, spo2=97) == "charted"
    assert chair.alarms == []
