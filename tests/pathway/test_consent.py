"""Consent: what is signed, how long it counts, who may withdraw it, and what is refused."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from reprieve.clinical import consent as texts
from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, consent, episodes
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import by_link
from reprieve.records.models import Consent, EpisodeOfCare
from reprieve.records.queries import consent as consents
from tests import world as worlds
from tests.world import World, new

PNG = b"\x89PNG\r\n\x1a\n" + b"drawn"
PDF = b"%PDF-1.7 paper"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"]):
        yield worlds.found()


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    """Somebody whom the physician accepted for treatment."""
    found, episode = worlds.person(world)
    row = episodes.get(clinic=world.id, episode=episode)
    for act in ("evaluation.begin", "evaluation.accept"):
        episodes.advance(episode=row, act=act, actor=world["physician"], at=world.at)
    return found


def give(world: World, patient: uuid.UUID, **more: Any) -> uuid.UUID:
    given: dict[str, Any] = {
        "actor": world["infusion_nurse"], "uid": new(), "at": world.at, "language": "en",
        "text_sha256": texts.text("en").sha256, "signed_name": "Iva Invented", "signature": PNG,
    }  # fmt: skip
    return consent.give(patient=patient, **(given | more))


def now(world: World, patient: uuid.UUID) -> consents.Current:
    return consents.current(clinic=world.id, patient=patient, at=world.at)


def place(world: World, patient: uuid.UUID) -> str:
    return EpisodeOfCare.of(world.id).get(patient_id=patient).state


def test_nobody_has_agreed_before_signing(world: World, patient: uuid.UUID) -> None:
    assert now(world, patient).state == "none"


def test_a_signature_counts_for_a_year_and_moves_the_patient_on(
    world: World, patient: uuid.UUID
) -> None:
    signed = give(world, patient, witness=world["physician"].practitioner)
    found = now(world, patient)
    assert found.consent is not None
    assert (found.state, found.consent.id, place(world, patient)) == ("valid", signed, "consented")
    assert found.consent.valid_until == world.at + timedelta(days=365)
    assert (found.consent.signed_name, found.consent.witness) == (
        "Iva Invented", "Physician Invented",
    )  # fmt: skip
    assert consents.image(clinic=world.id, consent=signed) == PNG
    world.later(days=365)
    assert now(world, patient).state == "expired"


def test_the_clinic_sets_how_long_it_counts(world: World, patient: uuid.UUID) -> None:
    clinic.choose(
        actor=world["manager"], uid=new(), at=world.at, key="consent.valid_days", value=30
    )
    give(world, patient)
    world.later(days=30)
    assert now(world, patient).state == "expired"


def test_it_is_renewed_without_a_step_back(world: World, patient: uuid.UUID) -> None:
    give(world, patient)
    world.later(days=400)
    give(world, patient, signature=b"", scan=PDF, language="es",
         text_sha256=texts.text("es").sha256)  # fmt: skip
    found = now(world, patient)
    assert found.consent is not None
    assert (found.state, found.consent.media_type) == ("valid", "application/pdf")
    assert place(world, patient) == "consented"
    assert len(consents.history(clinic=world.id, patient=patient)) == 2


def test_a_text_that_must_be_signed_anew_ends_old_signatures(
    world: World, patient: uuid.UUID, monkeypatch: pytest.MonkeyPatch
) -> None:
    give(world, patient)
    monkeypatch.setattr(texts, "counts", lambda **_: False)
    assert now(world, patient).state == "expired"


def test_withdrawing_ends_it_at_once_and_once(world: World, patient: uuid.UUID) -> None:
    with pytest.raises(NotNow):
        consent.withdraw(
            actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, reason=""
        )
    give(world, patient)
    world.later(days=1)
    act = {"actor": by_link(world.id, patient), "at": world.at, "patient": patient}
    consent.withdraw(uid=new(), reason="Changed my mind.", **act)
    found = now(world, patient)
    assert found.consent is not None
    assert (found.state, found.consent.signed_name) == ("withdrawn", "Changed my mind.")
    assert place(world, patient) == "accepted"
    with pytest.raises(NotNow):
        consent.withdraw(uid=new(), reason="", **act)


def test_it_can_be_withdrawn_after_the_end_of_the_episode(world: World, patient: uuid.UUID) -> None:
    give(world, patient)
    EpisodeOfCare.of(world.id).filter(patient_id=patient).update(state="closed")
    world.later(days=1)
    consent.withdraw(
        actor=world["physician"], uid=new(), at=world.at, patient=patient, reason=" "
    )  # fmt: skip
    assert (now(world, patient).state, place(world, patient)) == ("withdrawn", "closed")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"signed_name": " "}, "signed_name"),
        ({"signed_name": "x" * 201}, "signed_name"),
        ({"signature": b""}, "signature"),
        ({"scan": PDF}, "signature"),
        ({"signature": b"GIF89a"}, "signature"),
        ({"signature": PDF}, "signature"),
        ({"signature": PNG + b"x" * 400_000}, "signature"),
        ({"signature": b"", "scan": b"MZ"}, "scan"),
        ({"signature": b"", "scan": PDF + b"x" * 10_000_000}, "scan"),
        ({"language": "xx"}, "consent"),
        ({"witness": uuid.UUID(int=9)}, "witness"),
    ],
)
def test_what_cannot_be_a_signature_is_refused(
    world: World, patient: uuid.UUID, more: dict[str, Any], field: str
) -> None:
    with pytest.raises(BadValue) as refused:
        give(world, patient, **more)
    assert refused.value.field == field
    assert not Consent.of(world.id).exists()


def test_another_text_another_person_or_too_early_is_refused(
    world: World, patient: uuid.UUID
) -> None:
    with pytest.raises(Conflict):
        give(world, patient, text_sha256="0" * 64)
    other, _ = worlds.person(world, given="Omar", mrn="A-101")
    with pytest.raises(PermissionDenied):
        give(world, other, actor=by_link(world.id, patient))
    with pytest.raises(NotNow):
        give(world, other)
    with pytest.raises(PermissionDenied):
        give(world, patient, actor=world["front_desk"])
    with pytest.raises(NotFound):
        give(worlds.found("Elsewhere"), patient)


def test_one_signature_is_found_in_its_clinic_only(world: World, patient: uuid.UUID) -> None:
    signed = give(world, patient)
    assert consents.one(clinic=world.id, consent=signed) is not None
    elsewhere = worlds.found("Elsewhere").id
    assert consents.one(clinic=elsewhere, consent=signed) is None
    assert consents.image(clinic=elsewhere, consent=signed) is None


def test_the_second_press_signs_once(world: World, patient: uuid.UUID) -> None:
    uid = new()
    assert give(world, patient, uid=uid) == give(world, patient, uid=uid)
    assert Consent.of(world.id).count() == 1
