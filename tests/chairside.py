"""What tests of the infusion room share: a small clinic, a running infusion, a monitor's words."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.test import override_settings

from reprieve.pathway import alarm_fold, feed, infusion, observations
from reprieve.pathway.clock import ms
from reprieve.pathway.infusion import Happened
from reprieve.pathway.observations import Told
from reprieve.records.models import InfusionState
from tests import world as worlds
from tests.house.stories import kept
from tests.world import World, new

QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@contextmanager
def quick_world() -> Iterator[World]:
    """A founded clinic whose passwords are hashed quickly: no test here is about passwords."""
    with override_settings(PASSWORD_HASHERS=QUICK):
        yield worlds.found()


@dataclass
class Chair:
    """One visit in a chair and the few words that tests say about it."""

    world: World
    encounter: uuid.UUID
    patient: uuid.UUID

    def do(self, kind: str, *, who: str = "infusion_nurse", **more: Any) -> dict[str, Any]:
        """Write one act on the infusion through the stream itself, without an order's check."""
        from reprieve.pathway.acts import Done, perform

        happened = Happened(kind=kind, **more)
        actor = self.world[who]

        def work() -> Done:
            row = infusion.locked(clinic=actor.clinic, encounter=self.encounter)
            event = infusion.append(row, happened, actor=actor, at=self.world.at)
            return Done(
                subject_kind="encounter", subject=self.encounter,
                result={"event": str(event.pk), "state": row.state},
            )  # fmt: skip

        return perform("infusion.run", actor=actor, uid=new(), at=self.world.at, work=work)

    def start(self, rate_mg_per_h: int = 20) -> None:
        self.do("started", rate_ug_per_h=rate_mg_per_h * 1000)

    @property
    def row(self) -> InfusionState:
        return InfusionState.of(self.world.id).get(encounter_id=self.encounter)

    @property
    def alarms(self) -> list[tuple[str, str, str]]:
        shown = alarm_fold.state_of(self.row).shown
        return [(a.signal, a.priority, a.phase) for a in shown]

    def given_ug(self, at: datetime | None = None) -> int:
        now = infusion.stream(clinic=self.world.id, encounter=self.encounter)
        return now.given_ug(ms(at or self.world.at))


@kept
def sit(world: World) -> Chair:
    """This function will seat an invented patient for an infusion by hand."""
    patient, episode = worlds.person(world)
    return Chair(world, worlds.prepared(world, patient, episode), patient)


def sent(
    world: World, *, raw: str, at: datetime | None = None, **values: float
) -> feed.FeedMessage:
    """This function will make what a monitor sends now, as the gateway has read it."""
    at_ms = ms(at or world.at)
    readings = tuple(
        feed.Sent(signal=name, value=Decimal(str(value)), at_ms=at_ms)
        for name, value in values.items()
    )
    return feed.FeedMessage(
        raw=raw.encode(), received_ms=ms(world.at), sender="SIM-1", bed="1", readings=readings
    )


@kept
def weighed(made: Any, kg: float = 70) -> Any:
    """This function will weigh a patient, given as whatever has a `world` and a `patient`."""
    observations.write(
        [Told(code="weight_kg", value=Decimal(str(kg)), unit="kg")],
        actor=made.world["infusion_nurse"], at=made.world.at, measured_at=made.world.at,
        patient=made.patient,
    )  # fmt: skip
    return made
