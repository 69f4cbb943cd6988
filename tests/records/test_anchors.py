"""A chain that was rewritten as a whole follows, and is found by its anchors all the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.db import connections, router
from django.test import override_settings

from reprieve.records import access, anchors, audit, guards
from reprieve.records.models import AccessEntry, AuditEvent, AuditSeal
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world(tmp_path: Path) -> Any:
    with override_settings(ANCHORS=tmp_path / "away" / "anchors.jsonl"):
        made = w.found()
        access.note(clinic=made.id, at=made.at, actor=made["physician"].label, view="home")
        audit.seal()
        access.seal()
        yield made


def without_guards(*kinds: str) -> None:
    """As somebody with the file and a shell; the test's transaction brings them back."""
    for alias in ("default", router.db_for_write(AccessEntry)):
        for guard in guards.declared(alias):
            if guard.table.removeprefix("records_") in kinds:
                with connections[alias].cursor() as cursor:
                    if connections[alias].vendor == "sqlite":
                        cursor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}"')
                    else:
                        cursor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}" ON "{guard.table}"')


def rewrite(world: w.World) -> None:
    """Change the first row and make the whole chain follow from it again."""
    first = AuditEvent.objects.filter(clinic_id=world.id).order_by("id")[0]
    first.actor = "practitioner:somebody-else"
    first.row_hash = audit.content_hash(first)
    first.save()
    AuditSeal.objects.filter(clinic_id=world.id).delete()
    audit.seal()


def test_what_grew_is_anchored_once(world: w.World) -> None:
    assert anchors.drop(at=world.at) == 2
    assert anchors.drop(at=world.at) == 0
    assert list(anchors.faults()) == []
    w.person(world)
    audit.seal()
    assert anchors.drop(at=world.later(hours=1)) == 1
    assert [a["chain"] for a in anchors.kept()] == ["audit", "access", "audit"]
    assert list(anchors.faults()) == []


def test_a_chain_rewritten_as_a_whole_is_named(world: w.World) -> None:
    anchors.drop(at=world.at)
    without_guards("auditevent", "auditseal")
    rewrite(world)
    assert list(audit.faults()) == []  # the chain itself tells nothing
    [fault] = anchors.faults()
    assert "is not the one that was there at" in fault


def test_a_chain_cut_short_is_named(world: w.World) -> None:
    anchors.drop(at=world.at)
    without_guards("auditevent", "auditseal")
    last = AuditSeal.objects.filter(clinic_id=world.id).latest("seq")
    event = last.event
    last.delete()
    event.delete()
    assert list(audit.faults()) == []
    [fault] = anchors.faults()
    assert "ends before link" in fault


def test_a_line_cut_off_by_a_power_cut_is_left_out(world: w.World) -> None:
    from django.conf import settings

    anchors.drop(at=world.at)
    with settings.ANCHORS.open("ab") as file:
        file.write(b'{"chain": "aud')
    assert len(anchors.kept()) == 2
    assert list(anchors.faults()) == []
