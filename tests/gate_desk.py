"""A patient on the way to an infusion, told through the pathway: planned, prepared, started."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reprieve.clinical.double_check import Entered
from reprieve.pathway import (
    bags,
    charting,
    double_checks,
    gate,
    order_signing,
    planning,
    preparing,
)
from reprieve.pathway.planning import Plan
from reprieve.records import notes
from reprieve.records.models import Consent, EpisodeOfCare, InfusionState
from reprieve.records.queries import bags as bag_list
from tests import evaluated
from tests import world as worlds
from tests.chairside import Chair
from tests.house.stories import kept
from tests.order_desk import Pump
from tests.world import PASSWORD, World, new

CALM = {"sbp": 124, "dbp": 78, "heart_rate": 70, "spo2": 98, "respiratory_rate": 14, "rass": 0}
TOLD: dict[str, Any] = {
    "solids_fasted_h": 9, "clear_fluids_fasted_h": 3, "glp1_medicine": False,
    "medicines_changed": False, "mood_worse": False, "new_illness": False, "rash_or_fever": False,
    "bladder_symptoms": False, "chest_pain": False, "acute_heart_failure": False,
    "new_arrhythmia": False, "etco2_waveform": "not used", "emergency_equipment_ready": True,
    "staff_credentials_valid": True, "starter_credentials_valid": True, "alarm_sound_heard": True,
    "pulse_oximeter_on": True, "pulse_oximeter_alarm_heard": True, "could_become_pregnant": False,
    "pregnant": False, "diabetes": False, "baseline_mobility": "walks alone",
    "baseline_limbs_n": 4, "baseline_orientation_score": 4,
}  # fmt: skip
USUAL = Plan(
    regimen="ketamine-0.35mgkgh-4h-x10", weight_kg=Decimal(74), height_cm=Decimal(170),
    condition="crps", rescue={"midazolam": "iv", "ondansetron": "iv"},
)  # fmt: skip
MIX = bags.Mix(
    vial_strength_mg_per_ml=Decimal(50), vial_form="racemic", bag_volume_ml=Decimal(250)
)


@dataclass
class Visit:
    """One visit on its way through the gate, and the acts that its items need."""

    world: World
    patient: uuid.UUID
    encounter: uuid.UUID
    who: str = "infusion_nurse"

    def act(self, who: str = "") -> dict[str, Any]:
        return {
            "actor": self.world[who or self.who], "uid": new(), "at": self.world.at,
            "encounter": self.encounter,
        }  # fmt: skip

    def signing(self, who: str = "physician") -> dict[str, Any]:
        """What an act that is signed with a password needs."""
        return {**self.act(who), "password": PASSWORD}

    def identify(self) -> None:
        said = preparing.Identifiers(family="Invented", birth_date=date(1980, 5, 17))
        preparing.identify(said=said, **self.act())

    def weigh(self, weight_kg: str = "74") -> None:
        preparing.weigh(weight_kg=Decimal(weight_kg), height_cm=Decimal(170), **self.act())

    def tell(self, **changes: Any) -> None:
        preparing.tell(facts=TOLD | changes, **self.act())

    def measure(self, **changes: float) -> None:
        charting.save_set(values=CALM | changes, **self.act())

    def measure_twice(self, **changes: float) -> None:
        self.measure(**changes)
        self.world.later(minutes=6)
        self.measure(**changes)

    def escort(self) -> None:
        preparing.name_escort(name="Olga Invented", phone="+1 555 0100", **self.act())

    def line(self) -> None:
        line = preparing.Line(site="left forearm", gauge=20, attempts=1, runs_freely=True)
        preparing.place_line(line=line, **self.act())

    def people(self, *, starter: str = "infusion_nurse", nurses: int = 4) -> None:
        preparing.name_people(
            life_support=self.world["infusion_nurse"].practitioner,
            physician=self.world["physician"].practitioner,
            starter=self.world[starter].practitioner, nurses=nurses, **self.act(),
        )  # fmt: skip

    def order(self) -> uuid.UUID:
        return order_signing.from_plan(**self.act())

    def bag(self, mix: bags.Mix = MIX) -> bag_list.BagView:
        bags.prepare(mix=mix, **self.act())
        found = bag_list.newest(clinic=self.world.id, encounter=self.encounter)
        assert found is not None
        return found

    def check(self, **changes: str) -> double_checks.Checked:
        """The physician reads the pump, right but for the changes named."""
        bag = bag_list.newest(clinic=self.world.id, encounter=self.encounter)
        assert bag is not None
        right = {
            "final_mg_per_ml": bag.recipe.final_mg_per_ml,
            "ml_per_h": bag.recipe.steps[0].ml_per_h, "vtbi_ml": bag.recipe.vtbi_ml,
        } | {name: Decimal(text) for name, text in changes.items()}  # fmt: skip
        self.world.later(seconds=20)
        return double_checks.check(
            second=self.world["physician"], entered=Entered(**right), **self.act()
        )

    def prepare_all(self, *, but: frozenset[str] = frozenset()) -> None:
        """Everything but the start, and `but` what is named: a step, or a fact that is asked."""
        for step in (self.identify, self.weigh, self.escort, self.line, self.people):
            if step.__name__ not in but:
                step()
        self.tell(**dict.fromkeys(but & TOLD.keys()))
        self.measure_twice()
        self.order()
        self.bag()
        self.check()
        self.world.later(seconds=30)

    @property
    def blocking(self) -> set[str]:
        found = gate.items(clinic=self.world.id, encounter=self.encounter, at=self.world.at)
        return {item.finding.rule for item in found if item.blocks}

    @property
    def pump(self) -> Pump:
        return Pump(Chair(self.world, self.encounter, self.patient))

    @property
    def state(self) -> InfusionState:
        return InfusionState.of(self.world.id).get(encounter_id=self.encounter)

    def start(self, **more: Any) -> Any:
        bag = bag_list.newest(clinic=self.world.id, encounter=self.encounter)
        rate = int(bag.recipe.steps[0].rate_mg_per_h * 1000) if bag else 25_000
        return self.pump.ask("started", **({"rate_ug_per_h": rate} | more))


@kept
def consented(world: World, **changes: Any) -> uuid.UUID:
    """This function will bring a person to a signed consent."""
    patient, episode = worlds.person(world)
    evaluated.well(world, patient, **changes)
    agree(world, patient, episode)
    EpisodeOfCare.of(world.id).filter(pk=episode).update(state="consented")
    return patient


@kept
def agree(world: World, patient: uuid.UUID, episode: uuid.UUID) -> None:
    """This function will store a consent to the text in force."""
    from reprieve.clinical import consent

    text = consent.text("en")
    name = notes.write("Iva Invented", clinic=world.id, at=world.at)
    Consent.objects.add(
        clinic_id=world.id, patient_id=patient, episode_id=episode, given=True, language="en",
        text_version=text.version, text_sha256=text.sha256, signed_name=name,
        valid_from=world.at, valid_until=world.at + timedelta(days=365), recorded_at=world.at,
        by_id=world["physician"].practitioner,
    )  # fmt: skip


@kept
def planned(world: World, plan: Plan = USUAL, **changes: Any) -> uuid.UUID:
    """This function will bring a person to a signed plan."""
    patient = consented(world, **changes)
    sign(world, patient, plan)
    return patient


@kept
def sign(world: World, patient: uuid.UUID, plan: Plan = USUAL) -> uuid.UUID:
    return planning.sign(
        actor=world["physician"], uid=new(), at=world.at, patient=patient, plan=plan,
        password=PASSWORD,
    )  # fmt: skip


@kept
def arrived(world: World, plan: Plan = USUAL, **changes: Any) -> Visit:
    """This function will open the visit of a planned patient by hand, in no chair."""
    patient = planned(world, plan, **changes)
    world.later(days=1)
    return visit(world, patient)


@kept
def visit(world: World, patient: uuid.UUID, **more: Any) -> Visit:
    opened = preparing.open_visit(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, **more
    )
    return Visit(world, patient, opened)
