"""Who opened a patient's record, for the patient: names of staff, days, and which page."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.db.models import TextField
from django.db.models.functions import Cast

from reprieve.records.models import AccessEntry, Practitioner

STAFF = "practitioner:"
NEWEST = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """One reading of the record. `name` is empty when it was the patient."""

    at: datetime
    name: str
    view: str


def of_patient(*, clinic: uuid.UUID, patient: uuid.UUID, newest: int = NEWEST) -> list[Opened]:
    """This function will list the readings that showed a patient, the newest first."""
    rows = AccessEntry.objects.filter(clinic_uid=clinic).annotate(
        ids=Cast("shown", TextField())
    )
    found = rows.filter(ids__contains=str(patient)).order_by("-at", "-id")[:newest]
    entries = list(found.values_list("at", "actor", "view"))
    names = _names(clinic, {actor for _at, actor, _view in entries})
    return [Opened(at=at, name=names.get(actor, ""), view=view) for at, actor, view in entries]


def _names(clinic: uuid.UUID, actors: set[str]) -> dict[str, str]:
    ids = {a: uuid.UUID(a.removeprefix(STAFF)) for a in actors if a.startswith(STAFF)}
    known = dict(Practitioner.of(clinic).filter(pk__in=ids.values()).values_list("id", "name"))
    return {actor: known.get(person, "") for actor, person in ids.items()}
