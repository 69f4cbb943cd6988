"""After the drug: scores and vital signs until going home is safe, and what is still missing."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reprieve.clinical import safety
from reprieve.clinical.findings import Finding, Step
from reprieve.clinical.no_worse import no_worse
from reprieve.clinical.safety import shared
from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import vitals
from reprieve.pathway import charting, gate, infusion, observations, questionnaires, risk, signing
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import Encounter, Escort, FindingOverride, InfusionState
from reprieve.records.queries import advice, overrides, safety_numbers
from reprieve.records.queries import recovery as known

SCORES = ("modified-aldrete", "padss", "orientation")
FLAGS = (*known.NOW_FLAGS, *known.VISIT_FLAGS, "suicidal_statement")
STANDING = "standing_sbp"
OVERRIDE_LASTS = timedelta(hours=1)
# The act of discharge books the call and is itself signed: on the way there both hold.
PRESSED = {"call_24h_booked": True, "discharge_signed": True}
WATCHING = "time-after-stop"


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What was measured and asked at one moment.

    `values` by chart code, both pressures together; `scores` answers by instrument; `told` yes or
    no by fact; an unanswered question is left out. `standing_sbp` in mm[Hg].
    """

    values: Mapping[str, charting.Number] = field(default_factory=dict)
    scores: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    told: Mapping[str, bool] = field(default_factory=dict)
    standing_sbp: int | None = None
    note: str = ""


def record(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, seen: Seen
) -> dict[str, Any]:
    """This function will save one look at a patient in recovery.

    A word of suicide opens the suicide-risk path in the same act. Returns `alert` then. Raises
    BadValue naming what cannot be, NotNow when the patient is not in recovery.
    """
    _check(seen)

    def work() -> Done:
        row = _in_recovery(actor, encounter)
        _write(row, seen, actor=actor, at=at)
        spoke = seen.told.get("suicidal_statement", False)
        if spoke:
            risk.alert(actor=actor, at=at, patient=row.patient_id, encounter=encounter)
        return Done(subject_kind="encounter", subject=encounter, result={"alert": spoke})

    return perform("recovery.record", actor=actor, uid=uid, at=at, work=work)


def advise(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, text: str
) -> uuid.UUID:
    """This function will keep the physician's advice on this patient's usual medicines."""
    if not text.strip():
        raise BadValue("advice", N_("is needed"))

    def work() -> Done:
        row = _open(actor, encounter)
        saved = observations.write(
            [Told(code=advice.CODE, value=True)], actor=actor, at=at, measured_at=at,
            patient=row.patient_id, encounter=encounter, note=text.strip(),
        )[0]  # fmt: skip
        return Done(subject_kind="observation", subject=saved.pk)

    return uuid.UUID(perform("recovery.advise", actor=actor, uid=uid, at=at, work=work)["id"])


def name_escort(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, name: str, phone: str
) -> uuid.UUID:
    """This function will note who takes the patient home, with a telephone number."""
    for field_name, value in (("name", name), ("phone", phone)):
        if not value.strip():
            raise BadValue(field_name, N_("is needed"))

    def work() -> Done:
        row = _open(actor, encounter)
        visit = Encounter.of(actor.clinic).get(pk=encounter)
        contact = notes.write(
            f"{name.strip()}\n{phone.strip()}", clinic=actor.clinic, at=at,
            by=actor.practitioner, patient=row.patient_id,
        )  # fmt: skip
        saved = Escort.objects.add(
            clinic_id=actor.clinic, patient_id=row.patient_id, contact=contact,
            appointment_id=visit.appointment_id, recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="escort", subject=saved.pk)

    return uuid.UUID(perform("recovery.record", actor=actor, uid=uid, at=at, work=work)["id"])


def override(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, rule: str, reason: str
) -> uuid.UUID:
    """This function will note a physician's reason to go on against a finding, for one hour.

    It holds for what was seen: a worse value, or an answer where nothing was known, is another
    finding. Raises BadValue without a reason or for a rule that does not block now, NotNow where
    nobody may decide otherwise.
    """
    if not reason.strip():
        raise BadValue("reason", N_("is needed"))

    def work() -> Done:
        row = _in_recovery(actor, encounter)
        found = _blocking_rule(row, rule, at)
        kept = gate.keep_decision(
            gate.visit_of(actor.clinic, encounter), [found], kind="override", outcome="go_on",
            reason=reason.strip(), actor=actor, at=at,
        )  # fmt: skip
        saved = FindingOverride.objects.add(
            clinic_id=actor.clinic, patient_id=row.patient_id, encounter_id=encounter, rule=rule,
            severity=found.severity, decision=kept, reason_id=kept.reason_id, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="override", subject=saved.pk, detail={"rule": rule})

    return uuid.UUID(perform("recovery.override", actor=actor, uid=uid, at=at, work=work)["id"])


def findings(*, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime) -> tuple[Finding, ...]:
    """This function will judge whether a patient may go home, as if discharge were pressed now."""
    facts = known.facts(clinic=clinic, encounter=encounter, at=at) | PRESSED
    return safety.examine(
        facts=facts, step=Step.DISCHARGE, own_numbers=_own_numbers(clinic, encounter, at)
    )


