"""`reprieve registry --at DATE`: a kept report as it stood, or one line that names the field."""

from __future__ import annotations

import html
import json
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from reprieve.config import cli
from reprieve.records.models import RegistryReport
from tests import world as w
from tests.outcomes.registry.test_report import cases
from tests.web.conftest import BACKEND
from tests.web.test_registry import kept

Call = Callable[..., tuple[int, str]]


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> w.World:
    """A clinic in which reports were kept on 3 March and twice on 13 March 2026."""
    made = w.found()
    monkeypatch.setattr("reprieve.config.migrate.require_files", lambda: None)
    kept(made, cases("crps", 20), cases("other", 12))
    made.later(days=10)
    kept(made, cases("crps", 30), cases("other", 12))
    made.later(hours=1)
    kept(made, cases("crps", 40), cases("other", 12))
    return made


@pytest.fixture
def call(world: w.World, capsys: pytest.CaptureFixture[str]) -> Call:
    """The command's exit code, and what it printed where it belongs."""

    def run(*words: str, clinic: str = str(world.id)) -> tuple[int, str]:
        code = cli.call(["registry", *(["--clinic", clinic] if clinic else []), *words])
        said = capsys.readouterr()
        assert not (said.out if code else said.err)
        return code, said.err if code else said.out

    return run


def test_the_report_of_a_day_is_printed_as_it_stood(world: w.World, call: Call) -> None:
    rows = RegistryReport.of(world.id).order_by("recorded_at")
    for day, row in (("2026-03-03", rows[0]), ("2026-03-13", rows[2])):
        code, out = call("--at", day, "--json")
        said = json.loads(out)
        assert (code, said.pop("day")) == (0, day)
        assert said.pop("made_at") == row.recorded_at.isoformat()
        assert said == {name: part for name, part in row.content.items() if name != "behind"}


def test_the_figures_are_those_of_the_page(world: w.World, call: Call) -> None:
    client = Client()
    doctor = get_user_model().objects.get(username=world.emails["physician"])
    client.force_login(doctor, backend=BACKEND)
    row = RegistryReport.of(world.id).earliest("recorded_at")
    page = html.unescape(client.get(f"/registry?report={row.pk}").content.decode())
    said = json.loads(call("--at", "2026-03-03", "--json")[1])
    [crps] = [one for one in said["groups"]["condition"] if one["key"] == "crps"]
    share = crps["responders"]
    assert (share["met"], share["judged"]) == (20, 20)
    assert f"{share['met']} of {share['judged']}" in page
    lines = call("--at", "2026-03-03")[1].splitlines()
    assert lines[0] == "Report of 2026-03-03, made 2026-03-03T17:00:00+00:00"
    assert "condition: crps: 20 patients, responders 100 %, median relief 15 days" in lines


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("2026-03-04", "at: no report was kept on 2026-03-04; the nearest is of 2026-03-03"),
        ("2026-04-01", "at: no report was kept on 2026-04-01; the nearest is of 2026-03-13"),
        ("03/13/2026", "at: is no date: '03/13/2026'; example: 2026-03-31"),
        ("", "at: is no date: ''; example: 2026-03-31"),
    ],
)
def test_a_day_without_one_is_refused_by_its_field(
    world: w.World, call: Call, asked: str, says: str
) -> None:
    assert call("--at", asked) == (2, f"reprieve: {says}\n")
    assert RegistryReport.of(world.id).count() == 3


def test_nothing_of_another_clinic_is_printed(world: w.World, call: Call) -> None:
    other = w.found("Elsewhere", at=world.at + timedelta(days=1))
    code, said = call("--at", "2026-03-13", clinic=str(other.id))
    assert (code, "none was kept yet" in said) == (2, True)
    code, said = call("--at", "2026-03-13", clinic="")
    assert (code, "clinic: say which" in said) == (2, True)


def test_a_past_report_is_not_kept_anew(world: w.World, call: Call) -> None:
    with pytest.raises(SystemExit) as ended:
        call("--at", "2026-03-03", "--keep")
    assert ended.value.code == 2
    assert RegistryReport.of(world.id).count() == 3
