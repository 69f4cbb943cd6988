"""Words in other languages: `<folder>/<language>/*.po` put together into one catalogue each.

GNU gettext is not needed and no compiled catalogue is committed: the first process to start
compiles what is newer than the last result. Several .po files a language keep each step of care
in its own file. The format is that of GNU gettext's manual, sections "PO Files" and "MO Files".
"""

from __future__ import annotations

import ast
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

from reprieve.knowledge import BadValue

MAGIC = 0x950412DE
CONTEXT, PLURAL = "\x04", "\x00"


def compiled(source: Path, *, spare: Path) -> Path:
    """This function will return a folder of current .mo files made from the .po files of `source`.

    They lie beside the sources, or in `spare` when that place cannot be written.
    """
    for folder in (source, spare):
        try:
            for language in sorted(p for p in source.iterdir() if p.is_dir()):
                _refresh(language, folder / language.name / "LC_MESSAGES" / "django.mo")
            return folder
        except PermissionError:
            continue
    return source


def entries(file: Path) -> dict[str, str]:
    """This function will read a .po file: message key -> translation, without fuzzy or empty ones.

    Raises BadValue naming the file and line that cannot be read.
    """
    found: dict[str, str] = {}
    for block in _blocks(file):
        if "fuzzy" in block.get("flags", "") or "msgid" not in block:
            continue
        key = block["msgid"]
        if "msgctxt" in block:
            key = block["msgctxt"] + CONTEXT + key
        if "msgid_plural" in block:
            key += PLURAL + block["msgid_plural"]
        forms = [block[k] for k in sorted(block) if k.startswith("msgstr")]
        if all(forms):
            found[key] = PLURAL.join(forms)
    return found


def _blocks(file: Path) -> Iterator[dict[str, str]]:
    block: dict[str, str] = {}
    current = ""
    for number, line in enumerate(file.read_text("utf-8").splitlines(), start=1):
        text = line.strip()
        starts_new = text.startswith(("#", "msgctxt", "msgid ")) and "msgstr" in "".join(block)
        if (not text or starts_new) and block:
            yield block
            block, current = {}, ""
        if text.startswith("#,"):
            block["flags"] = text
        if not text or text.startswith("#"):
            continue
        word, quote, rest = text.partition('"')
        current = word.strip() or current
        block[current] = block.get(current, "") + _text(file, number, quote + rest)
    if block:
        yield block


def _text(file: Path, number: int, literal: str) -> str:
    try:
        return str(ast.literal_eval(literal))
    except (SyntaxError, ValueError) as error:
        raise BadValue(file.name, f"line {number}: not a quoted text") from error


def _refresh(language: Path, target: Path) -> None:
    sources = sorted(language.glob("*.po"))
    newest = max((f.stat().st_mtime_ns for f in [language, *sources]), default=0)
    if target.exists() and target.stat().st_mtime_ns >= newest:
        return
    messages = {
        "": "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    }
    for file in sources:
        messages |= {k: v for k, v in entries(file).items() if k}
    target.parent.mkdir(parents=True, exist_ok=True)
    _write_whole(target, _mo(messages))


def _write_whole(target: Path, content: bytes) -> None:
    """Several processes may start at once: each writes a file of its own, the rename is atomic."""
    handle, draft = tempfile.mkstemp(dir=target.parent, prefix=".mo-")
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    Path(draft).chmod(0o644)
    Path(draft).replace(target)


def _mo(messages: dict[str, str]) -> bytes:
    pairs = sorted((k.encode(), v.encode()) for k, v in messages.items())
    keys_at, values_at = 28, 28 + 8 * len(pairs)
    offset = values_at + 8 * len(pairs)
    tables: list[bytes] = []
    texts = b""
    for side in (0, 1):
        for pair in pairs:
            tables.append(struct.pack("<II", len(pair[side]), offset + len(texts)))
            texts += pair[side] + b"\0"
    return (
        struct.pack("<7I", MAGIC, 0, len(pairs), keys_at, values_at, 0, 0)
        + b"".join(tables)
        + texts
    )
