"""An infusion as the demo tells it: gate, double-check, the hour in the chair, going home."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from reprieve.clinical.double_check import Entered
from reprieve.config.demo import cabinet
from reprieve.config.demo.care import visit
from reprieve.config.demo.cast import Person
from reprieve.config.demo.stage import PASSWORD, Stage
from reprieve.pathway import (
    bags,
    booking,
    charting,
    charting_harm,
    discharge,
    double_checks,
    followup,
    gate,
    infusion,
    order_signing,
    preparing,
    recovery,
    signing,
)
from reprieve.pathway.infusion import Happened
from reprieve.records.queries import booking as booked

MICROGRAMS = 1000
CALM = {"sbp": 126, "dbp": 76, "heart_rate": 70, "spo2": 98, "respiratory_rate": 14, "rass": 0}
ARRIVED = {
    "medicines_changed": False, "mood_worse": False, "new_illness": False, "rash_or_fever": False,
    "bladder_symptoms": False, "chest_pain": False, "acute_heart_failure": False,
    "new_arrhythmia": False, "glp1_medicine": False, "diabetes": False,
    "solids_fasted_h": 9, "clear_fluids_fasted_h": 3,
    "could_become_pregnant": False, "pregnant": False, "etco2_waveform": "not used",
    "baseline_mobility": "walks alone", "baseline_limbs_n": 4, "baseline_orientation_score": 4,
}  # fmt: skip
PLACE = {"emergency_equipment_ready": True, "alarm_sound_heard": True}
NURSES = 3
RECOVERED = {
    "modified-aldrete": dict.fromkeys(
        ("activity", "respiration", "circulation", "consciousness", "oxygen"), 2
    ),
    "padss": dict.fromkeys(("vitals", "ambulation", "nausea", "pain", "bleeding"), 2),
    "orientation": dict.fromkeys(("name", "place", "date", "situation"), 1),
}
TOLD = {
    "nausea_controlled": True, "walks_as_before": True, "escort_present": True,
    "on_oxygen": False, "iv_removed": True, "written_instructions_given": True,
    "function_at_baseline": True, "suicidal_statement": False,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One infusion visit of one person."""

    who: Person
    patient: uuid.UUID
    encounter: uuid.UUID


def arrive(
    stage: Stage, who: Person, patient: uuid.UUID, *, chair: str = "", by_hand: bool = True,
    appointment: uuid.UUID | None = None,
) -> Visit:  # fmt: skip
    """This function will open the visit of a patient who has arrived and say who it is."""
    if appointment is not None:
        booking.mark(**stage.by("front_desk"), appointment=appointment, act="arrived")
        stage.later(minutes=2)
    encounter = preparing.open_visit(
        **stage.by("infusion_nurse"), patient=patient, appointment=appointment, by_hand=by_hand,
        chair=stage.chairs.get(chair),
    )  # fmt: skip
    visit_ = Visit(who=who, patient=patient, encounter=encounter)
    preparing.identify(
        **_nurse(stage, visit_),
        said=preparing.Identifiers(family=who.family, birth_date=who.born),
    )
    preparing.weigh(
        **_nurse(stage, visit_), weight_kg=Decimal(who.weight_kg), height_cm=Decimal(172)
    )
    return visit_


def ready(stage: Stage, visit_: Visit) -> None:
    """This function will do the rest of the gate, the bag and its double-check."""
    _facts(stage, visit_)
    order_signing.from_plan(
        **stage.by("physician"), encounter=visit_.encounter, password=PASSWORD
    )
    _bag(stage, visit_)
    measure(stage, visit_, pain=visit_.who.pain)
    stage.later(minutes=6)
    measure(stage, visit_, sbp=124)
    stage.later(minutes=1)


def _facts(stage: Stage, visit_: Visit) -> None:
    preparing.tell(**_nurse(stage, visit_), facts=ARRIVED)
    preparing.name_escort(
        **_nurse(stage, visit_), name="Robin Ridgewood", phone="+1 212 555 0123"
    )
    line = preparing.Line(site="left forearm", gauge=22, attempts=1, runs_freely=True)
    preparing.place_line(**_nurse(stage, visit_), line=line)
    nurse, physician = stage.staff["infusion_nurse"], stage.staff["physician"]
    assert nurse.practitioner is not None
    assert physician.practitioner is not None
    preparing.name_people(
        **_nurse(stage, visit_), life_support=nurse.practitioner, physician=physician.practitioner,
        starter=nurse.practitioner, nurses=NURSES,
    )  # fmt: skip
    preparing.by_hand(**_nurse(stage, visit_), is_on=True, alarm_heard=True)
    preparing.tell(**_nurse(stage, visit_), facts=PLACE)


def _bag(stage: Stage, visit_: Visit) -> None:
    made = bags.prepare(
        **_nurse(stage, visit_),
        mix=bags.Mix(
            vial_strength_mg_per_ml=Decimal(50), vial_form="racemic", bag_volume_ml=Decimal(100)
        ),
    )["recipe"]
    cabinet.drawn(
        stage, visit_.patient, visit_.encounter, Decimal(str(made["drug_volume_ml"]))
    )
    double_checks.check(
        **_nurse(stage, visit_), second=stage.staff["second_nurse"],
        entered=Entered(
            final_mg_per_ml=Decimal(str(made["final_mg_per_ml"])),
            ml_per_h=Decimal(str(made["steps"][0]["ml_per_h"])),
            vtbi_ml=Decimal(str(made["vtbi_ml"])),
        ),
    )  # fmt: skip


