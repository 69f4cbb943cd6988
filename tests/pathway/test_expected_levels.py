"""The expected range: from what really ran, for this weight and form, or a reason why not."""

from __future__ import annotations

from datetime import timedelta

import pytest

from reprieve.pathway import infusion
from reprieve.pathway.errors import NotFound
from reprieve.pathway.expected_levels import Expected, expected
from reprieve.pharmacology import Infusion, simulate
from tests import world as worlds
from tests.chairside import Chair, quick_world, sit, weighed
from tests.treated import treated
from tests.world import World, new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world() -> World:
    with quick_world() as made:
        return made


@pytest.fixture
def chair(world: World) -> Chair:
    """Forty minutes at 50 mg/h by a plan of racemic ketamine."""
    made = treated(world)
    chair = weighed(made.infuse(made.plan()))
    world.later(minutes=60)
    return chair


@pytest.fixture
def running(world: World) -> Chair:
    """Thirty minutes into an infusion at 50 mg/h that goes on."""
    made = treated(world)
    encounter = infusion.prepare(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient,
        episode=made.episode, plan=made.plan(), session_no=1,
    )  # fmt: skip
    chair = weighed(Chair(world, encounter, made.patient))
    chair.start(50)
    world.later(minutes=30)
    return chair


def of(chair: Chair) -> Expected:
    return expected(clinic=chair.world.id, encounter=chair.encounter, at=chair.world.at)


def test_range_holds_what_the_model_expects_of_the_typical_person(chair: Chair) -> None:
    found = of(chair)
    assert found.problem is None
    assert (found.model, found.sampling_site, found.form) == ("kamp2020", "arterial", "racemic")
    typical = simulate(
        weight_kg=70, infusions=[Infusion(rate_mg_per_h=50, start_min=0, end_min=40)],
        times_min=[(t - found.from_s[0]) / 60 for t in found.from_s],
    ).ng_per_ml["ketamine"]  # fmt: skip
    for low, middle, high, at in zip(found.low, found.middle, found.high, typical, strict=True):
        assert low <= middle <= high
        assert middle == pytest.approx(at, rel=0.1)
    assert found.middle[0] == 0
    assert found.from_s[-1] == chair.world.at.timestamp()


def test_what_still_runs_counts_until_now(running: Chair) -> None:
    rising = of(running)
    assert rising.middle[-1] > rising.middle[-5] > rising.middle[0] == 0
    running.world.later(days=2)
    assert len(of(running).from_s) <= 92


def test_it_ends_three_hours_after_the_last_drug(chair: Chair) -> None:
    chair.world.later(days=2)
    found = of(chair)
    assert found.from_s[-1] - found.from_s[0] == pytest.approx((40 + 180) * 60, abs=1)


def test_a_bolus_counts(running: Chair) -> None:
    before = of(running).middle[-1]
    running.do("bolus", dose_ug=50_000)
    assert of(running).middle[-1] > 2 * before


def test_same_each_time_it_is_asked(chair: Chair) -> None:
    assert of(chair) == of(chair)


@pytest.mark.parametrize(
    ("kg", "says"), [(None, "no weight"), (340, "No model answers")]
)  # fmt: skip
def test_without_a_weight_that_a_model_covers_it_says_why(
    world: World, kg: float | None, says: str
) -> None:
    made = treated(world)
    chair = made.infuse(made.plan())
    if kg is not None:
        weighed(chair, kg)
    world.later(minutes=5)
    problem = of(chair).problem
    assert problem is not None
    assert says in str(problem)
    assert of(chair).from_s == ()


def test_without_a_form_or_a_drug_it_says_why(world: World) -> None:
    chair = weighed(sit(world))
    chair.start(20)
    world.later(minutes=5)
    assert "Which form" in str(of(chair).problem)
    made = treated(world)
    made.put("follow_up")
    begun = made.infuse(made.plan())
    early = expected(
        clinic=world.id, encounter=weighed(begun).encounter, at=world.at - timedelta(minutes=40)
    )
    assert "No drug" in str(early.problem)


def test_another_clinics_infusion_is_not_found(world: World) -> None:
    chair = sit(world)
    other = worlds.found(name="Another")
    with pytest.raises(NotFound):
        expected(clinic=other.id, encounter=chair.encounter, at=world.at)
