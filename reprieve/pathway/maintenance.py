"""When relief fades: what the patient reported proposes a booster, a physician decides.

A forecast has no way in here. A proposal is a work item; nothing is booked by itself.
"""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import OperationalError, transaction

from reprieve.knowledge import N_, BadValue
from reprieve.outcomes.booster import BoosterProposal, has_faded, propose_booster
from reprieve.outcomes.rules import rules
from reprieve.pathway import (
    as_needed,
    booking,
    booster_gap,
    clock,
    diary_link,
    due_forms,
    episodes,
    planning,
    turns,
    worklist,
)
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotNow, PathwayError
from reprieve.pathway.one_by_one import OneByOne
from reprieve.pathway.permissions import PHYSICIAN, Actor, system
from reprieve.pathway.plan_doses import Fitted
from reprieve.pathway.planning import Plan
from reprieve.records import notes
from reprieve.records.models import Act, CarePlan, Decision, EpisodeOfCare
from reprieve.records.queries import clinics, observations, response
from reprieve.records.queries.treatments import zone_of

KIND = "booster_proposal"
WANTED = "booster_wanted"  # decided at a visit, not yet planned
DECISION = "booster"
WITHIN = timedelta(days=3)
STATES = ("follow_up", "maintenance")
# The diary is looked after from the booking of a series on; forms are asked after it.
LOOKED_AFTER = ("in_series", *STATES)
# So many patients without news are noted in one transaction: the write lock is held for little.
AT_ONCE = 20


def proposal(
    *, clinic: uuid.UUID, patient: uuid.UUID, at: datetime
) -> BoosterProposal | None:
    """This function will return what fading relief proposes now, None when it proposes nothing."""
    # Every saved diary day asks this: what else is needed is read only when relief has faded.
    found = response.story(clinic=clinic, patient=patient, at=at, only_pain=True)
    if found.response is None or not has_faded(found.response):
        return None
    return propose_booster(
        response=found.response, at=found.response.at, rules=found.rules,
        surveillance=response.surveillance(clinic=clinic, patient=patient, at=at),
    )  # fmt: skip


def look(
    *, clinic: uuid.UUID, patient: uuid.UUID, actor: Actor, at: datetime
) -> uuid.UUID | None:
    """This function will put a proposal on the physicians' list, inside the caller's act.

    Once for each time relief fades: not while one is open, nor after a physician has decided.
    """
    if not _is_wanted(clinic, patient, at):
        return None
    return worklist.open_item(
        actor=actor, at=at, kind=KIND, owner_role=PHYSICIAN, due_at=at + WITHIN, patient=patient
    )


def look_after(
    *, clinic: uuid.UUID, patient: uuid.UUID, uid: uuid.UUID, at: datetime, day: date
) -> None:
    """This function will look whether a diary day, now stored by the act `uid`, shows that relief
    has faded.

    Much is read and next to nothing is ever found: nobody's writing waits for the reading. What
    is found is written by an act of its own, once; what fails here the nightly review finds, and
    never costs the patient the day that was written. A response counts a day when it is over: of
    today's there is nothing to find, once the night's review has seen the days before.
    """

    def work() -> Done:
        item = look(clinic=clinic, patient=patient, actor=actor, at=at)
        return Done(
            subject_kind="patient", subject=patient, detail={"proposed": item is not None}
        )

    actor = system(clinic, "diary")
    if day == _day(clinic, at) and _is_reviewed(clinic, patient, day):
        return
    with contextlib.suppress(BadValue, PathwayError, OperationalError):
        if _is_wanted(clinic, patient, at):
            mine = uuid.uuid5(uid, "relief fades")
            perform("maintenance.review", actor=actor, uid=mine, at=at, work=work)


def _is_reviewed(clinic: uuid.UUID, patient: uuid.UUID, day: date) -> bool:
    episode = _newest(clinic, patient)
    return episode is not None and Act.objects.filter(pk=_night(episode, day)).exists()


def _newest(clinic: uuid.UUID, patient: uuid.UUID) -> EpisodeOfCare | None:
    rows = EpisodeOfCare.of(clinic).filter(patient_id=patient)
    return rows.order_by("-started_at").first()


def _night(episode: EpisodeOfCare, day: date) -> uuid.UUID:
    return uuid.uuid5(episode.pk, f"maintenance {day.isoformat()}")


def _day(clinic: uuid.UUID, at: datetime) -> date:
    return at.astimezone(zone_of(clinic)).date()


