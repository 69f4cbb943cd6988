"""What repeated ketamine makes due by itself: liver tests again, and the urine test."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from reprieve.clinical import lab_sheet
from reprieve.pathway import evaluation, investigations, series
from reprieve.pathway.evaluation import Reading
from reprieve.records.models import EpisodeOfCare, WorkItem
from reprieve.records.queries import facts
from tests import world as worlds
from tests.treated import Treated, treated
from tests.world import World, new


def due(world: World, kind: str = "test_liver") -> list[datetime]:
    rows = WorkItem.of(world.id).filter(kind=kind, state__in=("open", "seen"))
    return [row.due_at for row in rows]


def told(world: World, patient: uuid.UUID, alt: str, **more: datetime) -> None:
    fine = Reading(result=Decimal(20), limit=Decimal(100))
    read = dict.fromkeys(lab_sheet.liver_tests(), fine)
    read["bilirubin"] = Reading(result=Decimal(1), limit=Decimal(2), unit="mg/dL")
    read["alt"] = Reading(result=Decimal(alt), limit=Decimal(40))
    evaluation.record_liver(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, read=read, **more
    )  # type: ignore[arg-type]


def test_a_result_past_its_limit_is_tested_again_every_week(world: World) -> None:
    patient, _ = worlds.person(world)
    told(world, patient, "60")
    assert due(world) == []
    told(world, patient, "130")
    assert due(world) == [world.at + timedelta(days=7)]
    world.later(days=8)
    told(world, patient, "125", measured_at=world.at - timedelta(days=1))
    assert due(world) == [world.at + timedelta(days=6)]
    world.later(days=6)
    told(world, patient, "60")
    assert due(world) == []


@pytest.mark.parametrize(("apart", "wanted"), [(1, 1), (2, 0)])
def test_the_end_of_a_daily_series_asks_for_liver_tests(
    world: World, apart: int, wanted: int
) -> None:
    some = treated(world)
    plan = some.plan(sessions=3)
    for _ in range(3):
        start = world.at
        some.infuse(plan)
        world.at = start + timedelta(days=apart)
    ended(some)
    assert len(due(world)) == wanted


def test_daily_days_of_an_earlier_series_ask_for_nothing(world: World) -> None:
    some = treated(world)
    plan = some.plan(sessions=3)
    for _ in range(3):
        start = world.at
        some.infuse(plan)
        world.at = start + timedelta(days=1)
    ended(some)
    told(world, some.patient, "20")
    world.later(days=40)
    some.infuse(some.plan(sessions=1))
    ended(some)
    assert due(world) == []


def ended(some: Treated) -> None:
    some.put("in_series")
    series.complete(
        episode=EpisodeOfCare.of(some.world.id).get(pk=some.episode),
        actor=some.world["physician"], at=some.world.at,
    )  # fmt: skip


def test_a_urine_test_is_ordered_and_its_result_closes_the_order(world: World) -> None:
    patient, _ = worlds.person(world)
    who = {"actor": world["physician"], "at": world.at, "patient": patient}
    investigations.order(test="urinalysis", uid=new(), **who)
    assert due(world, "test_urinalysis") == [world.at + timedelta(days=7)]
    evaluation.record_history(
        answers={"bladder_symptoms": True, "urinalysis": "infection"}, mode="clinic", uid=new(),
        **who,
    )  # fmt: skip
    assert due(world, "test_urinalysis") == []
    known = facts.facts(clinic=world.id, patient=patient, at=world.at)
    assert known["urinalysis"] == "infection"
