"""Answers to a result: points, part scores, total, T score, band, and flags that demand an act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reprieve.clinical.instruments.answers import SEXES, Filled, filled, read_document
from reprieve.clinical.instruments.model import Band, Flag, Instrument, Item, Number
from reprieve.clinical.instruments.reading import instrument as named
from reprieve.knowledge import BadValue, Message

MEAN_TOLERANCE = 0.05  # a supplied mean may be rounded to one decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A flag that was raised: by which item, at which value, and what to do now."""

    flag: str
    item: str
    value: Number
    act: Message

    def to_json(self) -> dict[str, Any]:
        """Give the flag in plain values."""
        return {"flag": self.flag, "item": self.item, "value": self.value, "act": str(self.act)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Score:
    """A result. `total`, `t_score`, `se` and `band` are None where the rules give none."""

    instrument: str
    version: str
    complete: bool
    missing: tuple[str, ...]
    total: Number | None
    subscales: Mapping[str, Number | None]
    t_score: float | None
    se: float | None
    band: str | None
    flags: tuple[Raised, ...]

    def to_json(self) -> dict[str, Any]:
        """Give the result in plain values."""
        return {
            "instrument": self.instrument,
            "version": self.version,
            "complete": self.complete,
            "missing": list(self.missing),
            "total": self.total,
            "subscales": dict(self.subscales),
            "t_score": self.t_score,
            "se": self.se,
            "band": self.band,
            "flags": [f.to_json() for f in self.flags],
        }


def score(
    *,
    instrument: Instrument | str,
    answers: Mapping[str, Any] | Sequence[Any],
    total: Any = None,
    sex: str | None = None,
) -> Score:
    """Score a form: answers by item id, or a list of the scored items in published order.

    None is an unanswered item. An incomplete form gives no total unless the instrument's own rule
    allows it. A supplied `total` is compared with the computed one; where the instrument allows
    score entry it stands alone when no item is answered. Raises BadValue naming the item.
    """
    form = named(instrument) if isinstance(instrument, str) else instrument
    return _score(form, filled(instrument=form, answers=answers, total=total, sex=sex))


def score_document(*, instrument: Instrument | str, document: Any) -> Score:
    """Score an answers file in any of its four shapes (see `read_document`)."""
    form = named(instrument) if isinstance(instrument, str) else instrument
    return _score(form, read_document(instrument=form, document=document))


def _score(form: Instrument, given: Filled) -> Score:
    if given.supplied and not given.answers and form.enter_total:
        return _entered(form, given)
    points = {i.id: _points(i, given.answers) for i in form.scored if i.id in given.answers}
    missing = _missing(form, given.answers)
    subscales = {
        s.id: _combined(s.rule, [points[i] for i in s.items if i in points], s.least_answered)
        for s in form.subscales
    }
    total = _combined(form.rule, list(points.values()), form.least_answered)
    _compare(form, given, points, {"total": total, **subscales})
    t_score, se = _t_score(form, total)
    values = {"total": total, "t_score": t_score, **subscales}
    return Score(
        instrument=form.id,
        version=form.version,
        complete=not missing,
        missing=missing,
        total=total,
        subscales=subscales,
        t_score=t_score,
        se=se,
        band=_band(form, values, given, points, complete=not missing),
        flags=_flags(form, given.answers, points),
    )


def _entered(form: Instrument, given: Filled) -> Score:
    """A score from paper or another system, where the items are not held here."""
    subscales = {s.id: given.supplied.get(s.id) for s in form.subscales}
    t_score, se = _t_score(form, given.supplied.get("total"))
    values = {"total": given.supplied.get("total"), "t_score": t_score, **subscales}
    due = ("total",) if form.rule != "none" else tuple(subscales)
    missing = tuple(name for name in due if values[name] is None)
    return Score(
        instrument=form.id,
        version=form.version,
        complete=not missing,
        missing=missing,
        total=values["total"],
        subscales=subscales,
        t_score=t_score,
        se=se,
        band=_band(form, values, given, {}, complete=not missing),
        flags=(),
    )


def _t_score(form: Instrument, total: Number | None) -> tuple[float | None, float | None]:
    """Look the raw sum up in the published table: T score and its standard error."""
    return form.t_scores.get(total, (None, None)) if isinstance(total, int) else (None, None)


def _missing(form: Instrument, answers: Mapping[str, Number]) -> tuple[str, ...]:
    return tuple(i.id for i in form.scored if i.id not in answers and _due(i, answers))


def _due(item: Item, answers: Mapping[str, Number]) -> bool:
    return all(answers.get(name) == value for name, value in item.only_if.items())


def _points(item: Item, answers: Mapping[str, Number]) -> Number:
    value = answers[item.id]
    if item.reverse:
        return item.minimum + item.maximum - value
    for table in item.points:
        if all(answers.get(name) == wanted for name, wanted in table.when.items()):
            at = float(_rounded(value, item.decimals))
            return max((low, points) for low, points in table.steps if low <= at)[1]
    return value


def _rounded(value: Number, decimals: int) -> Decimal:
    """Round to what the published table distinguishes, half up."""
    return Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)


