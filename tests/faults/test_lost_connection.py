"""A database that went and came back is used again, whichever statement noticed it first."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError, connection

from reprieve.pathway import feed
from reprieve.records import access
from reprieve.records.models import AccessEntry
from tests.chairside import sent, sit
from tests.house.engines import Copy
from tests.world import World, linked

pytestmark = pytest.mark.postgresql


def ended(copy: Copy, *sessions: int) -> None:
    with psycopg.connect(copy.address) as other:
        for session in sessions:
            # It returns once the session is gone: nothing asked of it later is still answered.
            other.execute("SELECT pg_terminate_backend(%s, 60000)", [session])


def test_the_next_batch_is_stored(fresh_database: Copy, today: World) -> None:
    chair = sit(today)
    linked(today, chair.encounter)
    feed.receive([sent(today, raw="before", spo2=96)], clinic=today.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [mine] = cursor.fetchone()
    ended(fresh_database, mine)
    with pytest.raises(OperationalError):
        connection.cursor().execute("SELECT 1")  # outside of any transaction: nobody closes it
    with pytest.raises(OperationalError):
        feed.receive([sent(today, raw="lost", spo2=96)], clinic=today.id)
    ends = feed.receive([sent(today, raw="again", spo2=96)], clinic=today.id)
    assert len(ends) == 1


def test_a_page_is_logged_and_sent_all_the_same(fresh_database: Copy, today: World) -> None:
    def opened(view: str) -> None:
        access.note(clinic=today.id, at=today.at, actor="practitioner:1", view=view)

    opened("before")
    with psycopg.connect(fresh_database.address) as other:
        mine = other.execute(
            "SELECT pid FROM pg_stat_activity WHERE datname = current_database() "
            "AND pid <> pg_backend_pid() AND query LIKE '%COMMIT%'"
        ).fetchall()
    assert mine  # the thread that writes the log is among them
    ended(fresh_database, *(pid for (pid,) in mine))
    opened("after")
    connection.close()
    views = AccessEntry.objects.order_by("id").values_list("view", flat=True)
    assert list(views) == ["before", "after"]
