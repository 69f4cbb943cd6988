"""Once a day somebody looks at every course of care: nothing drops between two steps in silence.

What is found becomes work with an owner and a deadline, once; what has been settled meanwhile ends
by itself.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.pathway import (
    clock,
    closed_days,
    forecast_proposing,
    not_come,
    overdue_answers,
    stalled,
    tests_due,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.one_by_one import OneByOne
from reprieve.pathway.permissions import system
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import Act, EpisodeOfCare, WorkItem
from reprieve.records.queries import clinics
from reprieve.records.queries.treatments import zone_of

ACT = "work.review"
LOOKS = (stalled, overdue_answers, tests_due, closed_days, not_come, forecast_proposing)


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the look at one patient found to open, and which kinds are settled."""

    opens: tuple[Wanted, ...]
    ends: tuple[str, ...]


def review_every_clinic() -> int:
    """This function will look at all courses of care, each clinic by its own clock."""
    return sum(review_all(clinic=one.id, at=clock.now(one.id)) for one in clinics.clinics())


def review_all(*, clinic: uuid.UUID, at: datetime) -> int:
    """This function will look at every open course once a day; returns for how many it did work.

    What is wrong with one patient's records never stops the others: it is raised after the last.
    It reads first and writes little.
    """
    day = at.astimezone(zone_of(clinic)).date().isoformat()
    mark = uuid.uuid5(clinic, f"work {day}")
    if Act.objects.filter(pk=mark).exists():
        return 0
    count, looks = 0, OneByOne()
    for episode in EpisodeOfCare.of(clinic).exclude(state="closed").order_by("id"):
        with looks.turn():
            count += _review(episode, at, uid=uuid.uuid5(episode.pk, f"work {day}"))
    actor = system(clinic, "jobs")
    perform(
        ACT, actor=actor, uid=mark, at=at,
        work=lambda: Done(subject_kind="clinic", subject=clinic, detail={"count": count}),
    )  # fmt: skip
    looks.tell(ACT)
    return count


def _review(episode: EpisodeOfCare, at: datetime, *, uid: uuid.UUID) -> bool:
    news = look(episode, at)
    if not news.opens and not news.ends:
        return False
    actor = system(episode.clinic_id, "jobs")
    patient = episode.patient_id

    def work() -> Done:
        news = look(episode, at)  # anew: somebody may have settled it since it was read
        for one in news.opens:
            worklist.open_once(
                actor=actor, at=at, kind=one.kind, owner_role=one.owner_role, due_at=one.due_at,
                patient=patient, text=one.text,
            )  # fmt: skip
        for kind in news.ends:
            worklist.finish_within(actor=actor, at=at, kind=kind, patient=patient)
        return Done(
            subject_kind="episode", subject=episode.pk,
            detail={"opens": [one.kind for one in news.opens], "ends": list(news.ends)},
        )  # fmt: skip

    perform(ACT, actor=actor, uid=uid, at=at, work=work)
    return True


def look(episode: EpisodeOfCare, at: datetime) -> News:
    """This function will compare what should wait for a patient with what does."""
    rows = WorkItem.of(episode.clinic_id).filter(
        patient_id=episode.patient_id, state__in=worklist.OPEN
    )
    known = set(rows.values_list("kind", flat=True))
    wanted = [one for found in LOOKS for one in found.look(episode, at) if one.kind not in known]
    ends = [
        kind
        for found in LOOKS
        for kind in sorted(known & found.ENDS)
        if not found.is_true(kind, episode, at)
    ]
    return News(opens=tuple(wanted), ends=tuple(ends))
