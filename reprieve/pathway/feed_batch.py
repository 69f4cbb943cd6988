"""What a batch of messages is held against: monitors, their links in force, closed records."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from functools import partial

from reprieve.monitoring import events as ev
from reprieve.pathway import feed_standing
from reprieve.pathway.clock import moment
from reprieve.pathway.feed_standing import Standing
from reprieve.pathway.feed_values import FeedMessage, Spoken
from reprieve.records import batch_rows
from reprieve.records.models import Device, DialectVersion, ParkedMessage, UnmappedCode

MOST_KNOWN = 10_000
Sender = tuple[uuid.UUID, str, str]

# What this process has read of rows that never change. Nothing is kept that it has only written:
# its transaction may still be rolled back.
_devices: dict[Sender, uuid.UUID] = {}
_dialects: dict[Sender, int] = {}
_unmapped: set[Sender] = set()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A monitor speaks for one visit from `from_ms` on; `until_ms` None: still."""

    id: int
    encounter: uuid.UUID
    patient_ids: tuple[str, ...]
    from_ms: int
    until_ms: int | None
    signed: bool


@dataclass(slots=True)
class Batch:
    """One batch as it is worked through: what it is held against, and what comes of it."""

    clinic: uuid.UUID
    links: dict[uuid.UUID, list[Link]]
    standing: Standing
    told: list[tuple[uuid.UUID, tuple[ev.Event, ...]]] = field(default_factory=list)
    parked: list[ParkedMessage] = field(default_factory=list)
    spoken: list[Spoken] = field(default_factory=list)
    _made: dict[Sender, uuid.UUID] = field(default_factory=dict)

    def tell(self, encounter: uuid.UUID, *events: ev.Event) -> None:
        """This function will keep what an infusion's alarms must hear at the end of the batch."""
        self.told.append((encounter, events))

    def device(self, message: FeedMessage) -> uuid.UUID:
        """This function will return the monitor that sent a message, new if it never did before."""
        key = sender_of(message, self.clinic)
        known = _devices.get(key) or self._made.get(key)
        if known is None:
            row, _ = Device.objects.every().get_or_create(
                clinic_id=self.clinic, sender=key[1], bed=key[2],
                defaults={"seen_first": moment(message.received_ms)},
            )  # fmt: skip
            known = self._made[key] = row.pk
        return known

    def mark(self) -> tuple[int, int, int]:
        """This function will remember how far the batch has come, for `back_to`."""
        return len(self.told), len(self.parked), len(self.spoken)

    def back_to(self, mark: tuple[int, int, int]) -> None:
        """This function will undo what came of a message that could not be stored."""
        del self.told[mark[0] :], self.parked[mark[1] :], self.spoken[mark[2] :]
        self._made.clear()

    def events(self) -> dict[uuid.UUID, list[ev.Event]]:
        """This function will return what each infusion's alarms must hear."""
        found: dict[uuid.UUID, list[ev.Event]] = {}
        for encounter, events in self.told:
            found.setdefault(encounter, []).extend(events)
        return found


def opened(
    clinic: uuid.UUID, messages: Sequence[FeedMessage], standing: Standing | None = None
) -> Batch:
    """This function will load what messages can touch: links not over before their earliest.

    `standing` is what earlier batches have read; without it everything is read anew.
    """
    senders = {sender_of(m, clinic) for m in messages}
    _learn_devices(senders)
    devices = {known for s in senders if (known := _devices.get(s))}
    earliest = min((t for m in messages for t in times(m)), default=0)
    kept = standing or Standing()
    links = kept.links_of(devices, after_ms=earliest, read=partial(_links, clinic))
    return Batch(clinic, links, kept)


def _links(
    clinic: uuid.UUID, devices: Collection[uuid.UUID], earliest_ms: int
) -> dict[uuid.UUID, list[Link]]:
    links: dict[uuid.UUID, list[Link]] = {}
    for row in batch_rows.links(clinic=clinic, devices=devices, after_ms=earliest_ms):
        device, pk, encounter, patient_ids, from_ms, until_ms, signed = row
        link = Link(
            id=pk, encounter=encounter, patient_ids=tuple(patient_ids), from_ms=from_ms,
            until_ms=until_ms, signed=signed,
        )  # fmt: skip
        links.setdefault(device, []).append(link)
    return links


def sender_of(message: FeedMessage, clinic: uuid.UUID) -> Sender:
    """This function will return what a monitor is known by: clinic, sender and bed."""
    return clinic, message.sender[:120], message.bed[:80]


def times(message: FeedMessage) -> list[int]:
    """This function will return the moments a message speaks of, UTC ms."""
    said = [v.at_ms for v in message.readings] + [v.at_ms for v in message.not_charted]
    return [at_ms for at_ms in said if at_ms is not None]


def told_times(message: FeedMessage) -> list[int]:
    """This function will return the moments of what charts and alarms are told of a message."""
    said = [v.at_ms for v in message.readings]
    said += [v.at_ms for v in message.not_charted if v.is_telling]
    return [at_ms for at_ms in said if at_ms is not None]


def _learn_devices(senders: set[Sender]) -> None:
    unread = [s for s in senders if s not in _devices]
    if not unread:
        return
    rows = Device.of(unread[0][0]).filter(sender__in={s[1] for s in unread})
    _make_room(_devices)
    for pk, clinic, sender, bed in rows.values_list("id", "clinic_id", "sender", "bed"):
        _devices[(clinic, sender, bed)] = pk


def dialect(message: FeedMessage, clinic: uuid.UUID) -> int:
    """This function will number the dialect that read a message."""
    key = (clinic, message.dialect[:60], message.dialect_sha256[:64])
    if key in _dialects:
        return _dialects[key]
    row, is_new = DialectVersion.objects.get_or_create(name=key[1], sha256=key[2])
    if not is_new:
        _make_room(_dialects)
        _dialects[key] = int(row.pk)
    return int(row.pk)


def list_unmapped(message: FeedMessage, clinic: uuid.UUID) -> None:
    """This function will list codes that nobody knows, each once."""
    for value in message.not_charted:
        key = (clinic, message.sender[:120], value.code[:160])
        if value.kind != "unmapped" or key in _unmapped:
            continue
        _, is_new = UnmappedCode.objects.every().get_or_create(
            clinic_id=clinic, sender=key[1], code=key[2],
            defaults={"first_ms": message.received_ms, "example": value.value[:80]},
        )  # fmt: skip
        if not is_new:
            _make_room(_unmapped)
            _unmapped.add(key)


def forget() -> None:
    """This function will drop what was read, after another database was put in its place."""
    _devices.clear()
    _dialects.clear()
    _unmapped.clear()
    feed_standing.forget()


def _make_room(kept: dict[Sender, uuid.UUID] | dict[Sender, int] | set[Sender]) -> None:
    if len(kept) >= MOST_KNOWN:
        kept.clear()
