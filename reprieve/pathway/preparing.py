"""Arrival and preparation: the visit is opened, and each item of the start gate is written down."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from reprieve.clinical import dosing, safety
from reprieve.clinical.findings import Step
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import (
    alarm_fold,
    booster_gap,
    double_checks,
    infusion,
    observations,
    planning,
    pregnancy_tests,
    turns,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import Conflict, NotFound, NotNow
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import DOCTORS, PERMISSIONS, Actor
from reprieve.records import identity, notes
from reprieve.records.models import (
    Act,
    Appointment,
    Chair,
    Encounter,
    EpisodeOfCare,
    Escort,
    InfusionState,
    Observation,
)
from reprieve.records.queries import (
    credentials,
    gate_facts,
    gate_people,
    liver,
    medicines,
    people,
    worked_out,
)
from reprieve.records.queries import observations as readings

ACT = "infusion.check"
MOST_NURSES = 50
# Written by acts of their own, here or on another page: nobody ticks them.
BY_ACT = frozenset({
    "identity_confirmed", "weight_kg", "weight_confirmed_by_second", "ketamine_allergy",
    "vial_strength_mg_per_ml", "vial_form", "acls_person_present",
    "supervising_physician_available", "medicines_checked_by_hand",
    *liver.TESTS,  # from the sheet, with its day
})  # fmt: skip
# What the product works out from the record, and what acts of their own write.
WORKED_OUT = worked_out.NAMES | BY_ACT
ON_RECORD = N_("is worked out from what is on record: nobody answers it here")
COUNTED = N_("is counted from the recorded tests: enter the new tests")
LISTED = N_("is on the list of medicines: change the list when it is no longer taken")
REGISTERED = N_("is read from the register of credentials")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identifiers:
    """What the patient said when asked who they are; None was not asked."""

    family: str | None = None
    birth_date: date | None = None
    phone: str | None = None
    mrn: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """The intravenous line: where, how thick (gauge), after how many attempts, and how it runs."""

    site: str
    gauge: int
    attempts: int
    runs_freely: bool


def open_visit(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID,
    appointment: uuid.UUID | None = None, chair: uuid.UUID | None = None, by_hand: bool = True,
) -> uuid.UUID:  # fmt: skip
    """This function will open the infusion visit of a patient who has arrived, once.

    Plan and session number follow from the appointment, else from the newest plan and what was
    given under it. Raises NotNow without a plan, Conflict for a taken chair, a visit under way,
    or a booster that comes nearer than the shortest gap without a physician's reason.
    """
    plan = planning.needed(clinic=actor.clinic, patient=patient)
    booked = _booked(actor.clinic, appointment, patient)
    chair = chair or (booked.chair_id if booked else None)
    episode = EpisodeOfCare.of(actor.clinic).filter(patient_id=patient).latest("started_at")
    with transaction.atomic():
        turns.take(actor.clinic)  # of two who open one, or seat two in a chair, the later sees it
        if not Act.objects.filter(pk=uid).exists():  # the same press twice opens one
            _check_free(actor.clinic, patient, chair)
            booster_gap.refuse_nearer(
                clinic=actor.clinic, patient=patient, plan=plan.pk, starts_at=at, at=at,
                stood=booked.starts_at if booked else None,
            )  # fmt: skip
        number = booked.series_no if booked and booked.series_no else _next_session(plan)
        return infusion.prepare(
            actor=actor, uid=uid, at=at, patient=patient, episode=episode.pk, by_hand=by_hand,
            chair=chair, plan=plan.pk, appointment=booked.pk if booked else None,
            session_no=min(number, plan.sessions),
        )  # fmt: skip


def tell(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, facts: Mapping[str, Any]
) -> None:
    """This function will write down answers of the gate by the names of their facts.

    None says that it was asked and nobody knows. A pregnancy test is told with its age in days;
    the same result told again without one is the test on record. Raises BadValue naming a fact that
    is unknown, worked out by the product, on record for this patient, or impossible.
    """
    askable = {fact.name: fact for fact in safety.facts_at(Step.START)}
    for name, value in facts.items():
        if name in worked_out.NAMES:
            raise BadValue(name, ON_RECORD)
        if name not in askable or name in BY_ACT:
            raise BadValue(name[:60], N_("is not asked here"))
        if value is not None:
            askable[name].check(value)
    visit = visit_of(actor.clinic, encounter)
    _refuse_recorded(facts, clinic=actor.clinic, patient=visit.patient_id)
    tested_at = pregnancy_tests.at_the_gate(
        facts, clinic=actor.clinic, patient=visit.patient_id, at=at
    )
    told = [
        Told(code=n, value=v, unit=askable[n].unit)
        for n, v in facts.items()
        if n != pregnancy_tests.AGE  # the day of the test carries it
    ]
    _write(told, actor=actor, uid=uid, at=at, encounter=encounter, tested_at=tested_at)


def asked_at_the_gate(*, clinic: uuid.UUID, patient: uuid.UUID) -> frozenset[str]:
    """This function will name the facts that a person is asked before the start of a patient."""
    asked = {fact.name for fact in safety.facts_at(Step.START)} - WORKED_OUT
    return frozenset(asked - _recorded(clinic, patient).keys())


def _recorded(clinic: uuid.UUID, patient: uuid.UUID) -> dict[str, str]:
    """What is asked of others, and known of this patient: with what to do in place of answering."""
    found: dict[str, str] = {}
    newest = readings.newest(clinic=clinic, patient=patient, codes=list(liver.TESTS))
    if liver.are_recorded(newest):
        found |= dict.fromkeys(liver.COUNTED, COUNTED)
    if medicines.current(clinic=clinic, patient=patient).takes_glp1:
        found["glp1_medicine"] = LISTED
    if credentials.is_kept(clinic=clinic):
        found |= dict.fromkeys(worked_out.JOINED["staff"], REGISTERED)
    return found


def _refuse_recorded(facts: Mapping[str, Any], *, clinic: uuid.UUID, patient: uuid.UUID) -> None:
    """What is on record of this patient is not typed over."""
    known = _recorded(clinic, patient)
    told = [name for name in sorted(known) if facts.get(name) is not None]
    if told:
        raise BadValue(told[0], known[told[0]])


def identify(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, said: Identifiers
) -> None:
    """This function will confirm who the patient is by two identifiers that match the record.

    Raises BadValue naming an identifier that does not match, or when fewer than two were asked.
    """
    visit = visit_of(actor.clinic, encounter)
    known = identity.newest(actor.clinic, [visit.patient_id])[visit.patient_id]
    matches = {
        "family": _matches(said.family, lambda s: _same_words(s, known.family)),
        "birth_date": _matches(said.birth_date, lambda d: d == known.birth_date),
        "phone": _matches(said.phone, lambda s: _same_phone(s, known.phone)),
        "mrn": _matches(said.mrn, lambda s: s.strip().upper() == known.mrn.strip().upper()),
    }
    for field, match in matches.items():
        if match is False:
            raise BadValue(field, N_("does not match the record: stop and find out why"))
    if sum(match is True for match in matches.values()) < 2:
        raise BadValue("birth_date", N_("two identifiers are needed"))
    told = [Told(code="identity_confirmed", value=True)]
    _write(told, actor=actor, uid=uid, at=at, encounter=encounter)


def weigh(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, weight_kg: Decimal,
    height_cm: Decimal | None = None,
) -> None:  # fmt: skip
    """This function will write down today's weight, and the height when it was measured."""
    weight = dosing.checked(
        weight_kg, field="weight_kg", low=dosing.LIGHTEST_KG, high=dosing.HEAVIEST_KG
    )
    told = [Told(code="weight_kg", value=weight, unit="kg")]
    if height_cm is not None:
        height = dosing.checked(height_cm, field="height_cm", low=Decimal(80), high=Decimal(250))
        told.append(Told(code="height_cm", value=height, unit="cm"))
    _write(told, actor=actor, uid=uid, at=at, encounter=encounter)


