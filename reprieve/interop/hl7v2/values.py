"""What is read from a monitor's message: plain values, one message each."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from reprieve.interop.hl7v2.times import Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Charted:
    """A measurement to be charted once its bed is linked.

    `value` is in `unit`, the signal's own; `source` tells cuff from artery, and the kinds of pulse
    and breathing apart. `flags` say what is odd about its time.
    """

    signal: str
    value: Decimal
    unit: str
    time: Moment
    source: str
    code: str
    flags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Parked:
    """Something that is not charted, and why.

    `kind` is for programs (see KINDS), `reason` for people; `signal` is known when the code is,
    so that a zero in a vital sign can raise its technical alarm.
    """

    code: str
    value: str
    reason: str
    kind: str
    signal: str | None = None
    time: Moment | None = None
    text: str = ""
    unit: str = ""


KINDS = (
    "unmapped",  # seen, and no dialect says what it is
    "conflict",  # code, text, unit and sub-id do not agree
    "no value",  # empty, withheld, or a type that holds no number
    "marker",  # a number that stands for "no value"
    "zero",  # a zero: the probe, not the patient
    "number",  # text where a number belongs
    "implausible",  # a number outside what is charted
    "unit",  # no unit, or one that does not measure this
    "no time",  # nothing in the message says when
    "repeated",  # a second reading of the same thing at the same time
    "wave",  # a curve, not a measurement
    "setting",  # a limit or setting of the monitor
    "alert",  # part of an alert of the monitor's own
    "training",  # test traffic
    "identity",  # more than one patient or bed in one message
    "rejected",  # the whole message was refused
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Alert:
    """The monitor's own alarm, shown beside ours; never a vital sign.

    `priority` high, medium, low, none or unknown; `kind` clinical, technical, advisory or unknown;
    `phase` and `state` as the monitor says them, empty when it does not.
    """

    code: str
    text: str
    priority: str
    kind: str
    phase: str = ""
    state: str = ""
    about: str = ""
    time: Moment | None = None

    @property
    def over(self) -> bool:
        """True when the monitor says that the condition has ended."""
        return self.phase == "end" or self.state == "inactive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reject:
    """Why a message is refused: `level` "E" (its content) or "R" (what it is)."""

    level: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """What an answer needs of a message's MSH, each field as it stands, escapes included."""

    separators: str
    codec: str
    application: str
    facility: str
    receiving_application: str
    receiving_facility: str
    trigger: str
    control: str
    processing: str
    version: str
    charset: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message as read. Patient and bed are what it says, matched with nobody.

    `ack` is the code that is due once the message is stored (or at once when it is refused);
    None when none is due. `bed` is the bed's label, `location` the whole of PV1-3, since labels
    repeat between wards. `dialect` and `dialect_version` say whose table was used.
    """

    header: Header
    control_id: str | None
    type: str
    trigger: str
    version: str
    ack: str | None
    sender: str
    device: str | None
    patient_ids: tuple[str, ...]
    bed: str | None
    location: str | None
    time: Moment | None
    training: bool
    watchdog: bool
    charted: tuple[Charted, ...]
    parked: tuple[Parked, ...]
    alerts: tuple[Alert, ...]
    reject: Reject | None
    dialect: str | None
    dialect_version: str | None
