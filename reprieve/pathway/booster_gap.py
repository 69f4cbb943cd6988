"""The shortest gap between two visits: a booster that comes nearer needs a reason of its own."""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.clinical.findings import Severity
from reprieve.knowledge import N_, BadValue
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import Decision, FindingOverride
from reprieve.records.queries import ladders
from reprieve.records.queries.treatments import zone_of

RULE = "booster.shortest_gap"
FIELD = "nearer"


def is_nearer(
    *, clinic: uuid.UUID, patient: uuid.UUID, starts_at: datetime, at: datetime
) -> bool:
    """This function will tell whether a visit would lie nearer than the ladder's shortest gap."""
    first = ladders.earliest(clinic=clinic, patient=patient, at=at)
    return first is not None and starts_at.astimezone(zone_of(clinic)).date() < first


def keep(
    decision: Decision, *, starts_at: datetime, reason: str, actor: Actor, at: datetime
) -> None:
    """This function will keep beside a decision why its first session lies nearer than the gap.

    It is called inside the act that decides. Raises BadValue("nearer") where no reason is given.
    """
    patient = decision.patient_id
    if not is_nearer(clinic=actor.clinic, patient=patient, starts_at=starts_at, at=at):
        return
    if not reason.strip():
        raise BadValue(FIELD, N_("is needed: the first session is nearer than the shortest gap"))
    FindingOverride.objects.add(
        clinic_id=actor.clinic, patient_id=patient, decision=decision, rule=RULE,
        severity=Severity.WARN.value, recorded_at=at, by_id=actor.practitioner,
        reason=notes.write(
            reason.strip(), clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient
        ),
    )  # fmt: skip
