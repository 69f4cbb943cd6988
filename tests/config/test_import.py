"""A practice comes in from a table: whole or not at all, each fault with line and column."""

from __future__ import annotations

import csv
import io
import json
import uuid
from pathlib import Path
from typing import Any

import pytest

from reprieve.config import cli, import_rows
from reprieve.config.commands import import_
from reprieve.pathway.importing_tables import COLUMNS, EXAMPLE
from reprieve.records.models import InfusionEvent, LedgerEntry, Patient, Vial
from reprieve.records.queries import courses, origins, patients
from tests import world as w
from tests.house.engines import Copy
from tests.house.running import LiveClinic
from tests.world import World

HEAD = "given,family,birth_date,phone,email,mrn,sex,language\n"
IDA = "Ida,Invented,1980-05-17,+12125550100,ida@example.org,A-1,f,en\n"
OTTO = "Otto,Invented,1975-01-02,+12125550101,otto@example.org,A-2,m,es\n"


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> World:
    made = w.found()
    monkeypatch.setattr("reprieve.config.migrate.require_files", lambda: None)
    return made


@pytest.fixture
def bring(world: World, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Any:
    def run(content: str | bytes, *options: str, kind: str = "patients") -> tuple[int, Any]:
        file = tmp_path / "table.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        code = cli.call(
            ["import", str(file), "--kind", kind, "--json", "--clinic", str(world.id), *options]
        )
        said = capsys.readouterr()
        return code, said.err.strip() if code else json.loads(said.out)

    return run


def count(world: World) -> int:
    return Patient.of(world.id).count()


def test_people_come_in_and_are_found(world: World, bring: Any) -> None:
    code, done = bring(HEAD + IDA + OTTO)
    assert (code, done["rows"], count(world)) == (0, 2, 2)
    [otto] = patients.find(clinic=world.id, text="A-2")
    assert (otto.identity.full_name, otto.language) == ("Otto Invented", "es")


@pytest.mark.parametrize(
    "content",
    [
        (HEAD + IDA).encode("utf-8-sig"),
        (HEAD + IDA).replace(",", ";").encode(),
        (HEAD + IDA.replace("Ida", "Zoë")).encode("cp1252"),
        (HEAD + IDA).replace("\n", "\r\n").encode(),
    ],
)
def test_what_spreadsheets_write_is_read(world: World, bring: Any, content: bytes) -> None:
    assert bring(content)[0] == 0
    assert count(world) == 1


def test_a_rehearsal_changes_nothing(world: World, bring: Any) -> None:
    code, done = bring(HEAD + IDA, "--dry-run")
    assert (code, done["rows"], done["batch"], count(world)) == (0, 1, None, 0)


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (HEAD + IDA + IDA.replace("A-1", "a-1"), "row 3, mrn: comes twice: first in row 2"),
        (HEAD + IDA + ",Nobody,,,,A-3,,\n", "row 3, given: is needed"),
        (HEAD + IDA.replace("1980-05-17", "17/5/80"), "row 2, birth_date: '17/5/80' is not a date"),
        (HEAD + IDA.replace("1980-05-17", "2999-01-01"), "row 2, birth_date: is not a date of"),
        (HEAD + IDA.replace("Ida", "=cmd()"), "row 2, given: begins like a formula"),
        (HEAD + IDA.replace(",f,", ",q,"), "row 2, sex: is none of"),
        (HEAD + IDA.replace(",en", ",tlh"), "row 2, language: unknown 'tlh'"),
        (HEAD + IDA.strip() + ",more\n", "row 2: has 9 cells for 8 columns"),
        ("given,shoe size\nIda,40\n", "row 1: unknown column 'shoe_size'"),
        ("given\nIda\n", "row 1: the column family is missing"),
        ("given,family,given\n", "row 1: the column given comes twice"),
        (HEAD, "file: has a heading and no rows"),
        ("", "file: is empty"),
        (b"PK\x03\x04\x00\x00", "file: is not a text table"),
    ],
)
def test_a_fault_names_line_and_column_and_nothing_comes_in(
    world: World, bring: Any, content: str | bytes, fault: str
) -> None:
    code, said = bring(content)
    assert (code, count(world)) == (2, 0)
    assert said.startswith(f"reprieve: {fault}")
    assert "\n" not in said


def test_who_is_here_already_is_not_made_twice(world: World, bring: Any) -> None:
    bring(HEAD + IDA)
    code, said = bring(HEAD + OTTO + IDA)
    assert (code, count(world)) == (2, 1)
    assert said == "reprieve: row 3, family: seems to be patient 1, who is here already"


PAST = "mrn,date,start,minutes,dose_mg,pain_before,pain_after\nA-1,2026-02-03,09:30,40,35,7,3\n"


