"""Planted words of a patient turn up in no log, address, mail or error page."""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core import mail
from django.test import Client, override_settings

from reprieve.interop.messages import deliver
from reprieve.pathway import links
from reprieve.records.models import OutboxMessage
from reprieve.records.queries import patients
from tests import world as w
from tests.web import addresses

Browser = Callable[[str], Client]
PLANTED = {
    "given": "Quixandra", "family": "Zybrowitz", "phone": "+1 212 555 0177",
    "email": "quixandra@zybrowitz.example", "mrn": "MRN-QZX-77", "address": "77 Zybrow Lane",
}  # fmt: skip
MARKERS = re.compile("quixandra|zybrow|5550177|555 0177|qzx-77", re.IGNORECASE)
ADDRESSED = re.compile(r'(?:href|action|src|hx-get|hx-post|data-[\w-]*)="([^"]*)"')
# Where a person is written to or called, their own address stands in the link on purpose.
REACHES_THE_PATIENT = ("mailto:", "tel:")


@pytest.fixture
def patient(world: w.World) -> uuid.UUID:
    found, _ = w.person(world, **PLANTED)
    return found


def leaks(texts: list[str]) -> list[str]:
    return [text[:300] for text in texts if MARKERS.search(text)]


def test_the_search_finds_what_is_planted(
    world: w.World, patient: uuid.UUID, as_role: Browser
) -> None:
    """A search that finds nothing anywhere would prove nothing."""
    page = as_role("physician").get(f"/patients/{patient}").content.decode()
    assert leaks([page])
    assert leaks([f'<a href="/patients?q={PLANTED["family"]}">'])


def named_in_addresses(
    browsers: list[Client], patient: uuid.UUID, every: list[addresses.Address]
) -> tuple[list[str], int]:
    """The addresses whose links, headers or refusals name the patient; how many pages show them."""
    found, seen = set(), 0
    for address in every:
        for browser in browsers:
            answer = browser.get(address.path_with(patient=patient))
            page = answer.content.decode(errors="replace")
            said = [*_addresses_in(answer), page if answer.status_code >= 400 else ""]
            found |= {address.name} if leaks(said) else set()
            seen += bool(leaks([page]))
    return sorted(found), seen


def test_no_page_puts_a_patient_into_an_address_or_a_log(
    world: w.World, patient: uuid.UUID, as_role: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    pages = [a for a in addresses.every() if a.access and a.access.kind in {"page", "live"}]
    browsers = [as_role("front_desk"), as_role("medical_director")]
    found, seen = named_in_addresses(browsers, patient, pages)
    logged = capfd.readouterr().err
    assert found == []
    assert seen > 10  # the pages do show the patient: only addresses and logs do not
    assert '"event": "request"' in logged
    assert leaks(logged.splitlines()) == []


def test_a_name_in_an_address_or_a_log_is_found(
    world: w.World, patient: uuid.UUID, as_role: Browser, capfd: pytest.CaptureFixture[str]
) -> None:
    with override_settings(ROOT_URLCONF="tests.web.planted_urls"):
        every = [a for a in addresses.every() if a.name in {"hole_addressed", "hole_logged"}]
        found, _ = named_in_addresses([as_role("medical_director")], patient, every)
    assert found == ["hole_addressed"]
    assert leaks(capfd.readouterr().err.splitlines())


def _addresses_in(answer: Any) -> list[str]:
    said = [answer.get("Location", ""), *map(str, answer.headers.values())]
    if "html" in answer.get("Content-Type", ""):
        said += ADDRESSED.findall(answer.content.decode())
    return [one for one in said if not one.startswith(REACHES_THE_PATIENT)]


def test_a_refused_form_and_a_fault_of_ours_tell_nobody(
    world: w.World, patient: uuid.UUID, as_role: Browser, capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    desk = as_role("front_desk")

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError(f"{PLANTED['given']} {PLANTED['family']} breaks it")

    monkeypatch.setattr(patients, "header", broken)
    answer = desk.get(f"/patients/{patient}")
    assert answer.status_code == 500
    assert leaks([answer.content.decode()]) == []
    assert desk.get(f"/patients/{PLANTED['family']}").status_code == 404
    assert leaks(capfd.readouterr().err.splitlines()) == []


def test_mails_name_nobody(world: w.World, patient: uuid.UUID) -> None:
    links.make(
        actor=world["front_desk"],
        uid=w.new(),
        at=world.at,
        patient=patient,
        form="diary",
        send_by="mail",
    )
    assert OutboxMessage.of(world.id).exists()
    deliver.deliver_all()
    for letter in mail.outbox:
        assert leaks([letter.subject, letter.body]) == []
