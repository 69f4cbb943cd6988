"""What every correction of the chart asks: a reason, and a time that the entry may have had."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotNow
from reprieve.records import notes
from reprieve.records.models import AdverseEvent, MedicationAdministration, Note

OLDEST = timedelta(hours=24)
FUTURE_MS = 60_000
# What one entry of a side effect takes over from another, where it says nothing else.
SIDE_EFFECT = (
    "clinic_id", "patient_id", "encounter_id", "term", "grade", "onset_ms", "ended_ms", "action",
    "outcome", "rate_ug_per_h_at_onset", "given_ug_at_onset", "serious", "criteria",
    "relatedness", "expected", "device_fault",
)  # fmt: skip


def reason_of(text: str) -> str:
    """This function will return why something is corrected, in one line. Raises BadValue."""
    said = " ".join(text.split())
    if not said:
        raise BadValue("reason", N_("is needed"))
    return said


def noted(old: Note | None, reason: str) -> str:
    """This function will return the note of what stands now: that of before, and the reason."""
    return "\n".join(text for text in (notes.read(old), reason) if text)


def refuse_retraction(row: AdverseEvent | MedicationAdministration) -> None:
    """This function will refuse to go on from an entry that says that another did not happen."""
    if row.retracts:
        raise NotNow(N_("This entry says that it did not happen: enter anew what did."))


def told(corrects: uuid.UUID | None) -> dict[str, bool]:
    """This function will say in the audit row of an act that it is a correction."""
    return {} if corrects is None else {"correction": True}


def moment_of(
    asked: datetime | None, *, was: datetime, recorded: datetime, at: datetime
) -> datetime:
    """This function will return when it happened: as before, or at another moment that may be.

    Raises BadValue for the future, or more than a day before it was first entered.
    """
    if asked is None:
        return was
    if ms(asked) > ms(at) + FUTURE_MS:
        raise BadValue("at", N_("is in the future"))
    if recorded - asked > OLDEST:
        raise BadValue("at", N_("is more than a day before it was entered"))
    return asked
