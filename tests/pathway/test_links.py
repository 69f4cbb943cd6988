"""Patients' links: opening uses nothing up, one browser, one form, one period, one submission."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import links, messages
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import Actor, by_link
from reprieve.records import link_tokens
from reprieve.records.models import Act, OutboxMessage, PatientLink
from reprieve.records.queries import links as known
from tests import world as worlds
from tests.world import World, new


@pytest.fixture
def patient(world: World) -> uuid.UUID:
    return worlds.person(world)[0]


def make(world: World, patient: uuid.UUID, form: str = "diary", **more: object) -> uuid.UUID:
    return links.make(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, form=form, **more
    )


def token(world: World, link: uuid.UUID) -> str:
    return known.token_of(clinic=world.id, link=link)


def person(world: World, patient: uuid.UUID) -> Actor:
    return by_link(world.id, patient)


def bind(world: World, patient: uuid.UUID, link: uuid.UUID, secret: str = "one") -> None:
    links.bind(
        actor=person(world, patient), uid=new(), at=world.at, link=link, secret=secret
    )


def state(world: World, link: uuid.UUID) -> str:
    found = known.by_token(token(world, link))
    assert found is not None
    return found.state(world.at)


class TestToken:
    def test_only_a_hash_is_kept_and_no_act_tells_it(
        self, world: World, patient: uuid.UUID
    ) -> None:
        link = make(world, patient)
        secret = token(world, link)
        row = PatientLink.of(world.id).get()
        assert bytes(row.token_sha256) == link_tokens.fingerprint(secret)
        assert len(secret) == 43
        assert not Act.objects.filter(result__icontains=secret).exists()

    def test_it_finds_its_link_and_no_other_does(self, world: World, patient: uuid.UUID) -> None:
        link = make(world, patient)
        found = known.by_token(token(world, link))
        assert found is not None
        assert (found.id, found.patient, found.form) == (link, patient, "diary")
        for wrong in ("", "sample", "x" * 5000, token(world, uuid.UUID(int=1))):
            assert known.by_token(wrong) is None


class TestMake:
    def test_it_is_sent_without_a_word_about_health(
        self, world: World, patient: uuid.UUID
    ) -> None:
        link = make(world, patient, "evaluation", send_by="mail")
        row = OutboxMessage.of(world.id).get()
        assert row.template == "link"
        assert messages.content(row)[1] == {"path": f"/f/{token(world, link)}"}

    @pytest.mark.parametrize(
        ("form", "start"), [("diary", "/d/"), ("progress", "/me/"), ("peg", "/f/")]
    )
    def test_where_it_leads(
        self, world: World, patient: uuid.UUID, form: str, start: str
    ) -> None:
        make(world, patient, form)
        assert links.address(PatientLink.of(world.id).get()).startswith(start)

    @pytest.mark.parametrize(
        ("more", "field"),
        [
            ({"form": "lottery"}, "form"), ({"days": 0}, "days"), ({"days": 121}, "days"),
            ({"send_by": "pigeon"}, "send_by"),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_named(
        self, world: World, patient: uuid.UUID, more: dict[str, object], field: str
    ) -> None:
        with pytest.raises(BadValue) as refused:
            make(world, patient, **more)
        assert refused.value.field == field
        assert not PatientLink.of(world.id).exists()

    def test_nothing_is_sent_to_nobody(self, world: World) -> None:
        lonely = worlds.person(world, email="", phone="")[0]
        for by in ("mail", "sms"):
            with pytest.raises(BadValue, match="send_by"):
                make(world, lonely, send_by=by)
        assert links.way(clinic=world.id, patient=lonely) == ""
        calls = worlds.person(world, email="")[0]
        assert links.way(clinic=world.id, patient=calls) == "sms"

    def test_only_those_who_care_for_patients_make_one(
        self, world: World, patient: uuid.UUID
    ) -> None:
        with pytest.raises(PermissionDenied):
            links.make(
                actor=world["auditor"], uid=new(), at=world.at, patient=patient, form="diary"
            )

    def test_a_second_press_makes_one_link(self, world: World, patient: uuid.UUID) -> None:
        uid = new()
        place = {"uid": uid, "at": world.at, "patient": patient, "form": "diary"}
        first = links.make(actor=world["front_desk"], **place)
        assert links.make(actor=world["front_desk"], **place) == first
        assert PatientLink.of(world.id).count() == 1


class TestUse:
    def test_the_first_press_binds_it_to_that_browser(
        self, world: World, patient: uuid.UUID
    ) -> None:
        link = make(world, patient)
        bind(world, patient, link, "mine")
        bind(world, patient, link, "mine")
        with pytest.raises(Conflict):
            bind(world, patient, link, "other")
        found = known.by_token(token(world, link))
        assert found is not None
        assert found.belongs_to("mine")
        assert not found.belongs_to("other")
        assert not found.belongs_to("")

    def test_it_is_one_persons_own(self, world: World, patient: uuid.UUID) -> None:
        link = make(world, patient)
        stranger = worlds.person(world, email="other@example.org")[0]
        with pytest.raises(PermissionDenied):
            bind(world, stranger, link)
        with pytest.raises(PermissionDenied):
            links.bind(
                actor=world["physician"], uid=new(), at=world.at, link=link, secret="x"
            )
        with pytest.raises(NotFound):
            bind(world, patient, new())

    def test_it_ends(self, world: World, patient: uuid.UUID) -> None:
        link = make(world, patient, days=2)
        assert state(world, link) == "open"
        made = world.at
        world.at = made - timedelta(seconds=1)
        assert state(world, link) == "early"
        world.at = made + timedelta(days=2)
        assert state(world, link) == "expired"
        with pytest.raises(NotNow, match="over"):
            bind(world, patient, link)

    def test_the_clinic_can_end_it(self, world: World, patient: uuid.UUID) -> None:
        link = make(world, patient)
        for _ in range(2):
            links.revoke(actor=world["front_desk"], uid=new(), at=world.at, link=link)
        assert state(world, link) == "revoked"
        with pytest.raises(NotNow):
            bind(world, patient, link)

    def test_a_form_is_sent_once(self, world: World, patient: uuid.UUID) -> None:
        link, key = make(world, patient, "peg"), new()
        for _ in range(2):
            links.submit(actor=person(world, patient), uid=key, at=world.at, link=link)
        assert state(world, link) == "used"
        with pytest.raises(NotNow, match="already sent"):
            links.submit(actor=person(world, patient), uid=new(), at=world.at, link=link)

    def test_it_is_for_its_own_form(self, world: World, patient: uuid.UUID) -> None:
        link = make(world, patient, "peg")
        with pytest.raises(PermissionDenied, match="another form"):
            links.usable(
                actor=person(world, patient), at=world.at, link=link, forms=("diary",)
            )


class TestCode:
    def test_it_goes_to_the_address_on_file(self, world: World, patient: uuid.UUID) -> None:
        link = make(world, patient)
        code = "XYZXYZ"  # digits may also turn up in the ids of the results
        way = links.send_code(
            actor=person(world, patient), uid=new(), at=world.at, link=link, code=code
        )
        row = OutboxMessage.of(world.id).get()
        assert (way, row.template) == ("mail", "read_code")
        assert messages.content(row) == ("", {"code": code})
        assert not Act.objects.filter(result__icontains=code).exists()

    def test_not_too_often(self, world: World, patient: uuid.UUID) -> None:
        link = make(world, patient)

        def ask() -> None:
            links.send_code(
                actor=person(world, patient), uid=new(), at=world.at, link=link, code="1"
            )

        for _ in range(links.CODES_AN_HOUR):
            ask()
        with pytest.raises(NotNow, match="Too many"):
            ask()
        world.later(hours=1, seconds=1)
        ask()

    def test_without_an_address_there_is_no_reading(self, world: World) -> None:
        lonely = worlds.person(world, email="", phone="")[0]
        link = make(world, lonely)
        with pytest.raises(NotNow, match="no mail address"):
            links.send_code(
                actor=person(world, lonely), uid=new(), at=world.at, link=link, code="1"
            )


def test_the_list_of_a_patients_links(world: World, patient: uuid.UUID) -> None:
    first = make(world, patient, "peg")
    world.later(days=1)
    second = make(world, patient)
    found = known.of_patient(clinic=world.id, patient=patient)
    assert [one.id for one in found] == [second, first]
