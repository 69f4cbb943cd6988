"""What a report to a regulator says beside the side effect itself, all of it from the record.

Diagnoses, allergies, medicines and weight are those that were known when it began.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from reprieve.clinical import challenge
from reprieve.clinical.challenge import Reaction
from reprieve.monitoring.course import Course
from reprieve.records import instants
from reprieve.records.models import (
    Encounter,
    LedgerEntry,
    MedicationAdministration,
    MedicationRequest,
    Vial,
)
from reprieve.records.models.infusion import ENTERED_IN_ERROR
from reprieve.records.queries import (
    bags,
    charts,
    courses,
    harm,
    medicines,
    observations,
    origins,
    portions,
    problems,
    treatments,
)
from reprieve.records.queries.harm import HarmView
from reprieve.records.queries.medicines import MedicineView
from reprieve.records.queries.origins import Origin
from reprieve.records.queries.problems import AllergyView, ConditionView

# Vital signs are told as they stood nearest to the onset.
AROUND = timedelta(minutes=15)
VITALS = ("sbp", "dbp", "heart_rate", "spo2", "respiratory_rate", "etco2", "temp_c", "rass")


@dataclass(frozen=True, slots=True, kw_only=True)
class Container:
    """A vial of the suspect drug that something was drawn from for the visit.

    Supplier, manufacturer and NDC are empty where nobody recorded them.
    """

    lot: str
    form: str
    strength_ug_per_ml: int
    volume_ul: int
    expires_on: date
    supplier: str
    manufacturer: str
    ndc: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """The suspect drug as ordered, prepared and given. Empty or None: nobody recorded it."""

    drug: str
    form: str = ""
    route: str = ""
    bag_mg_per_ml: Decimal | None = None
    vials: tuple[Container, ...] = ()
    started_at: datetime | None = None
    ended_at: datetime | None = None
    given_ug: int | None = None
    session_no: int | None = None
    earlier_infusions: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """Another drug given at the visit."""

    drug: str
    dose: str
    route: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Vital:
    """A vital sign near the onset."""

    signal: str
    value: float
    unit: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportView:
    """All that a report says of one side effect. `medicines` None: nobody had asked by then."""

    event: HarmView
    product: Product
    abated: str
    reappeared: str
    given_again: tuple[datetime, ...]
    conditions: tuple[ConditionView, ...]
    allergies: tuple[AllergyView, ...]
    medicines: tuple[MedicineView, ...] | None
    weight_kg: Any
    given: tuple[Given, ...]
    vitals: tuple[Vital, ...]


def about(*, clinic: uuid.UUID, event: uuid.UUID, at: datetime) -> ReportView | None:
    """This function will gather a report about a side effect as the record stands at a moment.

    None also of one that is said not to have happened.
    """
    view = harm.one(clinic=clinic, event=event)
    if view is None or view.retracted:
        return None
    who: dict[str, Any] = {"clinic": clinic, "patient": view.patient}
    known: dict[str, Any] = {**who, "as_of": view.onset}
    taken = medicines.current(**known)
    weight = observations.newest(codes=["weight_kg"], **known).get("weight_kg")
    abated, reappeared, again = _challenge(view, **who, at=at)
    return ReportView(
        event=view, product=_product(view, **who, at=at), abated=abated, reappeared=reappeared,
        given_again=again, conditions=tuple(problems.conditions(**known)),
        allergies=tuple(problems.allergies(**known)),
        medicines=taken.medicines if taken.asked else None,
        weight_kg=weight.value if weight else None, given=_given(clinic, view),
        vitals=_vitals(clinic, view),
    )  # fmt: skip


def _product(view: HarmView, *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> Product:
    """The drug of the order that was in force at the onset, else what was drawn; never a guess."""
    if view.encounter is None:
        return Product(drug="")
    orders = MedicationRequest.of(clinic).filter(
        encounter_id=view.encounter, as_needed=False, recorded_at__lte=view.onset
    )
    order = orders.order_by("-recorded_at", "-valid_until", "-id").first()
    vials = _vials(clinic, view.encounter)
    course = courses.of(clinic=clinic, encounter=view.encounter)
    before = treatments.infusions(clinic=clinic, patient=patient, at=view.onset)
    prepared = bags.every(clinic=clinic, encounter=view.encounter)
    hung = [bag for bag in prepared if bag.prepared_at <= view.onset]
    visit = Encounter.of(clinic).get(pk=view.encounter)
    return Product(
        drug=order.drug if order else portions.KETAMINE if vials else "",
        form=order.form if order else "/".join(sorted({vial.form for vial in vials})),
        route=order.route if order else "", vials=vials,
        bag_mg_per_ml=hung[-1].recipe.final_mg_per_ml if hung else None,
        started_at=instants.known(course.started_ms), ended_at=instants.known(course.ended_ms),
        given_ug=None if course.started_ms is None else course.given_ug(instants.ms(at)),
        session_no=visit.session_no,
        earlier_infusions=sum(one.encounter != view.encounter for one in before),
    )  # fmt: skip


def _vials(clinic: uuid.UUID, encounter: uuid.UUID) -> tuple[Container, ...]:
    """The vials of the infused drug that gave something; a draw taken back gave nothing."""
    rows = LedgerEntry.of(clinic).filter(
        encounter_id=encounter, kind__in=portions.CAME, vial__drug=portions.KETAMINE
    )
    left: dict[Any, int] = {}
    vials = {}
    for row in rows.select_related("vial").order_by("recorded_at", "seq"):
        left[row.vial_id] = left.get(row.vial_id, 0) + row.change_ug
        vials[row.vial_id] = row.vial
    gave = [vial for pk, vial in vials.items() if left[pk] < 0]
    came = origins.of_vials(clinic=clinic, vials=[vial.pk for vial in gave])
    return tuple(_container(vial, came.get(vial.pk, origins.UNKNOWN)) for vial in gave)


def _container(vial: Vial, came: Origin) -> Container:
    return Container(
        lot=vial.lot, form=vial.form, strength_ug_per_ml=vial.strength_ug_per_ml,
        volume_ul=vial.volume_ul, expires_on=vial.expires_on, supplier=came.supplier,
        manufacturer=came.manufacturer, ndc=came.ndc,
    )  # fmt: skip


def _challenge(
    view: HarmView, *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime
) -> tuple[str, str, tuple[datetime, ...]]:
    """Whether it abated, whether it came back, and when the drug was given again since."""
    if view.encounter is None:
        return challenge.UNKNOWN, challenge.UNKNOWN, ()
    reaction = Reaction(
        onset_ms=instants.ms(view.onset), outcome=view.outcome,
        ended_ms=None if view.ended is None else instants.ms(view.ended),
    )  # fmt: skip
    cuts, rises = _changes(courses.of(clinic=clinic, encounter=view.encounter))
    later = treatments.infusions(clinic=clinic, patient=patient, at=at)
    starts = [instants.ms(one.started_at) for one in later if one.encounter != view.encounter]
    abated = challenge.abated(reaction, cuts_ms=cuts)
    again = challenge.again(reaction, rises_ms=[*rises, *starts])
    same = [
        instants.ms(other.onset)
        for other in harm.of_patient(clinic=clinic, patient=patient)
        if other.id != view.id and other.term.casefold() == view.term.casefold()
    ]
    came_back = challenge.reappeared(abated=abated, again_ms=again, onsets_ms=same)
    return abated, came_back, tuple(instants.moment(one) for one in again)


def _changes(course: Course) -> tuple[list[int], list[int]]:
    """The moments at which the rate fell, and those at which it rose."""
    rates = {s.end_ms: 0 for s in course.segments if s.end_ms is not None}
    rates |= {s.start_ms: s.rate_ug_per_h for s in course.segments}
    cuts, rises, rate = [], [], 0
    for moment in sorted(rates):
        if rates[moment] < rate:
            cuts.append(moment)
        elif rates[moment] > rate:
            rises.append(moment)
        rate = rates[moment]
    return cuts, rises


def _given(clinic: uuid.UUID, view: HarmView) -> tuple[Given, ...]:
    """The other drugs of the visit, corrected ones left out, oldest first."""
    if view.encounter is None:
        return ()
    drugs = MedicationAdministration.of(clinic).exclude(dose_text=ENTERED_IN_ERROR)
    rows = drugs.filter(encounter_id=view.encounter, corrections__isnull=True)
    return tuple(
        Given(drug=row.drug, dose=row.dose_text, route=row.route, at=instants.moment(row.at_ms))
        for row in rows.order_by("at_ms", "recorded_ms", "id")
    )


def _vitals(clinic: uuid.UUID, view: HarmView) -> tuple[Vital, ...]:
    """Of each vital sign the value nearest to the onset, within a quarter of an hour."""
    if view.encounter is None:
        return ()
    onset, around = instants.ms(view.onset), round(AROUND.total_seconds() * 1000)
    values = charts.values(clinic=clinic, encounter=view.encounter, from_ms=onset - around)
    usable = [
        v for v in values
        if v.at_ms <= onset + around and not v.corrected and _is_number(v.value)
    ]  # fmt: skip
    nearest = (_nearest((v for v in usable if v.signal == name), onset) for name in VITALS)
    return tuple(
        Vital(signal=v.signal, value=float(v.value), unit=v.unit, at=instants.moment(v.at_ms))
        for v in nearest
        if v is not None
    )


def _nearest(values: Iterable[charts.Value], at_ms: int) -> charts.Value | None:
    found: Sequence[charts.Value] = sorted(values, key=lambda v: abs(v.at_ms - at_ms))
    return found[0] if found else None


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)
