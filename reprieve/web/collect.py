"""Find what the step modules of a package offer: their addresses and their places in the menu.

A step of care adds one file; no list has to be edited for it.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from types import ModuleType
from typing import Any

from django.urls import URLPattern, URLResolver

from reprieve.pathway.permissions import Actor, allowed

SELDOM_FROM = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class NavItem:
    """One place in the menu: its words (marked by gettext_lazy), where it leads, who sees it.

    `order` sorts the menu; a person's first item is also their first page after signing in,
    unless `home_of` names one of their roles on another item.
    """

    label: Any
    url_name: str
    permission: str
    order: int
    icon: str = ""
    home_of: frozenset[str] = frozenset()

    @property
    def seldom(self) -> bool:
        """Whether it stands under "More": a bar of fifteen words is read by nobody."""
        return self.order >= SELDOM_FROM


def modules(package: str) -> Iterator[ModuleType]:
    """This function will import each module of a package, sorted by name."""
    folder = importlib.import_module(package)
    for found in sorted(pkgutil.iter_modules(folder.__path__), key=lambda m: m.name):
        if found.name != "urls":
            yield importlib.import_module(f"{package}.{found.name}")


def patterns(package: str) -> list[URLPattern | URLResolver]:
    """This function will put together the `urlpatterns` of each module of a package."""
    return [p for m in modules(package) for p in getattr(m, "urlpatterns", ())]


@cache
def items() -> tuple[NavItem, ...]:
    """This function will list every place in the staff menu, sorted by order."""
    found = [i for m in modules("reprieve.web.staff") for i in getattr(m, "NAV", ())]
    return tuple(sorted(found, key=lambda i: (i.order, i.url_name)))


def menu(actor: Actor) -> list[NavItem]:
    """This function will list the places in the menu that an actor may open."""
    return [i for i in items() if allowed(actor, i.permission)]


def home(actor: Actor) -> NavItem | None:
    """This function will choose an actor's first page, None when there is none for the roles."""
    own = menu(actor)
    return next((i for i in own if i.home_of & actor.roles), own[0] if own else None)
