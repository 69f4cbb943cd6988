"""What a patient reads at once after an answer about thoughts of death."""

from __future__ import annotations

import uuid
from datetime import datetime

from django.utils.translation import gettext as _

from reprieve.pathway.permissions import Actor, allowed
from reprieve.records.queries import risk, settings
from reprieve.web.presenters import Badge


def text(*, clinic: uuid.UUID, at: datetime, language: str = "en") -> str:
    """This function will return the clinic's crisis text (setting `crisis.text`), or the usual one.

    The setting is one text, or a text for each language.
    """
    chosen = settings.value(clinic=clinic, key="crisis.text", at=at)
    if isinstance(chosen, dict):
        chosen = chosen.get(language) or chosen.get("en")
    return str(chosen) if chosen else _(
        "If you might act on these thoughts, call or text 988 now, or call 911. "
        "You can do so at any hour, and you need not be alone."
    )  # fmt: skip


def unread() -> str:
    """This function will say that nobody reads forms at night."""
    return _(
        "A clinician of the clinic is told now. But nobody reads forms at night or on weekends: "
        "do not wait for us."
    )


def alerts(actor: Actor, *, patient: uuid.UUID) -> tuple[Badge, ...]:
    """This function will prepare the patient header's alert: clinicians see why, the desk not."""
    state = risk.state(clinic=actor.clinic, patient=patient)
    if state in ("none", "cleared"):
        return ()
    if not allowed(actor, "risk.open"):
        return () if state == "low" else (Badge(kind="warn", text=_("clinician review needed")),)
    return (
        {
            "alert_open": Badge(kind="stop", text=_("risk alert open: do the C-SSRS now")),
            "low": Badge(kind="warn", text=_("suicide risk low")),
            "moderate": Badge(kind="stop", text=_("suicide risk moderate")),
            "high": Badge(kind="stop", text=_("suicide risk HIGH: no start")),
        }[state],
    )
