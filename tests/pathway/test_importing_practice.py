"""A running practice comes in: series where they stand, scores by day; and all of it is undone."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, time
from decimal import Decimal
from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import importing, registry, series
from reprieve.pathway.errors import NotNow
from reprieve.pathway.importing import InfusionRow, PatientRow, RowError
from reprieve.pathway.importing_scores import ScoreRow
from reprieve.records import notes
from reprieve.records.identity import Identity
from reprieve.records.models import (
    CarePlan,
    Consent,
    DiaryEntry,
    EpisodeOfCare,
    InfusionEvent,
    Patient,
    PatientLink,
    QuestionnaireResponse,
    WorkItem,
)
from reprieve.records.queries import (
    courses,
    diary,
    followup,
    observations,
    opioids,
    questionnaires,
    risk,
)
from reprieve.records.queries import registry as tables
from tests.world import World, new

REGIMEN = "ketamine-0.5mgkg-40min-x6"
IDA = PatientRow(
    identity=Identity(given="Ida", family="Invented", mrn="A-1"), condition="G90.511"
)
DAY = date(2026, 2, 2)


def infusion(number: int, **more: Any) -> InfusionRow:
    told = {
        "mrn": "A-1", "day": date(2026, 2, 1 + number), "begins": time(9, 30),
        "minutes": Decimal(40), "dose_mg": Decimal(35), "regimen": REGIMEN, "condition": "crps",
        "weight_kg": Decimal(70), "number": number, "of": 6,
    }  # fmt: skip
    return InfusionRow(**{**told, **more})


def score(measure: str, value: str | int, **more: Any) -> ScoreRow:
    told = {"mrn": "A-1", "day": DAY, "measure": measure, "value": Decimal(value)}
    return ScoreRow(**{**told, **more})


def bring(world: World, *rows: importing.Row) -> Any:
    return importing.bring_in(
        actor=world["manager"], uid=new(), at=world.at, rows=list(enumerate(rows, start=2))
    )


def episode(world: World) -> EpisodeOfCare:
    return EpisodeOfCare.of(world.id).get()


def test_a_series_stands_where_it_stood(world: World) -> None:
    bring(world, IDA, *(infusion(n) for n in (1, 2, 3, 4)))
    plan = CarePlan.of(world.id).get()
    assert (series.given(plan), plan.sessions) == (4, 6)
    assert episode(world).state == "in_series"
    bring(world, infusion(5, day=date(2026, 2, 20)))
    assert CarePlan.of(world.id).count() == 2  # another table: nobody guesses that it goes on


def test_a_finished_series_is_followed_up(world: World) -> None:
    bring(world, IDA, infusion(1, of=2), infusion(2, of=2))
    assert episode(world).state == "follow_up"
    bring(world, infusion(1, of=1, is_booster=True, day=date(2026, 2, 25)))
    [booster] = CarePlan.of(world.id).filter(is_booster=True)
    assert (booster.sessions, episode(world).state) == (1, "follow_up")


def test_the_next_series_begins_where_numbers_begin_again(world: World) -> None:
    bring(
        world, IDA, infusion(1, of=2), infusion(2, of=2), infusion(1, of=2, day=date(2026, 2, 20))
    )
    assert CarePlan.of(world.id).count() == 2


@pytest.mark.parametrize("minutes", [40, 43, 230, 240])
def test_no_less_counts_as_given_than_was_told(world: World, minutes: int) -> None:
    """35 mg at 70 kg lie on the edge of a band of dose, at whatever rate they ran."""
    bring(world, IDA, infusion(1, minutes=Decimal(minutes)))
    [row] = tables.tables(clinic=world.id, at=world.at)["infusions"]
    assert 35_000 <= row[7] <= 35_004


@pytest.mark.parametrize(
    ("minutes", "dose_mg", "kinds"),
    [
        ("0.5", "0.166667", ["ended", "started"]),
        ("0.000017", "35", ["bolus", "ended", "started"]),  # a millisecond
        ("0", "24.5", ["bolus", "ended", "started"]),
        ("0", "0", ["ended", "started"]),
        ("40", "0", ["ended", "started"]),
    ],
)
def test_what_was_over_at_once_or_gave_nothing_is_charted(
    world: World, minutes: str, dose_mg: str, kinds: list[str]
) -> None:
    bring(world, IDA)
    told = bring(world, infusion(1, minutes=Decimal(minutes), dose_mg=Decimal(dose_mg)))
    [row] = tables.tables(clinic=world.id, at=world.at)["infusions"]
    assert 0 <= row[7] - Decimal(dose_mg) * 1000 < 1
    assert sorted(one.kind for one in InfusionEvent.of(world.id)) == kinds
    rates = [one.rate_ug_per_h or 0 for one in InfusionEvent.of(world.id)]
    assert max(rates) <= 5_000_000
    importing.undo(actor=world["manager"], uid=new(), at=world.at, batch=told["batch"])
    acts = courses.of(clinic=world.id, encounter=InfusionEvent.of(world.id)[0].encounter_id)
    assert acts.given_ug(round(world.at.timestamp() * 1000)) == 0


def test_an_opioid_dose_that_is_not_known_any_more_ends(world: World) -> None:
    """From the day that says so on there is none, until the next dose or the undoing of it."""
    late = date(2026, 2, 6)
    bring(world, IDA, score("opioid_mme", 30), score("opioid_mme", 45, day=late))
    told = bring(world, replace(score("opioid_mme", 0, day=date(2026, 2, 4)), value=None))
    patient = episode(world).patient_id

    def doses() -> list[tuple[int, Decimal | None]]:
        found = opioids.days(clinic=world.id, patient=patient, first=DAY, last=late)
        return [(one.day.day, one.mme) for one in found]

    assert doses() == [(2, 30), (3, 30), (6, 45)]
    importing.undo(actor=world["manager"], uid=new(), at=world.at, batch=told["batch"])
    assert doses() == [(2, 30), (3, 30), (4, 30), (5, 30), (6, 45)]
    with pytest.raises(RowError, match="is needed"):
        bring(world, replace(score("mood", 0), value=None))


def test_what_is_of_today_came_before_now(world: World) -> None:
    """Without a clock time a score of this morning is not taken to lie in this evening."""
    world.at = world.later(days=1).replace(hour=14)  # nine or ten o'clock in New York
    today = world.at.date()
    bring(world, IDA, score("mood", 4, day=today), score("opioid_mme", 30, day=today))
    with pytest.raises(RowError, match="in the future"):
        bring(world, score("average_pain", 4, day=today, clock=time(23)))


def test_scores_of_one_day_become_one_entry(world: World) -> None:
    bring(
        world, IDA, score("average_pain", 4), score("mood", 7), score("average_pain", 5,
        moment="morning"), score("peg", "4.333333"), score("peg.pain", 4), score("pgic", 2),
        score("opioid_mme", "45.5"),
    )  # fmt: skip
    patient = episode(world).patient_id
    found = diary.entries(clinic=world.id, patient=patient)
    assert {(e.moment, e.average_pain, e.mood) for e in found} == {
        ("day", 4, 7), ("morning", 5, None),
    }  # fmt: skip
    [peg] = questionnaires.completed(clinic=world.id, patient=patient, instrument="peg")
    assert (peg.total, peg.answers) == (4.333333, {"pain": 4})
    days = opioids.days(clinic=world.id, patient=patient, first=DAY, last=date(2026, 2, 4))
    assert [(d.day.day, d.mme) for d in days] == [(2, 45.5), (3, 45.5), (4, 45.5)]


def test_totals_of_other_forms_come_in_and_are_no_screening(world: World) -> None:
    totals = {"phq-9": 9, "gad-7": 7, "promis-pain-interference-4a": 14}
    bring(world, IDA, *(score(name, value) for name, value in totals.items()))
    patient = episode(world).patient_id
    for name, value in totals.items():
        [form] = questionnaires.completed(clinic=world.id, patient=patient, instrument=name)
        assert (form.total, form.answers) == (value, {})
    assert risk.state(clinic=world.id, patient=patient) == "none"
    known = observations.newest(clinic=world.id, patient=patient, codes=["phq-9"])
    assert known == {}


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (score("average_pain", 11), "value"),
        (score("average_pain", "4.5"), "value"),
        (score("phq-9", 28), "value"),
        (score("promis-pain-interference-4a", "8.5"), "value"),
        (score("pgic", 0), "value"),
        (score("happiness", 4), "measure"),
        (score("mood", 4, moment="noon"), "moment"),
        (score("mood", 4, day=date(2030, 1, 1)), "date"),
        (score("mood", 4, mrn="A-9"), "mrn"),
        (infusion(7), "number"),
        (infusion(1, regimen="anything"), "regimen"),
        (infusion(1, day=date(2030, 1, 1)), "date"),
    ],
)
def test_one_bad_row_brings_nothing_in(world: World, row: importing.Row, column: str) -> None:
    with pytest.raises(RowError) as refused:
        bring(world, IDA, row)
    assert (refused.value.row, refused.value.column) == (3, column)
    assert not EpisodeOfCare.of(world.id).exists()


def test_the_same_score_twice_is_refused(world: World) -> None:
    bring(world, IDA, score("mood", 4), score("peg", 4))
    for row in (score("mood", 5), score("peg", 5)):
        with pytest.raises(RowError, match="is here already"):
            bring(world, row)


def test_an_unknown_condition_is_refused(world: World) -> None:
    who = PatientRow(identity=Identity(given="Ida", family="Invented"), condition="X99")
    with pytest.raises(BadValue, match="not in the list"):
        bring(world, who)


def test_all_of_it_is_undone(world: World) -> None:
    bring(world, IDA)
    told = bring(
        world, infusion(1, side_effects=(("nausea", 2, False),)), score("average_pain", 4),
        score("mood", 5), score("peg", 4), score("peg.pain", 4), score("opioid_mme", 30),
    )  # fmt: skip
    before = tables.tables(clinic=world.id, at=world.at)
    assert [len(before[name]) for name in ("infusions", "diary", "scores")] == [1, 1, 2]
    importing.undo(actor=world["manager"], uid=new(), at=world.at, batch=told["batch"])
    after = tables.tables(clinic=world.id, at=world.at)
    assert [len(rows) for rows in after.values()] == [0] * 6
    patient = episode(world).patient_id
    assert diary.entries(clinic=world.id, patient=patient)[0].average_pain is None
    assert [h.term for h in followup.harm(clinic=world.id, patient=patient)] == ["import undone"]
    assert registry.compute(clinic=world.id, at=world.at)["behind"] == []


def test_scores_taken_back_are_in_no_registry(world: World) -> None:
    """Their infusion stays: only the scores are undone."""
    bring(world, IDA, infusion(1))
    told = bring(world, score("peg", 4), score("peg.pain", 4), score("pgic", 2))
    assert len(tables.tables(clinic=world.id, at=world.at)["scores"]) == 3
    importing.undo(actor=world["manager"], uid=new(), at=world.at, batch=told["batch"])
    assert tables.tables(clinic=world.id, at=world.at)["scores"] == []


class TestWhatWasWrittenSince:
    def people(self, world: World) -> tuple[Any, list[Patient]]:
        bo = PatientRow(identity=Identity(given="Bo", family="Invented", mrn="B-1"))
        told = bring(world, IDA, bo)
        return told, list(Patient.of(world.id).order_by("number"))

    def write(self, world: World, kind: str, person: Patient) -> None:
        kept = {"clinic_id": world.id, "patient": person}
        recorded = {**kept, "recorded_at": world.at}
        own = EpisodeOfCare.of(world.id).get(patient=person)
        if kind == "form":
            QuestionnaireResponse.objects.add(
                instrument="peg", version="1", answers={"pain": 4}, complete=False,
                measured_at=world.at, mode="home", **recorded,
            )  # fmt: skip
        if kind == "diary":
            DiaryEntry.objects.add(day=DAY, at=world.at, mode="home", average_pain=4, **recorded)
        if kind == "consent":
            Consent.objects.add(
                episode=own, text_version="1", text_sha256="0" * 64, language="en", given=True,
                signed_name=notes.write("Ida Invented", clinic=world.id, at=world.at),
                valid_from=world.at, **recorded,
            )  # fmt: skip
        if kind == "link":
            PatientLink.objects.add(
                form="diary", token_sha256=b"0" * 32, valid_from=world.at, valid_until=world.at,
                **kept,
            )  # fmt: skip
        if kind == "work":
            WorkItem.objects.add(
                kind="call", owner_role="infusion_nurse", opened_at=world.at, due_at=world.at,
                **kept,
            )  # fmt: skip

    @pytest.mark.parametrize("kind", ["form", "diary", "consent", "link", "work"])
    def test_it_stops_the_undo_and_says_about_how_many(self, world: World, kind: str) -> None:
        told, people = self.people(world)
        self.write(world, kind, people[1])
        with pytest.raises(NotNow, match="since about 1 of the 2 imported people"):
            importing.undo(actor=world["manager"], uid=new(), at=world.at, batch=told["batch"])
        assert {one.state for one in EpisodeOfCare.of(world.id)} == {"requested"}
        self.write(world, "diary", people[0])
        with pytest.raises(NotNow, match="since about 2 of the 2"):
            importing.undo(actor=world["manager"], uid=new(), at=world.at, batch=told["batch"])

    def undo(self, world: World, told: Any) -> None:
        world.later(hours=1)
        importing.undo(actor=world["manager"], uid=new(), at=world.at, batch=told["batch"])

    def test_later_imports_are_undone_first(self, world: World) -> None:
        told, people = self.people(world)
        given = bring(world, infusion(1, pain_before=7, side_effects=(("nausea", 1, False),)))
        scores = bring(world, score("mood", 5), score("peg", 4), score("opioid_mme", 30))
        for batch in (scores, given):
            with pytest.raises(NotNow, match="about 1 of the 2"):
                self.undo(world, told)
            self.undo(world, batch)
        self.undo(world, told)
        assert {one.state for one in EpisodeOfCare.of(world.id)} == {"closed"}
        assert len(people) == 2

    def test_an_answer_to_an_imported_day_is_no_part_of_the_import(self, world: World) -> None:
        told, people = self.people(world)
        scores = bring(world, score("mood", 5))
        world.later(hours=1)
        imported = DiaryEntry.of(world.id).get()
        DiaryEntry.objects.add(
            clinic_id=world.id, patient=people[0], day=DAY, at=world.at, mode="home", mood=3,
            extras={"moment": "day"}, corrects=imported, recorded_at=world.at,
        )  # fmt: skip
        self.undo(world, scores)
        with pytest.raises(NotNow, match="about 1 of the 2"):
            self.undo(world, told)
