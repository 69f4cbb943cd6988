"""The board of all chairs and the page of the monitors."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from reprieve.pathway import charting, clinic, feed
from reprieve.pathway.clock import ms
from reprieve.pathway.feed_values import NotCharted
from reprieve.records.models import Device, DeviceAssociation, ParkedDecision, ParkedMessage
from reprieve.records.queries import board as queries
from tests import world as worlds
from tests.chairside import QUICK, Chair, sent, sit
from tests.world import World, new

AsRole = Callable[[str], Client]


@pytest.fixture
def world(timed: World) -> World:
    return timed


def seated(world: World, name: str) -> Chair:
    """A running infusion in a chair with a name."""
    chair = sit(world)
    place = clinic.add_chair(actor=world["manager"], uid=new(), at=world.at, name=name)
    chair.do("chair_moved", chair=place)
    chair.start(20)
    return chair


def measured(chair: Chair, **values: float) -> None:
    charting.save_set(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, values=values,
    )  # fmt: skip


def text(client: Client, name: str, *args: object) -> str:
    answer = client.get(reverse(name, args=args))
    assert answer.status_code == 200, answer.content
    return answer.content.decode()


class TestBoard:
    def test_empty_board_teaches(self, nurse: Client) -> None:
        assert "No chair is in use" in text(nurse, "board")

    def test_worst_first_with_first_name_and_initial(self, world: World, nurse: Client) -> None:
        calm, bad, middle = (seated(world, n) for n in "ABC")
        measured(calm, spo2=98)
        measured(bad, spo2=80)
        measured(middle, sbp=120, dbp=104)
        html = text(nurse, "board")
        assert re.findall(r'seat-chair">(\w)<', html) == ["B", "C", "A"]
        assert "Iva I." in html
        assert "Iva Invented" not in html
        assert 'data-sounds="high"' in html
        assert html.count("No alarm") == 1

    def test_overdue_comes_before_due(self, world: World, nurse: Client) -> None:
        first, second = (seated(world, n) for n in "AB")
        world.later(minutes=4)
        measured(second, spo2=98, heart_rate=70, sbp=120, dbp=70, respiratory_rate=14, rass=0)
        html = text(nurse, "board")
        assert re.findall(r'seat-chair">(\w)<', html) == ["A", "B"]
        assert first.encounter != second.encounter

    def test_poll(self, world: World, nurse: Client) -> None:
        chair = seated(world, "A")
        first = nurse.get(reverse("live_board"))
        cursor = re.search(r'data-cursor="(\d+)"', first.content.decode())
        assert cursor
        address = reverse("live_board")
        assert nurse.get(address, {"after": cursor[1]}).status_code == 204
        measured(chair, spo2=84)
        assert "SpO2 84" in nurse.get(address, {"after": cursor[1]}).content.decode()

    def test_other_clinics_chairs_are_not_on_it(self, world: World, nurse: Client) -> None:
        with override_settings(PASSWORD_HASHERS=QUICK):
            seated(worlds.found("Other"), "Z")
        assert "No chair is in use" in text(nurse, "board")

    def test_finished_visits_leave_it(self, world: World, nurse: Client) -> None:
        seated(world, "A").do("patient_left")
        assert "No chair is in use" in text(nurse, "board")


class TestMonitors:
    @pytest.fixture
    def device(self, world: World) -> Device:
        feed.receive([sent(world, raw="a", spo2=97)], clinic=world.id)
        return Device.of(world.id).get()

    def test_empty_page_teaches(self, nurse: Client) -> None:
        html = text(nurse, "monitors")
        assert "No monitor has spoken yet" in html
        assert "Nothing is parked" in html

    def test_link_and_end_it(self, world: World, nurse: Client, device: Device) -> None:
        chair = seated(world, "A")
        assert "A: Iva I." in text(nurse, "monitors")
        fields = {
            "act": str(new()), "device": device.pk, "encounter": chair.encounter,
            "patient_ids": "A-100 100",
        }  # fmt: skip
        assert nurse.post(reverse("monitor_link"), fields).status_code == 302
        link = DeviceAssociation.objects.get()
        assert (link.encounter_id, link.patient_ids) == (chair.encounter, ["A-100", "100"])
        again = nurse.post(reverse("monitor_link"), {**fields, "act": str(new())})
        assert again.status_code == 409
        world.later(seconds=5)
        end = reverse("monitor_unlink", args=[chair.encounter])
        assert nurse.post(end, {"act": str(new())}).status_code == 302
        link.refresh_from_db()
        assert link.until_ms is not None

    def test_link_to_nobody_is_refused(self, nurse: Client, device: Device) -> None:
        answer = nurse.post(
            reverse("monitor_link"), {"act": str(new()), "device": device.pk, "encounter": new()}
        )
        assert answer.status_code == 422

    def test_parked_message_is_opened_logged_and_attached(
        self, world: World, nurse: Client
    ) -> None:
        chair = seated(world, "A")
        world.later(seconds=5)
        feed.receive([sent(world, raw="MSH|secret", spo2=97)], clinic=world.id)
        listed = text(nurse, "monitors")
        assert "no patient was linked to this monitor at that time" in listed
        assert "secret" not in listed
        number = ParkedMessage.objects.get().pk
        opened = text(nurse, "monitor_parked", number)
        assert "MSH|secret" in opened
        assert "97" in opened
        address = reverse("monitor_parked", args=[number])
        done = nurse.post(address, {"act": str(new()), "encounter": chair.encounter})
        assert done.status_code == 302
        assert ParkedDecision.of(world.id).get().kind == "attached"
        assert "Nothing is parked" in text(nurse, "monitors")

    def test_putting_aside_needs_a_reason(
        self, world: World, nurse: Client, device: Device
    ) -> None:
        address = reverse("monitor_parked", args=[ParkedMessage.objects.get().pk])
        assert nurse.post(address, {"act": str(new())}).status_code == 422
        done = nurse.post(address, {"act": str(new()), "reason": "test bed"})
        assert done.status_code == 302

    def test_another_patients_name_is_an_alert(self, world: World, nurse: Client) -> None:
        chair = seated(world, "A")
        device = Device.objects.add(
            clinic_id=world.id, sender="SIM-1", bed="1", seen_first=world.at
        )
        fields = {"act": str(new()), "device": device.pk, "encounter": chair.encounter,
                  "patient_ids": "A-100"}  # fmt: skip
        nurse.post(reverse("monitor_link"), fields)
        world.later(seconds=1)
        wrong = replace(sent(world, raw="w", spo2=97), patient_ids=("B-200",))
        feed.receive([wrong], clinic=world.id)
        html = text(nurse, "monitors")
        assert "names another patient than the one it is linked to" in html
        assert "Monitor: names another patient" in text(nurse, "board")

    def test_unknown_codes_and_test_traffic_are_listed(self, world: World, nurse: Client) -> None:
        strange = NotCharted(code="9999^X", value="3", reason="unmapped", kind="unmapped")
        plain = sent(world, raw="u")
        feed.receive(
            [replace(plain, not_charted=(strange,)), replace(plain, training=True)],
            clinic=world.id,
        )
        html = text(nurse, "monitors")
        assert "9999^X" in html
        assert "in training mode on 1 day" in html

    def test_other_clinics_messages_are_not_found(self, world: World, nurse: Client) -> None:
        with override_settings(PASSWORD_HASHERS=QUICK):
            other = worlds.found("Other")
        feed.receive([sent(other, raw="a", spo2=97)], clinic=other.id)
        number = ParkedMessage.objects.get().pk
        assert nurse.get(reverse("monitor_parked", args=[number])).status_code == 404

    @pytest.mark.parametrize("role", ["front_desk", "manager"])
    def test_other_roles(self, as_role: AsRole, role: str) -> None:
        assert as_role(role).get(reverse("monitors")).status_code == 403
        assert as_role(role).get(reverse("board")).status_code == 403


def test_more_chairs_take_no_more_questions_to_the_database(world: World) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as found:
            seats = queries.seats(clinic=world.id, at_ms=ms(world.at))
        assert all(seat.due is not None for seat in seats)
        return len(found)

    sit(world).start(20)
    one = asked()
    for number in range(3):
        patient = worlds.person(world, given=f"Nr{number}", mrn=f"B-{number}")
        Chair(world, worlds.prepared(world, *patient), patient[0]).start(20)
    assert asked() == one
