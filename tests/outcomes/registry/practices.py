"""Invented practices as the registry's flat tables, and the same judged patient by patient."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random
from typing import Any

from reprieve.outcomes.baseline import Recall, baseline
from reprieve.outcomes.diary import DiaryEntry
from reprieve.outcomes.levels import Scores
from reprieve.outcomes.opioids import DayMme, opioid_change
from reprieve.outcomes.registry.tables import TABLES
from reprieve.outcomes.response import Response, respond
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.weeks import Course

EPOCH = date(1970, 1, 1)
FIRST = 20_000
START = 54_000  # 15:00 UTC


@dataclass
class Practice:
    """Rows of the flat tables, to be filled by hand or by chance."""

    rows: dict[str, list[tuple[Any, ...]]] = field(
        default_factory=lambda: {name: [] for name in TABLES}
    )

    def treated(
        self, patient: int, days: list[int], *, condition: str = "crps", regimen: str = "r",
        plan: str = "p", booster: int = 0, ug: int = 35_000, weight_g: int | None = 70_000,
    ) -> None:  # fmt: skip
        if not any(row[0] == patient for row in self.rows["patients"]):
            self.rows["patients"].append((patient, condition))
        for day in days:
            self.rows["infusions"].append(
                (patient, f"i{patient}-{day}", day, day * 86_400 + START, regimen, plan, booster,
                 ug, weight_g)
            )  # fmt: skip

    def wrote(self, patient: int, first: int, pains: list[int | None]) -> None:
        """One whole answer a day; None is a missed day."""
        for n, pain in enumerate(pains):
            if pain is not None:
                self.rows["diary"].append((patient, first + n, 60 * pain))

    def scored(self, patient: int, day: int, instrument: str, value: int) -> None:
        self.rows["scores"].append(
            (patient, day, day * 86_400, instrument, value * 1_000_000)
        )

    def harmed(self, patient: int, day: int, term: str, grade: int = 1, serious: int = 0) -> None:
        self.rows["events"].append((patient, f"i{patient}-{day}", term, grade, serious))

    def took(self, patient: int, first: int, until: int, mme: int) -> None:
        self.rows["opioids"].append((patient, first, until, mme * 1_000_000))


def by_chance(seed: int, *, patients: int = 40) -> Practice:
    """A practice in which everything that may be missing sometimes is."""
    dice, made = Random(seed), Practice()
    for patient in range(patients):
        first = FIRST + dice.randrange(60)
        apart = dice.choice([2, 7])
        series = [first + n * apart for n in range(dice.choice([1, 2, 6]))]
        made.treated(
            patient, series, condition=dice.choice(["crps", "fibromyalgia", ""]),
            regimen=dice.choice(["a", "b"]), ug=dice.choice([20, 35, 80]) * 1000,
            weight_g=dice.choice([70_000, 55_000, None]),
        )  # fmt: skip
        if dice.random() < 0.4:
            day = series[-1] + dice.randrange(5, 80)
            made.treated(patient, [day], plan="q", booster=1)
        _diary(made, dice, patient, first)
        _beside(made, dice, patient, first, series)
    return made


def _diary(made: Practice, dice: Random, patient: int, first: int) -> None:
    high, low, answers = dice.choice([0, 6, 8]), dice.choice([2, 4, 8]), dice.choice([0.5, 0.95])
    fades = dice.randrange(10, 120)
    for n in range(-8, 130):
        if dice.random() < answers:
            pain = high if n <= 0 or n > fades else low
            sixty = sum(60 * min(10, max(0, pain + dice.randrange(-1, 2))) for _ in range(2)) // 2
            made.rows["diary"].append((patient, first + n, sixty))


def _beside(made: Practice, dice: Random, patient: int, first: int, series: list[int]) -> None:
    for instrument, most in (("peg", 10), ("pgic", 7), ("peg.pain", 10)):
        for day in (first - 3, first + 30, first + 60):
            if dice.random() < 0.6:
                made.scored(patient, day, instrument, dice.randint(1, most))
    if dice.random() < 0.6:
        change = first + dice.randrange(1, 90)
        made.took(patient, first - dice.randrange(2, 30), change, dice.choice([0, 30, 90]))
        made.took(patient, change, change + 200, dice.choice([0, 24, 60]))
    for day in series:
        if dice.random() < 0.3:
            made.harmed(patient, day, "nausea", dice.randint(1, 3), int(dice.random() < 0.1))


def one_by_one(made: Practice, *, at_day: int, rules: Rules) -> dict[int, Response]:
    """Judge the first course of each patient by `respond`, the way the follow-up page does."""
    found = {}
    for patient, _condition in made.rows["patients"]:
        rows = [row for row in made.rows["infusions"] if row[0] == patient]
        given = [row for row in rows if row[2] < at_day]
        if given:
            found[patient] = _judged(made, patient, given, at_day, rules)
    return found


def _judged(
    made: Practice, patient: int, given: list[tuple[Any, ...]], at_day: int, rules: Rules
) -> Response:
    days = sorted(row[2] for row in given if not row[6])
    later = [row[2] for row in given if row[6]]
    ends = min([at_day, *later])
    diary = [
        DiaryEntry(day=_date(day), average_pain=_pain(sixty))
        for who, day, sixty in made.rows["diary"]
        if who == patient
    ]
    course = Course(
        started_at=datetime.fromtimestamp(days[0] * 86_400 + START, UTC),
        first_infusion=_date(days[0]), last_infusion=_date(days[-1]), infusions=len(days),
        follow_up_ends=_date(ends) if later else None,
    )  # fmt: skip
    scores = [row for row in made.rows["scores"] if row[0] == patient and row[1] < ends]
    recalls = [r for r in scores if r[3] == "peg.pain" and r[1] <= days[0]]
    before = baseline(
        diary=diary, first_infusion=course.first_infusion, rules=rules,
        recall=Recall(day=_date(recalls[-1][1]), pain=recalls[-1][4] // 1_000_000)
        if recalls else None,
    )  # fmt: skip
    return respond(
        course=course, baseline=before, diary=diary, at=_date(at_day), rules=rules,
        scores=_scores(scores, days[0]),
        opioids=opioid_change(
            days=_opioids(made, patient), first_infusion=course.first_infusion, at=_date(ends),
            rules=rules,
        ),
    )  # fmt: skip


def _scores(rows: list[tuple[Any, ...]], first: int) -> Scores:
    def newest(name: str, *, after: bool) -> int | None:
        found = [r for r in rows if r[3] == name and (r[2] > first * 86_400 + START) == after]
        return max(found, key=lambda r: r[2])[4] // 1_000_000 if found else None

    return Scores(
        peg_before=newest("peg", after=False), peg_now=newest("peg", after=True),
        pgic=newest("pgic", after=True),
    )  # fmt: skip


def _opioids(made: Practice, patient: int) -> list[DayMme]:
    return [
        DayMme(day=_date(day), mme=Decimal(ug) / 1_000_000, buprenorphine_mg=Decimal(0),
               without_factor=())
        for who, first, until, ug in made.rows["opioids"]
        if who == patient
        for day in range(first, until)
    ]  # fmt: skip


def _pain(sixty: int) -> Decimal:
    """A mean of one or two whole answers is exact as a decimal number."""
    exact = Fraction(sixty, 60)
    return Decimal(exact.numerator) / exact.denominator


def _date(day: int) -> date:
    return EPOCH + timedelta(days=day)
