"""Knowledge kept as data: TOML files with their version, and the words and errors all share.

Plain rooms decide in numbers and message ids; the words are put together in `web`, `interop`
and the commands, where the reader's language is known.
"""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

from reprieve import __version__


class BadValue(ValueError):
    """A value that cannot be used. `field` names it, `reason` says why in one line."""

    def __init__(self, field: str, reason: str) -> None:
        self.field = field
        self.reason = reason
        super().__init__(f"{field}: {reason}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A sentence still to be translated: an English template and the values it names."""

    id: str
    params: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.id.format(**self.params)


def N_(text: str) -> str:
    """Mark `text` for the translation catalogue without translating it here."""
    return text


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """One data file as read: its content and the version that every result made from it stores."""

    name: str
    data: Mapping[str, Any]
    sha256: str

    @property
    def version(self) -> str:
        """Product version and the first 12 hex digits of the file's hash."""
        return f"{__version__}+{self.sha256[:12]}"


def parse(name: str, raw: bytes) -> Knowledge:
    """Read a TOML file's bytes. Raises BadValue naming the file when it is not valid TOML."""
    try:
        data = tomllib.loads(raw.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadValue(name, f"not valid TOML: {error}") from error
    return Knowledge(name=name, data=MappingProxyType(data), sha256=hashlib.sha256(raw).hexdigest())


@cache
def load(package: str, name: str) -> Knowledge:
    """Load `name`.toml from a package's folder. Raises BadValue naming the unknown entry."""
    known = names(package)
    if name not in known:
        raise BadValue(package.rsplit(".", 1)[-1], f"unknown {name!r}; known: {', '.join(known)}")
    return parse(name, resources.files(package).joinpath(f"{name}.toml").read_bytes())


@cache
def names(package: str) -> tuple[str, ...]:
    """List the data files of a package, sorted, without their ending."""
    files = resources.files(package).iterdir()
    return tuple(sorted(f.name[:-5] for f in files if f.name.endswith(".toml")))
