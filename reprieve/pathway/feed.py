"""What the monitors sent, written down: charted on the linked patient, or parked and shown.

One batch is one transaction. If anything in it fails, the batch is done again with a savepoint for
each message, so that one bad message harms no other. A value outside its link's interval, or of a
monitor that names another patient, is attached to nobody.
"""

from __future__ import annotations

import struct
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import DatabaseError, OperationalError, connection, transaction

from reprieve.knowledge import N_
from reprieve.monitoring import events as ev
from reprieve.monitoring import mean_pressure
from reprieve.monitoring.vitals import ARTERIAL, NO_VALUE, Reading
from reprieve.pathway import (
    alarm_fold,
    feed_batch,
    feed_standing,
    monitor_clocks,
    monitor_links,
    parked,
    parked_minutes,
)
from reprieve.pathway.feed_batch import Batch, Link, times, told_times
from reprieve.pathway.feed_values import FeedMessage, NotCharted, Sent
from reprieve.records import changes, frames, traffic
from reprieve.records.models import DeviceAssociation

__all__ = ["FeedMessage", "NotCharted", "Sent", "chart_parked", "forget_raw", "receive"]

FITS_NOBODY = frozenset({"unmatched", "contradiction"})
ANOTHER = N_("the monitor names another patient")
_UNSTORABLE = (DatabaseError, ValueError, OverflowError, struct.error)
_NO_FLAGS: frozenset[str] = frozenset()
_ARTERIAL = frozenset({ARTERIAL})
_WITHHELD = frozenset({NO_VALUE})


@dataclass(frozen=True, slots=True, kw_only=True)
class _ToChart:
    """A message that belongs on a chart: its frame, if it holds values, and its link."""

    message: FeedMessage
    link: Link
    frame: frames.NewFrame | None
    behind_ms: int


@dataclass(slots=True, kw_only=True)
class _Stretch:
    """Parked messages that one link covers, from the first moment to just after the last."""

    messages: list[FeedMessage]
    from_ms: int
    until_ms: int


def receive(batch: Sequence[FeedMessage], *, clinic: uuid.UUID) -> list[str]:
    """This function will store a batch durably and say of each message how it ended.

    The answers are `charted`, `repeated`, `parked`, `training` or `failed`; only `failed` was
    not stored and must not be acknowledged as stored.
    """
    try:
        return _in_one_go(batch, clinic, _stored)
    except OperationalError:
        raise  # a locked database or a full disk: no single message is to blame
    except _UNSTORABLE:
        return _in_one_go(batch, clinic, _each_alone)


def _in_one_go(
    batch: Sequence[FeedMessage],
    clinic: uuid.UUID,
    store: Callable[[Sequence[FeedMessage], Batch], list[str]],
) -> list[str]:
    """Store a batch in one transaction; after one that failed nothing is taken for known."""
    try:
        with transaction.atomic():
            standing = feed_standing.begun(at_ms=batch[0].received_ms)
            state = feed_batch.opened(clinic, batch, standing)
            ends = _finished(store(batch, state), batch, state)
            standing.end()
        return ends
    except BaseException:
        feed_standing.forget()
        _let_go_if_lost()
        raise


