"""What can happen to the alarms of one infusion. Times are integer ms since the epoch, UTC."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.knowledge import BadValue
from reprieve.monitoring.limits import Priority
from reprieve.monitoring.vitals import Reading

SILENCE_MAX_S = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """Time has passed; nothing else happened."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Acknowledged:
    """A person has seen one alarm, named by its id."""

    at_ms: int
    by: str
    alarm_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Silenced:
    """A person stops the sound for some seconds. Raises BadValue outside 1 to 120 s."""

    at_ms: int
    by: str
    seconds: int

    def __post_init__(self) -> None:
        """Refuse a silence that is longer than any alarm may be silent."""
        if not 1 <= self.seconds <= SILENCE_MAX_S:
            raise BadValue("seconds", f"{self.seconds} is not 1 to {SILENCE_MAX_S}")


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsChanged:
    """The policy given with this step differs from the last one: limits, baseline, suspensions."""

    at_ms: int
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionRunning:
    """The drug has begun to run, or runs again after a pause."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class InfusionStopped:
    """The drug does not run any more: paused or ended."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLinked:
    """A monitor now belongs to this chair: from here on its silence is an alarm."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedUnlinked:
    """The chair goes on by hand: overdue observations are the alarm."""

    at_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationsDue:
    """When the next observation by hand falls due; None: nothing is expected by hand."""

    at_ms: int
    due_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """Something that is no signal needs a person: `about` names it, `says` what is wrong.

    With `lasts` it stays until `Ended`; without it the first answer ends it.
    """

    at_ms: int
    about: str
    says: str
    priority: Priority = "high"
    lasts: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """What `Raised` reported as lasting is over."""

    at_ms: int
    about: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Withdrawn:
    """A person struck a value through: what it alone had raised is over."""

    at_ms: int
    signal: str
    taken_ms: int


Event = (
    Reading
    | Tick
    | Acknowledged
    | Silenced
    | LimitsChanged
    | InfusionRunning
    | InfusionStopped
    | FeedLinked
    | FeedUnlinked
    | ObservationsDue
    | Raised
    | Ended
    | Withdrawn
)
