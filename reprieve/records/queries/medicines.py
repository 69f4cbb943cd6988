"""What a patient takes, what was tried before and how it ended, and the opioid dose of a day."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from reprieve.clinical import medicine_names, mme
from reprieve.clinical.safety.shared import CHECKED_BY_HAND
from reprieve.knowledge import BadValue
from reprieve.records import notes
from reprieve.records.as_known import as_known
from reprieve.records.models import MedicationStatement
from reprieve.records.queries import observations

NONE_TAKEN = "medicines"  # an observation of this code with an empty list: asked, takes none
LOOKED_UP = CHECKED_BY_HAND.name  # an observation with the names that were looked up by hand


@dataclass(frozen=True, slots=True, kw_only=True)
class MedicineView:
    """One medicine taken or tried. From `outcome` on it belongs to what was tried.

    `tried_from` and `tried_to` are a month (`2023-05`) or a year; None: not known.
    """

    id: uuid.UUID
    name: str
    rxnorm: str
    dose: str
    mg_per_day: Decimal | None
    mg_per_dose: Decimal | None
    drug_class: str
    outcome: str
    weeks: int | None
    recorded_at: datetime
    highest: Decimal | None = None
    highest_unit: str = ""
    tried_from: str | None = None
    tried_to: str | None = None
    stopped_for: str = ""
    stopped_words: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Current:
    """What is taken now. `asked` False: nobody asked yet. `mme_per_day` None: not known.

    `looked_up` names medicines in no list that were looked up by hand and have no interaction.
    """

    asked: bool
    medicines: tuple[MedicineView, ...]
    looked_up: frozenset[str]
    mme_per_day: float | None
    without_factor: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names as the interaction lists write them."""
        return tuple(medicine.name for medicine in self.medicines)

    @property
    def takes_glp1(self) -> bool:
        """Whether one of them slows the stomach."""
        return any(medicine_names.is_glp1(name) for name in self.names)

    @property
    def to_look_up(self) -> frozenset[uuid.UUID]:
        """The medicines that no list knows and nobody has looked up, by id."""
        return frozenset(
            m.id for m in self.medicines if medicine_names.is_strange(m.name, self.looked_up)
        )


def current(*, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None) -> Current:
    """This function will list what a patient takes now, with the opioid dose of a day."""
    taken = _views(clinic, patient, as_of, failed=False)
    said = observations.newest(
        clinic=clinic, patient=patient, codes=[NONE_TAKEN, LOOKED_UP], as_of=as_of
    )
    looked_up = frozenset(said[LOOKED_UP].value or () if LOOKED_UP in said else ())
    asked = bool(taken) or NONE_TAKEN in said
    dose, apart = _mme(taken, looked_up) if asked else (None, ())
    return Current(
        asked=asked, medicines=taken, looked_up=looked_up, mme_per_day=dose, without_factor=apart
    )


def tried(
    *, clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None = None
) -> tuple[MedicineView, ...]:
    """This function will list the therapies tried before, as they were entered."""
    return _views(clinic, patient, as_of, failed=True)


def _mme(
    taken: tuple[MedicineView, ...], looked_up: frozenset[str]
) -> tuple[float | None, tuple[str, ...]]:
    """The sum of known doses; None as soon as the dose of one opioid is not known.

    A medicine that no list names may be an opioid under its trade name, until it is looked up.
    """
    if any(medicine_names.is_strange(m.name, looked_up) for m in taken):
        return None, ()
    opioids = [m for m in taken if _is_opioid(m.name)]
    if any(m.mg_per_day is None for m in opioids):
        return None, ()
    try:
        doses = [mme.OpioidDose(drug=m.name, amount=m.mg_per_day or Decimal(0)) for m in opioids]
        sum_up = mme.daily_mme(doses)
    except BadValue:
        return None, ()
    return float(sum_up.mme_per_day), sum_up.without_factor


def _is_opioid(name: str) -> bool:
    found = medicine_names.find(name)
    return found is not None and "opioids" in found.classes


def _views(
    clinic: uuid.UUID, patient: uuid.UUID, as_of: datetime | None, *, failed: bool
) -> tuple[MedicineView, ...]:
    known = as_known(MedicationStatement.of(clinic).filter(patient_id=patient), as_of)
    rows = list(known.order_by("recorded_at", "id").select_related("note"))
    replaced = {row.corrects_id for row in rows if row.corrects_id}
    return tuple(
        MedicineView(
            id=row.pk,
            name=row.name,
            rxnorm=row.rxnorm,
            dose=row.dose,
            mg_per_day=row.mg_per_day,
            mg_per_dose=row.mg_per_dose,
            drug_class=row.drug_class,
            outcome=row.outcome,
            weeks=row.weeks,
            recorded_at=row.recorded_at,
            highest=row.highest,
            highest_unit=row.highest_unit or "",
            tried_from=row.tried_from,
            tried_to=row.tried_to,
            stopped_for=row.stopped_for or "",
            stopped_words=notes.read(row.note),
        )
        for row in rows
        if row.pk not in replaced and row.active and row.is_failed_therapy is failed
    )
