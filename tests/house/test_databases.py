"""The fixtures keep what they promise: no test finds what another one wrote."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from reprieve.pathway import clinic as clinics
from reprieve.records.models import Clinic
from tests.house.engines import Copy

pytestmark = pytest.mark.usefixtures("mailbox")


def found_one() -> None:
    clinics.found(
        name="Left Behind",
        timezone="UTC",
        admin_name="Ada Invented",
        admin_email="ada@example.org",
        password="invented-but-long-7",
        at=datetime(2026, 3, 3, tzinfo=UTC),
    )


@pytest.mark.parametrize("time", ["first", "second"])
def test_what_a_test_writes_is_gone_in_the_next(time: str, db: None) -> None:
    assert Clinic.objects.count() == 0, time
    found_one()
    assert Clinic.objects.count() == 1


@pytest.mark.parametrize("time", ["first", "second"])
def test_a_fresh_database_is_committed_to_and_thrown_away(time: str, fresh_database: Copy) -> None:
    assert Clinic.objects.count() == 0, time
    found_one()
    assert in_a_thread(Clinic.objects.count) == 1


def test_without_a_database_fixture_there_is_none(django: None) -> None:
    with pytest.raises(RuntimeError, match="ask for `db`"):
        Clinic.objects.count()


def test_mail_of_another_test_is_not_in_the_box(db: None) -> None:
    from django.core import mail

    mail.send_mail("Invented", "words", "a@example.org", ["b@example.org"])
    assert len(mail.outbox) == 1


def in_a_thread(work: Callable[[], int]) -> int:
    answers: list[int] = []

    def run() -> None:
        from django.db import connections

        answers.append(work())
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()
    return answers[0]
