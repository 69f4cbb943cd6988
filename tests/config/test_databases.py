"""The one setting of the database: what an address may say, and what goes to the driver."""

from __future__ import annotations

import pytest

from reprieve.config import databases
from reprieve.knowledge import BadValue

ADDRESS = "postgresql://someone:a%40b@db.example:5433/clinic"


def test_an_address_is_taken_apart() -> None:
    found = databases.postgresql(ADDRESS)
    assert (found["USER"], found["PASSWORD"]) == ("someone", "a@b")
    assert (found["HOST"], found["PORT"], found["NAME"]) == ("db.example", "5433", "clinic")


def test_what_stands_behind_the_question_mark_goes_to_the_driver() -> None:
    said = f"{ADDRESS}?sslmode=verify-full&connect_timeout=9&options=-c%20lock_timeout%3D1"
    options = databases.postgresql(said)["OPTIONS"]
    assert options["sslmode"] == "verify-full"
    assert options["connect_timeout"] == "9"
    assert options["options"].endswith(" -c lock_timeout=1")
    assert "-c tcp_user_timeout=5000" in options["options"]


@pytest.mark.parametrize("word", ["sslmood", "host", "dbname", "password"])
def test_a_word_that_is_none_of_the_drivers_is_refused(word: str) -> None:
    with pytest.raises(BadValue, match=f"REPRIEVE_DATABASE_URL.*{word}"):
        databases.postgresql(f"{ADDRESS}?{word}=x")


@pytest.mark.parametrize("address", ["mysql://db/clinic", "postgresql://db", "clinic"])
def test_an_address_of_something_else_is_refused(address: str) -> None:
    with pytest.raises(BadValue, match="expected postgresql://"):
        databases.postgresql(address)


def test_only_the_parts_that_are_waited_for_are_in_a_hurry(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("REPRIEVE_PART", "web")
    assert "lock_timeout" in databases.postgresql(ADDRESS)["OPTIONS"]["options"]
    monkeypatch.setenv("REPRIEVE_PART", "command")
    assert "lock_timeout" not in databases.postgresql(ADDRESS)["OPTIONS"]["options"]
