"""A patient's rows are found by the patient, however many rows the clinic has."""

from __future__ import annotations

import uuid

import pytest
from django.apps import apps
from django.db import connection, models

from reprieve.records.models import AuditEvent
from reprieve.records.models.base import ClinicRow

pytestmark = [pytest.mark.usefixtures("db"), pytest.mark.once]
OWNERS = ("patient", "encounter")


def owned() -> list[tuple[type[models.Model], str]]:
    """Every table of a clinic, with each column that names whose row it is."""
    return [
        (model, name)
        for model in apps.get_app_config("records").get_models()
        if issubclass(model, ClinicRow)
        for name in OWNERS
        if name in {field.name for field in model._meta.get_fields()}
    ]


def plan(model: type[models.Model], owner: str) -> str:
    table = model._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE clinic_id = %s AND {owner}_id = %s",
            ["0", "0"],
        )
        return " ".join(str(row[3]) for row in cursor.fetchall())


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL plans by what it counted")
@pytest.mark.parametrize(("model", "owner"), owned(), ids=str)
def test_the_rows_of_one_person_are_not_looked_for_among_all(
    model: type[models.Model], owner: str
) -> None:
    assert f"{owner}_id=?" in plan(model, owner)


def test_there_are_such_tables() -> None:
    assert len(owned()) > 20


@pytest.mark.skipif("connection.vendor != 'sqlite'", reason="PostgreSQL plans by what it counted")
def test_the_trail_of_a_record_is_not_looked_for_among_all() -> None:
    rows = AuditEvent.objects.filter(clinic_id=uuid.uuid4(), subject__in=["a", "b"])
    assert "audit_of_subject" in rows.values_list("pk", flat=True).explain()
