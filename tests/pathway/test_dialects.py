"""The clinic's own dialects are kept with a date and an audit line, or not at all."""

from __future__ import annotations

import pytest

from reprieve.interop.hl7v2.own_dialects import together
from reprieve.knowledge import BadValue
from reprieve.pathway import dialects
from reprieve.pathway.errors import NotFound, PermissionDenied
from reprieve.records.models import AuditEvent
from tests.interop.hl7v2.test_own_dialects import OWN
from tests.world import World, new


def keep(world: World, name: str = "old", toml: str = OWN, who: str = "manager") -> None:
    dialects.keep(actor=world[who], uid=new(), at=world.at, name=name, toml=toml, check=together)


def remove(world: World, name: str) -> None:
    dialects.remove(actor=world["manager"], uid=new(), at=world.at, name=name, check=together)


def in_force(world: World) -> dict[str, str]:
    return dialects.in_force(clinic=world.id, at=world.at)


def test_a_dialect_is_kept_changed_and_taken_away_and_each_is_on_record(world: World) -> None:
    keep(world)
    assert in_force(world) == {"old": OWN}
    world.later(seconds=1)
    keep(world, toml=OWN + "\n")
    world.later(seconds=1)
    remove(world, "old")
    assert in_force(world) == {}
    told = AuditEvent.objects.filter(clinic_id=world.id, action="monitor.dialect").order_by("id")
    assert [row.detail["done"] for row in told] == ["kept", "kept", "removed"]
    with pytest.raises(NotFound):
        remove(world, "old")


@pytest.mark.parametrize(
    ("name", "toml", "says"),
    [
        ("Old Monitor", OWN, "name: small letters"),
        ("old", " ", "toml: is empty"),
        ("old", "#" * 64_001, "toml: is longer"),
        ("old", OWN.replace("first", "third"), "old bed: unknown 'third'"),
    ],
)
def test_what_cannot_be_used_is_not_kept(name: str, toml: str, says: str, world: World) -> None:
    with pytest.raises(BadValue) as wrong:
        keep(world, name, toml)
    assert str(wrong.value).startswith(says)
    assert in_force(world) == {}


def test_one_that_another_extends_stays_and_there_are_not_too_many(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep(world, "base")
    keep(world, "child", OWN.replace('"mdc"', '"base"'))
    with pytest.raises(BadValue, match="child extends: there is no dialect 'base'"):
        remove(world, "base")
    monkeypatch.setattr(dialects, "MOST", 2)
    with pytest.raises(BadValue, match="remove one first"):
        keep(world, "third")


def test_a_nurse_changes_no_dialect(world: World) -> None:
    with pytest.raises(PermissionDenied):
        keep(world, who="infusion_nurse")
