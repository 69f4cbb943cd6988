"""The practice goes out whole and comes back in; a research set tells of nobody who they are."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any, ClassVar

import pyarrow.parquet as pq
import pytest

from reprieve.config import import_rows, table
from reprieve.knowledge import BadValue
from reprieve.pathway import exporting, history, importing, patients, registry
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.importing_tables import COLUMNS, NEEDED
from reprieve.pathway.permissions import system
from reprieve.records import models, notes
from reprieve.records.identity import Identity
from reprieve.records.models import CarePlan, Clinic, DiaryEntry, EpisodeOfCare, InfusionState
from tests import world as worlds
from tests.chairside import quick_world
from tests.house.stories import kept
from tests.treated import fades, responder
from tests.world import World, new

REGIMEN = "ketamine-0.5mgkg-40min-x6"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with quick_world() as made:
        yield made


def bring(world: World, folder: Path) -> None:
    """Bring a folder's tables into a clinic as the command does."""
    for kind in ("patients", "infusions", "scores"):
        lines = table.read(folder / f"{kind}.csv", columns=COLUMNS[kind], needed=NEEDED[kind])
        rows = [(n, import_rows.make(kind, n, cells, "%Y-%m-%d")) for n, cells in lines]
        importing.bring_in(actor=world["manager"], uid=new(), at=world.at, rows=rows)


def sheet(folder: Path, kind: str, rows: list[dict[str, Any]]) -> None:
    with (folder / f"{kind}.csv").open("w", newline="") as file:
        lines = csv.DictWriter(file, COLUMNS[kind], restval="")
        lines.writeheader()
        lines.writerows(rows)


def practice(folder: Path, *, size: int, seed: int = 1) -> None:
    """Invented patients of two conditions; half lose their relief, some answers are missing."""
    dice = Random(seed)
    people, given, scores = [], [], []
    for n in range(size):
        mrn = f"R-{n}"
        condition = "crps" if n % 2 else "fibromyalgia"
        people.append({"given": f"Nr{n}", "family": "Invented", "mrn": mrn,
                       "condition": "G90.511" if n % 2 else "M79.7"})  # fmt: skip
        for k in range(3):
            given.append({
                "mrn": mrn, "date": f"2025-06-{2 + 2 * k:02}", "start": "09:30", "minutes": 40,
                "dose_mg": 35, "regimen": REGIMEN, "condition": condition, "weight_kg": 70,
                "number": k + 1, "of": 3, "side_effects": "nausea:1" if k == n % 3 else "",
            })  # fmt: skip
        scores += [
            {"mrn": mrn, "date": f"2025-05-{d:02}", "measure": "average_pain", "value": 8}
            for d in range(24, 32)
        ]
        for d in range(1, 29):
            pain = 3 if d < 15 or n % 4 < 2 else 8
            if dice.random() < 0.9:
                scores.append({"mrn": mrn, "date": f"2025-07-{d:02}", "measure": "average_pain",
                               "value": pain, "moment": "evening"})  # fmt: skip
        scores += [
            {"mrn": mrn, "date": "2025-05-20", "measure": "peg", "value": "7.333333"},
            {"mrn": mrn, "date": "2025-05-20", "measure": "peg.pain", "value": 8},
            {"mrn": mrn, "date": "2025-07-20", "measure": "pgic", "value": 1 + n % 5},
            {"mrn": mrn, "date": "2025-05-20", "measure": "opioid_mme", "value": "60"},
            {"mrn": mrn, "date": "2025-06-20", "measure": "opioid_mme", "value": "45.5"},
        ]
    for kind, rows in (("patients", people), ("infusions", given), ("scores", scores)):
        sheet(folder, kind, rows)


@kept
def practised(world: World, *, size: int = 24) -> None:
    """Bring an invented practice in."""
    with TemporaryDirectory() as folder:
        practice(Path(folder), size=size)
        bring(world, Path(folder))


def export(world: World, folder: Path) -> dict[str, int]:
    return exporting.everything(actor=world["manager"], uid=new(), at=world.at, folder=folder)


def figures(world: World) -> dict[str, Any]:
    made = registry.compute(clinic=world.id, at=world.at)
    return {name: value for name, value in made.items() if name != "behind"}


def test_out_and_in_gives_the_same_registry(world: World, tmp_path: Path) -> None:
    practised(world)
    made = responder(world)
    history.add_medicine(
        actor=world["physician"], uid=new(), at=world.at, patient=made.patient, name="oxycodone",
        mg_per_day=Decimal(40),
    )  # fmt: skip
    fades(made)
    before = figures(world)
    export(world, tmp_path / "out")
    empty = worlds.found("Elsewhere", at=world.at)
    bring(empty, tmp_path / "out" / "import")
    assert figures(empty) == before
    assert before["everybody"]["patients"] == 25
    assert before["everybody"]["relief"]["relapses"] > 5
    assert before["everybody"]["opioid_before"] is not None


