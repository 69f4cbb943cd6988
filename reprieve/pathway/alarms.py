"""What people do about an alarm: see it, or stop its sound for a while."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.monitoring import events as ev
from reprieve.pathway import alarm_fold, infusion
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.permissions import Actor


def acknowledge(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, alarm: str
) -> None:
    """This function will note that a person has seen one alarm."""
    seen = ev.Acknowledged(at_ms=ms(at), by=str(actor.practitioner), alarm_id=alarm)
    _by_person(seen, "acknowledged", actor=actor, uid=uid, at=at, encounter=encounter)


def silence(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, seconds: int
) -> None:
    """This function will stop the sound for at most 120 s. Raises BadValue outside 1 to 120."""
    quiet = ev.Silenced(at_ms=ms(at), by=str(actor.practitioner), seconds=seconds)
    _by_person(quiet, "silenced", actor=actor, uid=uid, at=at, encounter=encounter)


def _by_person(
    event: ev.Event, what: str, *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID
) -> None:
    def work() -> Done:
        infusion.locked(clinic=actor.clinic, encounter=encounter)
        alarm_fold.fold(
            clinic=actor.clinic, encounter=encounter, events=[event], recorded_ms=ms(at),
            by=actor.practitioner,
        )  # fmt: skip
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="encounter", subject=encounter, detail={"alarm": what})

    perform("infusion.alarm", actor=actor, uid=uid, at=at, work=work)
