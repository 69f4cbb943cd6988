"""The files for containers say what the product knows: names, ports, paths; and no secret.

Images are not built here. What can be read without Docker is read.
"""

from __future__ import annotations

import ipaddress
import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from reprieve.config import secret_files
from reprieve.config.commands import serve
from tests.house.engines import ROOT

DOCKERFILE, CADDYFILE = ROOT / "Dockerfile", ROOT / "deploy" / "Caddyfile"
COMPOSE = (ROOT / "compose.yaml", ROOT / "compose.postgresql.yaml")
FILES = (DOCKERFILE, CADDYFILE, ROOT / ".dockerignore", *COMPOSE)
# The database's own image is told by these.
OF_POSTGRESQL = {"POSTGRES_USER", "POSTGRES_DB", "POSTGRES_PASSWORD_FILE"}
SECRET = re.compile(r"(?i)(password|secret|token|key)\w*\s*[:=]\s*['\"]?(?!/run/secrets/)[\w-]{6,}")


def read(file: Path) -> dict[str, Any]:
    """This function will read the part of YAML that these files use: maps, lists and words."""
    lines = [
        (len(line) - len(line.lstrip()), line.strip())
        for line in file.read_text().splitlines()
        if line.strip() and not line.lstrip().startswith("#")
    ]
    found, rest = _block(lines, 0)
    assert not rest, f"{file.name}: {rest[0][1]} stands at no level"
    assert isinstance(found, dict)
    return found


def _block(lines: list[tuple[int, str]], level: int) -> tuple[Any, list[tuple[int, str]]]:
    if lines and lines[0][1].startswith("- "):
        items = []
        while lines and lines[0][0] == level and lines[0][1].startswith("- "):
            items.append(_plain(lines[0][1][2:]))
            lines = lines[1:]
        return items, lines
    found: dict[str, Any] = {}
    while lines and lines[0][0] == level:
        name, colon, said = lines[0][1].partition(":")
        assert colon, f"{lines[0][1]} is neither a name nor an item"
        assert name not in found, f"{name} is said twice"
        lines = lines[1:]
        if said.strip() or not lines or lines[0][0] <= level:
            found[name] = _plain(said)
        else:
            found[name], lines = _block(lines, lines[0][0])
    return found, lines


def _plain(text: str) -> str:
    return text.strip().strip('"')


@cache
def services() -> dict[str, dict[str, Any]]:
    """Both files laid over each other, as `docker compose -f ... -f ...` does."""
    found: dict[str, dict[str, Any]] = {}
    for file in COMPOSE:
        for name, service in read(file)["services"].items():
            for key, value in service.items():
                before = found.setdefault(name, {}).get(key)
                if isinstance(before, dict):
                    value = before | value  # noqa: PLW2901  # laid over what stood there
                elif isinstance(before, list):
                    value = before + value  # noqa: PLW2901  # as above
                found[name][key] = value
    return found


def source() -> str:
    return "".join(file.read_text() for file in (ROOT / "reprieve").rglob("*.py"))


def test_each_variable_is_one_that_the_product_reads() -> None:
    told = set(services()["reprieve"]["environment"])
    told |= set(re.findall(r"\b(REPRIEVE_\w+)=", DOCKERFILE.read_text()))
    known = set(re.findall(r"\b(?:REPRIEVE|EMAIL)_[A-Z_]+\b", source()))
    known |= {name + secret_files.ENDING for name in secret_files.NAMES}
    assert told - known == set()
    assert len(told) > 10
    assert set(services()["database"]["environment"]) <= OF_POSTGRESQL


def test_secrets_come_from_files_that_nobody_commits() -> None:
    ignored = (ROOT / ".gitignore").read_text().splitlines()
    assert {"/secrets/", "/.env", "/backup/"} <= set(ignored)
    declared = {name for file in COMPOSE for name in read(file).get("secrets", {})}
    for file in COMPOSE:
        for name, secret in read(file).get("secrets", {}).items():
            assert secret == {"file": f"./secrets/{name}"}
    for service in services().values():
        mounted = {f"/run/secrets/{name}" for name in service.get("secrets", ())}
        named = {v for k, v in service.get("environment", {}).items() if k.endswith("_FILE")}
        assert named == mounted
        assert {Path(one).name for one in mounted} <= declared


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_no_secret_is_inside(file: Path) -> None:
    for line in file.read_text().splitlines():
        if not line.strip().startswith("#"):
            assert not SECRET.search(line), line


def test_the_ports_agree() -> None:
    text = DOCKERFILE.read_text()
    pages, monitors = re.search(r"EXPOSE (\d+) (\d+)", text).groups()  # type: ignore[union-attr]
    said = re.search(r'"--port", "(\d+)", "--mllp-port", "(\d+)"', text)
    assert said is not None
    assert said.groups() == (pages, monitors)
    assert f"https://localhost:{pages}/healthz" in text
    assert f"reverse_proxy https://reprieve:{pages} " in CADDYFILE.read_text()
    assert [one.rpartition(":")[2] for one in services()["reprieve"]["ports"]] == [monitors]
    help_text = Path(serve.__file__).read_text()
    assert f"default={pages}" in help_text
    assert f"default={monitors}" in help_text


def test_the_proxy_that_is_trusted_is_the_one_in_front() -> None:
    inner = {name: one["networks"]["inside"]["ipv4_address"] for name, one in services().items()}
    assert services()["reprieve"]["environment"]["REPRIEVE_TRUSTED_PROXIES"] == inner["caddy"]
    network = re.search(r"subnet: (\S+)", COMPOSE[0].read_text())
    assert network is not None
    subnet = ipaddress.ip_network(network.group(1))
    assert {ipaddress.ip_address(one) in subnet for one in inner.values()} == {True}
    assert len(set(inner.values())) == len(inner)
    assert set(services()["caddy"]["ports"]) >= {"80:80", "443:443"}
    assert not any(one.rpartition(":")[2] == "8000" for one in services()["reprieve"]["ports"])


def test_the_proxy_speaks_to_the_name_that_the_certificate_has() -> None:
    text = CADDYFILE.read_text()
    assert text.count("{") == text.count("}")
    assert "header >Strict-Transport-Security" in text
    assert "tls_server_name reprieve" in text
    assert services()["reprieve"]["environment"]["REPRIEVE_HOSTS"].endswith(",reprieve")
    for mount in services()["caddy"]["volumes"]:
        place = mount.split(":")[1]
        assert place == "/data" or place in text or place == "/etc/caddy/Caddyfile"
    assert "health_uri /readyz" in text


def test_the_image_is_made_of_what_is_here_and_runs_as_nobody_special() -> None:
    text = DOCKERFILE.read_text()
    allowed = {
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    }
    copied = [
        one
        for line in re.findall(r"^COPY (?!--from)(.+)$", text, re.MULTILINE)
        for one in line.split()[:-1]
    ]
    assert set(copied) == allowed
    assert all((ROOT / one).exists() for one in copied)
    assert text.rindex("USER reprieve") > text.rindex("RUN ")
    assert "uv sync --frozen" in text
    assert "UV_VERSION=" + re.search(r"uv:([\d.]+)", text).group(1) in (  # type: ignore[union-attr]
        ROOT / "script" / "lib.sh"
    ).read_text()
    assert services()["reprieve"]["read_only"] == "true"


def test_what_is_not_read_is_not_passed_over(tmp_path: Path) -> None:
    for wrong in ("a: 1\na: 2\n", "a:\n  - x\n b: 1\n", "words\n"):
        file = tmp_path / "wrong.yaml"
        file.write_text(wrong)
        with pytest.raises(AssertionError):
            read(file)
