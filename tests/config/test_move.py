"""From SQLite to PostgreSQL: everything arrives, is proved equal, and goes on there."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
from django.test import override_settings

from reprieve.config import cli, move
from reprieve.records import audit, fingerprint
from reprieve.records.models import Patient
from tests import world as w
from tests.chairside import QUICK, sit
from tests.house.engines import Copy
from tests.house.running import LiveClinic
from tests.house.server import Server

pytestmark = [pytest.mark.once, pytest.mark.sqlite]


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A PostgreSQL server of this file's own: the run itself is on SQLite."""
    server = Server()
    yield server.address
    server.stop()


def call(capsys: pytest.CaptureFixture[str], *command: str) -> tuple[int, str, str]:
    code = cli.call([*command])
    out = capsys.readouterr()
    return code, out.out, out.err


def test_a_clinic_moves_whole_and_goes_on(
    fresh_database: Copy, address: str, capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    with override_settings(PASSWORD_HASHERS=QUICK):
        chair = sit(w.found())
    chair.start()
    chair.do("ended")
    audit.seal()

    with monkeypatch.context() as broken:  # a row lost on the way is noticed, and nothing stays
        whole = move._copy
        broken.setattr(move, "_copy", lambda model: None if model is Patient else whole(model))
        code, _, error = call(capsys, "move", "--to", address)
        assert (code, "table records_patient is not the same" in error) == (2, True), error

    code, out, error = call(capsys, "move", "--to", address, "--json")
    assert code == 0, error
    moved = json.loads(out)
    assert moved["ok"]
    assert moved["rows"] == {one.table: one.rows for one in fingerprint.every()}
    assert moved["rows"]["records_patient"] == 1

    code, _, error = call(capsys, "move", "--to", address)
    assert (code, "holds a clinic already" in error) == (2, True)
    there = LiveClinic(
        folder=fresh_database.folder, env={**fresh_database.env, "REPRIEVE_DATABASE_URL": address}
    )
    made = there.reprieve("init", "--clinic", "Second", "--name", "Ada B", "--email", "b@x.org")
    assert "REPRIEVE_ADMIN_PASSWORD" in made.stderr
    there.env["REPRIEVE_ADMIN_PASSWORD"] = "long-and-invented-3"
    made = there.reprieve("init", "--clinic", "Second", "--name", "Ada B", "--email", "b@x.org")
    assert made.returncode == 0, made.stderr  # new rows are numbered after those that came
    assert there.reprieve("verify").returncode == 0


def test_what_is_no_address_is_named(
    fresh_database: Copy, capsys: pytest.CaptureFixture[str]
) -> None:
    for wrong in ("mysql://x/y", "postgresql://nobody@127.0.0.1:1/none"):
        code, _, error = call(capsys, "move", "--to", wrong)
        assert code == 2
        assert error.count("\n") == 1
