"""A side effect ends when the nurse says so; what was judged before stays with it."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_harm, harm_end, harm_review, signing
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.records.models import AdverseEvent
from reprieve.records.queries import charts, harm
from tests.chairside import Chair
from tests.recovery_room import leave, ready
from tests.world import PASSWORD, World, new

pytestmark = pytest.mark.usefixtures("db")


@pytest.fixture
def chair(world: World) -> Chair:
    return ready(world)


def saw(chair: Chair, term: str = "nausea", grade: int = 2) -> uuid.UUID:
    return charting_harm.record(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter,
        harm=charting_harm.Harm(term=term, grade=grade, note="After standing up."),
    )  # fmt: skip


def end(chair: Chair, event: uuid.UUID, **more: object) -> uuid.UUID:
    return harm_end.end(
        actor=chair.world["infusion_nurse"], uid=new(), at=chair.world.at,
        encounter=chair.encounter, harm=event, **more,  # type: ignore[arg-type]
    )  # fmt: skip


def test_it_is_over_now_or_at_the_time_told(chair: Chair) -> None:
    event = saw(chair)
    began = chair.world.at
    chair.world.later(minutes=20)
    over = end(chair, event, ended=began + timedelta(minutes=15), note="After ondansetron.")
    view = harm.one(clinic=chair.world.id, event=over)
    assert view is not None
    assert (view.outcome, view.onset, view.ended) == (
        "resolved", began, began + timedelta(minutes=15),
    )  # fmt: skip
    assert view.note == "After standing up.\nAfter ondansetron."
    assert harm.one(clinic=chair.world.id, event=event) is None
    again = saw(chair)
    now = harm.one(clinic=chair.world.id, event=end(chair, again))
    assert now is not None
    assert now.ended == chair.world.at
    chart = charts.told(clinic=chair.world.id, encounter=chair.encounter)
    assert chart is not None
    assert [(e["corrected"], e["ended_ms"] is not None) for e in chart.adverse_events[:2]] == [
        (True, False), (False, True),
    ]  # fmt: skip
    listed = harm.of_visit(clinic=chair.world.id, encounter=chair.encounter)
    assert [one.ended is None for one in listed] == [False, False]


def test_what_cannot_be_is_refused(chair: Chair) -> None:
    event = saw(chair)
    with pytest.raises(BadValue, match="before the side effect"):
        end(chair, event, ended=chair.world.at - timedelta(hours=1))
    with pytest.raises(BadValue, match="outcome"):
        end(chair, event, outcome="ongoing")
    with pytest.raises(NotFound):
        end(chair, uuid.uuid4())
    over = end(chair, event)
    with pytest.raises(NotNow, match="corrected"):
        end(chair, event)
    with pytest.raises(NotNow, match="over already"):
        end(chair, over)


def test_a_judgement_stays_with_it(chair: Chair) -> None:
    event = saw(chair, "hypertension", 3)
    judged = harm_review.judge(
        actor=chair.world["physician"], uid=new(), at=chair.world.at, event=event,
        judgement=harm_review.Judgement(
            relatedness="probable", criteria=("important",), expected=True, device_fault=False,
            outcome="ongoing",
        ),
    )  # fmt: skip
    view = harm.one(clinic=chair.world.id, event=end(chair, judged))
    assert view is not None
    assert (view.relatedness, view.criteria, view.serious) == ("probable", ("important",), True)


def test_after_the_signature_it_is_an_addendum(chair: Chair) -> None:
    event = saw(chair)
    leave(chair)
    for role, meaning in (("infusion_nurse", signing.CARE), ("physician", signing.RECORD)):
        chair.world.later(minutes=1)
        signing.sign(
            actor=chair.world[role], uid=new(), at=chair.world.at, encounter=chair.encounter,
            meaning=meaning, password=PASSWORD,
        )  # fmt: skip
    end(chair, event, outcome="unknown")
    assert AdverseEvent.of(chair.world.id).get(corrects_id=event).addendum
