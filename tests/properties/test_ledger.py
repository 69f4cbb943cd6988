"""The ledger in random hands: mass is kept, nothing falls below nought, the chains hold.

A model beside it knows only what went where, and at which rates the pump ran. Whatever sequence of
acts the product accepts, what came in equals what is held, ran into the patient, was wasted, sent
away, destroyed, lost or cannot be explained.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as run

from reprieve.knowledge import BadValue
from reprieve.pathway import ledger_adjusting, ledger_losses, ledger_reversing, ledger_stock
from reprieve.pathway.clock import ms
from reprieve.pathway.errors import PathwayError
from reprieve.records import ledger as rows
from reprieve.records.models import LedgerEntry, PortionEntry
from reprieve.records.queries import adjustments, discrepancies, portions, stock
from tests.chairside import quick_world
from tests.drug_room import KETAMINE, MIDAZOLAM, TABLETS, Room, with_bag
from tests.gate_desk import Visit

REFUSED = (PathwayError, BadValue)
ML = st.decimals("0.001", "12", places=3) | st.sampled_from([Decimal(1), Decimal("2.5")])
KNOWN = st.integers(0, 30)
MS_PER_H = 3_600_000
SETTING = frozenset({"started", "rate", "resumed"})


class Cabinet(RuleBasedStateMachine):
    """Two drugs, one visit, and everything that may be done to them in any order."""

    room: Room  # the same clinic for every sequence; what a sequence wrote is rolled back
    visit: Visit
    begins: datetime
    seen: Counter[str]

    @initialize(is_filled=st.booleans())
    def open_the_clinic(self, is_filled: bool) -> None:
        self.attempt = transaction.atomic()
        self.attempt.__enter__()
        self.room.world.at = self.begins
        self.lots = 0
        self.moved: Counter[str] = Counter(received=1_500_000)
        self.rates: list[tuple[int, int]] = []  # from when, in ms, the pump ran at how many ug/h
        if is_filled:
            self.room.draw(self.visit.encounter, self.vials()[0], "2.5")

    def teardown(self) -> None:
        if hasattr(self, "attempt"):
            transaction.set_rollback(True)
            self.attempt.__exit__(None, None, None)

    def tried(self, what: str, ug: int, act: Callable[[], Any]) -> bool:
        """Do an act; a refusal moves nothing."""
        self.room.world.later(seconds=1)
        try:
            with transaction.atomic():
                act()
        except REFUSED:
            return False
        self.moved[what] += ug
        return True

    def a_vial(self, number: int) -> stock.VialView:
        vials = self.vials()
        found = stock.vial(clinic=self.room.world.id, vial=vials[number % len(vials)])
        assert found is not None
        return found

    def vials(self) -> list[uuid.UUID]:
        entries = LedgerEntry.of(self.room.world.id).filter(seq=1)
        return list(entries.order_by("recorded_at", "id").values_list("vial_id", flat=True))

    @rule(count=st.integers(1, 3), kind=st.sampled_from([KETAMINE, MIDAZOLAM, TABLETS]))
    def receive(self, count: int, kind: ledger_stock.Delivery) -> None:
        self.lots += 1
        each = int(kind.strength_mg_per_ml * kind.volume_ml * 1000)
        delivery = replace(kind, lot=f"L{self.lots}", invoice=f"I{self.lots}", count=count)
        assert self.tried("received", each * count, lambda: self.room.receive(delivery))

    @rule(number=KNOWN, ml=ML)
    def draw(self, number: int, ml: Decimal) -> None:
        vial = self.a_vial(number)
        asked = int(ml * vial.kind.strength_ug_per_ml)
        done = self.tried("-", 0, lambda: self.room.draw(self.visit.encounter, vial.id, str(ml)))
        crumbs = vial.kind.form == "tablet" and bool(ml % Decimal("0.5"))
        assert done or asked > vial.balance_ug or asked == 0 or crumbs or self.is_over

    @property
    def is_over(self) -> bool:
        """Whether the visit or its bag is closed, so that nothing more is drawn."""
        found = portions.of_visit(clinic=self.room.world.id, encounter=self.visit.encounter)
        return self.visit.state.state == "cancelled" or any(p.closed for p in found)

    @rule(number=KNOWN, ml=ML)
    def find_more(self, number: int, ml: Decimal) -> None:
        vial = self.a_vial(number)
        more = int(ml * vial.kind.strength_ug_per_ml)
        self.tried("overage", more, lambda: ledger_stock.overage(
            vial=vial.id, volume_ml=ml, **self.room.beside()
        ))  # fmt: skip

    @rule(number=KNOWN, ml=ML)
    def waste(self, number: int, ml: Decimal) -> None:
        vial = self.a_vial(number)
        self.tried("wasted", vial.balance_ug, lambda: ledger_stock.waste(
            vial=vial.id, volume_ml=ml, **self.room.beside()
        ))  # fmt: skip

    @rule(number=KNOWN)
    def destroy(self, number: int) -> None:
        vial = self.a_vial(number)
        self.tried("gone", vial.balance_ug, lambda: ledger_stock.destroy(
            vials=[vial.id], manner="on_site", reference="F41", reason="x", **self.room.beside()
        ))  # fmt: skip

    @rule(number=KNOWN)
    def hand_over(self, number: int) -> None:
        vial = self.a_vial(number)
        to = {"receiver": "X", "receiver_dea": "Y", "invoice": "Z"}
        self.tried("gone", vial.balance_ug, lambda: ledger_stock.transfer(
            vials=[vial.id], **to, **self.room.beside()
        ))  # fmt: skip

    @rule(number=KNOWN, cause=st.sampled_from(["loss", "theft", "breakage"]))
    def lose(self, number: int, cause: str) -> None:
        vial = self.a_vial(number)
        self.tried("gone", vial.balance_ug, lambda: ledger_losses.lose(
            vial=vial.id, cause=cause, text="x", **self.room.beside()
        ))  # fmt: skip

    @rule(number=KNOWN, instead=st.none() | ML, sealed=st.booleans())
    def take_a_draw_back(self, number: int, instead: Decimal | None, sealed: bool) -> None:
        """A mistyped draw moves back what it moved: in all, nothing comes or goes."""
        found = LedgerEntry.of(self.room.world.id).filter(kind="drawn").order_by("recorded_at")
        if not found:
            return
        entry = found[number % len(found)]
        done = self.tried("-", 0, lambda: ledger_reversing.draw(
            vial=entry.vial_id, seq=entry.seq, reason="x", instead_ml=instead, sealed=sealed,
            **self.room.beside(),
        ))  # fmt: skip
        self.seen["taken back"] += done

    @rule(number=KNOWN)
    def take_a_receipt_back(self, number: int) -> None:
        vial = self.a_vial(number)
        self.tried("received", -vial.balance_ug, lambda: ledger_reversing.receipt(
            vials=[vial.id], reason="x", **self.room.beside()
        ))  # fmt: skip

    @rule(number=KNOWN, vial=KNOWN, ug=st.integers(1, 600_000), whole=st.booleans())
    def put_right(self, number: int, vial: int, ug: int, whole: bool) -> None:
        """What was lost or did not close goes back into a vial, never beyond the difference."""
        clinic = self.room.world.id
        waiting = discrepancies.waiting(clinic=clinic)
        found = waiting[number % len(waiting)] if waiting else None
        may = found and adjustments.of(clinic=clinic, discrepancy=found.id)
        if not found or not may:
            return
        change = (may.most_ug if whole else ug) if may.most_ug > 0 else -ug
        chosen = may.vials[vial % len(may.vials)].id
        done = self.tried("adjusted", change, lambda: ledger_adjusting.adjust(
            discrepancy=found.id, changes_ug={chosen: change}, reason="x",
            **(self.room.beside("infusion_nurse") | self.room.act("medical_director")),
        ))  # fmt: skip
        assert not done or abs(change) <= abs(may.most_ug)
        self.seen["put right"] += done

    @rule(minutes=st.integers(1, 200))
    def wait(self, minutes: int) -> None:
        self.room.world.later(minutes=minutes)

    @rule(kind=st.sampled_from(["rate", "resumed"]), rate_mg_per_h=st.integers(0, 90))
    def run_the_pump(self, kind: str, rate_mg_per_h: int) -> None:
        """What the pump did is told, and kept in whatever state; the first rate is the start."""
        self.pump(kind if self.rates else "started", rate_mg_per_h * 1000)

    @precondition(lambda self: self.rates)
    @rule(kind=st.sampled_from(["paused", "stopped", "ended"]))
    def stop_the_pump(self, kind: str) -> None:
        self.pump(kind, 0)

    def pump(self, kind: str, rate_ug_per_h: int) -> None:
        more = {"rate_ug_per_h": rate_ug_per_h} if kind in SETTING else {}
        assert self.tried("-", 0, lambda: self.visit.pump.told(kind, **more))
        self.rates.append((ms(self.room.world.at), rate_ug_per_h))

    @property
    def infused_ug(self) -> int:
        """What ran into the patient, a part of a microgram counting as a whole one.

        How long a rate ran that nobody ended, told after the end, is not known and not counted.
        """
        segments = pairwise(self.rates)
        return ceil(sum(Fraction(rate) * (end - start) / MS_PER_H
                        for (start, rate), (end, _) in segments))  # fmt: skip

    @rule(number=KNOWN, first=ML, second=st.none() | ML,
          place=st.sampled_from(["syringe_ml", "bag_ml"]))  # fmt: skip
    def account(self, number: int, first: Decimal, second: Decimal | None, place: str) -> None:
        """Two people measure what is left; often they read the same."""
        found = portions.waiting(clinic=self.room.world.id)
        if not found:
            return
        portion = found[number % len(found)]
        may_be = portion.kind != portions.BAG or self.visit.state.state in portions.OVER
        if self.tried("-", 0, lambda: self.room.measure(portion.id, **{place: str(first)})):
            assert may_be, "measured while it was in use"
            again = str(first if second is None else second)
            self.tried("-", 0, lambda: self.room.close(portion.id, **{place: again}))
        self.count(portion, first, place)

    def count(self, portion: portions.PortionView, first: Decimal, place: str) -> None:
        """What a closed bag or syringe adds to the model: run in, left over, and unexplained."""
        closed = self.room.portion(portion.id).closed
        if closed is None:
            return
        is_bag = portion.kind == portions.BAG
        infused = self.infused_ug if is_bag else 0
        strength = portion.concentration_ug_per_ml
        if is_bag and place == "syringe_ml":
            strength = int(KETAMINE.strength_mg_per_ml * 1000)
        assert (closed.given_ug, closed.wasted_ug) == (infused, int(first * strength))
        self.moved.update(
            infused=infused, left=closed.wasted_ug, unexplained=closed.difference_ug
        )
        self.seen["run in" if infused else "nothing given"] += 1

    @precondition(lambda self: self.visit.state.state == "prepared")
    @rule()
    def cancel(self) -> None:
        self.visit.pump.chair.do("cancelled")

    @invariant()
    def mass_is_kept(self) -> None:
        if not hasattr(self, "moved"):
            return
        clinic = self.room.world.id
        held = sum(stock.balances(clinic=clinic).values())
        out = sum(p.drawn_ug for p in portions.waiting(clinic=clinic))
        came = self.moved["received"] + self.moved["overage"] + self.moved["adjusted"]
        gone = ("wasted", "gone", "infused", "left", "unexplained")
        assert held + out == came - sum(self.moved[where] for where in gone)

    @invariant()
    def nothing_is_below_nought_and_the_chains_hold(self) -> None:
        if not hasattr(self, "moved"):
            return
        for model in (LedgerEntry, PortionEntry):
            assert not model.of(self.room.world.id).filter(balance_after_ug__lt=0).exists()
        assert list(rows.faults()) == []


@pytest.mark.usefixtures("db")
def test_any_sequence_of_acts_keeps_the_mass_and_the_chains(is_long: bool) -> None:
    with quick_world() as world:
        Cabinet.room, Cabinet.visit, _ = with_bag(world)
        Cabinet.begins, Cabinet.seen = world.at, Counter()
        run(
            Cabinet,
            settings=settings(
                max_examples=300 if is_long else 6, stateful_step_count=60 if is_long else 20,
                suppress_health_check=list(HealthCheck), phases=(Phase.explicit, Phase.generate),
            ),
        )  # fmt: skip
        if is_long:
            assert Cabinet.seen["taken back"]
            assert Cabinet.seen["put right"]

