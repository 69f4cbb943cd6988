"""Where it hurts: one picture for phone, staff, index, criterion, decision and letter."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.utils import translation
from django.utils.translation import gettext

from reprieve.clinical.body_areas import areas_of, label, maps
from reprieve.clinical.criteria import facts_of
from reprieve.clinical.instruments import instrument, words
from reprieve.pathway import links, questionnaires
from reprieve.records.models import Observation, QuestionnaireResponse
from reprieve.records.queries import body, form_sets, observations
from reprieve.records.queries import questionnaires as saved
from reprieve.web import body_map
from reprieve.web.staff import decision_letter
from tests import world as worlds
from tests.world import World, new

Browser = Callable[[str], Client]
ACHES = {"q-hand-left": "on", "q-neck": "on", "q-hip-left": "on"}
ON_PHONES = sorted({*form_sets.USUAL[form_sets.BASELINE], *form_sets.USUAL[form_sets.FOLLOW_UP],
                    "phq-2", "wpi-sss", "c-ssrs-screener"})  # fmt: skip


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def send(client: Client, patient: uuid.UUID, name: str, **fields: Any) -> Any:
    where = f"/patients/{patient}/evaluation/form/{name}"
    return client.post(where, {"act": str(new()), "mode": "clinic"} | fields)


def page(client: Client, patient: uuid.UUID, rest: str) -> str:
    return client.get(f"/patients/{patient}/{rest}").content.decode()


def test_every_area_that_is_asked_can_be_pressed_and_no_other() -> None:
    assert set(maps()) == {"body-map", "wpi-sss"}
    assert body_map.areas() == set(areas_of("body-map"))
    painful = next(f for f in facts_of("fibromyalgia-2016") if f.name == "painful_areas")
    assert set(areas_of("wpi-sss")) == set(painful.values) <= set(areas_of("body-map"))
    assert set(instrument("body-map").subscales[0].items) == set(painful.values)
    assert areas_of("phq-9") == ()
    assert (label("hand-left"), label("tail")) == ("Hand, left", "tail")


def test_left_and_right_are_the_patients_own() -> None:
    front, back = body_map.views()
    assert (front.left, back.left) == ("R", "L")
    for view, side in ((front, "right"), (back, "left")):
        for shape in view.shapes:
            middle = sum(x for x, _y in shape.corners) / len(shape.corners)
            if shape.area.endswith(("-left", "-right")):
                assert (middle < body_map.WIDTH / 2) is shape.area.endswith(side), shape.area
    assert all(s.area in {"neck", "chest"} for v in body_map.views_of(["neck", "chest"])
               for s in v.shapes)  # fmt: skip


def test_pressed_places_are_kept_and_count_in_the_index(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    assert "not asked" in page(client, patient, "decision")
    assert send(client, patient, "body-map", **ACHES).status_code == 302
    found = body.newest(clinic=world.id, patient=patient)
    assert found is not None
    assert found.areas == ("hip-left", "neck", "hand-left")
    told = observations.newest(clinic=world.id, patient=patient)
    assert (told["body-map"].value, told["body-map/wpi"].value) == (3, 2), "a hand is in no index"
    shown = page(client, patient, "decision")
    assert shown.count('class="is-on"') == 6, "hip, neck and hand, each seen from both sides"
    assert "Hip or buttock, left; Neck; Hand, left" in shown
    asked = page(client, patient, "evaluation/criterion/fibromyalgia-2016")
    assert asked.count("checked") == 2, "the criterion starts from the picture"
    form = page(client, patient, "evaluation/form/wpi-sss")
    assert form.count('class="is-on"') == 4
    said = decision_letter.sections(
        clinic=world.id, patient=patient, at=world.at, decided=None
    )  # fmt: skip
    assert next(s for s in said if s.title == "Where it hurts").lines[0][0].endswith("Hand, left")


def test_an_empty_picture_is_no_answer_unless_somebody_says_so(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    refused = send(client, patient, "body-map")
    assert (refused.status_code, "say that nothing hurts" in refused.content.decode()) == (
        422,
        True,
    )
    assert not QuestionnaireResponse.of(world.id).exists()
    assert send(client, patient, "body-map", nowhere="on").status_code == 302
    found = body.newest(clinic=world.id, patient=patient)
    assert found is not None
    assert found.areas == ()
    assert "Nothing hurts" in page(client, patient, "decision")


def test_a_draft_holds_only_what_was_pressed(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    where = f"/patients/{patient}/evaluation/form/body-map/draft"
    assert client.post(where, {"q-neck": "on"}).status_code == 200
    assert QuestionnaireResponse.of(world.id).get().answers == {"neck": 1}
    assert page(client, patient, "evaluation/form/body-map").count('class="is-on"') == 2


def test_a_goal_is_kept_in_the_patients_words_and_encrypted(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    assert send(client, patient, "personal-goal", **{"q-near": "2"}).status_code == 422
    given = {"q-near": "2", "words": "Walk to the market"}
    for _ in range(2):
        assert send(client, patient, "personal-goal", **given).status_code == 302
    assert Observation.of(world.id).filter(code="personal-goal/words").count() == 1
    assert "market" not in str(QuestionnaireResponse.of(world.id).values_list("answers"))
    assert "Walk to the market" in page(client, patient, "evaluation/form/personal-goal")
    assert "Walk to the market" in page(client, patient, "decision")
    with pytest.raises(ValueError, match="500"):
        questionnaires.save(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, mode="call",
            instrument="personal-goal", answers={"near": 3}, complete=True, words="x" * 501,
        )  # fmt: skip


def test_a_link_does_not_read_the_record_back(
    world: World, nobody: Client, patient: uuid.UUID
) -> None:
    """What staff wrote before the link was made is not shown on whatever phone holds it."""
    from reprieve.pathway import clock
    from reprieve.records.queries import links as known

    world.at = clock.real()
    before = {"actor": world["infusion_nurse"], "at": world.at, "patient": patient}
    questionnaires.save(
        uid=new(), mode="call", instrument="personal-goal", answers={"near": 3}, complete=True,
        words="A private wish", **before,
    )  # fmt: skip
    link = links.make(
        actor=world["front_desk"], uid=new(), at=clock.real(), patient=patient,
        form="personal-goal",
    )  # fmt: skip
    path = f"/f/{known.token_of(clinic=world.id, link=link)}"
    nobody.post(path, {"start": "1"})
    assert "A private wish" not in nobody.get(path).content.decode()
    drafted = {"form": "personal-goal", "words": "Dance again"}
    assert nobody.post(f"{path}/draft", drafted).status_code == 200
    assert "Dance again" in nobody.get(path).content.decode()
    wanted = {"clinic": world.id, "patient": patient, "instrument": "personal-goal"}
    assert saved.words(**wanted) == "Dance again"


@pytest.mark.parametrize("name", ON_PHONES)
def test_what_patients_are_asked_is_there_in_spanish(name: str) -> None:
    with translation.override("es"):
        same = [text for text in words(instrument(name)) if gettext(text) == text]
    assert not [t for t in same if t not in {"Abdomen", "no", "No"} and not t.isdigit()]
