"""What is said beside as-needed orders about this patient, and what nobody knows."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _

from reprieve.clinical import rescue
from reprieve.records.queries import facts, observations
from reprieve.web.access import PageRequest
from reprieve.web.presenters import Badge

FRAILTY, SCALE = "frailty_level", "cfs"


def smaller_doses(request: PageRequest, patient: uuid.UUID) -> list[tuple[Badge, str]]:
    """This function will say for which drugs this patient needs smaller doses, and why.

    What would ask for them and is not known is said as such.
    """
    known = _known(request, patient)
    found: list[tuple[Badge, str]] = []
    for name in rescue.drugs():
        why, open_ = (
            rescue.lower_for(name, facts=known), rescue.not_known_for(name, facts=known)
        )  # fmt: skip
        if why:
            found.append((_caution(), _("{drug}: lower doses, {why}.").format(**_said(name, why))))
        if open_:
            words = _("{drug}: lower doses are due if {why}.").format(**_said(name, open_))
            found.append((Badge(kind="unknown", text=_("not known")), words))
    return found


def _known(request: PageRequest, patient: uuid.UUID) -> Mapping[str, Any]:
    """The facts, with the newest level of frailty that somebody entered."""
    clinic = request.actor.clinic
    known = facts.facts(clinic=clinic, patient=patient, at=request.at)
    newest = observations.newest(clinic=clinic, patient=patient, codes=[SCALE])
    return known | ({FRAILTY: newest[SCALE].value} if SCALE in newest else {})


def _caution() -> Badge:
    return Badge(kind="warn", text=_("caution"))


def _said(drug: str, why: tuple[str, ...]) -> dict[str, str]:
    return {"drug": _(drug), "why": ", ".join(_(one) for one in why)}
