"""What tests of parked messages share: a monitor that speaks for nobody, and what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from reprieve.pathway import feed, monitors, parked_minutes, signing
from reprieve.pathway.feed_values import FeedMessage
from reprieve.records import frames
from reprieve.records.models import (
    Device,
    DeviceAssociation,
    ParkedMessage,
)
from tests.chairside import Chair, sent
from tests.world import PASSWORD, World, new


def receive(world: World, *messages: FeedMessage) -> list[str]:
    return feed.receive(messages, clinic=world.id)


def speak(world: World, seconds: int, *, who: tuple[str, ...] = (), spo2: int = 97) -> None:
    """A monitor speaks once a second; ten messages come together."""
    for n in range(0, seconds, 10):
        batch = []
        for _ in range(min(10, seconds - n)):
            world.later(seconds=1)
            said = sent(world, raw=str(world.at), spo2=spo2, heart_rate=70)
            batch.append(replace(said, patient_ids=who))
        assert set(receive(world, *batch)) == {"parked"}


def rows(world: World) -> list[ParkedMessage]:
    return list(ParkedMessage.objects.filter(clinic_id=world.id).order_by("id"))


def held(world: World) -> list[tuple[str, float, int | None]]:
    """Every value that is parked."""
    messages = [m for row in rows(world) for m in parked_minutes.messages(row)]
    return sorted((v.signal, float(v.value), v.at_ms) for m in messages for v in m.readings)


def charted(chair: Chair) -> list[tuple[str, float, int]]:
    links = DeviceAssociation.objects.filter(encounter_id=chair.encounter)
    values = [v for one in links for v in frames.read(one.pk)]
    return sorted((v.signal, float(v.value), v.at_ms) for v in values)


def attach(chair: Chair, number: int, **more: Any) -> monitors.Attached:
    args = {"uid": new(), **more}
    return monitors.attach(
        actor=chair.world["infusion_nurse"], at=chair.world.at, number=number,
        encounter=chair.encounter, **args,
    )  # fmt: skip


def spoke_for(world: World, chair: Chair, *, seconds: int) -> None:
    """The one monitor is linked to a visit for some seconds."""
    nurse, device = world["infusion_nurse"], Device.of(world.id).get().pk
    monitors.link(
        actor=nurse, uid=new(), at=world.at, encounter=chair.encounter, device=device
    )
    monitors.unlink(
        actor=nurse, uid=new(), at=world.later(seconds=seconds), encounter=chair.encounter
    )


def aside(world: World, number: int, **more: Any) -> None:
    monitors.put_aside(
        actor=world["infusion_nurse"], uid=new(), at=world.at, number=number,
        reason="nobody in the chair", **more,
    )  # fmt: skip


def signed(chair: Chair) -> None:
    world = chair.world
    signing.write(
        signer=signing.prove(actor=world["physician"], password=PASSWORD), at=world.at,
        meaning=signing.RECORD, patient=chair.patient, subject_kind="encounter",
        subject=chair.encounter, content_sha256="0" * 64, encounter=chair.encounter,
    )  # fmt: skip
