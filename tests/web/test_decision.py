"""The decision page: findings with what resolves them, overrides, and the three outcomes."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from reprieve.pathway import evaluation, history, questionnaires
from reprieve.records.models import Decision, EpisodeOfCare
from reprieve.records.queries import decisions, medicines
from reprieve.web import decision_view
from tests import evaluated
from tests import world as worlds
from tests.world import World, new

Browser = Callable[[str], Client]


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def path(patient: uuid.UUID) -> str:
    return f"/patients/{patient}/decision"


def decide(client: Client, patient: uuid.UUID, outcome: str, **fields: Any) -> Any:
    seen = client.get(path(patient)).context["seen"]
    given = {
        "act": str(new()), "seen": seen, "outcome": outcome, "reason": "As discussed.",
        "acknowledge": "drug-abuse-score",
    }  # fmt: skip
    return client.post(path(patient), given | fields)


def place(world: World, patient: uuid.UUID) -> str:
    return EpisodeOfCare.of(world.id).get(patient_id=patient).state


@pytest.fixture
def at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages ask for the clinic's time: here it is the test's."""
    from reprieve.pathway import clock

    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)


@pytest.mark.usefixtures("at_once")
def test_nothing_known_shows_each_unknown_with_the_way_to_answer_it(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluation.begin(actor=world["physician"], uid=new(), at=world.at, patient=patient)
    page = as_role("physician").get(path(patient))
    for line in [*page.context["blocking"], *page.context["noted"]]:
        assert line.resolve, line.card.rule
    shown = page.content.decode()
    assert f"/patients/{patient}/evaluation/history#id_aneurysm" in shown
    assert "No pain condition entered" in shown
    assert "more rules wait for this" in shown, "what waits for the medicines is one line"
    assert "Unknown: blocks" in shown
    assert "disabled" in shown


def test_each_way_to_answer_leads_to_a_page(as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("physician")
    facts = ["cssrs_risk", "sbp_mmhg", "medicines", "suicide_alert_open", "aneurysm", "age_years"]
    for fact in facts:
        way = decision_view.resolve(fact, patient=patient)
        assert client.get(way.href.split("#")[0]).status_code == 200, fact


@pytest.mark.usefixtures("at_once")
def test_a_fit_patient_is_accepted(world: World, as_role: Browser, patient: uuid.UUID) -> None:
    evaluated.well(world, patient)
    client = as_role("physician")
    shown = client.get(path(patient)).content.decode()
    assert "Nothing blocks" in shown
    assert "Complex regional pain syndrome" in shown
    assert "grade B" in shown
    assert decide(client, patient, "accept").status_code == 302
    assert place(world, patient) == "accepted"


@pytest.mark.usefixtures("at_once")
def test_a_block_is_overridden_beside_its_finding(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient, aneurysm=True)
    client = as_role("physician")
    refused = decide(client, patient, "accept")
    assert (refused.status_code, "This blocks" in refused.content.decode()) == (409, True)
    said = {"override-aneurysm": "Clipped in 2019."}
    refused = decide(client, patient, "accept", acknowledge="", **said)
    assert "Clipped in 2019." in refused.content.decode(), "what was typed stays on the page"
    assert decide(client, patient, "accept", **said).status_code == 302
    (used,) = decisions.of_patient(clinic=world.id, patient=patient)[0].overrides
    assert (used.rule, used.reason) == ("aneurysm", "Clipped in 2019.")


@pytest.mark.usefixtures("at_once")
def test_what_nobody_may_override_leaves_no_way_to_accept(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient, ketamine_allergy=True)
    client = as_role("physician")
    shown = client.get(path(patient)).content.decode()
    assert "Nobody may override this" in shown
    assert 'name="override-ketamine-hypersensitivity"' not in shown
    said = {"override-ketamine-hypersensitivity": "I insist."}
    assert decide(client, patient, "accept", **said).status_code == 409
    assert not Decision.of(world.id).exists()
    assert decide(client, patient, "decline").status_code == 302
    assert place(world, patient) == "closed"


@pytest.mark.usefixtures("at_once")
def test_findings_that_changed_are_looked_at_again(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient)
    answer = decide(as_role("physician"), patient, "accept", seen="0" * 16)
    assert (answer.status_code, "have changed" in answer.content.decode()) == (409, True)


@pytest.mark.usefixtures("at_once")
@pytest.mark.parametrize(
    "fields", [{"reason": ""}, {"reason": "  "}, {"outcome": "none"}, {"outcome": ""}]
)
def test_a_decision_needs_its_outcome_and_reason(
    world: World, as_role: Browser, patient: uuid.UUID, fields: dict[str, str]
) -> None:
    evaluated.well(world, patient)
    outcome = fields.pop("outcome", "accept")
    assert decide(as_role("physician"), patient, outcome, **fields).status_code == 422
    assert not Decision.of(world.id).exists()


@pytest.mark.usefixtures("at_once")
def test_a_nurse_reads_and_does_not_decide(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient)
    client = as_role("infusion_nurse")
    assert "Accept for treatment" not in client.get(path(patient)).content.decode()
    assert decide(client, patient, "accept").status_code == 403
    assert as_role("front_desk").get(path(patient)).status_code == 403


@pytest.mark.usefixtures("at_once")
def test_the_story_holds_trends_therapies_weak_evidence_and_earlier_decisions(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient, code="M79.7")
    act = {"actor": world["infusion_nurse"], "patient": patient}
    history.add_therapy(
        uid=new(), at=world.later(minutes=1), name="duloxetine", drug_class="snri",
        outcome="no effect", weeks=8, **act,
    )  # fmt: skip
    questionnaires.save(
        uid=new(), at=world.later(days=1), instrument="nrs", answers={"pain": 5}, complete=True,
        mode="call", **act,
    )  # fmt: skip
    evaluation.record_criterion(
        uid=new(), at=world.later(minutes=1), name="neuropathic-grading", facts={}, **act
    )
    client = as_role("physician")
    assert decide(client, patient, "defer").status_code == 302
    page = client.get(path(patient))
    (trend,) = [t for t in page.context["trends"] if t.name == "nrs"]
    assert trend.chart is not None
    assert trend.chart["series"][0]["values"] == [7, 5]
    shown = page.content.decode()
    assert "neuropathic-grading" not in shown
    for words in ("duloxetine", "8 weeks", "say in the reason", "deferred", "As discussed.",
                  "Neuropathic pain, grading"):  # fmt: skip
        assert words in shown, words


def test_an_opioid_whose_dose_is_not_known_is_no_silence(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    evaluated.well(world, patient)
    act = {"actor": world["infusion_nurse"], "patient": patient}
    for minutes, (name, mg) in enumerate((("morphine", None), ("buprenorphine", 8)), start=1):
        history.add_medicine(
            uid=new(), at=world.later(minutes=minutes), name=name, dose="as needed",
            mg_per_day=mg and Decimal(mg), **act,
        )  # fmt: skip
    page = as_role("physician").get(path(patient)).content.decode()
    assert "opioid dose not known" in page
    assert "morphine as needed" in page
    listed = medicines.current(clinic=world.id, patient=patient)
    row = next(m.id for m in listed.medicines if m.name == "morphine")
    history.end(uid=new(), at=world.later(minutes=3), kind="medicine", row=row, **act)
    history.add_medicine(
        uid=new(), at=world.later(minutes=4), name="oxycodone", mg_per_day=Decimal(40), **act
    )
    page = as_role("physician").get(path(patient)).content.decode()
    assert "opioid dose not known" not in page
    assert "not counted in it: buprenorphine" in page