def _combined(rule: str, points: Sequence[Number], least: int) -> Number | None:
    if rule == "none" or len(points) < least:
        return None
    return sum(points) if rule == "sum" else sum(points) / len(points)


def _compare(
    form: Instrument,
    given: Filled,
    points: Mapping[str, Number],
    computed: Mapping[str, Number | None],
) -> None:
    """Refuse a supplied score that the answers cannot give."""
    for name, claimed in given.supplied.items():
        value = computed[name]
        if value is None:
            _compare_partial(form, name, claimed, points)
        elif abs(claimed - value) > (0 if isinstance(value, int) else MEAN_TOLERANCE + 1e-9):
            raise BadValue(name, f"{claimed} was supplied, but the answers give {round(value, 2)}")


def _compare_partial(
    form: Instrument, name: str, claimed: Number, points: Mapping[str, Number]
) -> None:
    """An incomplete form has no total; one that came with it must at least be possible."""
    if not points:
        raise BadValue(name, f"{form.id} is scored from its items, and none is answered")
    part = next((s for s in form.subscales if s.id == name), None)
    rule = part.rule if part else form.rule
    items = [i for i in form.scored if part is None or i.id in part.items]
    divisor = len(items) if rule == "mean" else 1
    known = sum(points.get(i.id, 0) for i in items)
    open_items = [i for i in items if i.id not in points]
    low = (known + sum(i.minimum for i in open_items if i.minimum < 0)) / divisor
    high = (known + sum(i.maximum for i in open_items)) / divisor
    if not low - MEAN_TOLERANCE <= claimed <= high + MEAN_TOLERANCE:
        raise BadValue(name, f"{claimed} was supplied, but the answers so far cannot give it")


def _band(
    form: Instrument,
    values: Mapping[str, Number | None],
    given: Filled,
    points: Mapping[str, Number],
    *,
    complete: bool,
) -> str | None:
    """The band both sexes share, where the sex is not known and the bands differ: None."""
    found = {
        _band_for(form, values, given, points, sex=sex, complete=complete)
        for sex in ((given.sex,) if given.sex else SEXES)
    }
    return found.pop() if len(found) == 1 else None


def _band_for(
    form: Instrument,
    values: Mapping[str, Number | None],
    given: Filled,
    points: Mapping[str, Number],
    *,
    sex: str,
    complete: bool,
) -> str | None:
    holding = [
        band
        for band in form.bands
        if band.sex in (None, sex) and _holds(band, values.get(band.of), given.answers, points)
    ]
    if not holding:
        return None
    worst = holding[-1]
    # Unanswered items can only raise a level: while incomplete, only the highest one is certain.
    certain = complete or (bool(worst.any_yes) and worst is form.bands[-1])
    by_level = worst.at_least is None and worst.any_points is None
    return worst.label if certain or not by_level else None


def _holds(
    band: Band,
    value: Number | None,
    answers: Mapping[str, Number],
    points: Mapping[str, Number],
) -> bool:
    if band.any_yes:
        return any(answers.get(i) == 1 for i in band.any_yes)
    if band.any_points is not None:
        return value is not None and any(p >= band.any_points for p in points.values())
    if band.at_least is None:
        return True
    return value is not None and value >= band.at_least


def _flags(
    form: Instrument, answers: Mapping[str, Number], points: Mapping[str, Number]
) -> tuple[Raised, ...]:
    return tuple(
        Raised(flag=flag.id, item=item, value=answers[item], act=Message(id=flag.act))
        for flag in form.flags
        for item in flag.items
        if item in answers and _demands(flag, answers[item], points[item])
    )


def _demands(flag: Flag, value: Number, points: Number) -> bool:
    if flag.points_at_least is not None:
        return points >= flag.points_at_least
    low = flag.at_least is None or value >= flag.at_least
    return low and (flag.at_most is None or value <= flag.at_most)