def _let_go_if_lost() -> None:
    """A connection that the server dropped is opened anew, whichever statement noticed it first."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()


def _each_alone(batch: Sequence[FeedMessage], state: Batch) -> list[str]:
    return [_alone(message, state) for message in batch]


def _finished(ends: list[str], batch: Sequence[FeedMessage], state: Batch) -> list[str]:
    """Write what the batch has in common: what is parked, the raw traffic, alarms, notices."""
    parked.write(state.parked)
    parked_minutes.write(state.spoken, clinic=state.clinic)
    traffic.keep(state.clinic, [(m.received_ms, m.sender, m.raw) for m in batch])
    recorded = max(m.received_ms for m in batch)
    events = {visit: sorted(told, key=_when) for visit, told in state.events().items()}
    if events:
        alarm_fold.fold_many(
            clinic=state.clinic, events=events, recorded_ms=recorded, standing=state.standing
        )
        changes.announce_each(
            clinic=state.clinic, topic="infusion", subjects=list(events), at_ms=recorded
        )
    return ends


def _when(event: ev.Event) -> tuple[int, int, str]:
    if isinstance(event, Reading):
        return event.recorded_ms, event.at_ms, event.signal
    return event.at_ms, event.at_ms, ""


def chart_parked(
    messages: Sequence[FeedMessage],
    *,
    clinic: uuid.UUID,
    encounter: uuid.UUID,
    by: uuid.UUID,
    now_ms: int,
) -> list[str]:
    """This function will chart parked messages of one monitor on a visit that a person chose.

    The monitor is linked for the messages' own time only, never for a time in which it spoke for
    somebody: what was said then gets a link of its own moments. Answers as `receive` does, in the
    order of measuring, inside an act.
    """
    batch = feed_batch.opened(clinic, messages)
    device = batch.device(messages[0])
    heard = [replace(message, received_ms=now_ms) for message in messages]
    stretches = _stretches(heard, batch.links.get(device, ()))
    rows = DeviceAssociation.objects.bulk_create([
        DeviceAssociation(
            clinic_id=clinic, device_id=device, encounter_id=encounter, by_id=by,
            patient_ids=list(messages[0].patient_ids), from_ms=one.from_ms, until_ms=one.until_ms,
        )
        for one in stretches
    ])  # fmt: skip
    charts = []
    for row, together in zip(rows, stretches, strict=True):
        link = Link(
            id=row.pk, encounter=encounter, patient_ids=messages[0].patient_ids,
            from_ms=row.from_ms, until_ms=row.until_ms, signed=False,
        )  # fmt: skip
        charts += [_to_chart(message, link, batch, behind_ms=0) for message in together.messages]
    new = _insert(charts)
    ends = [_charted(chart, is_new, batch) for chart, is_new in zip(charts, new, strict=True)]
    for visit, events in batch.events().items():
        alarm_fold.fold(clinic=clinic, encounter=visit, events=events, recorded_ms=now_ms)
        changes.announce(clinic=clinic, topic="infusion", subject=visit, at_ms=now_ms)
    return ends


def _stretches(messages: Sequence[FeedMessage], links: Sequence[Link]) -> list[_Stretch]:
    """All messages together as long as the monitor spoke for nobody between them."""
    found: list[_Stretch] = []
    for message in sorted(messages, key=lambda one: min(told_times(one))):
        said = told_times(message)
        until = max(said) + 1
        if found and _spoke_for_nobody(links, found[-1].from_ms, max(found[-1].until_ms, until)):
            found[-1].messages.append(message)
            found[-1].until_ms = max(found[-1].until_ms, until)
        else:
            found.append(_Stretch(messages=[message], from_ms=min(said), until_ms=until))
    return found


def _spoke_for_nobody(links: Sequence[Link], from_ms: int, until_ms: int) -> bool:
    return not any(
        link.from_ms < until_ms and (link.until_ms is None or link.until_ms > from_ms)
        for link in links
    )


def _alone(message: FeedMessage, batch: Batch) -> str:
    """Store one message in a savepoint of its own."""
    mark = batch.mark()
    try:
        with transaction.atomic():
            return _stored([message], batch)[0]
    except struct.error:
        # Too large or too far apart for a frame: kept whole, since a retry would end the same.
        batch.back_to(mark)
        return _park(message, batch, kind="rejected", reason=N_("a value cannot be stored"))
    except _UNSTORABLE:
        batch.back_to(mark)
        return "failed"


def _stored(messages: Sequence[FeedMessage], batch: Batch) -> list[str]:
    judged = [_judged(message, batch) for message in messages]
    charts = [one for one in judged if isinstance(one, _ToChart)]
    new = iter(_insert(charts))
    return [
        _charted(one, next(new), batch) if isinstance(one, _ToChart) else one for one in judged
    ]


def _insert(charts: Sequence[_ToChart]) -> list[bool]:
    """Store the frames; a message without any counts as new, since its alarms must be heard."""
    stored = iter(frames.insert([c.frame for c in charts if c.frame is not None]))
    return [c.frame is None or next(stored) for c in charts]


def _judged(message: FeedMessage, batch: Batch) -> _ToChart | str:
    """Find the chart a message belongs on, or park it and say so."""
    if message.training:
        once = parked.of_the_day(message)
        _park(message, batch, kind="training", reason=N_("training mode"), key=once)
        return "training"
    device = batch.device(message)
    feed_batch.list_unmapped(message, batch.clinic)
    if message.rejected:
        batch.spoken.append(parked_minutes.refused(message, clinic=batch.clinic))
        return "parked"
    if message.alerts:
        _park(message, batch, kind="alert", reason=message.alerts[0].get("text", "alert"))
        for one in batch.links.get(device, []):
            if one.until_ms is None:
                batch.tell(one.encounter)  # shown beside our own alarms
    if not message.readings and not message.not_charted:
        return "charted" if message.alerts else "repeated"
    behind = _clock(message, device, batch)
    link, reason = _link_for(message, batch.links.get(device, []), behind)
    if reason == ANOTHER and link is not None:
        about, says = monitor_links.ANOTHER_PATIENT
        named = ev.Raised(at_ms=message.received_ms, about=about, says=says, lasts=True)
        batch.tell(link.encounter, named)
        return _park(message, batch, kind="contradiction", reason=reason)
    if link is None or reason:
        return _park(message, batch, kind="unmatched", reason=reason)
    return _to_chart(message, link, batch, behind_ms=behind)


def _clock(message: FeedMessage, device: uuid.UUID, batch: Batch) -> int:
    """Learn how far the monitor's clock is behind; 0 unless it is so wrong that it matters.

    Its patient's alarms are told: charted times stay the monitor's own until somebody sets it.
    """
    said = times(message)
    if not said:
        return 0
    arrived = message.received_ms
    behind = monitor_clocks.learn(device, measured_ms=max(said), received_ms=arrived)
    heard = monitor_clocks.event(behind, at_ms=arrived)
    for link in batch.links.get(device, []):
        if link.until_ms is None and heard is not None:
            batch.tell(link.encounter, heard)
    return behind if behind is not None and monitor_clocks.is_wrong(behind) else 0


def _link_for(
    message: FeedMessage, links: Sequence[Link], behind_ms: int
) -> tuple[Link | None, str]:
    """The link that covers every reading of the message, and why it may not be charted there.

    A wrong clock must not give one patient's values to the patient before: the link has to cover
    what the clock said and what it should have said.
    """
    said = times(message)
    if not said:
        return None, N_("the message does not say when")
    first, last = min(said), max(said)
    for link in links:
        until = link.until_ms if link.until_ms is not None else frames.FOREVER_MS
        if not link.from_ms <= first + min(behind_ms, 0) <= last + max(behind_ms, 0) < until:
            continue
        if link.signed:
            return link, N_("the record is signed")
        if _contradicts(message.patient_ids, link.patient_ids):
            return link, ANOTHER
        return link, ""
    if behind_ms:
        return None, "the monitor's clock is wrong: nobody was linked at the time it says"
    return None, N_("no patient was linked to this monitor at that time")


def _contradicts(said: Sequence[str], linked: Sequence[str]) -> bool:
    return bool(said) and bool(linked) and not {_bare(s) for s in said} & {_bare(s) for s in linked}


def _bare(identifier: str) -> str:
    """Monitors pad numbers with noughts; `007` and `7` are the same record number."""
    return identifier.strip().lstrip("0").upper() or "0"


def _to_chart(message: FeedMessage, link: Link, batch: Batch, *, behind_ms: int) -> _ToChart:
    known = tuple(
        frames.Value(signal=v.signal, value=v.value, at_ms=v.at_ms, source=v.source)
        for v in message.readings
        if v.at_ms is not None and v.signal in frames.PLACES
    )
    frame = frames.NewFrame(
        association=link.id, recorded_ms=message.received_ms,
        dialect=feed_batch.dialect(message, batch.clinic), values=known,
    ) if known else None  # fmt: skip
    return _ToChart(message=message, link=link, frame=frame, behind_ms=behind_ms)


def _charted(chart: _ToChart, is_new: bool, batch: Batch) -> str:
    """Tell the alarms what is new on the chart; they hear when it was measured by our clock."""
    if not is_new:
        return "repeated"
    message, behind_ms = chart.message, chart.behind_ms
    heard = [_reading(v, message, behind_ms) for v in message.readings if v.at_ms is not None]
    heard += [_no_value(v, message, behind_ms) for v in message.not_charted if v.is_telling]
    about, says = monitor_links.ANOTHER_PATIENT
    ended = ev.Ended(at_ms=message.received_ms, about=about, says=says)
    batch.tell(chart.link.encounter, *mean_pressure.with_mean(heard), ended)
    return "charted"


def _reading(sent: Sent, message: FeedMessage, behind_ms: int) -> Reading:
    return Reading(
        signal=sent.signal,
        value=float(sent.value),
        at_ms=(sent.at_ms or message.received_ms) + behind_ms,
        recorded_ms=message.received_ms,
        device=message.sender,
        flags=_ARTERIAL if sent.source == ARTERIAL else _NO_FLAGS,
    )


def _no_value(value: NotCharted, message: FeedMessage, behind_ms: int) -> Reading:
    zero = value.kind == "zero"
    return Reading(
        signal=value.signal or "",
        value=0.0 if zero else -1.0,
        at_ms=(value.at_ms or message.received_ms) + behind_ms,
        recorded_ms=message.received_ms,
        device=message.sender,
        flags=_NO_FLAGS if zero else _WITHHELD,
    )


def _park(
    message: FeedMessage, batch: Batch, *, kind: str, reason: str, key: bytes = b""
) -> str:
    """Keep what cannot be charted: what may still belong to a patient by the minute."""
    may_fit = kind in FITS_NOBODY
    spoken = parked_minutes.spoken(message, kind=kind, reason=reason) if may_fit else None
    if spoken is None:
        row = parked.row(message, clinic=batch.clinic, kind=kind, reason=reason, key=key)
        batch.parked.append(row)
    else:
        batch.spoken.append(spoken)
    return "parked"


def forget_raw(*, before: datetime) -> None:
    """This function will remove raw traffic older than a day; parked messages stay."""
    traffic.forget(before_ms=int(before.timestamp() * 1000))
