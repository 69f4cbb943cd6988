"""The public page is honest; its form takes a person's request once and a machine's never."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Iterator

import pytest
from django.core import signing
from django.core.cache import cache
from django.test import Client, override_settings

from reprieve.clinical import evidence
from reprieve.pathway import clinic as clinics
from reprieve.records.queries import patients
from reprieve.records.queries import referral as queries
from reprieve.web import front_guard
from tests import world as w


@pytest.fixture(autouse=True)
def no_counts() -> Iterator[None]:
    """Each test begins with nobody counted."""
    cache.clear()
    yield
    cache.clear()


def stamp(monkeypatch: pytest.MonkeyPatch, *, age_s: float = 60) -> str:
    """A page shown so long ago."""
    import time

    now = time.time()
    with monkeypatch.context() as patch:
        patch.setattr(time, "time", lambda: now - age_s)
        return front_guard.stamp()


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What a person sends."""
    return {
        "act": str(uuid.uuid4()), "stamp": stamp(monkeypatch), "website": "", "given": "Pat",
        "family": "Invented", "phone": "+1 555 010 0177", "condition": "crps", "language": "es",
        "message": "Mi mano.", "interpreter": "on", "heard": "doctor",
    }  # fmt: skip


def inbox(world: w.World) -> list[queries.ReferralView]:
    return queries.inbox(clinic=world.id)


def test_it_names_each_condition_and_how_sure_we_are(world: w.World, nobody: Client) -> None:
    page = nobody.get("/").content.decode()
    for one in evidence.conditions():
        assert evidence.evidence(one).name.id in page
    assert "Uncertain" in page
    assert "helps some people and not others" in page
    assert "off-label" in page
    for promise in ("cure", "guarantee", "risk-free", "proven"):
        assert promise not in page.lower()
    assert "988" in page


def test_it_says_how_to_reach_the_clinic(world: w.World, nobody: Client) -> None:
    assert "tel:" not in nobody.get("/").content.decode()
    for key, value in (("phone", "+15550100"), ("email", "c@example.org"), ("physician", "Dr. V")):
        clinics.choose(
            actor=world["admin"], uid=w.new(), at=world.at, key=f"clinic.{key}", value=value
        )
    page = nobody.get("/").content.decode()
    assert 'href="tel:+15550100"' in page
    assert 'href="mailto:c@example.org"' in page
    assert "Dr. V" in page


def test_several_clinics_are_chosen_from(world: w.World, nobody: Client) -> None:
    other = w.found("Second")
    page = nobody.get("/").content.decode()
    assert f"/c/{world.id}/" in page
    assert f"/c/{other.id}/" in page
    assert nobody.get("/request")["Location"] == "/"
    assert f"/c/{other.id}/request" in nobody.get(f"/c/{other.id}/").content.decode()
    assert nobody.get(f"/c/{other.id}/request").status_code == 200
    assert nobody.get(f"/c/{uuid.uuid4()}/").status_code == 404


def test_no_clinic_is_no_error(db: None, nobody: Client) -> None:
    assert nobody.get("/").status_code == 200


def test_a_request_reaches_the_desk_once(
    world: w.World, nobody: Client, sent: dict[str, str]
) -> None:
    for _press in range(2):
        assert nobody.post("/request", sent)["Location"] == f"/c/{world.id}/thanks"
    (one,) = inbox(world)
    assert one.source == "web"
    assert "Complex regional pain syndrome" in one.message
    assert "Mi mano." in one.message
    assert "my doctor" in one.message
    who = patients.one(clinic=world.id, patient=one.patient)
    assert who is not None
    assert (who.identity.full_name, who.language, who.interpreter) == ("Pat Invented", "es", True)
    assert "We have your request" in nobody.get(f"/c/{world.id}/thanks").content.decode()


def test_a_doctor_who_refers_is_written_down(
    world: w.World, nobody: Client, sent: dict[str, str]
) -> None:
    named = {"referrer_name": "Dr. Rhea Refers", "referrer_phone": "+1 555 0100 170"}
    assert nobody.post("/request", sent | named).status_code == 302
    [one] = inbox(world)
    known = queries.referrer(clinic=world.id, patient=one.patient)
    assert (known.name, known.phone, known.fax) == ("Dr. Rhea Refers", "+1 555 0100 170", "")
    wrong = sent | named | {"referrer_phone": "x", "act": str(uuid.uuid4())}
    assert nobody.post("/request", wrong).status_code == 422


