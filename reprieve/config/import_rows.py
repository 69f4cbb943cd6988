"""The lines of an import's table read as rows; each fault names its line and column."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from reprieve.knowledge import BadValue
from reprieve.pathway import importing_terms
from reprieve.pathway.importing_tables import DOSE, NEEDED, UNKNOWN

if TYPE_CHECKING:
    from reprieve.pathway.importing import Row

# What a spreadsheet would run as a formula has no place in a name or a number.
FORMULA = re.compile(r"^[=+\-@\t\r](?!\d)")
SEXES = {"": "", "f": "female", "female": "female", "m": "male", "male": "male", "other": "other"}
NUMBER = re.compile(r"-?\d{1,9}(\.\d{1,9})?")


def make(kind: str, line: int, cells: dict[str, str], dates: str) -> Row:
    """This function will read one line. Raises BadValue naming line and column."""
    makers = {"patients": _patient, "infusions": _infusion, "scores": _score, "stock": _stock}
    found = Cells(line, cells, dates)
    for column in NEEDED[kind]:
        found.text(column, needed=True)
    return makers[kind](found)


class Cells:
    """One line of the table; each reading names line and column when it fails."""

    def __init__(self, line: int, cells: dict[str, str], dates: str) -> None:
        self._line, self._cells, self._dates = line, cells, dates

    def text(self, column: str, *, needed: bool = False) -> str:
        value = self._cells.get(column, "")
        if needed and not value:
            raise self.wrong(column, "is needed")
        if FORMULA.match(value):
            raise self.wrong(column, "begins like a formula")
        return value

    def read(self, column: str, how: Callable[[str], Any], what: str) -> Any:
        value = self.text(column)
        if not value:
            return None
        try:
            return how(value)
        except (ValueError, InvalidOperation) as error:
            raise self.wrong(column, f"{value[:40]!r} is not {what}") from error

    def day(self, column: str) -> date | None:
        def how(value: str) -> date:
            return datetime.strptime(value, self._dates).date()  # noqa: DTZ007  # only a day

        example = date(2026, 3, 31).strftime(self._dates)
        found: date | None = self.read(column, how, f"a date like {example}")
        return found

    def between(self, column: str, low: int, high: int) -> int | None:
        found: int | None = self.read(column, int, "a whole number")
        if found is not None and not low <= found <= high:
            raise self.wrong(column, f"{found} is not between {low} and {high}")
        return found

    def decimal(self, column: str, low: str, high: str) -> Decimal | None:
        found: Decimal | None = self.read(column, _plain, "a number")
        if found is None:
            return None
        if not Decimal(low) <= found <= Decimal(high):
            raise self.wrong(column, f"{found} is not between {low} and {high}")
        return found

    def yes(self, column: str) -> bool:
        value = self.text(column).lower()
        if value not in ("", "no", "yes"):
            raise self.wrong(column, f"{value[:40]!r} is neither yes nor no")
        return value == "yes"

    def wrong(self, column: str, reason: str) -> BadValue:
        return BadValue(f"row {self._line}, {column}", reason)


def _patient(cells: Cells) -> Row:
    from reprieve.pathway.importing import PatientRow
    from reprieve.records.identity import Identity

    sex = SEXES.get(cells.text("sex").lower())
    if sex is None:
        raise cells.wrong("sex", "is none of female, male, other")
    identity = Identity(
        given=cells.text("given"), family=cells.text("family"),
        birth_date=cells.day("birth_date"), phone=cells.text("phone"), email=cells.text("email"),
        address=cells.text("address"), mrn=cells.text("mrn"), sex=sex,
    )  # fmt: skip
    return PatientRow(
        identity=identity, language=cells.text("language") or "en",
        condition=cells.text("condition"),
    )


def _infusion(cells: Cells) -> Row:
    from reprieve.pathway.importing import InfusionRow

    day, minutes = cells.day("date"), cells.decimal("minutes", "0", "1440")
    begins, dose = _clock(cells, "start"), cells.decimal("dose_mg", "0", "2000")
    assert day is not None
    assert minutes is not None
    assert begins is not None
    assert dose is not None
    return InfusionRow(
        mrn=cells.text("mrn"), day=day, begins=begins, minutes=minutes, dose_mg=dose,
        pain_before=cells.between("pain_before", 0, 10),
        pain_after=cells.between("pain_after", 0, 10),
        regimen=cells.text("regimen"), condition=cells.text("condition"),
        weight_kg=cells.decimal("weight_kg", "20", "400"), number=cells.between("number", 1, 100),
        of=cells.between("of", 1, 100), is_booster=cells.yes("booster"),
        side_effects=_side_effects(cells),
    )  # fmt: skip


def _plain(text: str) -> Decimal:
    """A number as people write it: 4e1 in a cell is a slip of the spreadsheet."""
    if NUMBER.fullmatch(text) is None:
        raise ValueError(text)
    return Decimal(text)


def _side_effects(cells: Cells) -> tuple[importing_terms.Harm, ...]:
    try:
        return importing_terms.read(cells.text("side_effects"))
    except BadValue as error:
        raise cells.wrong("side_effects", error.reason) from error


def _score(cells: Cells) -> Row:
    from reprieve.pathway.importing_scores import ScoreRow

    day, measure = cells.day("date"), cells.text("measure")
    assert day is not None
    unknown = measure == DOSE and cells.text("value").lower() == UNKNOWN
    return ScoreRow(
        mrn=cells.text("mrn"), day=day, measure=measure,
        value=None if unknown else cells.decimal("value", "0", "5000"),
        clock=_clock(cells, "time"), moment=cells.text("moment") or "day",
    )


def _stock(cells: Cells) -> Row:
    from reprieve.pathway.importing_stock import StockRow
    from reprieve.pathway.ledger_stock import Delivery

    expires, count = cells.day("expires_on"), cells.between("count", 1, 500)
    strength = cells.decimal("strength_mg_per_ml", "0.001", "1000")
    volume = cells.decimal("volume_ml", "0.1", "1000")
    assert expires is not None
    assert count is not None
    assert strength is not None
    assert volume is not None
    delivery = Delivery(
        drug=cells.text("drug"), form=cells.text("form"), strength_mg_per_ml=strength,
        volume_ml=volume, lot=cells.text("lot"), expires_on=expires, count=count,
        serial=cells.text("serial"), supplier=cells.text("supplier"),
        supplier_dea=cells.text("supplier_dea"), invoice=cells.text("invoice"),
        manufacturer=cells.text("manufacturer"), ndc=cells.text("ndc"),
    )  # fmt: skip
    return StockRow(delivery=delivery)


def _clock(cells: Cells, column: str) -> time | None:
    found: time | None = cells.read(column, time.fromisoformat, "a time of day like 09:30")
    return None if found is None else found.replace(tzinfo=None)
