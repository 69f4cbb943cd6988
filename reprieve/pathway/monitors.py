"""Which monitor speaks for whom: link, unlink, and what to do with a message that fits nobody."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    alarm_fold,
    feed,
    infusion,
    infusion_stream,
    monitor_links,
    parked,
    parked_minutes,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, NotFound, NotNow
from reprieve.pathway.feed_values import FeedMessage
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import (
    Device,
    DeviceAssociation,
    Encounter,
    Note,
    ParkedDecision,
    ParkedMessage,
)

MOST_MINUTES = 60  # of one act: it holds the infusion while it charts them


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
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    number: int,
    encounter: uuid.UUID,
    first: int | None = None,
) -> str:
    """This function will chart parked messages on a visit that a person chose.

    `number` names a minute's messages; with `first`, all that this monitor said of one patient
    from that one to `number`, an hour at most. What was not measured during the visit is left out,
    and minutes of which nothing was stay parked. Raises NotNow for a signed record, messages
    already decided on, or none with values of this visit.
    """

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        found = _stretch(actor.clinic, number, first)
        if infusion_stream.is_signed(clinic=actor.clinic, encounter=encounter):
            raise NotNow(N_("The record is signed: only an addendum can be written."))
        inside = _of_visit(row.encounter_id, actor.clinic, found, at)
        ends = feed.chart_parked(
            [message for messages in inside.values() for message in messages],
            clinic=actor.clinic, encounter=encounter, by=_person(actor), now_ms=ms(at),
        )  # fmt: skip
        for one in found:
            if one.pk in inside:
                _decided(one, "attached", actor=actor, at=at, encounter=encounter)
        numbers = sorted(inside)
        return Done(
            subject_kind="parked_message", subject=str(number), result={"end": ends[-1]},
            detail={"encounter": str(encounter), "from": numbers[0], "to": numbers[-1],
                    "messages": len(ends)},
        )  # fmt: skip

    done = perform("monitor.link", actor=actor, uid=uid, at=at, work=work)
    if "end" not in done:  # the same page put the message aside before
        raise Conflict(N_("This act's number was already used for something else."))
    return str(done["end"])


def put_aside(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    number: int,
    reason: str,
    first: int | None = None,
) -> None:
    """This function will take parked messages off the list; they stay on record.

    With `first`, all that this monitor said of one patient from that one to `number`.
    """
    if not reason.strip():
        raise BadValue("reason", "is needed")

    def work() -> Done:
        found = _stretch(actor.clinic, number, first)
        note = notes.optional(reason, clinic=actor.clinic, at=at, by=actor.practitioner)
        for one in found:
            _decided(one, "aside", actor=actor, at=at, note=note)
        numbers = [one.pk for one in found]
        return Done(
            subject_kind="parked_message", subject=str(number),
            detail={"from": numbers[0], "to": numbers[-1]} if len(found) > 1 else {},
        )  # fmt: skip

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


def _of_visit(
    encounter: uuid.UUID, clinic: uuid.UUID, found: Sequence[ParkedMessage], at: datetime
) -> dict[int, list[FeedMessage]]:
    """What was measured during the visit, by the number of its minute."""
    opened = Encounter.of(clinic).values_list("recorded_at", flat=True).get(pk=encounter)
    first, last = ms(opened), ms(at) + infusion.FUTURE_MS
    near = [row for row in found if _is_near(row, first, last)]
    if not near:
        raise NotNow(N_("The message was not measured during this visit."))
    valued = {
        row.pk: [m for m in parked_minutes.messages(row) if _times(m)]
        for row in near[:MOST_MINUTES]
    }
    if not any(valued.values()):
        raise NotNow(N_("The message holds no value with a time."))
    inside = {
        number: [m for m in messages if first <= min(_times(m)) and max(_times(m)) <= last]
        for number, messages in valued.items()
    }
    inside = {number: messages for number, messages in inside.items() if messages}
    if not inside:
        raise NotNow(N_("The message was not measured during this visit."))
    return inside


def _is_near(row: ParkedMessage, first_ms: int, last_ms: int) -> bool:
    """Whether a minute may hold something of a visit, before it is opened."""
    if row.measured_ms is None:
        return True
    return first_ms - parked.MINUTE_MS < row.measured_ms < last_ms + parked.MINUTE_MS


def _times(message: FeedMessage) -> list[int]:
    return [v.at_ms for v in message.readings if v.at_ms is not None]


def _stretch(clinic: uuid.UUID, number: int, first: int | None) -> list[ParkedMessage]:
    """What waits from `first` to `number` of one monitor about one patient, in order."""
    last = _waiting(clinic, number)
    if first is None or first >= number:
        return [last]
    rows = ParkedMessage.objects.select_for_update(of=("self",)).filter(
        clinic_id=clinic, sender=last.sender, bed=last.bed, kind=last.kind,
        pk__gte=first, pk__lt=number,
    )  # fmt: skip
    named = frozenset(parked.opened(last).patient_ids)
    decided = ParkedDecision.of(clinic).filter(parked__gte=first, parked__lt=number)
    over = set(decided.values_list("parked_id", flat=True))
    before = [row for row in rows.order_by("pk") if row.pk not in over]
    return [row for row in before if frozenset(parked.opened(row).patient_ids) == named] + [last]


def _waiting(clinic: uuid.UUID, number: int) -> ParkedMessage:
    """The row, locked: nothing is added to a minute while it is decided on."""
    rows = ParkedMessage.objects.select_for_update(of=("self",))
    found = rows.filter(clinic_id=clinic, pk=number).first()
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
    note: Note | None = None,
) -> None:
    ParkedDecision.objects.add(
        clinic_id=actor.clinic, parked=row, kind=kind, encounter_id=encounter, note=note,
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip


def _person(actor: Actor) -> uuid.UUID:
    """Only members of staff hold the permission, and each of them is a practitioner."""
    assert actor.practitioner is not None
    return actor.practitioner
