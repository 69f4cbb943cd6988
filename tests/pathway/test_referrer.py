"""Who referred is kept as names are: encrypted, corrected beside the old, of this clinic alone."""

from __future__ import annotations

from dataclasses import asdict, replace

import pytest

from reprieve.knowledge import BadValue
from reprieve.pathway import referrer
from reprieve.pathway.errors import NotFound, PermissionDenied
from reprieve.records.queries import referral as queries
from reprieve.records.referrers import NOBODY
from tests import world as w
from tests.world import REFERS

pytestmark = pytest.mark.usefixtures("db")


def test_the_newest_counts_and_the_old_stays() -> None:
    world = w.found()
    patient, _ = w.person(world)
    assert queries.referrer(clinic=world.id, patient=patient) == NOBODY
    for contact in (REFERS, replace(REFERS, fax="")):
        referrer.name(
            actor=world["front_desk"], uid=w.new(), at=world.later(minutes=1), patient=patient,
            contact=contact,
        )  # fmt: skip
    assert queries.referrer(clinic=world.id, patient=patient) == replace(REFERS, fax="")
    assert queries.referrer(clinic=w.found().id, patient=patient) == NOBODY


@pytest.mark.parametrize("name", asdict(REFERS))
def test_what_cannot_be_written_to_is_refused_by_field(name: str) -> None:
    world = w.found()
    patient, _ = w.person(world)
    with pytest.raises(BadValue, match=f"referrer_{name}"):
        referrer.name(
            actor=world["front_desk"], uid=w.new(), at=world.at, patient=patient,
            contact=replace(REFERS, **{name: "x" * 400}),
        )  # fmt: skip
    assert queries.referrer(clinic=world.id, patient=patient) == NOBODY


def test_who_may_and_whose() -> None:
    world, other = w.found(), w.found()
    patient, _ = w.person(other)
    how = {"uid": w.new(), "at": world.at, "contact": REFERS, "patient": patient}
    with pytest.raises(NotFound):
        referrer.name(actor=world["front_desk"], **how)
    with pytest.raises(PermissionDenied):
        referrer.name(actor=world["auditor"], **how)
