"""`reprieve serve` for real: it starts, heals, ends whole, and refuses what it cannot serve."""

import http.client
import os
import signal
import ssl
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

import pytest

from benchmarks.processes import is_running, pss_mib, tree
from reprieve.config import answers
from reprieve.config.serve import Place
from tests.house.running import PARTS, LiveClinic, accepts, wait_for
from tests.house.server import free_port

MEMORY_MIB = 400


@pytest.fixture
def nowhere(tmp_path: Path) -> LiveClinic:
    """A data folder that is not there."""
    return LiveClinic(folder=tmp_path, env={"REPRIEVE_DATA": str(tmp_path / "nowhere")})


def status(url: str, *, context: ssl.SSLContext | None = None) -> int:
    try:
        with urllib.request.urlopen(url, timeout=30, context=context) as answer:
            return int(answer.status)
    except OSError:
        return 0


def test_what_dies_comes_back_and_all_of_it_ends_together(live_clinic: LiveClinic) -> None:
    health = f"{live_clinic.url}/healthz"
    assert status(health) == http.client.OK
    assert set(live_clinic.parts()) == set(PARTS)
    # Its first backup, made in a process of its own and tried out in another, may be under way.
    wait_for(lambda: pss_mib(live_clinic.pid) < MEMORY_MIB, "its memory alone", within_s=60)

    before = live_clinic.parts()
    for part in before.values():
        os.kill(part, signal.SIGKILL)
    wait_for(lambda: not any(is_running(p) for p in before.values()), "the killed to be gone")
    wait_for(lambda: status(health) == http.client.OK, "pages to come back")
    wait_for(lambda: accepts(live_clinic.mllp_port), "the monitors' port to come back")
    wait_for(lambda: set(live_clinic.parts()) == set(PARTS), "every part to come back")

    worker = tree(live_clinic.parts()["web"])[-1]
    assert worker not in live_clinic.parts().values()
    os.kill(worker, signal.SIGKILL)
    wait_for(lambda: not is_running(worker), "the server's own worker to be gone")
    wait_for(lambda: status(health) == http.client.OK, "pages to come back again")

    family = tree(live_clinic.pid)
    assert live_clinic.stop() == 0
    # What was killed may take the kernel a moment to be gone.
    wait_for(lambda: not any(map(is_running, family)), "all of it to be gone", within_s=30)


def test_a_folder_is_served_once_and_a_killed_supervisor_takes_everything_along(
    live_clinic: LiveClinic,
) -> None:
    second = live_clinic.reprieve("serve", *ports())
    assert second.returncode == 2
    assert f"is already served, by process {live_clinic.pid}" in second.stderr

    family = tree(live_clinic.pid)
    assert len(family) > len(PARTS)
    live_clinic.kill()
    wait_for(lambda: not any(is_running(pid) for pid in family), "every part to end")
    assert not accepts(live_clinic.port)


def test_beyond_loopback_pages_come_over_tls(
    served: LiveClinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    refused = served.reprieve("serve", "--host", "0.0.0.0", *ports())
    assert refused.returncode == 2
    assert refused.stderr.startswith("reprieve: cert: none given")

    from reprieve.config import tls

    authority = tls.make_authority(served.folder, name="Invented", at=datetime.now(UTC))
    served.start("--host", "0.0.0.0")
    assert served.url.startswith("https://")
    trusting = ssl.create_default_context(cafile=str(authority))
    address = f"https://localhost:{served.port}/healthz"
    assert status(address, context=trusting) == http.client.OK
    assert status(address, context=ssl.create_default_context()) == 0

    monkeypatch.setenv("REPRIEVE_DATA", str(served.folder))  # a container looks at itself
    assert answers.is_answered(address)
    assert not answers.is_answered(address.replace("healthz", "nothing-here"))
    monkeypatch.setenv("REPRIEVE_DATA", str(served.folder / "elsewhere"))
    assert not answers.is_answered(address)


class TestPlace:
    def test_on_loopback_pages_are_plain(self) -> None:
        assert Place(host="::1", port=8000, mllp_port=1).url == "http://[::1]:8000/"
        assert Place(host="127.0.0.1", port=8000, mllp_port=1).url == "http://127.0.0.1:8000/"

    def test_with_a_certificate_of_ones_own_they_are_not(self) -> None:
        place = Place(host="127.0.0.1", port=8000, mllp_port=1, cert="c", key="k")
        assert place.url == "https://127.0.0.1:8000/"

    def test_names_told_come_first_and_patterns_only_allow(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("REPRIEVE_HOSTS", ".example.org,clinic.example.org,*")
        place = Place(host="192.0.2.1", port=8443, mllp_port=1)
        assert place.url == "https://clinic.example.org:8443/"
        assert place.allowed[:3] == (".example.org", "clinic.example.org", "*")
        assert place.names[:2] == ("clinic.example.org", "192.0.2.1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--port", "0"], "port: 0 is not between 1 and 65535"),
        (["--mllp-port", "70000"], "mllp-port: 70000 is not between 1 and 65535"),
        (["--port", "x"], "argument --port: invalid int value: 'x'"),
        (["--host", "192.0.2.7"], "host: '192.0.2.7' is not an address of this machine"),
        (["--cert", "c.pem"], "key: a certificate and its key are given together"),
        (["--key", "k.pem"], "cert: a certificate and its key are given together"),
        (["--cert", "no.pem", "--key", "no.key"], "cert: cannot read no.pem: No such file"),
    ],
)
def test_what_cannot_be_served_is_refused(
    nowhere: LiveClinic, options: list[str], said: str
) -> None:
    done = nowhere.reprieve("serve", *ports(), *options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"reprieve: {said}")
    assert done.stderr.count("\n") == 1


def test_a_proxy_that_cannot_be_meant_is_refused(nowhere: LiveClinic) -> None:
    nowhere.env["REPRIEVE_TRUSTED_PROXIES"] = "the-proxy"
    done = nowhere.reprieve("serve", *ports())
    assert done.returncode == 2
    assert done.stderr.startswith("reprieve: REPRIEVE_TRUSTED_PROXIES: 'the-proxy' is no address")
    assert done.stderr.count("\n") == 1


def test_one_port_for_both_is_refused(nowhere: LiveClinic) -> None:
    port = str(free_port())
    done = nowhere.reprieve("serve", "--port", port, "--mllp-port", port)
    assert (done.returncode, done.stderr) == (
        2, f"reprieve: mllp-port: {port} is the port of the pages\n",
    )  # fmt: skip


def test_a_folder_without_a_clinic_is_refused_and_not_made(nowhere: LiveClinic) -> None:
    done = nowhere.reprieve("serve", *ports())
    assert done.returncode == 2
    assert done.stderr.startswith("reprieve: data: no clinic in ")
    assert not (nowhere.folder / "nowhere").exists()


def ports() -> list[str]:
    return ["--port", str(free_port()), "--mllp-port", str(free_port())]


def test_the_commands_answer_is_its_own(live_clinic: LiveClinic) -> None:
    """Mails that a part writes to the console stand beside the log."""
    part = live_clinic.parts()["jobs"]
    assert os.path.samestat(os.stat(f"/proc/{part}/fd/1"), live_clinic.log.stat())
