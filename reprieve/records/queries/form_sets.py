"""Which forms a patient is asked at a moment of care: the clinic's choice, else the usual set."""

from __future__ import annotations

import uuid
from datetime import datetime
from types import MappingProxyType

from reprieve.clinical.instruments import instrument, instruments
from reprieve.records.queries import facts, questionnaires, risk, settings

BASELINE, PRE_SESSION, FOLLOW_UP = "baseline", "pre-session", "follow-up"
KEY = "forms.sets"
USUAL = MappingProxyType({
    BASELINE: ("nrs", "peg", "phq-9", "body-map", "gad-7", "audit-c",
               "promis-pain-interference-4a", "personal-goal"),
    PRE_SESSION: ("nrs", "phq-2"),
    FOLLOW_UP: ("peg", "phq-9", "pgic", "personal-goal"),
})  # fmt: skip
BY_STATE = MappingProxyType({
    "planned": PRE_SESSION, "in_series": PRE_SESSION,
    "follow_up": FOLLOW_UP, "maintenance": FOLLOW_UP,
})  # fmt: skip
SHORT, WHOLE = "phq-2", "phq-9"


def moment_of(state: str) -> str:
    """This function will name the moment of care at which an episode in this state is."""
    return BY_STATE.get(state, BASELINE)


def possible(moment: str) -> tuple[str, ...]:
    """This function will list what patients can fill in alone at a moment, the usual first.

    The suicide screener is asked by a person; a scale without wording is entered by staff.
    """
    forms = (instrument(name) for name in instruments() if name != risk.SCREENER)
    fit = [form.id for form in forms if form.store == "items" and moment in form.moments]
    return (*USUAL[moment], *(name for name in fit if name not in USUAL[moment]))


def chosen(*, clinic: uuid.UUID, moment: str, at: datetime) -> tuple[str, ...]:
    """This function will list the forms of a moment, as the clinic had chosen them then."""
    sets = settings.value(clinic=clinic, key=KEY, at=at, default={})
    return tuple(sets.get(moment) or USUAL[moment])


def due(*, clinic: uuid.UUID, patient: uuid.UUID, moment: str, at: datetime) -> tuple[str, ...]:
    """This function will list what a patient is asked now.

    The first time in a series the two questions about mood are the whole PHQ-9 instead: a start
    needs it answered once.
    """
    names = chosen(clinic=clinic, moment=moment, at=at)
    if SHORT not in names or WHOLE in names or _asked(clinic, patient):
        return names
    return tuple(WHOLE if name == SHORT else name for name in names)


def _asked(clinic: uuid.UUID, patient: uuid.UUID) -> bool:
    last = questionnaires.newest(clinic=clinic, patient=patient, instrument=WHOLE)
    began = facts.series_began(clinic=clinic, patient=patient)
    return last is not None and (began is None or last.measured_at >= began)
