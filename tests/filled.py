"""A clinic with somebody at many steps of the pathway, as the demo tells them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from django.test import override_settings

from reprieve.config.demo import cabinet, stories
from reprieve.config.demo.cast import CAST
from reprieve.config.demo.make import first_moment
from reprieve.config.demo.stage import Stage, found
from reprieve.records import models
from reprieve.records.identity import Identity
from reprieve.records.queries import bags
from tests.world import NOON

TOLD = (
    "asked_by_letter", "consultation_later", "thoughts_of_death", "series_booked",
    "running_by_hand", "running_on_feed_1", "recovering", "relief_fades",
)  # fmt: skip
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@dataclass(frozen=True)
class Filled:
    """A filled clinic, the word that marks all its people, and a row of each kind."""

    stage: Stage
    mark: str
    now: datetime

    @property
    def id(self) -> uuid.UUID:
        return self.stage.clinic.id

    def arguments(self) -> dict[str, Any]:
        """This function will give every argument that a query may need, of this clinic."""
        visit = self._newest(models.Encounter, kind="infusion")
        moment = {"at": self.now, "at_ms": int(self.now.timestamp() * 1000)}
        return {
            **moment,
            "patient": visit.patient_id,
            "patients": [visit.patient_id],
            "numbers": [1],
            "encounter": visit.pk,
            "subjects": [("encounter", str(visit.pk)), ("patient", str(visit.patient_id))],
            "encounters": [visit.pk],
            "plan": self._newest(models.CarePlan).pk,
            "appointment": self._newest(models.Appointment).pk,
            "practitioner": self.stage.staff["physician"].practitioner,
            "consent": self._newest(models.Consent).pk,
            "vial": self._newest(models.Vial).pk,
            "vials": [self._newest(models.Vial).pk],
            "portion": self._newest(models.Portion).pk,
            "link": uuid.uuid4(),
            "discrepancy": uuid.uuid4(),
            "report": uuid.uuid4(),
            "event": uuid.uuid4(), "entry": self._newest(models.AdverseEvent).pk,
            "bag": bags.of_event(self._newest(models.InfusionEvent, kind=bags.KIND)),
            "attachment": self._newest(models.Attachment).pk,
            "identity": Identity(given="Otto", family=self.mark, phone="+15550100199"),
        }

    def _newest(self, model: Any, **where: Any) -> Any:
        return model.of(self.id).filter(**where).latest("pk")


def plain(now: datetime) -> dict[str, Any]:
    """This function will give the arguments that belong to no clinic."""
    day = now.date()
    return {
        "start": now - timedelta(days=30), "end": now + timedelta(days=30),
        "since": now - timedelta(days=400), "until": now + timedelta(days=1),
        "first": day - timedelta(days=400), "last": day, "until_ms": 2**61, "from_ms": 0,
        "first_slot": 0, "last_slot": 2**31 - 1, "instrument": "phq-9", "code": "sbp_mmhg",
        "number": 1, "state": "in_series", "text": "Invented", "role": "physician",
        "keys": ["clinic.phone"], "key": "clinic.phone", "kind": "clinician_review",
        "life_support": "", "physician": "", "starter": "", "on": day, "moment": "baseline",
        "day": day, "phone": "+15550100199", "prefix": "clinic.", "names": frozenset({"asthma"}),
    }  # fmt: skip


def clinic(seed: int) -> Filled:
    """This function will fill a clinic through the pathway; `seed` makes it its own."""
    mark = f"Markedword{seed}"
    now = first_moment(NOON)
    with override_settings(PASSWORD_HASHERS=QUICK):
        stage = found(
            at=now - timedelta(days=400), seed=seed, name=f"Filled {seed}", mail=f"{seed}.example"
        )
        cabinet.stocked(stage)
        for person in CAST:
            if person.story in TOLD:
                stories.story(person.story)(stage, replace(person, family=mark), now)
    return Filled(stage=stage, mark=mark, now=now)
