"""The call after 24 hours: from the list to the end, in vain, broken off, and with grave words."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.test import Client

from reprieve.records.models import Encounter
from tests.chairside import Chair
from tests.web.test_followup import form, gone_home
from tests.world import World, new

As = Callable[[str], Client]


@pytest.fixture
def home(world: World) -> Chair:
    return gone_home(world)


CALLED = {"reached": "yes", "fell": "no", "mood": "7", "thoughts_of_death": "no", "pain": "3"}


class TestCall:
    def test_from_the_list_to_the_end(self, home: Chair, as_role: As) -> None:
        nurse = as_role("infusion_nurse")
        address = f"/follow-up/call/{home.encounter}"
        assert address in nurse.get("/follow-up").content.decode()
        assert "tel:+15550100199" in nurse.get(address).content.decode()
        assert nurse.post(address, form(**CALLED))["Location"] == "/follow-up"
        assert Encounter.of(home.world.id).filter(kind="call").exists()
        assert address not in nurse.get("/follow-up").content.decode()

    @pytest.mark.parametrize("field", ["reached", "fell", "mood", "thoughts_of_death"])
    def test_what_was_not_asked(self, home: Chair, as_role: As, field: str) -> None:
        values = {k: v for k, v in CALLED.items() if k != field}
        answer = as_role("infusion_nurse").post(
            f"/follow-up/call/{home.encounter}", form(**values)
        )
        assert answer.status_code == 422
        assert "is not answered" in answer.content.decode()

    def test_grave_words_lead_to_the_risk_page(self, home: Chair, as_role: As) -> None:
        answer = as_role("infusion_nurse").post(
            f"/follow-up/call/{home.encounter}", form(**{**CALLED, "thoughts_of_death": "yes"})
        )
        assert answer["Location"].endswith("/risk")

    def test_a_try_is_kept_and_shown(self, home: Chair, as_role: As) -> None:
        nurse = as_role("infusion_nurse")
        address = f"/follow-up/call/{home.encounter}"
        answer = nurse.post(address, form(reached="no", note="Rang out."), follow=True)
        assert "The call stays due." in answer.content.decode()
        assert "tried: 1" in nurse.get("/follow-up").content.decode()
        for shown in (address, f"/follow-up/{home.patient}"):
            page = nurse.get(shown).content.decode()
            assert "Rang out." in page
            assert "Infusion_Nurse Invented" in page

    def test_a_call_that_broke_off_is_written_and_stays_due(
        self, home: Chair, as_role: As
    ) -> None:
        nurse = as_role("infusion_nurse")
        address = f"/follow-up/call/{home.encounter}"
        said = form(reached="broke_off", fell="yes", note="The line went dead.")
        page = nurse.post(address, said, follow=True).content.decode()
        assert "What was told is written down. The call stays due." in page
        assert address in page
        assert "The line went dead." in nurse.get(address).content.decode()
        page = nurse.get(f"/follow-up/{home.patient}").content.decode()
        told = " ".join(page.split("On the telephone")[1].split("</ul>")[0].split())
        assert "fell" in told
        assert re.search(r"mood <[^>]+>.*not asked", told)

    def test_an_unknown_infusion(self, world: World, as_role: As) -> None:
        assert as_role("infusion_nurse").get(f"/follow-up/call/{new()}").status_code == 404
