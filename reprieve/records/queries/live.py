"""One running infusion as its screen shows it: what people did, what was measured, what is due."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from reprieve.monitoring import timeline
from reprieve.monitoring.alarm_state import State
from reprieve.monitoring.course import Course
from reprieve.monitoring.schedule import Due, Run, identical_runs
from reprieve.monitoring.vitals import Reading, scores, signals
from reprieve.records import frame_arrays, frame_marks
from reprieve.records.frame_arrays import Point
from reprieve.records.frame_marks import Doubt
from reprieve.records.models import Chair, DeviceAssociation, InfusionState, ParkedMessage
from reprieve.records.queries import charts, courses, offline, schedules
from reprieve.records.queries.charts import Chart, Value
from reprieve.records.queries.offline import OfflineView

# A grid is at most so many points wide: more than a screen has.
MOST_ROWS = 720
TABLE_EVERY_MS = 300_000
ALERTS_SHOWN_MS = 120_000
# Typed beside vital signs and sedation: what the patient says from 0 to 10, and oxygen in L/min.
COMFORT = ("pain", "dissociation", "nausea", "anxiety", "o2_l_per_min")
# What stands on the time axis; facts of the visit (weight, line) are no values of it.
CHARTED = frozenset({*signals(), *scores(), *COMFORT})


@dataclass(frozen=True, slots=True, kw_only=True)
class Head:
    """Everything of one infusion but the device's values."""

    chart: Chart
    chair_name: str
    course: Course
    alarms: State
    typed: tuple[Value, ...]
    due: tuple[Due, ...]
    runs: tuple[Run, ...]
    alerts: tuple[str, ...]
    monitor: str
    offline: tuple[OfflineView, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Feed:
    """Device values for the grid. `frame` is the cursor for what comes later.

    `beside`: values of a lesser source while a better one spoke; `doubts`: probably not the
    patient. Both are kept raw.
    """

    points: dict[str, list[Point]]
    beside: dict[str, list[Point]]
    doubts: list[Doubt]
    frame: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """The grid as rows of five minutes, with what stands beside them and what is doubtful."""

    rows: tuple[timeline.Row, ...]
    beside: dict[str, list[Point]]
    doubts: list[Doubt]


def head(*, clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> Head | None:
    """This function will return what an infusion's screen shows beside the device's values."""
    found = charts.acts(clinic=clinic, encounter=encounter)
    if found is None:
        return None
    told = tuple(_charted(clinic, encounter))
    stored = found.alarm_state
    return Head(
        chart=found,
        chair_name=_chair_name(clinic, found.chair),
        course=courses.of(clinic=clinic, encounter=encounter),
        alarms=State.from_json(stored) if stored else State(),
        typed=told,
        due=schedules.due(clinic=clinic, encounter=encounter, at_ms=at_ms),
        runs=_runs(told),
        alerts=_alerts(clinic, encounter, at_ms),
        monitor=_monitor(clinic, encounter),
        offline=offline.of_encounter(clinic=clinic, encounter=encounter),
    )


def _chair_name(clinic: uuid.UUID, chair: uuid.UUID | None) -> str:
    if chair is None:
        return ""
    return Chair.of(clinic).values_list("name", flat=True).get(pk=chair)


def _charted(clinic: uuid.UUID, encounter: uuid.UUID) -> list[Value]:
    """What was typed on the chart."""
    return [v for v in charts.typed(clinic=clinic, encounter=encounter) if v.signal in CHARTED]


def patient_of(*, clinic: uuid.UUID, encounter: uuid.UUID) -> uuid.UUID | None:
    """This function will tell whose infusion it is, None when it is none of this clinic's."""
    rows = InfusionState.of(clinic).filter(encounter_id=encounter)
    return rows.values_list("patient_id", flat=True).first()


# What a person rates in the chair; the facts of the gate are no part of the grid.
CHARTED_SCORES = frozenset({*COMFORT, *scores()})


def feed(
    *, clinic: uuid.UUID, encounter: uuid.UUID, after: int = 0, stretch_ms: int | None = None
) -> Feed:
    """This function will return device values: all thinned, or those of frames after a cursor.

    Without `stretch_ms` they are thinned to what a screen can draw.
    """
    numbers = charts.links(clinic=clinic, encounter=encounter)
    new = frame_arrays.read(numbers, after_id=after)
    found = new
    if after and len(new):
        from_ms = int(new.at_ms.min()) - frame_marks.AROUND_MS
        found = frame_arrays.read_since(numbers, from_ms=from_ms)
    every_ms = stretch_ms or (1 if after else _stretch_ms(found))
    drawn, is_new = frame_marks.preferred(found), found.frame > after
    return Feed(
        points=frame_arrays.thinned(found.only(drawn & is_new), every_ms=every_ms),
        beside=frame_arrays.thinned(found.only(~drawn & is_new), every_ms=every_ms),
        doubts=frame_marks.doubts(found, every_ms=every_ms),
        frame=new.last_id,
    )


def table(
    *, clinic: uuid.UUID, encounter: uuid.UUID, marks: Sequence[timeline.Happening] = ()
) -> Table:
    """This function will return the rows of the grid's table: one for each five minutes.

    `marks`: what stands beside the values, in finished words.
    """
    sent = feed(clinic=clinic, encounter=encounter, stretch_ms=TABLE_EVERY_MS)
    told = _charted(clinic, encounter)
    rows = timeline.rows(
        [*_thinned_readings(sent), *_readings(told)],
        rates=_rates(courses.of(clinic=clinic, encounter=encounter)),
        events=marks,
        scores=[
            timeline.Happening(at_ms=v.at_ms, what=v.signal, value=float(v.value), id=v.id)
            for v in told
            if v.signal in CHARTED_SCORES and not v.corrected and v.value is not None
        ],
        every_ms=TABLE_EVERY_MS,
    )  # fmt: skip
    return Table(rows=rows, beside=sent.beside, doubts=sent.doubts)


def _stretch_ms(found: frame_arrays.Readings) -> int:
    if not len(found):
        return 1000
    return timeline.stretch_ms(
        from_ms=int(found.at_ms.min()), to_ms=int(found.at_ms.max()), most_rows=MOST_ROWS
    )


def _thinned_readings(sent: Feed) -> list[Reading]:
    """Both extremes and the last value of each row, the last one last: a cell shows it first."""
    return [
        Reading(signal=name, value=value, at_ms=at_ms, recorded_ms=at_ms)
        for name, row in sent.points.items()
        for point in row
        for at_ms, value in _of_the_row(point)
    ]


def _of_the_row(point: Point) -> Iterator[tuple[int, float]]:
    begins = point.at_ms - point.at_ms % TABLE_EVERY_MS
    for value in {point.low, point.high} - {point.last}:
        yield begins, value
    yield point.at_ms, point.last


def _readings(told: list[Value]) -> list[Reading]:
    known = {*signals()}
    return [
        Reading(
            signal=v.signal, value=float(v.value), at_ms=v.at_ms, recorded_ms=v.recorded_ms,
            source="hand",
        )
        for v in told
        if v.signal in known and not v.corrected and v.value is not None
    ]  # fmt: skip


def _runs(told: tuple[Value, ...]) -> tuple[Run, ...]:
    return identical_runs(
        Reading(
            signal=v.signal, value=float(v.value), at_ms=v.at_ms, recorded_ms=v.recorded_ms,
            source="hand",
        )
        for v in told
        if v.signal in {*signals(), *scores()} and not v.corrected and v.value is not None
    )  # fmt: skip


def _rates(course: Course) -> list[timeline.RateSegment]:
    from decimal import Decimal

    return [
        timeline.RateSegment(
            from_ms=s.start_ms, to_ms=s.end_ms, rate_mg_per_h=Decimal(s.rate_ug_per_h) / 1000
        )
        for s in course.segments
    ]


def _monitor(clinic: uuid.UUID, encounter: uuid.UUID) -> str:
    link = _open_link(clinic, encounter)
    return "" if link is None else " ".join(filter(None, (link.device.sender, link.device.bed)))


def _alerts(clinic: uuid.UUID, encounter: uuid.UUID, at_ms: int) -> tuple[str, ...]:
    """The monitor's own alarms of the last two minutes, newest first, each once."""
    link = _open_link(clinic, encounter)
    if link is None:
        return ()
    rows = ParkedMessage.objects.filter(
        clinic_id=clinic, kind="alert", sender=link.device.sender, bed=link.device.bed,
        received_ms__gte=max(link.from_ms, at_ms - ALERTS_SHOWN_MS),
    )  # fmt: skip
    said = rows.order_by("-received_ms").values_list("reason", flat=True)
    return tuple(dict.fromkeys(said))


def _open_link(clinic: uuid.UUID, encounter: uuid.UUID) -> DeviceAssociation | None:
    return (
        DeviceAssociation.objects.filter(
            clinic_id=clinic, encounter_id=encounter, until_ms__isnull=True
        )
        .select_related("device")
        .order_by("-from_ms")
        .first()
    )
