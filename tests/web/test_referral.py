"""The desk's inbox: a call, a letter, somebody known already, and a request that is closed."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reprieve.records.models import AuditEvent, Referrer
from reprieve.records.queries import patients
from reprieve.records.queries import referral as queries
from tests import world as w

As = Callable[[str], Client]


def a_call(**more: object) -> dict[str, object]:
    said = {
        "act": str(uuid.uuid4()), "source": "call", "given": "Cal", "family": "Invented",
        "phone": "+15550100000", "message": "Two years of pain.", "language": "en",
    }  # fmt: skip
    return {**said, **more}


def test_a_call_is_typed_and_waits(world: w.World, as_role: As) -> None:
    client = as_role("front_desk")
    assert "The inbox is empty" in client.get("/inbox").content.decode()
    answer = client.post("/inbox/new", a_call())
    assert answer.status_code == 302
    page = client.get("/inbox").content.decode()
    for words in ("Cal Invented", "Two years of pain.", "telephone call", "tel:+15550100000"):
        assert words in page


FROM = {
    "referrer_name": "Dr. Rhea Refers", "referrer_practice": "Invented Family Practice",
    "referrer_address": "1 Example Street\nAustin", "referrer_phone": "+1 555 0100 170",
    "referrer_fax": "+1 555 0100 171",
}  # fmt: skip


def test_who_referred_is_taken_in_with_the_letter(world: w.World, as_role: As) -> None:
    client = as_role("front_desk")
    answer = client.post("/inbox/new", a_call(source="referral", **FROM))
    patient = answer["Location"]
    page = client.get(patient).content.decode()
    for words in FROM.values():
        assert words in page
    row = Referrer.of(world.id).get()
    assert b"Rhea" not in bytes(row.contact.ciphertext)
    detail = AuditEvent.objects.get(clinic_id=world.id, action="referral.receive").detail
    assert detail == {"source": "referral"}


def test_who_referred_is_put_right_later(world: w.World, as_role: As) -> None:
    patient, _ = w.person(world)
    client, address = as_role("front_desk"), f"/patients/{patient}/referrer"
    assert "Nobody is on record" in client.get(f"/patients/{patient}").content.decode()
    act = {"act": str(uuid.uuid4())}
    wrong = client.post(address, {**act, **FROM, "referrer_fax": "by post"})
    assert wrong.status_code == 422
    assert "is not a telephone number" in wrong.content.decode()
    assert client.post(address, {**act, **FROM})["Location"] == f"/patients/{patient}"
    assert "Dr. Rhea Refers" in client.get(address).content.decode()
    client.post(address, {"act": str(uuid.uuid4())})  # nobody, after all
    assert "Nobody is on record" in client.get(f"/patients/{patient}").content.decode()
    assert Referrer.of(world.id).count() == 2
    assert as_role("auditor").get(address).status_code == 403


def test_a_call_that_needs_no_visit_is_answered(world: w.World, as_role: As) -> None:
    client = as_role("front_desk")
    client.post("/inbox/new", a_call())
    (one,) = queries.inbox(clinic=world.id)
    answer = client.post(f"/inbox/{one.id}/answered", {"act": str(uuid.uuid4())}, follow=True)
    page = answer.content.decode()
    assert "The request is answered." in page
    assert "The inbox is empty" in page
    again = client.post(f"/inbox/{uuid.uuid4()}/answered", {"act": str(uuid.uuid4())})
    assert again.status_code == 404


def test_a_letter_is_kept_as_it_came(world: w.World, as_role: As) -> None:
    client = as_role("front_desk")
    letter = SimpleUploadedFile("any.name", b"%PDF-1.7 invented")
    client.post("/inbox/new", a_call(source="referral", file=letter))
    (one,) = queries.inbox(clinic=world.id)
    answer = client.get(f"/letters/{one.attachment}")
    assert answer.content == b"%PDF-1.7 invented"
    assert answer["Content-Type"] == "application/pdf"
    assert answer["Content-Disposition"].startswith("attachment")
    assert client.get(f"/letters/{uuid.uuid4()}").status_code == 404
    wrong = SimpleUploadedFile("letter.pdf", b"<script>")
    refused = client.post("/inbox/new", a_call(file=wrong, phone="", given="Dot"))
    assert refused.status_code == 422
    assert "is not a PDF" in refused.content.decode()


def test_who_may_be_known_is_shown_first(world: w.World, as_role: As) -> None:
    client = as_role("front_desk")
    known, _ = w.person(world)
    same = a_call(given="Iva", family="Invented", phone="+15550100199")
    asked = client.post("/inbox/new", same)
    assert asked.status_code == 422
    assert str(known) in asked.content.decode()
    assert patients.count(clinic=world.id) == 1
    assert client.post("/inbox/new", {**same, "same": "x"}).status_code == 422
    assert client.post("/inbox/new", {**same, "same": str(known)}).status_code == 302
    assert patients.count(clinic=world.id) == 1
    new = {**same, "act": str(uuid.uuid4()), "same": "new"}
    assert client.post("/inbox/new", new).status_code == 302
    assert patients.count(clinic=world.id) == 2


@pytest.mark.parametrize("missing", ["given", "family", "source", "act"])
def test_what_is_missing_is_said(missing: str, world: w.World, as_role: As) -> None:
    answer = as_role("front_desk").post("/inbox/new", a_call(**{missing: ""}))
    assert answer.status_code == 422
    assert patients.count(clinic=world.id) == 0


def test_a_request_is_closed_with_a_reason(world: w.World, as_role: As) -> None:
    client = as_role("front_desk")
    patient = client.post("/inbox/new", a_call())["Location"]
    assert "Close the file" in client.get(patient).content.decode()
    act = {"act": str(uuid.uuid4()), "because": "moved_away"}
    assert client.post(f"{patient}/close", {**act, "reason": ""}).status_code == 400
    assert client.post(f"{patient}/close", {**act, "reason": "moved away"}).status_code == 302
    assert queries.inbox(clinic=world.id) == []
    assert client.post(f"/patients/{uuid.uuid4()}/close", act).status_code == 404
