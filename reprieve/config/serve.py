"""Run the clinic: pages, the monitors' gateway and the clock, as one command."""

from __future__ import annotations

import http.client
import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from reprieve.config import checks, proxies, upgrade
from reprieve.config.folder import data_folder
from reprieve.config.migrate import require_files
from reprieve.config.supervise import Part, Supervisor
from reprieve.knowledge import BadValue

ASK_EVERY_S = 0.25
ANY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104  # compared with, not listened on
LOCAL_NAMES = ("localhost", "127.0.0.1", "[::1]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where to serve. Without `cert` and `key`, other machines get the clinic's own certificate."""

    host: str
    port: int
    mllp_port: int
    cert: str = ""
    key: str = ""

    @property
    def has_tls(self) -> bool:
        return bool(self.cert) or not checks.is_loopback(self.host)

    @property
    def allowed(self) -> tuple[str, ...]:
        """What browsers may call this server; a leading dot or star allows many names."""
        told = [n for n in os.environ.get("REPRIEVE_HOSTS", "").split(",") if n]
        own = socket.gethostname() if self.host in ANY_ADDRESS else self.host
        return tuple(dict.fromkeys([*told, _bracketed(own), *LOCAL_NAMES]))

    @property
    def names(self) -> tuple[str, ...]:
        """The whole names among them, for the certificate; the first is the one to show."""
        return tuple(name for name in self.allowed if name[0] not in ".*")

    @property
    def url(self) -> str:
        name = self.names[0] if self.has_tls else _bracketed(self.host)
        return f"{'https' if self.has_tls else 'http'}://{name}:{self.port}/"


def serve(
    place: Place, *, at: datetime, announce: Callable[[Place], None], extra: Sequence[Part] = ()
) -> None:
    """This function will serve the clinic of the data folder until SIGTERM or SIGINT.

    `announce` is called once, when pages are answered. `extra` parts run beside the others.
    Raises BadValue, before anything is answered, for what cannot be served.
    """
    _check(place)
    folder = data_folder()
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with checks.only_server(folder):
        parts = [*_parts(place, _shared_environment(place, at)), *extra]
        with upgrade.beside(folder) as tables:
            watch = _Watch(place, announce, tables)
            Supervisor(parts, say=_say, each_turn=watch.look).run()


def _check(place: Place) -> None:
    checks.require_safe_sqlite()
    proxies.trusted()
    checks.require_host(place.host)
    checks.require_free_port("port", place.host, place.port)
    checks.require_free_port("mllp-port", place.host, place.mllp_port)
    if place.port == place.mllp_port:
        raise BadValue("mllp-port", f"{place.port} is the port of the pages")
    if bool(place.cert) != bool(place.key):
        missing = "cert" if place.key else "key"
        raise BadValue(missing, "a certificate and its key are given together")
    if place.cert:
        from reprieve.config import tls

        tls.check(cert=Path(place.cert), key=Path(place.key))
    require_files()


def _shared_environment(place: Place, at: datetime) -> dict[str, str]:
    shared = {
        "REPRIEVE_HOSTS": ",".join(place.allowed),
        "REPRIEVE_URL": os.environ.get("REPRIEVE_URL", place.url),
        # glibc keeps an arena for every thread; two are enough and save tens of megabytes.
        "MALLOC_ARENA_MAX": os.environ.get("MALLOC_ARENA_MAX", "2"),
    }
    return shared | (_certificates(place, at) if place.has_tls else {"REPRIEVE_TLS": "0"})


def _certificates(place: Place, at: datetime) -> dict[str, str]:
    from reprieve.config import tls

    cert, key = Path(place.cert), Path(place.key)
    if not place.cert:
        pair = tls.issued(data_folder(), names=place.names, at=at)
        cert, key = pair.cert, pair.key
    return {"REPRIEVE_TLS": "1", "REPRIEVE_TLS_CERT": str(cert), "REPRIEVE_TLS_KEY": str(key)}


def _parts(place: Place, shared: dict[str, str]) -> list[Part]:
    """The clock starts first and ends last: it seals what the others wrote."""
    gateway = {
        "REPRIEVE_MLLP_HOST": os.environ.get("REPRIEVE_MLLP_HOST", place.host),
        "REPRIEVE_MLLP_PORT": str(place.mllp_port),
    }
    web = {"REPRIEVE_HOST": place.host, "REPRIEVE_PORT": str(place.port)}
    return [
        _part("jobs", "reprieve.config.jobs", shared),
        _part("gateway", "reprieve.config.gateway", shared | gateway),
        _part("web", "reprieve.config.serve_web", shared | web),
    ]


def _part(name: str, module: str, env: dict[str, str]) -> Part:
    argv = (sys.executable, "-m", module)
    return Part(name=name, argv=argv, env=env | {"REPRIEVE_PART": name})


class _Watch:
    """Asks for the health page until it answers, then announces the address once."""

    def __init__(
        self, place: Place, announce: Callable[[Place], None], tables: upgrade.Upgrade
    ) -> None:
        self._place = place
        self._announce = announce
        self._tables = tables
        self._is_ready = False
        self._next = 0.0

    def look(self) -> None:
        """This function will ask once, if it is time to. Raises BadValue: no tables, no clinic."""
        if self._is_ready or not self._tables.is_done() or time.monotonic() < self._next:
            return
        self._next = time.monotonic() + ASK_EVERY_S
        if answers(self._place):
            self._is_ready = True
            self._announce(self._place)


def answers(place: Place) -> bool:
    """This function will tell whether the health page answers 200 here and now."""
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(place.host, place.host)  # noqa: S104
    connection = _connection(host, place)
    try:
        connection.request("GET", "/healthz", headers={"Host": "localhost"})
        return connection.getresponse().status == http.client.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _connection(host: str, place: Place) -> http.client.HTTPConnection:
    if not place.has_tls:
        return http.client.HTTPConnection(host, place.port, timeout=2)
    # Asking ourselves whether we are there: whose name the certificate bears does not matter.
    context = ssl._create_unverified_context()  # noqa: S323
    return http.client.HTTPSConnection(host, place.port, timeout=2, context=context)


def _bracketed(host: str) -> str:
    return f"[{host}]" if ":" in host and not host.startswith("[") else host


def _say(words: str) -> None:
    sys.stderr.write(f"reprieve: {words}\n")
    sys.stderr.flush()
