"""`reprieve verify`: does the database still hold what was written, and only that?"""

from __future__ import annotations

import argparse
from datetime import UTC, datetime
from typing import Any

HELP = "check chains, guards, projections and integrity; exit 1 with each fault named"
NEEDS_DATABASE = True


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add no argument of its own."""


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will list every fault found."""
    from reprieve.config.migrate import require_database
    from reprieve.records import verify
    from reprieve.records.models import Lease

    require_database()
    at = datetime.now(UTC)
    lease = Lease.objects.filter(name="ticker").first()
    alive = lease is not None and lease.until_ms > at.timestamp() * 1000
    found = list(verify.faults(at=at, sealer_runs=alive))
    return {"checked_at": at.isoformat(), "ok": not found, "faults": found}


def exit_code(answer: dict[str, Any]) -> int:
    """This function will return 1 when there is a fault."""
    return 0 if answer["ok"] else 1


def text(answer: dict[str, Any]) -> str:
    """This function will say it in words, a line a fault."""
    return "\n".join(answer["faults"]) or "Everything holds."
