"""The consent's page and its document: read, sign, print, withdraw."""

from __future__ import annotations

import base64
import io
import uuid
import zlib
from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from reprieve.clinical import consent as texts
from reprieve.pathway import consent, episodes
from reprieve.records.models import Consent
from reprieve.records.queries import consent as queries
from reprieve.web.print import consent as printed
from reprieve.web.print.paper import Heading
from tests import world as worlds
from tests.papers import pages, says
from tests.world import World, new

Browser = Callable[[str], Client]
ENGLISH = texts.text("en")


def png(width: int = 4, height: int = 2) -> bytes:
    """A real picture, made by hand: grey, eight bits."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        check = zlib.crc32(kind + data)
        return len(data).to_bytes(4, "big") + kind + data + check.to_bytes(4, "big")

    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + b"\x08\x00\x00\x00\x00"
    rows = zlib.compress(b"".join(b"\x00" + b"\x80" * width for _ in range(height)))
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


DRAWN = "data:image/png;base64," + base64.b64encode(png()).decode()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    """Somebody whom the physician accepted for treatment."""
    found, episode = worlds.person(world)
    row = episodes.get(clinic=world.id, episode=episode)
    for act in ("evaluation.begin", "evaluation.accept"):
        episodes.advance(episode=row, act=act, actor=world["physician"], at=world.at)
    return found


def path(patient: uuid.UUID) -> str:
    return f"/patients/{patient}/consent"


def sign(client: Client, patient: uuid.UUID, **fields: Any) -> Any:
    given = {
        "act": str(new()), "text": ENGLISH.sha256, "language": "en",
        "signed_name": "Iva Invented", "signature": DRAWN,
    }  # fmt: skip
    given |= {f"statement-{n}": "on" for n in range(len(ENGLISH.statements))}
    left = {k: v for k, v in (given | fields).items() if v is not None}
    return client.post(path(patient), left)


def test_the_text_is_read_in_the_patients_language(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    page = client.get(path(patient)).content.decode()
    assert "off-label" in page
    assert "No consent yet" in page
    spanish = client.get(f"{path(patient)}?language=es").content.decode()
    assert texts.text("es").title in spanish
    assert ENGLISH.title in client.get(f"{path(patient)}?language=xx").content.decode()


def test_it_is_signed_and_printed(world: World, as_role: Browser, patient: uuid.UUID) -> None:
    client = as_role("infusion_nurse")
    witness = str(world["physician"].practitioner)
    assert sign(client, patient, witness=witness).status_code == 302
    signed = Consent.of(world.id).get()
    page = client.get(path(patient)).content.decode()
    assert "Consent is valid" in page
    document = client.get(f"/consents/{signed.pk}.pdf?paper=a4")
    assert (document["Content-Type"], document.content[:5]) == ("application/pdf", b"%PDF-")
    assert b"595.2" in document.content, "A4"
    letter = client.get(f"/consents/{signed.pk}.pdf?paper=x")
    assert b"612 792" in letter.content


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"statement-1": None}, "form-errors"),
        ({"signed_name": ""}, "form-errors"),
        ({"signature": ""}, "sign on the screen"),
        ({"signature": "https://example.org/x.png"}, "is not a drawing"),
        ({"signature": "data:image/png;base64,%%%"}, "is not a drawing"),
        ({"signature": "data:image/png;base64,AAAA"}, "is not a PDF, PNG or JPEG"),
        ({"witness": str(uuid.UUID(int=9))}, "form-errors"),
    ],
)
def test_what_is_no_signature_is_shown_again(
    world: World, as_role: Browser, patient: uuid.UUID, fields: dict[str, Any], says: str
) -> None:
    answer = sign(as_role("infusion_nurse"), patient, **fields)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Consent.of(world.id).exists()


def test_a_text_that_changed_meanwhile_is_not_signed(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    assert sign(as_role("infusion_nurse"), patient, text="0" * 64).status_code == 409
    assert not Consent.of(world.id).exists()


def test_the_signed_paper_is_kept_and_given_back(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    paper = SimpleUploadedFile("scan.pdf", b"%PDF-1.7 paper", content_type="text/html")
    assert sign(client, patient, signature="", scan=paper).status_code == 302
    signed = Consent.of(world.id).get()
    kept = client.get(f"/consents/{signed.pk}/scan")
    assert (kept.content, kept["Content-Type"]) == (b"%PDF-1.7 paper", "application/pdf")
    assert kept["Content-Disposition"] == "attachment"
    assert client.get(f"/consents/{signed.pk}.pdf").content[:5] == b"%PDF-"


def test_it_is_withdrawn_after_a_question(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("infusion_nurse")
    sign(client, patient)
    assert "Withdraw the consent?" in client.get(path(patient)).content.decode()
    answer = client.post(f"{path(patient)}/withdraw", {"act": str(new()), "reason": "No more."})
    assert answer.status_code == 302
    page = client.get(path(patient)).content.decode()
    assert "Consent was withdrawn" in page
    assert "No more." in page
    withdrawn = queries.history(clinic=world.id, patient=patient)[-1]
    assert client.get(f"/consents/{withdrawn.id}.pdf").status_code == 404


def test_before_acceptance_there_is_nothing_to_sign(world: World, as_role: Browser) -> None:
    early, _ = worlds.person(world)
    page = as_role("infusion_nurse").get(path(early)).content.decode()
    assert "after the physician has accepted" in page
    assert sign(as_role("infusion_nurse"), early).status_code == 409


def test_the_desk_reads_and_does_not_sign(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    client = as_role("front_desk")
    assert "Sign the consent" not in client.get(path(patient)).content.decode()
    assert sign(client, patient).status_code == 403


def test_no_document_of_another_clinic_is_found(
    world: World, as_role: Browser, patient: uuid.UUID
) -> None:
    sign(as_role("infusion_nurse"), patient)
    signed = Consent.of(world.id).get().pk
    stranger = worlds.found("Elsewhere")
    client = as_role("physician")
    for address in (f"/consents/{uuid.UUID(int=9)}.pdf", f"/consents/{uuid.UUID(int=9)}/scan"):
        assert client.get(address).status_code == 404
    assert queries.one(clinic=stranger.id, consent=signed) is None


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("picture", [None, png(), png()[:-20], b"no picture", png(9000, 9000)[:60]])
def test_a_document_is_always_made(
    world: World, patient: uuid.UUID, language: str, picture: bytes | None
) -> None:
    text = texts.text(language)
    signed = consent.give(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient,
        language=language, text_sha256=text.sha256, signed_name="Ünal <b>&", signature=png(),
    )  # fmt: skip
    view = queries.one(clinic=world.id, consent=signed)
    assert view is not None
    made = printed.pdf(
        text=text, signed=view, signature=picture,
        heading=Heading(clinic="Invented Clinic", patient="Iva Invented, 1"),
    )  # fmt: skip
    assert io.BytesIO(made).read(5) == b"%PDF-"
    assert pages(made) >= 2


def test_names_print_in_the_letters_they_are_written_in(world: World, patient: uuid.UUID) -> None:
    """Łukasz without its first letter would be another name."""
    name = "Łukasz Ćwiek-Ιωάννου Жуков Őri"
    text = texts.text("en")
    signed = consent.give(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient,
        language="en", text_sha256=text.sha256, signed_name=name, signature=png(),
    )  # fmt: skip
    view = queries.one(clinic=world.id, consent=signed)
    assert view is not None
    heading = Heading(clinic="Invented Clinic", patient=name)
    made = printed.pdf(text=text, signed=view, signature=None, heading=heading)
    assert says(made, f"Signed by: {name}")
    assert says(made, "Invented Clinic" + name)
