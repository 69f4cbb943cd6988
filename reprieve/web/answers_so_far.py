"""What a form shows as it opens: the draft left unfinished, and for staff what the record knows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from reprieve.clinical.body_areas import areas_of
from reprieve.clinical.instruments import instrument
from reprieve.records.queries import body, questionnaires
from reprieve.web import questionnaire


def draft(*, clinic: uuid.UUID, patient: uuid.UUID, name: str, since: datetime) -> dict[str, Any]:
    """This function will return what was answered after `since` and left unfinished.

    Nothing older: a link lets a patient write, and does not read the record back to them.
    """
    left = questionnaires.draft(clinic=clinic, patient=patient, instrument=name, since=since)
    found = questionnaire.initial(left.answers) if left else {}
    if left:
        found[questionnaire.VERSION] = left.version
    if instrument(name).words:
        found[questionnaire.WORDS] = questionnaires.words(
            clinic=clinic, patient=patient, instrument=name, since=since
        )
    return found


def known(*, clinic: uuid.UUID, patient: uuid.UUID, name: str, since: datetime) -> dict[str, Any]:
    """This function will return the draft, or the areas and the words that are on record."""
    found = draft(clinic=clinic, patient=patient, name=name, since=since)
    if instrument(name).words and not found.get(questionnaire.WORDS):
        found[questionnaire.WORDS] = questionnaires.words(
            clinic=clinic, patient=patient, instrument=name
        )
    return found or _areas(clinic, patient, name, since)


def differ(
    *, clinic: uuid.UUID, patient: uuid.UUID, name: str, answers: Mapping[str, Any]
) -> bool:
    """This function will tell whether answers say otherwise than the form that was finished.

    A second window, or the way back, shows a form after it was sent: what is changed there must
    not vanish under a "thank you".
    """
    done = questionnaires.newest(clinic=clinic, patient=patient, instrument=name)
    sent = done.answers if done else {}
    return any(item in sent and sent[item] != value for item, value in answers.items())


def _areas(
    clinic: uuid.UUID, patient: uuid.UUID, name: str, since: datetime
) -> dict[str, Any]:
    """One picture serves every form that asks for the same areas, while it is new."""
    wanted = areas_of(name)
    drawn = body.newest(clinic=clinic, patient=patient) if wanted else None
    if drawn is None or drawn.at < since:
        return {}
    return questionnaire.initial({area: 1 for area in drawn.areas if area in wanted})
