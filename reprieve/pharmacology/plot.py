"""A picture of expected levels as a PNG file's bytes, for people outside the clinic's pages."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from reprieve.pharmacology.model import Array

_SIZE = (960, 540)
_LEFT, _TOP, _RIGHT, _BOTTOM = 90, 60, 930, 470
# Okabe and Ito's palette: told apart with any colour vision, and by the legend's words.
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7")
_INK, _GRID, _WARNING = "#222222", "#DDDDDD", "#A33000"
_FINEST_STEPS = (1.0, 2.0, 5.0, 10.0)
_TICKS = 6
_DOT = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """The range of the axes and what they count."""

    last: float
    highest: float
    x_label: str
    y_label: str

    def at(self, x_values: Array, y_values: Array) -> list[tuple[float, float]]:
        """Give points on the picture."""
        x = _LEFT + (_RIGHT - _LEFT) * x_values / self.last
        y = _BOTTOM - (_BOTTOM - _TOP) * y_values / self.highest
        return list(zip(x.tolist(), y.tolist(), strict=True))


def png(
    *,
    title: str,
    footer: str,
    times_min: Array,
    lines: Mapping[str, Array],
    bands: Mapping[str, tuple[Array, Array]],
    x_label: str = "minutes",
    y_label: str = "ng/mL",
    y_top: float | None = None,
    note: str = "",
) -> bytes:
    """Draw lines (by name, each as long as `times_min`) with their bands (low, high).

    The axes begin at 0: minutes and ng/mL, or what the labels say. `title` names model and sampling
    site, `footer` says that it is an expectation, `note` whom it does not hold for. Answers a PNG
    file's bytes, 960 x 540 pixels, the same for the same input.
    """
    tops = [*lines.values(), *(high for _, high in bands.values())]
    frame = _Frame(
        last=max(float(times_min[-1]), 1.0),
        highest=y_top or 1.05 * max(1.0, *(float(one.max()) for one in tops)),
        x_label=x_label, y_label=y_label,
    )
    picture = Image.new("RGBA", _SIZE, "white")
    for colour, name in zip(_COLOURS, lines, strict=False):
        if name in bands:
            picture = Image.alpha_composite(picture, _band(frame, times_min, bands[name], colour))
    pen = ImageDraw.Draw(picture)
    _axes(pen, frame)
    for row, (colour, (name, levels)) in enumerate(zip(_COLOURS, lines.items(), strict=False)):
        pen.line(frame.at(times_min, levels), fill=colour, width=3)
        if len(times_min) == 1:
            _dot(pen, *frame.at(times_min, levels)[0], colour)
        pen.text((_RIGHT - 200, _TOP + 22 * row), name, fill=colour, font=_font(16))
    pen.text((_LEFT, 18), title, fill=_INK, font=_font(20))
    pen.text((_LEFT, _SIZE[1] - 24), footer, fill=_INK, font=_font(13))
    pen.text((_LEFT, _SIZE[1] - 42), note, fill=_WARNING, font=_font(13))
    target = io.BytesIO()
    picture.convert("RGB").save(target, format="PNG")
    return target.getvalue()


def _band(frame: _Frame, times_min: Array, band: tuple[Array, Array], colour: str) -> Image.Image:
    low, high = band
    layer = Image.new("RGBA", _SIZE, (255, 255, 255, 0))
    outline = [*frame.at(times_min, high), *reversed(frame.at(times_min, low))]
    if len(times_min) > 1:
        ImageDraw.Draw(layer).polygon(outline, fill=f"{colour}40")
    return layer


def _dot(pen: ImageDraw.ImageDraw, x: float, y: float, colour: str) -> None:
    """A single time makes no line."""
    pen.ellipse([x - _DOT, y - _DOT, x + _DOT, y + _DOT], fill=colour)


def _axes(pen: ImageDraw.ImageDraw, frame: _Frame) -> None:
    for value in _ticks(frame.highest):
        y = frame.at(np.zeros(1), np.array([value]))[0][1]
        pen.line([(_LEFT, y), (_RIGHT, y)], fill=_GRID)
        pen.text((_LEFT - 8, y), f"{value:g}", fill=_INK, font=_font(14), anchor="rm")
    for value in _ticks(frame.last):
        x = frame.at(np.array([value]), np.zeros(1))[0][0]
        pen.line([(x, _BOTTOM), (x, _BOTTOM + 6)], fill=_INK)
        pen.text((x, _BOTTOM + 10), f"{value:g}", fill=_INK, font=_font(14), anchor="ma")
    pen.line([(_LEFT, _TOP), (_LEFT, _BOTTOM), (_RIGHT, _BOTTOM)], fill=_INK, width=2)
    pen.text((_LEFT, _TOP - 16), frame.y_label, fill=_INK, font=_font(14))
    pen.text((_RIGHT, _BOTTOM + 28), frame.x_label, fill=_INK, font=_font(14), anchor="ra")


def _ticks(highest: float) -> Array:
    """Round values from 0 that part an axis into at most six."""
    rough = highest / _TICKS
    power = 10.0 ** np.floor(np.log10(rough))
    step = next(power * s for s in _FINEST_STEPS if power * s >= rough * (1 - 1e-9))
    ticks: Array = np.arange(0.0, highest * (1 + 1e-9), step)
    return ticks


def _font(size: int) -> ImageFont.ImageFont | ImageFont.FreeTypeFont:
    return ImageFont.load_default(size)
