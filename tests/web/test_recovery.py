"""The pages of recovery, discharge and signing, role by role."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.test import Client

from reprieve.pathway import clock, preparing, recovery
from reprieve.records.models import Discharge, InfusionEvent, Observation, Signature
from tests import order_desk
from tests.chairside import Chair, sit
from tests.papers import words_of
from tests.recovery_room import SCORES, TOLD, leave, look, measure, ready, recovering, seen
from tests.world import PASSWORD, World, new

As = Callable[[str], Client]


@pytest.fixture
def now(world: World) -> World:
    """The clinic's clock as the pages see it: this minute."""
    world.at = clock.real() - timedelta(hours=4)
    return world


def up_to_now(world: World) -> None:
    world.at = clock.real()


@pytest.fixture
def resting(now: World) -> Chair:
    return recovering(now, minutes=65)


@pytest.fixture
def well(now: World) -> Chair:
    now.at = clock.real() - timedelta(hours=3, minutes=11)
    chair = ready(now)
    up_to_now(now)
    look(chair)
    return chair


def fields(**changes: str) -> dict[str, Any]:
    """What the form of one look sends."""
    found: dict[str, Any] = {
        "act": str(new()), "sbp": "124", "dbp": "78", "heart_rate": "72", "spo2": "98",
        "respiratory_rate": "14", "rass": "0", "pain": "2",
    }  # fmt: skip
    for score, answers in SCORES.items():
        found |= {f"{score}.{item}": str(value) for item, value in answers.items()}
    found |= {name: "yes" if value else "no" for name, value in TOLD.items()}
    return {**found, **changes}


def path(chair: Chair, rest: str = "") -> str:
    return f"/recovery/{chair.encounter}{rest}"


class TestPage:
    def test_it_says_what_holds_the_patient(self, resting: Chair, as_role: As) -> None:
        page = as_role("infusion_nurse").get(path(resting)).content.decode()
        assert "things hold the patient here" in page
        assert "Save this look" in page
        assert "Discharge home" not in page

    def test_a_well_patient_may_go(self, well: Chair, as_role: As) -> None:
        page = as_role("infusion_nurse").get(path(well)).content.decode()
        assert "ready to go home" in page
        assert "Discharge home" in page

    def test_it_says_when_the_next_look_is_due(self, resting: Chair, as_role: As) -> None:
        nurse = as_role("infusion_nurse")
        assert "the next look was due at" in nurse.get(path(resting)).content.decode()
        up_to_now(resting.world)
        look(resting)
        page = " ".join(nurse.get(path(resting)).content.decode().split())
        due = (resting.world.at + timedelta(minutes=15)).astimezone(ZoneInfo("America/New_York"))
        assert f"the next look is due at {due:%H:%M}" in page

    def test_a_look_is_saved(self, resting: Chair, as_role: As) -> None:
        up_to_now(resting.world)
        answer = as_role("infusion_nurse").post(path(resting), fields())
        assert answer.status_code == 302, answer.content.decode()
        codes = set(
            Observation.of(resting.world.id)
            .filter(encounter_id=resting.encounter)
            .values_list("code", flat=True)
        )
        assert {"sbp", "rass", "pain", "modified-aldrete", "padss", "iv_removed"} <= codes

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"sbp": "700"}, "700"),
            ({"padss.vitals": ""}, "is not answered"),
            ({"dbp": ""}, "both pressures"),
        ],
    )
    def test_a_refused_value_stands_beside_its_field(
        self, resting: Chair, as_role: As, changes: dict[str, str], says: str
    ) -> None:
        answer = as_role("infusion_nurse").post(path(resting), fields(**changes))
        assert answer.status_code == 422
        assert says in answer.content.decode()
        rows = Observation.of(resting.world.id).filter(code="padss")
        assert not rows.exists()

    def test_words_of_suicide_are_said_loudly(self, resting: Chair, as_role: As) -> None:
        answer = as_role("infusion_nurse").post(
            path(resting), fields(suicidal_statement="yes"), follow=True
        )
        assert "suicide-risk path is open" in answer.content.decode()

    def test_the_list(self, well: Chair, as_role: As) -> None:
        nurse = as_role("infusion_nurse")
        assert "Iva Invented" in nurse.get("/recovery").content.decode()
        # Tomorrow may be a day on which the clinic is closed: then a caller has to be named.
        leave(well, caller=well.world["infusion_nurse"].practitioner)
        page = nurse.get("/recovery").content.decode()
        assert f"/record/{well.encounter}" in page

    def test_the_desk_may_not(self, resting: Chair, as_role: As) -> None:
        assert as_role("front_desk").get(path(resting)).status_code == 403

    def test_an_unknown_visit(self, world: World, as_role: As) -> None:
        assert as_role("infusion_nurse").get(f"/recovery/{new()}").status_code == 404


