"""The safety rules: one small file each, found by their folder, asked all at once.

A rule is `CHAPTER/NAME.py` holding `RULE` beside `CHAPTER/NAME.toml` with its severity, source,
date and numbers. All findings are returned, never only the first.
"""

from __future__ import annotations

import importlib
import math
import pkgutil
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from reprieve import knowledge
from reprieve.clinical import facts as clinical_facts
from reprieve.clinical.facts import Fact
from reprieve.clinical.findings import Finding, Outcome, Severity, Step
from reprieve.clinical.safety.rule import Case, Rule
from reprieve.knowledge import N_, BadValue, Message

OwnNumbers = Mapping[str, Mapping[str, float]]
NOTHING_FOUND = Message(id=N_("Nothing found."))
NOT_KNOWN = N_("Not known: {needs}.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registered:
    """A rule with its name, its chapter and what its data file states."""

    name: str
    chapter: str
    rule: Rule
    severity: Severity
    severity_when_unknown: Severity
    overridable: bool
    source: str
    verified: bool
    version: str
    numbers: Mapping[str, Any]


@cache
def rules() -> tuple[Registered, ...]:
    """This function will find every rule by its file, sorted by chapter and name."""
    found = []
    for chapter in pkgutil.iter_modules(__path__):
        if chapter.ispkg:
            package = importlib.import_module(f"{__name__}.{chapter.name}")
            files = sorted(m.name for m in pkgutil.iter_modules(package.__path__))
            found += [_register(package.__name__, file) for file in files]
    return tuple(found)


@cache
def catalogue() -> Mapping[str, Fact]:
    """This function will gather every fact that a rule reads, by name."""
    return {fact.name: fact for entry in rules() for fact in entry.rule.facts}


@cache
def at(step: Step) -> tuple[Registered, ...]:
    """This function will list the rules asked at one step."""
    return tuple(entry for entry in rules() if step in entry.rule.steps)


def facts_at(step: Step) -> tuple[Fact, ...]:
    """This function will list the facts that the rules of one step read, by name."""
    wanted = {fact.name: fact for entry in at(step) for fact in entry.rule.facts}
    return tuple(wanted[name] for name in sorted(wanted))


def examine(
    *, facts: Mapping[str, Any], step: Step, own_numbers: OwnNumbers | None = None
) -> tuple[Finding, ...]:
    """This function will ask every rule of a step about one patient.

    `facts` maps fact names (docs/manual/facts.md) to values; missing or None is unknown.
    `own_numbers` maps rules to the numbers that a clinic set in place of the shipped ones; who may
    set them is not asked here. Returns one finding a rule, clear ones included. Raises BadValue
    naming a fact, rule or number that cannot be used.
    """
    known = clinical_facts.read(facts, catalogue=catalogue())
    entries = adjusted(at(step), own_numbers) if own_numbers else at(step)
    return tuple(ask(entry, known=known) for entry in entries)


def adjusted(entries: tuple[Registered, ...], own_numbers: OwnNumbers) -> tuple[Registered, ...]:
    """This function will put a clinic's numbers into rules, and say so in their version."""
    by_name = {entry.name: entry for entry in rules()}
    for name, numbers in own_numbers.items():
        if name not in by_name:
            raise BadValue(name[:60], "unknown rule")
        for number, value in numbers.items():
            _check_own(by_name[name], number, value)
    return tuple(
        _own(entry, own_numbers[entry.name]) if entry.name in own_numbers else entry
        for entry in entries
    )


def _own(entry: Registered, numbers: Mapping[str, float]) -> Registered:
    said = ",".join(f"{name}={numbers[name]}" for name in sorted(numbers))
    return replace(entry, numbers={**entry.numbers, **numbers}, version=f"{entry.version};{said}")


def _check_own(entry: Registered, number: str, value: object) -> None:
    if number not in entry.numbers or number == "medicines":
        raise BadValue(f"{entry.name}.{number[:60]}", "unknown number of this rule")
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise BadValue(f"{entry.name}.{number}", f"must be a number, got {value!r}")


def ask(entry: Registered, *, known: Mapping[str, Any]) -> Finding:
    """This function will ask one rule about checked facts."""
    case = Case(facts=known, numbers=entry.numbers)
    answer = entry.rule.judge(case)
    if answer is None:
        outcome, severity = Outcome.UNKNOWN, entry.severity_when_unknown
        says = Message(id=NOT_KNOWN, params={"needs": ", ".join(case.missing)})
    elif answer is False:
        outcome, severity, says = Outcome.CLEAR, entry.severity, NOTHING_FOUND
    else:
        outcome, severity = Outcome.FINDS, entry.severity
        says = entry.rule.says if answer is True else answer
    return Finding(
        rule=entry.name,
        severity=severity,
        outcome=outcome,
        says=says,
        because=entry.rule.because,
        source=entry.source,
        saw=case.saw,
        needs=() if answer is False else tuple(case.missing),
        overridable=entry.overridable,
        verified=entry.verified,
        knowledge_version=entry.version,
    )


def _register(package: str, file: str) -> Registered:
    rule: Rule = importlib.import_module(f"{package}.{file}").RULE
    known = knowledge.load(package, file)
    data = known.data
    return Registered(
        name=file.replace("_", "-"),
        chapter=package.rsplit(".", 1)[-1],
        rule=rule,
        severity=Severity(data["severity"]),
        severity_when_unknown=Severity(data.get("severity_when_unknown", data["severity"])),
        overridable=data["overridable"],
        source=data["source"],
        verified=data["verified"],
        version=known.version,
        numbers={**data.get("numbers", {}), "medicines": data.get("medicines", {})},
    )
