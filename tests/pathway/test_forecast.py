"""The forecast of a patient's pain: learnt from the diary, tried against it, and only shown."""

from __future__ import annotations

import pytest

from reprieve.pathway import history
from reprieve.pathway.forecast import Outlook, outlook
from tests import world as worlds
from tests.chairside import quick_world, weighed
from tests.order_desk import order
from tests.treated import Treated, responder, treated
from tests.world import World, new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world() -> World:
    with quick_world() as made:
        return made


def of(made: Treated) -> Outlook:
    return outlook(clinic=made.world.id, patient=made.patient, at=made.world.at)


def test_pain_is_forecast_and_earlier_forecasts_are_tried(world: World) -> None:
    made = weighed(responder(world, weeks=(3, 3, 4, 4)))
    found = of(made)
    assert found.problem is None
    assert (found.model, len(found.weeks)) == ("kamp2020", 12)
    assert found.entries == 6 + 7 + 28
    first, last = found.weeks[0], found.weeks[-1]
    assert first.low < first.mean < first.high
    assert last.mean > first.mean
    assert len(found.past) >= 3
    assert found.past[-1].seen == 4
    assert all(one.made < one.week.first for one in found.past)
    assert found.off_by is not None
    assert found.inside <= len(found.past)
    assert [str(m)[:8] for m in found.extrapolated] == ["Measured", "Measured"]
    assert of(made) == found


def test_in_crps_it_is_not_called_an_extrapolation(world: World) -> None:
    made = weighed(responder(world, weeks=(3, 3)))
    elsewhere = of(made)
    history.add_condition(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient, code="G90.511"
    )
    found = of(made)
    assert len(found.extrapolated) == len(elsewhere.extrapolated) - 1 == 1
    assert found.weeks != elsewhere.weeks


def test_where_most_forecasts_failed_it_says_so(world: World) -> None:
    made = weighed(responder(world, weeks=(1, 9, 1, 9, 1, 9, 1, 9)))
    found = of(made)
    assert len(found.past) >= 4
    assert found.unreliable


@pytest.mark.parametrize("missing", ["infusion", "weight", "range", "diary"])
def test_what_is_missing_is_named(world: World, missing: str) -> None:
    says = {
        "infusion": "No infusion", "weight": "no weight", "range": "No model answers",
        "diary": "fewer than seven days",
    }  # fmt: skip
    if missing == "diary":
        patient, episode = worlds.person(world)
        made = Treated(world, patient, episode)
        made.infuse(made.plan())
    elif missing == "infusion":
        made = treated(world)
    else:
        made = responder(world, weeks=(3,))
    if missing != "weight":
        weighed(made, 340 if missing == "range" else 70)
    found = of(made)
    assert says[missing] in str(found.problem)
    assert found.weeks == ()


def test_two_forms_of_the_drug_have_no_forecast(world: World) -> None:
    made = weighed(responder(world, weeks=(3,)))
    order(made.infuse(made.plan(), no=3), form="esketamine")
    assert "Which form" in str(of(made).problem)
