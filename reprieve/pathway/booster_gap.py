"""The shortest gap between two visits: a booster that comes nearer needs a physician's reason.

Whoever books or moves a booster's infusion is held to it, unless the reason was given.
"""

from __future__ import annotations

import uuid
from datetime import date, datetime

from reprieve.clinical.findings import Severity
from reprieve.knowledge import N_, BadValue, Message
from reprieve.pathway import episodes, to_book
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import Conflict, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import Appointment, CarePlan, Decision, FindingOverride
from reprieve.records.queries import booking_plan, ladders
from reprieve.records.queries.treatments import zone_of

RULE = "booster.shortest_gap"
FIELD = "nearer"
ACT = "maintenance.decide"
STATES = to_book.RUNNING  # a plan is signed and not all of it given
DECISION, ALLOWED = "booster", "nearer"
TOO_NEAR = N_(
    "A booster before {day} comes nearer to the last infusion than the shortest gap. Ask the "
    "physician: it needs their reason, on the patient's page of maintenance."
)


def is_nearer(*, clinic: uuid.UUID, patient: uuid.UUID, starts_at: datetime, at: datetime) -> bool:
    """This function will tell whether a visit would lie nearer than the ladder's shortest gap."""
    first = ladders.earliest(clinic=clinic, patient=patient, at=at)
    return first is not None and _day(clinic, starts_at) < first


def keep(
    decision: Decision, *, starts_at: datetime | None, reason: str, actor: Actor, at: datetime
) -> None:
    """This function will keep beside a decision why its first session lies nearer than the gap.

    `starts_at` None leaves the time to the desk: a reason given then allows a nearer one. Of a time
    that was chosen it allows that day and later ones (`chosen`, in the decision). A visit
    that is booked already and becomes the booster's counts as its time. It is called inside the
    act that decides. Raises BadValue("nearer") where a time is nearer and no reason is given.
    """
    patient = decision.patient_id
    first = ladders.earliest(clinic=actor.clinic, patient=patient, at=at)
    times = [*([starts_at] if starts_at else []), *_booked_without_plan(actor, patient, at)]
    near = first is not None and any(_day(actor.clinic, one) < first for one in times)
    if near and not reason.strip():
        raise BadValue(FIELD, N_("is needed: the first session is nearer than the shortest gap"))
    is_open = starts_at is None and first is not None and _day(actor.clinic, at) < first
    if reason.strip() and (near or is_open):
        _write(decision, reason, actor=actor, at=at)


def allow(*, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, reason: str) -> None:
    """This function will note why the booster in force may be booked nearer than the gap.

    Raises BadValue without a reason, NotNow where nothing holds the booking.
    """
    if not reason.strip():
        raise BadValue(FIELD, N_("is needed"))

    def work() -> Done:
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        if (
            episode.state not in STATES
            or held_until(clinic=actor.clinic, patient=patient, at=at) is None
        ):
            raise NotNow(N_("No booster waits for the shortest gap to be over."))
        row: Decision = Decision.objects.add(
            clinic_id=actor.clinic, patient_id=patient, episode=episode, kind=DECISION,
            outcome=ALLOWED, recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        _write(row, reason, actor=actor, at=at)
        return Done(subject_kind="decision", subject=row.pk)

    perform(ACT, actor=actor, uid=uid, at=at, work=work)


def held_until(
    *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime, plan: uuid.UUID | None = None
) -> date | None:
    """This function will give the first day on which a booster's infusion may be booked.

    It is of the newest plan where none is named. None where nothing holds the booking: the plan is
    no booster, the gap is over today, or a physician said why it may be nearer.
    """
    found = _plan(clinic, patient, plan)
    if found is None or not found.is_booster:
        return None
    first = ladders.earliest(clinic=clinic, patient=patient, at=at, plan=found.pk)
    if first is None:
        return None
    held = min([first, *_allowed_from(found)])
    return held if _day(clinic, at) < held else None


def refuse_nearer(
    *, clinic: uuid.UUID, patient: uuid.UUID, plan: uuid.UUID | None, starts_at: datetime,
    at: datetime, stood: datetime | None = None,
) -> None:  # fmt: skip
    """This function will refuse a booster's infusion before its first day, inside the act that
    books or moves it.

    One that stood at `stood` may go to any later day, or stay on its own. Raises Conflict naming
    the first day and whom to ask.
    """
    if stood is not None and _day(clinic, starts_at) >= _day(clinic, stood):
        return
    first = held_until(clinic=clinic, patient=patient, at=at, plan=plan)
    if first is not None and _day(clinic, starts_at) < first:
        raise Conflict(Message(id=TOO_NEAR, params={"day": first}))


def is_by_reason(
    *, clinic: uuid.UUID, patient: uuid.UUID, plan: uuid.UUID | None, starts_at: datetime,
    at: datetime,
) -> bool:  # fmt: skip
    """This function will tell whether an infusion is nearer than the gap by a physician's word."""
    found = _plan(clinic, patient, plan)
    if found is None or not found.is_booster:
        return False
    first, day = (
        ladders.earliest(clinic=clinic, patient=patient, at=at, plan=found.pk),
        _day(clinic, starts_at),
    )
    return first is not None and day < first and min([first, *_allowed_from(found)]) <= day


def _plan(clinic: uuid.UUID, patient: uuid.UUID, plan: uuid.UUID | None) -> CarePlan | None:
    rows = CarePlan.of(clinic).filter(patient_id=patient)
    chosen = rows.filter(pk=plan) if plan else rows.order_by("-recorded_at", "-id")
    return chosen.first()


def has_reason(plan: CarePlan) -> bool:
    """This function will tell whether a physician said why a plan's infusions may come nearer."""
    return bool(_allowed_from(plan))


def _allowed_from(plan: CarePlan) -> list[date]:
    """The first days that physicians' reasons allow: of a chosen time its day, else any.

    Every booster has its own reason: one that was given for a plan before does not count.
    """
    rows = FindingOverride.of(plan.clinic_id).filter(patient_id=plan.patient_id, rule=RULE)
    given = rows.filter(recorded_at__gte=plan.recorded_at).select_related("decision")
    return [_first_day(one.decision) for one in given]


def _first_day(decision: Decision) -> date:
    said = next((one for one in decision.findings if one["rule"] == RULE), None)
    return date.fromisoformat(said["first"]) if said else date.min


def chosen(clinic: uuid.UUID, starts_at: datetime | None) -> list[dict[str, str]]:
    """This function will say beside a decision for which day on a reason holds, if for one."""
    if starts_at is None:
        return []
    return [{"rule": RULE, "first": _day(clinic, starts_at).isoformat()}]


def _booked_without_plan(actor: Actor, patient: uuid.UUID, at: datetime) -> list[datetime]:
    """The infusions to come that name no plan: the next plan takes them for its own."""
    rows = Appointment.of(actor.clinic).filter(
        patient_id=patient, kind="infusion", plan__isnull=True, starts_at__gte=at,
        status__in=booking_plan.STILL_TO_COME,
    )  # fmt: skip
    return list(rows.values_list("starts_at", flat=True))


def _write(decision: Decision, reason: str, *, actor: Actor, at: datetime) -> None:
    patient = decision.patient_id
    FindingOverride.objects.add(
        clinic_id=actor.clinic, patient_id=patient, decision=decision, rule=RULE,
        severity=Severity.WARN.value, recorded_at=at, by_id=actor.practitioner,
        reason=notes.write(
            reason.strip(), clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient
        ),
    )  # fmt: skip


def _day(clinic: uuid.UUID, moment: datetime) -> date:
    day: date = moment.astimezone(zone_of(clinic)).date()
    return day
