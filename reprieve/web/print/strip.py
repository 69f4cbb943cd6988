"""The session on one time axis, on paper: carets, dots, rows of numbers, rates, doses, events.

What the colours say on the screen is said here by marks as well, so that a grey copy reads alike:
pressure by carets on a bar, heart rate by dots, typed values hollow or slanted, late ones with a
dashed line under them, struck ones crossed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from reportlab.lib.colors import HexColor, black
from reportlab.platypus import Flowable

from reprieve.web.print import typeface

CELL_MS = 300_000
HEAVY_MS = 900_000
LONGEST_MS = 3 * 3_600_000
LEFT, RIGHT = 76.0, 50.0
PLOT, ROW, AXIS = 96.0, 10.5, 12.0
LOW, HIGH = 20, 220
Place = tuple[float, float]
TEXT = 6.4
FINE, HEAVY, GREY = HexColor("#d5d5d5"), HexColor("#8c8c8c"), HexColor("#555555")
BAND = HexColor("#eef2ef")
BP, HR, RATE = HexColor("#c0392b"), HexColor("#2e9e5b"), HexColor("#8a6508")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One value at one moment. `low` and `high` span what a monitor sent around it."""

    at_ms: int
    value: float
    low: float | None = None
    high: float | None = None
    typed: bool = False
    late: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressure:
    """One blood pressure."""

    at_ms: int
    sbp: float
    dbp: float | None = None
    mean: float | None = None
    typed: bool = False
    late: bool = False
    struck: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A row of numbers, one for each five minutes."""

    name: str
    dots: tuple[Dot, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Doses:
    """A row of one drug: its doses as ticks with their amounts, the total at the right.

    `crossed` are the numbers of the ticks that were corrected, from nought.
    """

    name: str
    ticks: tuple[tuple[int, str], ...]
    total: str
    crossed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """What a strip draws from `from_ms` to `to_ms`. `clock` says a moment on the axis.

    `crossed` are the numbers of the marks that were corrected.
    """

    from_ms: int
    to_ms: int
    words: tuple[str, str, str]
    clock: Callable[[int], str]
    band: tuple[float, float] | None = None
    pressures: tuple[Pressure, ...] = ()
    pulse: tuple[Dot, ...] = ()
    rows: tuple[Row, ...] = ()
    rates: tuple[tuple[int, int, str], ...] = ()
    boluses: tuple[tuple[int, str], ...] = ()
    rate_total: str = ""
    doses: tuple[Doses, ...] = ()
    marks: tuple[tuple[int, int], ...] = ()
    crossed: frozenset[int] = frozenset()


def strips(sheet: Sheet) -> list[Flowable]:
    """This function will cut a session into strips of three hours at most, all of one length."""
    span = max(sheet.to_ms - sheet.from_ms, HEAVY_MS)
    count = -(-span // LONGEST_MS)
    each = -(-span // (count * HEAVY_MS)) * HEAVY_MS
    starts = [sheet.from_ms + n * each for n in range(count)]
    last = len(starts) - 1
    return [
        Strip(_cut(sheet, start, start + each, is_last=n == last)) for n, start in enumerate(starts)
    ]


def _cut(sheet: Sheet, start: int, end: int, *, is_last: bool) -> Sheet:
    """One strip's part; totals stand on the last one."""
    inside = replace(
        sheet, from_ms=start, to_ms=end,
        rate_total=sheet.rate_total if is_last else "",
        doses=tuple(d if is_last else replace(d, total="") for d in sheet.doses),
    )  # fmt: skip
    return inside


