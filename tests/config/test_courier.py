"""Messages are sent beside the clock, one delivery at a time."""

import threading

import pytest

from reprieve.config.courier import Courier


@pytest.mark.usefixtures("db")
def test_a_slow_delivery_is_not_begun_twice_and_holds_nobody_up() -> None:
    begun, may_end = [], threading.Event()

    def slow() -> None:
        begun.append(1)
        may_end.wait(10)

    courier = Courier(slow)
    assert courier.wait(0)
    courier.go()
    courier.go()
    assert not courier.wait(0.01)
    may_end.set()
    assert courier.wait(10)
    assert len(begun) == 1
    courier.go()
    assert courier.wait(10)
    assert len(begun) == 2


@pytest.mark.usefixtures("db")
def test_a_delivery_that_breaks_is_tried_again() -> None:
    tries = []

    def breaks() -> None:
        tries.append(1)
        raise RuntimeError

    courier = Courier(breaks)
    for _ in range(2):
        courier.go()
        assert courier.wait(10)
    assert len(tries) == 2


def test_the_clock_knows_the_courier() -> None:
    from reprieve.config.jobs import chores

    assert "messages" in [chore.name for chore in chores()]
