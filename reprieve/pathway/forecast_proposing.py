"""The kept forecast may propose a review, and nothing else: no dose, no booster, no booking.

It reads the night's forecasts (`forecast_keeping`) as they were kept and runs no model. One review
is proposed for a course of treatment: what a physician has answered is not asked again. None is
proposed while a decision of theirs is fresh or still to be carried out.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.db.models import Q

from reprieve.outcomes.forecasts import WEEK, Crossing, compare, crossing, lost_above, record
from reprieve.outcomes.response import Response
from reprieve.pathway import followup, forecast, maintenance, worklist
from reprieve.pathway.forecast_review import KIND, LATEST, is_seen_by, standing
from reprieve.pathway.permissions import PHYSICIAN
from reprieve.pathway.wanted import Wanted
from reprieve.records.models import Decision, EpisodeOfCare
from reprieve.records.queries import forecasts, response, settings
from reprieve.records.queries.response import Story
from reprieve.records.queries.treatments import zone_of

AHEAD, USUAL_AHEAD_DAYS = "forecast.review_ahead_days", 28  # 0: none is proposed
STATES = ("follow_up", "maintenance")
ENDS = frozenset({KIND})
# A forecast counts for so long; the diary that it was learnt from has stopped since. A decision is
# fresh for as long: its physician saw what the forecast rests on.
NEWS = timedelta(days=14)
# A default of this product, for the medical director to confirm: nobody has to look at once.
SOONEST = timedelta(days=1)


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
    ahead, said, today = _ahead(episode, at), forecasts.newest(**whose), _today(episode, at)
    if not ahead or said is None or said.fits is not True or today - said.made > NEWS:
        return None
    if _is_decided(episode, at):
        return None
    story = response.story(at=at, only_pain=True, **whose)
    held = _holds(story, made=said.made)
    above = lost_above(held, rules=story.rules) if held else None
    found = crossing(said, above=above) if above is not None else None
    if found is None or not today - WEEK < found.day <= today + ahead:
        return None
    since = story.treatments[-1].course.started_at
    if is_seen_by(day=found.day, at=at, **whose) or worklist.answered_since(
        kind=KIND, since=since, **whose
    ):
        return None
    return None if _is_unreliable(episode, story, today) else found


def _holds(story: Story, *, made: date) -> Response | None:
    """The response to the course that a forecast of a day was about, where its relief is not
    observed to fade: what is observed goes its own way.
    """
    found = story.response
    if found is None or found.responder != "yes" or found.fading.answer == "yes":
        return None
    return found if found.course.last_infusion < made else None


def _is_decided(episode: EpisodeOfCare, at: datetime) -> bool:
    """A physician decided of late what comes now, or a booster they decided is to be planned."""
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    if worklist.already_open(kind=maintenance.WANTED, **whose):
        return True
    rows = Decision.of(episode.clinic_id).filter(
        Q(kind=followup.DECISION) | Q(kind=maintenance.DECISION, outcome="declined"),
        patient_id=episode.patient_id, recorded_at__gt=at - NEWS,
    )  # fmt: skip
    return bool(rows.exists())


def _is_unreliable(episode: EpisodeOfCare, story: Story, today: date) -> bool:
    """Most earlier forecasts failed in this patient: the page says not to rely on them."""
    whose = {"clinic": episode.clinic_id, "patient": episode.patient_id}
    said, daily = forecasts.said(**whose), forecast.daily_pain(**whose)
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
