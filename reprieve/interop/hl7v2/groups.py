"""The groups of a message: each OBR with the observations under it, and the time they share."""

from __future__ import annotations

from dataclasses import dataclass, field

from reprieve.interop.hl7v2 import words
from reprieve.interop.hl7v2.parse import Hl7, Segment
from reprieve.interop.hl7v2.times import Clock, Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """An OBR (None for observations before the first) and its observations."""

    obr: Segment | None
    rows: tuple[Segment, ...]
    _times: dict[str, Moment | None] = field(default_factory=dict, repr=False, compare=False)

    @property
    def title(self) -> str:
        """The code and text of OBR-4 as one line of words."""
        return " ".join((self.obr.text(4, 1), self.obr.text(4, 2))) if self.obr else ""

    @property
    def of_alerts(self) -> bool:
        """True when OBR-4 says that the rows below are alerts."""
        return words.speaks_of(self.title, kind="alert_words")

    @property
    def of_settings(self) -> bool:
        """True when OBR-4 says that the rows below are settings or limits."""
        return words.speaks_of(self.title, kind="setting_words")

    def time(self, clock: Clock, *, row: Segment | None = None) -> Moment | None:
        """Return when a row was measured: OBX-14, OBR-7, OBR-14, MSH-7, the first usable."""
        own = row.raw(14) if row is not None else ""
        if own not in self._times:
            self._times[own] = self._found(clock, row if own else None)
        return self._times[own]

    def _found(self, clock: Clock, row: Segment | None) -> Moment | None:
        own = [("OBX-14", row.text(14))] if row is not None else []
        shared = [("OBR-7", self.obr.text(7)), ("OBR-14", self.obr.text(14))] if self.obr else []
        return clock.first_of(*own, *shared, ("MSH-7", clock.header))


def groups(message: Hl7) -> tuple[Group, ...]:
    """Split a message into its groups, in order."""
    found: list[tuple[Segment | None, list[Segment]]] = [(None, [])]
    for segment in message.segments:
        if segment.name == "OBR":
            found.append((segment, []))
        elif segment.name == "OBX":
            found[-1][1].append(segment)
    return tuple(Group(obr=obr, rows=tuple(rows)) for obr, rows in found if obr or rows)