def overridden(
    found: Iterable[Finding], *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime
) -> frozenset[str]:
    """This function will name the rules whose finding, as it is seen now, was decided against."""
    decided = overrides.of_visit(clinic=clinic, encounter=encounter)
    lately = {one.rule: one for one in decided if at - OVERRIDE_LASTS <= one.at <= at}
    return frozenset(
        f.rule for f in found if f.rule in lately and _is_same(lately[f.rule], f)
    )


def _is_same(decided: overrides.OverrideView, found: Finding) -> bool:
    """Whether a decision is about what is seen now, or about something worse."""
    if (decided.severity, decided.outcome) != (found.severity.value, found.outcome.value):
        return False
    return no_worse(decided.saw, gate.as_json(found)["saw"])


def standing(
    *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime
) -> tuple[tuple[Finding, ...], frozenset[str]]:
    """This function will return all findings, and the rules that hold the patient here."""
    found = findings(clinic=clinic, encounter=encounter, at=at)
    decided = overridden(found, clinic=clinic, encounter=encounter, at=at)
    held = {f.rule for f in found if f.blocks and not (f.overridable and f.rule in decided)}
    return found, frozenset(held)


def _own_numbers(
    clinic: uuid.UUID, encounter: uuid.UUID, at: datetime
) -> dict[str, Mapping[str, float]]:
    """The clinic's own numbers. A regimen may ask for longer watching than they, never shorter."""
    own = dict(safety_numbers.own(clinic=clinic, at=at) or {})
    wanted = known.shortest_min(clinic=clinic, encounter=encounter)
    entry = next(r for r in safety.rules() if r.name == WATCHING)
    now = {**entry.numbers, **own.get(WATCHING, {})}
    longer = {n: float(wanted) for n in ("usual_min", "longer_min") if wanted > now[n]}
    watching = {**own.get(WATCHING, {}), **longer}
    return {**own, WATCHING: watching} if watching else own


def _blocking_rule(row: InfusionState, rule: str, at: datetime) -> Finding:
    found = findings(clinic=row.clinic_id, encounter=row.encounter_id, at=at)
    wanted = next((f for f in found if f.rule == rule and f.blocks), None)
    if wanted is None:
        raise BadValue("rule", f"{rule[:60]!r} does not hold the patient now")
    if not wanted.overridable:
        raise NotNow(N_("Nobody may decide against this."))
    return wanted


def _check(seen: Seen) -> None:
    if not (seen.values or seen.scores or seen.told or seen.standing_sbp is not None):
        raise BadValue("values", "at least one value is needed")
    for name, kinds in (("scores", SCORES), ("told", FLAGS)):
        unknown = set(getattr(seen, name)) - set(kinds)
        if unknown:
            raise BadValue(name, f"unknown {min(unknown)[:60]!r}; known: {', '.join(kinds)}")
    if seen.standing_sbp is not None:
        low, high = shared.SBP.low, shared.SBP.high
        if not low <= seen.standing_sbp <= high:
            raise BadValue(STANDING, f"{seen.standing_sbp} is not between {low:g} and {high:g}")


def _write(row: InfusionState, seen: Seen, *, actor: Actor, at: datetime) -> None:
    if seen.values:
        charting.chart(row, seen.values, actor=actor, at=at)
    for instrument, answers in seen.scores.items():
        questionnaires.store(
            actor=actor, at=at, patient=row.patient_id, instrument=instrument, answers=answers,
            complete=True, mode="clinic", encounter=row.encounter_id,
        )  # fmt: skip
    told = [Told(code=name, value=value) for name, value in seen.told.items()]
    if seen.standing_sbp is not None:
        told.append(Told(code=STANDING, value=seen.standing_sbp, unit="mm[Hg]"))
    observations.write(
        told, actor=actor, at=at, measured_at=at, patient=row.patient_id,
        encounter=row.encounter_id, knowledge=vitals.knowledge().version,
    )  # fmt: skip
    if seen.note.strip():
        said = infusion.Happened(kind="noted", note=seen.note, detail={"about": "recovery"})
        infusion.append(row, said, actor=actor, at=at)
    infusion.announce(row.clinic_id, row.encounter_id, at)


def _open(actor: Actor, encounter: uuid.UUID) -> InfusionState:
    row = infusion.locked(clinic=actor.clinic, encounter=encounter)
    if signing.is_closed(clinic=actor.clinic, encounter=encounter):
        raise NotNow(N_("The record is signed: only an addendum can be written."))
    return row


def _in_recovery(actor: Actor, encounter: uuid.UUID) -> InfusionState:
    row = _open(actor, encounter)
    if row.state != "recovery":
        raise NotNow(N_("The patient is not in recovery: end the infusion first."))
    return row


def needed(*, clinic: uuid.UUID, encounter: uuid.UUID) -> known.Visit:
    """This function will return a visit. Raises NotFound."""
    found = known.visit(clinic=clinic, encounter=encounter)
    if found is None:
        raise NotFound(N_("There is no such infusion."))
    return found
