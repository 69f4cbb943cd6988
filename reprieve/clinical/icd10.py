"""Diagnoses by ICD-10-CM code or by words: every code that may be billed, in its present release.

The table is the one that the package `simple-icd-10-cm` carries. It is read here, and not by the
package, since the package builds a tree of 200 MB and takes nine seconds for it.
"""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from xml.etree import ElementTree

PACKAGE = "simple_icd_10_cm"
MOST = 40
FULL = 7  # characters of a code that takes a seventh one, without the dot
Extensions = Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """One code with its description, as published."""

    code: str
    label: str


def find(code: str) -> Diagnosis | None:
    """This function will find a diagnosis by its code, in any case; None for no billable code."""
    wanted = code.strip().upper()
    label = _table().get(wanted)
    return None if label is None else Diagnosis(code=wanted, label=label)


def search(text: str) -> list[Diagnosis]:
    """This function will find diagnoses that hold every word, or whose code begins so.

    Codes first, then the shorter description; at most 40.
    """
    words = text.casefold().split()
    if not words:
        return []
    begins = words[0].upper()
    found = [
        (not code.startswith(begins), len(label), code, label)
        for code, label in _table().items()
        if (len(words) == 1 and code.startswith(begins)) or _holds(label, words)
    ]
    found.sort()
    return [Diagnosis(code=code, label=label) for _, _, code, label in found[:MOST]]


def release() -> str:
    """This function will name the release of the table, such as "April-1-2026"."""
    return re.sub(r".*tabular-|\.xml$", "", _file("icd10c-tabular-*.xml").name)


def _holds(label: str, words: list[str]) -> bool:
    folded = label.casefold()
    return all(word in folded for word in words)


@cache
def _table() -> Mapping[str, str]:
    """Every billable code with its description: about 75,000, 15 MB, read once when first asked."""
    valid = frozenset(_file("code-list-*.txt").read_text(encoding="utf-8").split())
    table, found = _file("icd10c-tabular-*.xml"), dict[str, str]()
    for _event, section in ElementTree.iterparse(table):  # noqa: S314  # a package's own file
        if section.tag == "section":
            for top in section.findall("diag"):
                found.update(_leaves(top, {}, valid))
            section.clear()
    return MappingProxyType(found)


def _leaves(
    diag: ElementTree.Element, above: Extensions, valid: frozenset[str]
) -> Iterator[tuple[str, str]]:
    """The codes below one entry that have no finer ones; seventh characters are handed down."""
    extensions = _extensions(diag) or above
    finer = diag.findall("diag")
    for one in finer:
        yield from _leaves(one, extensions, valid)
    if finer:
        return
    code, label = diag.findtext("name", ""), diag.findtext("desc", "")
    if not extensions:
        yield code, label
        return
    stem = code.replace(".", "").ljust(FULL - 1, "X")
    for letter, means in extensions.items():
        if stem + letter in valid:
            yield f"{stem[:3]}.{stem[3:]}{letter}", f"{label}, {means}"


def _extensions(diag: ElementTree.Element) -> Extensions:
    return {e.get("char", ""): e.text or "" for e in diag.findall("sevenChrDef/extension")}


def _file(pattern: str) -> Path:
    """A file of the package, found without importing it."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(PACKAGE)
    return next(Path(spec.submodule_search_locations[0]).joinpath("data").glob(pattern))
