"""A part that is started while the database is away waits for it."""

from __future__ import annotations

import pytest
from django.db import OperationalError

from reprieve.config import boot


def test_it_asks_until_it_is_answered() -> None:
    left = [OperationalError("away"), OperationalError("in recovery")]
    waited = []

    def ask() -> str:
        if left:
            raise left.pop()
        return "here"

    assert boot.until_answered(ask, wait=waited.append) == "here"
    assert waited == [boot.ASK_AGAIN_S] * 2


def test_told_to_end_it_waits_no_longer() -> None:
    def ask() -> str:
        raise OperationalError("away")

    with pytest.raises(SystemExit):
        boot.until_answered(ask, wait=lambda _: True)


def test_another_fault_is_not_waited_out() -> None:
    def ask() -> str:
        raise ValueError("wrong")

    with pytest.raises(ValueError, match="wrong"):
        boot.until_answered(ask)
