"""Which monitor speaks for whom: link, unlink, and what to do with a message that fits nobody."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    alarm_fold,
    feed,
    infusion,
    infusion_stream,
    monitor_links,
    parked_fit,
    parked_minutes,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import Conflict, NotFound, NotNow
from reprieve.pathway.permissions import Actor, require
from reprieve.records import notes
from reprieve.records.models import (
    Act,
    Device,
    DeviceAssociation,
    Note,
    ParkedDecision,
    ParkedMessage,
)

MOST_MINUTES = 240  # charted at a time, so that the page answers
# Of one part: it holds the infusion, and on SQLite everybody's writing, while it is done.
CHARTED_AT_ONCE = 10
ASIDE_AT_ONCE = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Attached:
    """How charting ended (as `feed.receive` says it), and how many of the messages are charted."""

    end: str
    charted: int
    messages: int


@dataclass(slots=True)
class _Tally:
    """Messages charted so far, and all that were asked for."""

    charted: int = 0
    messages: int = 0

    def add(self, fits: Sequence[parked_fit.Fit]) -> None:
        """Count what one part charted, and what it leaves waiting."""
        charted = sum(len(one.inside) for one in fits)
        self.charted += charted
        self.messages += charted + sum(len(one.outside) for one in fits)


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
) -> Attached:
    """This function will chart parked messages on a visit that a person chose.

    `number` names a minute's messages; with `first`, all that this monitor said of one patient for
    one reason from that one to `number`, the oldest hours first. What was not measured during the
    visit waits on, as does what was measured while the monitor spoke for another visit. It is done
    in parts, each whole, so that others find their turn in between; the last part is the act `uid`.
    Raises NotNow for a signed record, messages already decided on, or none of this visit.
    """
    require(actor, "monitor.link")
    tally = _Tally()

    def chart(numbers: Sequence[int]) -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        found = _locked(actor.clinic, numbers)
        if infusion_stream.is_signed(clinic=actor.clinic, encounter=encounter):
            raise NotNow(N_("The record is signed: only an addendum can be written."))
        fits = parked_fit.of_visit(
            found, clinic=actor.clinic, encounter=row.encounter_id, at=at
        )
        ends = feed.chart_parked(
            [message for one in fits for message in one.inside],
            clinic=actor.clinic, encounter=encounter, by=_person(actor), now_ms=ms(at),
        )  # fmt: skip
        _decide([one.row for one in fits], "attached", actor=actor, at=at, visit=encounter)
        parked_minutes.wait_anew(
            {one.row: one.outside for one in fits if one.outside}, clinic=actor.clinic
        )
        tally.add(fits)
        return Done(
            subject_kind="parked_message", subject=str(number),
            result={"end": ends[-1], "charted": tally.charted, "messages": tally.messages},
            detail={"encounter": str(encounter), "from": numbers[0], "to": numbers[-1],
                    "messages": len(ends)},
        )  # fmt: skip

    parts: list[list[int]] = [[]]
    if not Act.objects.filter(pk=uid).exists():
        waiting = parked_fit.stretch(clinic=actor.clinic, number=number, first=first)
        fits = parked_fit.of_visit(waiting.rows, clinic=actor.clinic, encounter=encounter, at=at)
        parts = _parts([one.row.pk for one in fits[:MOST_MINUTES]], CHARTED_AT_ONCE)
        among = {pk for part in parts for pk in part}
        tally.messages = waiting.others + parked_fit.counted(
            [row.pk for row in waiting.rows if row.pk not in among]
        )
    done = _in_parts(parts, actor=actor, uid=uid, at=at, work=chart)
    if "end" not in done:  # the same page put the message aside before
        raise Conflict(N_("This act's number was already used for something else."))
    return Attached(
        end=str(done["end"]), charted=done.get("charted", 1), messages=done.get("messages", 1)
    )


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

    With `first`, all that this monitor said of one patient for one reason from that one to
    `number`; in parts, as they are charted.
    """
    if not reason.strip():
        raise BadValue("reason", "is needed")
    require(actor, "monitor.link")

    def lay_aside(numbers: Sequence[int]) -> Done:
        found = _locked(actor.clinic, numbers)
        note = notes.optional(reason, clinic=actor.clinic, at=at, by=actor.practitioner)
        _decide(found, "aside", actor=actor, at=at, note=note)
        return Done(
            subject_kind="parked_message", subject=str(number),
            detail={"from": numbers[0], "to": numbers[-1]} if len(numbers) > 1 else {},
        )  # fmt: skip

    parts: list[list[int]] = [[]]
    if not Act.objects.filter(pk=uid).exists():
        waiting = parked_fit.stretch(clinic=actor.clinic, number=number, first=first)
        parts = _parts([row.pk for row in waiting.rows], ASIDE_AT_ONCE)
    _in_parts(parts, actor=actor, uid=uid, at=at, work=lay_aside)


def _parts(numbers: Sequence[int], most: int) -> list[list[int]]:
    return [list(numbers[at : at + most]) for at in range(0, len(numbers), most)]


def _in_parts(
    parts: Sequence[Sequence[int]],
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    work: Callable[[Sequence[int]], Done],
) -> dict[str, Any]:
    """Do the work a part at a time; only the last bears the act's own number.

    Done again after a failure it goes on with what still waits; after the end, nothing is done.
    """
    *before, last = parts
    for numbers in before:
        part = uuid.uuid5(uid, str(numbers[0]))
        perform("monitor.link", actor=actor, uid=part, at=at, work=partial(work, numbers))
    return perform("monitor.link", actor=actor, uid=uid, at=at, work=partial(work, last))


def _device(clinic: uuid.UUID, device: uuid.UUID) -> Device:
    """The monitor, locked: of two who link it at one moment the later sees the first."""
    found = Device.of(clinic).select_for_update(no_key=True).filter(pk=device).first()
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


def _locked(clinic: uuid.UUID, numbers: Sequence[int]) -> list[ParkedMessage]:
    """The rows, locked: nothing is added to a minute while it is decided on."""
    rows = ParkedMessage.objects.select_for_update(of=("self",))
    found = {row.pk: row for row in rows.filter(clinic_id=clinic, pk__in=numbers).order_by("pk")}
    if ParkedDecision.of(clinic).filter(parked__in=numbers).exists():
        raise NotNow(parked_fit.DEALT_WITH)
    return [found[number] for number in numbers]


def _decide(
    rows: Sequence[ParkedMessage],
    kind: str,
    *,
    actor: Actor,
    at: datetime,
    visit: uuid.UUID | None = None,
    note: Note | None = None,
) -> None:
    ParkedDecision.objects.every().bulk_create([
        ParkedDecision(
            clinic_id=actor.clinic, parked=row, kind=kind, encounter_id=visit, note=note,
            recorded_at=at, by_id=actor.practitioner,
        )
        for row in rows
    ])  # fmt: skip


def _person(actor: Actor) -> uuid.UUID:
    """Only members of staff hold the permission, and each of them is a practitioner."""
    assert actor.practitioner is not None
    return actor.practitioner
