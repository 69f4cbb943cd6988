"""Log lines are JSON and carry nothing that could name a patient."""

from __future__ import annotations

import json
import os
import subprocess
import sys

SAY = """
import logging, structlog
from reprieve.config import logs
logs.configure(level="INFO")
{what}
"""


def lines(what: str) -> tuple[list[dict[str, object]], str]:
    done = subprocess.run(
        [sys.executable, "-c", SAY.format(what=what)], capture_output=True, text=True, check=True,
        env=dict(os.environ),
    )  # fmt: skip
    return [json.loads(line) for line in done.stderr.splitlines()], done.stderr


def test_known_keys_are_kept_and_others_dropped() -> None:
    found, raw = lines(
        'structlog.get_logger("reprieve.web").info("request", view="home", patient="Iva", ms=3)'
    )
    assert found[0]["event"] == "request"
    assert (found[0]["view"], found[0]["ms"], found[0]["level"]) == ("home", 3, "info")
    assert "Iva" not in raw


def test_an_exceptions_own_words_stay_out() -> None:
    found, raw = lines(
        "try:\n    raise ValueError('Iva Invented, born 1980')\n"
        "except ValueError:\n    logging.getLogger('reprieve.jobs').exception('failed')"
    )
    assert found[0]["error"] == "ValueError"
    assert found[0]["event"] == "failed"
    assert str(found[0]["at_lines"]).count("<string>:") == 1
    assert "Iva" not in raw


def test_an_exception_of_structlog_is_told_the_same_way() -> None:
    found, raw = lines(
        "try:\n    raise ValueError('Iva Invented')\n"
        "except ValueError:\n    structlog.get_logger('reprieve').exception('failed')"
    )
    assert found[0]["error"] == "ValueError"
    assert "Iva" not in raw


def test_an_exception_handed_over_is_told_the_same_way() -> None:
    found, raw = lines(
        "structlog.get_logger('reprieve').error('failed', exc_info=KeyError('Iva Invented'))"
    )
    assert found[0]["error"] == "KeyError"
    assert "Iva" not in raw


def test_an_address_is_not_logged() -> None:
    found, raw = lines(
        "logging.getLogger('django.request').warning('Not Found: %s', '/p/secret-link-token')"
    )
    assert found[0]["event"] == "Not Found: %s"
    assert "secret" not in raw


def test_words_of_others_without_parameters_are_dropped_too() -> None:
    found, raw = lines("logging.getLogger('django.security.x').error('Iva at /p/token')")
    assert found[0]["event"] == "django.security.x"
    assert "Iva" not in raw
