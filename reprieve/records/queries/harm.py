"""Side effects across visits: what waits for a physician's judgement, and how often they come."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from django.db.models import QuerySet, Sum

from reprieve.clinical import harm_grades
from reprieve.monitoring.course import Act
from reprieve.records import notes
from reprieve.records.models import AdverseEvent, InfusionState, LedgerEntry, Practitioner
from reprieve.records.models.infusion import ENTERED_IN_ERROR
from reprieve.records.queries import charts, courses


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmView:
    """A side effect as it stands now, with its judgement where there is one.

    `asked_anew`: it stands for one on which a physician's "no further infusion" rests, or takes
    back one that a physician judged, or what was made of it. `retracted`: it is said not to have
    happened; until a physician agrees, a heavy one waits as before. `charted_grade` and
    `charted_note` are then those of the entry that it takes back.
    """

    id: uuid.UUID
    patient: uuid.UUID
    encounter: uuid.UUID | None
    term: str
    grade: int
    onset: datetime
    ended: datetime | None
    rate_ug_per_h: int | None
    given_ug: int | None
    action: str
    outcome: str
    serious: bool
    criteria: tuple[str, ...]
    relatedness: str
    expected: bool | None
    device_fault: bool | None
    note: str
    by: str
    recorded_at: datetime
    lots: tuple[str, ...]
    asked_anew: bool = False
    retracted: bool = False
    charted_grade: int | None = None
    charted_note: str = ""

    @property
    def waits(self) -> bool:
        """Whether a physician must still judge it."""
        heavy = harm_grades.needs_review(grade=self.grade, serious=self.serious)
        return (heavy or self.asked_anew) and not self.relatedness


@dataclass(frozen=True, slots=True, kw_only=True)
class Tally:
    """How many events of each term there were, and out of how many infusions."""

    infusions: int
    events: tuple[tuple[str, int], ...]
    serious: int


def one(*, clinic: uuid.UUID, event: uuid.UUID) -> HarmView | None:
    """This function will return one side effect that no correction stands for.

    Also one that is said not to have happened: a physician judges that.
    """
    return next(iter(_views(AdverseEvent.of(clinic).filter(pk=event))), None)


def newest(*, clinic: uuid.UUID, event: uuid.UUID) -> uuid.UUID:
    """This function will return the entry that stands now for one, which may be itself."""
    rows = AdverseEvent.of(clinic).filter(corrects__isnull=False)
    while after := rows.filter(corrects=event).values_list("pk", flat=True).first():
        event = after
    return event


def between(*, clinic: uuid.UUID, start: datetime, end: datetime) -> list[HarmView]:
    """This function will list the side effects that began in a time, the newest first."""
    rows = AdverseEvent.of(clinic).filter(onset_ms__gte=_ms(start), onset_ms__lt=_ms(end))
    return _views(rows.exclude(outcome=ENTERED_IN_ERROR))


def retracted(*, clinic: uuid.UUID, start: datetime, end: datetime) -> list[HarmView]:
    """This function will list what is said not to have happened and no physician agreed to."""
    rows = AdverseEvent.of(clinic).filter(onset_ms__gte=_ms(start), onset_ms__lt=_ms(end))
    return _views(rows.filter(outcome=ENTERED_IN_ERROR, relatedness__isnull=True))


def of_patient(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[HarmView]:
    """This function will list a patient's side effects as they stand now, the newest first."""
    return [one for one in undecided(clinic=clinic, patient=patient) if not one.retracted]


def undecided(*, clinic: uuid.UUID, patient: uuid.UUID) -> list[HarmView]:
    """This function will list a patient's side effects, also those that are said not to have been.

    One to which a physician agreed is left out: it is decided that it did not happen.
    """
    found = _views(AdverseEvent.of(clinic).filter(patient_id=patient))
    return [one for one in found if not (one.retracted and one.relatedness)]


def of_visit(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[HarmView]:
    """This function will list a visit's side effects as they stand now, the newest first."""
    rows = AdverseEvent.of(clinic).filter(encounter_id=encounter)
    return _views(rows.exclude(outcome=ENTERED_IN_ERROR))


def waiting(*, clinic: uuid.UUID) -> list[HarmView]:
    """This function will list the heavy side effects that nobody has judged, the newest first."""
    heavy = AdverseEvent.of(clinic).filter(relatedness__isnull=True)
    return [view for view in _views(heavy) if view.waits]


def tally(*, clinic: uuid.UUID, start: datetime, end: datetime) -> Tally:
    """This function will count side effects by term, with the infusions started in the time."""
    found = between(clinic=clinic, start=start, end=end)
    infusions = InfusionState.of(clinic).filter(
        started_ms__gte=_ms(start), started_ms__lt=_ms(end)
    )
    return Tally(
        infusions=infusions.count(), serious=sum(view.serious for view in found),
        events=tuple(Counter(view.term for view in found).most_common()),
    )  # fmt: skip


def _ms(at: datetime) -> int:
    return round(at.timestamp() * 1000)


def _at(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


def _views(rows: QuerySet[AdverseEvent]) -> list[HarmView]:
    valid = rows.filter(corrections__isnull=True).select_related("note", "corrects")
    found = list(valid.order_by("-onset_ms", "id"))
    if not found:
        return []
    clinic = found[0].clinic_id
    names = dict(Practitioner.of(clinic).values_list("id", "name"))
    visits = [row.encounter_id for row in found if row.encounter_id is not None]
    acts = courses.acts_of_many(clinic=clinic, encounters=visits)
    return [
        _view(
            row, names.get(row.by_id, "") if row.by_id else "",
            acts[row.encounter_id] if row.encounter_id else [],
        )
        for row in found
    ]  # fmt: skip


def _view(row: AdverseEvent, by: str, acts: Sequence[Act]) -> HarmView:
    onset = _at(row.onset_ms)
    assert onset is not None  # the column is never empty
    then = charts.at_onset(row, acts)
    charted = _charted(row)
    return HarmView(
        id=row.pk, patient=row.patient_id, encounter=row.encounter_id, term=row.term,
        grade=row.grade, onset=onset, ended=_at(row.ended_ms),
        given_ug=then["given_ug_at_onset"], rate_ug_per_h=then["rate_ug_per_h_at_onset"],
        action=row.action, outcome=row.outcome,
        serious=row.serious, criteria=tuple(row.criteria or ()),
        relatedness=row.relatedness or "", expected=row.expected, device_fault=row.device_fault,
        note=notes.read(row.note), by=by, recorded_at=row.recorded_at,
        lots=_lots(row), retracted=row.retracts,
        asked_anew=row.retracts and row.was_judged,
        charted_grade=charted.grade if row.retracts else None,
        charted_note=notes.read(charted.note) if row.retracts else "",
    )  # fmt: skip


def _charted(row: AdverseEvent) -> AdverseEvent:
    """What an entry takes back, also one that stands for the word of somebody before."""
    while row.retracts:
        row = row.corrects
    return row


def _lots(row: AdverseEvent) -> tuple[str, ...]:
    """The lots that were drawn for the visit, by the ledger."""
    if row.encounter_id is None:
        return ()
    drawn = LedgerEntry.of(row.clinic_id).filter(
        encounter_id=row.encounter_id, kind__in=("drawn", "draw_reversed")
    )
    gave = drawn.values("vial__lot").annotate(left=Sum("change_ug")).filter(left__lt=0)
    return tuple(sorted(set(gave.values_list("vial__lot", flat=True))))
