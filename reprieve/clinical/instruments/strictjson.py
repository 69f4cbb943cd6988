"""JSON from outside, read without its loopholes: no repeated names, no NaN, no endless depth."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NoReturn

from reprieve.knowledge import BadValue

LARGEST_BYTES = 5_000_000


def read_json(path: Path) -> Any:
    """Read a JSON file. Raises BadValue naming the file when it cannot be read or trusted."""
    try:
        size = path.stat().st_size
        raw = b"" if size > LARGEST_BYTES else path.read_bytes()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise BadValue(str(path), f"cannot be read: {reason}") from error
    if size > LARGEST_BYTES:
        raise BadValue(str(path), f"larger than {LARGEST_BYTES} bytes")
    return parse_json(path.name, raw)


def parse_json(name: str, raw: bytes) -> Any:
    """Parse UTF-8 JSON. Raises BadValue: `name` when malformed, the key when it is repeated."""
    try:
        return json.loads(
            raw.decode("utf-8-sig"),
            object_pairs_hook=_once,
            parse_constant=lambda constant: _refuse(name, constant),
        )
    except BadValue:
        raise
    except RecursionError as error:
        raise BadValue(name, "nested too deeply") from error
    except ValueError as error:
        raise BadValue(name, f"not valid JSON: {error}") from error


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise BadValue(twice, "given twice")
    return found


def _refuse(name: str, constant: str) -> NoReturn:
    raise BadValue(name, f"{constant} is not a number that can be used")