def _is_wanted(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> bool:
    episode = _newest(clinic, patient)
    if episode is None or episode.state not in STATES:
        return False
    if worklist.already_open(clinic=clinic, kind=KIND, patient=patient):
        return False
    found = proposal(clinic=clinic, patient=patient, at=at)
    return found is not None and not _is_decided(clinic, patient, found)


def review_every_clinic() -> int:
    """This function will look at all patients in follow-up, each clinic by its own clock."""
    return sum(review_all(clinic=one.id, at=clock.now(one.id)) for one in clinics.clinics())


def review_all(*, clinic: uuid.UUID, at: datetime) -> int:
    """This function will look at every patient from a booked series on, and renew the diary.

    What is wrong with one patient's records never stops the others: it is raised after the last,
    and tried again the next time.
    """
    day = _day(clinic, at)
    rows = list(EpisodeOfCare.of(clinic).filter(state__in=LOOKED_AFTER).order_by("id"))
    uids = {row.pk: _night(row, day) for row in rows}
    done = set(Act.objects.filter(pk__in=list(uids.values())).values_list("pk", flat=True))
    count, looks = 0, OneByOne()
    calm: list[EpisodeOfCare] = []
    for row in rows:
        if uids[row.pk] in done:
            continue
        with looks.turn():
            news = _news(row, at)
            if news.is_any:
                review(episode=row, uid=uids[row.pk], at=at, news=news)
            else:
                calm.append(row)
            count += 1
        if len(calm) == AT_ONCE:
            _nothing_new(calm, uids, at)
            calm = []
    _nothing_new(calm, uids, at)
    looks.tell("maintenance")
    return count


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What the nightly look at a patient found to do."""

    relief_fades: bool
    diary_runs_out: bool
    forms_due: bool

    @property
    def is_any(self) -> bool:
        """Whether there is anything to do."""
        return self.relief_fades or self.diary_runs_out or self.forms_due


def _news(episode: EpisodeOfCare, at: datetime) -> News:
    """Read before the act that writes: a night's reading must not keep others from writing."""
    whose: dict[str, Any] = {
        "clinic": episode.clinic_id, "patient": episode.patient_id, "at": at,
    }  # fmt: skip
    return News(
        relief_fades=_is_wanted(**whose), diary_runs_out=diary_link.is_running_out(**whose),
        forms_due=episode.state in STATES and due_forms.is_due(**whose),
    )


def _nothing_new(
    rows: list[EpisodeOfCare], uids: Mapping[uuid.UUID, uuid.UUID], at: datetime
) -> None:
    """Note for some patients together that they were looked at."""
    none = News(relief_fades=False, diary_runs_out=False, forms_due=False)
    with transaction.atomic():
        for row in rows:
            review(episode=row, uid=uids[row.pk], at=at, news=none)


def review(*, episode: EpisodeOfCare, uid: uuid.UUID, at: datetime, news: News) -> None:
    """This function will do what was found to do for one patient, once for each `uid`."""
    actor = system(episode.clinic_id, "jobs")
    patient = episode.patient_id
    whose: dict[str, Any] = {"clinic": episode.clinic_id, "patient": patient, "at": at}

    def work() -> Done:
        item = look(actor=actor, **whose) if news.relief_fades else None
        if news.diary_runs_out and diary_link.is_running_out(**whose):
            diary_link.ask(actor=actor, patient=patient, at=at)
        if news.forms_due:
            due_forms.ask(actor=actor, patient=patient, at=at)
        return Done(
            subject_kind="episode", subject=episode.pk, detail={"proposed": item is not None}
        )

    perform("maintenance.review", actor=actor, uid=uid, at=at, work=work)


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What a physician decides: how many sessions, why, and a time if one is chosen already.

    `nearer` says why that time lies nearer to the last infusion than the ladder's shortest gap,
    or why the desk may book one that does.
    """

    reason: str
    sessions: int = 1
    slot: Slot | None = None
    nearer: str = ""


def accept(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, accepted: Accepted,
    password: str,
) -> dict[str, str]:  # fmt: skip
    """This function will sign a booster's plan, and book it when a time was chosen, all or nothing.

    The dose is the one reached last, fitted to the newest weight; the orders of the day follow
    from the weight of that day. Raises NotNow without an earlier plan, Conflict for a taken time,
    BadValue for a wrong password, and for a time too near without its reason.
    """
    if not accepted.reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        turns.take(actor.clinic)  # nobody closes a day between the look and the writing
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        before = planning.newest(clinic=actor.clinic, patient=patient)
        if before is None:
            raise NotNow(N_("There is no signed plan for this patient."))
        episodes.advance(episode=episode, act="followup.booster", actor=actor, at=at)
        starts_at = accepted.slot.starts_at if accepted.slot else None
        decided = _decide(
            episode, "accepted", accepted.reason, actor=actor, at=at,
            more=booster_gap.chosen(actor.clinic, starts_at),
        )  # fmt: skip
        booster_gap.keep(
            decided, starts_at=starts_at, reason=accepted.nearer, actor=actor, at=at
        )
        plan = planning.sign(
            actor=actor, uid=uuid.uuid5(uid, "plan"), at=at, patient=patient,
            plan=_plan(before, accepted), password=password,
        )  # fmt: skip
        for kind in (KIND, WANTED):
            worklist.finish_within(actor=actor, at=at, kind=kind, patient=patient)
        visit = _book(accepted.slot, plan, patient, actor=actor, at=at)
        return Done(
            subject_kind="care_plan", subject=plan,
            result={"appointment": str(visit or ""), "plan": str(plan)},
        )  # fmt: skip

    return perform("maintenance.decide", actor=actor, uid=uid, at=at, work=work)


def decline(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, reason: str
) -> None:
    """This function will note that a physician decided against a booster now, with the reason."""
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        episode = episodes.current(clinic=actor.clinic, patient=patient)
        _decide(episode, "declined", reason, actor=actor, at=at)
        for kind in (KIND, WANTED):
            worklist.finish_within(actor=actor, at=at, kind=kind, patient=patient)
        return Done(subject_kind="episode", subject=episode.pk)

    perform("maintenance.decide", actor=actor, uid=uid, at=at, work=work)


def _plan(before: CarePlan, accepted: Accepted) -> Plan:
    """The last plan again, shorter: the amount reached by its last session, the newest weight."""
    detail = before.detail
    weight = _weight_kg(before)
    amounts = {int(n): Decimal(amount) for n, amount in detail.get("amounts", {}).items()}
    reached = {1: amounts[max(amounts)]} if amounts else None
    return Plan(
        regimen=before.regimen, weight_kg=weight, weight_basis=detail.get("weight_basis", ""),
        condition=detail.get("condition", ""), rationale=accepted.reason.strip(),
        fit=Fitted(
            amounts=reached, sessions=accepted.sessions, duration_min=detail.get("duration_min")
        ),
        is_booster=True, rescue=detail.get("rescue", {}),
        rescue_limits=as_needed.limits_of(detail),
        highest_rate_mg_per_h=_amount(detail, "highest_rate_mg_per_h"),
        maximum_mg=_amount(detail, "maximum_mg"), bolus_max_mg=_amount(detail, "bolus_max_mg"),
    )  # fmt: skip


def _amount(detail: Mapping[str, Any], name: str) -> Decimal | None:
    return Decimal(detail[name]) if name in detail else None


def _weight_kg(before: CarePlan) -> Decimal:
    newest = observations.newest(
        clinic=before.clinic_id, patient=before.patient_id, codes=["weight_kg"]
    )
    if "weight_kg" in newest:
        return Decimal(str(newest["weight_kg"].value))
    return Decimal(before.detail["weight_kg"])


def _book(
    slot: Slot | None, plan: uuid.UUID, patient: uuid.UUID, *, actor: Actor, at: datetime
) -> uuid.UUID | None:
    if slot is None:
        return None
    wanted = replace(slot, kind="infusion", plan=plan, series_no=1)
    return booking.add(actor=actor, at=at, patient=patient, wanted=wanted).pk


def _decide(
    episode: EpisodeOfCare, outcome: str, reason: str, *, actor: Actor, at: datetime,
    more: Sequence[Mapping[str, str]] = (),
) -> Decision:  # fmt: skip
    found = proposal(clinic=actor.clinic, patient=episode.patient_id, at=at)
    note = notes.write(
        reason.strip(), clinic=actor.clinic, at=at, by=actor.practitioner,
        patient=episode.patient_id,
    )  # fmt: skip
    seen = [] if found is None else [
        {"rule": "booster", "since": found.since.isoformat(), "says": found.reason.id,
         "needs": [need.fact for need in found.needs]}
    ]  # fmt: skip
    row: Decision = Decision.objects.add(
        clinic_id=actor.clinic, patient_id=episode.patient_id, episode=episode, kind=DECISION,
        outcome=outcome, reason=note, findings=[*seen, *more], knowledge=_version(found, at),
        recorded_at=at, by_id=actor.practitioner,
    )  # fmt: skip
    return row


def _version(found: BoosterProposal | None, at: datetime) -> str:
    return rules(on=at.date()).versions["booster"][:40] if found is not None else ""


def _is_decided(clinic: uuid.UUID, patient: uuid.UUID, found: BoosterProposal) -> bool:
    zone = zone_of(clinic)
    rows = Decision.of(clinic).filter(patient_id=patient, kind=DECISION)
    last = rows.order_by("-recorded_at").values_list("recorded_at", flat=True).first()
    return last is not None and last.astimezone(zone).date() >= found.since
