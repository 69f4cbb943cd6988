"""Whether a dialect's file can be used: each entry is looked at, and the wrong one is named."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.monitoring import vitals

BEDS = ("first", "second")
# Where a value can have been taken: the kinds that records keep apart.
SOURCES = (
    "ecg", "oximeter", "pleth", "pulse", "nibp", "arterial", "thoracic", "impedance", "co2",
    "capnograph", "probe", "unspecified",
)  # fmt: skip
_DEVICE = re.compile(r"OBX-18|MSH-(?:[1-9]|1[0-9])(?:\.[1-9])?")
_CODE_KEYS = ("signal", "source", "codes")
Check = Callable[[str, Any], None]


def check(name: str, data: Mapping[str, Any]) -> None:
    """This function will pass a dialect's content. Raises BadValue naming file and entry."""
    for key in data:
        if key not in _KEYS:
            raise BadValue(f"{name} {key}", f"is not known; known: {', '.join(_KEYS)}")
    for key, (needed, passes) in _KEYS.items():
        if key in data:
            passes(f"{name} {key}", data[key])
        elif needed:
            raise BadValue(f"{name} {key}", "is missing")
    for number, row in enumerate(data["code"], 1):
        _check_code(f"{name} code {number}", row)


def _check_code(where: str, row: Any) -> None:
    if not isinstance(row, dict):
        raise BadValue(where, "is not a table: write [[code]]")
    for key in row:
        if key not in _CODE_KEYS:
            raise BadValue(f"{where} {key}", f"is not known; known: {', '.join(_CODE_KEYS)}")
    for key in _CODE_KEYS:
        if key not in row:
            raise BadValue(f"{where} {key}", "is missing")
    _one_of(*vitals.signals())(f"{where} signal", row["signal"])
    _one_of(*SOURCES)(f"{where} source", row["source"])
    _texts(f"{where} codes", row["codes"])
    if not row["codes"]:
        raise BadValue(f"{where} codes", "names no code")


def _text(where: str, value: Any) -> None:
    if not isinstance(value, str) or not value.strip():
        raise BadValue(where, f"{value!r} is no text")


def _texts(where: str, value: Any) -> None:
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise BadValue(where, f"{value!r} is not a list of texts")


def _devices(where: str, value: Any) -> None:
    _texts(where, value)
    wrong = next((one for one in value if not _DEVICE.fullmatch(one)), None)
    if wrong is not None:
        raise BadValue(where, f"{wrong!r} is neither OBX-18 nor a field of MSH, as MSH-3.2")


def _one_of(*known: str) -> Check:
    def passes(where: str, value: Any) -> None:
        if value not in known:
            raise BadValue(where, f"unknown {value!r}; known: {', '.join(known)}")

    return passes


def _of(kind: type, name: str) -> Check:
    def passes(where: str, value: Any) -> None:
        if not isinstance(value, kind):
            raise BadValue(where, f"{value!r} is no {name}")

    return passes


_KEYS: dict[str, tuple[bool, Check]] = {
    "title": (True, _text),
    "source": (False, _text),
    "valid_from": (False, _of(date, "date")),
    "verified": (False, _of(bool, "true or false")),
    "systems": (True, _texts),
    "applications": (True, _texts),
    "facilities": (True, _texts),
    "bed": (True, _one_of(*BEDS)),
    "device": (True, _devices),
    "extends": (False, _text),
    "code": (True, _of(list, "list of [[code]] tables")),
}
