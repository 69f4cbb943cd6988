"""The registry from real records: made, kept, asked for, and equal to the follow-up page."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from reprieve.pathway import charting_harm, history, questionnaires, registry
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.pathway.permissions import system
from reprieve.records.models import RegistryReport
from reprieve.records.queries import registry as queries
from reprieve.records.queries import response
from tests.treated import fades, responder
from tests.world import World, new


def test_a_patient_is_judged_as_on_the_follow_up_page(world: World) -> None:
    made = responder(world)
    history.add_medicine(
        actor=world["physician"], uid=new(), at=world.at, patient=made.patient,
        name="oxycodone", mg_per_day=Decimal(40),
    )  # fmt: skip
    fades(made)
    seen = response.story(clinic=world.id, patient=made.patient, at=world.at).response
    assert seen is not None
    [row] = registry.compute(clinic=world.id, at=world.at)["behind"]
    assert (row["condition"], row["regimen"]) == ("crps", "ketamine-0.5mgkg-40min-x6")
    assert (row["responder"], row["status"]) == (seen.responder, seen.relapse.status)
    assert row["relief_days"] == seen.relapse.days
    tables = queries.tables(clinic=world.id, at=world.at)
    assert [one[7] for one in tables["infusions"]] == [33_334, 33_334]
    assert [one[8] for one in tables["infusions"]] == [70_000, 70_000]
    [opioid] = tables["opioids"]
    assert opioid[3] == 60_000_000


def test_a_past_report_can_be_made_again(world: World) -> None:
    made = responder(world)
    then = world.at
    before = registry.compute(clinic=world.id, at=then)
    fades(made)
    assert registry.compute(clinic=world.id, at=then) == before
    assert registry.compute(clinic=world.id, at=world.at) != before


def test_scores_and_side_effects_are_read(world: World) -> None:
    made = responder(world)
    chair = made.infuse(made.plan(), no=3)
    charting_harm.record(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
        harm=Harm(term="nausea", grade=1),
    )  # fmt: skip
    questionnaires.save(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient,
        instrument="peg", answers={"pain": 3, "enjoyment": 4, "activity": 5}, mode="clinic",
        complete=True,
    )  # fmt: skip
    tables = queries.tables(clinic=world.id, at=world.at + timedelta(minutes=1))
    assert {row[3]: row[4] for row in tables["scores"]} == {
        "peg": 4_000_000, "peg.pain": 3_000_000,
    }  # fmt: skip
    assert len(tables["events"]) == 1


def test_it_is_kept_and_found(world: World) -> None:
    assert queries.newest(clinic=world.id) is None
    made = registry.make(actor=system(world.id, "registry"), uid=new(), at=world.at)
    found = queries.newest(clinic=world.id)
    assert found is not None
    assert (found.at, found.content) == (world.at, made)
    assert made["everybody"]["withheld"]["params"] == {"least": 11}
    with pytest.raises(PermissionDenied):
        registry.make(actor=world["physician"], uid=new(), at=world.at)


class TestWanted:
    def test_by_night_once(self, world: World) -> None:
        night = datetime.fromisoformat("2026-03-04T08:10:00+00:00")
        assert not registry.is_wanted(clinic=world.id, at=night + timedelta(hours=1))
        assert registry.is_wanted(clinic=world.id, at=night)
        registry.make(actor=system(world.id, "registry"), uid=new(), at=night)
        assert not registry.is_wanted(clinic=world.id, at=night + timedelta(minutes=30))
        assert registry.is_wanted(clinic=world.id, at=night + timedelta(days=1))

    def test_when_somebody_asks(self, world: World) -> None:
        registry.ask(actor=world["manager"], uid=new(), at=world.at)
        assert registry.is_wanted(clinic=world.id, at=world.at)
        done = world.later(minutes=1)
        registry.make(actor=system(world.id, "registry"), uid=new(), at=done)
        assert not registry.is_wanted(clinic=world.id, at=done)
        with pytest.raises(PermissionDenied):
            registry.ask(actor=world["front_desk"], uid=new(), at=world.at)


def test_without_the_optional_packages_it_says_what_to_install(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "NEEDED", ("no_such_package_here",))
    for act in (
        lambda: registry.compute(clinic=world.id, at=world.at),
        lambda: registry.ask(actor=world["manager"], uid=new(), at=world.at),
    ):
        with pytest.raises(NotNow, match=r"reprieve\[registry\]"):
            act()
    assert RegistryReport.of(world.id).count() == 0
