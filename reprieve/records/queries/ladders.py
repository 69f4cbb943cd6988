"""When the clinic's ladder of boosters would put the next one, from what was given and held."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from reprieve.outcomes.baseline import Baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.relapse import judge, relapse
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.weeks import weeks
from reprieve.records.queries import booking_plan, response, settings, treatments
from reprieve.records.queries.treatments import Treatment, zone_of
from reprieve.scheduling import boosters, own_ladder
from reprieve.scheduling.boosters import Due, Given, Held, Ladder

LADDER = "booster.ladder"
USUAL = "crps-practice"
HELD: dict[str, Held] = {"relapsed": "no", "censored": "yes"}
FADES: dict[str, Held] = {"yes": "no", "no": "yes", "unknown": "unknown"}


def in_force(*, clinic: uuid.UUID, at: datetime) -> Ladder:
    """This function will return the clinic's own ladder, a shipped one it named, or the usual."""
    return read(settings.value(clinic=clinic, key=LADDER, at=at))


def read(kept: Mapping[str, Any] | str | None) -> Ladder:
    """This function will read a ladder from its setting: a shipped one's name, or its own steps."""
    if isinstance(kept, Mapping) and kept:
        return own_ladder.read(kept)
    return boosters.ladder(kept if isinstance(kept, str) else USUAL)


def next_due(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Due | None:
    """This function will say when the ladder would put the next booster, None before a series.

    It proposes spacing only: a booster follows from observed fading and a physician's decision.
    """
    story = response.story(clinic=clinic, patient=patient, at=at)
    found = story.response
    series = [t for t in story.treatments if not t.is_booster]
    if found is None or not series:
        return None
    last_series = series[-1]
    after = [t for t in story.treatments if t.course.started_at > last_series.course.started_at]
    return boosters.next_due(
        ladder=in_force(clinic=clinic, at=at), series_ended=last_series.course.last_infusion,
        given=_given(last_series, after, found.baseline, story.entries, story.rules),
        holds=FADES[found.fading.answer], fading_since=found.fading.since,
        at=at.astimezone(zone_of(clinic)).date(),
    )  # fmt: skip


def earliest(
    *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, plan: uuid.UUID | None = None
) -> date | None:
    """This function will give the first day that keeps the ladder's shortest gap to the last
    infusion, None before any.

    The sessions of a booster follow each other as its plan says: with `plan`, what was given
    under it does not count while it has sessions left.
    """
    given = treatments.infusions(clinic=clinic, patient=patient, at=at)
    own = booking_plan.one(clinic=clinic, plan=plan) if plan is not None else None
    if own is not None and sum(one.plan == own.id for one in given) < own.sessions:
        given = [one for one in given if one.plan != own.id]
    if not given:
        return None
    return boosters.earliest(ladder=in_force(clinic=clinic, at=at), last=given[-1].day)


def _given(
    series: Treatment, after: Sequence[Treatment], base: Baseline,
    entries: Sequence[DiaryEntry], rules: Rules,
) -> list[Given]:  # fmt: skip
    """Each booster with whether relief had held since the course before it."""
    before = [series, *after]
    return [
        Given(day=one.course.last_infusion, held=_held(before[n], base, entries, rules))
        for n, one in enumerate(after)
    ]


def _held(one: Treatment, base: Baseline, entries: Sequence[DiaryEntry], rules: Rules) -> Held:
    end = one.course.follow_up_ends
    assert end is not None  # a later course ended this one's follow-up
    found = weeks(course=one.course, baseline=base, diary=entries, at=end, rules=rules)
    judged = judge(found, opioid_baseline=base.exact_opioid, rules=rules)
    status = relapse(judged, last_infusion=one.course.last_infusion, rules=rules).status
    return HELD.get(status, "unknown")
