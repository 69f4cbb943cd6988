"""Which monitor speaks for whom: link, unlink, and what to do with a message that fits nobody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import alarm_fold, feed, infusion, infusion_stream, monitor_links, parked
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import (
    Device,
    DeviceAssociation,
    Encounter,
    ParkedDecision,
    ParkedMessage,
)


def link(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
    device: uuid.UUID,
    patient_ids: Sequence[str] = (),
) -> None:
    """This function will let a monitor speak for a visit from now on.

    `patient_ids` is what the monitor calls this patient: a message with another name is parked.
    Raises Conflict while the monitor speaks for another visit.
    """

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        if row.state not in alarm_fold.WATCHED:
            raise NotNow(N_("This visit is over."))
        found = _device(actor.clinic, device)
        _check_free(found, encounter)
        monitor_links.begin(
            row, device=found, patient_ids=[p.strip() for p in patient_ids if p.strip()], at=at,
            by=_person(actor),
        )  # fmt: skip
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="encounter", subject=encounter, detail={"device": str(device)})

    perform("monitor.link", actor=actor, uid=uid, at=at, work=work)


def unlink(*, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID) -> None:
    """This function will end the links of a visit now; the chair goes on by hand."""

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        if not monitor_links.end(row, at=at):
            raise NotNow(N_("No monitor is linked to this visit."))
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="encounter", subject=encounter)

    perform("monitor.link", actor=actor, uid=uid, at=at, work=work)


def attach(
    *, actor: Actor, uid: uuid.UUID, at: datetime, number: int, encounter: uuid.UUID
) -> str:
    """This function will chart a parked message on a visit that a person chose.

    Raises NotNow for a signed record, a message already decided on, or one without values or time.
    """

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        found = _waiting(actor.clinic, number)
        if infusion_stream.is_signed(clinic=actor.clinic, encounter=encounter):
            raise NotNow(N_("The record is signed: only an addendum can be written."))
        message = parked.opened(found)
        times = [v.at_ms for v in message.readings if v.at_ms is not None]
        if not times:
            raise NotNow(N_("The message holds no value with a time."))
        _check_visit(row.encounter_id, actor.clinic, min(times), max(times), at)
        end = feed.chart_parked(
            message, clinic=actor.clinic, encounter=encounter, by=_person(actor), now_ms=ms(at)
        )
        _decided(found, "attached", actor=actor, at=at, encounter=encounter)
        return Done(
            subject_kind="parked_message", subject=str(number), result={"end": end},
            detail={"encounter": str(encounter)},
        )  # fmt: skip

    done = perform("monitor.link", actor=actor, uid=uid, at=at, work=work)
    if "end" not in done:  # the same page put the message aside before
        raise Conflict(N_("This act's number was already used for something else."))
    return str(done["end"])


def put_aside(
    *, actor: Actor, uid: uuid.UUID, at: datetime, number: int, reason: str
) -> None:
    """This function will take a parked message off the list; it stays on record."""
    if not reason.strip():
        raise BadValue("reason", "is needed")

    def work() -> Done:
        found = _waiting(actor.clinic, number)
        _decided(found, "aside", actor=actor, at=at, reason=reason)
        return Done(subject_kind="parked_message", subject=str(number))

    perform("monitor.link", actor=actor, uid=uid, at=at, work=work)


def _device(clinic: uuid.UUID, device: uuid.UUID) -> Device:
    found = Device.of(clinic).filter(pk=device).first()
    if found is None:
        raise NotFound(N_("There is no such monitor."))
    return found


def _check_free(device: Device, encounter: uuid.UUID) -> None:
    links = DeviceAssociation.objects.filter(device=device, until_ms__isnull=True)
    taken = links.values_list("encounter_id", flat=True).first()
    if taken == encounter:
        raise Conflict(N_("This monitor is already linked to this visit."))
    if taken is not None:
        raise Conflict(N_("This monitor is linked to another patient: unlink it there first."))


def _check_visit(
    encounter: uuid.UUID, clinic: uuid.UUID, first_ms: int, last_ms: int, at: datetime
) -> None:
    opened = Encounter.of(clinic).values_list("recorded_at", flat=True).get(pk=encounter)
    if first_ms < ms(opened) or last_ms > ms(at) + infusion.FUTURE_MS:
        raise NotNow(N_("The message was not measured during this visit."))


def _waiting(clinic: uuid.UUID, number: int) -> ParkedMessage:
    found = parked.find(clinic=clinic, number=number)
    if found is None:
        raise NotFound(N_("There is no such message."))
    if ParkedDecision.of(clinic).filter(parked=found).exists():
        raise NotNow(N_("This message was already dealt with."))
    return found


def _decided(
    row: ParkedMessage,
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    encounter: uuid.UUID | None = None,
    reason: str = "",
) -> None:
    note = notes.optional(reason, clinic=actor.clinic, at=at, by=actor.practitioner)
    ParkedDecision.objects.add(
        clinic_id=actor.clinic, parked=row, kind=kind, encounter_id=encounter, note=note,
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip


def _person(actor: Actor) -> uuid.UUID:
    """Only members of staff hold the permission, and each of them is a practitioner."""
    assert actor.practitioner is not None
    return actor.practitioner