def test_past_infusions_are_charted_with_their_amount(world: World, bring: Any) -> None:
    bring(HEAD + IDA)
    assert bring(PAST, kind="infusions")[0] == 0
    [started] = InfusionEvent.of(world.id).filter(kind="started")
    course = courses.of(clinic=world.id, encounter=started.encounter_id)
    assert course.given_ug(started.at_ms + 3_600_000) == 35_000


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("A-1", "A-9", "row 2, mrn: belongs to nobody here"),
        ("2026-02-03", "2999-02-03", "row 2, date: lies in the future"),
        (",35,", ",-1,", "row 2, dose_mg: -1 is not between"),
        (",35,", ",NaN,", "row 2, dose_mg: 'NaN' is not a number"),
        (",40,", ",4e1,", "row 2, minutes: '4e1' is not a number"),
        ("09:30", "half nine", "row 2, start: 'half nine' is not a time of day"),
        (",7,", ",11,", "row 2, pain_before: 11 is not between 0 and 10"),
        (",40,", ",-1,", "row 2, minutes: -1 is not between 0 and 1440"),
        (",35,", ",,", "row 2, dose_mg: is needed"),
    ],
)
def test_an_impossible_infusion_is_refused(
    world: World, bring: Any, old: str, new: str, fault: str
) -> None:
    bring(HEAD + IDA)
    code, said = bring(PAST.replace(old, new), kind="infusions")
    assert code == 2
    assert said.startswith(f"reprieve: {fault}")
    assert not InfusionEvent.of(world.id).exists()


