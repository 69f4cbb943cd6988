"""A value and the alarm it causes are there together, or neither is: also after a kill between."""

from __future__ import annotations

import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from reprieve.pathway import feed
from reprieve.pathway.clock import ms
from reprieve.records import frames
from reprieve.records.models import AlarmTransition, Change, RawTraffic
from tests.chairside import Chair, sent, sit
from tests.house.engines import ROOT, Copy, clean_environment
from tests.world import World, linked

# What the process does between storing the values and committing: it is killed there.
KILLED = """
import os, signal, sys, uuid
from decimal import Decimal
from reprieve.config import boot
boot.start()
from reprieve.pathway import alarm_fold, feed
from reprieve.records import changes
def end(**_):
    os.kill(os.getpid(), signal.SIGKILL)
folded = alarm_fold.fold_many
def fold_and_end(**named):
    folded(**named)
    end()
target, clinic, at_ms = sys.argv[1], uuid.UUID(sys.argv[2]), int(sys.argv[3])
if target == "before the alarms":
    alarm_fold.fold_many = end
elif target == "after the alarms":
    alarm_fold.fold_many = fold_and_end
else:
    changes.announce_each = end
reading = feed.Sent(signal="spo2", value=Decimal(80), at_ms=at_ms)
feed.receive(
    [feed.FeedMessage(raw=b"x", received_ms=at_ms, sender="SIM-1", bed="1", readings=(reading,))],
    clinic=clinic,
)
"""


@pytest.fixture
def chair(today: World) -> Chair:
    """A visit with a linked monitor that has sent one value."""
    found = sit(today)
    link = linked(today, found.encounter)
    assert feed.receive([sent(today, raw="a", spo2=97)], clinic=today.id) == ["charted"]
    today.later(seconds=10)
    found.link = link.pk  # type: ignore[attr-defined]
    return found


@pytest.mark.parametrize("when", ["before the alarms", "after the alarms", "at the last step"])
def test_killed_between_a_value_and_its_alarm(
    fresh_database: Copy, today: World, chair: Chair, when: str
) -> None:
    before = everything(chair)
    done = subprocess.run(
        [sys.executable, "-c", KILLED, when, str(today.id), str(ms(today.at))],
        env=clean_environment(**fresh_database.env), cwd=ROOT, capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert everything(chair) == before

    low = sent(today, raw="x", spo2=80)  # the monitor was not answered and sends again
    assert feed.receive([low, low], clinic=today.id) == ["charted", "repeated"]
    assert ("spo2", "high", "active") in chair.alarms
    assert everything(chair) != before


def test_a_failing_alarm_leaves_no_value_behind(
    today: World, chair: Chair, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = everything(chair)

    def broken(**_: object) -> None:
        raise RuntimeError("the alarms cannot be worked out")

    monkeypatch.setattr(feed.alarm_fold, "fold_many", broken)
    with pytest.raises(RuntimeError):
        feed.receive([sent(today, raw="x", spo2=80)], clinic=today.id)
    assert everything(chair) == before


def test_a_failing_message_leaves_the_others_whole(
    today: World, chair: Chair, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.db import DatabaseError

    store = frames.insert
    poison = ms(today.at)

    def insert(new: list[frames.NewFrame]) -> list[bool]:
        if new[0].values[0].at_ms == poison:
            raise DatabaseError("disk I/O error")
        return store(new)

    monkeypatch.setattr(frames, "insert", insert)
    bad = sent(today, raw="x", spo2=80)
    good = sent(today, raw="y", at=today.at - timedelta(seconds=1), spo2=96)
    assert feed.receive([bad, good], clinic=today.id) == ["failed", "charted"]
    assert [float(v.value) for v in frames.read(chair.link)] == [97.0, 96.0]  # type: ignore[attr-defined]
    assert chair.alarms == []


def everything(chair: Chair) -> tuple[object, ...]:
    """What one message can change."""
    steps = AlarmTransition.objects.filter(encounter_id=chair.encounter).count()
    values = [(v.signal, v.value, v.at_ms) for v in frames.read(chair.link)]  # type: ignore[attr-defined]
    raws = RawTraffic.objects.filter(clinic_id=chair.world.id).count()
    return values, steps, chair.row.alarm_fold, raws, Change.objects.count()
