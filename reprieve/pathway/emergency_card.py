"""The clinic's own emergency card: whom to call, and its steps in each situation."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.permissions import Actor
from reprieve.records.models import ClinicSetting
from reprieve.records.queries import settings

WHOM = "clinic.emergency_card"
SITUATIONS = (
    "hypertension", "desaturation", "over-sedation", "opioid", "distress", "laryngospasm",
    "anaphylaxis", "seizure", "chest-pain",
)  # fmt: skip
LONGEST = 2000  # characters: more is not read in an emergency


def key(situation: str) -> str:
    """This function will return the setting that holds the clinic's steps of a situation."""
    return f"emergency.{situation.replace('-', '_')}"


KEYS = (WHOM, *map(key, SITUATIONS))


def write(*, actor: Actor, uid: uuid.UUID, at: datetime, texts: Mapping[str, str]) -> list[str]:
    """This function will keep those of the card's texts that changed, by setting, and name them.

    An empty text takes the clinic's words back. Raises BadValue naming the setting.
    """
    for name, text in texts.items():
        if name not in KEYS:
            raise BadValue(name, N_("is not a part of the emergency card"))
        if len(text) > LONGEST:
            raise BadValue(name, N_("is too long"))

    def work() -> Done:
        chosen = settings.every(clinic=actor.clinic, at=at)
        changed = sorted(n for n, text in texts.items() if chosen.get(n, "") != text.strip())
        for name in changed:
            ClinicSetting.objects.add(
                clinic_id=actor.clinic, key=name, value=texts[name].strip(), valid_from=at,
                reason="", recorded_at=at, by_id=actor.practitioner,
            )  # fmt: skip
        return Done(
            subject_kind="clinic", subject=actor.clinic, result={"changed": changed},
            detail={"keys": changed},
        )  # fmt: skip

    return list(perform("emergency.write", actor=actor, uid=uid, at=at, work=work)["changed"])
