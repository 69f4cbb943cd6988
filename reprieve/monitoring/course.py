"""The course of one infusion: rates, boluses and milligrams given, folded from its acts.

Amounts are integer micrograms and milliseconds, so that the sum is exact. What was given is
rounded up: toward safety where a ceiling is compared with it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import zip_longest

MS_PER_H = 3_600_000
# Acts that stop the drug: the rate is nought from then on.
STOPPING = frozenset(
    {"paused", "stopped", "ended", "patient_left", "transferred", "pump_fault", "infiltrated"}
)
SETTING = frozenset({"started", "rate", "resumed", "restarted"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """One act of the stream. `id` names it, `corrects` the act that it stands for instead."""

    id: str
    kind: str
    at_ms: int
    recorded_ms: int
    rate_ug_per_h: int | None = None
    dose_ug: int | None = None
    corrects: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """One unbroken rate. `end_ms` is None while it still runs."""

    start_ms: int
    end_ms: int | None
    rate_ug_per_h: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Bolus:
    """One amount pushed at once."""

    at_ms: int
    dose_ug: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """What was given, when, and how it stands now."""

    segments: tuple[Segment, ...]
    boluses: tuple[Bolus, ...]
    not_given_ug: int
    rate_ug_per_h: int
    started_ms: int | None
    ended_ms: int | None

    def given_ug(self, until_ms: int) -> int:
        """This function will return the micrograms given IV up to a moment, rounded up."""
        total = self.between_ug(0, until_ms) - self.not_given_ug
        return max(0, total)

    def rate_ug_per_h_at(self, at_ms: int) -> int:
        """This function will return the rate that ran at a moment, nought when none did."""
        return next((s.rate_ug_per_h for s in self.segments if _covers(s, at_ms)), 0)

    def between_ug(self, from_ms: int, until_ms: int) -> int:
        """This function will return the micrograms that left the pump in a window, rounded up."""
        run = sum(s.rate_ug_per_h * _overlap_ms(s, from_ms, until_ms) for s in self.segments)
        pushed = sum(b.dose_ug for b in self.boluses if from_ms <= b.at_ms <= until_ms)
        return -(-run // MS_PER_H) + pushed


def until(acts: Sequence[Act], at_ms: int) -> Course:
    """This function will fold what had happened by a moment, corrections taken in."""
    return course(act for act in standing(acts) if act.at_ms <= at_ms)


def course(acts: Iterable[Act]) -> Course:
    """This function will fold a stream of acts, in any order, into the course of the infusion.

    A corrected act counts as its correction says. Acts at the same moment keep the order in
    which they were recorded.
    """
    stream = standing(list(acts))
    changes = [(a.at_ms, _rate_after(a)) for a in stream]
    steps = [(at, rate) for at, rate in changes if rate is not None]
    return Course(
        segments=tuple(_segments(steps)),
        boluses=tuple(
            Bolus(at_ms=a.at_ms, dose_ug=a.dose_ug)
            for a in stream
            if a.kind == "bolus" and a.dose_ug
        ),
        not_given_ug=sum(a.dose_ug or 0 for a in stream if a.kind == "infiltrated"),
        rate_ug_per_h=steps[-1][1] if steps else 0,
        started_ms=next((a.at_ms for a in stream if a.kind == "started"), None),
        ended_ms=next((a.at_ms for a in reversed(stream) if a.kind in _FINAL), None),
    )


_FINAL = frozenset({"ended", "patient_left", "transferred"})


def standing(acts: Sequence[Act]) -> list[Act]:
    """This function will leave out what a correction stands for, and sort the rest by time."""
    replaced = {a.corrects for a in acts if a.corrects}
    kept = [a for a in acts if a.id not in replaced]
    return sorted(kept, key=lambda a: (a.at_ms, a.recorded_ms, a.id))


def _rate_after(act: Act) -> int | None:
    if act.kind in STOPPING:
        return 0
    return act.rate_ug_per_h if act.kind in SETTING else None


def _segments(steps: Sequence[tuple[int, int]]) -> Iterable[Segment]:
    ends = [at for at, _ in steps[1:]]
    for (start, rate), end in zip_longest(steps, ends):
        if rate > 0 and start != end:
            yield Segment(start_ms=start, end_ms=end, rate_ug_per_h=rate)


def _covers(segment: Segment, at_ms: int) -> bool:
    return segment.start_ms <= at_ms and (segment.end_ms is None or at_ms < segment.end_ms)


def _overlap_ms(segment: Segment, from_ms: int, until_ms: int) -> int:
    end = until_ms if segment.end_ms is None else min(segment.end_ms, until_ms)
    return max(0, end - max(segment.start_ms, from_ms))
