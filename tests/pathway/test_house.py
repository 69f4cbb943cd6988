"""The clinic's own house: what it says of itself, its chairs, who may do what there."""

from __future__ import annotations

import uuid
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import clinic, house, infusion, people
from reprieve.pathway.booking import Slot
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records.models import ClinicSetting, Practitioner, PractitionerRole, User
from reprieve.records.queries import clinics, settings
from reprieve.records.queries import people as staff
from tests import booking_desk as desk
from tests import world as w
from tests.chairside import Chair

pytestmark = pytest.mark.usefixtures("db")


def by(world: w.World, role: str = "manager") -> dict[str, Any]:
    return {"actor": world[role], "uid": w.new(), "at": world.at}


class TestFacts:
    def test_only_what_changed_is_written(self) -> None:
        world = w.found()
        facts = {"clinic.phone": "+1 (212) 555-0100", "print.paper": "a4", "clinic.email": ""}
        assert house.describe(**by(world), facts=facts) == sorted(facts)
        world.later(minutes=1)
        again = {**facts, "print.paper": "letter"}
        assert house.describe(**by(world), facts=again) == ["print.paper"]
        assert settings.value(clinic=world.id, key="print.paper", at=world.at) == "letter"
        assert ClinicSetting.of(world.id).filter(key="clinic.phone").count() == 1

    def test_the_same_press_twice_is_kept_once(self) -> None:
        world = w.found()
        press = {**by(world), "facts": {"booking.nurses": 2}}
        assert house.describe(**press) == house.describe(**press) == ["booking.nurses"]
        assert ClinicSetting.of(world.id).count() == 1

    @pytest.mark.parametrize(
        ("key", "value"),
        [
            ("clinic.phone", "call us"), ("clinic.phone", "12"), ("clinic.phone", "x" * 600),
            ("clinic.email", "nobody"), ("clinic.physician", "x" * 501),
            ("clinic.url", "http://clinic.example"), ("clinic.url", "javascript:alert(1)"),
            ("clinic.url", "https://"), ("clinic.url", "https://a.example/?q=1"),
            ("print.paper", "napkin"), ("booking.nurses", 0), ("booking.nurses", "3"),
            ("booking.hours", {"0": [["18:00", "08:00"]]}),
            ("crisis.text", {"en": "x" * 501}), ("risk.on_call", []),
        ],
    )  # fmt: skip
    def test_what_cannot_be_is_named_and_nothing_kept(self, key: str, value: Any) -> None:
        world = w.found()
        facts = {"clinic.address": "1 Example Street", key: value}
        with pytest.raises(BadValue, match=key):
            house.describe(**by(world), facts=facts)
        assert ClinicSetting.of(world.id).count() == 0

    def test_hours_decide_what_is_free(self) -> None:
        world = w.found()
        (chair, _) = desk.chairs(world)
        patient, _episode = w.person(world)
        house.describe(**by(world), facts={"booking.hours": {"0": [["13:00", "18:00"]]}})
        with pytest.raises(Exception, match="Outside the opening hours"):
            desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="infusion", chair=chair))

    def test_the_desk_may_not(self) -> None:
        world = w.found()
        with pytest.raises(PermissionDenied):
            house.describe(**by(world, "front_desk"), facts={"booking.nurses": 9})


class TestChairs:
    def change(self, world: w.World, chair: uuid.UUID, **more: Any) -> None:
        said = {"name": "Window", "bed": "B-7", "has_feed": True, "active": True}
        house.change_chair(**by(world), chair=chair, **{**said, **more})

    def test_is_renamed_connected_and_retired(self) -> None:
        world = w.found()
        (first, second) = desk.chairs(world)
        self.change(world, first)
        shown = {c.name: (c.bed, c.has_feed) for c in clinics.chairs(clinic=world.id)}
        assert shown == {"Window": ("B-7", True), "Chair 2": ("", False)}
        self.change(world, first, active=False)
        assert [c.id for c in clinics.chairs(clinic=world.id)] == [second]

    @pytest.mark.parametrize(
        ("said", "field"),
        [({"name": " "}, "name"), ({"name": "x" * 41}, "name"), ({"bed": "x" * 81}, "bed"),
         ({"name": "Chair 2"}, "name"), ({"bed": "TAKEN"}, "bed")],
    )  # fmt: skip
    def test_that_cannot_be_is_refused(self, said: dict[str, str], field: str) -> None:
        world = w.found()
        (first, second) = desk.chairs(world)
        self.change(world, second, name="Chair 2", bed="TAKEN")
        with pytest.raises(BadValue, match=field):
            self.change(world, first, **said)
        with pytest.raises(BadValue, match=field):
            clinic.add_chair(**by(world), **{"name": "New", **said})

    def test_with_somebody_in_it_keeps_its_monitor_but_takes_a_name(self) -> None:
        world = w.found()
        (first, _) = desk.chairs(world)
        patient, episode = w.person(world)
        seated = infusion.prepare(
            **by(world, "infusion_nurse"), patient=patient, episode=episode, chair=first
        )
        Chair(world, seated, patient).start()
        with pytest.raises(NotNow, match="sits in this chair"):
            self.change(world, first)
        self.change(world, first, bed="", has_feed=False)

    def test_with_visits_to_come_stays(self) -> None:
        world = w.found()
        (first, _) = desk.chairs(world)
        patient, _episode = w.person(world)
        desk.book(world, patient, Slot(starts_at=desk.at(9, 9), kind="infusion", chair=first))
        with pytest.raises(NotNow, match="move them first"):
            self.change(world, first, active=False)

    def test_of_another_clinic_is_nobodys(self) -> None:
        (theirs, _) = desk.chairs(w.found())
        with pytest.raises(NotFound):
            self.change(w.found(), theirs)