def weigh_again(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID,
    weight_kg: Decimal,
) -> None:  # fmt: skip
    """This function will let a second person type today's weight again, without seeing it.

    Raises BadValue("weight_kg") when the two differ: then weigh anew.
    """
    double_checks.may_stand_beside(actor, second, ACT)
    rows = Observation.of(actor.clinic).filter(encounter_id=encounter, code="weight_kg")
    first = gate_facts.valid(rows).get("weight_kg")
    if first is None:
        raise NotNow(N_("Weigh the patient first."))
    if first.by_id == second.practitioner:
        raise BadValue("second", N_("must be another person than the one who weighed"))
    if Decimal(str(first.value)) != weight_kg:
        raise BadValue("weight_kg", N_("differs from what the first person typed: weigh again"))
    told = [Told(code="weight_confirmed_by_second", value=True)]
    _write(told, actor=second, uid=uid, at=at, encounter=encounter)


def name_escort(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, name: str, phone: str
) -> None:
    """This function will note who takes the patient home: name and telephone, encrypted."""
    for field, text in (("name", name), ("phone", phone)):
        if not text.strip() or len(text) > 100:
            raise BadValue(field, N_("is needed, at most 100 characters"))

    def work() -> Done:
        visit = visit_of(actor.clinic, encounter)
        contact = notes.write(
            f"{name.strip()}\n{phone.strip()}", clinic=actor.clinic, at=at,
            by=actor.practitioner, patient=visit.patient_id,
        )  # fmt: skip
        row = Escort.objects.add(
            clinic_id=actor.clinic, patient_id=visit.patient_id,
            appointment_id=visit.appointment_id, contact=contact, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
        infusion.announce(actor.clinic, encounter, at)
        return Done(subject_kind="escort", subject=row.pk)

    perform(ACT, actor=actor, uid=uid, at=at, work=work)


def place_line(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, line: Line
) -> None:
    """This function will write down the intravenous line."""
    if not line.site.strip() or len(line.site) > 60:
        raise BadValue("site", N_("is needed, at most 60 characters"))
    if not 14 <= line.gauge <= 26:
        raise BadValue("gauge", N_("must be 14 to 26"))
    if not 1 <= line.attempts <= 10:
        raise BadValue("attempts", N_("must be 1 to 10"))
    told = [
        Told(code="iv_site", value=line.site.strip()),
        Told(code="iv_gauge", value=line.gauge, unit="{gauge}"),
        Told(code="iv_attempts", value=line.attempts, unit="1"),
        Told(code="iv_site_checked", value=line.runs_freely),
    ]
    _write(told, actor=actor, uid=uid, at=at, encounter=encounter)


def name_people(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, life_support: uuid.UUID,
    physician: uuid.UUID, starter: uuid.UUID, nurses: int,
) -> None:  # fmt: skip
    """This function will name who answers for a visit: life support, physician, who starts it.

    `nurses` are in the room now, for all patients of it. Raises BadValue naming who cannot be.
    """
    if not 0 <= nurses <= MOST_NURSES:
        raise BadValue("nurses", N_("must lie between 0 and 50"))
    starts = PERMISSIONS["infusion.run"]
    told = [
        Told(code="acls_person_present", value=True),
        Told(code=gate_people.LIFE_SUPPORT,
             value=str(_staff(actor, life_support, "life_support"))),
        Told(code="supervising_physician_available", value=True),
        Told(code=gate_people.PHYSICIAN,
             value=str(_staff(actor, physician, "physician", DOCTORS))),
        Told(code=gate_people.STARTER, value=str(_staff(actor, starter, "starter", starts))),
        Told(code=gate_people.NURSES, value=nurses, unit="1"),
    ]  # fmt: skip
    _write(told, actor=actor, uid=uid, at=at, encounter=encounter)


def by_hand(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, is_on: bool,
    alarm_heard: bool,
) -> None:  # fmt: skip
    """This function will note that a pulse oximeter is on and its own alarm was heard."""
    tell(
        actor=actor, uid=uid, at=at, encounter=encounter,
        facts={"pulse_oximeter_on": is_on, "pulse_oximeter_alarm_heard": alarm_heard},
    )  # fmt: skip


def visit_of(clinic: uuid.UUID, encounter: uuid.UUID) -> Encounter:
    """This function will return an infusion visit. Raises NotFound."""
    row = Encounter.of(clinic).filter(pk=encounter, kind="infusion").first()
    if row is None:
        raise NotFound(N_("There is no such infusion."))
    return row


def _write(
    told: list[Told], *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID,
    tested_at: datetime | None = None,
) -> None:  # fmt: skip
    test = [one for one in told if tested_at and one.code == pregnancy_tests.TEST]
    rest = [one for one in told if one not in test]

    def work() -> Done:
        visit = visit_of(actor.clinic, encounter)
        _still_open(visit)
        for part, moment in ((rest, at), (test, tested_at or at)):
            observations.write(
                part, actor=actor, at=at, measured_at=moment, patient=visit.patient_id,
                encounter=encounter,
            )  # fmt: skip
        infusion.announce(actor.clinic, encounter, at)
        codes = sorted(one.code for one in told)
        return Done(subject_kind="encounter", subject=encounter, detail={"codes": codes})

    perform(ACT, actor=actor, uid=uid, at=at, work=work)


def _still_open(visit: Encounter) -> None:
    row = InfusionState.of(visit.clinic_id).select_for_update().get(encounter=visit)
    if row.state not in {"prepared", "running", "paused", "stopped"}:
        raise NotNow(N_("This visit is over."))


def _matches(said: Any, same: Callable[[Any], bool]) -> bool | None:
    return None if said in (None, "") else same(said)


def _same_words(said: str, known: str) -> bool:
    return identity.words(said) == identity.words(known)


def _same_phone(said: str, known: str) -> bool:
    """The last four digits are what people are asked for."""
    digits, have = identity.digits(said), identity.digits(known)
    return len(digits) >= 4 and bool(have) and have.endswith(digits)


def _staff(
    actor: Actor, person: uuid.UUID, field: str, roles: frozenset[str] | None = None
) -> uuid.UUID:
    member = people.member(clinic=actor.clinic, practitioner=person)
    if member is None or not member.active or (roles and not member.roles & roles):
        raise BadValue(field, N_("is nobody who can stand in for this"))
    return member.id


def _booked(
    clinic: uuid.UUID, appointment: uuid.UUID | None, patient: uuid.UUID
) -> Appointment | None:
    if appointment is None:
        return None
    row = Appointment.of(clinic).filter(pk=appointment, patient_id=patient).first()
    if row is None:
        raise NotFound(N_("There is no such appointment."))
    return row


def _check_free(clinic: uuid.UUID, patient: uuid.UUID, chair: uuid.UUID | None) -> None:
    live = InfusionState.of(clinic).filter(state__in=alarm_fold.WATCHED)
    if live.filter(patient_id=patient).exists():
        raise Conflict(N_("This patient already has a visit under way."))
    if chair is not None and live.filter(chair_id=chair).exists():
        raise Conflict(N_("Another patient is in this chair."))
    if chair is not None and not Chair.of(clinic).filter(pk=chair, active=True).exists():
        raise Conflict(N_("This chair is out of use."))


def _next_session(plan: Any) -> int:
    given = InfusionState.of(plan.clinic_id).filter(
        encounter__plan_id=plan.pk, started_ms__isnull=False
    )
    return int(given.count()) + 1
