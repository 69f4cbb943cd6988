"""The web part: granian with threads for Django, in a process that `serve` keeps running."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

# Requests wait for the disk (an opened page is logged before it is sent), not for the processor.
THREADS = 8
# One process holds one processor; a third would cost memory that a small clinic machine lacks.
WORKERS = min(2, os.cpu_count() or 1)


def main() -> None:
    """This function will serve pages until told to stop, as the environment says where."""
    os.environ.setdefault("REPRIEVE_PART", "web")
    from granian.constants import HTTPModes, Interfaces, RuntimeModes, SSLProtocols
    from granian.log import LogLevels
    from granian.server import Server

    from reprieve.config import upgrade

    # Importing the pages takes seconds of processor time and most of a worker's memory: forked
    # workers find it done, and share it.
    application()
    upgrade.wait()
    Server(
        target="reprieve.config.serve_web:worker",
        factory=True,
        address=os.environ["REPRIEVE_HOST"],
        port=int(os.environ["REPRIEVE_PORT"]),
        interface=Interfaces.WSGI,
        workers=WORKERS,
        blocking_threads=THREADS,
        # A thread keeps its database connection: ending idle ones would open the file anew.
        blocking_threads_idle_timeout=600,
        runtime_mode=RuntimeModes.st,
        http=HTTPModes.auto,
        websockets=False,
        # Its warnings advise on thread counts; what ends a worker is an error.
        log_level=LogLevels.error,
        ssl_cert=_path("REPRIEVE_TLS_CERT"),
        ssl_key=_path("REPRIEVE_TLS_KEY"),
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=5,
    ).serve()


@cache
def application() -> Callable[..., Any]:
    """This function will return the application with every page imported.

    It opens no connection and starts no thread, so that a process may fork after it: numpy would
    start some of its own, which a fork leaves behind.
    """
    os.environ["OPENBLAS_NUM_THREADS"] = "1"
    from django.urls import get_resolver

    from reprieve.config import boot
    from reprieve.config.wsgi import application as found

    get_resolver().url_patterns  # noqa: B018  # the first request would wait for it
    boot.settle()
    return found


def worker() -> Callable[..., Any]:
    """This function will return the application, inside granian's own worker process."""
    from reprieve.config.supervise import die_with_parent

    die_with_parent()
    return application()


def _path(name: str) -> Path | None:
    value = os.environ.get(name)
    return Path(value) if value else None


if __name__ == "__main__":
    main()
