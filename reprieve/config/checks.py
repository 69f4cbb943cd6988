"""What must hold before anything is served. Each check raises BadValue naming the option."""

from __future__ import annotations

import errno
import fcntl
import ipaddress
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from reprieve.knowledge import BadValue


def require_safe_sqlite() -> None:
    """This function will refuse a SQLite library that can corrupt a database of several writers."""
    from reprieve.config import sqlite_swap

    if not os.environ.get("REPRIEVE_DATABASE_URL") and not sqlite_swap.is_safe():
        oldest = ".".join(map(str, sqlite_swap.OLDEST_SAFE))
        raise BadValue("sqlite", f"the library is older than {oldest}; reinstall pysqlite3")


def require_host(host: str) -> None:
    """This function will refuse an address that is not one of this machine's."""
    if not host:
        raise BadValue("host", "is empty")
    try:
        found = socket.getaddrinfo(host, 0, type=socket.SOCK_STREAM)
        with socket.socket(found[0][0], socket.SOCK_STREAM) as probe:
            probe.bind(found[0][4])
    except (OSError, UnicodeError) as error:
        raise BadValue("host", f"{host!r} is not an address of this machine") from error


def require_free_port(field: str, host: str, port: int) -> None:
    """This function will refuse a port out of range, without permission, or in use."""
    if not 1 <= port <= 65535:
        raise BadValue(field, f"{port} is not between 1 and 65535")
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            in_use = error.errno == errno.EADDRINUSE
            why = "is in use" if in_use else f"cannot be used: {error.strerror}"
            raise BadValue(field, f"{port} {why}") from error


def is_loopback(host: str) -> bool:
    """This function will tell whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def is_own_machine(name: str) -> bool:
    """This function will tell whether a name that browsers use leads to this machine only."""
    return is_loopback(name.strip("[]"))


@contextmanager
def only_server(folder: Path) -> Iterator[None]:
    """This function will hold the folder for one `serve`; the kernel frees it if that is killed."""
    with (folder / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            lock.seek(0)
            holder = lock.read().strip() or "another process"
            raise BadValue("data", f"{folder} is already served, by process {holder}") from error
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
