"""Whatever the order, however often: the chart is the same, and no value is on two lists."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from reprieve.pathway import feed, feed_batch, monitor_clocks, parked_minutes
from reprieve.pathway.clock import ms
from reprieve.pathway.feed_values import FeedMessage, Sent
from reprieve.records import frames
from reprieve.records.models import DeviceAssociation, ParkedMessage
from tests import world as worlds
from tests.chairside import Chair, quick_world, sit
from tests.world import World

# Each example writes a database: shrinking one would take minutes.
QUICK = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture],
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)  # fmt: skip
# Seconds from the link's beginning: before it, inside it, and after its end.
SECONDS = st.integers(-5, 25)
LASTED_S = 20
READINGS = st.lists(
    st.tuples(st.sampled_from(["heart_rate", "spo2", "sbp"]), st.integers(80, 99)),
    min_size=1, max_size=3, unique_by=lambda reading: reading[0],
)  # fmt: skip
WHO = st.sampled_from([("A-100",), ("A-100",), ("00A-100",), ("B-200",), ()])
# A monitor measures once a moment; what it says twice it says alike.
MESSAGES = st.lists(
    st.tuples(SECONDS, READINGS, WHO), min_size=1, max_size=8, unique_by=lambda one: one[0]
)


@pytest.fixture
def chair(db: None) -> Iterator[Chair]:
    """A visit in a chair; its monitor is linked for twenty seconds and names one patient."""
    with quick_world() as world:
        yield sit(world)


def said(world: World, number: int, second: int, readings: Sequence[tuple[str, int]],
         who: tuple[str, ...]) -> FeedMessage:  # fmt: skip
    at_ms = ms(world.at + timedelta(seconds=second))
    return FeedMessage(
        raw=f"{number} {second} {readings} {who}".encode(), received_ms=at_ms, sender="SIM-2",
        bed="1", patient_ids=who,
        readings=tuple(
            Sent(signal=name, value=Decimal(value), at_ms=at_ms) for name, value in readings
        ),
    )  # fmt: skip


@QUICK
@given(script=MESSAGES, data=st.data())
def test_any_order_and_any_repeats_give_the_same_chart_and_no_value_twice(
    chair: Chair, script: list[tuple[int, list[tuple[str, int]], tuple[str, ...]]],
    data: st.DataObject,
) -> None:  # fmt: skip
    messages = [said(chair.world, n, *one) for n, one in enumerate(script)]
    repeats = data.draw(st.lists(st.sampled_from(messages), max_size=8))
    order = data.draw(st.permutations([*messages, *repeats]))
    cuts = sorted(data.draw(st.lists(st.integers(0, len(order)), max_size=3)))
    late_ms = max(m.received_ms for m in messages)

    plain = outcome(chair, [messages])
    mixed = [replace(m, received_ms=late_ms) for m in order]
    batches = [mixed[a:b] for a, b in zip([0, *cuts], [*cuts, len(mixed)], strict=True)]
    assert outcome(chair, batches) == plain
    charted, put_aside = plain
    assert set(charted).isdisjoint(put_aside)
    assert len(charted) == len(set(charted))


def outcome(
    chair: Chair, batches: Sequence[Sequence[FeedMessage]]
) -> tuple[list[tuple[str, float, int]], list[tuple[str, float, int]]]:
    """Receive batches, look at what is charted and what is parked, and undo it all."""
    world = chair.world
    undo = transaction.savepoint()
    link = worlds.linked(world, chair.encounter, sender="SIM-2")
    DeviceAssociation.objects.filter(pk=link.pk, until_ms=None).update(
        patient_ids=["A-100"], until_ms=link.from_ms + LASTED_S * 1000
    )
    for batch in batches:
        if batch:
            feed.receive(batch, clinic=world.id)
    charted = sorted((v.signal, float(v.value), v.at_ms) for v in frames.read(link.pk))
    rows = ParkedMessage.objects.filter(clinic_id=world.id)
    put_aside = sorted(
        (v.signal, float(v.value), v.at_ms or 0)
        for row in rows for message in parked_minutes.messages(row) for v in message.readings
    )  # fmt: skip
    transaction.savepoint_rollback(undo)
    feed_batch.forget()
    monitor_clocks.forget()
    return charted, put_aside
