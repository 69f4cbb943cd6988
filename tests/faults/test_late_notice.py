"""On PostgreSQL a notice with a smaller number may be committed later: it is not overlooked."""

from __future__ import annotations

import threading
import uuid
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction

from reprieve.records import changes
from reprieve.records.models import Clinic
from reprieve.web.live_reader import Reader
from tests.house.engines import Copy
from tests.house.running import wait_for

pytestmark = pytest.mark.postgresql


def test_a_notice_committed_late_is_seen(fresh_database: Copy) -> None:
    clinic = Clinic.objects.create(
        name="Invented", timezone="UTC", data_key=b"", created_at=datetime(2026, 3, 3, tzinfo=UTC)
    ).pk
    slow, quick, reader = uuid.uuid4(), uuid.uuid4(), Reader()
    announced, may_commit = threading.Event(), threading.Event()

    def slowly() -> None:
        with transaction.atomic():
            changes.announce(clinic=clinic, topic="infusion", subject=slow, at_ms=1)
            announced.set()
            may_commit.wait(90)
        connection.close()

    before = reader.version(clinic=clinic, subject=slow)
    writer = threading.Thread(target=slowly)
    writer.start()
    assert announced.wait(90)
    changes.announce(clinic=clinic, topic="infusion", subject=quick, at_ms=2)
    reader.take()
    assert reader.version(clinic=clinic, subject=quick) > before
    assert reader.version(clinic=clinic, subject=slow) == before
    may_commit.set()
    writer.join()
    wait_for(lambda: reader.version(clinic=clinic, subject=slow) != before, "the late notice")
    reader.close()
