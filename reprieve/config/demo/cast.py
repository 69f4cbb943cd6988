"""The invented people of the demo: names that nobody bears, and how far each has come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """One invented person. `story` is a function of `stories`; `pain` the usual 0 to 10."""

    given: str
    family: str
    born: date
    sex: str
    weight_kg: int
    pain: int
    story: str
    condition: str = "G90.511"
    language: str = "en"
    message: str = ""


def _p(  # noqa: PLR0917  # one line a person, as in a table
    name: str, born: str, sex: str, kg: int, pain: int, story: str, **more: str
) -> Person:
    given, family = name.split(" ", 1)
    return Person(
        given=given, family=family, born=date.fromisoformat(born), sex=sex, weight_kg=kg,
        pain=pain, story=story, **more,
    )  # fmt: skip


F, M = "female", "male"
CAST: tuple[Person, ...] = (
    _p("Ambrose Acorn", "1961-02-11", M, 82, 7, "asked_by_web",
       message="Burning pain in my right hand for four years. Mornings suit me best."),
    _p("Beata Bramble", "1984-09-30", F, 64, 8, "asked_by_call",
       message="Called: nerve pain after an operation, takes the bus, wants to know the cost."),
    _p("Celia Cedro", "1977-05-05", F, 71, 6, "asked_by_letter", language="es",
       message="Remitida por su médico de familia."),
    _p("Dorian Dandelion", "1969-12-01", M, 90, 7, "consultation_today"),
    _p("Edda Elderflower", "1992-03-17", F, 58, 8, "consultation_later"),
    _p("Fabian Fernleaf", "1958-07-22", M, 77, 6, "evaluating"),
    _p("Greta Gooseberry", "1949-10-09", F, 69, 8, "many_findings"),
    _p("Hugo Hazelnut", "1981-01-28", M, 95, 7, "thoughts_of_death"),
    _p("Ines Ivyleaf", "1974-06-14", F, 62, 7, "deferred"),
    _p("Jonas Juniper", "1966-11-03", M, 84, 8, "accepted"),
    _p("Kaia Kumquat", "1988-04-25", F, 66, 7, "consented"),
    _p("Leander Larkspur", "1971-08-19", M, 88, 8, "planned"),
    _p("Mirabel Mulberry", "1979-02-02", F, 73, 7, "series_booked"),
    _p("Nestor Nettle", "1963-05-27", M, 81, 8, "preparing"),
    _p("Odette Oakapple", "1985-12-12", F, 60, 7, "running_by_hand"),
    _p("Pascal Periwinkle", "1973-09-08", M, 86, 8, "running_on_feed_1"),
    _p("Quilla Quince", "1990-01-15", F, 57, 7, "running_on_feed_2"),
    _p("Rufus Rosehip", "1968-03-23", M, 84, 6, "recovering"),
    _p("Sabine Sorrel", "1976-10-31", F, 68, 8, "in_series"),
    _p("Tobias Thistle", "1955-06-06", M, 79, 7, "in_series_missed_one"),
    _p("Ursel Umbel", "1982-07-07", F, 65, 8, "series_done"),
    _p("Valentin Verbena", "1970-04-04", M, 83, 7, "relief_lasts"),
    _p("Wilma Wisteria", "1964-08-28", F, 70, 8, "relief_fades"),
    _p("Xaver Xylia", "1978-11-21", M, 87, 7, "booster_given"),
    _p("Yolanda Yarrow", "1987-05-13", F, 63, 8, "closed"),
)  # fmt: skip
