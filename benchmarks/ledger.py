"""The controlled-drug ledger after years: a balance over a million entries, chains verified.

The entries are those of vials received, opened and drawn from until empty, hashed as the product
hashes them, in a clinic of its own on SQLite with every guard in place.
"""

from __future__ import annotations

import multiprocessing
import os
import secrets
import tempfile
import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.harness import Figure, figure, medians, seconds

ENTRIES, ENTRIES_QUICK = 1_000_000, 100_000
EACH = 50  # entries of one vial: received, opened, 47 draws, wasted
BATCH = 20_000
GOAL_MS = 50.0
GOAL_PER_S = 100_000.0
TURNS = 5


def run(*, quick: bool) -> dict[str, Figure]:
    """This function will measure the balance and the verifying; `quick` takes a tenth as many."""
    entries = ENTRIES_QUICK if quick else ENTRIES
    with tempfile.TemporaryDirectory(prefix="reprieve-ledger-") as folder:
        kept = {k: v for k, v in os.environ.items() if not k.startswith("REPRIEVE_")}
        env = kept | {
            "REPRIEVE_DATA": folder, "REPRIEVE_SECRET_KEY": secrets.token_hex(32),
            "REPRIEVE_MASTER_KEY": secrets.token_hex(32),
        }  # fmt: skip
        context = multiprocessing.get_context("spawn")
        with context.Pool(1) as pool:
            taken = pool.apply(_measured, (env, entries))
        size_mib = sum(f.stat().st_size for f in Path(folder).iterdir()) / 2**20
    size = "" if entries == ENTRIES else f" ({entries:,} entries)"
    return {
        f"ledger_balance_ms{size}": figure(taken["balance"] * 1000, unit="ms", at_most=GOAL_MS),
        f"ledger_vial_balance_ms{size}": figure(
            taken["vial"] * 1000, unit="ms", at_most=GOAL_MS
        ),
        f"ledger_verify_per_s{size}": figure(
            entries / taken["verify"], unit="1/s", at_least=GOAL_PER_S
        ),
        f"ledger_file{size}": figure(size_mib, unit="MiB"),
    }


def _measured(env: dict[str, str], entries: int) -> dict[str, float]:
    """Fill and measure in a process of its own."""
    os.environ.update(env)
    from reprieve.config import boot

    boot.start()
    from reprieve.config.migrate import migrate

    migrate()
    clinic = _founded()
    vials = _filled(clinic, entries)
    from reprieve.records import ledger
    from reprieve.records.queries import stock

    times = medians(
        seconds(
            {
                "balance": lambda: stock.balances(clinic=clinic),
                "vial": lambda: stock.vial(clinic=clinic, vial=vials[len(vials) // 2]),
            },
            turns=TURNS * 4,
        )
    )
    faults = list(ledger.chain_faults(ledger.VIALS))
    if faults:
        raise RuntimeError(f"the bench's own ledger does not hold: {faults[:3]}")
    checked = seconds({"verify": lambda: list(ledger.chain_faults(ledger.VIALS))}, turns=3)
    return times | medians(checked)


def _founded() -> uuid.UUID:
    from reprieve.pathway import clinic as clinics

    view = clinics.found(
        name="Bench", timezone="UTC", admin_name="Ada", admin_email="admin@example.org",
        password=secrets.token_hex(12), at=datetime.now(UTC),
    )  # fmt: skip
    return view.id


def _filled(clinic: uuid.UUID, entries: int) -> list[uuid.UUID]:
    """Write vials with their entries, by the product's own hashes."""
    from django.db import transaction

    from reprieve.records.models import LedgerEntry, Practitioner, Vial, VialState

    nurse = Practitioner.of(clinic).get().pk
    vials: list[Any] = []
    with transaction.atomic():
        rows: list[Any] = []
        for number in range(entries // EACH):
            vial = _vial(clinic, number)
            vials.append(vial)
            rows += _chain(vial, nurse)
            if len(rows) >= BATCH:
                Vial.objects.every().bulk_create(vials[-(len(rows) // EACH) :])
                LedgerEntry.objects.every().bulk_create(rows)
                rows = []
        if rows:
            Vial.objects.every().bulk_create(vials[-(len(rows) // EACH) :])
            LedgerEntry.objects.every().bulk_create(rows)
        VialState.objects.every().bulk_create(
            VialState(
                clinic_id=clinic, vial=v, drug=v.drug, seq=EACH, is_open=True,
                balance_ug=1_000 if n % 20 == 0 else 0,
            )
            for n, v in enumerate(vials)
        )  # fmt: skip
    return [vial.pk for vial in vials]


def _vial(clinic: uuid.UUID, number: int) -> Any:
    from reprieve.records.models import Vial

    at = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    return Vial(
        clinic_id=clinic, drug="ketamine", form="racemic", strength_ug_per_ml=50_000,
        volume_ul=10_000, lot=f"L{number // 100}", serial=str(number), received_at=at,
        expires_on=(at + timedelta(days=900)).date(),
    )  # fmt: skip


def _chain(vial: Any, nurse: uuid.UUID) -> Iterator[Any]:
    from reprieve.records import ledger
    from reprieve.records.models import LedgerEntry

    draws = [("drawn", -10_000, {"volume_ml": "0.2"})] * (EACH - 3)
    left = 500_000 - 10_000 * len(draws)
    keeps = 1_000 if int(vial.serial) % 20 == 0 else 0
    steps = [("received", 500_000, {"invoice": "I", "supplier": "S"}), ("opened", 0, None), *draws,
             ("wasted", keeps - left, {"volume_ml": "0.6"})]  # fmt: skip
    link, balance = ledger.holder_hash(vial), 0
    for seq, (kind, change, detail) in enumerate(steps, start=1):
        balance += change
        row = LedgerEntry(
            clinic_id=vial.clinic_id, vial=vial, seq=seq, kind=kind, change_ug=change,
            balance_after_ug=balance, by_id=None, detail=detail, previous_hash=link,
            witness_id=nurse if kind == "wasted" else None,
            recorded_at=vial.received_at + timedelta(minutes=seq),
        )  # fmt: skip
        row.row_hash = link = ledger.entry_hash(ledger.VIALS, row)
        yield row
