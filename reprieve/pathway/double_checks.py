"""The independent double-check: a second person reads bag and pump without the first one's numbers.

It is asked for at the start, at each bag change, after a stop, and for another strength.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from reprieve.clinical.double_check import Entered, double_check
from reprieve.clinical.findings import Finding
from reprieve.knowledge import N_, BadValue
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import Actor, allowed
from reprieve.records import changes
from reprieve.records.models import DoubleCheck, InfusionState
from reprieve.records.queries import bags, checks

ACT = "infusion.check"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """How a check ended: it agrees, or `findings` name each number that differs."""

    agrees: bool
    findings: tuple[Finding, ...] = ()


def check(
    *, actor: Actor, second: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID,
    entered: Entered,
) -> Checked:  # fmt: skip
    """This function will compare what the second person entered with the bag, and write it down.

    `second` has just authenticated on the spot. Raises NotNow without a bag, PermissionDenied for
    a second person who may not check, BadValue("second") when it is the first person, and for a
    number that is none. What differs is stored as well, and blocks.
    """
    may_stand_beside(actor, second, ACT)
    bag = bags.newest(clinic=actor.clinic, encounter=encounter)
    if bag is None:
        raise NotNow(N_("Prepare the bag first."))
    if bag.prepared_by == second.practitioner:
        raise BadValue("second", N_("the person who prepared the bag cannot check it"))
    findings = double_check(recipe=bag.recipe, entered=entered)

    def work() -> Done:
        row = InfusionState.of(actor.clinic).select_for_update().get(encounter_id=encounter)
        saved = DoubleCheck.objects.add(
            clinic_id=actor.clinic, encounter_id=row.encounter_id, occasion=bag.occasion,
            expected=_expected(bag), entered=_plain(entered), agrees=not findings,
            second_id=second.practitioner, recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        changes.announce(
            clinic=actor.clinic, topic="infusion", subject=encounter, at_ms=ms(at)
        )
        detail = {"agrees": not findings, "second": str(second.practitioner)}
        return Done(subject_kind="double_check", subject=saved.pk, result=detail, detail=detail)

    done = perform(ACT, actor=actor, uid=uid, at=at, work=work)
    return Checked(agrees=bool(done["agrees"]), findings=findings)


def may_stand_beside(actor: Actor, second: Actor, act: str) -> None:
    """This function will refuse a second person who is the first, of elsewhere, or may not."""
    if second.clinic != actor.clinic:
        raise NotFound(N_("There is no such colleague in this clinic."))
    if second.practitioner is None or second.practitioner == actor.practitioner:
        raise BadValue("second", N_("must be another person than you"))
    if not allowed(second, act):
        raise PermissionDenied(N_("Your colleague's role does not allow this."))


def needed(
    *, clinic: uuid.UUID, encounter: uuid.UUID, at: datetime, rate_ug_per_h: int | None = None
) -> None:
    """This function will raise NotNow unless a double-check of this bag holds, in its time.

    A rate that is given must be the one that two people read off the pump.
    """
    bag = bags.newest(clinic=clinic, encounter=encounter)
    if bag is None or not checks.holds(clinic=clinic, encounter=encounter):
        raise NotNow(N_("A second person must check bag and pump first."))
    if at > bag.start_by:
        raise NotNow(N_("The time to start this bag is over: prepare a new one."))
    checked_ug = int(bag.recipe.steps[0].rate_mg_per_h * 1000)
    if rate_ug_per_h is not None and rate_ug_per_h != checked_ug:
        raise NotNow(N_("This is not the rate that two people checked."))


def _expected(bag: bags.BagView) -> dict[str, str]:
    recipe = bag.recipe
    return {
        "bag": str(bag.id), "label": recipe.label,
        "final_mg_per_ml": f"{recipe.final_mg_per_ml:f}",
        "ml_per_h": f"{recipe.steps[0].ml_per_h:f}", "vtbi_ml": f"{recipe.vtbi_ml:f}",
    }  # fmt: skip


def _plain(entered: Entered) -> dict[str, str]:
    return {
        "final_mg_per_ml": f"{entered.final_mg_per_ml:f}",
        "ml_per_h": f"{entered.ml_per_h:f}", "vtbi_ml": f"{entered.vtbi_ml:f}",
    }  # fmt: skip
