"""Sign-ins: who needs a second factor, PINs, first passwords, leavers."""

from __future__ import annotations

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import accounts, clinic, house
from reprieve.pathway.errors import NotFound, PermissionDenied
from reprieve.pathway.permissions import DIRECTOR, SEES_PATIENTS
from reprieve.records.models import AuditEvent, User
from tests import world as w

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def world() -> w.World:
    return w.found()


def who(world: w.World, role: str = "manager") -> dict[str, object]:
    return {"actor": world[role], "uid": w.new(), "at": world.at}


def user(world: w.World, role: str) -> int:
    found = world[role].user
    assert found is not None
    return found


def needed(world: w.World, *, by_default: bool) -> frozenset[str]:
    return accounts.factor_roles(clinic=world.id, at=world.at, by_default=by_default)


def test_a_second_factor_is_needed_by_who_sees_patients_unless_the_clinic_chose(
    world: w.World,
) -> None:
    assert needed(world, by_default=True) == SEES_PATIENTS
    assert needed(world, by_default=False) == frozenset()
    house.describe(**who(world), facts={accounts.FACTOR_ROLES: [DIRECTOR]})
    assert needed(world, by_default=True) == needed(world, by_default=False) == {DIRECTOR}
    for wrong in (["king"], "medical_director"):
        with pytest.raises(BadValue, match="second_factor"):
            house.describe(**who(world), facts={accounts.FACTOR_ROLES: wrong})


def test_a_first_password_is_anothers_until_its_owner_chooses(world: w.World) -> None:
    clinic.add_staff(
        **who(world), name="Nina New", email="nina@example.org", password=w.PASSWORD,
        roles=["front_desk"],
    )  # fmt: skip
    nina = User.objects.get(username="nina@example.org").pk
    assert accounts.is_password_anothers(nina)
    accounts.chose_password(nina)
    assert not accounts.is_password_anothers(nina)
    assert not accounts.is_password_anothers(user(world, "admin"))


@pytest.mark.parametrize(
    "pin", ["12345", "1234567", "123456", "654321", "111222", "12345a", "١٢٣٤٥٦"]
)
def test_a_plain_pin_is_refused(pin: str, world: w.World) -> None:
    with pytest.raises(BadValue, match="pin"):
        accounts.choose_pin(user=user(world, "infusion_nurse"), pin=pin)
    assert not accounts.has_pin(user(world, "infusion_nurse"))


def test_after_three_wrong_pins_even_the_right_one_is_refused(world: w.World) -> None:
    nurse = user(world, "infusion_nurse")
    assert not accounts.is_right_pin(user=nurse, pin="408271")
    accounts.choose_pin(user=nurse, pin="408271")
    assert accounts.is_right_pin(user=nurse, pin="408271")
    tries = [accounts.is_right_pin(user=nurse, pin=pin) for pin in ("408272", "408273", "408274")]
    assert not any(tries)
    assert not accounts.is_right_pin(user=nurse, pin="408271")
    accounts.forgive(nurse)
    assert accounts.is_right_pin(user=nurse, pin="408271")
    accounts.choose_pin(user=nurse, pin="")
    assert not accounts.has_pin(nurse)
    failed = AuditEvent.objects.filter(clinic_id=world.id, action="account.failed")
    assert failed.count() == 3
    assert "4082" not in str([row.detail for row in failed])


def test_a_failed_sign_in_is_on_the_trail_of_whose_it_is_and_nobody_elses(world: w.World) -> None:
    accounts.note_failure(email=world.emails["physician"].upper())
    accounts.note_failure(email="nobody@example.org")
    [row] = AuditEvent.objects.filter(action="account.failed")
    assert (row.clinic_id, row.actor) == (world.id, world["physician"].label)


def test_a_lost_factor_is_taken_away_by_who_may(world: w.World) -> None:
    from allauth.mfa.models import Authenticator

    nurse = world["infusion_nurse"]
    Authenticator.objects.create(user_id=nurse.user, type="totp", data={"secret": "x"})
    assert accounts.has_factor(user(world, "infusion_nurse"))
    accounts.reset_factor(**who(world), practitioner=nurse.practitioner)
    assert not accounts.has_factor(user(world, "infusion_nurse"))
    with pytest.raises(PermissionDenied):
        accounts.reset_factor(**who(world), practitioner=world["physician"].practitioner)
    with pytest.raises(NotFound):
        accounts.reset_factor(**who(world), practitioner=w.found()["auditor"].practitioner)
