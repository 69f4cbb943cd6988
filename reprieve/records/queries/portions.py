"""Bags, syringes and tablets of a visit: what was drawn into them, and what was given out of them.

What a bag gave follows from the rate segments while it hung on the pump, what a syringe gave from
the drug's entries on the chart; nobody types it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from django.db.models import QuerySet, Sum

from reprieve.clinical import controlled
from reprieve.clinical.recipe import BagRecipe
from reprieve.records import instants
from reprieve.records.models import (
    InfusionEvent,
    InfusionState,
    LeftReading,
    MedicationAdministration,
    Portion,
    PortionEntry,
    Practitioner,
)
from reprieve.records.queries import bags, courses

BAG, SYRINGE, TABLETS = "bag", "syringe", "tablets"
BY_MOUTH = "po"
KETAMINE = "ketamine"  # what every bag holds
# What brings a prepared bag into use.
HUNG = ("started", "bag_changed", "restarted")
OVER = frozenset({"cancelled", "recovery", "discharged", "left", "transferred"})
FOREVER_MS = 2**61
# What came into a bag or syringe out of a vial; a mistyped draw went back.
CAME = ("drawn", "draw_reversed")


@dataclass(frozen=True, slots=True, kw_only=True)
class PortionView:
    """One bag, syringe or number of tablets. None of `closed`: open.

    `given_ug` is by the record as it stands now.
    `in_use` says that it may not be measured yet; `waits_second` that one reading waits for the
    other, by whom the first was made.
    """

    id: uuid.UUID
    encounter: uuid.UUID
    patient: uuid.UUID
    kind: str
    drug: str
    form: str
    concentration_ug_per_ml: int
    prepared_at: datetime
    prepared_by: str
    start_by: datetime | None
    drawn_ug: int
    given_ug: int
    in_use: bool
    waits_second: bool
    first_by: uuid.UUID | None
    closed: ClosingView | None
    recipe: BagRecipe | None
    sources: tuple[str, ...]

    @property
    def wanted_ml(self) -> Decimal | None:
        """What the recipe asks to draw, in mL; None for a syringe."""
        return self.recipe.drug_volume_ml if self.recipe else None

    @property
    def code(self) -> str:
        """What its barcode says: enough of its key to find it again."""
        return self.id.hex[:12].upper()


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingView:
    """How a bag or syringe closed, and who measured and who witnessed."""

    id: uuid.UUID
    at: datetime
    drawn_ug: int
    given_ug: int
    wasted_ug: int
    difference_ug: int
    tolerance_ug: int
    within: bool
    by: str
    witness: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Draw:
    """What one vial gave to a bag or syringe; `taken_back`: it was mistyped, and went back."""

    vial: uuid.UUID
    seq: int
    name: str
    change_ug: int
    at: datetime
    taken_back: bool


def of_visit(*, clinic: uuid.UUID, encounter: uuid.UUID) -> list[PortionView]:
    """This function will list the bags and syringes of a visit, oldest first."""
    rows = Portion.of(clinic).filter(encounter_id=encounter)
    return _views(rows.select_related("encounter", "bag", "closing"))


def one(*, clinic: uuid.UUID, portion: uuid.UUID) -> PortionView | None:
    """This function will return one bag or syringe."""
    rows = Portion.of(clinic).filter(pk=portion)
    return next(iter(_views(rows.select_related("encounter", "bag", "closing"))), None)


def waiting(*, clinic: uuid.UUID) -> list[PortionView]:
    """This function will list what was drawn and not accounted for yet, oldest first."""
    rows = Portion.of(clinic).filter(closing__isnull=True)
    return _views(rows.select_related("encounter", "bag"))


def changed_since(*, clinic: uuid.UUID, since: datetime) -> list[PortionView]:
    """This function will list what closed on other amounts than the record says by now."""
    rows = Portion.of(clinic).filter(closing__recorded_at__gte=since)
    found = _views(rows.select_related("encounter", "bag", "closing"))
    return [one for one in found if one.closed and one.closed.given_ug != one.given_ug]


def draws(*, clinic: uuid.UUID, portion: uuid.UUID) -> list[Draw]:
    """This function will list each draw into a bag or syringe, oldest first."""
    rows = PortionEntry.of(clinic).filter(portion_id=portion, kind__in=CAME)
    entries = [row.source for row in rows.select_related("source__vial").order_by("seq")]
    back = {(e.vial_id, (e.detail or {}).get("reverses")) for e in entries if e and e.change_ug > 0}
    return [
        Draw(
            vial=e.vial_id, seq=e.seq, name=f"{e.vial.lot}/{e.vial.serial}",
            change_ug=-e.change_ug, at=e.recorded_at, taken_back=(e.vial_id, e.seq) in back,
        )
        for e in entries
        if e and e.change_ug < 0
    ]  # fmt: skip


def is_drawn_for(*, clinic: uuid.UUID, bag: bags.BagView) -> bool:
    """This function will tell whether the vials gave a bag what its recipe asks, by the ledger."""
    rows = PortionEntry.of(clinic).filter(portion__bag_id=bag.id, kind__in=CAME)
    drawn_ug = sum(rows.values_list("change_ug", flat=True))
    wanted_ug = int(bag.recipe.mg_in_bag * controlled.MICROGRAMS)
    tolerance_ug = controlled.tolerance_ug(name=KETAMINE, amount_ug=wanted_ug)
    return bool(drawn_ug) and abs(drawn_ug - wanted_ug) <= tolerance_ug


def given_ug(*, clinic: uuid.UUID, portion: uuid.UUID) -> int:
    """This function will return what a bag or syringe gave, by the record of its visit."""
    row = Portion.of(clinic).get(pk=portion)
    return _infused_ug(row) if row.kind == BAG else _pushed_ug(row)


def _infused_ug(row: Portion) -> int:
    """What left the pump while this bag hung; a bag that was never hung gave nothing.

    A rate that nobody ended, as one told after the end, counts nothing: how long is not known.
    """
    start, end = _hung(row)
    if start is None:
        return 0
    course = courses.of(clinic=row.clinic_id, encounter=row.encounter_id)
    if course.rate_ug_per_h and end == FOREVER_MS:  # the last bag: the rate is its own
        end = min(end, course.segments[-1].start_ms)
    return course.between_ug(start, end)


def _hung(row: Portion) -> tuple[int | None, int]:
    """From when until when a bag hung on the pump, in ms."""
    bag = row.bag
    assert bag is not None  # a portion of kind bag names its recipe
    acts = InfusionEvent.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    later = acts.filter(kind=bags.KIND, recorded_ms__gt=bag.recorded_ms)
    until = later.order_by("recorded_ms").values_list("recorded_ms", flat=True).first()
    hung = _as_hung(acts.filter(kind__in=HUNG))
    own = [at for at, recorded in hung if bag.recorded_ms <= recorded < (until or FOREVER_MS)]
    if not own:
        return None, FOREVER_MS
    after = [at for at, recorded in hung if until is not None and recorded >= until]
    return min(own), min(after) - 1 if after else FOREVER_MS


def _as_hung(acts: QuerySet[InfusionEvent]) -> list[tuple[int, int]]:
    """When each bag was hung, as it stands now, and when that was first entered, in ms."""
    rows = {row.pk: row for row in acts.order_by("at_ms", "recorded_ms")}
    replaced = {row.corrects_id for row in rows.values()}

    def first(row: InfusionEvent) -> InfusionEvent:
        return first(rows[row.corrects_id]) if row.corrects_id else row

    return [(r.at_ms, first(r).recorded_ms) for pk, r in rows.items() if pk not in replaced]


def kind_for(route: str) -> str:
    """This function will tell what a drug given by a route comes out of."""
    return TABLETS if route == BY_MOUTH else SYRINGE


def _pushed_ug(row: Portion) -> int:
    """What the chart says was given of the drug out of this syringe, or of these tablets."""
    start, end = _turn(row)
    charted = MedicationAdministration.of(row.clinic_id).filter(encounter_id=row.encounter_id)
    replaced = charted.exclude(corrects=None).values("corrects_id")  # also by another drug
    given = charted.filter(drug=row.drug).exclude(pk__in=replaced)
    counted = given.filter(at_ms__gte=start, at_ms__lt=end)
    swallowed = counted.filter(route=BY_MOUTH)
    own_route = swallowed if row.kind == TABLETS else counted.exclude(route=BY_MOUTH)
    return own_route.aggregate(sum=Sum("dose_ug"))["sum"] or 0


def _turn(row: Portion) -> tuple[int, int]:
    """From when until when doses of a drug came out of one of its syringes, in ms.

    It ends with the closing or with the next draw, and the next begins there: a dose may be charted
    a little before its draw, and none comes from what was accounted for before.
    """
    rows = Portion.of(row.clinic_id).filter(
        encounter_id=row.encounter_id, drug=row.drug, kind=row.kind
    )
    own = list(rows.select_related("closing").order_by("recorded_at", "id"))
    ends = [
        min(
            instants.ms(after.recorded_at) if after else FOREVER_MS,
            instants.ms(one.closing.recorded_at) + 1 if hasattr(one, "closing") else FOREVER_MS,
        )
        for one, after in zip_longest(own, own[1:])
    ]  # fmt: skip
    n = own.index(row)
    return ends[n - 1] if n else 0, ends[n]


def _views(rows: QuerySet[Portion]) -> list[PortionView]:
    found = list(rows.order_by("recorded_at", "id"))
    if not found:
        return []
    clinic = found[0].clinic_id
    names: dict[Any, str] = dict(Practitioner.of(clinic).values_list("id", "name"))
    drawn = _drawn(clinic, found)
    firsts = _waiting_firsts(clinic, found)
    states = dict(
        InfusionState.of(clinic)
        .filter(encounter__in=[row.encounter_id for row in found])
        .values_list("encounter_id", "state")
    )
    return [_view(row, names, drawn, firsts, states.get(row.encounter_id, "")) for row in found]


def _drawn(clinic: uuid.UUID, found: Sequence[Portion]) -> dict[uuid.UUID, list[tuple[int, str]]]:
    rows = PortionEntry.of(clinic).filter(portion__in=found, kind__in=CAME).order_by("seq")
    listed: dict[uuid.UUID, list[tuple[int, str]]] = {}
    for portion, change, lot, serial in rows.values_list(
        "portion_id", "change_ug", "source__vial__lot", "source__vial__serial"
    ):
        listed.setdefault(portion, []).append((change, f"{lot}/{serial}"))
    return listed


def _waiting_firsts(clinic: uuid.UUID, found: Sequence[Portion]) -> dict[uuid.UUID, uuid.UUID]:
    """The first readings that no second one has answered, by who made them."""
    rows = LeftReading.of(clinic).filter(portion__in=found)
    answered = rows.exclude(first=None).values("first_id")
    waits = rows.filter(first=None).exclude(pk__in=answered).order_by("recorded_at")
    return dict(waits.values_list("portion_id", "by_id"))


def _view(
    row: Portion, names: dict[Any, str], drawn: dict[uuid.UUID, list[tuple[int, str]]],
    firsts: dict[uuid.UUID, uuid.UUID], state: str,
) -> PortionView:  # fmt: skip
    came = drawn.get(row.pk, [])
    bag = bags.of_event(row.bag) if row.bag else None
    return PortionView(
        id=row.pk, encounter=row.encounter_id, patient=row.encounter.patient_id, kind=row.kind,
        drug=row.drug, form=row.form, concentration_ug_per_ml=row.concentration_ug_per_ml,
        prepared_at=row.recorded_at, prepared_by=names.get(row.by_id, ""),
        start_by=bag.start_by if bag else None, drawn_ug=sum(change for change, _ in came),
        given_ug=given_ug(clinic=row.clinic_id, portion=row.pk), in_use=_in_use(row, state),
        waits_second=row.pk in firsts, first_by=firsts.get(row.pk),
        closed=_closing(row, names), recipe=bag.recipe if bag else None,
        sources=_sources(came),
    )  # fmt: skip


def _sources(came: Sequence[tuple[int, str]]) -> tuple[str, ...]:
    """The vials that gave something; one from which a draw was mistyped gave nothing."""
    gave: Counter[str] = Counter()
    for change_ug, vial in came:
        gave[vial] += change_ug
    return tuple(vial for vial, change_ug in gave.items() if change_ug)


def _in_use(row: Portion, state: str) -> bool:
    """A bag is in use until the infusion is over or the next one hangs; others never block."""
    if row.kind != BAG or state in OVER:
        return False
    start, end = _hung(row)
    if start is None:
        newest = bags.newest(clinic=row.clinic_id, encounter=row.encounter_id)
        return newest is not None and newest.id == row.bag_id
    return end == FOREVER_MS


def _closing(row: Portion, names: dict[Any, str]) -> ClosingView | None:
    found = getattr(row, "closing", None)
    if found is None:
        return None
    return ClosingView(
        id=found.pk, at=found.recorded_at, drawn_ug=found.drawn_ug, given_ug=found.given_ug,
        wasted_ug=found.wasted_ug, difference_ug=found.difference_ug,
        tolerance_ug=found.tolerance_ug, within=found.within,
        by=names.get(found.by_id, ""), witness=names.get(found.witness_id, ""),
    )  # fmt: skip
