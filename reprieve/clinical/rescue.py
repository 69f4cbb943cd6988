"""Rescue drugs that an as-needed order may name, and the check of one dose under its order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache
from typing import Any

from reprieve import knowledge
from reprieve.clinical.delivery import MS_PER_MIN
from reprieve.clinical.dosing import checked
from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.knowledge import N_, BadValue, Message

LONGEST_WAIT_MIN = 12 * 60  # as long as an order of a visit holds
NO_ORDER = N_("There is no order for {drug}.")
EXPIRED = N_("The order for {drug} is not valid now.")
ROUTE = N_("{drug} is ordered by {ordered}, not by {route}.")
TOO_MUCH = N_("{dose} {unit} is more than the {limit} {unit} that one dose may be.")
FIRST = N_("{dose} {unit} is more than a first dose may be ({limit} {unit}).")
ALL = N_("With this dose {total} {unit} are given; the most in a session is {limit} {unit}.")
TOO_SOON = N_("The last dose was {minutes} minutes ago; wait {wait} minutes between doses.")
NOT_KNOWN = N_("Not known: {needs}.")
ORDERED = Message(id=N_("A rescue drug is given within its order only."))
HARM = Message(id=N_("This drug can harm this patient."))
CARE = Message(id=N_("Known cautions of this drug."))


@dataclass(frozen=True, slots=True, kw_only=True)
class Avoid:
    """A state in which the drug is not given: a fact that equals or lies below a value.

    `about` is the fact in a few plain words.
    """

    fact: str
    about: str
    equals: Any
    below: Any
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Lower:
    """A fact above a value, for which a smaller dose is due, in plain words."""

    fact: str
    above: float
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueDrug:
    """One drug: usual dose range in `unit`, limits, times, cautions and the label's colour.

    `sedates`: after its last dose the patient is watched anew.
    """

    id: str
    rxcui: str
    group: str
    colour: str
    schedule: str
    sedates: bool
    unit: str
    routes: tuple[str, ...]
    dose_low: Decimal
    dose_high: Decimal
    first_dose_max: Decimal
    session_max: Decimal | None
    interval_min: int
    over_min: int
    given_for: tuple[str, ...]
    cautions: tuple[str, ...]
    avoid: tuple[Avoid, ...]
    lower: tuple[Lower, ...]
    source: str
    verified: bool
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AsNeededOrder:
    """A signed order: most for one dose and for the session (drug's unit), times and validity."""

    drug: str
    route: str
    dose_max: Decimal
    session_max: Decimal | None
    interval_min: int
    valid_from_ms: int
    valid_until_ms: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RescueDose:
    """A dose asked for or given, in the drug's unit."""

    drug: str
    route: str
    dose: Decimal
    at_ms: int


def drug(wanted: str) -> RescueDrug:
    """This function will find a rescue drug. Raises BadValue naming the known ones."""
    if wanted not in drugs():
        raise BadValue("drug", f"unknown {wanted!r}; known: {', '.join(drugs())}")
    return drugs()[wanted]


@cache
def drugs() -> Mapping[str, RescueDrug]:
    """This function will read the catalogue of rescue drugs, by name."""
    file = knowledge.load("reprieve.clinical", "rescue")
    marks = {"source": file.data["source"], "verified": file.data["verified"]}
    return {
        name: _drug(name, data, version=file.version, **marks)
        for name, data in file.data["drug"].items()
    }


def questions(wanted: Iterable[str]) -> Mapping[str, str]:
    """This function will name the yes/no facts that some drugs ask, each with its first drug.

    What is measured, not told, is left out.
    """
    asked: dict[str, str] = {}
    for name in wanted:
        for avoid in drug(name).avoid:
            if avoid.equals is not None:
                asked.setdefault(avoid.fact, name)
    return asked


def lower_for(wanted: str, *, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """This function will say why a patient needs smaller doses of a drug, as far as is known."""
    found = ((one, facts.get(one.fact)) for one in drug(wanted).lower)
    return tuple(one.says for one, value in found if value is not None and value > one.above)


def not_known_for(wanted: str, *, facts: Mapping[str, Any]) -> tuple[str, ...]:
    """This function will name what would need smaller doses of a drug and is not known."""
    return tuple(one.says for one in drug(wanted).lower if facts.get(one.fact) is None)


def usual_order(
    wanted: str, *, route: str, valid_from_ms: int, valid_until_ms: int
) -> AsNeededOrder:
    """This function will propose an order with the usual limits of a drug, to be signed."""
    known = drug(wanted)
    if route not in known.routes:
        raise BadValue("route", f"must be one of {', '.join(known.routes)} for {wanted}")
    return AsNeededOrder(
        drug=wanted,
        route=route,
        dose_max=known.dose_high,
        session_max=known.session_max,
        interval_min=known.interval_min,
        valid_from_ms=valid_from_ms,
        valid_until_ms=valid_until_ms,
    )


def lowered(
    order: AsNeededOrder, *, dose_max: Decimal | None = None, session_max: Decimal | None = None,
    interval_min: int | None = None,
) -> AsNeededOrder:  # fmt: skip
    """This function will make an order smaller: less at once, less in all, or less often.

    None leaves a limit as it is. Raises BadValue naming a limit that would pass the order's own,
    or an amount of a drug that is no amount in mg.
    """
    for name, value in (("dose_max", dose_max), ("session_max", session_max)):
        if value is not None:
            _check_lower(order, name, value)
    wait = order.interval_min if interval_min is None else interval_min
    if not order.interval_min <= wait <= LONGEST_WAIT_MIN:
        raise BadValue(
            "interval_min", f"must be within {order.interval_min} and {LONGEST_WAIT_MIN} minutes"
        )
    return replace(
        order,
        dose_max=order.dose_max if dose_max is None else dose_max,
        session_max=order.session_max if session_max is None else session_max,
        interval_min=wait,
    )


def _check_lower(order: AsNeededOrder, name: str, value: Decimal) -> None:
    known = drug(order.drug)
    if known.unit != "mg":
        raise BadValue(name, f"is lowered for drugs in mg only, not in {known.unit}")
    most = getattr(order, name)
    checked(value, field=name)
    if value > most or value != value.quantize(Decimal("0.001")):
        raise BadValue(name, f"must be above 0 and at most {most} {known.unit}, to a microgram")


def check_dose(
    *,
    asked: RescueDose,
    order: AsNeededOrder | None,
    past: Sequence[RescueDose] = (),
    facts: Mapping[str, Any] | None = None,
) -> tuple[Finding, ...]:
    """This function will judge one dose against its order, the doses before it and the patient.

    Findings that block refuse the dose; the rest are cautions to read. `facts` may hold the facts
    that the drug's own exclusions ask for; a missing one is unknown and blocks. Raises BadValue
    for an unknown drug or an unusable dose.
    """
    known = drug(asked.drug)
    checked(asked.dose, field="dose")
    if order is None or order.drug != asked.drug:
        says = Message(id=NO_ORDER, params={"drug": asked.drug})
        return (_finding(known, "rescue-order", says), *_cautions(known))
    before = [dose for dose in past if dose.drug == asked.drug and dose.at_ms <= asked.at_ms]
    said = [*_order(asked, order), *_amounts(asked, order, known, before)]
    said += _interval(asked, order, before)
    found = [_finding(known, rule, says) for rule, says in said]
    return (*found, *_exclusions(known, facts or {}), *_cautions(known))


Said = tuple[str, Message]


def _order(asked: RescueDose, order: AsNeededOrder) -> Iterable[Said]:
    if not order.valid_from_ms <= asked.at_ms < order.valid_until_ms:
        yield "rescue-validity", Message(id=EXPIRED, params={"drug": asked.drug})
    if asked.route != order.route:
        params = {"drug": asked.drug, "ordered": order.route, "route": asked.route}
        yield "rescue-route", Message(id=ROUTE, params=params)


def _amounts(
    asked: RescueDose, order: AsNeededOrder, known: RescueDrug, before: Sequence[RescueDose]
) -> Iterable[Said]:
    params = {"dose": asked.dose, "unit": known.unit}
    if asked.dose > order.dose_max:
        yield "rescue-dose", Message(id=TOO_MUCH, params={**params, "limit": order.dose_max})
    if not before and asked.dose > known.first_dose_max:
        limit = {"limit": known.first_dose_max}
        yield "rescue-first-dose", Message(id=FIRST, params={**params, **limit})
    total = asked.dose + sum((dose.dose for dose in before), Decimal(0))
    most = order.session_max
    if most is not None and total > most:
        params = {"total": total, "unit": known.unit, "limit": most}
        yield "rescue-session", Message(id=ALL, params=params)


def _interval(
    asked: RescueDose, order: AsNeededOrder, before: Sequence[RescueDose]
) -> Iterable[Said]:
    last_ms = max((dose.at_ms for dose in before), default=None)
    if last_ms is not None and asked.at_ms - last_ms < order.interval_min * MS_PER_MIN:
        minutes = (asked.at_ms - last_ms) // MS_PER_MIN
        params = {"minutes": minutes, "wait": order.interval_min}
        yield "rescue-interval", Message(id=TOO_SOON, params=params)


def _exclusions(known: RescueDrug, facts: Mapping[str, Any]) -> Iterable[Finding]:
    for avoid in known.avoid:
        value = facts.get(avoid.fact)
        if value is None:
            yield _unknown(known, avoid)
        elif _applies(avoid, value):
            yield _finding(known, "rescue-exclusion", Message(id=avoid.says), because=HARM,
                           severity=Severity.HOLD)  # fmt: skip


def _applies(avoid: Avoid, value: Any) -> bool:
    wanted = int | float | Decimal if avoid.equals is None else bool
    if not isinstance(value, wanted):
        raise BadValue(avoid.fact, f"cannot be {value!r}")
    return bool(value == avoid.equals if avoid.below is None else value < avoid.below)


def _cautions(known: RescueDrug) -> Iterable[Finding]:
    for text in known.cautions:
        yield _finding(
            known, "rescue-caution", Message(id=text), because=CARE, severity=Severity.WARN
        )


def _unknown(known: RescueDrug, avoid: Avoid) -> Finding:
    return Finding(
        rule="rescue-exclusion",
        severity=Severity.HOLD,
        outcome=Outcome.UNKNOWN,
        says=Message(id=NOT_KNOWN, params={"needs": Message(id=avoid.about)}),
        because=Message(id=avoid.says),
        source=known.source,
        needs=(avoid.fact,),
        verified=known.verified,
        knowledge_version=known.version,
    )


def _finding(
    known: RescueDrug,
    rule: str,
    says: Message,
    *,
    because: Message = ORDERED,
    severity: Severity = Severity.STOP,
) -> Finding:
    return Finding(
        rule=rule,
        severity=severity,
        outcome=Outcome.FINDS,
        says=says,
        because=because,
        source=known.source,
        saw=says.params,
        overridable=severity is not Severity.STOP,
        verified=known.verified,
        knowledge_version=known.version,
    )


def _drug(
    name: str, data: Mapping[str, Any], *, version: str, source: str, verified: bool
) -> RescueDrug:
    most = data.get("session_max")
    return RescueDrug(
        id=name,
        routes=tuple(data["routes"]),
        dose_low=Decimal(data["dose_low"]),
        dose_high=Decimal(data["dose_high"]),
        first_dose_max=Decimal(data.get("first_dose_max", data["dose_high"])),
        session_max=None if most is None else Decimal(most),
        schedule=data.get("schedule", ""),
        sedates=data.get("sedates", False),
        given_for=tuple(data["for"]),
        cautions=tuple(data["cautions"]),
        lower=tuple(Lower(**one) for one in data.get("lower", ())),
        avoid=tuple(_avoid(one) for one in data.get("avoid", ())),
        source=source,
        verified=verified,
        version=version,
        **{key: data[key] for key in _PLAIN},
    )


_PLAIN = ("rxcui", "group", "colour", "unit", "interval_min", "over_min")


def _avoid(data: Mapping[str, Any]) -> Avoid:
    return Avoid(
        fact=data["fact"],
        about=data["about"],
        equals=data.get("equals"),
        below=data.get("below"),
        says=data["says"],
    )