def test_who_goes_back_and_corrects_the_number_is_heard(
    world: w.World, nobody: Client, sent: dict[str, str]
) -> None:
    for phone in ("+1 212 555 0199", "+1 212 555 0199", "+1 212 555 0188"):
        assert nobody.post("/request", sent | {"phone": phone}).status_code == 302
    assert len(inbox(world)) == 2, "the same page, sent twice alike and once corrected"


def test_little_is_enough(world: w.World, nobody: Client, sent: dict[str, str]) -> None:
    few = {key: sent[key] for key in ("act", "stamp", "given", "family", "language")}
    assert nobody.post("/request", few | {"email": "p@example.org"}).status_code == 302
    other = few | {"act": str(uuid.uuid4()), "phone": "5550100", "condition": "other"}
    assert nobody.post("/request", other).status_code == 302
    assert sorted(one.message for one in inbox(world)) == ["", "Which pain is it? Another pain"]


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"phone": ""}, "a telephone number or an e-mail address"),
        ({"given": ""}, "required"),
        ({"birth_date": "2099-01-01"}, "not a date of birth"),
        ({"condition": "nonsense"}, "valid choice"),
        ({"act": "x"}, "the page is not complete"),
        ({"stamp": "x"}, "open for a long time"),
    ],
)
def test_what_cannot_be_used_is_said_and_nothing_is_written(
    change: dict[str, str], says: str, world: w.World, nobody: Client, sent: dict[str, str]
) -> None:
    answer = nobody.post("/request", sent | change)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert inbox(world) == []


def test_a_machine_is_thanked_and_forgotten(
    world: w.World, nobody: Client, sent: dict[str, str]
) -> None:
    assert nobody.post("/request", sent | {"website": "spam"}).status_code == 302
    assert inbox(world) == []


def test_too_fast_is_asked_again(
    world: w.World, nobody: Client, sent: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_guard, "LEAST_S", 60)  # a slow machine needs seconds itself
    answer = nobody.post("/request", sent | {"stamp": front_guard.stamp()})
    assert "very quick" in answer.content.decode()
    assert inbox(world) == []


def test_a_stamp_of_a_day_ago_or_of_another_page_is_refused(
    world: w.World, nobody: Client, sent: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for wrong in (stamp(monkeypatch, age_s=86_400), signing.dumps("shown", salt="other")):
        answer = nobody.post("/request", sent | {"stamp": wrong})
        assert "open for a long time" in answer.content.decode()


def test_a_flood_from_one_place_stops(world: w.World, nobody: Client, sent: dict[str, str]) -> None:
    sending = [sent | {"act": str(uuid.uuid4()), "phone": f"555010{n:04}"} for n in range(7)]
    codes = [nobody.post("/request", one).status_code for one in sending]
    assert codes == [302] * 5 + [422] * 2
    elsewhere = nobody.post("/request", sending[6], REMOTE_ADDR="192.0.2.7")
    assert elsewhere.status_code == 302


@override_settings(TRUSTED_PROXIES=(ipaddress.ip_network("10.0.0.5"),))
def test_behind_a_proxy_each_visitor_has_an_hour_of_their_own(
    world: w.World, nobody: Client, sent: dict[str, str]
) -> None:
    behind = {"REMOTE_ADDR": "10.0.0.5"}
    codes = [
        nobody.post(
            "/request", sent | {"act": str(uuid.uuid4())}, **behind,
            headers={"X-Forwarded-For": f"198.51.100.{n}, 203.0.113.9"},  # the first is made up
        ).status_code
        for n in range(7)
    ]  # fmt: skip
    assert codes == [302] * 5 + [422] * 2
    another = nobody.post(
        "/request", sent | {"act": str(uuid.uuid4())}, **behind,
        headers={"X-Forwarded-For": "203.0.113.10"},
    )  # fmt: skip
    assert another.status_code == 302


def test_a_flood_from_everywhere_stops_too(
    world: w.World, nobody: Client, sent: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(front_guard, "A_CLINIC_AN_HOUR", 1)
    codes = [
        nobody.post(
            "/request", sent | {"act": str(uuid.uuid4())}, REMOTE_ADDR=f"192.0.2.{n}"
        ).status_code
        for n in range(2)
    ]
    assert codes == [302, 422]


def test_the_leaflet_is_spanish_for_who_reads_spanish(world: w.World, nobody: Client) -> None:
    page = nobody.get("/", headers={"accept-language": "es"}).content.decode()
    assert "Efectos secundarios" in page
    assert "Side effects" not in page
