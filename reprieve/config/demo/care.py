"""Steps of care as the demo tells them: each calls the pathway as a person of the clinic would."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from reprieve.clinical import consent as texts
from reprieve.clinical import instruments
from reprieve.clinical.facts import Kind
from reprieve.config.demo.cast import Person
from reprieve.config.demo.stage import PASSWORD, Stage, scribble
from reprieve.pathway import (
    booking,
    consent,
    decision,
    diary,
    evaluation,
    followup,
    history,
    planning,
    questionnaires,
    referral,
)
from reprieve.pathway.booking import Slot
from reprieve.pathway.planning import Plan
from reprieve.pathway.referral import Request
from reprieve.records.identity import Identity
from reprieve.records.queries import booking as queries
from reprieve.records.referrers import NOBODY, Contact

SHORT = "ketamine-0.5mgkg-40min-x6"  # the regimen of the demo
# What a history asks that is well when the answer is not "no".
WELL: dict[str, Any] = {
    "iv_access": "easy", "liver_disease": "none", "pregnancy_test": "negative",
    "urinalysis": "not done",
    "pregnancy_test_age_days": 0,
    "liver_baseline_done": True,
    "ecg_reviewed": True, "pdmp_checked": True, "days_since_multiday_course": None,
    "courses_elsewhere_last_365_d": 0, "ketamine_mg_elsewhere_last_365_d": 0,
}  # fmt: skip
USUAL = 0.5
FORMS: dict[str, dict[str, int]] = {
    "phq-9": {f"q{n}": n % 2 for n in range(1, 9)} | {"q9": 0},
    "c-ssrs-screener": {"q1": 0, "q2": 0, "q6": 0},
    "audit-c": {"q1": 0, "q2": 0, "q3": 0},
    "ort-oud": dict.fromkeys((f"q{n}" for n in range(1, 10)), 0),
}

PROMIS = ("painin9", "painin22", "painin31", "painin34")

# Where it hurts, by the beginning of the condition's code; elsewhere hands and feet.
HURTS: dict[str, tuple[str, ...]] = {
    "G90.51": ("lower-arm-right", "hand-right"), "G90.52": ("lower-leg-left", "foot-left"),
    "M79.7": ("neck", "shoulder-left", "shoulder-right", "upper-back", "lower-back", "hip-left",
              "hip-right", "upper-leg-left", "upper-leg-right"),
    "M96.1": ("lower-back", "hip-left", "upper-leg-left"), "B02": ("chest", "upper-back"),
    "": ("hand-left", "hand-right", "foot-left", "foot-right"),
}  # fmt: skip
GOALS = ("Walk to the market again", "Play the piano for ten minutes", "Sleep through the night",
         "Carry my grandchild")  # fmt: skip


COLLEAGUE = Contact(
    name="Dr. Quill Quince", practice="Invented Family Practice",
    address="12 Example Street\nSpringfield", phone="+1 212 555 0170", fax="+1 212 555 0171",
)  # fmt: skip


def ask(stage: Stage, who: Person, *, source: str) -> uuid.UUID:
    """This function will let a person ask for a consultation and return the patient."""
    number = stage.rng.randrange(1000, 9999)
    identity = Identity(
        given=who.given, family=who.family, birth_date=who.born, sex=who.sex,
        phone=f"+1212555{number}", email=f"{who.given}.{who.family}@patients.example".lower(),
        mrn=f"D-{number}",
    )  # fmt: skip
    request = Request(
        identity=identity, source=source, message=who.message, language=who.language,
        interpreter=who.language != "en",
        referrer=COLLEAGUE if source == "referral" else NOBODY,
    )  # fmt: skip
    done = referral.receive(**stage.by("front_desk"), request=request)
    stage.later(minutes=20)
    return uuid.UUID(done["patient"])


def visit(stage: Stage, patient: uuid.UUID, at: datetime, *, kind: str, **more: Any) -> uuid.UUID:
    """This function will book a visit and close what waited for it at the desk."""
    wanted = Slot(starts_at=at, kind=kind, **more)
    return booking.book(**stage.by("front_desk"), patient=patient, wanted=wanted, anyway=True)


def hold_follow_up(stage: Stage, patient: uuid.UUID, now: datetime) -> None:
    """This function will hold the follow-up visits whose day has come: the treatment goes on."""
    for one in queries.of_patient(clinic=stage.clinic.id, patient=patient):
        if one.kind == "follow_up" and one.starts_at < now - timedelta(days=1):
            with stage.meanwhile(one.starts_at):
                followup.decide(
                    **stage.by("physician"), patient=patient, outcome="continue",
                    appointment=one.id, reason="Relief holds by the diary; function is better.",
                )  # fmt: skip


def evaluate(stage: Stage, who: Person, patient: uuid.UUID, **changes: Any) -> None:
    """This function will evaluate a person: history, body, vital signs, forms."""
    evaluation.begin(**stage.by("infusion_nurse"), patient=patient)
    stage.later(minutes=5)
    _history(stage, patient, changes)
    _body(stage, who, patient, changes)
    history.add_condition(**stage.by("physician"), patient=patient, code=who.condition)
    _therapies(stage, patient)
    history.no_allergies(**stage.by("infusion_nurse"), patient=patient)
    forms(stage, who, patient)


def _history(stage: Stage, patient: uuid.UUID, changes: dict[str, Any]) -> None:
    answers = {
        fact.name: WELL.get(fact.name, False if fact.kind is Kind.FLAG else USUAL)
        for fact in evaluation.questions()
    }
    told = answers | {k: v for k, v in changes.items() if k in answers}
    evaluation.record_history(
        **stage.by("infusion_nurse"), patient=patient, answers=told, mode="clinic"
    )


def _body(stage: Stage, who: Person, patient: uuid.UUID, changes: dict[str, Any]) -> None:
    usual = {"sbp": 128, "dbp": 78, "heart_rate": 72, "spo2": 98, "respiratory_rate": 14}
    evaluation.record_vitals(
        **stage.by("infusion_nurse"), patient=patient,
        values={k: Decimal(changes.get(k, v)) for k, v in usual.items()},
    )  # fmt: skip
    evaluation.record_body(
        **stage.by("infusion_nurse"), patient=patient, weight=Decimal(who.weight_kg),
        height=Decimal(172),
    )  # fmt: skip


THERAPIES = (
    ("gabapentin", "gabapentinoid", ("2400", "mg/d"), ("2022-03", "2022-09"), 8, "no effect"),
    ("duloxetine", "snri", ("60", "mg/d"), ("2022-10", "2023"), 10, "intolerant"),
    ("lidocaine patch", "topical", ("5", "%"), ("2023", "2024-02"), 12, "no effect"),
)
STOPPED = MappingProxyType({"no effect": "no effect", "intolerant": "side effects"})


def _therapies(stage: Stage, patient: uuid.UUID) -> None:
    for name, drug_class, (highest, unit), (began, ended), weeks, outcome in THERAPIES:
        history.add_therapy(
            **stage.by("infusion_nurse"), patient=patient, name=name, drug_class=drug_class,
            highest=Decimal(highest), highest_unit=unit, tried_from=began, tried_to=ended,
            outcome=outcome, weeks=weeks, stopped_for=STOPPED[outcome],
        )  # fmt: skip
    history.takes_nothing(**stage.by("infusion_nurse"), patient=patient)


def forms(stage: Stage, who: Person, patient: uuid.UUID, **own: dict[str, int]) -> None:
    """This function will fill in the forms of a baseline."""
    pain = {"nrs": {"pain": who.pain}}
    pain["promis-pain-interference-4a"] = dict.fromkeys(PROMIS, 4)
    pain["peg"] = {"pain": who.pain, "enjoyment": who.pain, "activity": min(10, who.pain + 1)}
    for name, answers in (pain | FORMS | own).items():
        form = instruments.instrument(name)
        known = set(answers) <= {item.id for item in form.items}
        questionnaires.save(
            **stage.by("infusion_nurse"), patient=patient, instrument=name, complete=True,
            answers=answers if known else {item.id: 0 for item in form.scored}, mode="kiosk",
        )  # fmt: skip
        stage.later(minutes=1)
    _own_words(stage, who, patient)


def _own_words(stage: Stage, who: Person, patient: uuid.UUID) -> None:
    """Where it hurts, and the one thing the person wants to be able to do again."""
    hurts = next(areas for code, areas in HURTS.items() if who.condition.startswith(code))
    asked = [item.id for item in instruments.instrument("body-map").items]
    act: dict[str, Any] = {"patient": patient, "complete": True, "mode": "kiosk"}
    questionnaires.save(
        **stage.by("infusion_nurse"), **act, instrument="body-map",
        answers={area: int(area in hurts) for area in asked},
    )  # fmt: skip
    questionnaires.save(
        **stage.by("infusion_nurse"), **act, instrument="personal-goal", answers={"near": 2},
        words=GOALS[who.pain % len(GOALS)],
    )  # fmt: skip


def answer_again(stage: Stage, who: Person, patient: uuid.UUID, *, at: datetime) -> None:
    """This function will answer the forms of the fourth week, by somebody whom it helped."""
    eased = max(1, who.pain - 4)
    told: dict[str, dict[str, int]] = {
        "peg": {"pain": eased, "enjoyment": eased, "activity": eased + 1}, "pgic": {"change": 2},
        "promis-pain-interference-4a": dict.fromkeys(PROMIS, 2),
        "personal-goal": {"near": 6},
    }  # fmt: skip
    with stage.meanwhile(at):
        for name, answers in told.items():
            questionnaires.save(
                **stage.by("infusion_nurse"), patient=patient, instrument=name, complete=True,
                answers=answers, mode="kiosk",
            )  # fmt: skip


def accept(stage: Stage, patient: uuid.UUID, *, outcome: str = "accept") -> None:
    """This function will let the physician decide, with what the findings ask to acknowledge."""
    found = decision.examine(clinic=stage.clinic.id, patient=patient, at=stage.at)
    decision.decide(
        **stage.by("physician"), patient=patient, outcome=outcome,
        reason="Refractory pain, tried therapies listed; benefits and burdens discussed.",
        overrides={f.rule: "Discussed; follow closely." for f in found if f.blocks},
        acknowledged=[f.rule for f in found],
    )  # fmt: skip
    stage.later(minutes=10)


def agree(stage: Stage, who: Person, patient: uuid.UUID) -> None:
    """This function will let the patient sign the consent."""
    text = texts.text(who.language)
    consent.give(
        **stage.by("infusion_nurse"), patient=patient, language=who.language,
        text_sha256=text.sha256, signed_name=f"{who.given} {who.family}",
        signature=scribble(who.weight_kg),
    )  # fmt: skip
    stage.later(minutes=10)


def plan(stage: Stage, who: Person, patient: uuid.UUID, *, regimen: str = SHORT) -> uuid.UUID:
    """This function will let the physician sign a plan."""
    done = planning.sign(
        **stage.by("physician"), patient=patient, password=PASSWORD,
        plan=Plan(
            regimen=regimen, weight_kg=Decimal(who.weight_kg), height_cm=Decimal(172),
            condition="crps", rationale="Other therapies failed; strongest evidence here.",
            goal="Walk to the market again.", rescue={"ondansetron": "iv", "labetalol": "iv"},
        ),
    )  # fmt: skip
    stage.later(minutes=10)
    return done


def keep_diary(stage: Stage, patient: uuid.UUID, *, until: datetime, pains: list[int]) -> None:
    """This function will keep a diary: one pain a day, the last of them on `until`'s day."""
    for back, pain in enumerate(reversed(pains)):
        at = until - timedelta(days=back)
        with stage.meanwhile(at):
            diary.save(
                **stage.by("infusion_nurse"), patient=patient, mode="call",
                said=diary.Day(
                    day=at.date(), average_pain=pain, worst_pain=min(10, pain + 2),
                    function=max(0, 10 - pain), mood=6,
                ),
            )  # fmt: skip
