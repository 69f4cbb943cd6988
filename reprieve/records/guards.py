"""What the database itself refuses, on both engines, declared here and compared by `verify`.

Django's table remake on SQLite drops triggers in silence, so they are installed again after
every migration, and a test compares the declared with the live ones.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connections, models

APPEND_ONLY = {
    "act", "auditevent", "auditseal", "accessentry", "accessseal",
    "frame", "parkedmessage", "parkedframe", "alarmtransition", "dialectversion", "vial",
}  # fmt: skip
# Rows that make nothing true: they may be rewritten or removed.
FREE = {"reservation", "identityindex", "rawtraffic", "change", "lease", "user"}
CLOSED_BY_SIGNATURE = {
    "observation", "infusionevent", "medicationadministration", "adverseevent",
    "doublecheck", "discharge", "findingoverride", "questionnaireresponse",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """One trigger: when it fires, the SQL condition that refuses the row, and the words."""

    name: str
    table: str
    when: str
    refuses_if: str
    says: str

    def sqlite(self) -> str:
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE {self.when} ON "{self.table}" '
            f"WHEN {self.refuses_if} BEGIN SELECT RAISE(ABORT, '{self.says}'); END"
        )

    def postgresql_function(self) -> str:
        row = "OLD" if self.when == "DELETE" else "NEW"
        return (
            f"BEGIN IF {self.refuses_if} THEN "
            f"RAISE EXCEPTION '{self.says}' USING ERRCODE = 'integrity_constraint_violation'; "
            f"END IF; RETURN {row}; END"
        )

    def postgresql_trigger(self) -> str:
        return (
            f'CREATE TRIGGER "{self.name}" BEFORE {self.when} ON "{self.table}" '
            f'FOR EACH ROW EXECUTE FUNCTION "{self.name}"()'
        )


def declared(using: str) -> list[Guard]:
    """This function will list every guard that the database `using` must hold."""
    found: list[Guard] = []
    for model in _models(using):
        found += [*_append_only(model), *_same_clinic(model), *_closed(model)]
    if using == "default":
        found += [*_ledger(), *_association()]
    return sorted(found, key=lambda guard: guard.name)


def _models(using: str) -> Iterator[type[models.Model]]:
    from django.db import router

    for model in apps.get_app_config("records").get_models():
        if router.db_for_write(model) == using:
            yield model


def _kind(model: type[models.Model]) -> str:
    return str(model._meta.model_name)


def _append_only(model: type[models.Model]) -> Iterator[Guard]:
    from reprieve.records.models.base import AppendOnly

    table, kind = model._meta.db_table, _kind(model)
    always = "(1 = 1)"
    if kind in FREE:
        return
    yield Guard(
        name=f"guard_{kind}_keep", table=table, when="DELETE", refuses_if=always,
        says=f"{kind}: rows are never removed",
    )  # fmt: skip
    if issubclass(model, AppendOnly) or kind in APPEND_ONLY:
        yield Guard(
            name=f"guard_{kind}_fixed", table=table, when="UPDATE", refuses_if=always,
            says=f"{kind}: rows are never changed",
        )  # fmt: skip


def _same_clinic(model: type[models.Model]) -> Iterator[Guard]:
    """A row of one clinic never points at a row of another."""
    if "clinic" not in {f.name for f in model._meta.concrete_fields}:
        return
    clauses = []
    for field in model._meta.concrete_fields:
        target = field.related_model
        if not isinstance(target, type) or not _has_clinic(target):
            continue
        column = f'NEW."{field.column}"'
        clauses.append(
            f'({column} IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "{target._meta.db_table}" p '
            f'WHERE p."id" = {column} AND p."clinic_id" = NEW."clinic_id"))'
        )
    if not clauses:
        return
    kind = _kind(model)
    for when in ("INSERT", "UPDATE"):
        yield Guard(
            name=f"guard_{kind}_clinic_{when.lower()}",
            table=model._meta.db_table,
            when=when,
            refuses_if=f"({' OR '.join(clauses)})",
            says=f"{kind}: the row it points at is not of this clinic",
        )


def _has_clinic(model: type[models.Model]) -> bool:
    return "clinic" in {f.name for f in model._meta.concrete_fields}


def _closed(model: type[models.Model]) -> Iterator[Guard]:
    """After the record is signed, only addenda are written."""
    kind = _kind(model)
    if kind not in CLOSED_BY_SIGNATURE:
        return
    free = 'NOT NEW."addendum" AND ' if _has(model, "addendum") else ""
    yield Guard(
        name=f"guard_{kind}_signed", table=model._meta.db_table, when="INSERT",
        refuses_if=f'({free}{_signed("NEW.encounter_id")})',
        says=f"{kind}: the record is signed; write an addendum",
    )  # fmt: skip


def _has(model: type[models.Model], name: str) -> bool:
    return name in {f.name for f in model._meta.concrete_fields}


def _signed(encounter: str) -> str:
    return (
        'EXISTS (SELECT 1 FROM "records_signature" s '
        f'WHERE s."encounter_id" = {encounter} AND s."meaning" = \'record\')'
    )


WITNESSED = {
    "ledgerentry": (
        "wasted", "overage", "difference", "destroyed", "transferred", "adjusted",
        "draw_reversed", "receipt_reversed",
    ),
    "portionentry": ("wasted", "difference", "draw_reversed"),
}  # fmt: skip


def _ledger() -> Iterator[Guard]:
    yield _follows("ledger", "ledgerentry", "vial_id")
    yield _follows("portion", "portionentry", "portion_id")
    for kind, acts in WITNESSED.items():
        listed = ", ".join(f"'{act}'" for act in acts)
        yield Guard(
            name=f"guard_{kind}_witnessed", table=f"records_{kind}", when="INSERT",
            refuses_if=f'(NEW."kind" IN ({listed}) AND NEW."witness_id" IS NULL)',
            says=f"{kind}: this needs a witness",
        )  # fmt: skip
    yield Guard(
        name="guard_portionentry_source", table="records_portionentry", when="INSERT",
        refuses_if=(
            '(NEW."source_id" IS NOT NULL AND NOT EXISTS (SELECT 1 FROM "records_ledgerentry" p '
            'WHERE p."id" = NEW."source_id" AND p."change_ug" = -NEW."change_ug"))'
        ),
        says="portionentry: not what left the vial",
    )  # fmt: skip
    yield Guard(
        name="guard_leftreading_second", table="records_leftreading", when="INSERT",
        refuses_if=(
            '(NEW."first_id" IS NOT NULL AND EXISTS (SELECT 1 FROM "records_leftreading" p '
            'WHERE p."id" = NEW."first_id" AND (p."by_id" = NEW."by_id" '
            'OR p."portion_id" <> NEW."portion_id")))'
        ),
        says="leftreading: a second reading is by somebody else, of the same thing",
    )  # fmt: skip


def _follows(name: str, kind: str, holder: str) -> Guard:
    """An entry continues its chain: next number, hash of the one before, and the sum."""
    same = (
        f'EXISTS (SELECT 1 FROM "records_{kind}" p WHERE p."{holder}" = NEW."{holder}" '
        'AND p."seq" = NEW."seq" - 1 AND p."row_hash" = NEW."previous_hash" '
        'AND p."balance_after_ug" + NEW."change_ug" = NEW."balance_after_ug")'
    )
    first = '(NEW."seq" = 1 AND NEW."balance_after_ug" = NEW."change_ug")'
    return Guard(
        name=f"guard_{name}_balance", table=f"records_{kind}", when="INSERT",
        refuses_if=f"(NOT ({first} OR (NEW.\"seq\" > 1 AND {same})))",
        says=f"{kind}: the balance does not follow from the entry before",
    )  # fmt: skip


def _association() -> Iterator[Guard]:
    """A link between monitor and patient may be ended once; it is never moved."""
    unchanged = " AND ".join(
        f'NEW."{c}" = OLD."{c}"' for c in ("device_id", "encounter_id", "from_ms", "clinic_id")
    )
    yield Guard(
        name="guard_association_fixed", table="records_deviceassociation", when="UPDATE",
        refuses_if=f'(NOT ({unchanged} AND OLD."until_ms" IS NULL))',
        says="deviceassociation: a link may only be ended, once",
    )  # fmt: skip
    yield Guard(
        name="guard_frame_signed", table="records_frame", when="INSERT",
        refuses_if=(
            '(EXISTS (SELECT 1 FROM "records_deviceassociation" a JOIN "records_signature" s '
            'ON s."encounter_id" = a."encounter_id" AND s."meaning" = \'record\' '
            'WHERE a."id" = NEW."association_id"))'
        ),
        says="frame: the record is signed",
    )  # fmt: skip


def install(using: str) -> None:
    """This function will put every declared guard into the database, replacing stale ones."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for guard in declared(using):
            if connection.vendor == "sqlite":
                cursor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}"')
                cursor.execute(guard.sqlite())
            else:
                _install_postgresql(cursor, guard)


