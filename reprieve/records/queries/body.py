"""Where a patient hurts, by the newest form that asked it area by area."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.clinical.body_areas import areas_of, maps
from reprieve.records.queries import questionnaires


@dataclass(frozen=True, slots=True, kw_only=True)
class PainMap:
    """The areas that hurt, in the form's order; an empty tuple says that nothing hurts."""

    instrument: str
    areas: tuple[str, ...]
    asked: tuple[str, ...]
    at: datetime
    mode: str


def newest(
    *, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None
) -> PainMap | None:
    """This function will return the newest finished map, None where nobody drew one."""
    found = [
        questionnaires.newest(clinic=clinic, patient=patient, instrument=name, as_of=as_of)
        for name in maps()
    ]
    drawn = [view for view in found if view is not None]
    if not drawn:
        return None
    last = max(drawn, key=lambda view: (view.measured_at, view.recorded_at))
    asked = areas_of(last.instrument)
    return PainMap(
        instrument=last.instrument, asked=asked, at=last.measured_at, mode=last.mode,
        areas=tuple(name for name in asked if last.answers.get(name) == 1),
    )  # fmt: skip
