"""What cannot be served is refused before anything runs, naming the option."""

import socket
from pathlib import Path

import pytest

from reprieve.config import checks, sqlite_swap
from reprieve.knowledge import BadValue
from tests.house.server import free_port


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.8.8.8"])
def test_loopback(host: str) -> None:
    assert checks.is_loopback(host)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "clinic.example.org", ""])
def test_not_loopback(host: str) -> None:
    assert not checks.is_loopback(host)


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-name.invalid", "", "\0", "a..b"])
def test_an_address_of_another_machine_is_refused(host: str) -> None:
    with pytest.raises(BadValue, match=r"^host: "):
        checks.require_host(host)


@pytest.mark.parametrize("port", [-1, 0, 65536, 10**9])
def test_a_port_out_of_range_is_refused(port: int) -> None:
    with pytest.raises(BadValue, match=r"^mllp-port: .* between 1 and 65535"):
        checks.require_free_port("mllp-port", "127.0.0.1", port)


def test_a_port_in_use_is_refused() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(BadValue, match=r"^port: \d+ is in use$"):
            checks.require_free_port("port", "127.0.0.1", taken.getsockname()[1])


def test_a_free_port_of_an_address_of_ours_passes() -> None:
    checks.require_host("127.0.0.1")
    checks.require_free_port("port", "127.0.0.1", free_port())


def test_a_folder_is_served_once(tmp_path: Path) -> None:
    refused = pytest.raises(BadValue, match=r"already served, by process \d+")
    with checks.only_server(tmp_path), refused, checks.only_server(tmp_path):
        raise AssertionError("two servers")
    with checks.only_server(tmp_path):
        assert (tmp_path / "serve.lock").read_text().isdigit()


def test_an_old_sqlite_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("REPRIEVE_DATABASE_URL", raising=False)
    monkeypatch.setattr(sqlite_swap.pysqlite3, "sqlite_version_info", (3, 51, 2))
    with pytest.raises(BadValue, match=r"sqlite: the library is older than 3\.51\.3"):
        checks.require_safe_sqlite()


def test_the_shipped_sqlite_passes() -> None:
    checks.require_safe_sqlite()
