"""Side effects are judged by a physician, counted per 100 infusions, and printed as Form 3500."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_harm, clock, harm_review, harm_stop
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import AdverseEvent, WorkItem
from reprieve.records.queries import harm
from tests.drug_room import infused
from tests.world import World, new

AsRole = Callable[[str], Client]
JUDGED = {"relatedness": "probable", "criteria": ["hospital"], "expected": "yes",
          "device_fault": "no", "outcome": "resolved", "note": "Sent for observation."}  # fmt: skip


@pytest.fixture
def today(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """The pages see the test's clock."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


@pytest.fixture
def event(today: World) -> uuid.UUID:
    """A severe side effect half an hour into an infusion that a vial of lot K-1 went into."""
    _, visit, _ = infused(today)
    severe = charting_harm.Harm(
        term="hypertension", grade=3, onset=today.at - timedelta(minutes=30), action="stopped"
    )
    found = charting_harm.record(harm=severe, **visit.act())
    today.later(minutes=5)
    return found


def judge(world: World, event: uuid.UUID, *, who: str = "physician", **changes: Any) -> uuid.UUID:
    given = harm_review.Judgement(**{
        "relatedness": "possible", "criteria": (), "expected": True, "device_fault": False,
        "outcome": "resolved",
    } | changes)  # fmt: skip
    return harm_review.judge(
        actor=world[who], uid=new(), at=world.at, event=event, judgement=given
    )


def test_a_judgement_begins_with_the_outcome_on_record(
    today: World, event: uuid.UUID, as_role: AsRole
) -> None:
    judge(today, event, outcome="resolved with sequelae")
    now = AdverseEvent.of(today.id).get(corrects_id=event)
    page = as_role("physician").get(reverse("harm_event", args=[now.pk])).content.decode()
    assert '<option value="resolved with sequelae" selected' in page
    assert '<option value="ongoing" selected' not in page


def test_a_severe_event_waits_until_a_physician_judges_it(
    today: World, event: uuid.UUID, as_role: AsRole
) -> None:
    assert WorkItem.of(today.id).get(kind="adverse_event").state == "open"
    nurse, physician = as_role("infusion_nurse"), as_role("physician")
    assert "hypertension, grade 3" in nurse.get(reverse("harm")).content.decode()
    page = nurse.get(reverse("harm_event", args=[event])).content.decode()
    for words in ("A physician judges it", "or a second drug", "K-1", "mg/h"):
        assert words in page
    answer = physician.post(reverse("harm_event", args=[event]), {"act": str(new())})
    assert answer.status_code == 422
    answer = physician.post(reverse("harm_event", args=[event]), JUDGED | {"act": str(new())})
    assert answer.status_code == 302
    assert harm.waiting(clinic=today.id) == []
    assert WorkItem.of(today.id).get(kind="adverse_event").state == "done"
    now = AdverseEvent.of(today.id).get(corrects_id=event)
    assert (now.serious, now.criteria, now.relatedness) == (True, ["hospital"], "probable")
    assert (now.rate_ug_per_h_at_onset, now.given_ug_at_onset) == tuple(
        AdverseEvent.of(today.id).values_list(
            "rate_ug_per_h_at_onset", "given_ug_at_onset"
        ).get(pk=event)
    )  # fmt: skip


def test_an_old_page_leads_to_what_stands_now_and_writes_nothing(
    today: World, event: uuid.UUID, as_role: AsRole
) -> None:
    stands = judge(today, judge(today, event), relatedness="definite")
    physician, address = as_role("physician"), reverse("harm_event", args=[event])
    now = reverse("harm_event", args=[stands])
    page = physician.get(address, follow=True)
    assert page.redirect_chain == [(now, 302)]
    assert "Somebody wrote about this since" in page.content.decode()
    assert physician.post(address, JUDGED | {"act": str(new())})["Location"] == now
    assert AdverseEvent.of(today.id).count() == 3
    assert physician.get(reverse("harm_event", args=[new()])).status_code == 404


def test_rates_have_intervals(today: World, event: uuid.UUID, as_role: AsRole) -> None:
    page = as_role("auditor").get(reverse("harm")).content.decode()
    assert "Infusions: 1;" in page
    assert "100.0" in page
    assert "557.2" in page  # the exact upper bound of one event in one infusion


def test_a_judgement_is_a_physicians_and_made_once(today: World, event: uuid.UUID) -> None:
    with pytest.raises(PermissionDenied):
        judge(today, event, who="infusion_nurse")
    with pytest.raises(BadValue, match="relatedness"):
        judge(today, event, relatedness="maybe")
    with pytest.raises(BadValue, match="criteria"):
        judge(today, event, criteria=("odd",))
    for outcome in ("entered-in-error", "gone", ""):
        with pytest.raises(BadValue, match="outcome"):
            judge(today, event, outcome=outcome)
    with pytest.raises(NotFound):
        judge(today, uuid.uuid4())
    judge(today, event)
    with pytest.raises(NotNow):
        judge(today, event)


