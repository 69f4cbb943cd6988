"""What can happen to a clinic's server, each as a function that lets it happen.

Each returns the moment (monotonic) from which the clinic has to come back: of a kill its own
moment; of a full disk, a held database or a cut cable the moment when that is over.
"""

from __future__ import annotations

import contextlib
import os
import random
import resource
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from benchmarks import processes
from tests.faults import ward
from tests.faults.cable import Cable
from tests.faults.desk import Desk
from tests.faults.wire import Monitor
from tests.house.engines import COMPILES_NOTHING, Copy
from tests.house.running import PARTS, LiveClinic
from tests.house.server import Server

LASTS_S = (0.5, 2.0)
HELD_S = (1.0, 7.0)  # at times longer than anybody waits for a lock
# Files that would grow beyond two pages cannot be written: no commit fits.
FULL = (8192, resource.RLIM_INFINITY)
ROOM = (resource.RLIM_INFINITY, resource.RLIM_INFINITY)


@dataclass(kw_only=True)
class Scene:
    """A clinic that is served, who works in it, and the cables between them."""

    served: LiveClinic
    copy: Copy
    postgres: Server | None
    monitors: dict[str, Monitor]
    desk: Desk
    cables: dict[str, Cable]

    @property
    def kinds(self) -> list[str]:
        """What can happen on this engine."""
        of_one = ("database_held",) if self.postgres is None else POSTGRESQL
        return [*EVERYWHERE, *of_one]

    def begin(self) -> None:
        """This function will serve, and everybody starts to work."""
        self.served.start()
        for worker in (*self.monitors.values(), self.desk):
            worker.start()

    def finish(self) -> None:
        """This function will let everybody finish what they are at."""
        for worker in (*self.monitors.values(), self.desk):
            if worker.is_alive():
                worker.finish()

    def clear_up(self) -> None:
        """This function will leave nothing running, also after a failure."""
        self.finish()
        for cable in self.cables.values():
            cable.close()


def set_up(served: LiveClinic, copy: Copy, postgres: Server | None) -> Scene:
    """This function will seat the monitors' patients and lay the cables; nothing runs yet."""
    from django.db import connections

    assert served.world is not None
    served.env |= COMPILES_NOTHING
    cables = {"monitors": Cable(served.mllp_port), "browsers": Cable(served.port)}
    if postgres is not None:
        cables["database"] = Cable(postgres.port)
        address = copy.address.replace(f":{postgres.port}/", f":{cables['database'].port}/")
        served.env["REPRIEVE_DATABASE_URL"] = address
    monitors = ward.monitors(served, cables["monitors"].port)
    desk = Desk(port=cables["browsers"].port, cookie=_cookie(served.world.emails["front_desk"]))
    connections.close_all()  # a server that is killed takes them away
    return Scene(
        served=served, copy=copy, postgres=postgres, monitors=monitors, desk=desk, cables=cables
    )


def _cookie(email: str) -> str:
    from django.test import Client

    from reprieve.records.models import User
    from tests.web.conftest import BACKEND

    browser = Client()
    browser.force_login(User.objects.get(username=email), backend=BACKEND)
    return browser.cookies["sessionid"].value


def _kill(scene: Scene, *, part: str) -> float:
    began = time.monotonic()
    ward.kill_part(scene.served, part)
    return began


def _kill_supervisor(scene: Scene) -> float:
    began = time.monotonic()
    ward.kill_supervisor(scene.served)
    return began


def _kill_all_parts(scene: Scene) -> float:
    began = time.monotonic()
    for pid in scene.served.parts().values():
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return began


def _fill_disk(scene: Scene) -> float:
    """No file of the clinic's processes can grow; on PostgreSQL none of the server's sessions'."""
    with _limited(_writers(scene)):
        time.sleep(random.uniform(*LASTS_S))
    return time.monotonic()


