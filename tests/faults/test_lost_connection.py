"""A database that went and came back is used again, whichever statement noticed it first."""

from __future__ import annotations

import psycopg
import pytest
from django.db import OperationalError, connection

from reprieve.pathway import feed
from tests.chairside import sent, sit
from tests.house.engines import Copy
from tests.world import World, linked

pytestmark = pytest.mark.postgresql


def test_the_next_batch_is_stored(fresh_database: Copy, today: World) -> None:
    chair = sit(today)
    linked(today, chair.encounter)
    feed.receive([sent(today, raw="before", spo2=96)], clinic=today.id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [mine] = cursor.fetchone()
    with psycopg.connect(str(fresh_database.env["REPRIEVE_DATABASE_URL"])) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [mine])
    with pytest.raises(OperationalError):
        connection.cursor().execute("SELECT 1")  # outside of any transaction: nobody closes it
    with pytest.raises(OperationalError):
        feed.receive([sent(today, raw="lost", spo2=96)], clinic=today.id)
    ends = feed.receive([sent(today, raw="again", spo2=96)], clinic=today.id)
    assert len(ends) == 1
