"""The night's forecasts, made in a process of their own: arithmetic must never hold up an alarm."""

from __future__ import annotations

import os
import subprocess
import sys

WITHIN_S = 3600


def make_wanted() -> bool:
    """This function will have forecasts made where a clinic's day has begun without them."""
    from reprieve.pathway import forecast_keeping

    if not forecast_keeping.is_wanted():
        return False
    done = subprocess.run(  # our own module
        [sys.executable, "-m", "reprieve.config.forecasts"], stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE, timeout=WITHIN_S, check=False,
        env={**os.environ, "REPRIEVE_PART": "forecasts"},
    )  # fmt: skip
    if done.returncode != 0:
        import structlog

        structlog.get_logger("forecasts").error("forecasts failed", code=done.returncode)
    return done.returncode == 0


def main() -> None:
    """This function will make them and end."""
    from reprieve.config import boot

    boot.start()
    from reprieve.pathway import forecast_keeping

    forecast_keeping.make_every_clinic()


if __name__ == "__main__":
    main()
