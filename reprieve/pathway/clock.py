"""What time it is for a clinic. Only a demo clinic's clock may be set."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

from reprieve.knowledge import N_
from reprieve.pathway.errors import NotNow
from reprieve.records import instants
from reprieve.records.models import Clinic
from reprieve.records.queries import settings

OFFSET = "demo.clock_offset_s"
# As the records keep a moment, and back.
ms, moment = instants.ms, instants.moment


def real() -> datetime:
    """This function will return the machine's time, in UTC."""
    return datetime.now(UTC)


def now(clinic: uuid.UUID) -> datetime:
    """This function will return the clinic's time: the machine's, or a demo's own."""
    offset_s = settings.value(clinic=clinic, key=OFFSET, at=real(), default=0)
    return real() + timedelta(seconds=offset_s) if offset_s else real()


def may_be_set(clinic: uuid.UUID) -> None:
    """This function will raise NotNow unless the clinic is a demo."""
    if not Clinic.objects.get(pk=clinic).is_demo:
        raise NotNow(N_("Only a demo clinic's clock can be set."))