def _writers(scene: Scene) -> list[int]:
    if scene.postgres is not None:
        return processes.tree(scene.postgres.pid)[1:]
    return [pid for part in scene.served.parts().values() for pid in processes.tree(part)]


@contextlib.contextmanager
def _limited(pids: list[int]) -> Iterator[None]:
    for pid in pids:
        _limit(pid, FULL)
    try:
        yield
    finally:
        for pid in pids:
            _limit(pid, ROOM)


def _limit(pid: int, size: tuple[int, int]) -> None:
    with contextlib.suppress(ProcessLookupError):
        try:
            resource.prlimit(pid, resource.RLIMIT_FSIZE, size)
        except PermissionError:
            _limit_as_owner(pid, size[0])


def _limit_as_owner(pid: int, size: int) -> None:
    """In a container root may not limit what another user runs; that user may."""
    with contextlib.suppress(FileNotFoundError):  # it ended meanwhile
        owner = os.stat(f"/proc/{pid}")
        words = "unlimited" if size == resource.RLIM_INFINITY else str(size)
        subprocess.run(
            ["prlimit", f"--fsize={words}:", "--pid", str(pid)],
            user=owner.st_uid, group=owner.st_gid, extra_groups=[], check=False,
        )  # fmt: skip


def _hold_database(scene: Scene) -> float:
    """Another program keeps the file locked, as a copy or a shell left open does."""
    import pysqlite3

    file = scene.copy.names["default"]
    with contextlib.closing(pysqlite3.connect(file, timeout=30, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        time.sleep(random.uniform(*HELD_S))
        other.execute("ROLLBACK")
    return time.monotonic()


def _cut(scene: Scene, *, cable: str, is_silent: bool) -> float:
    scene.cables[cable].cut(is_silent=is_silent)
    time.sleep(random.uniform(*LASTS_S))
    scene.cables[cable].mend()
    return time.monotonic()


def _forget_connections(scene: Scene) -> float:
    """A firewall between us and the database forgets all connections, and tells neither side."""
    began = time.monotonic()
    scene.cables["database"].forget()
    return began


def _kill_postgres(scene: Scene) -> float:
    """The whole server dies; whoever keeps it (systemd, here the test) starts it again."""
    assert scene.postgres is not None
    began = time.monotonic()
    scene.postgres.kill()
    scene.postgres.start()
    return began


def _kill_session(scene: Scene) -> float:
    """One session of the server dies: the server ends all others and recovers."""
    assert scene.postgres is not None
    while True:
        began = time.monotonic()
        for pid in scene.postgres.sessions():
            with contextlib.suppress(ProcessLookupError):  # it ended by itself since it was listed
                os.kill(pid, signal.SIGKILL)
                return began


def _end_sessions(scene: Scene) -> float:
    assert scene.postgres is not None
    began = time.monotonic()
    scene.postgres.end_sessions()
    return began


Mishap = Callable[[Scene], float]
KINDS: dict[str, Mishap] = {
    **{f"{part}_killed": partial(_kill, part=part) for part in PARTS},
    "supervisor_killed": _kill_supervisor,
    "all_parts_killed": _kill_all_parts,
    "disk_full": _fill_disk,
    "monitors_cut_off": partial(_cut, cable="monitors", is_silent=False),
    "monitors_silently_cut_off": partial(_cut, cable="monitors", is_silent=True),
    "browsers_cut_off": partial(_cut, cable="browsers", is_silent=False),
    "database_held": _hold_database,
    "database_cut_off": partial(_cut, cable="database", is_silent=False),
    "database_silently_cut_off": partial(_cut, cable="database", is_silent=True),
    "connections_to_database_forgotten": _forget_connections,
    "server_of_database_killed": _kill_postgres,
    "session_of_database_killed": _kill_session,
    "sessions_of_database_ended": _end_sessions,
}
POSTGRESQL = tuple(n for n in KINDS if "database" in n and n != "database_held")
EVERYWHERE = tuple(n for n in KINDS if "database" not in n)
