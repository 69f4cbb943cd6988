"""How old the liver tests are by what is on record, as the table of the spec states it."""

from __future__ import annotations

import tomllib
import uuid
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import evaluation, observations
from reprieve.pathway.observations import Told
from reprieve.records.queries import facts, gate_facts, liver
from tests import gate_desk
from tests import world as worlds
from tests.chairside import Chair
from tests.world import World, new

SPEC = Path(__file__).parents[1] / "spec" / "safety" / "liver_ages.toml"
CASES = tomllib.loads(SPEC.read_text())["case"]


def write_down(world: World, patient: uuid.UUID, said: dict[str, Any]) -> None:
    told = [Told(code=name, value=value) for name, value in said.items()]
    observations.write(
        told, actor=world["infusion_nurse"], at=world.at, measured_at=world.at, patient=patient
    )


def infuse(world: World, patient: uuid.UUID, episode: uuid.UUID) -> None:
    """One infusion of an hour."""
    chair = Chair(world, worlds.prepared(world, patient, episode), patient)
    chair.start(20)
    world.later(hours=1)
    chair.do("ended")
    chair.do("discharged")


def happen(world: World, patient: uuid.UUID, episode: uuid.UUID, entry: dict[str, Any]) -> None:
    if "tests" in entry:
        write_down(world, patient, dict.fromkeys(liver.TESTS[: entry["tests"]], Decimal("0.8")))
    if "told" in entry:
        said = {name: None if n == "not known" else n for name, n in entry["told"].items()}
        write_down(world, patient, said)
    for _ in range(entry.get("infusions", 0)):
        infuse(world, patient, episode)


@pytest.mark.parametrize("case", CASES, ids=[str(n) for n in range(len(CASES))])
def test_the_record_answers_as_its_table_says(world: World, case: dict[str, Any]) -> None:
    patient, episode = worlds.person(world)
    now = world.at + timedelta(days=100)
    for entry in case["record"]:
        world.at = now - timedelta(days=entry["days_ago"])
        happen(world, patient, episode, entry)
    found = facts.facts(clinic=world.id, patient=patient, at=max(now, world.at))
    assert {name: found[name] for name in sorted(liver.COUNTED) if name in found} == case["reads"]


def test_the_gate_reads_the_recorded_tests_and_asks_no_age_of_them(world: World) -> None:
    visit = gate_desk.arrived(world)
    for told in ({"liver_tests_age_days": 1}, {"sessions_since_liver_tests_n": 0}):
        with pytest.raises(BadValue, match="counted from the recorded tests") as refused:
            visit.tell(**told)
        assert refused.value.field in told
    visit.tell(liver_tests_age_days=None)  # nobody knows, which changes nothing
    # What an older version of the product kept at the gate opens nothing now.
    observations.write(
        [Told(code=liver.AGE, value=0)], actor=world["infusion_nurse"], at=world.at,
        measured_at=world.at, patient=visit.patient, encounter=visit.encounter,
    )  # fmt: skip
    assert read(visit)["liver_tests_age_days"] == 1, "as recorded the day before"


def test_a_test_reaches_the_gate_with_the_day_of_its_sheet(world: World) -> None:
    visit = gate_desk.arrived(world)
    with pytest.raises(BadValue, match="is not asked here"):
        visit.tell(alt_times_uln=0.5)
    evaluation.record_history(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=visit.patient,
        answers=dict.fromkeys(liver.TESTS, 0.9), mode="clinic",
        measured_at=world.at - timedelta(days=3),
    )  # fmt: skip
    assert read(visit)["liver_tests_age_days"] == 1, "an older sheet is not the newest"


def read(visit: gate_desk.Visit) -> dict[str, Any]:
    world = visit.world
    return gate_facts.facts(clinic=world.id, encounter=visit.encounter, at=world.at)
