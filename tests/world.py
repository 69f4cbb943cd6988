"""A small invented clinic for tests: made through the pathway, as a person would make it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from reprieve.pathway import accounts, clock, infusion, patients, people
from reprieve.pathway import clinic as clinics
from reprieve.pathway.permissions import ROLES, Actor
from reprieve.records.identity import Identity
from reprieve.records.models import Device, DeviceAssociation, PractitionerRole, User
from reprieve.records.queries.clinics import ClinicView
from reprieve.records.referrers import Contact
from tests.house.stories import kept

NOON = datetime(2026, 3, 3, 17, 0, tzinfo=UTC)  # noon in New York
PASSWORD = "invented-but-long-7"
REFERS = Contact(
    name="Dr. Rhea Refers", practice="Invented Family Practice",
    address="1 Example Street\nAustin", phone="+1 555 0100 170", fax="+1 555 0100 171",
)  # fmt: skip


def lately() -> datetime:
    """This function will return the last quarter of an hour by the clock of the pages.

    What begins there is the same story in many tests, which are then quicker.
    """
    now = clock.real()
    return now.replace(minute=now.minute - now.minute % 15, second=0, microsecond=0)


def new() -> uuid.UUID:
    """This function will make an act's number as a browser would."""
    return uuid.uuid4()


# A test that looks on a page for a number, a word or a unit never finds it in the clinic's name.
LETTERS = str.maketrans("0123456789abcdef", "bcdfhjklnpqrtvwz")


@dataclass
class World:
    """One clinic with a member of staff for each role, named by the role."""

    clinic: ClinicView
    staff: dict[str, Actor]
    at: datetime = NOON
    emails: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, role: str) -> Actor:
        return self.staff[role]

    @property
    def id(self) -> uuid.UUID:
        return self.clinic.id

    def later(self, **delta: float) -> datetime:
        """This function will move the clinic's clock on and return the new time."""
        self.at += timedelta(**delta)
        return self.at


@kept
def found(name: str = "Invented Clinic", *, at: datetime = NOON) -> World:
    """This function will found a clinic with one person for each role."""
    tag = uuid.uuid4().hex[:8].translate(LETTERS)
    view = clinics.found(
        name=f"{name} {tag}",
        timezone="America/New_York",
        admin_name="Ada Invented",
        admin_email=f"admin-{tag}@example.org",
        password=PASSWORD,
        at=at,
    )
    admin = people.actor_of(user=User.objects.get(username=f"admin-{tag}@example.org").pk)
    assert admin is not None
    world = World(clinic=view, staff={"admin": admin}, at=at)
    world.emails["admin"] = f"admin-{tag}@example.org"
    for role in ROLES:
        _join(world, role, tag)
    return world


def _join(world: World, role: str, tag: str) -> None:
    email = f"{role}-{tag}@example.org"
    clinics.add_staff(
        actor=world["admin"], uid=new(), at=world.at, name=f"{role.title()} Invented",
        email=email, password=PASSWORD, roles=[role],
    )  # fmt: skip
    actor = people.actor_of(user=User.objects.get(username=email).pk)
    assert actor is not None
    assert actor.user is not None
    accounts.chose_password(actor.user)  # as each does at the first sign-in
    world.staff[role] = actor
    world.emails[role] = email


def take_role(world: World, who: str, role: str) -> None:
    """This function will take a role from somebody, whoever is left."""
    PractitionerRole.objects.add(
        clinic_id=world.id, practitioner_id=world[who].practitioner, role=role, granted=False,
        recorded_at=world.at, by_id=world["admin"].practitioner,
    )  # fmt: skip


@kept
def person(world: World, **changes: Any) -> tuple[uuid.UUID, uuid.UUID]:
    """This function will register an invented patient: ids of the patient and the episode."""
    who = Identity(
        given="Iva", family="Invented", birth_date=date(1980, 5, 17), phone="+15550100199",
        email="iva@example.org", mrn="A-100",
    )  # fmt: skip
    done = patients.register(
        actor=world["front_desk"], uid=new(), at=world.at, identity=replace(who, **changes)
    )
    return uuid.UUID(done["id"]), uuid.UUID(done["episode"])


@kept
def prepared(world: World, patient: uuid.UUID, episode: uuid.UUID) -> uuid.UUID:
    """This function will open an infusion visit in no particular chair."""
    return infusion.prepare(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=patient, episode=episode
    )


@kept
def linked(world: World, encounter: uuid.UUID, *, sender: str = "SIM-1") -> DeviceAssociation:
    """This function will link a monitor to a visit from now on."""
    device = Device.objects.add(
        clinic_id=world.id, sender=sender, bed="1", seen_first=world.at
    )
    by = world["infusion_nurse"].practitioner
    assert by is not None
    return DeviceAssociation.objects.create(
        clinic_id=world.id, device=device, encounter_id=encounter,
        from_ms=int(world.at.timestamp() * 1000), by_id=by,
    )  # fmt: skip
