"""What the gateway hands over: messages of monitors, mapped but matched with nobody."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One reading as mapped. `at_ms` None: the message holds no usable time."""

    signal: str
    value: Decimal
    at_ms: int | None
    source: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NotCharted:
    """Something in a message that is no measurement, and why."""

    code: str
    value: str
    reason: str
    kind: str
    signal: str | None = None
    at_ms: int | None = None

    @property
    def is_telling(self) -> bool:
        """A zero or a withheld value of a vital sign is a technical alarm, never a measurement."""
        return self.signal is not None and self.kind in {"zero", "no value", "marker"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedMessage:
    """One message of one monitor, mapped but matched with nobody."""

    raw: bytes
    received_ms: int
    sender: str
    bed: str = ""
    patient_ids: tuple[str, ...] = ()
    readings: tuple[Sent, ...] = ()
    not_charted: tuple[NotCharted, ...] = ()
    alerts: tuple[dict[str, str], ...] = ()
    training: bool = False
    rejected: str = ""
    dialect: str = ""
    dialect_sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """A message that fits nobody, for its minute: its values packed, and what names the minute."""

    message: FeedMessage
    kind: str
    reason: str
    minute: str
    measured_ms: int
    content_key: int
    signals: bytes