class TestStaff:
    def roles(self, world: w.World, who: str) -> frozenset[str]:
        person = world[who].practitioner
        assert person is not None
        found = staff.member(clinic=world.id, practitioner=person)
        assert found is not None
        return found.roles

    def give(self, world: w.World, who: str, roles: list[str], by_role: str = "manager") -> None:
        person = world[who].practitioner
        assert person is not None
        world.later(seconds=1)
        house.set_roles(**by(world, by_role), practitioner=person, roles=roles)

    def test_roles_are_given_and_taken_and_stay_on_record(self) -> None:
        world = w.found()
        self.give(world, "front_desk", ["front_desk", "infusion_nurse"])
        world.later(minutes=1)
        self.give(world, "front_desk", ["infusion_nurse"])
        assert self.roles(world, "front_desk") == {"infusion_nurse"}
        rows = PractitionerRole.of(world.id).filter(practitioner=world["front_desk"].practitioner)
        assert rows.count() == 3
        with pytest.raises(BadValue, match="roles"):
            self.give(world, "front_desk", [])

    def test_only_a_director_makes_or_unmakes_a_doctor(self) -> None:
        world = w.found()
        for roles in (["physician"], ["manager", "medical_director"]):
            with pytest.raises(PermissionDenied, match="medical director"):
                self.give(world, "manager", roles)
        with pytest.raises(PermissionDenied):
            self.give(world, "physician", ["front_desk"])
        with pytest.raises(PermissionDenied):
            clinic.add_staff(
                **by(world), name="New", email="new@example.org", password=w.PASSWORD,
                roles=["physician"],
            )  # fmt: skip
        self.give(world, "front_desk", ["physician"], "medical_director")
        assert self.roles(world, "front_desk") == {"physician"}

    def test_who_leaves_is_out_at_once_and_may_come_back(self) -> None:
        world = w.found()
        nurse = world["infusion_nurse"]
        assert nurse.user
        assert nurse.practitioner
        for active in (False, True):
            house.set_active(**by(world), practitioner=nurse.practitioner, active=active)
            assert (people.actor_of(user=nurse.user) is not None) is active

    def test_who_works_elsewhere_too_may_still_sign_in_there(self) -> None:
        world, other = w.found(), w.found()
        nurse = world["infusion_nurse"]
        assert nurse.practitioner
        elsewhere = Practitioner.objects.add(
            clinic_id=other.id, user_id=nurse.user, name="Nurse Invented"
        )
        house.set_active(**by(world), practitioner=nurse.practitioner, active=False)
        assert elsewhere.user.is_active
        house.set_active(**by(other), practitioner=elsewhere.pk, active=False)
        assert not User.objects.get(pk=nurse.user).is_active

    def test_somebody_always_stays_who_may_change_it(self) -> None:
        world = w.found()
        for who in ("admin", "manager"):
            person = world[who].practitioner
            assert person
            house.set_active(**by(world, "medical_director"), practitioner=person, active=False)
        with pytest.raises(NotNow, match="nobody left"):
            self.give(world, "medical_director", ["auditor"], "medical_director")
        assert self.roles(world, "medical_director") == {"medical_director"}

    def test_of_another_clinic_is_nobodys(self) -> None:
        world, other = w.found(), w.found()
        theirs = other["infusion_nurse"].practitioner
        assert theirs
        with pytest.raises(NotFound):
            house.set_active(**by(world), practitioner=theirs, active=False)
        with pytest.raises(NotFound):
            house.set_roles(**by(world), practitioner=theirs, roles=["auditor"])
