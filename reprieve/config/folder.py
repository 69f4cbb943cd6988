"""The data folder: where it is, and the keys that live in it or in the environment."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from reprieve.knowledge import BadValue

MASTER_KEY_BYTES = 32


def data_folder() -> Path:
    """This function will return the folder named by REPRIEVE_DATA, or the user's own."""
    chosen = os.environ.get("REPRIEVE_DATA")
    return Path(chosen) if chosen else Path.home() / ".local" / "share" / "reprieve"


def secret(name: str, *, size: int) -> str:
    """This function will read a secret of `size` bytes as hex, making its file the first time.

    The environment (REPRIEVE_<NAME>) comes before the file, so that a key can be kept elsewhere.
    """
    given = os.environ.get(f"REPRIEVE_{name.upper()}")
    if given is not None:
        return _checked(name, given, size)
    file = data_folder() / f"{name.replace('_', '-')}.key"
    if not file.exists():
        if name == "master_key" and (data_folder() / "clinic.sqlite3").exists():
            # A new key would open nothing, and stand in the way of the one that is missing.
            raise BadValue("data", f"{file} is missing, but a clinic is here: put it back")
        _write_once(file, secrets.token_hex(size))
    return _checked(name, file.read_text().strip(), size)


def _checked(name: str, text: str, size: int) -> str:
    try:
        enough = len(bytes.fromhex(text)) >= size
    except ValueError:
        enough = False
    if not enough:
        raise BadValue(f"REPRIEVE_{name.upper()}", f"needs at least {size * 2} hex digits")
    return text


def _write_once(file: Path, text: str) -> None:
    """Two processes may start at once: the first to link its file wins, both then read it."""
    draft = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise BadValue("data", f"{file.parent} cannot be written: {error.strerror}") from error
    with os.fdopen(descriptor, "w") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    try:
        os.link(draft, file)
    except FileExistsError:
        pass
    finally:
        draft.unlink()
