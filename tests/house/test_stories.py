"""What is told again from the shelf is, row for row, what was told the first time."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction
from django.test import override_settings

from reprieve.records import verify
from reprieve.records.models import Clinic, User
from tests import world
from tests.house import stories
from tests.world import World

pytestmark = pytest.mark.usefixtures("db")
told: Counter[str] = Counter()


@contextmanager
def another_test(*, is_kept: bool = True) -> Iterator[None]:
    """What `db` does around a test."""
    with transaction.atomic(), stories.opened(is_kept=is_kept):
        yield
        transaction.set_rollback(True)


def everything() -> dict[str, list[dict[str, Any]]]:
    rows = {m._meta.label: list(m._base_manager.order_by("pk").values()) for m in apps.get_models()}
    return {label: found for label, found in rows.items() if found}


@stories.kept
def founded(name: str) -> World:
    told[name] += 1
    return world.found(name)


@stories.kept
def an_hour_passes(here: World) -> World:
    told["an hour"] += 1
    here.later(hours=1)
    return here


def test_the_same_rows_and_every_guard_holds() -> None:
    seen = []
    for _ in range(3):
        with another_test():
            here = world.found()
            visit = world.prepared(here, *world.person(here))
            device = world.linked(here, visit).device
            seen.append((everything(), here.at, visit, device.sender))
            assert list(verify.faults(at=here.at, sealer_runs=False)) == []
    assert seen[0] == seen[1] == seen[2]
    assert len(seen[0][0]) > 10


def test_it_is_told_once_and_anew_after_a_write_of_the_tests_own() -> None:
    for _ in range(3):
        with another_test():
            founded("Once")
    assert told["Once"] == 1
    with another_test():
        User.objects.create(username="somebody@example.org")
        founded("Once")
        assert Clinic.objects.get().name.startswith("Once")
    assert told["Once"] == 2


def test_what_a_test_does_to_its_rows_is_not_kept() -> None:
    for _ in range(2):
        with another_test():
            here = founded("Kept")
            assert Clinic.objects.get(pk=here.id).name.startswith("Kept")
            Clinic.objects.filter(pk=here.id).update(name="Changed")
            here.staff.clear()


def test_an_object_is_left_as_the_story_left_it() -> None:
    for _ in range(2):
        with another_test():
            here = founded("Clock")
            assert an_hour_passes(here) is here
            assert here.at == world.NOON + timedelta(hours=1)
    assert told["an hour"] == 1


def test_nothing_is_kept_where_it_could_come_out_differently() -> None:
    with another_test(is_kept=False):
        founded("Patched")
    with another_test(), override_settings(LANGUAGE_CODE="es"):
        founded("Patched")
    assert told["Patched"] == 2
    with another_test():
        with transaction.atomic():
            founded("Undone")
            transaction.set_rollback(True)
        founded("Undone")
        assert Clinic.objects.get().name.startswith("Undone")
    assert told["Undone"] == 2
