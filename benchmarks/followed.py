"""Patients in follow-up for a bench: one with five years of diary, many for a night's forecasts.

`python -m benchmarks.followed PATIENTS` fills the folder named by REPRIEVE_DATA and prints JSON:
seconds of the night's forecasts, and milliseconds of each patient's page.
"""

from __future__ import annotations

import json
import sys
import time
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from typing import Any

from benchmarks.harness import medians, seconds
from reprieve.config import boot

REGIMEN, SESSIONS = "ketamine-0.5mgkg-40min-x6", 6
BEFORE, AFTER = timedelta(days=14), timedelta(days=60)
FIVE_YEARS = timedelta(days=1826)
TURNS = 9


def main() -> None:
    """This function will fill, measure and print."""
    boot.start()
    from reprieve.config.migrate import migrate

    migrate()
    print(json.dumps(_measured(int(sys.argv[1]))))


def _measured(patients: int) -> dict[str, float]:
    from django.db import transaction

    from reprieve.config import forecasts
    from tests import world as invented

    world = invented.found("Bench", at=datetime.now(UTC))
    today = world.at.date()
    with transaction.atomic():
        for n in range(patients):
            treated(world, n, ends=today - AFTER, diary=AFTER)
        long = treated(world, patients, ends=today - FIVE_YEARS, diary=FIVE_YEARS)
        _boosters(world, patients, today)
    pages = _pages(world, long)
    started = time.perf_counter()
    kept = forecasts.make()
    taken = time.perf_counter() - started
    assert kept > patients, f"{kept} of {patients + 1} forecasts were kept"
    return {"forecasts_s": taken, "kept": kept, **pages}


def treated(world: Any, n: int, *, ends: date, diary: timedelta) -> Any:
    """This function will make a patient with a series that ended on a day, and a diary from
    before it on. The patient is returned.
    """
    from reprieve.pathway import importing, observations
    from reprieve.pathway.importing import InfusionRow, PatientRow
    from reprieve.pathway.observations import Told
    from reprieve.records.identity import Identity
    from reprieve.records.models import DiaryEntry
    from reprieve.records.queries import patients

    who = Identity(given=f"Nr{n}", family=f"Invented{n}", mrn=f"B-{n}")
    first = ends - timedelta(days=3 * (SESSIONS - 1))
    given = [
        InfusionRow(
            mrn=f"B-{n}", day=first + timedelta(days=3 * k), begins=clock_time(9, 30),
            minutes=Decimal(40), dose_mg=Decimal(35), regimen=REGIMEN, condition="crps",
            weight_kg=Decimal(70), number=k + 1, of=SESSIONS,
        )
        for k in range(SESSIONS)
    ]  # fmt: skip
    rows = [PatientRow(identity=who, condition="G90.511"), *given]
    _bring(world, rows, importing)
    patient = patients.find(clinic=world.id, text=f"B-{n}")[0].id
    observations.write(
        [Told(code="weight_kg", value=Decimal(70), unit="kg")], actor=world["infusion_nurse"],
        at=world.at, measured_at=world.at, patient=patient,
    )  # fmt: skip
    days = (ends + diary - (first - BEFORE)).days
    DiaryEntry.objects.every().bulk_create(
        DiaryEntry(
            clinic_id=world.id, patient_id=patient, day=first - BEFORE + timedelta(days=d),
            at=world.at, recorded_at=world.at, mode="home", average_pain=7 if d < BEFORE.days else
            3 + (d * 7 + n) % 4, worst_pain=9, function=5, mood=6, extras={"moment": "day"},
        )
        for d in range(days)
    )  # fmt: skip
    return patient


def _boosters(world: Any, n: int, today: date) -> None:
    """A booster every three months for five years."""
    from reprieve.pathway import importing
    from reprieve.pathway.importing import InfusionRow

    rows = [
        InfusionRow(
            mrn=f"B-{n}", day=today - timedelta(days=days), begins=clock_time(9, 30),
            minutes=Decimal(40), dose_mg=Decimal(35), regimen=REGIMEN, condition="crps",
            weight_kg=Decimal(70), number=1, of=1, is_booster=True,
        )
        for days in range(1740, 80, -90)
    ]  # fmt: skip
    _bring(world, rows, importing)


def _bring(world: Any, rows: list[Any], importing: Any) -> None:
    from tests.world import new

    importing.bring_in(
        actor=world["manager"], uid=new(), at=world.at, rows=list(enumerate(rows, start=2))
    )


def _pages(world: Any, patient: Any) -> dict[str, float]:
    from django.test import Client
    from django.urls import reverse

    from reprieve.records.models import User

    browser = Client(SERVER_NAME="localhost")
    browser.force_login(
        User.objects.get(username=world.emails["physician"]),
        backend="allauth.account.auth_backends.AuthenticationBackend",
    )

    def opened(name: str) -> None:
        answer = browser.get(reverse(name, args=[patient]))
        assert answer.status_code == 200, answer.status_code

    names = ("patient", "followup", "patient_diary")
    for name in names:
        opened(name)
    boot.settle()  # as a process of pages does
    taken = seconds({name: (lambda n=name: opened(n)) for name in names}, turns=TURNS)  # type: ignore[misc]
    return {f"{name}_ms": 1000 * value for name, value in medians(taken).items()}


if __name__ == "__main__":
    main()
