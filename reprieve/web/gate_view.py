"""The start gate in sections, each with what the rules say and the control that resolves it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from reprieve import units
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.pathway.clock import moment
from reprieve.pathway.gate import Item
from reprieve.records.queries.gate_vitals import PressureSet
from reprieve.records.queries.overrides import OverrideView
from reprieve.web.decision_view import card
from reprieve.web.presenters import Badge, FindingCard

VITALS = "vital_signs"
# The people who are named for a visit.
NAMED = ("life_support", "physician", "starter")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One section: which rules it holds (by name or whole chapter) and which facts it asks."""

    key: str
    title: Any
    rules: frozenset[str] = frozenset()
    chapter: str = ""
    facts: tuple[str, ...] = ()


PARTS = (
    Part(key="identity", title=_("Who is this?"), rules=frozenset({"identity"})),
    Part(key="consent", title=_("Consent"), rules=frozenset({"consent"})),
    Part(
        key="mood", title=_("Mood and risk"),
        rules=frozenset({"suicide-alert-open", "suicide-risk-high", "suicide-risk-moderate",
                         "suicide-risk-low", "mood-change", "mood-scales"}),
        facts=("mood_worse",),
    ),
    Part(
        key="since", title=_("Since the last visit"),
        rules=frozenset({"illness-new", "medicine-change", "bladder", "bladder-persistent",
                         "liver-result"}),
        facts=("medicines_changed", "new_illness", "rash_or_fever", "bladder_symptoms",
               "urinalysis", "bladder_symptoms_persist"),
    ),
    Part(
        key="fasting", title=_("Food, drink and sugar"),
        rules=frozenset({"fasting-solids", "fasting-clear-fluids", "glp1-medicine", "glucose"}),
        facts=("solids_fasted_h", "clear_fluids_fasted_h", "glp1_medicine", "diabetes",
               "glucose_mg_per_dl"),
    ),
    Part(
        key="pregnancy", title=_("Pregnancy"),
        rules=frozenset({"pregnancy", "pregnancy-test-due", "pregnancy-test-positive"}),
        facts=("could_become_pregnant", "pregnancy_test", "pregnancy_test_age_days", "pregnant"),
    ),
    Part(key="escort", title=_("The way home"), rules=frozenset({"escort"})),
    Part(key="body", title=_("Weight and height"), rules=frozenset({"weight", "body-mass"})),
    Part(
        key="usual", title=_("How it is usually"), rules=frozenset({"baseline-function"}),
        facts=("baseline_mobility", "baseline_limbs_n", "baseline_orientation_score"),
    ),
    Part(
        key="vitals", title=_("Vital signs, two sets five minutes apart"), chapter=VITALS,
        facts=("chest_pain", "acute_heart_failure", "new_arrhythmia", "etco2_waveform"),
    ),
    Part(key="line", title=_("Intravenous line"), rules=frozenset({"iv-site"})),
    Part(
        key="place", title=_("Room and people"),
        rules=frozenset({"emergency-equipment", "staff-credentials", "starter-credentials",
                         "nurse-ratio", "acls-person", "supervising-physician"}),
        facts=("emergency_equipment_ready", "staff_credentials_valid",
               "starter_credentials_valid"),
    ),
    Part(
        key="monitoring", title=_("Monitoring"), rules=frozenset({"monitoring", "alarm-sound"}),
        facts=("alarm_sound_heard",),
    ),
    Part(
        key="drug", title=_("Order, bag and pump"),
        rules=frozenset({"order", "drug-form", "drug-strength", "ledger-draw", "double-check"}),
    ),
    Part(key="history", title=_("History and surveillance")),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One rule's answer in words, with what may be done about it."""

    card: FindingCard
    rule: str
    blocks: bool
    is_clear: bool
    is_unknown: bool
    may_be_overridden: bool
    wants_doctor: bool
    wants_repeat: bool
    override: OverrideView | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section as shown: its state word, what is open, what is clear."""

    part: Part
    badge: Badge
    open: tuple[Line, ...]
    clear: tuple[Line, ...]

    @property
    def found(self) -> tuple[Line, ...]:
        """What was found, and what was decided about."""
        return tuple(line for line in self.open if not line.is_unknown or line.override)

    @property
    def unknown(self) -> tuple[Line, ...]:
        """What nobody has answered yet."""
        return tuple(line for line in self.open if line.is_unknown and not line.override)

    @property
    def blocks(self) -> bool:
        """Whether something here keeps the gate closed."""
        return any(line.blocks for line in self.open)


def sections(items: Sequence[Item]) -> tuple[Section, ...]:
    """This function will sort the gate's answers into its sections, in the order of work."""
    homes: dict[str, list[Item]] = {part.key: [] for part in PARTS}
    for item in items:
        homes[_home(item)].append(item)
    return tuple(_section(part, homes[part.key]) for part in PARTS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """Weight of this visit and of the one before, in kg and lb."""

    weight_kg: Decimal | None
    weight_lb: Decimal | None
    last_kg: Decimal | None
    last_lb: Decimal | None
    height_cm: Decimal | None


def body(facts: Mapping[str, Any]) -> Body:
    """This function will show weights in both units, so that a slip between them is seen."""
    now, last = _amount(facts.get("weight_kg")), _amount(facts.get("weight_last_kg"))
    return Body(
        weight_kg=now, weight_lb=pounds(now), last_kg=last, last_lb=pounds(last),
        height_cm=_amount(facts.get("height_cm")),
    )  # fmt: skip


def pressure(one: PressureSet) -> dict[str, Any]:
    """This function will show one blood pressure with its moment."""
    return {"at": moment(one.at_ms), "text": f"{one.sbp:g}/{one.dbp:g}"}


def _amount(value: Any) -> Decimal | None:
    return None if value is None else Decimal(str(value))


def pounds(kg: Decimal | None) -> Decimal | None:
    """This function will turn kilograms into pounds, to 0.1 lb; None stays None."""
    if kg is None:
        return None
    return units.convert(kg, from_unit="kg", to_unit="[lb_av]").quantize(Decimal("0.1"))


def _home(item: Item) -> str:
    for part in PARTS:
        if item.finding.rule in part.rules or (part.chapter and part.chapter == item.chapter):
            return part.key
    return "history"


def _section(part: Part, items: Sequence[Item]) -> Section:
    lines = [line(item) for item in items]
    return Section(
        part=part, badge=_badge(items), open=tuple(x for x in lines if not x.is_clear),
        clear=tuple(x for x in lines if x.is_clear),
    )  # fmt: skip


def line(item: Item) -> Line:
    """This function will put one item into words, with what may be done about it."""
    finding = item.finding
    return Line(
        card=_card(finding), rule=finding.rule, blocks=item.blocks,
        is_clear=finding.outcome is Outcome.CLEAR, is_unknown=finding.outcome is Outcome.UNKNOWN,
        may_be_overridden=item.blocks and item.may_be_overridden,
        wants_doctor=item.wants_doctor and item.blocks, override=item.override,
        wants_repeat=item.wants_repeat,
    )  # fmt: skip


def _card(finding: Finding) -> FindingCard:
    """An open question is put as the question."""
    made = card(finding)
    return replace(made, says=" ".join(made.needs)) if made.kind == "unknown" else made


def _badge(items: Sequence[Item]) -> Badge:
    blocking = [item.finding for item in items if item.blocks]
    if any(f.outcome is Outcome.FINDS and f.severity is not Severity.WARN_HIGH for f in blocking):
        return Badge(kind="stop", text=str(_("blocks")))
    if any(f.outcome is Outcome.FINDS for f in blocking):
        return Badge(kind="warn", text=str(_("a doctor must see it")))
    if blocking:
        return Badge(kind="unknown", text=str(_("not known yet")))
    if any(item.override for item in items):
        return Badge(kind="warn", text=str(_("decided with a reason")))
    if any(item.finding.outcome is not Outcome.CLEAR for item in items):
        return Badge(kind="warn", text=str(_("ready, with notes")))
    return Badge(kind="ok", text=str(_("ready")))
