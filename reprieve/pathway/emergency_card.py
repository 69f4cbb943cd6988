"""The clinic's own emergency card: whom to call, and its steps in each situation."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import datetime

import orjson

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
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


def current(*, clinic: uuid.UUID, at: datetime) -> dict[str, str]:
    """This function will return every text of the card by setting, empty where there is none."""
    chosen = settings.every(clinic=clinic, at=at)
    return {name: str(chosen.get(name, "")) for name in KEYS}


def version(texts: Mapping[str, str]) -> str:
    """This function will name a state of the card: other texts have another name."""
    return hashlib.sha256(orjson.dumps(dict(texts), option=orjson.OPT_SORT_KEYS)).hexdigest()


def write(
    *, actor: Actor, uid: uuid.UUID, at: datetime, texts: Mapping[str, str], seen: str
) -> list[str]:
    """This function will keep those of the card's texts that changed, by setting, and name them.

    `seen` is the version that was read before writing. An empty text takes the clinic's words
    back. Raises BadValue naming the setting, and NotNow when somebody else has written since.
    """
    said = {name: "\n".join(text.split("\r\n")).strip() for name, text in texts.items()}
    for name, text in said.items():
        if name not in KEYS:
            raise BadValue(name, N_("is not a part of the emergency card"))
        if len(text) > LONGEST:
            raise BadValue(name, N_("is too long"))

    def work() -> Done:
        now = current(clinic=actor.clinic, at=at)
        changed = sorted(name for name, text in said.items() if now[name] != text)
        if changed and seen != version(now):
            raise NotNow(N_("Somebody else has written on this card since you opened it."))
        for name in changed:
            ClinicSetting.objects.add(
                clinic_id=actor.clinic, key=name, value=said[name], valid_from=at,
                reason="", recorded_at=at, by_id=actor.practitioner,
            )  # fmt: skip
        return Done(
            subject_kind="clinic", subject=actor.clinic, result={"changed": changed},
            detail={"keys": changed},
        )  # fmt: skip

    return list(perform("emergency.write", actor=actor, uid=uid, at=at, work=work)["changed"])
