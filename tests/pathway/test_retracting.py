"""A drug or a side effect on the wrong chart: it did not happen, and both entries stay."""

from __future__ import annotations

from typing import Any

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import charting_harm, retracting
from reprieve.pathway.charting_harm import Harm
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.records import notes, verify
from reprieve.records.models import (
    AdverseEvent,
    AuditEvent,
    InfusionState,
    MedicationAdministration,
)
from reprieve.records.models.infusion import ENTERED_IN_ERROR
from reprieve.records.queries import charts, recovery, schedules
from tests import order_desk
from tests.chairside import Chair, sit
from tests.drug_chart import WHY, act, give, take_back
from tests.recovery_room import leave, ready, sign_off
from tests.world import World, new


@pytest.fixture
def chair(world: World) -> Chair:
    return order_desk.calmed(world, max_total_ug=2_000, min_interval_min=10)


def known(chair: Chair) -> dict[str, Any]:
    return recovery.facts(clinic=chair.world.id, encounter=chair.encounter, at=chair.world.at)


def test_both_entries_stay_with_who_when_and_why(chair: Chair) -> None:
    first = give(chair, note="left arm")
    chair.world.later(minutes=3)
    saved = take_back(chair, first)
    before = MedicationAdministration.of(chair.world.id).get(pk=first)
    assert (before.dose_ug, before.dose_text) == (1_000, "1 mg")
    assert (saved.corrects_id, saved.dose_ug, saved.dose_text) == (first, None, ENTERED_IN_ERROR)
    assert (saved.drug, saved.route, saved.at_ms) == (before.drug, before.route, before.at_ms)
    assert saved.recorded_ms == ms(chair.world.at)
    assert saved.by_id == chair.world["infusion_nurse"].practitioner
    assert notes.read(saved.note) == WHY
    said = AuditEvent.objects.filter(subject_kind="medication_administration").latest("id")
    assert (said.action, said.detail) == ("infusion.chart", {"retraction": True})
    chart = charts.acts(clinic=chair.world.id, encounter=chair.encounter)
    assert chart is not None
    told = [(one["corrected"], one["retracts"]) for one in chart.drugs]
    assert told == [(True, False), (False, True)]


def test_the_order_counts_it_no_more(chair: Chair) -> None:
    first = give(chair)
    chair.world.later(minutes=1)
    with pytest.raises(NotNow):
        give(chair)  # ten minutes are ordered between doses
    take_back(chair, first)
    second = give(chair)
    chair.world.later(minutes=10)
    give(chair)
    chair.world.later(minutes=10)
    with pytest.raises(NotNow):
        give(chair)  # 2 mg are ordered in all
    take_back(chair, second)
    give(chair)


def test_it_asks_for_no_re_check(chair: Chair) -> None:
    def asked() -> bool:
        clinic, at_ms = chair.world.id, ms(chair.world.at)
        due = schedules.due(clinic=clinic, encounter=chair.encounter, at_ms=at_ms)
        return any(one.because == "rescue" for one in due)

    chair.world.later(minutes=1)
    first = give(chair)
    assert asked()
    take_back(chair, first)
    assert not asked()


def test_what_holds_the_discharge_is_lifted_only_for_what_was_not_given(chair: Chair) -> None:
    first = give(chair)
    chair.world.later(minutes=20)
    second = give(chair)
    chair.world.later(minutes=10)
    take_back(chair, second)
    assert (known(chair)["since_sedative_min"], known(chair)["benzodiazepine_given"]) == (30, True)
    take_back(chair, first)
    assert "since_sedative_min" not in known(chair)
    assert not known(chair)["benzodiazepine_given"]


def test_a_correction_is_taken_back_as_a_whole(chair: Chair) -> None:
    first = give(chair)
    second = give(chair, mg="0.5", corrects=first)
    with pytest.raises(NotNow, match="already corrected"):
        take_back(chair, first)
    take_back(chair, second)
    assert "since_sedative_min" not in known(chair)


def test_what_says_that_it_did_not_happen_is_corrected_by_entering_anew(chair: Chair) -> None:
    first = give(chair)
    never = take_back(chair, first)
    with pytest.raises(NotNow, match="already corrected"):
        take_back(chair, first)
    with pytest.raises(NotNow, match="enter anew what did"):
        take_back(chair, never.pk)
    with pytest.raises(NotNow, match="enter anew what did"):
        give(chair, corrects=never.pk)
    give(chair, reported=True)
    assert known(chair)["since_sedative_min"] == 0


@pytest.mark.parametrize("reason", ["", " \n"])
def test_a_reason_is_needed(chair: Chair, reason: str) -> None:
    first = give(chair)
    with pytest.raises(BadValue) as refused:
        take_back(chair, first, reason=reason)
    assert refused.value.field == "reason"
    assert MedicationAdministration.of(chair.world.id).count() == 1


def test_another_chart_and_another_role(chair: Chair) -> None:
    first, other = give(chair), sit(chair.world)
    with pytest.raises(NotFound):
        take_back(chair, first, encounter=other.encounter)
    with pytest.raises(PermissionDenied):
        take_back(chair, first, actor=chair.world["front_desk"])


def test_the_same_press_twice_is_one(chair: Chair) -> None:
    first, number = give(chair), new()
    assert take_back(chair, first, uid=number) == take_back(chair, first, uid=number)
    assert MedicationAdministration.of(chair.world.id).count() == 2


def test_after_the_signature_it_is_an_addendum(world: World) -> None:
    chair = ready(world)
    first = give(chair, "ondansetron", "4", reported=True)
    seen = charting_harm.record(harm=Harm(term="nausea", grade=1), **act(chair))
    leave(chair)
    sign_off(chair)
    world.later(days=2)
    assert take_back(chair, first).addendum
    never = retracting.harm(entry=seen, reason=WHY, **act(chair))["id"]
    assert AdverseEvent.of(world.id).get(pk=never).addendum
    assert InfusionState.of(world.id).get(encounter_id=chair.encounter).state == "discharged"
    assert list(verify.faults(at=world.at, sealer_runs=False)) == []
