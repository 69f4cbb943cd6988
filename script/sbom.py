"""What the product ships with, from its lock files: a CycloneDX 1.5 bill, or a list of licences.

Only what runs at a clinic: the packages that the product needs (with the registry's) and the assets
that browsers get; tools of development are not in it. The same lock files give the same bill.
"""

from __future__ import annotations

import argparse
import base64
import json
import sys
import tomllib
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from packaging.markers import Marker

ROOT = Path(__file__).resolve().parents[1]
EXTRAS = ("registry",)
# Told by the text of the licence alone.
TOLD_BY_TEXT = {"pysqlite3": "Zlib"}
HASHES = {"sha256": "SHA-256", "sha512": "SHA-512"}
FREE_TEXT_AT_MOST = 60  # some packages put the whole licence where its name belongs


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One package as it ships."""

    kind: str
    name: str
    version: str
    licence: str
    hashes: tuple[tuple[str, str], ...] = ()
    needs: tuple[str, ...] = field(default=())

    @property
    def address(self) -> str:
        """Its package URL."""
        return f"pkg:{self.kind}/{self.name.replace('@', '%40')}@{self.version}"


def main() -> None:
    """This function will write the bill, or print the licences."""
    parser = argparse.ArgumentParser(prog="script/sbom", description=__doc__)
    parser.add_argument("file", nargs="?", help="where to write; otherwise it is printed")
    parser.add_argument("--licences", action="store_true", help="a table of names and licences")
    asked = parser.parse_args()
    found = parts()
    text = licences(found) if asked.licences else json.dumps(bill(found), indent=1)
    if asked.file:
        Path(asked.file).write_text(text + "\n")
    else:
        sys.stdout.write(text + "\n")


def parts() -> list[Part]:
    """This function will list every package that ships, by kind and name."""
    return sorted([*_python(), *_browser()], key=lambda p: (p.kind, p.name, p.version))


def licences(found: list[Part]) -> str:
    """This function will lay names, versions and licences out as a table."""
    lines = ["| package | version | licence |", "|---|---|---|"]
    return "\n".join([*lines, *(f"| {p.name} | {p.version} | {p.licence} |" for p in found)])


def bill(found: list[Part]) -> dict[str, Any]:
    """This function will describe the packages as CycloneDX 1.5 asks."""
    own = _lock()["reprieve"]
    product = {"type": "application", "name": "reprieve", "version": own["version"],
               "bom-ref": "reprieve", "licenses": [{"license": {"id": "Apache-2.0"}}]}  # fmt: skip
    by_name = {p.name: p.address for p in found}
    content = json.dumps([[p.address, p.licence, p.hashes] for p in found])
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, content)}",
        "version": 1,
        "metadata": {"component": product},
        "components": [_component(p) for p in found],
        "dependencies": [
            {"ref": "reprieve", "dependsOn": sorted(by_name.values())},
            *({"ref": p.address, "dependsOn": sorted({by_name[n] for n in p.needs})}
              for p in found),
        ],
    }  # fmt: skip


def _component(part: Part) -> dict[str, Any]:
    return {
        "type": "library", "bom-ref": part.address, "name": part.name, "version": part.version,
        "purl": part.address, "licenses": [{"license": {"name": part.licence}}],
        "hashes": [{"alg": alg, "content": content} for alg, content in part.hashes],
    }  # fmt: skip


def _lock() -> dict[str, Any]:
    locked = tomllib.loads((ROOT / "uv.lock").read_text())["package"]
    return {one["name"]: one for one in locked}


def _python() -> Iterator[Part]:
    """Everything that the product's own entry leads to on this kind of machine."""
    locked = _lock()
    waiting: list[tuple[str, tuple[str, ...]]] = [("reprieve", EXTRAS)]
    seen: dict[str, set[str]] = {}
    while waiting:
        name, extras = waiting.pop()
        needed = _needed(locked[name], extras)
        before = seen.get(name)
        if before is None or needed.keys() - before:
            seen[name] = (before or set()) | needed.keys()
            waiting += needed.items()
    for name, needs in seen.items():
        if name != "reprieve":
            one = locked[name]
            yield Part(
                kind="pypi", name=name, version=one["version"], licence=_licence(name),
                hashes=_hashes(one), needs=tuple(sorted(needs)),
            )  # fmt: skip


def _needed(one: dict[str, Any], extras: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    more = one.get("optional-dependencies", {})
    every = [*one.get("dependencies", []), *(d for e in extras for d in more.get(e, []))]
    return {
        d["name"]: tuple(d.get("extra", ()))
        for d in every
        if "marker" not in d or Marker(d["marker"]).evaluate()
    }


def _hashes(one: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    """Of the source, where there is one: a wheel's differs by machine."""
    file = one.get("sdist") or (one.get("wheels") or [{}])[0]
    algorithm, _, content = file.get("hash", "").partition(":")
    return ((HASHES[algorithm], content),) if content else ()


def _licence(name: str) -> str:
    if name in TOLD_BY_TEXT:
        return TOLD_BY_TEXT[name]
    told = metadata.metadata(name)
    said = told["License-Expression"] or told["License"] or ""
    if said and len(said) <= FREE_TEXT_AT_MOST and "\n" not in said:
        return said
    classified = [c.rpartition(" :: ")[2] for c in told.get_all("Classifier") or []
                  if c.startswith("License ::")]  # fmt: skip
    return " and ".join(classified) or said.strip().split("\n")[0][:FREE_TEXT_AT_MOST]


def _browser() -> Iterator[Part]:
    locked = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    shipped = {path: one for path, one in locked.items() if path and not one.get("dev")}
    names = {path.rpartition("node_modules/")[2] for path in shipped}
    for path, one in shipped.items():
        algorithm, _, content = one.get("integrity", "").partition("-")
        yield Part(
            kind="npm", name=path.rpartition("node_modules/")[2], version=one["version"],
            licence=str(one.get("license", "")),
            hashes=((HASHES[algorithm], base64.b64decode(content).hex()),) if content else (),
            needs=tuple(sorted(set(one.get("dependencies", {})) & names)),
        )  # fmt: skip


if __name__ == "__main__":
    main()
