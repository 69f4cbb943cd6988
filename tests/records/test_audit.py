"""Tampering with the trail of writes and readings is named."""

from collections.abc import Callable

import pytest
from django.db import connections, router

from reprieve.records import access, audit, guards
from reprieve.records.models import AccessEntry, AuditEvent, AuditSeal
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


def without_guards(place: str, change: Callable[[], object], table: str) -> None:
    """An attacker with the file drops the triggers first."""
    with connections[place].cursor() as cursor:
        for guard in guards.declared(place):
            if guard.table == table:
                on = "" if connections[place].vendor == "sqlite" else f' ON "{guard.table}"'
                cursor.execute(f'DROP TRIGGER "{guard.name}"{on}')
    change()


def test_every_write_is_audited_and_sealed_per_clinic() -> None:
    here, there = w.found(), w.found()
    w.person(here)
    assert audit.unsealed()[0] == AuditEvent.objects.count() > 0
    while audit.seal():
        pass
    assert audit.unsealed() == (0, None)
    assert list(audit.faults()) == []
    for world in (here, there):
        seqs = AuditSeal.objects.filter(clinic_id=world.id).order_by("seq")
        numbers = list(seqs.values_list("seq", flat=True))
        assert numbers == list(range(1, len(numbers) + 1))


def test_an_edited_audit_row_is_named() -> None:
    world = w.found()
    audit.seal()
    row = AuditEvent.objects.filter(clinic_id=world.id).latest("id")
    without_guards(
        "default",
        lambda: AuditEvent.objects.filter(pk=row.pk).update(action="nothing.happened"),
        "records_auditevent",
    )
    assert list(audit.faults()) == [f"audit row {row.pk} was edited"]


def test_an_edit_that_renews_the_hash_breaks_the_chain() -> None:
    world = w.found()
    audit.seal()
    row = AuditEvent.objects.filter(clinic_id=world.id).earliest("id")

    def change() -> None:
        row.action = "nothing.happened"
        row.row_hash = audit.content_hash(row)
        row.save()

    without_guards("default", change, "records_auditevent")
    assert any("does not follow" in fault for fault in audit.faults())


def test_a_removed_link_is_named() -> None:
    world = w.found()
    audit.seal()
    without_guards(
        "default",
        lambda: AuditSeal.objects.filter(clinic_id=world.id, seq=2).delete(),
        "records_auditseal",
    )
    assert any("link 2 is missing" in fault for fault in audit.faults())


def test_an_opened_view_is_logged_and_its_edit_named() -> None:
    world = w.found()
    place = router.db_for_write(AccessEntry)
    access.note(
        clinic=world.id, at=world.at, actor=world["physician"].label, view="patient", shown=["p1"]
    )
    row = AccessEntry.objects.get(clinic_uid=world.id)
    assert row.shown == ["p1"]
    assert access.seal() >= 1
    assert list(access.faults()) == []
    without_guards(
        place,
        lambda: AccessEntry.objects.filter(pk=row.pk).update(shown=[]),
        "records_accessentry",
    )
    assert list(access.faults()) == [f"access row {row.pk} was edited"]
