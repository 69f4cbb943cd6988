"""A full clinic for the bench of load: staff signed in, infusions that run, patients with a diary.

`python -m benchmarks.load_clinic TREATED` fills the clinic of the environment and prints JSON: for
each of the staff a role and a session, the visits in the chairs, and the patients with the token of
their diary. So many of them have a series behind them, imported, with a day written for each day.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from reprieve.config import boot

STAFF = {"infusion_nurse": 20, "physician": 18, "front_desk": 12}
INFUSIONS, DIARIES = 20, 200
EARLIER = timedelta(minutes=20)  # the infusions run since then
AFTER = timedelta(days=60)  # since the series ended
# Nobody signs in by password here.
QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]


def main() -> None:
    """This function will fill the clinic."""
    boot.start()
    from reprieve.config.migrate import migrate

    migrate()
    from django.test import override_settings

    with override_settings(PASSWORD_HASHERS=QUICK):
        print(json.dumps(_filled(treated=int(sys.argv[1]))))


def _filled(*, treated: int) -> dict[str, Any]:
    from django.db import transaction

    from tests import world as invented

    world = invented.found("Bench", at=datetime.now(UTC) - EARLIER)
    staff = [_member(world, role, n) for role, many in STAFF.items() for n in range(many)]
    with transaction.atomic():
        visits = [_infused(world, n) for n in range(INFUSIONS)]
    with transaction.atomic():
        diaries = [_diary(world, n, is_treated=n < treated) for n in range(DIARIES)]
    return {"staff": staff, "visits": visits, "diaries": diaries}


def _member(world: Any, role: str, number: int) -> dict[str, str]:
    """Somebody with an account and a session of their own."""
    from benchmarks.filled import PASSWORD, cookie
    from reprieve.pathway import accounts, clinic
    from reprieve.records.models import User

    email = f"{role}-{number}@example.org"
    clinic.add_staff(
        actor=world["admin"], uid=uuid.uuid4(), at=world.at, name=f"Nr{number} Invented",
        email=email, password=PASSWORD, roles=[role],
    )  # fmt: skip
    accounts.chose_password(User.objects.get(username=email).pk)
    return {"role": role, "session": cookie(email)}


def _infused(world: Any, number: int) -> str:
    from tests import chairside
    from tests import world as invented

    patient, episode = invented.person(
        world, given=f"Chair{number}", mrn=f"C-{number}", email=f"chair{number}@example.org",
        phone=f"+1555200{number:04d}",
    )  # fmt: skip
    chair = chairside.Chair(world, invented.prepared(world, patient, episode), patient)
    chair.start()
    invented.linked(world, chair.encounter, sender=f"SIM-{number}")
    return str(chair.encounter)


def _diary(world: Any, number: int, *, is_treated: bool) -> dict[str, str]:
    from benchmarks.followed import treated
    from reprieve.pathway import links
    from reprieve.records.queries import links as known
    from tests import world as invented

    if is_treated:
        patient = treated(world, number, ends=world.at.date() - AFTER, diary=AFTER)
    else:
        patient, _ = invented.person(world, given=f"Nr{number}", mrn=f"B-{number}")
    link = links.make(
        actor=world["front_desk"], uid=uuid.uuid4(), at=world.at, patient=patient, form="diary"
    )
    return {"patient": str(patient), "token": known.token_of(clinic=world.id, link=link)}


if __name__ == "__main__":
    main()
