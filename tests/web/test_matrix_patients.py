"""Link x address x method x whose: a patient's own links open, another patient's never do.

Patients come in by links and codes alone; nobody else acts for them. Two patients of one clinic
hold links of every kind, each bound to a phone of its own; each phone then tries everything of the
other's, and tells the forms of its own links that they are about the other.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client, override_settings

from reprieve.pathway import links, messages
from reprieve.records.models import (
    AccessEntry,
    DiaryEntry,
    OutboxMessage,
    PatientLink,
    QuestionnaireResponse,
    ReminderChoice,
)
from reprieve.records.queries import links as known
from reprieve.records.queries.treatments import zone_of
from tests import world as w
from tests.web import addresses

KINDS = ("diary", "progress", "peg", "evaluation", "follow_up")
METHODS = ("get", "post")
SHUT = {400, 403, 404, 405, 409, 410, 422}
OWN_OPEN = {200, 302}
PLANTED = override_settings(ROOT_URLCONF="tests.web.planted_urls")


def linked_addresses() -> list[addresses.Address]:
    return [a for a in addresses.every() if a.access and a.access.kind == "link"]


@dataclass
class Holder:
    """A patient with a link of each kind, all pressed on one phone."""

    world: w.World
    name: str
    patient: uuid.UUID = field(init=False)
    tokens: dict[str, str] = field(default_factory=dict)
    phone: Client = field(default_factory=lambda: Client(raise_request_exception=False))

    def __post_init__(self) -> None:
        self.patient, _ = w.person(self.world, given=self.name, mrn=f"M-{self.name}")
        for kind in KINDS:
            self.tokens[kind] = self.link(kind)
            start = links.ADDRESSES.get(kind, "/f/")
            answer = self.phone.post(f"{start}{self.tokens[kind]}", {"start": "1"})
            assert answer.status_code == 302

    def link(self, kind: str) -> str:
        link = links.make(
            actor=self.world["front_desk"], uid=w.new(), at=self.world.at, patient=self.patient,
            form=kind,
        )  # fmt: skip
        return known.token_of(clinic=self.world.id, link=link)

    def ask_code(self, kind: str) -> str:
        self.phone.post(f"/me/{self.tokens[kind]}/code", {"act": str(w.new())})
        row = OutboxMessage.of(self.world.id).filter(template="read_code", patient=self.patient)
        return str(messages.content(row.latest("created_at"))[1]["code"])


@pytest.fixture
def world(db: None) -> w.World:
    from reprieve.pathway import clock

    found = w.found()
    found.at = clock.real()
    return found


@pytest.fixture
def two(world: w.World) -> tuple[Holder, Holder]:
    return Holder(world, "Anatolia-Invented"), Holder(world, "Beatrix-Invented")


def body(world: w.World, **more: Any) -> dict[str, Any]:
    """What a diary day, a form and a choice of reminders would send, all in one."""
    today = world.at.astimezone(zone_of(world.id)).date().isoformat()
    said = {
        "act": str(w.new()), "day": today, "moment": "evening", "average_pain": "4",
        "worst_pain": "6", "function": "5", "mood": "7", "form": "peg", "code": "000000",
        "q-pain": "3", "q-enjoyment": "3", "q-general-activity": "3",
    }  # fmt: skip
    return {**said, **more}


def written_about(patient: uuid.UUID) -> dict[str, int]:
    """How much is on record about a patient, and how often their record was read."""
    tables = (DiaryEntry, QuestionnaireResponse, ReminderChoice)
    counts = {t.__name__: t.objects.every().filter(patient_id=patient).count() for t in tables}
    read = [e for e in AccessEntry.objects.all() if str(patient) in e.shown]
    used = PatientLink.objects.every().filter(patient_id=patient, submitted_key__isnull=False)
    return {**counts, "read": len(read), "submitted": used.count()}


def opened_across(
    mine: Holder, theirs: Holder, every: list[addresses.Address], tokens: dict[str, str]
) -> list[str]:
    """The addresses that answer one patient's phone about another's link."""
    found = []
    for address in every:
        for kind, token in tokens.items():
            for method in METHODS:
                said = body(mine.world) if method == "post" else {}
                answer = getattr(mine.phone, method)(address.path_with(token=token), said)
                told = theirs.name in answer.content.decode(errors="replace")
                if answer.status_code not in SHUT or told:
                    found.append(f"{method} {address.name} by {kind}: {answer.status_code}")
    return found


def test_own_links_open(two: tuple[Holder, Holder]) -> None:
    mine, _ = two
    for address in linked_addresses():
        status = {
            mine.phone.get(address.path_with(token=token)).status_code
            for token in mine.tokens.values()
        }
        # What only takes a press answers 405: the door was passed.
        assert status & {200, 302, 405}, address.name


def test_another_patients_links_open_to_nobody(two: tuple[Holder, Holder]) -> None:
    mine, theirs = two
    before = written_about(theirs.patient)
    assert opened_across(mine, theirs, linked_addresses(), theirs.tokens) == []
    assert written_about(theirs.patient) == before


def test_a_link_not_yet_pressed_shows_nothing_and_takes_nothing(
    two: tuple[Holder, Holder],
) -> None:
    mine, theirs = two
    before = written_about(theirs.patient)
    fresh = {kind: theirs.link(kind) for kind in KINDS}
    for address in linked_addresses():
        for token in fresh.values():
            for method in METHODS:
                said = body(mine.world) if method == "post" else {}
                answer = getattr(mine.phone, method)(address.path_with(token=token), said)
                assert theirs.name not in answer.content.decode()
                is_start = b'name="start"' in answer.content
                assert is_start or answer.status_code in SHUT, address.name
    assert written_about(theirs.patient) == before
    bound = PatientLink.objects.every().filter(patient_id=theirs.patient)
    assert bound.filter(bound_sha256__isnull=True).count() == len(KINDS)


def test_a_form_says_whose_it_is_to_no_avail(two: tuple[Holder, Holder]) -> None:
    mine, theirs = two
    theirs_before, mine_before = written_about(theirs.patient), written_about(mine.patient)
    link = known.by_token(theirs.tokens["diary"])
    assert link is not None
    claimed = {
        "patient": str(theirs.patient), "patient_id": str(theirs.patient), "link": str(link.id),
        "token": theirs.tokens["diary"], "clinic": str(w.new()),
    }  # fmt: skip
    for address in linked_addresses():
        for token in mine.tokens.values():
            mine.phone.post(address.path_with(token=token), body(mine.world, **claimed))
    assert written_about(theirs.patient) == theirs_before
    grown = written_about(mine.patient)
    assert grown["DiaryEntry"] > mine_before["DiaryEntry"]  # the forms did work, for their owner
    assert grown["QuestionnaireResponse"] > mine_before["QuestionnaireResponse"]


def test_a_code_opens_its_own_patients_page_alone(two: tuple[Holder, Holder]) -> None:
    mine, theirs = two
    code, own = theirs.ask_code("diary"), mine.ask_code("diary")
    if code != own:
        answer = mine.phone.post(f"/me/{mine.tokens['diary']}/check", {"code": code})
        assert answer.status_code == 422
    answer = mine.phone.post(f"/me/{theirs.tokens['diary']}/check", {"code": code})
    assert answer.status_code in SHUT
    assert mine.phone.post(f"/me/{mine.tokens['diary']}/check", {"code": own}).status_code == 302
    assert b"My curve" in mine.phone.get(f"/me/{mine.tokens['diary']}").content
    before = written_about(theirs.patient)
    # Reading one's own page opens nobody else's, nor one's own by another link.
    assert opened_across(mine, theirs, linked_addresses(), theirs.tokens) == []
    assert b"My curve" not in mine.phone.get(f"/me/{mine.tokens['progress']}").content
    assert written_about(theirs.patient) == before


def test_a_link_opens_no_page_of_staff(two: tuple[Holder, Holder]) -> None:
    mine, _ = two
    staff = [a for a in addresses.every() if a.access and a.access.kind in {"page", "live"}]
    for address in staff:
        path = address.path_with(patient=mine.patient)
        assert mine.phone.get(path).status_code in {302, 401}, address.name


def test_a_page_that_asks_no_browser_is_found(two: tuple[Holder, Holder]) -> None:
    mine, theirs = two
    with PLANTED:
        holes = [a for a in linked_addresses() if a.name == "hole_linked"]
        found = opened_across(mine, theirs, holes, theirs.tokens)
    assert {one.split()[1] for one in found} == {"hole_linked"}
