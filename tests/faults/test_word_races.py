"""Two who write the same of a patient at one moment: what one says, the other has seen."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reprieve.pathway import diary, history
from reprieve.pathway.diary import Day
from reprieve.pathway.errors import NotNow
from reprieve.records.models import DiaryEntry, MedicationStatement
from reprieve.records.queries import diary as known
from reprieve.records.queries import medicines
from tests.faults.together import HANDS, together
from tests.house.engines import Copy
from tests.world import World, found, new, person


@pytest.fixture
def world(fresh_database: Copy) -> World:
    return found()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return person(world)[0]


def test_one_entry_of_a_diary_day_counts_and_each_is_kept(
    world: World, patient: uuid.UUID
) -> None:
    def tell(pain: int) -> uuid.UUID:
        said = Day(day=world.at.date(), moment="day", average_pain=pain)
        done = diary.save(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, said=said,
            mode="call",
        )  # fmt: skip
        return uuid.UUID(done["id"])

    kept = together(tell)
    rows = DiaryEntry.of(world.id)
    assert set(rows.values_list("pk", flat=True)) == set(kept)
    assert len(set(rows.values_list("corrects_id", flat=True))) == HANDS
    assert len(known.entries(clinic=world.id, patient=patient)) == 1


def test_a_medicine_is_corrected_once(world: World, patient: uuid.UUID) -> None:
    asked: dict[str, Any] = {"actor": world["infusion_nurse"], "at": world.at, "patient": patient}
    first = history.add_medicine(uid=new(), name="gabapentin", **asked)
    answers = together(
        lambda _: history.add_medicine(uid=new(), name="pregabalin", corrects=first, **asked)
    )
    assert sum(isinstance(answer, NotNow) for answer in answers) == HANDS - 1
    assert MedicationStatement.of(world.id).filter(corrects=first).count() == 1
    [taken] = medicines.current(clinic=world.id, patient=patient).medicines
    assert taken.name == "pregabalin"


def test_what_two_looked_up_is_kept_of_both(world: World, patient: uuid.UUID) -> None:
    asked: dict[str, Any] = {"actor": world["infusion_nurse"], "at": world.at, "patient": patient}
    names = ["an invented root", "an invented leaf"]
    rows = [history.add_medicine(uid=new(), name=name, **asked) for name in names]
    together(lambda n: history.looked_up(uid=new(), row=rows[n], **asked), hands=2)
    assert medicines.current(clinic=world.id, patient=patient).looked_up == set(names)
