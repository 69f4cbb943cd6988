"""A file encrypted as a stream, in pieces that cannot be cut off, reordered or put together anew.

AES-256-GCM in the STREAM construction (Hoang, Reyhanitabar, Rogaway and Vizár 2015,
doi:10.1007/978-3-662-47989-6_24): each piece has its number and the last one a mark in its nonce;
the key of a file is derived from the given key and a salt of the file.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from reprieve.knowledge import BadValue

MAGIC = b"reprieve-backup-1\n"
SALT_BYTES = 32
PIECE_BYTES = 1 << 20
TAG_BYTES = 16
KEY_BYTES = 32
VARIABLE = "REPRIEVE_BACKUP_KEY"


def key(file: str = "") -> bytes:
    """This function will read the key, 64 hex digits, from a file or the environment."""
    field = "key-file" if file else VARIABLE
    text = _text_of(file) if file else os.environ.get(VARIABLE, "")
    if not text:
        raise BadValue(VARIABLE, "is not set: give it, or --key-file")
    try:
        found = bytes.fromhex(text)
    except ValueError:
        found = b""
    if len(found) != KEY_BYTES:
        raise BadValue(field, f"needs {KEY_BYTES * 2} hex digits")
    return found


def _text_of(file: str) -> str:
    try:
        return Path(file).read_text().strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BadValue("key-file", f"cannot read {file}") from error


class Sealer:
    """A file to write to; `close` writes the last piece. Without it the file opens nowhere."""

    def __init__(self, out: BinaryIO, key: bytes) -> None:
        salt = os.urandom(SALT_BYTES)
        self._out, self._head = out, MAGIC + salt
        self._cipher = _cipher(key, salt)
        self._waiting = bytearray()
        self._number = 0
        out.write(self._head)

    def write(self, content: bytes) -> int:
        """This function will take bytes in and write each full piece."""
        self._waiting += content
        while len(self._waiting) > PIECE_BYTES:
            self._put(bytes(self._waiting[:PIECE_BYTES]), last=False)
            del self._waiting[:PIECE_BYTES]
        return len(content)

    def close(self) -> None:
        """This function will write the last piece."""
        self._put(bytes(self._waiting), last=True)
        self._waiting.clear()

    def _put(self, piece: bytes, *, last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, last), piece, self._head))
        self._number += 1


class Opener:
    """Reads a sealed file. Raises BadValue for another key and for a file that was touched."""

    def __init__(self, source: BinaryIO, key: bytes) -> None:
        self._source = source
        self._head = source.read(len(MAGIC) + SALT_BYTES)
        if not self._head.startswith(MAGIC) or len(self._head) < len(MAGIC) + SALT_BYTES:
            raise BadValue("file", "is no backup of this product")
        self._cipher = _cipher(key, self._head[len(MAGIC) :])
        self._next = source.read(PIECE_BYTES + TAG_BYTES)
        self._open = b""
        self._number = 0
        self._is_over = False

    def read(self, size: int = -1) -> bytes:
        """This function will give the next bytes, fewer only at the end."""
        while (size < 0 or len(self._open) < size) and not self._is_over:
            self._open += self._piece()
        size = len(self._open) if size < 0 else size
        given, self._open = self._open[:size], self._open[size:]
        return given

    def _piece(self) -> bytes:
        sealed, self._next = self._next, self._source.read(PIECE_BYTES + TAG_BYTES)
        self._is_over = not self._next
        try:
            opened = self._cipher.decrypt(_nonce(self._number, self._is_over), sealed, self._head)
        except InvalidTag as error:
            why = "the key is another one, or the file was damaged or cut short"
            raise BadValue("file", f"does not open: {why}") from error
        self._number += 1
        return opened


def _cipher(key: bytes, salt: bytes) -> AESGCM:
    return AESGCM(HKDF(hashes.SHA256(), KEY_BYTES, salt=salt, info=MAGIC).derive(key))


def _nonce(number: int, last: bool) -> bytes:
    return number.to_bytes(11, "big") + (b"\1" if last else b"\0")
