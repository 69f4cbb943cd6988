"""The bill of materials names what ships, with licence and hash, and no tool of development."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

from script import sbom
from tests.house.engines import ROOT


def test_what_ships_is_named_and_what_does_not_is_not() -> None:
    names = {part.name for part in sbom.parts()}
    assert {"django", "django-allauth", "numpy", "duckdb", "bootstrap", "uplot"} <= names
    assert {"argon2-cffi-bindings", "asgiref", "fido2"} <= names  # what those need, by their extras
    assert names.isdisjoint({"pytest", "mypy", "playwright", "typescript", "axe-core", "reprieve"})


def test_each_has_a_version_a_hash_and_a_licence() -> None:
    for part in sbom.parts():
        assert part.version, part
        assert part.hashes, part
        assert part.licence, part


def test_the_bill_is_what_cyclonedx_asks_and_the_same_each_time() -> None:
    made = sbom.bill(sbom.parts())
    assert made == sbom.bill(sbom.parts())
    assert (made["bomFormat"], made["specVersion"], made["version"]) == ("CycloneDX", "1.5", 1)
    assert re.fullmatch(r"urn:uuid:[0-9a-f-]{36}", made["serialNumber"])
    refs = [one["bom-ref"] for one in made["components"]]
    assert len(refs) == len(set(refs))
    for one in made["components"]:
        assert re.fullmatch(r"pkg:(pypi|npm)/\S+@\S+", one["purl"])
        for hashed in one["hashes"]:
            assert len(hashed["content"]) == {"SHA-256": 64, "SHA-512": 128}[hashed["alg"]]
    known = {*refs, "reprieve"}
    for link in made["dependencies"]:
        assert {link["ref"], *link["dependsOn"]} <= known


def test_the_command_writes_both(tmp_path: Path) -> None:
    file = tmp_path / "sbom.json"
    command = [sys.executable, "-m", "script.sbom"]
    subprocess.run([*command, str(file)], cwd=ROOT, check=True)
    assert json.loads(file.read_text())["components"]
    told = subprocess.run(
        [*command, "--licences"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    assert re.search(r"\| django \| [0-9.]+ \| BSD", told.stdout)
