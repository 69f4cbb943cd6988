"""What a maker's codes mean: dialects read from TOML, and which one a message speaks.

A clinic's own dialect is the same file with its own name; give its bytes to `read_dialect`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache
from typing import Any

from reprieve import __version__, knowledge
from reprieve.interop.hl7v2.dialect_check import check
from reprieve.knowledge import BadValue, Knowledge

PACKAGE = "reprieve.interop.hl7v2.monitors"
HERE = "reprieve.interop.hl7v2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What one code means: a signal and where it is measured."""

    signal: str
    source: str
    systems: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialect:
    """One maker's way to write: its senders, where bed and device stand, and its codes.

    `version` changes with its file, the file it extends and the shared reading rules.
    """

    name: str
    title: str
    version: str
    systems: frozenset[str]
    applications: tuple[str, ...]
    facilities: tuple[str, ...]
    bed: str
    device: tuple[str, ...]
    codes: Mapping[str, Entry]

    def sends(self, *, application: str, facility: str) -> bool:
        """Tell whether MSH-3 or MSH-4 names this maker."""
        return _matches(application, self.applications) or _matches(facility, self.facilities)

    def entry(self, code: str, *, system: str) -> Entry | None:
        """Return what a code of a code system means here, or None."""
        found = self.codes.get(code.lower())
        return found if found and system in found.systems else None


def pick(
    dialects: Sequence[Dialect], *, application: str, facility: str, systems: Iterable[str]
) -> Dialect | None:
    """Choose the dialect of a message: by its sender, else by its code systems, else None."""
    for dialect in dialects:
        if dialect.sends(application=application, facility=facility):
            return dialect
    spoken = set(systems)
    return next((d for d in dialects if d.systems & spoken), None)


@cache
def shipped() -> tuple[Dialect, ...]:
    """Return every shipped dialect, makers first and the general one last."""
    files = [knowledge.load(PACKAGE, name) for name in knowledge.names(PACKAGE)]
    return tuple(read_dialect(f) for f in sorted(files, key=lambda f: "extends" not in f.data))


def read_dialect(file: Knowledge, *, base: Dialect | None = None) -> Dialect:
    """Read one dialect; what it extends is a shipped one unless `base` is given.

    Raises BadValue naming the file and the entry that is wrong.
    """
    data = file.data
    check(file.name, data)
    if base is None and "extends" in data:
        if data["extends"] not in knowledge.names(PACKAGE):
            raise BadValue(f"{file.name} extends", f"there is no dialect {data['extends']!r}")
        base = read_dialect(knowledge.load(PACKAGE, data["extends"]))
    systems = frozenset(data["systems"])
    own = {code.lower(): entry for row in data["code"] for code, entry in _entries(row, systems)}
    return Dialect(
        name=file.name,
        title=data["title"],
        version=_version(file, base),
        systems=systems,
        applications=tuple(a.upper() for a in data["applications"]),
        facilities=tuple(f.upper() for f in data["facilities"]),
        bed=data["bed"],
        device=tuple(data["device"]),
        codes={**(base.codes if base else {}), **own},
    )


def _entries(row: Mapping[str, Any], systems: frozenset[str]) -> list[tuple[str, Entry]]:
    entry = Entry(signal=row["signal"], source=row["source"], systems=systems)
    return [(code, entry) for code in row["codes"]]


def _version(file: Knowledge, base: Dialect | None) -> str:
    parts = (file.sha256, base.version if base else "", knowledge.load(HERE, "reading").sha256)
    return f"{__version__}+{hashlib.sha256('/'.join(parts).encode()).hexdigest()[:12]}"


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return any(fnmatchcase(name.upper(), pattern) for pattern in patterns)