def start(stage: Stage, visit_: Visit) -> None:
    """This function will let the drug run at the ordered rate; a doctor and a second clinician
    stand for what the gate still asks."""
    for item in gate.items(clinic=stage.clinic.id, encounter=visit_.encounter, at=stage.at):
        if item.blocks and item.may_be_overridden:
            gate.override(
                **stage.by("physician"), second=stage.staff["infusion_nurse"],
                encounter=visit_.encounter, rule=item.finding.rule,
                reason="Discussed with the patient; watched closely.",
            )  # fmt: skip
    act(stage, visit_, "started", rate_ug_per_h=_rate(stage, visit_))


def _rate(stage: Stage, visit_: Visit) -> int:
    from reprieve.pathway import orders

    order = orders.needed_order(clinic=stage.clinic.id, encounter=visit_.encounter)
    return int(order.steps[0]["rate_ug_per_h"])


def act(stage: Stage, visit_: Visit, kind: str, *, rate_ug_per_h: int | None = None) -> None:
    """This function will write one act on the infusion."""
    happened = Happened(kind=kind, rate_ug_per_h=rate_ug_per_h)
    infusion.act(**_nurse(stage, visit_), happened=happened)


def measure(stage: Stage, visit_: Visit, **values: int) -> None:
    """This function will chart a set by hand: calm but for the values named."""
    jitter = {name: value + stage.rng.randint(-2, 2) for name, value in CALM.items()}
    jitter["rass"], jitter["spo2"] = 0, min(100, jitter["spo2"])
    charting.save_set(
        **_nurse(stage, visit_), values={k: Decimal(v) for k, v in (jitter | values).items()}
    )


def sit(stage: Stage, visit_: Visit, *, minutes: int, every: int = 15) -> None:
    """This function will let minutes pass in the chair, charting as the schedule asks."""
    end = stage.at + timedelta(minutes=minutes)
    while stage.at + timedelta(minutes=every) <= end:
        stage.later(minutes=every)
        pain = max(1, visit_.who.pain - stage.rng.randint(2, 4))
        measure(stage, visit_, pain=pain, dissociation=stage.rng.randint(1, 4))
    stage.at = end


def feel(stage: Stage, visit_: Visit, term: str, *, grade: int = 1) -> None:
    """This function will record a side effect."""
    charting_harm.record(
        **_nurse(stage, visit_),
        harm=charting_harm.Harm(term=term, grade=grade, action="none"),
    )


def go_home(stage: Stage, visit_: Visit) -> None:
    """This function will end the visit: recovery, criteria, escort, discharge, two signatures."""
    act(stage, visit_, "ended")
    stage.later(minutes=10)
    cabinet.accounted(stage, visit_.encounter)
    stage.later(minutes=25)
    look(stage, visit_)
    stage.later(minutes=35)
    look(stage, visit_)
    recovery.name_escort(
        **_nurse(stage, visit_), name="Robin Ridgewood", phone="+1 212 555 0123"
    )
    recovery.advise(
        **stage.by("physician"), encounter=visit_.encounter,
        text="Usual medicines tonight and tomorrow.",
    )  # fmt: skip
    _next_visit(stage, visit_)
    discharge.discharge(
        **_nurse(stage, visit_), password=PASSWORD,
        leaving=discharge.Leaving(way="home", caller=stage.staff["infusion_nurse"].practitioner),
    )
    stage.later(minutes=5)
    signing.sign(**_nurse(stage, visit_), meaning=signing.CARE, password=PASSWORD)
    stage.later(minutes=30)
    signing.sign(
        **stage.by("physician"), encounter=visit_.encounter, meaning=signing.RECORD,
        password=PASSWORD,
    )  # fmt: skip


def call_home(stage: Stage, visit_: Visit) -> None:
    """This function will call a patient who is well on the next day."""
    followup.call(
        **stage.by("infusion_nurse"), encounter=visit_.encounter,
        said=followup.Call(
            reached=True, fell=False, vivid_dreams=False, bladder=False, thoughts_of_death=False,
            mood=6, pain=max(1, visit_.who.pain - 3),
        ),
    )  # fmt: skip


def look(stage: Stage, visit_: Visit) -> None:
    """This function will save one look at a patient who recovers well."""
    values = {k: Decimal(v) for k, v in (CALM | {"pain": max(1, visit_.who.pain - 4)}).items()}
    recovery.record(
        **_nurse(stage, visit_), seen=recovery.Seen(values=values, scores=RECOVERED, told=TOLD)
    )


def _next_visit(stage: Stage, visit_: Visit) -> None:
    known = booked.of_patient(clinic=stage.clinic.id, patient=visit_.patient)
    if not any(a.kind == "follow_up" and a.starts_at > stage.at for a in known):
        visit(stage, visit_.patient, stage.at + timedelta(days=21), kind="follow_up")


def _nurse(stage: Stage, visit_: Visit) -> dict[str, Any]:
    return stage.by("infusion_nurse", encounter=visit_.encounter)
