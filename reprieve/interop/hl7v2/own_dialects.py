"""A clinic's own dialects beside the shipped ones: a file of the same name takes its place."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime

from reprieve import knowledge
from reprieve.interop.hl7v2.dialects import PACKAGE, Dialect, read_dialect, shipped
from reprieve.interop.hl7v2.read import Reader
from reprieve.interop.hl7v2.values import Message
from reprieve.knowledge import BadValue, Knowledge

LOOKED_AFTER_MS = 2_000
Files = Mapping[str, str]


def together(files: Files) -> tuple[Dialect, ...]:
    """This function will return the clinic's dialects first, then the shipped ones not replaced.

    A file may extend another of the clinic's or a shipped one; one that extends its own name
    extends the shipped one. Raises BadValue naming the file and the entry that is wrong.
    """
    own = {name: knowledge.parse(name, text.encode()) for name, text in files.items()}
    read = tuple(_read(file, own, ()) for file in own.values())
    return (*read, *(one for one in shipped() if one.name not in own))


def text_of(name: str) -> str:
    """This function will return a shipped dialect as it is written, empty when there is none."""
    from importlib import resources

    if name not in knowledge.names(PACKAGE):
        return ""
    return resources.files(PACKAGE).joinpath(f"{name}.toml").read_text("utf-8")


def _read(file: Knowledge, own: Mapping[str, Knowledge], inside: tuple[str, ...]) -> Dialect:
    base = file.data.get("extends")
    replaced = own.get(base) if isinstance(base, str) and base != file.name else None
    if replaced is None:
        return read_dialect(file)
    if base in inside:
        raise BadValue(f"{file.name} extends", f"goes round in a circle through {base!r}")
    return read_dialect(file, base=_read(replaced, own, (*inside, file.name)))


class ClinicReader:
    """Reads as `Reader` does, by the dialects that the clinic has in force now.

    `files` gives them; it is asked at most every two seconds. While it cannot answer, or what it
    gives cannot be used, reading goes on as before: a vital sign never waits for a table of codes.
    """

    def __init__(
        self, *, clinic_zone: str, files: Callable[[], Files], warn: Callable[[str], None]
    ) -> None:
        self._zone = clinic_zone
        self._files = files
        self._warn = warn
        self._looked: datetime | None = None
        self._version = ""
        self._reader = Reader(clinic_zone=clinic_zone)

    def read(self, raw: bytes, received: datetime) -> Message:
        """Read one message. Raises BadValue when the bytes are not HL7."""
        if self._is_due(received):
            self._looked = received
            self._look()
        return self._reader.read(raw, received)

    def _is_due(self, now: datetime) -> bool:
        if self._looked is None:
            return True
        return abs((now - self._looked).total_seconds()) * 1000 >= LOOKED_AFTER_MS

    def _look(self) -> None:
        try:
            files = self._files()
            version = _version(files)
            if version != self._version:
                self._reader = Reader(dialects=together(files), clinic_zone=self._zone)
                self._version = version
        except Exception as error:
            # Whatever is wrong with a table of codes, the ward's values are read on.
            self._warn(str(error))


def _version(files: Files) -> str:
    if not files:
        return ""
    whole = "\0".join(f"{name}\0{text}" for name, text in sorted(files.items()))
    return hashlib.sha256(whole.encode()).hexdigest()
