"""Fill a data folder with one clinic for a bench: patients, and one infusion on feed.

`python -m benchmarks.filled PATIENTS VALUES` prints JSON: the session cookie and the infusion.
"""

from __future__ import annotations

import json
import sys
import uuid
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from reprieve.config import boot

SIGNALS = (("heart_rate", 72), ("spo2", 97), ("respiratory_rate", 14), ("pulse_rate", 72),
           ("temp_c", 37))  # fmt: skip
PASSWORD = "invented-but-long-7"


def main() -> None:
    """This function will fill the folder named by REPRIEVE_DATA."""
    patients, values = int(sys.argv[1]), int(sys.argv[2])
    boot.start()
    from reprieve.config.migrate import migrate

    migrate()
    print(json.dumps(_fill(patients, values)))


def _fill(count: int, values: int) -> dict[str, str]:
    from django.db import transaction

    from tests import world as invented

    world = invented.found("Bench", at=datetime.now(UTC) - timedelta(hours=3))
    with transaction.atomic():
        for number in range(count):
            last = invented.person(
                world, given=f"Nr{number}", family=f"Invented{number}", mrn=f"B-{number}",
                email=f"nr{number}@example.org", phone=f"+1555{number:07d}",
            )  # fmt: skip
        visit = invented.prepared(world, *last)
        _feed(world, visit, values)
    return {"cookie": cookie(world.emails["infusion_nurse"]), "infusion": str(visit)}


def _feed(world, visit: uuid.UUID, values: int) -> None:  # type: ignore[no-untyped-def]
    """A value a second for each signal, as a monitor sends them."""
    from reprieve.records import frames
    from tests import world as invented

    link = invented.linked(world, visit)
    start = int(world.at.timestamp() * 1000)
    frames.insert(
        frames.NewFrame(
            association=link.pk,
            recorded_ms=start + second * 1000,
            dialect=1,
            values=tuple(
                frames.Value(
                    signal=name, value=Decimal(usual + second % 3), at_ms=start + second * 1000
                )
                for name, usual in SIGNALS
            ),
        )
        for second in range(values // len(SIGNALS))
    )


def cookie(email: str) -> str:
    """This function will sign somebody in and return the session's cookie."""
    from django.test import Client

    from reprieve.records.models import User

    browser = Client()
    browser.force_login(
        User.objects.get(username=email),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )
    return browser.cookies["sessionid"].value


if __name__ == "__main__":
    main()
