"""What tests of follow-up share: a patient who had a series, and a diary that says how it went."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reprieve.pathway import diary, infusion, planning
from reprieve.pathway.diary import Day
from reprieve.pathway.plan_doses import Fitted
from reprieve.pathway.planning import Plan
from reprieve.records.models import EpisodeOfCare
from reprieve.records.queries.treatments import zone_of
from tests import world as worlds
from tests.chairside import Chair
from tests.house.stories import kept
from tests.world import PASSWORD, World, new

REGIMEN = "ketamine-0.5mgkg-40min-x6"


@dataclass
class Treated:
    """One patient with the episode, and the few words that tests say about them."""

    world: World
    patient: uuid.UUID
    episode: uuid.UUID

    @property
    def state(self) -> str:
        return EpisodeOfCare.of(self.world.id).get(pk=self.episode).state

    def put(self, state: str) -> None:
        """Place the episode: these tests are not about how it came here."""
        EpisodeOfCare.of(self.world.id).filter(pk=self.episode).update(state=state)

    def plan(self, *, sessions: int = 2, is_booster: bool = False, nearer: str = "") -> uuid.UUID:
        self.put("consented")
        return planning.sign(
            actor=self.world["physician"], uid=new(), at=self.world.at, patient=self.patient,
            plan=Plan(
                regimen=REGIMEN, weight_kg=Decimal(70), condition="crps",
                rationale="invented for a test", fit=Fitted(sessions=sessions),
                is_booster=is_booster, nearer=nearer,
            ),
            password=PASSWORD,
        )  # fmt: skip

    def infuse(self, plan: uuid.UUID | None = None, *, no: int = 1) -> Chair:
        """Give one infusion of 40 minutes, to recovery."""
        encounter = infusion.prepare(
            actor=self.world["infusion_nurse"], uid=new(), at=self.world.at,
            patient=self.patient, episode=self.episode, plan=plan, session_no=no,
        )  # fmt: skip
        chair = Chair(self.world, encounter, self.patient)
        chair.do("started", rate_ug_per_h=50_000)
        self.world.later(minutes=40)
        chair.do("ended")
        return chair

    def write(
        self, pain: int, *, day: datetime | None = None, who: str = "infusion_nurse",
        told: datetime | None = None, **more: object,
    ) -> dict[str, object]:  # fmt: skip
        """Write one day, told on that day unless `told` is later."""
        at = day or self.world.at
        said = Day(day=at.astimezone(zone_of(self.world.id)).date(), average_pain=pain, **more)  # type: ignore[arg-type]
        return diary.save(
            actor=self.world[who], uid=new(), at=told or at, patient=self.patient, said=said,
            mode="call",
        )  # fmt: skip

    def days(self, pains: Iterable[int]) -> None:
        """Write one evening a day, the clock moving on with each."""
        for pain in pains:
            self.write(pain)
            self.world.later(days=1)


    def days_with(self, pains: Iterable[int], *, doses: int) -> None:
        """Write one evening a day, each with so many extra doses of pain medicine."""
        for pain in pains:
            self.write(pain, extras={"extra_doses": doses})
            self.world.later(days=1)


@kept
def treated(world: World) -> Treated:
    """This function will register a patient whose baseline pain is 8 by diary."""
    patient, episode = worlds.person(world)
    made = Treated(world, patient, episode)
    made.days([8] * 6)
    return made


@kept
def responder(world: World, weeks: Iterable[int] = (3, 3), *, during: int = 4) -> Treated:
    """This function will give two infusions a week apart, then one mean a week in the diary."""
    made = treated(world)
    plan = made.plan()
    made.infuse(plan, no=1)
    made.days([during] * 7)
    made.infuse(plan, no=2)
    made.put("follow_up")
    world.later(days=1)
    for pain in weeks:
        made.days([pain] * 7)
    return made


@kept
def fades(made: Treated) -> None:
    """This function will let relief be lost in two weeks in a row."""
    made.days([7] * 15)
