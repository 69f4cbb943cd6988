"""The registry's page: empty, too small, shown with its definitions, and who is behind a line."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest
from django.test import Client

from reprieve.outcomes.registry.report import report
from reprieve.outcomes.registry.run import Sheets
from reprieve.outcomes.rules import rules
from reprieve.pathway import registry
from reprieve.records.models import Patient, RegistryReport
from reprieve.web import registry_view
from tests import world as w
from tests.outcomes.registry.test_report import cases, given

RULES = rules(on=date(2026, 12, 1))
FORECASTS = {
    "least": 11,
    "lines": [
        {"week": 2, "patients": 14, "compared": 50, "inside": 41, "off_by": 0.84,
         "left_out": 7},
        {"week": 4, "patients": 12, "compared": 20, "inside": 16, "off_by": 0.9},
        {"week": 12, "patients": None, "compared": None, "inside": None, "off_by": None},
    ],
}
AsRole = Callable[[str], Client]


def content(*rows: list[dict[str, Any]]) -> dict[str, Any]:
    flat = [{**row, "patient": n + 1} for n, row in enumerate(r for some in rows for r in some)]
    sheets = Sheets(cases=flat, infusions=[given("crps", 40, events=5), given("other", 2)])
    made = report(sheets, at_day=20_000, rules=RULES)
    plain: dict[str, Any] = orjson.loads(orjson.dumps(made, default=dict))
    behind = [{name: row[name] for name in registry.BEHIND} for row in flat]
    return {**plain, "behind": behind, "forecasts": FORECASTS}


def kept(world: w.World, *rows: list[dict[str, Any]]) -> None:
    RegistryReport.objects.add(
        clinic_id=world.id, day=world.at.date(), content=content(*rows), recorded_at=world.at
    )


def text(client: Client, path: str = "/registry", status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status
    return answer.content.decode()


def test_before_the_first_report_it_says_how_one_is_made(world: w.World, as_role: AsRole) -> None:
    manager = as_role("manager")
    assert "No report yet" in text(manager)
    pressed = manager.post("/registry/ask", {"act": str(w.new())}, follow=True)
    assert "It is being made" in pressed.content.decode()
    assert registry.is_wanted(clinic=world.id, at=world.at)


def test_without_its_packages_it_says_what_to_install(
    world: w.World, as_role: AsRole, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "NEEDED", ("no_such_package_here",))
    said = text(as_role("physician"))
    assert "reprieve[registry]" in said
    assert "Make it anew" not in said


def test_figures_come_with_their_definitions(world: w.World, as_role: AsRole) -> None:
    kept(world, cases("crps", 20), cases("other", 12, status="censored"), cases("rare", 6),
         cases("few", 6))
    said = text(as_role("physician"))
    assert "100 % (83 to 100), 20 of 20" in said
    assert "15 days" in said
    assert "half not yet lost" in said
    assert "12.5 (4.1 to 29.2)" in said
    assert "Fewer than 11 patients: not shown." in said
    assert "A whole week with a mean pain at least 30 percent below the baseline" in said
    assert "60 to 30 mg a day" in said
    assert "82 % (41 of 50)" in said
    assert re.search(r"0\.8</td><td class=\"num\">7</td>", said)
    assert re.search(r"0\.9</td><td class=\"num\">unknown</td>", said)
    links = set(re.findall(r'href="#(def-[a-z_]+)"', said))
    assert len(links) > 8
    assert not [one for one in links if f'id="{one}"' not in said]


def test_a_young_practice_shows_no_figure(world: w.World, as_role: AsRole) -> None:
    kept(world, cases("crps", 5))
    said = text(as_role("manager"))
    assert "Too few patients yet" in said
    assert "Responders" in said


def test_the_patients_behind_a_line_are_for_clinicians(world: w.World, as_role: AsRole) -> None:
    for n in range(2):
        w.person(world, given=f"Nr{n}", email=f"n{n}@example.org", phone="", mrn=f"B-{n}")
    kept(world, cases("crps", 12))
    path = "/registry/patients/condition?group=crps"
    said = text(as_role("physician"), path)
    assert "Nr1 Invented" in said
    assert "responded" in said
    assert Patient.of(world.id).count() == 2
    assert text(as_role("manager"), path, 403)
    assert path.replace("=", "=") not in text(as_role("manager"))
    assert path in text(as_role("physician"))


def test_every_figure_opens_the_patients_it_counts(world: w.World, as_role: AsRole) -> None:
    for n in range(20):
        w.person(world, given=f"Nr{n}.", email=f"n{n}@example.org", phone="", mrn=f"B-{n}")
    kept(world, cases("crps", 12, peg="no"), cases("crps", 3, peg="unknown"))
    doctor = as_role("physician")
    links = re.findall(r'href="(/registry/patients/condition[^"]*figure=\w+)"', text(doctor))
    paths = {link.replace("&amp;", "&") for link in links}
    figures = {path.rpartition("=")[2] for path in paths}
    assert figures == {"responders", "half", "peg", "much_improved", "relief", "events",
                       "opioid_cut", "opioids", "missing"}  # fmt: skip
    for path in paths:
        count = text(doctor, path).count('scope="row"')
        assert count == (12 if path.endswith("peg") else 15)
    text(doctor, "/registry/patients/condition?group=crps&figure=fortune", 404)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/registry/patients/condition?group=rare", 403),
        ("/registry/patients/condition?group=nobody", 404),
        ("/registry/patients/phase?group=crps", 404),
    ],
)
def test_a_hidden_or_unknown_group_opens_nothing(
    world: w.World, as_role: AsRole, path: str, status: int
) -> None:
    kept(world, cases("crps", 30), cases("rare", 6), cases("other", 6))
    text(as_role("physician"), path, status)


def test_a_band_is_said_by_its_edges() -> None:
    assert [registry_view.band(n, RULES) for n in range(-1, 4)] == [
        "dose per kg unknown", "below 0.35 mg/kg", "0.35 to below 0.5 mg/kg",
        "0.5 to below 1 mg/kg", "1 mg/kg and more",
    ]  # fmt: skip


def test_a_curve_is_a_stair_with_bounds_when_alone() -> None:
    steps = [
        {"days": 2, "share": 1.0, "low": None, "high": None},
        {"days": 4, "share": 0.5, "low": 0.2, "high": 0.8},
    ]
    relief, days = {"steps": steps, "ends_day": 6}, range(7)
    assert registry_view.stairs(relief, "share", days) == [100, 100, 100, 100, 50, 50, None]
    assert registry_view.stairs(relief, "low", days) == [100, 100, 100, 100, 20, 20, None]
    whole = {"steps": steps}  # a report that was kept before curves had an end
    assert registry_view.stairs(whole, "share", days) == [100, 100, 100, 100, 50, None, None]
    one = content(cases("crps", 12))["groups"]["condition"]
    drawn = registry_view.curve(one, "condition", RULES)
    assert drawn is not None
    assert [len(line["values"]) for line in drawn["series"]] == [16, 16, 16]
    assert drawn["bands"]
    two = content(cases("crps", 12), cases("other", 12))["groups"]["condition"]
    drawn = registry_view.curve(two, "condition", RULES)
    assert drawn is not None
    assert "bands" not in drawn
    assert registry_view.curve([], "condition", RULES) is None


@pytest.mark.parametrize(
    ("dimension", "key", "says"),
    [
        ("condition", "crps", "Complex regional pain syndrome"),
        ("condition", "spinal-cord-injury", "Pain after spinal cord injury"),
        ("condition", "something-own", "something own"),
        ("condition", "", "not written down"),
        ("regimen", "ketamine-0.35mgkgh-4h-x10",
         "0.35 mg/kg/h for four hours on ten weekdays"),
        ("regimen", "an-older-one", "an older one"),
    ],
)  # fmt: skip
def test_groups_are_named_in_words(dimension: str, key: str, says: str) -> None:
    assert registry_view.name(dimension, key, RULES) == says


def test_a_past_report_is_opened_as_it_was_made(world: w.World, as_role: AsRole) -> None:
    kept(world, cases("crps", 20), cases("other", 12))
    old = RegistryReport.of(world.id).get()
    before = text(as_role("physician"))
    world.later(days=30)
    kept(world, cases("crps", 40), cases("other", 12))
    newest = text(as_role("physician"))
    assert "40 of 40" in newest
    assert "Not the newest" not in newest
    past = text(as_role("physician"), f"/registry?report={old.pk}")
    assert "20 of 20" in past
    assert "40 of 40" not in past
    assert "Not the newest" in past
    figures = re.findall(r"<td[^>]*>.*?</td>", before)
    assert re.findall(r"<td[^>]*>.*?</td>", past) == figures
    assert f"?group=crps&amp;report={old.pk}" in past
    behind = text(as_role("physician"), f"/registry/patients/condition?report={old.pk}&group=crps")
    assert f"/registry?report={old.pk}" in behind


@pytest.mark.parametrize("report", ["x", "00000000-0000-4000-8000-000000000000"])
def test_a_report_that_is_not_here_is_not_shown(
    report: str, world: w.World, as_role: AsRole
) -> None:
    kept(world, cases("crps", 20), cases("other", 12))
    other = w.found()
    kept(other, cases("crps", 20), cases("other", 12))
    theirs = RegistryReport.of(other.id).get().pk
    for one in (report, str(theirs)):
        for address in ("/registry?", "/registry/patients/condition?group=crps&"):
            text(as_role("physician"), f"{address}report={one}", status=404)