class Strip(Flowable):  # type: ignore[misc]  # reportlab comes without types
    """One strip of the axis; what lies outside its time is not drawn."""

    def __init__(self, sheet: Sheet, *, row: float = ROW) -> None:
        super().__init__()
        self.sheet, self.row = sheet, row

    def wrap(self, width: float, _height: float) -> tuple[float, float]:
        """Take the whole width, and the height that the rows ask for."""
        self.width = width
        rows = len(self.sheet.rows) + len(self.sheet.doses) + 2
        self.height = AXIS + PLOT + rows * self.row + 6
        return width, self.height

    def draw(self) -> None:
        """Draw axis, plot and rows from the top down."""
        self.canv.saveState()
        self.canv.setFont(typeface.PLAIN, TEXT)
        self._lines()
        self._plot()
        top = self.height - AXIS - PLOT
        for row in self._rows():
            top -= self.row
            self._line((LEFT, top), (self.width - RIGHT, top), FINE, 0.4)
            row(top)
        self.canv.restoreState()

    def _rows(self) -> list[Callable[[float], None]]:
        def of(draw: Callable[..., None], *what: object) -> Callable[[float], None]:
            return lambda base: draw(*what, base)

        numbers = [of(self._numbers, row) for row in self.sheet.rows]
        doses = [of(self._doses, one) for one in self.sheet.doses]
        return [of(self._rate), *doses, of(self._marks), *numbers]

    def _x(self, at_ms: int) -> float:
        share = (at_ms - self.sheet.from_ms) / (self.sheet.to_ms - self.sheet.from_ms)
        return float(LEFT + share * (self.width - LEFT - RIGHT))

    def _y(self, value: float) -> float:
        inside = min(HIGH, max(LOW, value))
        return self.height - AXIS - PLOT + (inside - LOW) / (HIGH - LOW) * PLOT

    def _in(self, at_ms: int) -> bool:
        return self.sheet.from_ms <= at_ms < self.sheet.to_ms

    def _lines(self) -> None:
        """Fine lines each five minutes, heavy ones each quarter of an hour with the time."""
        canvas, top = self.canv, self.height - AXIS
        if self.sheet.band:
            low, high = (self._y(v) for v in self.sheet.band)
            canvas.setFillColor(BAND)
            canvas.rect(LEFT, low, self.width - LEFT - RIGHT, high - low, stroke=0, fill=1)
        for at in range(self.sheet.from_ms, self.sheet.to_ms + 1, CELL_MS):
            heavy = at % HEAVY_MS == 0
            x = self._x(at)
            self._line((x, 0), (x, top), HEAVY if heavy else FINE, 0.6)
            if heavy:
                canvas.setFillColor(black)
                canvas.drawCentredString(x, top + 3.6, self.sheet.clock(at))
        for value in range(40, HIGH + 1, 20):
            y = self._y(value)
            self._line((LEFT, y), (self.width - RIGHT, y), FINE, 0.4)
            canvas.setFillColor(GREY)
            # The topmost one makes room for the time of day above it.
            canvas.drawRightString(LEFT - 3, y - (4 if value == HIGH else 2), str(value))

    def _line(self, a: Place, b: Place, colour: object, width: float) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(width)
        self.canv.line(*a, *b)

    def _place(self, dot: Dot) -> Place:
        return self._x(dot.at_ms), self._y(dot.value)

    def _plot(self) -> None:
        self._name(self.sheet.words[0], self.height - AXIS - 8)
        self._pulse([d for d in self.sheet.pulse if self._in(d.at_ms)])
        for one in self.sheet.pressures:
            if self._in(one.at_ms):
                self._caret(one)

    def _pulse(self, dots: Sequence[Dot]) -> None:
        shown = [d for d in dots if not d.struck]
        for a, b in pairwise(shown):
            self._line(self._place(a), self._place(b), HR, 0.4)
        for dot in dots:
            x, y = self._x(dot.at_ms), self._y(dot.value)
            if dot.low is not None and dot.high is not None:
                self._line((x, self._y(dot.low)), (x, self._y(dot.high)), HR, 1)
            self.canv.setFillColor("white" if dot.typed else HR)
            self._pen(HR, late=dot.late)
            self.canv.circle(x, y, 1.9, stroke=1, fill=1)
            self._struck(x, y, dot.struck)

    def _pen(self, colour: object, *, late: bool, width: float = 0.9) -> None:
        self.canv.setStrokeColor(colour)
        self.canv.setLineWidth(width)
        self.canv.setDash((1.2, 1) if late else ())

    def _struck(self, x: float, y: float, struck: bool) -> None:
        self.canv.setDash()
        if struck:
            self._line((x - 5, y), (x + 5, y), black, 1.1)

    def _caret(self, one: Pressure) -> None:
        """Facing carets joined by a thin bar, the mean as a cross; hand-typed ones are thicker."""
        x, top = self._x(one.at_ms), self._y(one.sbp)
        self._pen(BP, late=one.late, width=1.3 if one.typed else 0.8)
        path = self.canv.beginPath()
        path.moveTo(x - 3, top + 4)
        path.lineTo(x, top)
        path.lineTo(x + 3, top + 4)
        if one.dbp is not None:
            bottom = self._y(one.dbp)
            path.moveTo(x - 3, bottom - 4)
            path.lineTo(x, bottom)
            path.lineTo(x + 3, bottom - 4)
            path.moveTo(x, bottom)
            path.lineTo(x, top)
        self.canv.drawPath(path)
        if one.mean is not None:
            y = self._y(one.mean)
            self.canv.line(x - 1.6, y - 1.6, x + 1.6, y + 1.6)
            self.canv.line(x - 1.6, y + 1.6, x + 1.6, y - 1.6)
        self._struck(x, top, one.struck)

    def _name(self, name: str, base: float, total: str = "") -> None:
        self.canv.setFillColor(black)
        self.canv.setFont(typeface.BOLD, TEXT)
        self.canv.drawString(0, base, name)
        self.canv.drawRightString(self.width, base, total)
        self.canv.setFont(typeface.PLAIN, TEXT)

    def _numbers(self, row: Row, base: float) -> None:
        self._name(row.name, base + 3)
        for dot in row.dots:
            if not self._in(dot.at_ms):
                continue
            cell = self.sheet.from_ms + (dot.at_ms - self.sheet.from_ms) // CELL_MS * CELL_MS
            middle, said = self._x(cell + CELL_MS // 2), f"{round(dot.value, 1):g}"
            self.canv.setFillColor(black)
            font = typeface.SLOPED if dot.typed else typeface.PLAIN
            self.canv.setFont(font, TEXT if len(said) < 4 else TEXT - 1.6)
            self.canv.drawCentredString(middle, base + 3, said)
            if dot.late:
                self._pen(black, late=True, width=0.6)
                self.canv.line(middle - 4, base + 1.6, middle + 4, base + 1.6)
            self._struck(middle, base + 5.2, dot.struck)

    def _rate(self, base: float) -> None:
        """The rate at each change, with a line until the next; a bolus is a tick with its dose."""
        self._name(self.sheet.words[1], base + 3, self.sheet.rate_total)
        free = 0.0
        for start, end, said in self.sheet.rates:
            if end <= self.sheet.from_ms or start >= self.sheet.to_ms:
                continue
            left = self._x(max(start, self.sheet.from_ms))
            right = self._x(min(end, self.sheet.to_ms))
            self._line((left, base + 1.4), (right, base + 1.4), RATE, 1.4)
            self._line((left, base), (left, base + 5), RATE, 1)
            free = self._text(max(left + 1.5, free), base + 3.4, said)
        for at, said in self.sheet.boluses:
            if self._in(at):
                self._tick(at, base)
                free = self._text(max(self._x(at) + 2.5, free), base + 3.4, said)

    def _tick(self, at_ms: int, base: float) -> None:
        x = self._x(at_ms)
        self._line((x, base), (x, base + 8), black, 1.6)

    def _text(self, x: float, y: float, said: str) -> float:
        """Write a few words and return where the next may begin."""
        self.canv.setFont(typeface.PLAIN, TEXT)
        self.canv.setFillColor(black)
        self.canv.drawString(x, y, said)
        return float(x + self.canv.stringWidth(said, typeface.PLAIN, TEXT) + 2)

    def _doses(self, row: Doses, base: float) -> None:
        self._name(row.name, base + 3, row.total)
        free = 0.0
        for number, (at, said) in enumerate(row.ticks):
            if self._in(at):
                self._tick(at, base)
                left = max(self._x(at) + 2.5, free)
                free = self._text(left, base + 3, said)
                if number in row.crossed:
                    self._line((left - 1, base + 5), (free - 1, base + 5), black, 0.8)

    def _marks(self, base: float) -> None:
        """Numbers of the events in rings, as in the list; of one moment side by side."""
        self._name(self.sheet.words[2], base + 3)
        free = 0.0
        for at, number in self.sheet.marks:
            if not self._in(at):
                continue
            x = max(self._x(at), free)
            free = x + 9.4
            self._pen(black, late=False, width=0.6)
            self.canv.circle(x, base + 5.2, 4.4, stroke=1, fill=0)
            self.canv.setFillColor(black)
            self.canv.setFont(typeface.BOLD, TEXT - 0.6)
            self.canv.drawCentredString(x, base + 3.1, str(number))
            self._struck(x, base + 5.2, number in self.sheet.crossed)
