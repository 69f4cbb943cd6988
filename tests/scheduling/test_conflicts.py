"""Everything that stands against a visit, not only the first thing."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.scheduling.blocks import Visit, block
from reprieve.scheduling.conflicts import Book, Shift, Staffing, conflicts
from reprieve.scheduling.opening import Absence
from reprieve.scheduling.slots import Interval, slots

TEN = datetime(2026, 3, 2, 15, tzinfo=UTC)  # 10:00 in New York


def span(start_min: int, end_min: int) -> Interval:
    return Interval(start=TEN + timedelta(minutes=start_min), end=TEN + timedelta(minutes=end_min))


def kinds(
    book: Book, visit: Visit, start: datetime = TEN, clinician: str | None = "dr"
) -> list[str]:
    wanted = block(start=start, visit=visit)
    found = conflicts(book=book, wanted=wanted, chair="A", clinician=clinician, not_before=TEN)
    return [c.kind for c in found]


def test_a_free_place_has_none(book: Book, visit: Visit) -> None:
    assert kinds(book, visit) == []
    assert kinds(book, visit, clinician=None) == []


def test_the_chair_is_named_with_the_time_it_is_taken(book: Book, visit: Visit) -> None:
    taken = {*slots(span(-60, 10)), *slots(span(135, 200))}
    full = replace(book, taken={"A": taken})
    found = conflicts(book=full, wanted=block(start=TEN, visit=visit), chair="A")
    assert [(c.kind, c.resource, c.during) for c in found] == [
        ("chair", "A", span(0, 10)),
        ("chair", "A", span(135, 140)),
    ]
    assert str(found[0].says) == "Chair A is booked."
    assert conflicts(book=full, wanted=block(start=TEN, visit=visit), chair="B") == ()


def test_a_clinician_is_busy_only_while_held(book: Book, visit: Visit) -> None:
    assert kinds(replace(book, taken={"dr": set(slots(span(15, 60)))}), visit) == []
    busy = replace(book, taken={"dr": set(slots(span(10, 60)))})
    assert kinds(busy, visit) == ["clinician"]
    assert kinds(busy, replace(visit, clinician_min=0)) == []


def test_a_clinician_is_away_for_any_part_of_the_visit(book: Book, visit: Visit) -> None:
    away = Absence(who="dr", during=span(120, 300), reason="Course.")
    shop = replace(book, opening=replace(book.opening, absences=(away,)))
    found = conflicts(book=shop, wanted=block(start=TEN, visit=visit), chair="A", clinician="dr")
    assert [(c.kind, str(c.says)) for c in found] == [("absent", "dr is away. Course.")]
    assert kinds(shop, visit, clinician="other") == []


def test_nurses_watch_so_many_chairs(book: Book, visit: Visit) -> None:
    two = replace(book, nursed=Counter(dict.fromkeys(slots(span(60, 70)), 2)))
    found = conflicts(book=two, wanted=block(start=TEN, visit=visit), chair="A")
    assert [(c.kind, c.during) for c in found] == [("nurses", span(60, 70))]
    one = replace(book, nursed=Counter(dict.fromkeys(slots(span(60, 70)), 1)))
    assert kinds(one, visit) == []
    cleaning = replace(book, nursed=Counter(dict.fromkeys(slots(span(130, 140)), 2)))
    assert kinds(cleaning, visit) == []


def test_a_shift_with_fewer_nurses_counts(book: Book, visit: Visit) -> None:
    lunch = Shift(during=span(120, 180), nurses=0)
    short = replace(book, staffing=Staffing(chairs_per_nurse=2, nurses=1, shifts=(lunch,)))
    assert kinds(short, visit) == ["nurses"]
    assert kinds(short, visit, start=TEN + timedelta(minutes=180)) == []
    nobody = replace(book, staffing=Staffing(chairs_per_nurse=4))
    assert kinds(nobody, visit) == ["nurses"]


def test_everything_is_named_at_once(book: Book, visit: Visit) -> None:
    early = TEN - timedelta(hours=2, minutes=30)
    everything = set(slots(Interval(start=early, end=TEN)))
    away = Absence(who="dr", during=span(-150, 0))
    full = replace(
        book,
        opening=replace(book.opening, absences=(away,)),
        taken={"A": everything, "dr": everything},
        nursed=dict.fromkeys(everything, 2),
    )
    assert kinds(full, visit, start=early) == [
        "past",
        "closed",
        "absent",
        "clinician",
        "nurses",
        "chair",
    ]


def test_the_patient_is_gone_when_the_clinic_closes_and_cleaning_goes_on(
    book: Book, visit: Visit
) -> None:
    closing = datetime(2026, 3, 2, 22, tzinfo=UTC)
    assert kinds(book, visit, start=closing - timedelta(minutes=130)) == []
    assert kinds(book, visit, start=closing - timedelta(minutes=125)) == ["closed"]


def test_an_unknown_chair_is_refused(book: Book, visit: Visit) -> None:
    with pytest.raises(BadValue, match="chair: unknown 'Z'"):
        conflicts(book=book, wanted=block(start=TEN, visit=visit), chair="Z")


def test_impossible_staffing_is_refused() -> None:
    with pytest.raises(BadValue, match="chairs_per_nurse"):
        Staffing(chairs_per_nurse=0, nurses=1)
    with pytest.raises(BadValue, match="nurses"):
        Staffing(chairs_per_nurse=1, nurses=-1)
    with pytest.raises(BadValue, match="nurses"):
        Staffing(chairs_per_nurse=1, shifts=(Shift(during=span(0, 5), nurses=-1),))
