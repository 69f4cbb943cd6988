"""The emergency card is the medical director's: its texts, their length, and who may write."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import emergency_card as card
from reprieve.pathway.errors import NotNow, PermissionDenied
from reprieve.records.queries import settings
from reprieve.web.emergency_words import SITUATIONS
from tests import world as w
from tests.chairside import quick_world


@pytest.fixture
def world(db: None) -> Iterator[w.World]:
    with quick_world() as made:
        yield made


def written(world: w.World, role: str = "medical_director", **texts: str) -> list[str]:
    return card.write(
        actor=world.staff[role], uid=uuid.uuid4(), at=world.at, texts=texts, seen=version(world)
    )


def version(world: w.World) -> str:
    return card.version(card.current(clinic=world.id, at=world.at))


def value(world: w.World, key: str) -> object:
    return settings.value(clinic=world.id, key=key, at=world.at, default="")


def test_the_card_has_a_text_for_every_situation_that_is_shown() -> None:
    assert set(card.SITUATIONS) == set(SITUATIONS)


def test_only_what_changed_is_kept(world: w.World) -> None:
    texts = {card.WHOM: "Call 911.", card.key("chest-pain"): "Stop. Aspirin by the physician."}
    assert written(world, **texts) == sorted(texts)
    assert written(world, **texts) == []
    assert value(world, card.WHOM) == "Call 911."


def test_an_empty_text_takes_the_clinics_words_back(world: w.World) -> None:
    written(world, **{card.WHOM: "Call 911."})
    world.later(minutes=1)
    assert written(world, **{card.WHOM: "  "}) == [card.WHOM]
    assert value(world, card.WHOM) == ""


@pytest.mark.parametrize(
    ("key", "text"), [("clinic.phone", "1"), ("emergency.boredom", "x"), (card.WHOM, "x" * 2001)]
)
def test_what_is_no_part_of_the_card_is_refused(world: w.World, key: str, text: str) -> None:
    with pytest.raises(BadValue) as refused:
        written(world, **{card.WHOM: "Call 911."} | {key: text})
    assert refused.value.field == key
    assert value(world, card.WHOM) == ""


@pytest.mark.parametrize("role", ["infusion_nurse", "physician", "manager", "front_desk"])
def test_nobody_else_writes_it(world: w.World, role: str) -> None:
    with pytest.raises(PermissionDenied):
        written(world, role, **{card.WHOM: "Call nobody."})


def test_a_colleagues_words_are_not_written_over_unseen(world: w.World) -> None:
    opened = version(world)
    written(world, **{card.key("seizure"): "Left side."})
    texts = dict.fromkeys(card.KEYS, "") | {card.WHOM: "Call 911."}
    with pytest.raises(NotNow):
        card.write(
            actor=world.staff["medical_director"], uid=uuid.uuid4(), at=world.at, texts=texts,
            seen=opened,
        )  # fmt: skip
    assert value(world, card.key("seizure")) == "Left side."


def test_a_browsers_line_breaks_count_once(world: w.World) -> None:
    lines = "\r\n".join(["x" * 99] * 20)  # 1,999 characters as the page counts them
    assert written(world, **{card.WHOM: lines}) == [card.WHOM]
    assert "\r" not in str(value(world, card.WHOM))
