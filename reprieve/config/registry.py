"""The registry of each clinic, made in a process of its own: its engine needs much memory."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid

WITHIN_S = 1800
_CALL = "import sys; from reprieve.config.cli import main; main(sys.argv[1:])"


def make_wanted() -> int:
    """This function will make the registry of each clinic that wants one; says how many."""
    from reprieve.pathway import clock, registry
    from reprieve.records.queries import clinics

    if not registry.is_installed():
        return 0
    known = [one.id for one in clinics.clinics()]
    wanted = [one for one in known if registry.is_wanted(clinic=one, at=clock.now(one))]
    return sum(_make(clinic) for clinic in wanted)


def _make(clinic: uuid.UUID) -> bool:
    done = subprocess.run(  # noqa: S603  # our own command, a key of our own
        [sys.executable, "-c", _CALL, "registry", "--keep", "--json", "--clinic", str(clinic)],
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, timeout=WITHIN_S, check=False,
        env={**os.environ, "REPRIEVE_PART": "registry"},
    )  # fmt: skip
    if done.returncode != 0:
        import structlog

        structlog.get_logger("registry").error("registry failed", code=done.returncode)
    return done.returncode == 0
