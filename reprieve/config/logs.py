"""Logs as JSON lines without patient data.

Only keys named here leave the process. A message's parameters, an address and an exception's own
words may hold a name or a link, so they stay out: an exception is logged as its type and places.
"""

from __future__ import annotations

import logging.config
import sys
import traceback
from collections.abc import MutableMapping
from typing import Any

# structlog imports rich where it is installed, for colours that JSON has not; that takes a seventh
# of each start. It is told that there is none, here alone.
if "rich" not in sys.modules:
    sys.modules["rich"] = None  # type: ignore[assignment]
import structlog

if sys.modules.get("rich") is None:
    sys.modules.pop("rich", None)

KEYS = frozenset(
    {
        "event",
        "level",
        "logger",
        "timestamp",
        "view",
        "method",
        "status",
        "ms",
        "actor",
        "clinic",
        "part",
        "port",
        "pid",
        "code",
        "count",
        "error",
        "at_lines",
        "seconds",
        "kind",
    }
)
# These log what the browser sent; their template without its parameters is what we keep.
FOREIGN_WORDS = ("django.request", "django.security", "axes", "allauth")


def keep_known(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> dict[str, Any]:
    """This function will drop every key that is not known to be free of patient data."""
    return {key: value for key, value in event.items() if key in KEYS}


def without_words(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
    """This function will replace an exception by its type and the lines it passed."""
    record: logging.LogRecord | None = event.get("_record")
    info = event.pop("exc_info", None) or (record.exc_info if record else None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if isinstance(info, tuple) and info[0] is not None:
        event["error"] = info[0].__name__
        event["at_lines"] = [f"{f.filename}:{f.lineno}" for f in traceback.extract_tb(info[2])]
    return event


def bare_template(_logger: Any, _name: str, event: MutableMapping[str, Any]) -> Any:
    """This function will keep a foreign message's template and drop what was put into it."""
    record: logging.LogRecord = event["_record"]
    if not event.get("positional_args") and record.name.startswith(FOREIGN_WORDS):
        event["event"] = record.name
    return event


def configure(*, level: str) -> None:
    """This function will send every log line of this process to stderr as one JSON object."""
    logging.config.dictConfig(_config(level))
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _config(level: str) -> dict[str, Any]:
    formatter = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            bare_template,
        ],
        "processors": [
            without_words,
            keep_known,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        # The words of an exception never reach the text: `without_words` reads the record itself.
        "use_get_message": False,
        "pass_foreign_args": True,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": formatter},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
        "root": {"handlers": ["stderr"], "level": level},
        "loggers": {"axes": {"level": "WARNING"}},
    }
