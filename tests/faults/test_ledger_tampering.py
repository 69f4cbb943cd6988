"""`reprieve verify` names each row of the ledger that somebody edited, removed, moved or added."""

from __future__ import annotations

import json
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from reprieve.pathway import ledger_stock
from reprieve.records import guards, ledger
from reprieve.records.models import LedgerEntry, PortionEntry, Reconciliation, Vial
from tests.drug_room import infused
from tests.faults.test_tampering import drop_links, sql
from tests.house.engines import Copy
from tests.house.running import LiveClinic
from tests.world import World


@pytest.fixture
def vial(db: None) -> Vial:
    """A vial that a bag was drawn from, and the bag's sum."""
    from tests.chairside import quick_world

    with quick_world() as world:
        room, _, portion = infused(world)
        room.account(portion, bag_ml="180", line_ml="15")
        drawn_from = LedgerEntry.of(world.id).get(kind="drawn").vial_id
        ledger_stock.overage(vial=drawn_from, volume_ml=Decimal("0.1"), **room.beside())
        assert list(ledger.faults()) == []
        return Vial.of(world.id).get(entries__kind="drawn")


def without_guards(table: str, work: Callable[[], None]) -> None:
    """As somebody who owns the file would: no trigger, no foreign key."""
    for guard in guards.declared("default"):
        if guard.table == table:
            on = "" if connection.vendor == "sqlite" else f' ON "{table}"'
            sql(f'DROP TRIGGER "{guard.name}"{on}')
    drop_links()
    work()


def key(row: object) -> object:
    pk = row.pk  # type: ignore[attr-defined]
    return pk.hex if connection.vendor == "sqlite" else pk


def entry(vial: Vial, seq: int) -> LedgerEntry:
    return LedgerEntry.of(vial.clinic_id).get(vial=vial, seq=seq)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ("change_ug = change_ug - 1000, balance_after_ug = balance_after_ug - 1000", "was edited"),
        ("recorded_at = '2020-01-01 00:00:00+00'", "was edited"),
        ("detail = NULL", "was edited"),
    ],
)
def test_an_edited_entry(vial: Vial, change: str, says: str) -> None:
    row = entry(vial, 3)
    without_guards(
        "records_ledgerentry",
        lambda: sql(f"UPDATE records_ledgerentry SET {change} WHERE id = %s", key(row)),
    )
    assert f"ledger of vial {vial.pk}: entry 3 {says}" in list(ledger.faults())


def test_an_entry_edited_with_its_hash_is_missed_in_the_audit_trail(vial: Vial) -> None:
    row = entry(vial, 3)
    row.kind = "lost"
    forged = ledger.entry_hash(ledger.VIALS, row)
    without_guards(
        "records_ledgerentry",
        lambda: sql(
            "UPDATE records_ledgerentry SET kind = 'lost', row_hash = %s WHERE id = %s",
            forged, key(row),
        ),
    )  # fmt: skip
    found = list(ledger.faults())
    assert f"ledger: entry 3 of vial {vial.pk} is not what was written" in found


@pytest.mark.parametrize("seq", [2, 4])
def test_a_removed_entry(vial: Vial, seq: int) -> None:
    row = entry(vial, seq)
    without_guards(
        "records_ledgerentry",
        lambda: sql("DELETE FROM records_ledgerentry WHERE id = %s", key(row)),
    )
    found = list(ledger.faults())
    assert f"ledger: entry {seq} of vial {vial.pk} was removed" in found


def test_entries_put_in_another_order(vial: Vial) -> None:
    second, third = entry(vial, 2), entry(vial, 3)

    def swap() -> None:
        for row, seq in ((second, 99), (third, 2), (second, 3)):
            sql("UPDATE records_ledgerentry SET seq = %s WHERE id = %s", seq, key(row))

    without_guards("records_ledgerentry", swap)
    found = list(ledger.faults())
    for seq in (2, 3):
        assert f"ledger of vial {vial.pk}: entry {seq} was edited" in found


def test_a_whole_vial_removed_or_slipped_in(vial: Vial) -> None:
    other = Vial.of(vial.clinic_id).exclude(pk=vial.pk)[0]

    def remove() -> None:
        for table in ("ledgerentry", "vialstate"):
            sql(f"DELETE FROM records_{table} WHERE vial_id = %s", key(other))
        sql("DELETE FROM records_vial WHERE id = %s", key(other))

    for table in ("records_ledgerentry", "records_vialstate"):
        without_guards(table, lambda: None)
    without_guards("records_vial", remove)
    assert f"ledger: vial {other.pk} was removed" in list(ledger.faults())
    Vial.objects.add(
        clinic_id=vial.clinic_id, drug="ketamine", form="racemic", strength_ug_per_ml=50_000,
        volume_ul=10_000, lot="FALSE", serial="1", expires_on=vial.expires_on,
        received_at=vial.received_at,
    )  # fmt: skip
    assert any("was written by no act" in fault for fault in ledger.faults())


def test_a_vial_whose_label_was_changed(vial: Vial) -> None:
    without_guards(
        "records_vial", lambda: sql("UPDATE records_vial SET lot = 'X' WHERE id = %s", key(vial))
    )
    assert f"ledger of vial {vial.pk}: its own facts were edited" in list(ledger.faults())


def test_a_bags_entry_and_its_sum(vial: Vial) -> None:
    row = PortionEntry.of(vial.clinic_id).get(kind="wasted")
    without_guards(
        "records_portionentry",
        lambda: sql("UPDATE records_portionentry SET witness_id = NULL WHERE id = %s", key(row)),
    )
    closing = Reconciliation.of(vial.clinic_id).get()
    without_guards(
        "records_reconciliation",
        lambda: sql(
            "UPDATE records_reconciliation SET tolerance_ug = 99000 WHERE id = %s", key(closing)
        ),
    )
    found = list(ledger.faults())
    assert f"ledger of portion {row.portion_id}: entry {row.seq} was edited" in found
    assert f"ledger: reconciliation {closing.pk} is not what was written" in found


def test_a_stored_balance_that_differs(vial: Vial) -> None:
    sql("UPDATE records_vialstate SET balance_ug = 1 WHERE vial_id = %s", key(vial))
    assert list(ledger.faults()) == [
        f"ledger of vial {vial.pk}: the stored balance differs from its entries"
    ]


def test_the_command_names_it(fresh_database: Copy, today: World) -> None:
    from tests.drug_room import Room

    [vial] = Room(today).receive(count=1, expires_on=today.at.date())
    row = LedgerEntry.of(today.id).get(vial_id=vial)
    command = LiveClinic(folder=fresh_database.folder, env=fresh_database.env)
    guard = next(g for g in guards.declared("default") if g.name == "guard_ledgerentry_fixed")
    on = "" if connection.vendor == "sqlite" else f' ON "{guard.table}"'
    sql(f'DROP TRIGGER "{guard.name}"{on}')
    sql("UPDATE records_ledgerentry SET kind = 'counted' WHERE id = %s", key(row))
    answer = command.reprieve("verify", "--json")
    assert answer.returncode == 1
    assert f"ledger of vial {vial}: entry 1 was edited" in json.loads(answer.stdout)["faults"]
