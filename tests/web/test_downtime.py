"""The downtime pack: asked for each morning, and whole enough to work a day on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse

from reprieve.pathway import booking, clinic, downtime, infusion
from reprieve.pathway import emergency_card as card
from reprieve.pathway.booking import Slot
from reprieve.records.models import WorkItem
from reprieve.web.emergency_words import SITUATIONS
from tests import booking_desk as desk
from tests.chairside import Chair, quick_world
from tests.order_desk import order
from tests.papers import pages, says, words_of
from tests.treated import Treated
from tests.world import World, new, person

AsRole = Callable[[str], Client]
MONDAY = desk.at(9, 10).astimezone(UTC)


@pytest.fixture
def world(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    """A clinic on a Monday at ten."""
    with quick_world() as made:
        made.at = MONDAY
        monkeypatch.setattr("reprieve.web.access.clock.now", lambda _clinic: made.at)
        yield made


def booked(world: World, *, hour: int = 11, day: int = 9) -> Treated:
    """Somebody with a signed plan and an infusion booked."""
    [chair, *_rest] = desk.chairs(world, 1)
    patient, episode = person(world)
    made = Treated(world, patient, episode)
    plan = made.plan()
    starts = desk.at(day, hour)
    slot = Slot(kind="infusion", starts_at=starts, chair=chair, plan=plan, series_no=1)
    desk.book_anyway(world, patient, slot)
    return made


def asked(world: World) -> list[WorkItem]:
    return list(WorkItem.of(world.id).filter(kind="downtime_pack"))


def ask(world: World, at: datetime) -> bool:
    return downtime.ask(clinic=world.id, at=at.astimezone(UTC))


def test_it_is_asked_for_once_a_morning_with_infusions(world: World) -> None:
    booked(world)
    assert ask(world, desk.at(8, 10)) is False
    assert ask(world, desk.at(9, 4)) is False
    assert ask(world, desk.at(9, 6)) is True
    assert ask(world, desk.at(9, 7)) is False
    [item] = asked(world)
    assert (item.owner_role, item.due_at) == ("infusion_nurse", desk.at(9, 10, 30))
    assert ask(world, desk.at(10, 6)) is False


def test_who_comes_at_once_is_asked_for_at_once(world: World) -> None:
    booked(world)
    assert ask(world, desk.at(9, 10, 55)) is True
    assert asked(world)[0].due_at == desk.at(9, 10, 55)


def test_every_clinic_is_asked_in_its_own_morning(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    booked(world)
    monkeypatch.setattr("reprieve.pathway.clock.now", lambda _clinic: world.at)
    assert downtime.ask_every_clinic() == 1


def test_the_pack_names_patients_orders_and_gives_a_blank_chart(
    as_role: AsRole, world: World
) -> None:
    booked(world)
    whom = "Call 911. The bag valve mask hangs at chair 1."
    clinic.choose(actor=world["medical_director"], uid=new(), at=world.at,
                  key="clinic.emergency_card", value=whom)  # fmt: skip
    for paper in ("a4", "letter"):
        pack = as_role("infusion_nurse").get(reverse("downtime"), {"paper": paper}).content
        assert says(pack, "Downtime pack, Mon 9 Mar 2026")
        assert says(pack, "11:00 Chair 1 Iva Invented, 17 May 1980, 1")
        assert says(pack, "0.5 mg/kg over 40 minutes")
        assert says(pack, whom)
        assert says(pack, "__:__")
        # The list, the emergency card without a name, then the patient's sheets, each with it.
        assert words_of(pack).count("Iva Invented") >= pages(pack) - 1


def test_a_day_without_infusions_says_so(as_role: AsRole, world: World) -> None:
    pack = as_role("infusion_nurse").get(reverse("downtime")).content
    assert says(pack, "No infusion is booked for today.")
    assert pages(pack) == 2  # no sheet of a patient: the list, and the whole emergency card


def test_the_steps_of_each_situation_are_printed(as_role: AsRole, world: World) -> None:
    director = world["medical_director"]
    own = {
        card.WHOM: "Dial 911.\n<b>Back door</b> & stairs.",
        # As long as it may be, and a line a letter: longer than a page.
        card.key("opioid"): "x\n" * 1000,
    }
    seen = card.version(card.current(clinic=world.id, at=world.at))
    card.write(actor=director, uid=new(), at=world.at, texts=own, seen=seen)
    pack = as_role("infusion_nurse").get(reverse("downtime")).content
    for words, steps in SITUATIONS.values():
        assert says(pack, str(words))
        if "Naloxone" not in str(steps):
            assert says(pack, "".join(f"{n}. {x}" for n, x in enumerate(str(steps).split("\n"), 1)))
    assert says(pack, "<b>Back door</b> & stairs.")
    assert not says(pack, "Naloxone")
    assert words_of(pack).count("not confirmed by the medical director") == len(SITUATIONS) - 1


def test_the_card_says_that_nobody_wrote_whom_to_call(as_role: AsRole, world: World) -> None:
    pack = as_role("infusion_nurse").get(reverse("downtime")).content
    assert says(pack, "The clinic has not written whom to call.")


def test_orders_in_force_stand_before_the_plan(as_role: AsRole, world: World) -> None:
    made = booked(world)
    visit = infusion.prepare(
        actor=world["infusion_nurse"], uid=new(), at=world.at, patient=made.patient,
        episode=made.episode,
    )  # fmt: skip
    order(Chair(world, visit, made.patient))
    pack = as_role("infusion_nurse").get(reverse("downtime")).content
    assert says(pack, "ketamine · IV · 0–120 min 20 mg/h · 10 mg · in all at most 50 mg")


def test_who_has_no_plan_may_be_given_nothing(as_role: AsRole, world: World) -> None:
    [chair, *_rest] = desk.chairs(world, 1)
    patient, _episode = person(world)
    starts = desk.at(9, 12)
    booking.book(
        actor=world["front_desk"], uid=new(), at=world.at, patient=patient, anyway=True,
        wanted=Slot(kind="infusion", starts_at=starts, chair=chair, infusion_min=40),
    )  # fmt: skip
    pack = as_role("infusion_nurse").get(reverse("downtime")).content
    assert says(pack, "no plan is signed")
    assert says(pack, "No order is signed for today yet")


def test_only_clinicians_print_it(as_role: AsRole, nobody: Client) -> None:
    assert as_role("front_desk").get(reverse("downtime")).status_code == 403
    assert nobody.get(reverse("downtime")).status_code == 302
