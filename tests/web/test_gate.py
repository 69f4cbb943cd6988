"""The page "ready to start": every item resolved in place, decided by two, started once."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clock
from reprieve.records.models import FindingOverride, InfusionEvent, Observation
from tests import gate_desk
from tests import world as worlds
from tests.gate_desk import Visit
from tests.world import PASSWORD, World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def visit(world: World, monkeypatch: pytest.MonkeyPatch) -> Visit:
    """A planned patient who has arrived; the pages see the test's clock."""
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return gate_desk.arrived(world)


def page(visit: Visit, browser: Client) -> str:
    answer = browser.get(reverse("gate", args=[visit.encounter]))
    assert answer.status_code == 200
    return answer.content.decode()


def tell(visit: Visit, browser: Client, key: str, status: int = 302, **fields: Any) -> str:
    data = {f"{key}-{name}": value for name, value in fields.items()} | {"act": str(new())}
    answer = browser.post(reverse("gate_tell", args=[visit.encounter, key]), data)
    assert answer.status_code == status, answer.content.decode()
    visit.world.later(seconds=5)
    return answer.content.decode()


def fill(visit: Visit, browser: Client) -> None:
    """Everything that a nurse fills in on the page."""
    world = visit.world
    tell(visit, browser, "identity", family="Invented", birth_date="1980-05-17")
    tell(visit, browser, "body", weight="163.1", weight_unit="lb", height="", height_unit="cm")
    tell(visit, browser, "escort", name="Olga", phone="555 0100")
    tell(visit, browser, "line", site="left hand", gauge="20", attempts="1", runs_freely="yes")
    tell(visit, browser, "people", life_support=str(world["infusion_nurse"].practitioner),
         physician=str(world["physician"].practitioner),
         starter=str(world["infusion_nurse"].practitioner), nurses="2")  # fmt: skip
    tell(visit, browser, "oximeter", is_on="yes", alarm_heard="yes")
    for part, answers in FACTS.items():
        tell(visit, browser, f"facts-{part}", **answers)
    for _ in range(2):
        tell(visit, browser, "vitals", sbp="124", dbp="78", heart_rate="70", spo2="98",
             respiratory_rate="14", rass="0")  # fmt: skip
        world.later(minutes=6)


FACTS: dict[str, dict[str, Any]] = {
    "mood": {"mood_worse": "no"},
    "since": {"medicines_changed": "no", "new_illness": "no", "rash_or_fever": "no",
              "bladder_symptoms": "no"},
    "fasting": {"solids_fasted_h": "9", "clear_fluids_fasted_h": "3", "glp1_medicine": "no",
                "diabetes": "no"},
    "pregnancy": {"could_become_pregnant": "no", "pregnant": "no"},
    "usual": {"baseline_mobility": "walks alone", "baseline_limbs_n": "4",
              "baseline_orientation_score": "4"},
    "vitals": {"chest_pain": "no", "acute_heart_failure": "no", "new_arrhythmia": "no",
               "etco2_waveform": "not used"},
    "place": {"emergency_equipment_ready": "yes", "staff_credentials_valid": "yes",
              "starter_credentials_valid": "yes"},
    "monitoring": {"alarm_sound_heard": "yes"},
}  # fmt: skip


def test_arrival_opens_the_visit_once_and_leads_to_the_gate(
    world: World, as_role: AsRole
) -> None:
    patient, browser, act = gate_desk.planned(world), as_role("infusion_nurse"), str(new())
    address = reverse("infusion_prepare", args=[patient])
    assert browser.get(address).status_code == 200
    assert browser.post(address, {"act": act}).status_code == 422
    first = browser.post(address, {"act": act, "source": "hand"})
    assert first.status_code == 302
    again = browser.get(address)
    assert again["Location"] == first["Location"]


