"""Medicines by name: the RxNorm ingredient and the classes that matter for interactions."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

from reprieve import knowledge

LISTS = "reprieve.clinical.safety.interactions"
NO_CLASS = "not_recognised"  # its file holds known medicines that belong to no class
GLP1 = frozenset({"semaglutide", "liraglutide", "dulaglutide", "exenatide", "tirzepatide"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Medicine:
    """One medicine known here. `rxnorm` is the ingredient's code, `classes` may be empty."""

    name: str
    rxnorm: str
    classes: tuple[str, ...]


@cache
def known() -> tuple[Medicine, ...]:
    """This function will list the medicines of all interaction lists, by name."""
    codes: dict[str, str] = {}
    classes: dict[str, list[str]] = {}
    for listed in knowledge.names(LISTS):
        for name, code in knowledge.load(LISTS, listed).data.get("medicines", {}).items():
            codes[name] = code
            if listed != NO_CLASS:
                classes.setdefault(name, []).append(listed)
    return tuple(
        Medicine(name=name, rxnorm=codes[name], classes=tuple(classes.get(name, ())))
        for name in sorted(codes)
    )


def find(name: str) -> Medicine | None:
    """This function will find a medicine by its generic name, in any case, or by its code."""
    wanted = name.strip().casefold()
    return next((m for m in known() if wanted in (m.name, m.rxnorm)), None)


def is_strange(name: str, looked_up: frozenset[str]) -> bool:
    """This function will tell whether no list knows a medicine and nobody has looked it up."""
    return find(name) is None and name not in looked_up


def is_glp1(name: str) -> bool:
    """This function will tell whether a medicine slows the stomach as GLP-1 medicines do."""
    return name.strip().casefold() in GLP1