def undo(batch: str, world: World, capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    code = cli.call(["import", "--undo", batch, "--clinic", str(world.id)])
    said = capsys.readouterr()
    return code, said.err.strip() or said.out.strip()


def test_an_import_is_undone_once_and_can_come_again(
    world: World, bring: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    batch = bring(HEAD + IDA)[1]["batch"]
    assert undo(batch, world, capsys)[0] == 0
    assert patients.find(clinic=world.id, text="A-1") == []
    assert [p.state for p in patients.page(clinic=world.id)] == ["closed"]
    assert undo(batch, world, capsys) == (2, "reprieve: undo: This import is undone already.")
    assert bring(HEAD + IDA)[0] == 0


def test_people_with_infusions_are_not_taken_back_before_these(
    world: World, bring: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    people = bring(HEAD + IDA)[1]["batch"]
    past = bring(PAST, kind="infusions")[1]["batch"]
    assert undo(people, world, capsys)[0] == 2
    assert undo(past, world, capsys)[0] == 0
    [started] = InfusionEvent.of(world.id).filter(kind="started", corrects__isnull=True)
    course = courses.of(clinic=world.id, encounter=started.encounter_id)
    assert course.given_ug(started.at_ms + 3_600_000) == 0


def test_an_undo_needs_the_number_of_an_import(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    assert undo("seven", world, capsys)[0] == 2
    assert undo(str(uuid.uuid4()), world, capsys)[0] == 2


@pytest.mark.parametrize("kind", import_.KINDS)
def test_the_template_is_a_table_that_can_be_imported(
    kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.call(["import", "--template", "--kind", kind]) == 0
    heading, *examples = csv.reader(io.StringIO(capsys.readouterr().out))
    assert examples
    assert {len(heading)} == {len(one) for one in examples}
    for n, one in enumerate(examples, start=2):
        assert import_rows.make(kind, n, dict(zip(heading, one, strict=True)), "%Y-%m-%d")
    assert cli.call(["import", "--template", "--kind", kind, "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told["means"]) == told["columns"]




def test_every_wrong_row_is_named_at_once(world: World, bring: Any) -> None:
    wrong = "Ola,Wrong,1999-02-30,,,,,\n=A1,Wrong,,,,,,\n"
    code, said = bring(HEAD + IDA + wrong + IDA)
    assert (code, count(world), said.count("\n")) == (2, 0, 0)
    for words in ("row 3, birth_date", "row 4, given: begins like", "row 5, mrn: comes twice"):
        assert words in said
    assert "and 5 more" in bring(HEAD + "=A1,Wrong,,,,,,\n" * 25)[1]


def test_the_command_itself_brings_a_table_in(fresh_database: Copy, tmp_path: Path) -> None:
    """A process of its own: nothing has started Django for it."""
    world = w.found()
    clinic = LiveClinic(folder=fresh_database.folder, env=fresh_database.env, world=world)
    file = tmp_path / "table.csv"
    file.write_text(HEAD + IDA)
    done = clinic.reprieve("import", str(file), "--kind", "patients")
    assert (done.returncode, done.stderr) == (0, "")
    assert count(world) == 1


STOCK = (
    "drug,form,strength_mg_per_ml,volume_ml,lot,expires_on,count,supplier,invoice\n"
    "ketamine,racemic,50,10,K-1,2099-06-30,3,Invented Wholesale,opening\n"
)


class TestStock:
    def held(self, world: World) -> int:
        return Vial.of(world.id).count()

    def test_sealed_vials_enter_the_ledger_by_a_named_person(
        self, world: World, bring: Any
    ) -> None:
        by = ("--by", world.emails["infusion_nurse"])
        assert bring(STOCK, "--dry-run", *by, kind="stock")[0] == 0
        assert self.held(world) == 0
        code, done = bring(STOCK, *by, kind="stock")
        assert (code, done["rows"], self.held(world)) == (0, 1, 3)
        [entry, *_] = LedgerEntry.of(world.id).filter(kind="received")
        assert (entry.by_id, entry.change_ug, entry.detail["invoice"]) == (
            world["infusion_nurse"].practitioner, 500_000, "opening",
        )  # fmt: skip
        code, said = bring(STOCK, *by, kind="stock")
        assert (code, self.held(world)) == (2, 3)
        assert said.startswith("reprieve: row 2, lot: was received already")

    def test_maker_and_ndc_come_along_where_they_are_known(self, world: World, bring: Any) -> None:
        heading, first, _ = STOCK.split("\n")
        table = "\n".join([
            f"{heading},manufacturer,ndc", f"{first},Invented Pharma,00000-451-10",
            f"{first.replace('K-1', 'K-2')},,",
        ])  # fmt: skip
        by = ("--by", world.emails["infusion_nurse"])
        assert bring(table, *by, kind="stock")[0] == 0
        lots = Vial.of(world.id).values_list("pk", "lot")
        told = origins.of_vials(clinic=world.id, vials=[pk for pk, _lot in lots])
        assert {(lot, told[pk].manufacturer, told[pk].ndc) for pk, lot in lots} == {
            ("K-1", "Invented Pharma", "00000-451-10"), ("K-2", "", ""),
        }  # fmt: skip

    def test_the_example_of_the_template_comes_in(self, world: World, bring: Any) -> None:
        table = f"{','.join(COLUMNS['stock'])}\n{EXAMPLE['stock'].replace('2027', '2099')}\n"
        assert bring(table, "--by", world.emails["infusion_nurse"], kind="stock")[0] == 0
        row = LedgerEntry.of(world.id).filter(kind="received").first()
        assert row is not None
        assert row.detail["ndc"] == "00000-451-10"

    @pytest.mark.parametrize(
        ("maker", "code", "fault"),
        [
            ("", "45110", "row 2, ndc: must be 4-4-2"),  # a spreadsheet ate the noughts
            ("", "00000-451-1", "row 2, ndc: must be 4-4-2"),
            ("M" * 81, "00000-451-10", "row 2, manufacturer: must be at most 80"),
            ("=SUM(A1)", "", "row 2, manufacturer: begins like a formula"),
        ],
    )
    def test_a_wrong_one_takes_nothing_in(
        self, world: World, bring: Any, maker: str, code: str, fault: str
    ) -> None:
        heading, first, _ = STOCK.split("\n")
        table = f"{heading},manufacturer,ndc\n{first},{maker},{code}\n"
        ended, said = bring(table, "--by", world.emails["infusion_nurse"], kind="stock")
        assert (ended, self.held(world)) == (2, 0)
        assert said.startswith(f"reprieve: {fault}")

    def test_it_is_not_undone_behind_the_ledgers_back(
        self, world: World, bring: Any, capsys: pytest.CaptureFixture[str]
    ) -> None:
        _code, done = bring(STOCK, "--by", world.emails["infusion_nurse"], kind="stock")
        code = cli.call(["import", "--undo", done["batch"], "--clinic", str(world.id)])
        assert (code, self.held(world)) == (2, 3)
        assert "leaves it before a witness" in capsys.readouterr().err

    @pytest.mark.parametrize(
        ("change", "by", "fault"),
        [
            (("", ""), "", "by: say who answers for the stock"),
            (("", ""), "nobody@example.org", "by: nobody of this clinic"),
            (("", ""), "front_desk", "row 2, by: name a member of staff who may handle"),
            (("2099-06-30", "2020-06-30"), "infusion_nurse", "row 2, expires_on: is over"),
            (("ketamine", "sugar"), "infusion_nurse", "row 2, drug"),
            ((",3,", ",0,"), "infusion_nurse", "row 2, count: 0 is not between"),
            ((",50,", ",77,"), "infusion_nurse", "row 2, strength"),
        ],
    )
    def test_a_fault_takes_nothing_in(
        self, world: World, bring: Any, change: tuple[str, str], by: str, fault: str
    ) -> None:
        options = ("--by", world.emails.get(by, by)) if by else ()
        code, said = bring(STOCK.replace(*change), *options, kind="stock")
        assert (code, self.held(world)) == (2, 0)
        assert said.startswith(f"reprieve: {fault}")
