"""What is said beside as-needed orders about this patient, as far as it is known."""

from __future__ import annotations

import uuid

from django.utils.translation import gettext as _

from reprieve.clinical import rescue
from reprieve.records.queries import facts
from reprieve.web.access import PageRequest


def smaller_doses(request: PageRequest, patient: uuid.UUID) -> list[str]:
    """This function will say for which drugs this patient needs smaller doses, and why."""
    known = facts.facts(clinic=request.actor.clinic, patient=patient, at=request.at)
    found = ((name, rescue.lower_for(name, facts=known)) for name in rescue.drugs())
    return [
        _("{drug}: lower doses, {why}.").format(drug=_(name), why=", ".join(_(w) for w in why))
        for name, why in found
        if why
    ]
