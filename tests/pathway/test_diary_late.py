"""A day that arrives after newer words of the same day: kept beside them, it does not count."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import diary, importing_scores, links
from reprieve.pathway.diary import Day
from reprieve.pathway.importing_scores import ScoreRow
from reprieve.pathway.permissions import by_link
from reprieve.records.models import DiaryEntry, Patient
from reprieve.records.queries import diary as known
from reprieve.records.queries import registry
from reprieve.records.queries.treatments import zone_of
from tests import world as worlds
from tests.world import World, new

DAY = date(2026, 3, 3)


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def hour(world: World, day: date, at: int) -> datetime:
    return datetime(day.year, day.month, day.day, at, tzinfo=zone_of(world.id))


def tell(
    world: World, patient: uuid.UUID, pain: int, *, told: datetime | None = None,
    mode: str = "home", **more: Any,
) -> dict[str, Any]:  # fmt: skip
    """One evening of DAY: by the patient's own link from home, else by a nurse."""
    actor, link = world["infusion_nurse"], None
    if mode == "home":
        link = links.make(
            actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form="diary"
        )
        actor = by_link(world.id, patient)
    said = Day(day=DAY, moment="evening", average_pain=pain, **more)
    return diary.save(
        actor=actor, uid=new(), at=world.at, patient=patient, said=said, mode=mode, link=link,
        told_at=told,
    )  # fmt: skip


def stands(world: World, patient: uuid.UUID) -> list[int | None]:
    place = {"clinic": world.id, "patient": patient}
    shown = [one.average_pain for one in known.entries(**place)]
    assert [one.average_pain for one in known.scales(**place)] == shown
    return shown


def beside(world: World, patient: uuid.UUID) -> list[int | None]:
    found = known.beside(clinic=world.id, patient=patient, first=DAY)
    return [one.average_pain for one in found]


def test_what_was_told_earlier_does_not_count(world: World, patient: uuid.UUID) -> None:
    world.at = hour(world, DAY + timedelta(days=1), 10)
    assert tell(world, patient, 7, mode="call")["counts"] is True
    world.later(hours=2)
    late = tell(world, patient, 2, told=hour(world, DAY, 20), mood=1)
    assert (late["alert"], late["counts"]) == (True, False), "a very low mood is heard, late or not"
    assert (stands(world, patient), beside(world, patient)) == ([7], [2])
    assert DiaryEntry.of(world.id).get(average_pain=2).corrects is None
    world.later(hours=1)
    assert tell(world, patient, 5)["counts"] is True
    assert (stands(world, patient), beside(world, patient)) == ([5], [2])
    assert DiaryEntry.of(world.id).get(average_pain=5).corrects.average_pain == 7


def test_what_was_told_later_counts_though_it_waited(world: World, patient: uuid.UUID) -> None:
    world.at = hour(world, DAY, 19)
    tell(world, patient, 7, mode="call")
    world.at = hour(world, DAY + timedelta(days=2), 9)
    assert tell(world, patient, 2, told=hour(world, DAY, 21))["counts"] is True
    assert (stands(world, patient), beside(world, patient)) == ([2], [])


@pytest.mark.parametrize(
    ("told_day", "told_hour", "counts"), [(0, 20, True), (1, 9, False)]
)
def test_a_sheet_without_its_hour_was_written_by_the_end_of_its_day(
    world: World, patient: uuid.UUID, told_day: int, told_hour: int, counts: bool
) -> None:
    world.at = hour(world, DAY + timedelta(days=told_day), told_hour)
    tell(world, patient, 7)
    world.at = hour(world, DAY + timedelta(days=3), 9)
    assert tell(world, patient, 2, mode="paper")["counts"] is counts
    assert stands(world, patient) == ([2] if counts else [7])
    assert DiaryEntry.of(world.id).get(average_pain=2).at == world.at, "its hour is not known"


def test_a_sheet_may_say_its_hour_and_be_typed_again(world: World, patient: uuid.UUID) -> None:
    world.at = hour(world, DAY, 20)
    tell(world, patient, 7)
    world.at = hour(world, DAY + timedelta(days=3), 9)
    earlier = hour(world, DAY, 18)
    assert tell(world, patient, 2, mode="paper", told=earlier)["counts"] is False
    assert DiaryEntry.of(world.id).get(average_pain=2).at == earlier
    for pain in (3, 4):
        assert tell(world, patient, pain, mode="paper")["counts"] is True
    assert stands(world, patient) == [4], "a slip of the keys is put right"


def test_after_a_sheet_the_phone_that_was_told_later_counts(
    world: World, patient: uuid.UUID
) -> None:
    world.at = hour(world, DAY + timedelta(days=3), 9)
    tell(world, patient, 2, mode="paper")
    assert tell(world, patient, 6, told=hour(world, DAY, 22))["counts"] is False
    assert tell(world, patient, 7, told=hour(world, DAY + timedelta(days=1), 8))["counts"] is True
    assert stands(world, patient) == [7]


@pytest.mark.parametrize(("days", "says"), [(1, "future"), (-2, "before the day")])
def test_staff_say_an_hour_that_can_be(
    world: World, patient: uuid.UUID, days: int, says: str
) -> None:
    world.at = hour(world, DAY, 20)
    with pytest.raises(BadValue, match=says) as refused:
        tell(world, patient, 2, mode="paper", told=world.at + timedelta(days=days))
    assert refused.value.field == "told_at"
    assert not DiaryEntry.of(world.id).exists()


def test_staff_look_no_farther_back_by_an_old_hour(world: World, patient: uuid.UUID) -> None:
    world.at = hour(world, DAY + timedelta(days=61), 9)
    with pytest.raises(BadValue, match="days ago"):
        tell(world, patient, 2, mode="paper", told=hour(world, DAY, 20))


def test_it_is_in_no_registry_and_no_import_builds_on_it(
    world: World, patient: uuid.UUID
) -> None:
    world.at = hour(world, DAY + timedelta(days=1), 10)
    tell(world, patient, 7, mode="call")
    tell(world, patient, 1, told=hour(world, DAY, 20), function=9)
    number = Patient.of(world.id).get(pk=patient).number
    days = registry._diary(world.id, {patient: number}, world.at)
    assert [micro for _number, _day, micro in days] == [7 * 60]
    row = ScoreRow(
        mrn="", day=DAY, moment="evening", measure="function", value=Decimal(4)
    )
    importing_scores.write(row, patient=patient, actor=world["admin"], at=world.at)
    [now] = known.entries(clinic=world.id, patient=patient)
    assert (now.average_pain, now.function) == (7, 4)


