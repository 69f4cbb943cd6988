"""A research set tells of nobody who they are: no identifier, no rare cell, no cut weight."""

from __future__ import annotations

import csv
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pyarrow.parquet as pq
import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import exporting, exporting_research, patients
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.permissions import system
from reprieve.records import models, notes
from reprieve.records.identity import Identity
from reprieve.records.models import CarePlan, DiaryEntry, EpisodeOfCare, InfusionState
from reprieve.records.queries import registry
from tests.practice_sheets import practised
from tests.world import World, new


class TestResearch:
    # The eighteen identifiers of 45 CFR 164.514(b)(2)(i), each as somebody could have typed it.
    IDENTIFIERS: ClassVar[dict[str, str]] = {
        "A names": "Plantedgiven Plantedfamily", "B places": "12 Planted Street 90210",
        "C dates": "1961-02-03", "D telephone": "5550142", "E fax": "5550143",
        "F mail": "planted@example.org", "G social security": "078-05-1120",
        "H record number": "PLANT-77", "I health plan": "HPB-PLANT-1",
        "J account": "ACC-PLANT-2", "K licence": "LIC-PLANT-3", "L vehicle": "VIN-PLANT-4",
        "M device": "DEV-PLANT-5", "N web": "https://planted.example/me",
        "O internet address": "203.0.113.77", "P biometric": "FINGER-PLANT-6",
        "Q photograph": "planted-face.png", "R any other": "UNIQ-PLANT-7",
    }  # fmt: skip
    PLANTED = (*IDENTIFIERS.values(), "Plantedgiven", "Plantedfamily", "12 Planted Street")

    def send(self, world: World, folder: Path, **more: Any) -> dict[str, int]:
        dice = Random(5)
        return exporting.research(
            actor=system(world.id, "export"), uid=new(), at=world.at, folder=folder,
            chance=dice.randrange, without=more.pop("without", frozenset()),
        )  # fmt: skip

    def plant(self, world: World, *, people: int = 11) -> None:
        """Every identifier in every place where somebody could write one, in as many people
        as a set may tell of, so that nothing hides behind a refusal."""
        note = notes.write(" ".join(self.PLANTED), clinic=world.id, at=world.at)
        for n in range(people):
            self.plant_one(world, n, note)

    def plant_one(self, world: World, n: int, note: models.Note) -> None:
        said, one = " ".join(self.IDENTIFIERS.values()), self.IDENTIFIERS
        who = Identity(
            given=f"Plantedgiven{n}", family=f"Plantedfamily{n}", email=f"{n}{one['F mail']}",
            phone=f"+121255501{42 + n}", mrn=f"{one['H record number']}-{n}",
            address=one["B places"],
            birth_date=date.fromisoformat(one["C dates"]) + timedelta(days=n),
        )  # fmt: skip
        done = patients.register(actor=world["front_desk"], uid=new(), at=world.at, identity=who)
        person = done["id"]
        # One text alone as well as all of them: a filter of whole cells must meet both.
        single = self.PLANTED[n % len(self.PLANTED)]
        row = EpisodeOfCare.of(world.id).get(patient_id=person)
        kept = {"clinic_id": world.id, "recorded_at": world.at}
        notes.attach(said.encode(), media_type="text/plain", clinic=world.id, at=world.at)
        plan = CarePlan.objects.add(
            patient_id=person, episode=row, regimen=single if n % 2 else said[:60],
            knowledge="", sessions=1,
            detail={
                "condition": said if n % 2 else single, "weight_kg": "211.3", "rationale": said
            }, **kept,
        )  # fmt: skip
        visit = models.Encounter.objects.add(
            patient_id=person, episode=row, kind="infusion", plan=plan, **kept
        )
        started = int((world.at - timedelta(days=90)).timestamp() * 1000)
        InfusionState.objects.add(
            clinic_id=world.id, encounter=visit, patient_id=person, state="discharged",
            started_ms=started, ended_ms=started + 60_000,
        )  # fmt: skip
        for term in self.PLANTED:
            models.AdverseEvent.objects.add(
                patient_id=person, encounter=visit, term=term, grade=1, onset_ms=started,
                note=note, **kept,
            )  # fmt: skip
        DiaryEntry.objects.add(
            patient_id=person, day=world.at.date() - timedelta(days=80), at=world.at,
            average_pain=5, mode="home",
            extras={"moment": "day", "said": said}, **kept,
        )  # fmt: skip
        models.Condition.objects.add(
            patient_id=person, code="X-PLANT", label=said[:200], is_pain_condition=True, **kept
        )
        models.MedicationStatement.objects.add(
            patient_id=person, name=said[:120], dose=said[:80], mg_per_day=Decimal(20), **kept
        )
        models.AllergyIntolerance.objects.add(
            patient_id=person, substance=said[:120], reaction=said[:200], **kept
        )
        models.Observation.objects.add(
            patient_id=person, code="pain", value=said, measured_at=world.at,
            provenance="typed", note=note, **kept,
        )  # fmt: skip
        models.QuestionnaireResponse.objects.add(
            patient_id=person, instrument="personal-goal", version="1", complete=True,
            answers={"words": said}, score={"total": 3, "words": said}, measured_at=world.at,
            mode="home", **kept,
        )  # fmt: skip

    @pytest.mark.parametrize(
        "without", [(), ("condition",), ("regimen",), ("condition", "regimen", "events")]
    )
    def test_it_tells_of_nobody_who_they_are(
        self, world: World, tmp_path: Path, without: tuple[str, ...]
    ) -> None:
        practised(world)
        self.plant(world)
        counts = self.send(world, tmp_path / "out", without=frozenset(without))
        assert counts["patients"] == 24 + 11
        cells = self.cells(tmp_path / "out")
        assert ("other" in {row["regimen"] for row in cells["infusions"]}) == (
            "regimen" not in without
        )
        assert ("other" in {row["condition"] for row in cells["patients"]}) == (
            "condition" not in without
        )
        assert bool(cells["events"]) == ("events" not in without)
        whole = "\n".join(cell for some in cells.values() for row in some for cell in row.values())
        assert not [planted for planted in (*self.PLANTED, *self.keys(world)) if planted in whole]
        for file in (tmp_path / "out").glob("*.parquet"):
            held = str(pq.read_table(file).to_pydict())
            assert not [p for p in (*self.PLANTED, *self.keys(world)) if p in held]
        assert len(self.IDENTIFIERS) == 18
        for file in (tmp_path / "out").rglob("*"):
            raw = file.read_bytes() if file.is_file() else b""
            assert not [p for p in self.PLANTED if p.encode() in raw or p in file.name], file

    def cells(self, folder: Path) -> dict[str, list[dict[str, str]]]:
        return {
            file.stem: list(csv.DictReader(file.open(newline="")))
            for file in folder.glob("*.csv")
            if file.stem != "dictionary"
        }

    def test_what_was_planted_stands_in_the_tables_it_is_kept_from(self, world: World) -> None:
        practised(world)
        self.plant(world)
        rows = registry.tables(clinic=world.id, at=world.at)
        held = {name: str(some) for name, some in rows.items()}
        for planted in self.IDENTIFIERS.values():
            assert planted in held["patients"]
            assert planted in held["events"]
        assert "Plantedgiven" in held["infusions"]

    def keys(self, world: World) -> set[str]:
        """Every key of ours, and every day on which something happened."""
        rows = registry.tables(clinic=world.id, at=world.at)
        days = {str(row[2]) for row in rows["infusions"]} | {str(r[1]) for r in rows["diary"]}
        days |= {str(row[3]) for row in rows["infusions"]} | {str(r[2]) for r in rows["scores"]}
        return {row[1] for row in rows["infusions"]} | days

    def test_distances_between_days_stay(self, world: World, tmp_path: Path) -> None:
        practised(world)
        self.send(world, tmp_path / "out", without=frozenset({"condition"}))
        with (tmp_path / "out" / "infusions.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        days: dict[str, list[int]] = {}
        for row in rows:
            days.setdefault(row["patient"], []).append(int(row["day"]))
        assert {tuple(d - sorted(v)[0] for d in sorted(v)) for v in days.values()} == {(0, 2, 4)}
        assert all(0 <= day < 365 + 5 for some in days.values() for day in some)
        assert len({min(some) for some in days.values()}) > 12

    def test_a_small_cell_refuses_it_whole(self, world: World, tmp_path: Path) -> None:
        practised(world, size=16)
        with pytest.raises(BadValue, match="2 combinations"):
            self.send(world, tmp_path / "out")
        with pytest.raises(BadValue, match="unknown 'name'"):
            self.send(world, tmp_path / "out", without=frozenset({"name"}))
        assert not (tmp_path / "out").exists()
        assert self.send(world, tmp_path / "out", without=frozenset({"condition"}))

    def test_a_manager_may_not_send_it(self, world: World, tmp_path: Path) -> None:
        with pytest.raises(PermissionDenied):
            exporting.research(
                actor=world["manager"], uid=new(), at=world.at, folder=tmp_path / "out",
                without=frozenset(), chance=Random(1).randrange,
            )  # fmt: skip

    def test_a_rare_weight_is_told_by_no_column(self, world: World) -> None:
        practised(world)
        rows = registry.tables(clinic=world.id, at=world.at)
        heavy = [
            (*row[:7], 80_000, 160_000) if row[0] == 3 else row for row in rows["infusions"]
        ]
        made = exporting_research.deidentified(
            {**rows, "infusions": heavy}, day=world.at.date(), without=frozenset(),
            chance=Random(5).randrange,
        )  # fmt: skip
        assert {row[7:] for row in made["infusions"]} == {(35_000, 70_000), (60_000, 120_000)}

    def test_every_column_is_explained_as_it_goes_out(self, world: World, tmp_path: Path) -> None:
        practised(world)
        self.send(world, tmp_path / "out")
        lines = list(csv.DictReader((tmp_path / "out" / "dictionary.csv").open(newline="")))
        told = {(line["table"], line["column"]): line["means"] for line in lines}
        for name, rows in self.cells(tmp_path / "out").items():
            assert {(name, column) for row in rows for column in row} <= told.keys()
        assert "in whole milligrams" in told["infusions", "given_ug"]
        assert not [means for means in told.values() if "1970" in means]
