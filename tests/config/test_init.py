"""`reprieve init` makes a clinic whole, or says why not and leaves no trace."""

import json
import os
import sqlite3
from pathlib import Path

import pytest

from tests.house.engines import KEYS
from tests.house.running import LiveClinic

GOOD = {
    "--clinic": "Invented Pain Clinic",
    "--name": "Ada Invented",
    "--email": "ada@example.org",
    "--timezone": "Europe/Zurich",
}
PASSWORD = {"REPRIEVE_ADMIN_PASSWORD": "a-long-invented-word"}


def clinic_in(folder: Path, **env: str) -> LiveClinic:
    return LiveClinic(folder=folder, env={"REPRIEVE_DATA": str(folder / "new"), **env})


def options(**changes: str) -> list[str]:
    given = GOOD | {f"--{name}": value for name, value in changes.items()}
    return [word for pair in given.items() for word in pair]


def test_a_clinic_is_made_once_and_can_be_signed_in_to(tmp_path: Path) -> None:
    clinic = clinic_in(tmp_path, **PASSWORD)
    done = clinic.reprieve("init", "--json", *options())
    assert done.returncode == 0, done.stderr
    made = json.loads(done.stdout)
    assert (made["name"], made["admin"]) == ("Invented Pain Clinic", "ada@example.org")
    assert Path(made["authority"]).read_text().startswith("-----BEGIN CERTIFICATE-----")
    assert rows(tmp_path, "SELECT name, timezone, is_demo FROM records_clinic") == [
        ("Invented Pain Clinic", "Europe/Zurich", 0)
    ]
    assert rows(tmp_path, "SELECT username FROM records_user") == [("ada@example.org",)]
    assert "argon2" in rows(tmp_path, "SELECT password FROM records_user")[0][0]

    again = clinic.reprieve("init", *options(clinic="invented pain clinic"))
    assert (again.returncode, again.stderr) == (
        2, "reprieve: clinic: a clinic named 'invented pain clinic' is already here\n",
    )  # fmt: skip


def test_with_keys_kept_elsewhere_the_folder_holds_none(tmp_path: Path) -> None:
    clinic = clinic_in(tmp_path, **PASSWORD, **KEYS)
    done = clinic.reprieve("init", *options())
    assert done.returncode == 0, done.stderr
    assert not list((tmp_path / "new").glob("*.key"))


def rows(folder: Path, question: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(folder / "new" / "clinic.sqlite3") as connection:
        return connection.execute(question).fetchall()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"clinic": " "}, "clinic"),
        ({"clinic": "x" * 201}, "clinic"),
        ({"clinic": "a\nb"}, "clinic"),
        ({"name": ""}, "name"),
        ({"name": "\x1b[31mAda"}, "name"),
        ({"email": "ada"}, "email"),
        ({"email": "ada@example"}, "email"),
        ({"email": "a b@example.org"}, "email"),
        ({"email": "a..b@example.org"}, "email"),
        ({"email": f"{'a' * 320}@example.org"}, "email"),
        ({"timezone": "Mars/Olympus"}, "timezone"),
        ({"timezone": "../../etc/passwd"}, "timezone"),
        ({"timezone": ""}, "timezone"),
    ],
)
def test_bad_input_leaves_no_trace(tmp_path: Path, changes: dict[str, str], field: str) -> None:
    refused(clinic_in(tmp_path, **PASSWORD), options(**changes), field)


@pytest.mark.parametrize(
    "password",
    ["", "short", "123456789012", "ada@example.org", "adainvented1", "password1234"],
)
def test_a_weak_password_leaves_no_trace(tmp_path: Path, password: str) -> None:
    clinic = clinic_in(tmp_path, REPRIEVE_ADMIN_PASSWORD=password)
    refused(clinic, options(), "password")


def test_without_a_password_or_a_terminal(tmp_path: Path) -> None:
    refused(clinic_in(tmp_path), options(), "password")


def refused(clinic: LiveClinic, given: list[str], field: str) -> None:
    done = clinic.reprieve("init", *given)
    assert done.returncode == 2
    assert done.stderr.startswith(f"reprieve: {field}: ")
    assert done.stderr.count("\n") == 1
    assert os.listdir(clinic.folder) == []


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "new").write_text("a file")
    done = clinic_in(tmp_path, **PASSWORD).reprieve("init", *options())
    assert done.returncode == 2
    assert done.stderr.startswith(f"reprieve: data: {tmp_path}/new cannot be written")
    assert done.stderr.count("\n") == 1


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    broken = tmp_path / "new" / "clinic.sqlite3"
    broken.write_bytes(b"no database at all" * 100)
    done = clinic_in(tmp_path, **PASSWORD, **KEYS).reprieve("init", *options())
    assert done.returncode == 2
    assert done.stderr.startswith("reprieve: data: the database does not open")
    assert broken.read_bytes() == b"no database at all" * 100
