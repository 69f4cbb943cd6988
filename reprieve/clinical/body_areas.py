"""The areas of the body that forms ask about: named by the body map, shared by every form."""

from __future__ import annotations

from functools import cache

from reprieve.clinical.instruments import instrument, instruments

BODY_MAP = "body-map"


@cache
def maps() -> tuple[str, ...]:
    """This function will list the forms that ask area by area."""
    return tuple(name for name in instruments() if instrument(name).is_map)


def areas_of(name: str) -> tuple[str, ...]:
    """This function will list the areas that a form asks about; none for other forms."""
    form = instrument(name)
    known = {item.id for item in instrument(BODY_MAP).items}
    return tuple(i.id for i in form.items if i.id in known) if form.is_map else ()


def label(area: str) -> str:
    """This function will return an area's name in English, the id itself for an unknown one."""
    item = instrument(BODY_MAP).item(area)
    return item.label if item else area
