"""Controlled drugs that a chart says were given, and that nobody drew from the ledger."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Sum

from reprieve.clinical import controlled
from reprieve.records.models import InfusionState, MedicationAdministration, Vial, WorkItem
from reprieve.records.queries import courses, portions
from reprieve.records.queries.portions import BAG, KETAMINE, OVER, PortionView

ITEM = "drug_undrawn"
OPEN = ("open", "seen")
Place = tuple[str, str]  # drug, and bag, syringe or tablets


@dataclass(frozen=True, slots=True, kw_only=True)
class Undrawn:
    """A drug of one visit: given by the chart, and what the ledger gave for it."""

    encounter: uuid.UUID
    patient: uuid.UUID
    drug: str
    kind: str
    given_ug: int
    drawn_ug: int

    @property
    def missing_ug(self) -> int:
        """What was given and drawn nowhere."""
        return self.given_ug - self.drawn_ug

    @property
    def key(self) -> str:
        """A name for it within its visit."""
        return f"{self.drug}-{self.kind}"


def of_visit(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[Undrawn]:
    """This function will list what was given in a visit without a draw, beyond its tolerance.

    The drug of the bag itself counts once the infusion is over, where the clinic keeps it in the
    ledger: until then more may be drawn.
    """
    state = InfusionState.of(clinic).filter(encounter_id=encounter).first()
    if state is None:
        return []
    given = _charted(clinic, encounter) + _infused(state)
    drawn = _drawn(portions.of_visit(clinic=clinic, encounter=encounter)) if given else {}
    found = [
        Undrawn(
            encounter=encounter, patient=state.patient_id, drug=drug, kind=kind, given_ug=ug,
            drawn_ug=drawn.get((drug, kind), 0),
        )
        for (drug, kind), ug in sorted(given.items())
    ]  # fmt: skip
    return [u for u in found if u.missing_ug > _tolerance(u)]


def waiting(*, clinic: uuid.UUID) -> list[Undrawn]:
    """This function will list what somebody must still draw or explain, by the open work."""
    items = WorkItem.of(clinic).filter(kind=ITEM, state__in=OPEN).order_by("opened_at")
    visits: Sequence[Any] = list(items.values_list("encounter_id", flat=True))
    return [u for visit in visits for u in of_visit(clinic=clinic, encounter=visit)]


def _tolerance(one: Undrawn) -> int:
    return controlled.tolerance_ug(name=one.drug, amount_ug=one.given_ug)


def _charted(clinic: uuid.UUID, encounter: uuid.UUID) -> Counter[Place]:
    """What the chart says was given besides the infusion, as it stands now."""
    rows = MedicationAdministration.of(clinic).filter(encounter_id=encounter)
    replaced = rows.exclude(corrects=None).values("corrects_id")
    counted = rows.filter(drug__in=list(controlled.drugs())).exclude(pk__in=replaced)
    given: Counter[Place] = Counter()
    for drug, route, ug in counted.values_list("drug", "route").annotate(Sum("dose_ug")):
        given[drug, portions.kind_for(route)] += ug or 0
    return given


def _infused(state: InfusionState) -> Counter[Place]:
    kept = Vial.of(state.clinic_id).filter(drug=KETAMINE)
    if state.state not in OVER or not kept.exists():
        return Counter()
    course = courses.of(clinic=state.clinic_id, encounter=state.encounter_id)
    ug = course.between_ug(0, course.ended_ms or 0)
    return Counter({(KETAMINE, BAG): ug}) if ug else Counter()


def _drawn(found: Sequence[PortionView]) -> Counter[Place]:
    """What the ledger gave: a closed one its own doses, whose sum is told as a discrepancy where it
    is wrong, and nothing of what was wasted or is missing; an open one all that was drawn.
    """
    drawn: Counter[Place] = Counter()
    for one in found:
        drawn[one.drug, one.kind] += one.given_ug if one.closed else one.drawn_ug
    return drawn
