"""The forms that are due some weeks after a series: a link for each week, sent and in the diary."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from types import MappingProxyType

from reprieve.pathway import links, messages
from reprieve.pathway.permissions import Actor
from reprieve.records.models import PatientLink
from reprieve.records.queries import questionnaires, reminder_choices, treatments
from reprieve.records.queries.treatments import zone_of
from reprieve.scheduling.followups import InstrumentDue, instruments_due

FORMS = (links.WEEKS_SHORT, links.WEEKS_LONG)
_SETS: Mapping[frozenset[str], str] = MappingProxyType(
    {frozenset(links.WEEKS[name]): name for name in FORMS}
)


def ask(*, actor: Actor, patient: uuid.UUID, at: datetime) -> uuid.UUID | None:
    """This function will make the link of the week that is due, and send it, inside an act.

    Once a week of questions; not when they are answered already. It is good until the answers
    would no longer count for that week.
    """
    due = _unasked(actor.clinic, patient, at)
    if not due:
        return None
    last = datetime.combine(due[0].last + timedelta(days=1), time(), zone_of(actor.clinic))
    row = links.issue(
        actor=actor, at=at, patient=patient, form=_form(due), valid_until=last.astimezone(UTC)
    )
    way = links.way(clinic=actor.clinic, patient=patient)
    if way and reminder_choices.of(clinic=actor.clinic, patient=patient).wanted:
        messages.enqueue(
            clinic=actor.clinic, template=messages.FORMS, patient=patient, channel=way, at=at,
            params={"path": links.address(row), "expires_at": row.valid_until.isoformat()},
        )  # fmt: skip
    return row.pk


def is_due(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> bool:
    """This function will tell whether there is a week's link to make."""
    return bool(_unasked(clinic, patient, at))


def overdue(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[InstrumentDue]:
    """This function will list what was asked after the last series and never answered in time."""
    return _unanswered(clinic, patient, at, state="overdue")


def open_links(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[uuid.UUID]:
    """This function will list the links of due forms that wait for an answer."""
    rows = PatientLink.of(clinic).filter(
        patient_id=patient, form__in=FORMS, valid_from__lte=at, valid_until__gt=at,
        revoked_at__isnull=True, submitted_key__isnull=True,
    )  # fmt: skip
    return list(rows.order_by("valid_from").values_list("pk", flat=True))


def _unasked(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[InstrumentDue]:
    due = _due(clinic, patient, at)
    return [] if due and _is_asked(clinic, patient, due[0].first) else due


def _due(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> list[InstrumentDue]:
    return _unanswered(clinic, patient, at, state="due")


def _unanswered(
    clinic: uuid.UUID, patient: uuid.UUID, at: datetime, *, state: str
) -> list[InstrumentDue]:
    given = treatments.treatments(clinic=clinic, patient=patient, at=at)
    if not given:
        return []
    today = at.astimezone(zone_of(clinic)).date()
    every = instruments_due(last_infusion=given[-1].course.last_infusion, at=today)
    due = [one for one in every if one.state == state]
    return [one for one in due if not _is_answered(clinic, patient, one)]


def _is_answered(clinic: uuid.UUID, patient: uuid.UUID, due: InstrumentDue) -> bool:
    zone = zone_of(clinic)
    told = questionnaires.completed(clinic=clinic, patient=patient, instrument=due.instrument)
    return any(due.first <= f.measured_at.astimezone(zone).date() <= due.last for f in told)


def _is_asked(clinic: uuid.UUID, patient: uuid.UUID, first: date) -> bool:
    since = datetime.combine(first, time(), zone_of(clinic))
    rows = PatientLink.of(clinic).filter(patient_id=patient, form__in=FORMS)
    return rows.filter(valid_from__gte=since).exists()


def _form(due: list[InstrumentDue]) -> str:
    """The set that asks what is due; one that asks more where some of it is answered already."""
    wanted = {one.instrument for one in due}
    return next(name for asked, name in _SETS.items() if wanted <= asked)