class TestArrange:
    def test_escort_and_advice(self, resting: Chair, as_role: As) -> None:
        nurse, doctor = as_role("infusion_nurse"), as_role("physician")
        who = {"act": str(new()), "name": "Olga Invented", "phone": "555 0100"}
        assert nurse.post(path(resting, "/escort"), who).status_code == 302
        words = {"act": str(new()), "advice": "Usual evening dose."}
        assert nurse.post(path(resting, "/advice"), words).status_code == 403
        assert doctor.post(path(resting, "/advice"), words).status_code == 302
        page = nurse.get(path(resting)).content.decode()
        assert "Olga Invented" in page
        assert "Usual evening dose." in page

    def test_missing_words(self, resting: Chair, as_role: As) -> None:
        doctor = as_role("physician")
        assert doctor.post(path(resting, "/advice"), {"act": str(new())}).status_code == 422
        assert doctor.post(path(resting, "/escort"), {"act": str(new())}).status_code == 422

    def test_a_physician_decides_against_a_finding(self, well: Chair, as_role: As) -> None:
        up_to_now(well.world)  # a look of a later moment than the one before
        look(well, seen(told={"walks_as_before": False}))
        doctor = as_role("physician")
        reason = {"act": str(new()), "reason": "wheelchair, as always"}
        assert doctor.post(path(well, "/override/walking"), reason).status_code == 302
        assert "a physician decided" in doctor.get(path(well)).content.decode()

    @pytest.mark.parametrize(
        ("language", "word"), [("en", "When you are at home"), ("es", "Cuando")]
    )
    def test_the_instructions(
        self, well: Chair, as_role: As, language: str, word: str
    ) -> None:
        answer = as_role("infusion_nurse").get(
            path(well, f"/instructions.pdf?language={language}")
        )
        assert answer["Content-Type"] == "application/pdf"
        text = words_of(answer.content)
        assert word in text
        assert "tonight half" in text.replace("\n", " ")
        assert "1 " in text


class TestLeave:
    def send(self, chair: Chair, client: Client, **changes: str) -> Any:
        form = {"act": str(new()), "way": "home", "password": PASSWORD, "reason": "",
                "caller": str(chair.world["infusion_nurse"].practitioner)}  # fmt: skip
        return client.post(path(chair, "/leave"), {**form, **changes})

    def test_home(self, well: Chair, as_role: As) -> None:
        nurse = as_role("infusion_nurse")
        assert "Your signature" in nurse.get(path(well, "/leave")).content.decode()
        answer = self.send(well, nurse)
        assert answer["Location"] == f"/record/{well.encounter}"
        assert Discharge.of(well.world.id).get().way == "home"

    @pytest.mark.parametrize(
        ("changes", "says"),
        [
            ({"password": "wrong"}, "is not right"),
            ({"way": "against_advice"}, "is needed"),
            ({"way": ""}, "required"),
        ],
    )
    def test_what_is_missing_stays_on_the_page(
        self, well: Chair, as_role: As, changes: dict[str, str], says: str
    ) -> None:
        answer = self.send(well, as_role("infusion_nurse"), **changes)
        assert answer.status_code == 422
        assert says in answer.content.decode()
        assert not Discharge.of(well.world.id).exists()

    def test_not_ready_names_the_reasons(self, resting: Chair, as_role: As) -> None:
        answer = self.send(resting, as_role("infusion_nurse"))
        assert answer.status_code == 422
        assert "Not ready to go home" in answer.content.decode()


class TestRecord:
    def test_both_sign_and_addenda_stand_beside(self, well: Chair, as_role: As) -> None:
        leave(well, caller=well.world["infusion_nurse"].practitioner)
        nurse, doctor = as_role("infusion_nurse"), as_role("physician")
        record = f"/record/{well.encounter}"
        page = nurse.get(record).content.decode()
        assert "Sign the care" in page
        assert "40.00" in page
        press = {"act": str(new()), "password": PASSWORD}
        assert nurse.post(f"{record}/sign/care", press).status_code == 302
        assert "A physician closes the record next" in nurse.get(record).content.decode()
        press = {"act": str(new()), "password": PASSWORD}
        assert doctor.post(f"{record}/sign/record", press).status_code == 302
        assert "signed and closed" in doctor.get(record).content.decode()
        words = {"act": str(new()), "text": "The escort came later."}
        assert doctor.post(f"{record}/addendum", words).status_code == 302
        assert InfusionEvent.of(well.world.id).filter(addendum=True).count() == 1
        assert doctor.post(f"{record}/addendum", {"act": str(new())}).status_code == 422

    def test_a_wrong_password_signs_nothing(self, well: Chair, as_role: As) -> None:
        leave(well, caller=well.world["infusion_nurse"].practitioner)
        answer = as_role("infusion_nurse").post(
            f"/record/{well.encounter}/sign/care", {"act": str(new()), "password": "wrong"}
        )
        assert answer.status_code == 422
        assert not Signature.of(well.world.id).filter(meaning="care").exists()

    def test_out_of_order(self, well: Chair, as_role: As) -> None:
        leave(well, caller=well.world["infusion_nurse"].practitioner)
        answer = as_role("physician").post(
            f"/record/{well.encounter}/sign/record", {"act": str(new()), "password": PASSWORD}
        )
        assert answer.status_code == 422
        assert "signs first" in answer.content.decode()

    def test_an_open_visit(self, resting: Chair, as_role: As) -> None:
        page = as_role("infusion_nurse").get(f"/record/{resting.encounter}").content.decode()
        assert "still open" in page
        assert recovery.needed(
            clinic=resting.world.id, encounter=resting.encounter
        ).is_discharged is False


def test_how_it_was_before_the_drug_is_shown(now: World, as_role: As) -> None:
    world = now
    chair = sit(world)
    order_desk.order(chair)
    measure(chair)
    preparing.tell(
        actor=world["infusion_nurse"], uid=new(), at=world.at, encounter=chair.encounter,
        facts={"baseline_mobility": "walks with an aid", "baseline_limbs_n": 3,
               "baseline_orientation_score": 4},
    )  # fmt: skip
    address = path(chair)
    assert "was not recorded before the start" in as_role("infusion_nurse").get(
        address
    ).content.decode()
    world.later(minutes=5)
    chair.start(20)
    world.later(hours=1)
    chair.do("ended")
    shown = as_role("infusion_nurse").get(address).content.decode()
    assert "walks with an aid · 3 of 4 limbs moved · orientation 4 of 4" in shown