def test_a_physician_decides_whether_infusions_go_on(
    today: World, event: uuid.UUID, as_role: AsRole
) -> None:
    judged = judge(today, event, criteria=("hospital",), relatedness="probable")
    patient = AdverseEvent.of(today.id).get(pk=judged).patient_id
    address = reverse("harm_patient", args=[patient])
    nurse, physician = as_role("infusion_nurse"), as_role("physician")
    assert address in nurse.get(reverse("harm")).content.decode()
    seen = nurse.get(address).content.decode()
    assert "stop the infusions" in seen
    assert "A physician decides." in seen
    today.later(minutes=1)
    empty = physician.post(address, {"act": str(new())})
    assert empty.status_code == 422
    said = {"outcome": "go_on", "reason": "Half the rate."}
    refused = nurse.post(address, said | {"act": str(new())})
    assert refused.status_code == 422
    assert "stop the infusions" in refused.content.decode()
    done = physician.post(address, said | {"act": str(new())}, follow=True).content.decode()
    assert "no side effect stops the infusions" in done
    assert "Half the rate." in done
    assert "Infusions stopped" not in nurse.get(reverse("harm")).content.decode()


def test_who_may_have_no_infusion_is_listed_also_when_the_grade_was_lowered(
    today: World, event: uuid.UUID, as_role: AsRole
) -> None:
    row = AdverseEvent.of(today.id).get(pk=event)
    act: dict[str, Any] = {"actor": today["infusion_nurse"], "encounter": row.encounter_id}
    for grade in (4, 2):
        today.later(minutes=1)
        harm = charting_harm.Harm(term="hypertension", grade=grade, note="read again")
        event = charting_harm.record(uid=new(), at=today.at, harm=harm, corrects=event, **act)
        if grade == 4:
            harm_stop.decide(
                actor=today["physician"], uid=new(), at=today.at, patient=row.patient_id,
                outcome="stay", reason="Pressure.",
            )  # fmt: skip
    address, nurse = reverse("harm_patient", args=[row.patient_id]), as_role("infusion_nurse")
    assert address in nurse.get(reverse("harm")).content.decode()
    seen = nurse.get(address).content.decode()
    assert "waits for a judgement" in seen
    assert reverse("harm_event", args=[event]) in seen


def test_the_nurse_ends_a_side_effect_on_the_recovery_page(
    today: World, event: uuid.UUID, as_role: AsRole
) -> None:
    visit = AdverseEvent.of(today.id).get(pk=event).encounter_id
    nurse, where = as_role("infusion_nurse"), reverse("recovery", args=[visit])
    assert "Side effects that go on" in nurse.get(where).content.decode()
    over = reverse("recovery_harm_over", args=[visit])
    early = {"harm": str(event), "outcome": "resolved", "at": "2020-01-01T10:00", "why": "late"}
    assert nurse.post(over, early | {"act": str(new())}).status_code == 422
    assert nurse.post(over, {"harm": "x", "act": str(new())}).status_code == 422
    told = {"harm": str(event), "outcome": "resolved", "act": str(new())}
    assert nurse.post(over, told).status_code == 302
    assert "Side effects that go on" not in nurse.get(where).content.decode()
    [now] = harm.of_visit(clinic=today.id, encounter=visit)
    assert now.ended == today.at
    record = nurse.get(reverse("record", args=[visit])).content.decode()
    assert "over at" in record
    report = reverse("harm_report", args=[now.id, "json"])
    found = as_role("medical_director").get(report).json()["B_event"]
    assert (found["ended"], found["outcome"]) == (today.at.isoformat(), "resolved")


def test_the_chart_offers_the_end_of_a_side_effect(
    today: World, event: uuid.UUID, as_role: AsRole
) -> None:
    visit = AdverseEvent.of(today.id).get(pk=event).encounter_id
    nurse, screen = as_role("infusion_nurse"), reverse("infusion", args=[visit])
    assert f'data-over="{event}"' in nurse.get(screen).content.decode()
    entry = reverse("infusion_entry", args=[visit, "harm_end"])
    told = {"harm": str(event), "outcome": "resolved with sequelae", "act": str(new())}
    assert nurse.post(entry, told).status_code == 302
    shown = nurse.get(screen).content.decode()
    assert "data-over=" not in shown
    assert "over at" in shown
