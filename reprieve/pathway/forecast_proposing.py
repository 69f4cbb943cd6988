"""The kept forecast may propose a review, and nothing else: no dose, no booster, no booking.

It reads the night's forecasts (`forecast_keeping`) as they were kept and runs no model. One review
is proposed for a course of treatment: what a physician has answered is not asked again.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from reprieve.outcomes.forecasts import WEEK, Crossing, Said, compare, crossing, lost_above, record
from reprieve.outcomes.response import Response
from reprieve.pathway import forecast, worklist
from reprieve.pathway.forecast_review import KIND, is_seen_by, standing
from reprieve.pathway.permissions import PHYSICIAN
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import EpisodeOfCare
from reprieve.records.queries import forecasts, response, settings
from reprieve.records.queries.response import Story
from reprieve.records.queries.treatments import zone_of

AHEAD, USUAL_AHEAD_DAYS = "forecast.review_ahead_days", 28  # 0: none is proposed
STATES = ("follow_up", "maintenance")
ENDS = frozenset({KIND})
# A forecast counts for so long; the diary that it was learnt from has stopped since.
NEWS = timedelta(days=14)
# Defaults of this product, for the medical director to confirm: so soon somebody looks at it.
SOONEST, LATEST = timedelta(days=1), timedelta(days=7)


def look(episode: EpisodeOfCare, at: datetime) -> list[Wanted]:
    """This function will say whether the newest forecast proposes a review of a patient."""
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    if episode.state not in STATES or worklist.already_open(kind=KIND, **whose):
        return []
    expected = _expected(episode, at)
    if expected is None:
        return []
    due_at = _due(expected, episode, at)
    return [Wanted(kind=KIND, owner_role=PHYSICIAN, due_at=due_at, text=expected.text)]


def is_true(_kind: str, episode: EpisodeOfCare, at: datetime) -> bool:
    """This function will tell whether a review proposed before is still one to propose.

    It ends where the patient's own words or another infusion have overtaken the forecast. That
    the forecast has moved since does not end it: a person looks.
    """
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    if episode.state not in STATES or not _ahead(episode, at):
        return False
    expected = standing(**whose)
    if expected is None:
        return True
    story = response.story(at=at, only_pain=True, **whose)
    is_fresh = _holds(story, made=expected.made) is not None
    return is_fresh and not is_seen_by(day=expected.day, at=at, **whose)


def _expected(episode: EpisodeOfCare, at: datetime) -> Crossing | None:
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    ahead, said = _ahead(episode, at), forecasts.said(**whose)
    today = _today(episode, at)
    if not ahead or not said or said[-1].fits is not True or today - said[-1].made > NEWS:
        return None
    story = response.story(at=at, only_pain=True, **whose)
    held = _holds(story, made=said[-1].made)
    above = lost_above(held, rules=story.rules) if held else None
    found = crossing(said[-1], above=above) if above is not None else None
    if found is None or not today - WEEK < found.day <= today + ahead:
        return None
    since = story.treatments[-1].course.started_at
    if is_seen_by(day=found.day, at=at, **whose) or worklist.answered_since(
        kind=KIND, since=since, **whose
    ):
        return None
    return None if _is_unreliable(episode, said, story, today) else found


def _holds(story: Story, *, made: date) -> Response | None:
    """The response to the course that a forecast of a day was about, where its relief is not
    observed to fade: what is observed goes its own way.
    """
    found = story.response
    if found is None or found.responder != "yes" or found.fading.answer == "yes":
        return None
    return found if found.course.last_infusion < made else None


def _is_unreliable(episode: EpisodeOfCare, said: Sequence[Said], story: Story, today: date) -> bool:
    """Most earlier forecasts failed in this patient: the page says not to rely on them."""
    daily = forecast.daily_pain(clinic=episode.clinic_id, patient=episode.patient_id)
    given = [one.day for course in story.treatments for one in course.infusions]
    past = compare(said, daily=daily, infusions=given, until=today, rules=story.rules)
    told = record(past[-forecast.SHOWN :])
    return told.compared >= forecast.ENOUGH and told.inside < forecast.LEAST_INSIDE * told.compared


def _ahead(episode: EpisodeOfCare, at: datetime) -> timedelta:
    days = settings.value(clinic=episode.clinic_id, key=AHEAD, at=at, default=USUAL_AHEAD_DAYS)
    return timedelta(days=float(days))


def _due(expected: Crossing, episode: EpisodeOfCare, at: datetime) -> datetime:
    """Before relief may go, within a week, and never at once."""
    begins = datetime.combine(expected.day, time(), zone_of(episode.clinic_id))
    return max(at + SOONEST, min(at + LATEST, begins))


def _today(episode: EpisodeOfCare, at: datetime) -> date:
    day: date = at.astimezone(zone_of(episode.clinic_id)).date()
    return day
