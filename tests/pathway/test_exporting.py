"""The practice goes out whole and comes back in."""

from __future__ import annotations

import csv
from datetime import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pyarrow.parquet as pq
import pytest
from django.db import models as orm

from reprieve.knowledge import BadValue
from reprieve.outcomes.registry import engines
from reprieve.outcomes.registry.report import report
from reprieve.outcomes.registry.run import run
from reprieve.outcomes.rules import rules
from reprieve.pathway import exporting, history, patients, registry
from reprieve.pathway.errors import PermissionDenied
from reprieve.records import models, notes
from reprieve.records.export import tables as columns
from reprieve.records.identity import Identity
from reprieve.records.models import Clinic, DiaryEntry
from reprieve.records.queries import registry as tables
from tests import world as worlds
from tests.practice_sheets import bring, practised, sheet
from tests.treated import fades, responder
from tests.world import World, new


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


def test_scores_and_pain_around_infusions_come_back_too(world: World, tmp_path: Path) -> None:
    """Of anybody, treated or not; what was taken back or never told does not."""
    rows = {
        "patients": [{"given": "Ida", "family": "Invented", "mrn": "A-1"},
                     {"given": "Bo", "family": "Untreated", "mrn": "B-1"}],
        "infusions": [{"mrn": "A-1", "date": "2026-02-03", "start": "09:30", "minutes": 40,
                       "dose_mg": 35, "pain_before": 7, "pain_after": 3},
                      {"mrn": "A-1", "date": "2026-02-05", "start": "09:30", "minutes": 40,
                       "dose_mg": 35}],
        "scores": [{"mrn": "B-1", "date": "2026-02-01", "time": "12:00:00", "measure": measure,
                    "value": value}
                   for measure, value in (("phq-9", 9), ("gad-7", 7), ("peg", 4), ("peg.pain", 4),
                                          ("promis-pain-interference-4a", 14))],
    }  # fmt: skip
    for kind, some in rows.items():
        sheet(tmp_path, kind, some)
    bring(world, tmp_path)
    export(world, tmp_path / "out")

    def told(kind: str) -> list[dict[str, str]]:
        with (tmp_path / "out" / "import" / f"{kind}.csv").open(newline="") as file:
            return list(csv.DictReader(file))

    asked = [(one["pain_before"], one["pain_after"]) for one in told("infusions")]
    assert asked == [("7", "3"), ("", "")]
    found = {(one["mrn"], one["measure"], float(one["value"])) for one in told("scores")}
    assert found == {("B-1", one["measure"], one["value"]) for one in rows["scores"]}
    bring(worlds.found("Elsewhere", at=world.at), tmp_path / "out" / "import")


def test_the_tables_for_a_cluster_give_the_same_registry(world: World, tmp_path: Path) -> None:
    """As the documentation says: the same expressions over the exported files."""
    practised(world)
    export(world, tmp_path / "out")
    engine = engines.on_duckdb(engines.duckdb(), tmp_path / "out" / "registry")
    day = tables.day_of(world.at, clinic=world.id)
    known = {"at_day": (day - tables.EPOCH).days, "rules": rules(on=day)}
    made = report(run(engine, **known), **known)
    plain = orjson.loads(orjson.dumps(made, default=dict))
    assert plain == figures(world)
    assert plain["everybody"]["patients"] == 24


def test_the_import_tables_are_explained(world: World, tmp_path: Path) -> None:
    export(world, tmp_path / "out")
    with (tmp_path / "out" / "dictionary.csv").open(newline="") as file:
        told = {(line["table"], line["column"]): line["means"] for line in csv.DictReader(file)}
    files = list((tmp_path / "out" / "import").glob("*.csv"))
    assert len(files) == 3
    for file in files:
        assert all(told[f"import/{file.stem}", name] for name in next(csv.reader(file.open())))
    assert "unknown" in told["import/scores", "value"]
    assert "double quotes" in told["import/infusions", "side_effects"]


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


def test_shares_and_times_of_day_go_out(world: World, tmp_path: Path) -> None:
    """A kept forecast has a share, a wish about reminders a time of day: neither stops it."""
    patient, _ = worlds.person(world)
    kept = {"clinic_id": world.id, "patient_id": patient, "recorded_at": world.at}
    models.Forecast.objects.add(
        day=world.at.date(), model="kamp2020", version="v", entries=9, fits=False,
        responder_probability=0.625, weeks=[[5, 4, 6]], **kept,
    )  # fmt: skip
    models.ReminderChoice.objects.add(wanted=True, evening=time(18, 30), said_by="staff", **kept)
    export(world, tmp_path / "out")
    [forecast] = pq.read_table(tmp_path / "out" / "forecast.parquet").to_pylist()
    assert (forecast["responder_probability"], forecast["fits"]) == (0.625, False)
    [choice] = csv.DictReader((tmp_path / "out" / "reminderchoice.csv").open(newline=""))
    assert choice["evening"] == "18:30:00"
    assert pq.read_table(tmp_path / "out" / "reminderchoice.parquet").num_rows == 1


def test_each_kind_of_field_has_a_kind_of_column() -> None:
    """A field of a new kind fails here, not in the export of the first clinic that has a row."""
    text = (orm.CharField, orm.TextField, orm.UUIDField, orm.BinaryField, orm.TimeField)
    known = (*text, *(kind for kind, _word in columns.KINDS), orm.ForeignKey, orm.AutoField)
    fields = [
        field
        for name in models.__all__
        if hasattr(getattr(models, name), "_meta")
        for field in getattr(models, name)._meta.concrete_fields
    ]
    assert len(fields) > 300
    assert [str(one) for one in fields if not isinstance(one, known)] == []


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