def test_everything_goes_out_in_both_forms(world: World, tmp_path: Path) -> None:
    made = responder(world)
    patients.register(
        actor=world["front_desk"], uid=new(), at=world.at,
        identity=Identity(given="Zo\u00eb", family="Invented", email="zoe@example.org", mrn="Z-1"),
    )  # fmt: skip
    notes.attach(b"a letter", media_type="text/plain", clinic=world.id, at=world.at)
    notes.write("=cmd()", clinic=world.id, at=world.at)
    counts = export(world, tmp_path / "out")
    known = [getattr(models, name) for name in models.__all__]
    names = {one._meta.model_name for one in known if hasattr(one, "_meta")}
    assert names - counts.keys() == {"lease", "change", "identityindex"}
    assert counts["diaryentry"] == DiaryEntry.of(world.id).count()
    for name, count in counts.items():
        with (tmp_path / "out" / f"{name}.csv").open(newline="") as file:
            rows = list(csv.DictReader(file))
        parquet = pq.read_table(tmp_path / "out" / f"{name}.parquet")
        assert len(rows) == parquet.num_rows == count
        assert parquet.column_names == list(rows[0]) if rows else True
    whole = b"".join(p.read_bytes() for p in (tmp_path / "out").glob("*.csv"))
    assert "Zo\u00eb".encode() in whole
    assert b"'=cmd()" in whole
    assert bytes(Clinic.objects.get(pk=world.id).data_key).hex().encode() not in whole
    assert [p.read_bytes() for p in (tmp_path / "out" / "attachments").iterdir()] == [b"a letter"]
    assert str(made.patient).encode() in whole


def test_every_column_is_explained(world: World, tmp_path: Path) -> None:
    export(world, tmp_path / "out")
    with (tmp_path / "out" / "dictionary.csv").open(newline="") as file:
        lines = list(csv.DictReader(file))
    told = {(line["table"], line["column"]) for line in lines if all(line.values())}
    for file in (tmp_path / "out").glob("*.csv"):
        if file.stem != "dictionary":
            heading = next(csv.reader(file.open()))
            assert {(file.stem, name) for name in heading} <= told, file.stem
    by_name = {(line["table"], line["column"]): line["means"] for line in lines}
    assert by_name["infusionevent", "rate_ug_per_h"] == "rate, micrograms an hour"
    assert by_name["diary", "pain_60"].endswith("60ths of a point")


def test_another_clinic_stays_here(world: World, tmp_path: Path) -> None:
    other = worlds.found("Other", at=world.at)
    stranger, _ = worlds.person(other, family="Stranger")
    export(world, tmp_path / "out")
    whole = b"".join(p.read_bytes() for p in (tmp_path / "out").rglob("*.csv"))
    assert str(stranger).encode() not in whole
    assert b"Stranger" not in whole


def test_a_full_folder_or_a_stranger_changes_nothing(world: World, tmp_path: Path) -> None:
    (tmp_path / "mine").write_text("kept")
    with pytest.raises(BadValue, match="is not empty"):
        export(world, tmp_path)
    with pytest.raises(PermissionDenied):
        exporting.everything(
            actor=world["front_desk"], uid=new(), at=world.at, folder=tmp_path / "new"
        )
    assert [p.name for p in tmp_path.iterdir()] == ["mine"]


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

    def plant(self, world: World) -> None:
        """Every identifier in every place where somebody could write one."""
        said, one = " ".join(self.IDENTIFIERS.values()), self.IDENTIFIERS
        who = Identity(
            given="Plantedgiven", family="Plantedfamily", email=one["F mail"],
            phone="+12125550142", mrn=one["H record number"], address=one["B places"],
            birth_date=date.fromisoformat(one["C dates"]),
        )  # fmt: skip
        done = patients.register(actor=world["front_desk"], uid=new(), at=world.at, identity=who)
        person = done["id"]
        row = EpisodeOfCare.of(world.id).get(patient_id=person)
        kept = {"clinic_id": world.id, "recorded_at": world.at}
        note = notes.write(said, clinic=world.id, at=world.at)
        notes.attach(said.encode(), media_type="text/plain", clinic=world.id, at=world.at)
        plan = CarePlan.objects.add(
            patient_id=person, episode=row, regimen=said[:60], knowledge="", sessions=1,
            detail={"condition": said, "weight_kg": "211.3", "rationale": said}, **kept,
        )  # fmt: skip
        visit = models.Encounter.objects.add(
            patient_id=person, episode=row, kind="infusion", plan=plan, **kept
        )
        started = int((world.at - timedelta(days=3)).timestamp() * 1000)
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
            patient_id=person, day=world.at.date(), at=world.at, average_pain=5, mode="home",
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

    def test_it_tells_of_nobody_who_they_are(self, world: World, tmp_path: Path) -> None:
        practised(world)
        self.plant(world)
        counts = self.send(world, tmp_path / "out", without=frozenset({"condition", "regimen"}))
        assert counts["patients"] == 25
        told = [
            cell
            for file in (tmp_path / "out").glob("*.csv")
            if file.stem != "dictionary"
            for row in list(csv.reader(file.open()))[1:]
            for cell in row
        ]
        whole = "\n".join(told)
        for planted in (*self.PLANTED, *self.keys(world)):
            assert planted not in whole
        for file in (tmp_path / "out").glob("*.parquet"):
            cells = str(pq.read_table(file).to_pydict())
            assert not [p for p in (*self.PLANTED, *self.keys(world)) if p in cells]
        assert len(self.IDENTIFIERS) == 18
        for file in (tmp_path / "out").rglob("*"):
            held = file.read_bytes() if file.is_file() else b""
            assert not [p for p in self.PLANTED if p.encode() in held or p in file.name], file

    def keys(self, world: World) -> set[str]:
        """Every key of ours, and every day on which something happened."""
        rows = registry.registry.tables(clinic=world.id, at=world.at)
        days = {str(row[2]) for row in rows["infusions"]} | {str(r[1]) for r in rows["diary"]}
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