def test_without_a_plan_the_page_says_what_comes_first(world: World, as_role: AsRole) -> None:
    patient, _episode = worlds.person(world)
    address = reverse("infusion_prepare", args=[patient])
    shown = as_role("infusion_nurse").get(address).content.decode()
    assert reverse("plan", args=[patient]) in shown
    answer = as_role("infusion_nurse").post(address, {"act": str(new()), "source": "hand"})
    assert answer.status_code == 422


def test_whole_gate_from_arrival_to_running(visit: Visit, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    shown = page(visit, nurse)
    assert "keep the gate closed" in shown
    assert 'data-open="start"' not in shown
    fill(visit, nurse)
    orders = nurse.post(reverse("orders_from_plan", args=[visit.encounter]), {"act": str(new())})
    assert orders.status_code == 302
    bag = {"strength_mg_per_ml": "50", "vial_form": "racemic", "bag_volume_ml": "250",
           "act": str(new())}  # fmt: skip
    assert nurse.post(reverse("bag", args=[visit.encounter]), bag).status_code == 302
    visit.check()
    visit.world.later(seconds=10)
    shown = page(visit, nurse)
    assert 'data-open="start"' in shown
    start = nurse.post(reverse("gate_start", args=[visit.encounter]), {"act": str(new())})
    assert start["Location"] == reverse("infusion", args=[visit.encounter])
    assert visit.state.state == "running"
    assert visit.state.rate_ug_per_h == 25_000
    assert "Go to the infusion" in page(visit, nurse)


def test_only_who_was_named_is_offered_the_start(visit: Visit, as_role: AsRole) -> None:
    visit.prepare_all()
    nurse, doctor = as_role("infusion_nurse"), as_role("physician")
    named = page(visit, nurse)
    assert "1 patient infuses or recovers here" in named
    assert "4 nurses are in the room" in named
    assert "Infusion_Nurse Invented" in named
    assert 'data-open="start"' in named
    others = page(visit, doctor)
    assert "was named to start" in others
    assert 'data-open="start"' not in others
    answer = doctor.post(reverse("gate_start", args=[visit.encounter]), {"act": str(new())})
    assert answer.status_code == 409
    assert visit.state.state == "prepared"


def test_people_are_named_with_the_nurses_of_the_room(visit: Visit, as_role: AsRole) -> None:
    nurse, staff = as_role("infusion_nurse"), visit.world
    shown = page(visit, nurse)
    assert "Nobody has said how many nurses" in shown
    assert "patients_per_nurse" not in shown
    named = {
        "life_support": str(staff["infusion_nurse"].practitioner),
        "physician": str(staff["physician"].practitioner),
        "starter": str(staff["infusion_nurse"].practitioner),
    }  # fmt: skip
    for wrong in ({"nurses": "51"}, {"nurses": ""}, {"nurses": "2", "starter": ""}):
        tell(visit, nurse, "people", 422, **{"nurses": "2", **named, **wrong})
    assert "acls-person" in visit.blocking
    tell(visit, nurse, "people", nurses="2", **named)
    assert not {"acls-person", "nurse-ratio"} & visit.blocking


def test_closed_gate_refuses_the_press_itself(visit: Visit, as_role: AsRole) -> None:
    answer = as_role("infusion_nurse").post(
        reverse("gate_start", args=[visit.encounter]), {"act": str(new())}
    )
    assert answer.status_code == 409
    assert visit.state.state == "prepared"


def test_pounds_become_kilograms_and_both_are_shown(visit: Visit, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    tell(visit, nurse, "body", weight="163.1", weight_unit="lb")
    row = Observation.of(visit.world.id).get(encounter_id=visit.encounter, code="weight_kg")
    assert row.value == 73.98
    shown = page(visit, nurse)
    assert "73.98" in shown
    assert "163.1" in shown


def test_second_person_confirms_the_weight_with_their_password(
    visit: Visit, as_role: AsRole
) -> None:
    nurse, doctor = as_role("infusion_nurse"), str(visit.world["physician"].practitioner)
    tell(visit, nurse, "body", weight="95")
    wrong = tell(visit, nurse, "again", 422, weight="95", second=doctor, password="x" * 12)
    assert "is not the second person" in wrong
    assert not re.search('name="weight"[^>]*value="95', wrong.split("again-weight")[0])
    tell(visit, nurse, "again", weight="95", second=doctor, password=PASSWORD)
    assert "weight" not in visit.blocking


@pytest.mark.parametrize(
    ("key", "fields", "says"),
    [
        ("identity", {"family": "Other", "birth_date": "1980-05-17"}, "does not match"),
        ("vitals", {"sbp": "78", "dbp": "124", "heart_rate": "70", "spo2": "98",
                    "respiratory_rate": "14", "rass": "0"}, "78"),
        ("facts-since", {}, "Nothing was answered"),
        ("facts-fasting", {"solids_fasted_h": "-1"}, "solids"),
    ],
)  # fmt: skip
def test_refused_form_comes_back_with_its_reason(
    visit: Visit, as_role: AsRole, key: str, fields: dict[str, str], says: str
) -> None:
    shown = tell(visit, as_role("infusion_nurse"), key, 422, **fields)
    assert says in shown
    assert not Observation.of(visit.world.id).filter(encounter_id=visit.encounter).exists()


def test_unknown_is_an_answer_of_its_own(visit: Visit, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    tell(visit, nurse, "facts-since", new_illness="no")
    tell(visit, nurse, "facts-since", new_illness="unknown")
    rows = Observation.of(visit.world.id).filter(code="new_illness").order_by("recorded_at")
    assert [row.value for row in rows] == [False, None]


def test_monitor_is_linked_in_place(visit: Visit, as_role: AsRole) -> None:
    from reprieve.records.models import Device

    nurse, world = as_role("infusion_nurse"), visit.world
    device = Device.objects.add(
        clinic_id=world.id, sender="SIM-1", bed="3", seen_first=world.at
    )
    assert "SIM-1" in page(visit, nurse)
    tell(visit, nurse, "monitor", device=str(device.pk), patient_ids="1042")
    assert "monitoring" not in visit.blocking
    assert "linked" in page(visit, nurse)


class TestDecide:
    def test_by_doctor_and_nurse_with_reason_and_password(
        self, visit: Visit, as_role: AsRole
    ) -> None:
        nurse, doctor = as_role("infusion_nurse"), str(visit.world["physician"].practitioner)
        address = reverse("gate_decide", args=[visit.encounter, "escort"])
        assert nurse.get(address).status_code == 200
        said = {"reason": "ambulance home", "second": doctor, "act": str(new())}
        assert nurse.post(address, said | {"password": "wrong-one-here"}).status_code == 422
        assert not FindingOverride.of(visit.world.id).exists()
        assert nurse.post(address, said | {"password": PASSWORD}).status_code == 302
        assert "ambulance home" in page(visit, nurse)

    def test_doctor_alone_acknowledges_a_warning(self, visit: Visit, as_role: AsRole) -> None:
        tell(visit, as_role("infusion_nurse"), "facts-since", medicines_changed="yes")
        address = reverse("gate_decide", args=[visit.encounter, "medicine-change"])
        nurses = as_role("infusion_nurse").get(address).content.decode()
        assert 'name="password"' in nurses
        doctor = as_role("physician")
        assert 'name="second"' not in doctor.get(address).content.decode()
        assert doctor.post(address, {"reason": "ok", "act": str(new())}).status_code == 302
        assert "medicine-change" not in visit.blocking

    def test_never_overridable_offers_nothing(self, visit: Visit, as_role: AsRole) -> None:
        address = reverse("gate_decide", args=[visit.encounter, "identity"])
        shown = as_role("physician").get(address).content.decode()
        assert "cannot be decided away" in shown
        said = {
            "reason": "x", "second": str(visit.world["infusion_nurse"].practitioner),
            "password": PASSWORD, "act": str(new()),
        }  # fmt: skip
        answer = as_role("physician").post(address, said)
        assert answer.status_code == 422
        assert "identity" in visit.blocking

    def test_the_second_person_may_be_elsewhere(self, visit: Visit, as_role: AsRole) -> None:
        nurse, doctor = as_role("infusion_nurse"), as_role("physician")
        address = reverse("gate_ask", args=[visit.encounter, "escort"])
        assert address in nurse.get(
            reverse("gate_decide", args=[visit.encounter, "escort"])
        ).content.decode()
        said = {"reason": "ambulance home", "act": str(new())}
        assert nurse.post(address, said).status_code == 422
        asked = str(visit.world["physician"].practitioner)
        assert nurse.post(address, said | {"second": asked}).status_code == 302
        beside = reverse("gate_beside", args=[visit.encounter])
        assert "waits for your colleague" in nurse.get(beside).content.decode()
        assert beside in doctor.get(reverse("work")).content.decode()
        shown = doctor.get(beside).content.decode()
        assert "ambulance home" in shown
        agree = re.search(r'action="([^"]*/beside/[^"]+)"', shown)
        assert agree is not None
        press = {"act": str(new()), "password": "guessed"}
        assert "is not right" in doctor.post(agree[1], press, follow=True).content.decode()
        assert "escort" in visit.blocking
        press |= {"password": PASSWORD, "act": str(new())}
        assert "on the record" in doctor.post(agree[1], press, follow=True).content.decode()
        assert "escort" not in visit.blocking
        again = press | {"act": str(new())}
        assert "asked anew" in doctor.post(agree[1], again, follow=True).content.decode()

    def test_unknown_rule(self, visit: Visit, as_role: AsRole) -> None:
        for name in ("gate_decide", "gate_ask"):
            unknown = reverse(name, args=[visit.encounter, "no-such"])
            assert as_role("physician").get(unknown).status_code == 404
        address = reverse("gate_decide", args=[visit.encounter, "no-such"])
        assert as_role("physician").get(address).status_code == 404


def test_start_twice_is_one_start(visit: Visit, as_role: AsRole) -> None:
    visit.prepare_all()
    nurse, act = as_role("infusion_nurse"), {"act": str(new())}
    for _ in range(2):
        answer = nurse.post(reverse("gate_start", args=[visit.encounter]), act)
        assert answer.status_code == 302
    started = InfusionEvent.of(visit.world.id).filter(kind="started")
    assert started.count() == 1


def test_stopped_infusion_is_started_again_from_here(visit: Visit, as_role: AsRole) -> None:
    visit.prepare_all()
    visit.start()
    visit.world.later(minutes=10)
    visit.pump.ask("stopped")
    visit.world.later(minutes=1)
    visit.bag()
    visit.check()
    visit.world.later(seconds=5)
    nurse = as_role("infusion_nurse")
    nurse.post(reverse("gate_start", args=[visit.encounter]), {"act": str(new())})
    assert visit.state.state == "running"


def test_numbers_of_measurements_are_never_filled_in(visit: Visit, as_role: AsRole) -> None:
    nurse = as_role("infusion_nurse")
    tell(visit, nurse, "facts-fasting", **FACTS["fasting"])
    tell(visit, nurse, "body", weight="74")
    shown = page(visit, nurse)
    numbers = re.findall(r'<input type="number"[^>]*>', shown)
    assert numbers
    assert not [one for one in numbers if "value=" in one]


def test_what_the_product_works_out_is_neither_shown_nor_taken(
    visit: Visit, as_role: AsRole
) -> None:
    nurse = as_role("infusion_nurse")
    shown = page(visit, nurse)
    for name in ("same_severe_harm_n", "serious_harm_undecided", "opioid_mme_per_day"):
        assert f'name="facts-history-{name}"' not in shown
        told = tell(visit, nurse, "facts-history", 422, **{name: "0"}, memory_complaint="no")
        assert "worked out from what is on record" in told
    told = Observation.of(visit.world.id).filter(encounter_id=visit.encounter)
    assert not told.exists()
