"""Who works in the demo, and its clock while it is made."""

from __future__ import annotations

import random
import struct
import uuid
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from reprieve.pathway import clinic as clinics
from reprieve.pathway import credentials, people
from reprieve.pathway.permissions import CLINICIANS, ROLES, Actor
from reprieve.records.queries import people as staff
from reprieve.records.queries.clinics import ClinicView
from reprieve.records.queries.credentials import KINDS

NAME = "Reprieve demo clinic"
ZONE = "America/New_York"
MAIL = "demo.example"
# Everybody of the demo has it: it guards nothing but invented people.
PASSWORD = "demo-only-password-7"  # noqa: S105  # on purpose known to all
STAFF = {
    "front_desk": "Fay Frontdesk",
    "infusion_nurse": "Nora Nightjar",
    "physician": "Phil Physalis",
    "medical_director": "Mara Marigold",
    "manager": "Manny Maple",
    "auditor": "Audra Alder",
}
HELD_FOR = timedelta(days=3650)  # the demo's clock may be set far ahead
SECOND_NURSE = ("second_nurse", "Otto Orchid", "infusion_nurse")


@dataclass
class Stage:
    """The clinic, its people by role, and the moment that is being told."""

    clinic: ClinicView
    staff: dict[str, Actor]
    chairs: dict[str, uuid.UUID]
    at: datetime
    rng: random.Random = field(default_factory=lambda: random.Random(7))  # noqa: S311
    vials: dict[uuid.UUID, uuid.UUID] = field(default_factory=dict)  # whose bags come from which

    def by(self, role: str, **more: Any) -> dict[str, Any]:
        """This function will return what every act needs: who, its number, and when."""
        return {"actor": self.staff[role], "uid": self.number(), "at": self.at, **more}

    def number(self) -> uuid.UUID:
        """This function will make an act's number; the same demo makes the same numbers."""
        return uuid.UUID(int=self.rng.getrandbits(128), version=4)

    def later(self, **delta: float) -> datetime:
        """This function will move the telling on."""
        self.at += timedelta(**delta)
        return self.at

    @contextmanager
    def meanwhile(self, at: datetime) -> Iterator[None]:
        """This function will tell something of another moment and come back."""
        here, self.at = self.at, at
        try:
            yield
        finally:
            self.at = here


def found(*, at: datetime, seed: int, name: str = NAME, mail: str = MAIL) -> Stage:
    """This function will found the demo clinic with its staff, chairs and settings."""
    view = clinics.found(
        name=name, timezone=ZONE, admin_name="Ada Aster", admin_email=f"admin@{mail}",
        password=PASSWORD, at=at, is_demo=True,
    )  # fmt: skip
    admin = _actor(view.id, f"admin@{mail}")
    stage = Stage(
        clinic=view, staff={"admin": admin}, chairs={}, at=at,
        rng=random.Random(seed),  # noqa: S311  # invented people, no secret
    )  # fmt: skip
    for person, who, role in [*((r, STAFF[r], r) for r in ROLES), SECOND_NURSE]:
        _join(stage, person, who, role, mail)
        if role in CLINICIANS:
            _registered(stage, person)
    for number in range(1, 7):
        chair = f"Chair {number}"
        stage.chairs[chair] = clinics.add_chair(
            **stage.by("admin"), name=chair, bed=f"BED-{number}", has_feed=number <= 2
        )
    for key, value in SETTINGS.items():
        clinics.choose(**stage.by("admin"), key=key, value=value)
    return stage


SETTINGS: dict[str, Any] = {
    "clinic.phone": "+1 212 555 0100",
    "clinic.email": "hello@demo.example",
    "clinic.physician": STAFF["physician"],
    "clinic.address": "1 Example Street, Sampleton",
    "booking.nurses": 3,
    "clinic.emergency_card": (
        "Invented for this demo:\nCall 911 from any telephone. Say: 1 Example Street, back door.\n"
        "Physician on duty: +1 212 555 0101.\nEmergency trolley and oxygen: by Chair 3.\n"
        "Defibrillator: reception."
    ),
}


def _join(stage: Stage, name: str, who: str, role: str, mail: str) -> None:
    email = f"{name.replace('_', '-')}@{mail}"
    clinics.add_staff(
        **stage.by("admin"), name=who, email=email, password=PASSWORD, roles=[role],
        phone="+1 212 555 0101",
    )  # fmt: skip
    stage.staff[name] = _actor(stage.clinic.id, email)


def _registered(stage: Stage, name: str) -> None:
    """What the register of credentials demands; its acts have numbers of their own."""
    person = stage.staff[name].practitioner
    assert person is not None
    for kind in KINDS:
        credentials.note(
            actor=stage.staff["admin"], uid=uuid.uuid5(person, kind), at=stage.at,
            practitioner=person,
            seen=credentials.Seen(
                kind=kind, number=f"DEMO-{name}-{kind}", expires_on=(stage.at + HELD_FOR).date()
            ),
        )  # fmt: skip


def _actor(clinic: uuid.UUID, email: str) -> Actor:
    user = next(m.user for m in staff.staff(clinic=clinic) if m.email == email)
    actor = people.actor_of(user=user)
    assert actor is not None
    return actor


def scribble(seed: int) -> bytes:
    """This function will draw a signature that is nobody's, as a PNG."""
    width, height = 160, 48
    rng = random.Random(seed)  # noqa: S311  # an invented signature
    rows = [bytearray(b"\xff" * width) for _ in range(height)]
    y = height // 2
    for x in range(8, width - 8):
        y = min(height - 4, max(3, y + rng.randint(-4, 4)))
        rows[y][x] = rows[y + 1][x] = 0
    raw = b"".join(b"\x00" + bytes(row) for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", zlib.compress(raw)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
