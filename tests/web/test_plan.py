"""Plan, orders and bag as pages: compared, fitted, signed by password, checked blind."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import clock, order_signing, orders
from reprieve.records.models import CarePlan, MedicationRequest, Signature
from reprieve.records.queries import bags as bag_list
from reprieve.records.queries import checks
from tests import gate_desk
from tests import world as worlds
from tests.gate_desk import Visit
from tests.world import PASSWORD, World, new

AsRole = Callable[[str], Client]
R10 = "ketamine-0.35mgkgh-4h-x10"
R3 = "ketamine-0.2-0.6mgkgh-4h-x3"


@pytest.fixture
def world(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.setattr(clock, "now", lambda _clinic: world.at)
    return world


@pytest.fixture
def visit(world: World) -> Visit:
    made = gate_desk.arrived(world)
    made.weigh()
    return made


def signed(browser: Client, patient: Any, name: str = R10, **fields: Any) -> Any:
    usual = {"condition": "crps", "password": PASSWORD, "act": str(new())}
    return browser.post(reverse("plan_sign", args=[patient, name]), usual | fields)


class TestCompare:
    def test_three_side_by_side_with_evidence_and_a_models_word(
        self, world: World, as_role: AsRole
    ) -> None:
        patient = gate_desk.consented(world)
        shown = as_role("physician").get(reverse("plan", args=[patient])).content.decode()
        assert shown.count("Expected highest level") == 3
        assert "Strength of evidence: B" in shown
        assert "decision support" in shown
        assert "arterial" in shown
        assert "163.1" in shown  # pounds beside kilograms
        assert shown.count("Fit and sign this one") == 3
        assert shown.count("What this assumes") == 3

    def test_nurse_reads_and_does_not_sign(self, world: World, as_role: AsRole) -> None:
        patient = gate_desk.consented(world)
        nurse = as_role("infusion_nurse")
        shown = nurse.get(reverse("plan", args=[patient])).content.decode()
        assert "Fit and sign this one" not in shown
        assert nurse.get(reverse("plan_sign", args=[patient, R10])).status_code == 403

    def test_weak_evidence_is_said(self, world: World, as_role: AsRole) -> None:
        patient = gate_desk.consented(world)
        asked = {"regimen": [R10], "condition": "fibromyalgia"}
        shown = as_role("physician").post(reverse("plan", args=[patient]), asked).content.decode()
        assert "write down why" in shown
        assert "90th percentile" in shown  # one regimen shows its band

    def test_high_body_mass_names_the_choice(self, world: World, as_role: AsRole) -> None:
        patient = gate_desk.consented(world)
        asked = {"regimen": [R10], "weight": "300", "weight_unit": "lb"}
        shown = as_role("physician").post(reverse("plan", args=[patient]), asked).content.decode()
        assert "body mass is above 30" in shown
        assert "Fit and sign this one" not in shown
        chosen = asked | {"weight_basis": "ideal"}
        shown = as_role("physician").post(reverse("plan", args=[patient]), chosen).content.decode()
        assert "Fit and sign this one" in shown

    def test_what_was_typed_comes_back_with_its_unit_and_goes_into_no_address(
        self, world: World, as_role: AsRole
    ) -> None:
        patient = gate_desk.consented(world)
        asked = {"regimen": [R10], "weight": "180", "weight_unit": "lb", "condition": "crps"}
        doctor = as_role("physician")
        shown = doctor.post(reverse("plan", args=[patient]), asked).content.decode()
        assert 'value="180"' in shown
        assert 'data-units-chosen="lb"' in shown
        assert "?condition" not in shown
        assert 'method="get"' not in shown
        opened = doctor.post(reverse("plan_sign", args=[patient, R10]), asked | {"fit": "1"})
        assert opened.status_code == 200
        assert '<option value="crps" selected>' in opened.content.decode()
        assert not CarePlan.of(world.id).exists()
        ignored = doctor.get(reverse("plan", args=[patient]), asked).content.decode()
        assert 'value="180"' not in ignored

    @pytest.mark.parametrize("asked", [{"regimen": ["x"]}, {"regimen": ["", ""]}])
    def test_unknown_regimen_is_refused(
        self, world: World, as_role: AsRole, asked: dict[str, Any]
    ) -> None:
        patient = gate_desk.consented(world)
        answer = as_role("physician").post(reverse("plan", args=[patient]), asked)
        assert answer.status_code == 200
        assert "Please check" in answer.content.decode()

    def test_four_are_too_many(self, world: World, as_role: AsRole) -> None:
        from reprieve.clinical.regimens import regimens

        patient = gate_desk.consented(world)
        asked = {"regimen": list(regimens())[:4]}
        shown = as_role("physician").post(reverse("plan", args=[patient]), asked).content.decode()
        assert "at most three" in shown

    def test_without_a_weight_it_asks_for_one(self, world: World, as_role: AsRole) -> None:
        patient, _episode = worlds.person(world)
        doctor = as_role("physician")
        shown = doctor.get(reverse("plan", args=[patient])).content.decode()
        assert "There is no weight on record" in shown
        assert "Please check" not in shown  # nothing was typed yet
        assert "Another weight" not in shown
        for typed in ("", "x"):
            answer = signed(doctor, patient, weight=typed)
            assert answer.status_code == 422
            assert 'id="id_weight_error"' in answer.content.decode()
        answer = signed(doctor, patient, weight="11", weight_unit="stone")
        assert answer.status_code == 400
        assert not CarePlan.of(world.id).exists()


class TestSign:
    def test_password_signs_and_the_page_shows_it(self, world: World, as_role: AsRole) -> None:
        patient = gate_desk.consented(world)
        doctor = as_role("physician")
        answer = signed(doctor, patient, goal="walk the dog", rescue=["midazolam", "oxygen"])
        assert answer.status_code == 302
        plan = CarePlan.of(world.id).get()
        assert plan.detail["rescue"] == {"midazolam": "iv", "oxygen": "inhaled"}
        shown = doctor.get(reverse("plan", args=[patient])).content.decode()
        assert "walk the dog" in shown
        assert "Physician Invented" in shown

    def test_amounts_of_a_titration_may_be_changed_singly(
        self, world: World, as_role: AsRole
    ) -> None:
        patient = gate_desk.consented(world)
        assert signed(as_role("physician"), patient, R3, amount_2="0.3").status_code == 302
        assert CarePlan.of(world.id).get().detail["amounts"] == {
            "1": "0.2", "2": "0.3", "3": "0.6",
        }  # fmt: skip

    @pytest.mark.parametrize(
        ("fields", "says"),
        [
            ({"password": "wrong-but-long"}, "is not right"),
            ({"condition": "fibromyalgia"}, "the evidence is weak here"),
            ({"condition": ""}, "This field is required"),
            ({"sessions": "11"}, "must be 1 to 10"),
            ({"maximum_mg": "500"}, "above the guard-rail"),
            ({"weight": "5"}, "must be within 20 to 350"),
        ],
    )
    def test_refused_with_the_field_named(
        self, world: World, as_role: AsRole, fields: dict[str, str], says: str
    ) -> None:
        patient = gate_desk.consented(world)
        answer = signed(as_role("physician"), patient, **fields)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert not CarePlan.of(world.id).exists()

    def test_before_consent_it_is_refused_in_words(self, world: World, as_role: AsRole) -> None:
        patient = gate_desk.consented(world)
        gate_desk.EpisodeOfCare.of(world.id).filter(patient_id=patient).update(state="accepted")
        assert signed(as_role("physician"), patient).status_code == 422

    def test_unknown_regimen(self, world: World, as_role: AsRole) -> None:
        patient = gate_desk.consented(world)
        address = reverse("plan_sign", args=[patient, "x"])
        assert as_role("physician").get(address).status_code == 404


class TestOrders:
    def test_empty_page_makes_them(self, visit: Visit, as_role: AsRole) -> None:
        nurse = as_role("infusion_nurse")
        shown = nurse.get(reverse("orders", args=[visit.encounter])).content.decode()
        assert "Make the orders from the plan" in shown
        nurse.post(reverse("orders_from_plan", args=[visit.encounter]), {"act": str(new())})
        shown = nurse.get(reverse("orders", args=[visit.encounter])).content.decode()
        assert "in force" in shown
        assert "midazolam IV" in shown
        assert "Sign a new order" not in shown

    def test_a_doctor_who_makes_them_signs_them(self, visit: Visit, as_role: AsRole) -> None:
        doctor = as_role("physician")
        address = reverse("orders_from_plan", args=[visit.encounter])
        for where in ("orders", "gate"):
            shown = doctor.get(reverse(where, args=[visit.encounter])).content.decode()
            assert "I order this for this patient" in shown
        for wrong in ({}, {"password": "guessed"}):
            refused = doctor.post(address, {"act": str(new()), **wrong}, follow=True)
            assert "Not signed" in refused.content.decode()
        assert not MedicationRequest.of(visit.world.id).exists()
        doctor.post(address, {"act": str(new()), "password": PASSWORD})
        row = orders.needed_order(clinic=visit.world.id, encounter=visit.encounter)
        assert row.prescriber_id == visit.world["physician"].practitioner
        assert Signature.of(visit.world.id).get(subject=row.pk).meaning == "order"

    def test_made_anew_only_while_nothing_newer_stands(
        self, visit: Visit, as_role: AsRole
    ) -> None:
        visit.order()
        nurse, gate = as_role("infusion_nurse"), reverse("gate", args=[visit.encounter])
        assert "Make the orders anew" in nurse.get(gate).content.decode()
        visit.world.later(minutes=1)
        lower = order_signing.Change(highest_rate_mg_per_h=Decimal(10))
        order_signing.sign_change(change=lower, **visit.signing())
        shown = nurse.get(gate).content.decode()
        assert "Make the orders anew" not in shown
        assert "only a doctor&#x27;s new order replaces it" in shown
        assert "Make the orders anew" in as_role("physician").get(gate).content.decode()

    def test_doctor_signs_a_new_one(self, visit: Visit, as_role: AsRole) -> None:
        visit.order()
        visit.world.later(minutes=1)
        doctor = as_role("physician")
        address = reverse("orders_change", args=[visit.encounter])
        assert doctor.post(address, {"act": str(new())}).status_code == 422
        wrong = {"change-maximum_mg": "0", "act": str(new())}
        assert doctor.post(address, wrong).status_code == 422
        right = {
            "change-highest_rate_mg_per_h": "30", "change-password": "guessed", "act": str(new()),
        }  # fmt: skip
        assert doctor.post(address, right).status_code == 422
        row = orders.needed_order(clinic=visit.world.id, encounter=visit.encounter)
        assert row.max_rate_ug_per_h != 30_000
        right |= {"change-password": PASSWORD}
        assert doctor.post(address, right).status_code == 302
        row = orders.needed_order(clinic=visit.world.id, encounter=visit.encounter)
        assert row.max_rate_ug_per_h == 30_000
        assert as_role("infusion_nurse").post(address, right).status_code == 403

    def test_by_voice_then_signed(self, visit: Visit, as_role: AsRole) -> None:
        visit.order()
        visit.world.later(minutes=1)
        nurse, doctor = as_role("infusion_nurse"), as_role("physician")
        said = {
            "voice-prescriber": str(visit.world["physician"].practitioner),
            "voice-drug": "labetalol/iv", "act": str(new()),
        }  # fmt: skip
        address = reverse("orders_by_voice", args=[visit.encounter])
        refused = nurse.post(address, said)
        assert refused.status_code == 422
        assert "read the order back" in refused.content.decode()
        assert nurse.post(address, said | {"voice-read_back": "on"}).status_code == 302
        row = MedicationRequest.of(visit.world.id).get(drug="labetalol")
        listed = doctor.get(reverse("orders_to_sign")).content.decode()
        assert "labetalol" in listed
        # Signed is what was said: whom it is for, how much at once, how often, and in all.
        for words in ("Iva Invented", "17 May 1980", "one dose at most", "wait between"):
            assert words in listed, words
        assert f"{row.min_interval_min} min" in listed
        assert "overdue" not in listed
        cosign = reverse("orders_cosign", args=[row.pk])
        wrong = doctor.post(cosign, {"act": str(new()), "password": "guessed"}, follow=True)
        assert "Not signed" in wrong.content.decode()
        assert "labetalol" in wrong.content.decode()
        signed = doctor.post(cosign, {"act": str(new()), "password": PASSWORD})
        assert signed.status_code == 302
        assert "Nothing waits" in doctor.get(reverse("orders_to_sign")).content.decode()

    def test_voice_needs_something_said(self, visit: Visit, as_role: AsRole) -> None:
        answer = as_role("infusion_nurse").post(
            reverse("orders_by_voice", args=[visit.encounter]), {"act": str(new())}
        )
        assert answer.status_code == 422


class TestBag:
    def test_recipe_label_and_check(self, visit: Visit, as_role: AsRole) -> None:
        nurse = as_role("infusion_nurse")
        address = reverse("bag", args=[visit.encounter])
        assert "no order" in nurse.get(address).content.decode()
        assert nurse.get(reverse("double_check", args=[visit.encounter])).status_code == 409
        visit.order()
        vial = {"strength_mg_per_ml": "50", "vial_form": "racemic", "bag_volume_ml": "250"}
        assert nurse.post(address, vial | {"act": str(new())}).status_code == 302
        shown = nurse.get(address).content.decode()
        assert "50.0" in shown or "50\u00a0mL/h" in shown
        label = nurse.get(reverse("bag_label", args=[visit.encounter])).content.decode()
        for words in ("KETAMINE", "Iva Invented", "Start by", "mg/mL"):
            assert words in label

    @pytest.mark.parametrize(
        ("change", "says"),
        [
            ({"vial_form": "esketamine"}, "the order says racemic"),
            ({"bag_volume_ml": "50"}, "do not fit"),
            ({"strength_mg_per_ml": "7"}, "Select a valid choice"),
        ],
    )
    def test_refused_vial(
        self, visit: Visit, as_role: AsRole, change: dict[str, str], says: str
    ) -> None:
        visit.order()
        vial = {"strength_mg_per_ml": "50", "vial_form": "racemic", "bag_volume_ml": "250"}
        if says == "do not fit":
            vial |= {"final_mg_per_ml": "1"}
        answer = as_role("infusion_nurse").post(
            reverse("bag", args=[visit.encounter]), vial | change | {"act": str(new())}
        )
        assert answer.status_code == 422
        assert says in answer.content.decode()

    def test_ten_fold_slip_is_named_and_nothing_starts(
        self, visit: Visit, as_role: AsRole
    ) -> None:
        visit.order()
        bag = visit.bag()
        visit.world.later(seconds=5)
        nurse, doctor = as_role("infusion_nurse"), str(visit.world["physician"].practitioner)
        address = reverse("double_check", args=[visit.encounter])
        rate = bag.recipe.steps[0].ml_per_h
        blind = nurse.get(address).content.decode()
        assert f"{bag.recipe.vtbi_ml}" not in blind
        entered = {
            "final_mg_per_ml": bag.recipe.final_mg_per_ml, "ml_per_h": rate * 10,
            "vtbi_ml": bag.recipe.vtbi_ml, "second": doctor, "password": PASSWORD,
        }  # fmt: skip
        slipped = nurse.post(address, entered | {"act": str(new())})
        assert slipped.status_code == 422
        assert "ten times" in slipped.content.decode()
        assert not checks.holds(clinic=visit.world.id, encounter=visit.encounter)
        visit.world.later(seconds=5)
        wrong = entered | {"ml_per_h": rate, "password": "wrong-but-long", "act": str(new())}
        assert nurse.post(address, wrong).status_code == 422
        right = wrong | {"password": PASSWORD, "act": str(new())}
        assert nurse.post(address, right).status_code == 302
        assert checks.holds(clinic=visit.world.id, encounter=visit.encounter)

    def test_while_it_runs_a_new_rate_may_be_set_up(self, visit: Visit, as_role: AsRole) -> None:
        for step in (visit.identify, visit.tell, visit.escort, visit.line, visit.people):
            step()
        visit.measure_twice()
        visit.order()
        visit.bag()
        visit.check()
        visit.world.later(seconds=5)
        visit.start()
        visit.world.later(minutes=10)
        vial = {"strength_mg_per_ml": "100", "vial_form": "racemic", "bag_volume_ml": "100",
                "rate_mg_per_h": "20"}  # fmt: skip
        nurse = as_role("infusion_nurse")
        address = reverse("bag", args=[visit.encounter])
        assert nurse.post(address, vial | {"act": str(new())}).status_code == 302
        made = bag_list.newest(clinic=visit.world.id, encounter=visit.encounter)
        assert made is not None
        assert made.recipe.steps[0].rate_mg_per_h == 20


@pytest.mark.parametrize("name", ["gate", "bag", "double_check", "bag_label", "orders"])
def test_another_clinics_visit_is_not_found(
    world: World, as_role: AsRole, name: str
) -> None:
    other = worlds.found("Other Clinic")
    visit = gate_desk.arrived(other)
    answer = as_role("physician").get(reverse(name, args=[visit.encounter]))
    assert answer.status_code == 404
