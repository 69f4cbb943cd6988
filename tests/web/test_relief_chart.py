"""What stands over the curve of pain: how it is now, and what came back since relief was lost."""

from __future__ import annotations

import pytest

from reprieve.records.queries import response
from reprieve.records.queries.followup import Harm
from reprieve.web import relief_chart, relief_words
from tests.treated import Treated, fades, responder
from tests.world import NOON, World


def title(made: Treated) -> str:
    story = response.story(clinic=made.world.id, patient=made.patient, at=made.world.at)
    return relief_chart.title(story.response)


def test_fading_is_told_with_what_the_last_days_say(world: World) -> None:
    made = responder(world)
    assert title(made) == "Pain is 62 % lower than before treatment"
    fades(made)
    assert title(made).startswith("Relief is fading since ")
    assert title(made).endswith("; in the last 7 days pain was 12 % lower than before treatment")
    made.days([10] * 6)
    assert title(made).startswith("Relief is fading since ")
    assert "lower" not in title(made)


@pytest.mark.parametrize(
    ("times", "says"),
    [(1, "nausea: once, grade 2"), (3, "nausea: 3 times, worst grade 2")],
)
def test_side_effects_are_counted_in_words(times: int, says: str) -> None:
    harm = Harm(at=NOON, term="nausea", grade=2, outcome="", serious=False, encounter=None)
    assert relief_words.harms([harm] * times) == [says]
