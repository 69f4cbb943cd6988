"""A guarded page: who gets in, what is logged, and what errors of the pathway become."""

from collections.abc import Callable

import pytest
from django.test import Client, override_settings

from reprieve.records.models import AccessEntry, Practitioner
from tests import world as w

PROBES = override_settings(ROOT_URLCONF="tests.web.probe_urls")
Browser = Callable[[str], Client]


@pytest.fixture(autouse=True)
def probes() -> object:
    with PROBES:
        yield


def test_a_reading_is_logged_before_the_page_is_sent(world: w.World, as_role: Browser) -> None:
    assert as_role("physician").get("/probe").status_code == 200
    entry = AccessEntry.objects.get(view="probe")
    assert entry.shown == ["patient-7"]
    assert entry.actor == world["physician"].label
    assert entry.clinic_uid == world.id


def test_a_refused_reading_is_not_logged(as_role: Browser) -> None:
    assert as_role("auditor").get("/probe").status_code == 403
    assert not AccessEntry.objects.filter(view="probe").exists()


def test_a_failed_page_is_not_logged_as_read(as_role: Browser) -> None:
    as_role("physician").get("/probe/fails/missing")
    assert not AccessEntry.objects.filter(view="failing").exists()


def test_a_polled_part_is_not_logged_each_time(as_role: Browser) -> None:
    assert as_role("physician").get("/live/probe").content == b"alarms"
    assert not AccessEntry.objects.filter(view="probe live").exists()


def test_a_page_is_in_the_clinics_time_zone(as_role: Browser) -> None:
    assert as_role("physician").get("/probe").content.startswith(b"America/New_York")


def test_a_page_is_never_kept_by_the_browser(as_role: Browser) -> None:
    assert as_role("physician").get("/probe")["Cache-Control"] == "private, no-store"


@pytest.mark.parametrize(
    ("kind", "status", "words"),
    [
        ("denied", 403, "You may not do this"),
        ("not-now", 409, "The infusion is ended."),
        ("conflict", 409, "Somebody else was first."),
        ("missing", 404, "No such patient."),
        ("bad", 400, "weight: must be a number"),
    ],
)
def test_an_error_becomes_a_page_in_plain_words(
    kind: str, status: int, words: str, as_role: Browser
) -> None:
    answer = as_role("physician").get(f"/probe/fails/{kind}")
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "<main" in answer.content.decode()


def test_an_htmx_part_gets_a_notice_in_its_place(as_role: Browser) -> None:
    answer = as_role("physician").get("/probe/fails/not-now", headers={"HX-Request": "true"})
    assert answer.status_code == 409
    assert answer["HX-Retarget"] == "#notice"
    assert "<html" not in answer.content.decode()


def test_a_public_page_answers_errors_too(nobody: Client) -> None:
    assert nobody.get("/probe/open/missing").status_code == 404


def test_an_htmx_part_without_sign_in_reloads_the_page(nobody: Client) -> None:
    answer = nobody.get("/probe", headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Refresh"]) == (401, "true")


def test_after_signing_in_a_form_sent_too_late_leads_home(nobody: Client) -> None:
    assert nobody.post("/probe")["Location"] == "/account/login/?next=/home"
    assert nobody.get("/probe?a=1")["Location"] == "/account/login/?next=/probe%3Fa%3D1"


def test_an_account_without_a_role_is_told_so(world: w.World, as_role: Browser) -> None:
    client = as_role("physician")
    Practitioner.of(world.id).filter(pk=world["physician"].practitioner).update(active=False)
    answer = client.get("/probe")
    assert answer.status_code == 403
    assert "no role" in answer.content.decode()


def test_an_unknown_address_is_a_kind_page(nobody: Client) -> None:
    answer = nobody.get("/nowhere")
    assert answer.status_code == 404
    assert "nothing at this address" in answer.content.decode()


def test_a_fault_of_ours_tells_nothing_about_anybody(nobody: Client) -> None:
    answer = nobody.get("/probe/broken")
    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
    assert "Iva" not in answer.content.decode()


def test_a_form_from_elsewhere_is_refused_in_words(world: w.World) -> None:
    strict = Client(enforce_csrf_checks=True)
    answer = strict.post("/account/language", {"language": "es"})
    assert answer.status_code == 403
    assert "open for too long" in answer.content.decode()
