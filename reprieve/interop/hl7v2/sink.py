"""From the wire to the records: what the gateway read becomes what the pathway stores."""

from __future__ import annotations

import re
import uuid
from collections.abc import Sequence

from reprieve.interop.hl7v2.arrivals import Arrival, Outcome, not_stored, stored
from reprieve.interop.hl7v2.times import Moment
from reprieve.interop.hl7v2.values import Charted, Message, Parked
from reprieve.pathway import feed


def commit(arrivals: list[Arrival], *, clinic: uuid.UUID) -> list[Outcome]:
    """This function will store arrivals durably and say what to answer to each.

    A frame that could not be read at all is refused and kept as rejected traffic.
    """
    ends = feed.receive([_plain(arrival) for arrival in arrivals], clinic=clinic)
    return [
        not_stored(arrival) if end == "failed" else stored(arrival)
        for arrival, end in zip(arrivals, ends, strict=True)
    ]


def _plain(arrival: Arrival) -> feed.FeedMessage:
    read = arrival.message
    if read is None:
        return feed.FeedMessage(
            raw=arrival.raw,
            received_ms=arrival.received_ms,
            sender=arrival.peer.rpartition(":")[0],
            rejected=arrival.error or "unreadable",
        )
    return feed.FeedMessage(
        raw=arrival.raw,
        received_ms=arrival.received_ms,
        sender=read.device or read.sender or arrival.peer.rpartition(":")[0],
        bed=_bed(read),
        patient_ids=read.patient_ids,
        readings=_readings(read.charted),
        not_charted=tuple(_parked(value) for value in read.parked),
        alerts=_alerts(read),
        training=read.training,
        rejected=read.reject.reason if read.reject else "",
        dialect=read.dialect or "",
        dialect_sha256=read.dialect_version or "",
    )


def _bed(read: Message) -> str:
    """Beds of a central station are told apart by their whole place: labels repeat by ward."""
    if read.device or not read.location:
        return read.bed or ""
    return " ".join(part for part in re.split(r"[\^&]", read.location) if part)


def _readings(charted: Sequence[Charted]) -> tuple[feed.Sent, ...]:
    """The values of one message nearly always share one time, reckoned once."""
    last: Moment | None = None
    at_ms: int | None = None
    found = []
    for value in charted:
        if value.time is not last:
            last, at_ms = value.time, value.time.ms
        found.append(
            feed.Sent(
                signal=value.signal, value=value.value, at_ms=at_ms, source=value.source,
                flags=value.flags,
            )
        )  # fmt: skip
    return tuple(found)


def _parked(value: Parked) -> feed.NotCharted:
    return feed.NotCharted(
        code=value.code,
        value=value.value,
        reason=value.reason,
        kind=value.kind,
        signal=value.signal,
        at_ms=value.time.ms if value.time else None,
    )


def _alerts(read: Message) -> tuple[dict[str, str], ...]:
    return tuple({"text": alert.text, "priority": alert.priority} for alert in read.alerts)