def _install_postgresql(cursor: Any, guard: Guard) -> None:
    cursor.execute(
        f'CREATE OR REPLACE FUNCTION "{guard.name}"() RETURNS trigger LANGUAGE plpgsql '
        f"AS $guard${guard.postgresql_function()}$guard$"
    )
    cursor.execute(f'DROP TRIGGER IF EXISTS "{guard.name}" ON "{guard.table}"')
    cursor.execute(guard.postgresql_trigger())


# PostgreSQL's pg_trigger.tgtype: for each row (1), before (2), and insert (4), delete, update.
TGTYPE = {"INSERT": 7, "DELETE": 11, "UPDATE": 19}


def install_after_migrate(sender: Any, using: str, **_: Any) -> None:
    """This function will install the guards when Django has finished a migration."""
    tables = set(connections[using].introspection.table_names())
    if {guard.table for guard in declared(using)} <= tables:
        install(using)


def faults(using: str) -> list[str]:
    """This function will name every guard that is missing from the database or altered."""
    live = _live(using)
    return [
        f"guard {guard.name} on {guard.table} is {'altered' if guard.name in live else 'missing'}"
        for guard in declared(using)
        if live.get(guard.name) != _wanted(guard, connections[using].vendor)
    ]


def _wanted(guard: Guard, vendor: str) -> str:
    if vendor == "sqlite":
        return _flat(guard.sqlite())
    return _flat(f"{guard.table} O {TGTYPE[guard.when]} {guard.postgresql_function()}")


def _live(using: str) -> dict[str, str]:
    connection = connections[using]
    sqlite = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND name LIKE 'guard_%%'"
    postgresql = (
        "SELECT t.tgname, concat_ws(' ', c.relname, t.tgenabled, t.tgtype, t.tgqual, p.prosrc) "
        "FROM pg_trigger t "
        "JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
        "WHERE NOT t.tgisinternal AND t.tgname LIKE 'guard_%%'"
    )
    with connection.cursor() as cursor:
        cursor.execute(sqlite if connection.vendor == "sqlite" else postgresql)
        return {name: _flat(text) for name, text in cursor.fetchall()}


def _flat(sql: str) -> str:
    return re.sub(r"\s+", " ", sql).strip()
