"""What supervisors, load balancers and managers learn about the server: numbers, never a person."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client, override_settings

from reprieve.config import backup_shelf, health
from reprieve.pathway import ticker
from tests import world as w

PLENTY = {"disk_free_bytes": 9e12, "disk_total_bytes": 1e13}


def numbers(text: str) -> dict[str, float]:
    lines = [line.split() for line in text.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, value in lines}


def test_a_server_without_a_clock_is_not_ready(world: w.World, nobody: Client) -> None:
    assert nobody.get("/readyz").status_code == 503
    # Held into the future: a slow machine does not let it run out between two lines.
    ticker.hold(holder="me", at_ms=round(time.time() * 1000) + 30_000)
    assert nobody.get("/readyz").content == b"ok"


def test_metrics_count_and_name_nobody(world: w.World, nobody: Client) -> None:
    w.person(world)
    text = nobody.get("/metrics").content.decode()
    found = numbers(text)
    assert found["reprieve_disk_free_bytes"] > 0
    assert found["reprieve_audit_unsealed"] > 5
    assert found["reprieve_clock_held"] == 0
    assert "# TYPE reprieve_work_overdue gauge" in text
    assert "Iva" not in text
    assert str(world.id) not in text


def test_who_is_not_on_the_machine_needs_the_token(world: w.World, nobody: Client) -> None:
    assert nobody.get("/metrics", REMOTE_ADDR="192.0.2.7").status_code == 403
    assert nobody.get("/metrics", headers={"x-forwarded-for": "127.0.0.1"}).status_code == 403
    with override_settings(METRICS_TOKEN="long-and-secret"):
        assert nobody.get("/metrics").status_code == 403
        wrong = {"authorization": "Bearer wrong"}
        assert nobody.get("/metrics", headers=wrong).status_code == 403
        right = {"authorization": "Bearer long-and-secret"}
        asked = nobody.get("/metrics", REMOTE_ADDR="192.0.2.7", headers=right)
        assert asked.status_code == 200


@pytest.mark.parametrize(
    ("found", "says"),
    [
        ({}, None),
        ({"disk_free_bytes": 1e9}, "nearly full"),
        ({"certificate_days": 13.2}, "certificate ends in {days}"),
        ({"certificate_days": 15.0}, None),
        ({"mail_leaves": 0.0}, "No mail leaves this server"),
        ({"mail_leaves": 1.0}, None),
        ({"backup_wanted_s": 86400.0}, "no backup yet"),
        ({"backup_wanted_s": 86400.0, "backup_age_s": 180_000.0}, "{hours} hours old"),
        ({"backup_wanted_s": 86400.0, "backup_age_s": 90_000.0}, None),
    ],
)
def test_a_manager_is_told_what_to_see_to(found: dict[str, float], says: str | None) -> None:
    said = [message.id for message in health.warnings({**PLENTY, **found})]
    assert [says in one for one in said] == ([True] if says else [])  # type: ignore[operator]


def test_it_stands_on_the_settings_page(
    world: w.World, as_role: Callable[[str], Client], tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setenv(backup_shelf.FOLDER, str(tmp_path))
    assert "There is no backup yet." in as_role("manager").get("/settings").content.decode()
    old = datetime.now(UTC) - timedelta(days=3)
    (tmp_path / backup_shelf.name(old)).touch()
    assert "72 hours old" in as_role("manager").get("/settings").content.decode()
    with override_settings(MAIL_LEAVES=False):
        assert "No mail leaves" in as_role("manager").get("/settings").content.decode()
    with override_settings(MAIL_LEAVES=True):
        assert "No mail leaves" not in as_role("manager").get("/settings").content.decode()
    assert health.facts()["backup_age_s"] == pytest.approx(3 * 86400, abs=60)
