"""The ladder of therapies tried: dose, time and why it was stopped; what is unknown stays so."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import history
from reprieve.records.models import MedicationStatement, Note
from reprieve.records.queries import medicines
from reprieve.records.queries.medicines import MedicineView
from tests import world as worlds
from tests.world import World, new

WHOLE: dict[str, Any] = {
    "name": "duloxetine", "drug_class": "snri", "outcome": "partial", "weeks": 8,
    "highest": Decimal("60"), "highest_unit": "mg/d", "tried_from": "2023-05",
    "tried_to": "2023-09", "stopped_for": "other", "stopped_words": "Moved abroad.",
}  # fmt: skip


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def add(world: World, patient: uuid.UUID, **changes: Any) -> uuid.UUID:
    return history.add_therapy(
        actor=world["infusion_nurse"], uid=new(), at=world.later(seconds=1), patient=patient,
        **WHOLE | changes,
    )  # fmt: skip


def tried(world: World, patient: uuid.UUID) -> list[MedicineView]:
    return list(medicines.tried(clinic=world.id, patient=patient))


def test_all_of_it_is_kept(world: World, patient: uuid.UUID) -> None:
    row = add(world, patient)
    (one,) = tried(world, patient)
    assert (one.highest, one.highest_unit) == (Decimal("60"), "mg/d")
    assert (one.tried_from, one.tried_to) == ("2023-05", "2023-09")
    assert (one.stopped_for, one.stopped_words) == ("other", "Moved abroad.")
    kept = MedicationStatement.of(world.id).get(pk=row)
    assert b"Moved abroad" not in bytes(Note.of(world.id).get(pk=kept.note_id).ciphertext)


def test_nothing_of_it_need_be_known_and_old_rows_read_the_same(
    world: World, patient: uuid.UUID
) -> None:
    MedicationStatement.objects.add(
        clinic_id=world.id, patient_id=patient, name="amitriptyline", drug_class="tca",
        outcome="no effect", dose="75 mg", is_failed_therapy=True, recorded_at=world.later(days=1),
    )  # fmt: skip
    old = tried(world, patient)[-1]
    assert (old.highest, old.highest_unit, old.tried_from, old.stopped_for) == (None, "", None, "")
    blank = {"tried_from": "", "tried_to": "", "stopped_for": "", "stopped_words": " "}
    add(world, patient, weeks=None, highest=None, highest_unit="", **blank)
    new_one = tried(world, patient)[-1]
    assert (new_one.weeks, new_one.highest, new_one.tried_from) == (None, None, None)
    assert (new_one.stopped_for, new_one.stopped_words) == ("", "")


def test_a_line_is_corrected_beside_and_taken_off_with_its_words(
    world: World, patient: uuid.UUID
) -> None:
    first = add(world, patient)
    second = add(world, patient, corrects=first, stopped_for="cost", stopped_words="")
    assert [(t.id, t.stopped_for) for t in tried(world, patient)] == [(second, "cost")]
    third = add(world, patient, name="gabapentin")
    history.end(
        actor=world["physician"], uid=new(), at=world.later(seconds=1), patient=patient,
        kind="medicine", row=third,
    )  # fmt: skip
    ended = MedicationStatement.of(world.id).get(corrects_id=third)
    assert (ended.tried_from, ended.note_id is not None) == ("2023-05", True)
    assert MedicationStatement.of(world.id).count() == 4


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"highest": Decimal(0)}, "highest"),
        ({"highest": None}, "highest"),
        ({"highest": Decimal(1_000_001)}, "highest"),
        ({"highest_unit": ""}, "highest_unit"),
        ({"highest_unit": "spoons"}, "highest_unit"),
        ({"tried_from": "spring"}, "tried_from"),
        ({"tried_to": "2099"}, "tried_to"),
        ({"tried_to": "2023-04"}, "tried_to"),
        ({"weeks": 30}, "weeks"),
        ({"stopped_for": "boredom"}, "stopped_for"),
        ({"stopped_words": ""}, "stopped_words"),
        ({"stopped_words": "x" * 501}, "stopped_words"),
    ],
)
def test_what_cannot_be_names_its_field(
    world: World, patient: uuid.UUID, changes: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        add(world, patient, **changes)
    assert refused.value.field == field
    assert not MedicationStatement.of(world.id).exists()
    assert not Note.of(world.id).exists()
