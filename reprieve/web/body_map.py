"""The picture of the body: which shape stands for which area, seen from the front and the back.

Each side is drawn once and mirrored. From the front the right side of the patient is on the left
of the picture. Areas that can be seen from both sides are one area.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cache

WIDTH, HEIGHT = 200, 424
Points = tuple[tuple[int, int], ...]

# Shapes on the left of the picture, by area without its side; the other side is their mirror.
LIMBS: dict[str, Points] = {
    "shoulder": ((82, 86), (82, 102), (61, 113), (47, 109), (50, 96), (64, 88)),
    "upper-arm": ((46, 112), (60, 116), (59, 151), (53, 166), (35, 161), (39, 132)),
    "lower-arm": ((34, 164), (52, 169), (44, 212), (27, 208)),
    "hand": ((26, 211), (43, 215), (42, 244), (30, 254), (16, 246), (18, 226)),
    "upper-leg": ((62, 243), (98, 243), (96, 306), (68, 306)),
    "lower-leg": ((68, 309), (96, 309), (92, 388), (74, 388)),
    "foot": ((73, 391), (92, 391), (97, 410), (92, 419), (62, 419), (60, 410)),
}
FRONT_LIMBS: dict[str, Points] = {
    "jaw": ((76, 38), (99, 38), (99, 66), (88, 63), (78, 52)),
    "hip": ((66, 198), (79, 198), (90, 240), (62, 240)),
}
BACK_LIMBS: dict[str, Points] = {"hip": ((66, 198), (99, 198), (99, 240), (62, 240))}
FRONT_MIDDLE: dict[str, Points] = {
    "head": ((84, 8), (100, 4), (116, 8), (125, 22), (124, 36), (76, 36), (75, 22)),
    "neck": ((87, 66), (99, 69), (101, 69), (113, 66), (115, 84), (85, 84)),
    "chest": ((85, 87), (115, 87), (115, 102), (137, 114), (134, 150), (66, 150), (63, 114),
              (85, 102)),
    "abdomen": ((66, 153), (134, 153), (133, 195), (67, 195)),
    "pelvis": ((82, 198), (118, 198), (107, 240), (93, 240)),
}  # fmt: skip
BACK_MIDDLE: dict[str, Points] = {
    "head": ((84, 8), (100, 4), (116, 8), (125, 22), (122, 46), (114, 60), (86, 60), (78, 46),
             (75, 22)),
    "neck": ((87, 62), (113, 62), (115, 84), (85, 84)),
    "upper-back": ((85, 87), (115, 87), (115, 102), (137, 114), (134, 150), (66, 150), (63, 114),
                   (85, 102)),
    "lower-back": ((66, 153), (134, 153), (133, 195), (67, 195)),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """One area in one view, as a polygon of the picture."""

    area: str
    corners: Points

    @property
    def points(self) -> str:
        """The corners as SVG writes them."""
        return " ".join(f"{x},{y}" for x, y in self.corners)


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The body from one side; `left` and `right` are the letters at the picture's edges."""

    name: str
    shapes: tuple[Shape, ...]
    left: str
    right: str


@cache
def views() -> tuple[View, View]:
    """This function will draw the body from the front and from the back."""
    front = (*_middle(FRONT_MIDDLE), *_sides(FRONT_LIMBS | LIMBS, ("right", "left")))
    back = (*_middle(BACK_MIDDLE), *_sides(BACK_LIMBS | LIMBS, ("left", "right")))
    return (
        View(name="front", shapes=front, left="R", right="L"),
        View(name="back", shapes=back, left="L", right="R"),
    )


def views_of(areas: Collection[str]) -> tuple[View, ...]:
    """This function will draw the body with the shapes of the areas named alone."""
    return tuple(
        View(
            name=view.name, left=view.left, right=view.right,
            shapes=tuple(shape for shape in view.shapes if shape.area in areas),
        )
        for view in views()
    )  # fmt: skip


def areas() -> frozenset[str]:
    """This function will name every area of the picture."""
    return frozenset(shape.area for view in views() for shape in view.shapes)


def _middle(shapes: dict[str, Points]) -> Iterator[Shape]:
    return (Shape(area=area, corners=corners) for area, corners in shapes.items())


def _sides(shapes: dict[str, Points], sides: tuple[str, str]) -> Iterator[Shape]:
    for limb, corners in shapes.items():
        mirrored = tuple((WIDTH - x, y) for x, y in corners)
        yield Shape(area=f"{limb}-{sides[0]}", corners=corners)
        yield Shape(area=f"{limb}-{sides[1]}", corners=mirrored)
