"""What is set going from the decision page, and the consultation letter."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from reprieve.clinical import investigations as catalogue
from reprieve.clinical import safety
from reprieve.clinical.findings import Step
from reprieve.pathway import (
    clock,
    decision,
    evaluation,
    history,
    investigations,
    questionnaires,
)
from reprieve.records.models import OutboxMessage, PatientLink
from reprieve.records.queries import decisions, problems, worklist
from reprieve.web.staff import decision_letter
from tests import evaluated
from tests import world as worlds
from tests.world import World, new

Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages ask for the clinic's time: here it is the test's."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def press(client: Client, patient: uuid.UUID, what: str, **fields: str) -> Any:
    return client.post(f"/patients/{patient}/decision/{what}", {"act": str(new())} | fields)


def page(client: Client, patient: uuid.UUID) -> str:
    return client.get(f"/patients/{patient}/decision").content.decode()


def is_awaited(shown: str, what: str) -> bool:
    return re.search(rf'{what}\s+<span class="state state-now">', shown) is not None


def waiting(world: World, patient: uuid.UUID) -> list[str]:
    return [item.kind for item in worklist.waiting(clinic=world.id, patient=patient)]


def test_each_test_answers_facts_that_the_evaluation_reads() -> None:
    read = {fact.name for fact in safety.facts_at(Step.EVALUATION)}
    for test in catalogue.investigations().values():
        assert test.facts & read, test.id
        assert test.facts <= set(safety.catalogue()), test.id


def test_a_missing_test_is_ordered_once_and_done_when_its_result_is_told(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    told = {"actor": world["physician"], "at": world.at, "patient": patient}
    evaluation.begin(uid=new(), **told)
    evaluation.record_history(
        uid=new(), answers={"cardiovascular_risk": True}, mode="clinic", **told
    )
    client = as_role("infusion_nurse")
    assert 'value="ecg"' in page(client, patient)
    for _ in range(2):
        assert press(client, patient, "order", test="ecg").status_code == 302
    assert waiting(world, patient) == [investigations.kind("ecg")]
    shown = page(client, patient)
    assert is_awaited(shown, "Electrocardiogram")
    assert 'value="ecg"' not in shown
    told |= {"at": world.later(minutes=1)}
    evaluation.record_history(uid=new(), answers={"ecg_reviewed": None}, mode="clinic", **told)
    assert waiting(world, patient) == [investigations.kind("ecg")], "unknown is no result"
    evaluation.record_history(uid=new(), answers={"ecg_reviewed": True}, mode="clinic", **told)
    assert waiting(world, patient) == []


def test_a_form_is_sent_to_the_patient_and_awaited(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    assert 'value="phq-9"' in page(client, patient)
    assert press(client, patient, "send", form="phq-9")["Location"].endswith("/decision")
    assert PatientLink.of(world.id).get().form == "phq-9"
    assert OutboxMessage.of(world.id).get().channel == "mail"
    assert is_awaited(page(client, patient), "Patient Health Questionnaire, 9 items")


def test_without_an_address_the_link_is_shown_to_scan(world: World, as_role: Browser) -> None:
    patient, _episode = worlds.person(world, email="", phone="")
    answer = press(as_role("physician"), patient, "send", form="audit-c")
    assert f"/links/{PatientLink.of(world.id).get().pk}" in answer["Location"]


@pytest.mark.parametrize(
    ("what", "fields"),
    [
        ("order", {"test": "horoscope"}),
        ("send", {"form": "c-ssrs-screener"}),
        ("send", {"form": "pcs"}),
        ("send", {"form": "../x"}),
    ],
)
def test_what_cannot_be_ordered_or_sent(
    world: World, as_role: Browser, patient: uuid.UUID, what: str, fields: dict[str, str]
) -> None:
    assert press(as_role("physician"), patient, what, **fields).status_code == 400
    assert not PatientLink.of(world.id).exists()
    assert waiting(world, patient) == []


def test_the_desk_orders_nothing(as_role: Browser, patient: uuid.UUID) -> None:
    assert press(as_role("front_desk"), patient, "order", test="ecg").status_code == 403


def lines(world: World, patient: uuid.UUID) -> dict[str, str]:
    decided = next(iter(decisions.of_patient(clinic=world.id, patient=patient)), None)
    made = decision_letter.sections(clinic=world.id, patient=patient, at=world.at, decided=decided)
    return {part.title: " | ".join(f"{a} {b}" for a, b in part.lines) for part in made}


def test_the_letter_tells_the_story_the_findings_and_the_decision(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient, aneurysm=True)
    act = {"actor": world["infusion_nurse"], "patient": patient}
    history.add_therapy(
        uid=new(), at=world.later(minutes=1), name="duloxetine", drug_class="snri",
        outcome="no effect", weeks=8, dose="60 mg", **act,
    )  # fmt: skip
    evaluation.record_criterion(
        uid=new(), at=world.later(minutes=1), name="neuropathic-grading", facts={}, **act
    )
    address = f"/patients/{patient}/decision/letter.pdf"
    assert as_role("physician").get(address).content[:4] == b"%PDF"
    assert lines(world, patient)["Decision"] == ""
    found = decision.examine(clinic=world.id, patient=patient, at=world.at)
    decision.decide(
        actor=world["physician"], uid=new(), at=world.later(minutes=1), patient=patient,
        outcome="accept", reason="Walks to the market again.",
        overrides={"aneurysm": "Clipped in 2019."},
        acknowledged=[finding.rule for finding in found],
    )  # fmt: skip
    said = lines(world, patient)
    assert "right arm (G90.511)" in said["Condition"]
    assert "unknown" in said["Criteria"]
    assert "duloxetine: SNRI antidepressant, 60 mg, 8 weeks, No effect" in said["Therapies tried"]
    assert "Medicines taken: none" in said["Medicines and allergies"]
    assert "Patient Health Questionnaire, 9 items: 0, minimal" in said["Scales"]
    assert "To be confirmed by the medical director." in said["Scales"]
    assert "Stop: " in said["Findings"]
    assert "Is an aneurysm known (aorta, brain or limb)? yes" in said["Findings"]
    assert "grade B" in said["Strength of evidence"]
    assert "Walks to the market again." in said["Decision"]
    assert "Went on against A known aneurysm (Stop) Clipped in 2019." in said["Decision"]
    answer = as_role("physician").get(address)
    assert answer["Content-Type"] == "application/pdf"


def test_the_ladder_says_dose_time_and_why_and_what_nobody_told(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("physician")
    where = f"/patients/{patient}/evaluation/lists/therapies"
    whole = {
        "act": str(new()), "name": "duloxetine", "drug_class": "snri", "highest": "60.0",
        "highest_unit": "mg/d", "tried_from": "2023-05", "tried_to": "2023-09", "weeks": "8",
        "outcome": "partial", "stopped_for": "cost", "stopped_words": "The insurer stopped it.",
    }  # fmt: skip
    assert client.post(where, whole).status_code == 302
    bare = {"act": str(new()), "name": "nerve block", "drug_class": "not a medicine",
            "outcome": "no effect"}  # fmt: skip
    assert client.post(where, bare).status_code == 302
    told = (
        "SNRI antidepressant, up to 60\u00a0mg/d, 2023-05 to 2023-09, 8 weeks, Some effect, "
        "stopped: Cost: The insurer stopped it."
    )
    unknown = "No effect, not known: dose, when, why it was stopped"
    for page in (client.get(where), client.get(f"/patients/{patient}/decision")):
        shown = page.content.decode()
        assert told in shown
        assert unknown in shown
    letter = lines(world, patient)["Therapies tried"]
    assert f"duloxetine: {told}" in letter
    assert unknown in letter
    refused = client.post(where, {**whole, "act": str(new()), "tried_to": "2023-04"})
    assert (refused.status_code, b"is before the beginning" in refused.content) == (422, True)


def test_printed_later_the_letter_still_tells_what_was_known(
    world: World, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient)
    act: dict[str, Any] = {"actor": world["physician"], "patient": patient}
    found = decision.examine(clinic=world.id, patient=patient, at=world.at)
    decision.decide(
        uid=new(), at=world.later(minutes=1), outcome="accept", reason="Walks again.",
        acknowledged=[finding.rule for finding in found], **act,
    )  # fmt: skip
    then = lines(world, patient)
    [pain] = problems.conditions(clinic=world.id, patient=patient)
    later: dict[str, Any] = {"at": world.later(days=30), **act}
    history.end(kind="condition", row=pain.id, uid=new(), **later)
    history.add_condition(uid=new(), label="shingles", is_pain_condition=True, **later)
    history.add_medicine(uid=new(), name="Gabapentin", dose="300 mg", **later)
    history.add_therapy(
        uid=new(), name="duloxetine", drug_class="snri", outcome="no effect", **later
    )
    history.add_allergy(uid=new(), substance="latex", **later)
    evaluation.record_criterion(uid=new(), name="neuropathic-grading", facts={}, **later)
    answers = {f"q{n}": 1 for n in range(1, 9)} | {"q9": 0}
    questionnaires.save(
        uid=new(), instrument="phq-9", answers=answers, complete=True, mode="clinic", **later
    )
    assert lines(world, patient) == then


def test_the_letter_says_what_is_not_known(world: World, patient: uuid.UUID) -> None:
    said = lines(world, patient)
    assert "Is an aneurysm known" in said["Not known"]
    assert said["Medicines and allergies"].count("not asked") == 2
    assert "No evidence is described" in said["Strength of evidence"]
