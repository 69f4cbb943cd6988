"""A check or an export of everything reads one moment, and nobody waits for it."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from reprieve.records import snapshot
from reprieve.records.models import Patient
from tests import world as w


@pytest.mark.usefixtures("fresh_database")
def test_others_write_while_everything_is_read() -> None:
    """A check of a large clinic takes minutes: no monitor may wait for it."""
    world = w.found()

    def write() -> None:
        try:
            w.person(world)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as other, snapshot.reading():
        before = Patient.of(world.id).count()
        other.submit(write).result(timeout=20)
        assert Patient.of(world.id).count() == before
    assert Patient.of(world.id).count() == before + 1
