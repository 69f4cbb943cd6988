"""What fits nobody is kept by the minute: no value lost, none twice, listed as one stretch."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from reprieve.pathway import parked, parked_minutes
from reprieve.pathway.clock import ms
from reprieve.pathway.feed_values import NotCharted
from reprieve.records import keys
from reprieve.records.export import tables
from reprieve.records.models import (
    Device,
    ParkedFrame,
)
from reprieve.records.queries import monitors as queries
from tests.chairside import Chair, sent, sit
from tests.parking import held, receive, rows, speak
from tests.world import World


@pytest.fixture
def chair(world: World) -> Chair:
    return sit(world)


class TestKept:
    def test_one_row_a_minute_and_every_value(self, world: World) -> None:
        speak(world, 125)
        assert len(rows(world)) <= 4
        assert ParkedFrame.objects.count() == 125
        said = [ms(world.at) - n * 1000 for n in range(125)]
        usual = ("heart_rate", 70.0), ("spo2", 97.0)
        assert held(world) == sorted((name, value, at) for at in said for name, value in usual)
        assert parked.opened(rows(world)[0]).raw == str(world.at - timedelta(seconds=124)).encode()

    def test_retries_are_kept_once_however_late(self, world: World) -> None:
        first = sent(world, raw="a", spo2=97)
        assert receive(world, first, first) == ["parked", "parked"]
        world.later(minutes=10)
        receive(world, replace(first, received_ms=ms(world.at)))
        assert held(world) == [("spo2", 97.0, first.readings[0].at_ms)]
        assert len(rows(world)) == 1

    def test_what_one_minute_may_not_mix(self, world: World) -> None:
        plain = sent(world, raw="a", spo2=97)
        receive(
            world, plain, replace(plain, sender="SIM-2"), replace(plain, bed="2"),
            replace(plain, patient_ids=("A-100",)), replace(plain, dialect="philips"),
            replace(plain, sender="SIM-1|1", bed=""),
        )  # fmt: skip
        assert len(rows(world)) == 6

    def test_a_minute_of_no_values_is_one_row(self, world: World) -> None:
        for n in range(5):
            none = NotCharted(
                code="x", value="-999", reason="marker", kind="marker", signal="spo2",
                at_ms=ms(world.at) + n,
            )  # fmt: skip
            receive(world, replace(sent(world, raw=f"a{n}"), not_charted=(none,)))
        assert len(rows(world)) == 1
        assert held(world) == []

    def test_a_value_that_fits_no_frame_is_kept_whole(self, world: World) -> None:
        good = sent(world, raw="a", spo2=97)
        far = replace(good, raw=b"b", readings=(replace(good.readings[0], value=Decimal("1e12")),))
        odd = replace(good, raw=b"c", readings=(replace(good.readings[0], signal="icp"),))
        assert receive(world, good, far, odd) == ["parked"] * 3
        assert len(rows(world)) == 3
        assert {v for _, v, _ in held(world)} == {97.0, 1e12}

    def test_what_was_refused_is_shown_once_a_minute(self, world: World) -> None:
        said = sent(world, raw="q")
        for n in range(30):
            receive(world, replace(said, raw=f"question {n}".encode(), rejected="QRY^R02"))
        receive(world, replace(said, raw=b"other", rejected="ADT^A08"))
        receive(world, replace(said, raw=b"question 7", rejected="QRY^R02"))
        first, other = rows(world)
        assert [first.reason, other.reason] == ["QRY^R02", "ADT^A08"]
        texts = [message.raw.decode() for message in parked_minutes.messages(first)]
        assert texts == [f"question {n}" for n in range(30)]
        assert [message.raw for message in parked_minutes.messages(other)] == [b"other"]
        assert b"question" not in b"".join(bytes(f.signals) for f in ParkedFrame.objects.all())

    def test_what_was_refused_and_withheld_is_taken_out(self, world: World) -> None:
        none = NotCharted(
            code="x", value="", reason="none", kind="no value", signal="spo2", at_ms=ms(world.at)
        )
        receive(
            world, replace(sent(world, raw="q1"), rejected="QRY^R02"),
            replace(sent(world, raw="a", heart_rate=70), not_charted=(none,)),
        )  # fmt: skip
        (table,) = [one for one in tables.every(world.id) if one.name == "parkedframe"]
        names = [column.name for column in table.columns]
        found = [dict(zip(names, row, strict=True)) for row in table.rows()]
        told = [(one["signal"], one["source"], one["value"], one["text"]) for one in found]
        assert sorted(told, key=str) == sorted([
            ("", "", None, "q1"), ("heart_rate", "", Decimal(70), ""),
            ("spo2", "no value", None, ""),
        ], key=str)  # fmt: skip

    def test_a_message_of_an_earlier_version_is_still_read(self, world: World) -> None:
        message = sent(world, raw="a", spo2=97)
        row = parked.row(message, clinic=world.id, kind="unmatched", reason="x")
        plain = keys.decrypt(world.id, row.ciphertext, about=parked.about(bytes(row.content_key)))
        from reprieve.records import traffic

        row.ciphertext = keys.encrypt(
            world.id, traffic.unpacked(plain), about=parked.about(bytes(row.content_key))
        )
        parked.write([row])
        assert parked_minutes.messages(rows(world)[0]) == (message,)


class TestListed:
    def test_a_pause_begins_another_line(self, world: World) -> None:
        speak(world, 60)
        world.later(minutes=20)
        speak(world, 30)
        newest, first = queries.parked(clinic=world.id)
        assert (newest.messages, first.messages) == (30, 60)
        found = queries.run_to(clinic=world.id, number=first.newest.number)
        assert found == first

    def test_last_heard_is_the_newest_of_the_minute(self, world: World) -> None:
        world.later(seconds=60 - world.at.second)
        speak(world, 40)
        (found,) = queries.monitors(clinic=world.id)
        assert found.heard_ms == ms(world.at)
        assert isinstance(found.id, uuid.UUID)
        assert Device.of(world.id).count() == 1
