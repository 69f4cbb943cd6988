"""One infusion's record as paper shows it: what people did whole, the monitor's values thinned."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from reprieve.clinical.regimens import regimens
from reprieve.monitoring.course import Course
from reprieve.records import frame_arrays, frame_marks, instants, notes
from reprieve.records.frame_arrays import Point
from reprieve.records.frame_marks import Doubt
from reprieve.records.models import Chair, DeviceAssociation, Encounter, Observation, Practitioner
from reprieve.records.queries import bags, charts, courses, gate_people, live, offline, overrides
from reprieve.records.queries.bags import BagView
from reprieve.records.queries.charts import Chart, Value
from reprieve.records.queries.offline import OfflineView
from reprieve.records.queries.overrides import OverrideView

CELL_MS = 300_000
# Who was named at the gate, kept by their ids.
PEOPLE = gate_people.PEOPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Correction:
    """A typed value struck through: what stood, what stands now (None: nothing), who, when, why."""

    signal: str
    was: Any
    now: Any
    at_ms: int
    corrected_ms: int
    by: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A monitor that spoke for this visit; `until_ms` None: it still does."""

    monitor: str
    from_ms: int
    until_ms: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Printed:
    """The record for paper. `points`: the monitor's values, one for each five minutes.

    `charted` is what belongs on the time axis, `told` the other values typed at this visit.
    """

    chart: Chart
    chair_name: str
    course: Course
    points: dict[str, list[Point]]
    doubts: tuple[Doubt, ...]
    charted: tuple[Value, ...]
    told: tuple[Value, ...]
    corrections: tuple[Correction, ...]
    bags: tuple[BagView, ...]
    links: tuple[Link, ...]
    regimen: str
    recorded_at: datetime
    offline: tuple[OfflineView, ...] = ()
    overridden: tuple[OverrideView, ...] = ()


def record(*, clinic: uuid.UUID, encounter: uuid.UUID) -> Printed | None:
    """This function will return what a printed record holds, or None when there is no infusion."""
    chart = charts.told(clinic=clinic, encounter=encounter)
    if chart is None:
        return None
    visit = Encounter.of(clinic).select_related("plan").get(pk=encounter)
    found = frame_arrays.read(charts.links(clinic=clinic, encounter=encounter))
    regimen = regimens().get(visit.plan.regimen) if visit.plan else None
    return Printed(
        chart=chart,
        chair_name=_chair_name(clinic, chart.chair),
        course=courses.of(clinic=clinic, encounter=encounter),
        points=frame_arrays.thinned(
            found.only(frame_marks.preferred(found)), every_ms=CELL_MS
        ),
        doubts=tuple(frame_marks.doubts(found, every_ms=CELL_MS)),
        charted=tuple(v for v in chart.values if v.signal in live.CHARTED),
        told=tuple(_named(clinic, chart)),
        corrections=_corrections(clinic, encounter),
        bags=tuple(bags.every(clinic=clinic, encounter=encounter)),
        links=_links(clinic, encounter),
        regimen=regimen.name if regimen else "",
        recorded_at=visit.recorded_at,
        offline=offline.of_encounter(clinic=clinic, encounter=encounter),
        overridden=tuple(overrides.of_visit(clinic=clinic, encounter=encounter)),
    )


def _named(clinic: uuid.UUID, chart: Chart) -> list[Value]:
    """What is not on the time axis; a member of staff by name."""
    names = {str(pk): name for pk, name in Practitioner.of(clinic).values_list("id", "name")}
    return [
        replace(v, value=names.get(str(v.value), v.value)) if v.signal in PEOPLE else v
        for v in chart.values
        if v.signal not in live.CHARTED
    ]


def _chair_name(clinic: uuid.UUID, chair: uuid.UUID | None) -> str:
    return Chair.of(clinic).get(pk=chair).name if chair else ""


def _links(clinic: uuid.UUID, encounter: uuid.UUID) -> tuple[Link, ...]:
    rows = DeviceAssociation.objects.filter(clinic_id=clinic, encounter_id=encounter)
    return tuple(
        Link(
            monitor=" ".join(filter(None, (row.device.sender, row.device.bed))),
            from_ms=row.from_ms, until_ms=row.until_ms,
        )
        for row in rows.select_related("device").order_by("from_ms")
    )  # fmt: skip


def _corrections(clinic: uuid.UUID, encounter: uuid.UUID) -> tuple[Correction, ...]:
    names: charts.Names = dict(Practitioner.of(clinic).values_list("id", "name"))
    rows = Observation.of(clinic).filter(encounter_id=encounter, corrects__isnull=False)
    return tuple(
        Correction(
            signal=row.code, was=row.corrects.value, now=row.value,
            at_ms=instants.ms(row.measured_at),
            corrected_ms=instants.ms(row.recorded_at),
            by=names.get(row.by_id, ""), why=notes.read(row.note),
        )
        for row in rows.select_related("corrects", "note").order_by("recorded_at", "id")
    )  # fmt: skip
