"""Who referred a patient: written down with the request, or put right later."""

from __future__ import annotations

import uuid
from dataclasses import asdict
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import patients
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.permissions import Actor
from reprieve.records import referrers
from reprieve.records.identity import is_phone
from reprieve.records.referrers import Contact

LONGEST = {"name": 120, "practice": 160, "address": 300, "phone": 40, "fax": 40}
NUMBERS = ("phone", "fax")


def check(contact: Contact) -> None:
    """This function will raise BadValue for what no letter could be sent by."""
    for name, text in asdict(contact).items():
        if len(text) > LONGEST[name]:
            raise BadValue(f"referrer_{name}", N_("is too long"))
        if name in NUMBERS and text and not is_phone(text):
            raise BadValue(f"referrer_{name}", N_("is not a telephone number"))


def name(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, contact: Contact
) -> None:
    """This function will keep who referred a patient; nobody, where everything is empty."""
    check(contact)

    def work() -> Done:
        patients.get(clinic=actor.clinic, patient=patient)
        row = referrers.save(
            contact, clinic=actor.clinic, patient=patient, at=at, by=actor.practitioner
        )
        return Done(subject_kind="referrer", subject=row.pk)

    perform("patient.correct", actor=actor, uid=uid, at=at, work=work)
