"""How strong the evidence is for each condition: plain for the patient, in full for doctors."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from reprieve import knowledge
from reprieve.knowledge import BadValue, Message


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """One regimen as published. Cells are words, since sources give ranges and titrations.

    `confirmed` is yes, partly or no; `library_only` rows cannot be made into a plan here.
    """

    id: str
    condition: str
    population: str
    form: str
    dose: str
    dose_unit: str
    highest: str
    duration_min: str
    infusions: str
    interval: str
    setting: str
    comedication: str
    patients: str
    design: str
    result: str
    relief: str
    source: str
    confirmed: str
    some_cells_unconfirmed: bool
    library_only: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """The strength of evidence for one condition. `plain` is for the patient, `full` for doctors.

    `weak` says what is missing or negative; `needs_rationale` asks the physician for a reason.
    """

    condition: str
    name: Message
    grade: str
    certainty: str
    relief_seen: Message
    plain: Message
    full: Message
    weak: Message
    trials: tuple[Published, ...]
    source: str
    verified: bool
    knowledge_version: str

    @property
    def needs_rationale(self) -> bool:
        """Say whether evidence is so weak that the physician writes down why."""
        return self.grade == "D"


def evidence(condition: str) -> Evidence:
    """This function will find the evidence of one condition. Raises BadValue naming the known."""
    if condition not in conditions():
        raise BadValue("condition", f"unknown {condition!r}; known: {', '.join(conditions())}")
    file = knowledge.load(__name__, condition)
    data = file.data
    words = {key: Message(id=data[key]) for key in ("name", "relief_seen", "plain", "full", "weak")}
    return Evidence(
        condition=condition,
        grade=data["grade"],
        certainty=data["certainty"],
        trials=tuple(published()[trial] for trial in data["trials"]),
        source=data["source"],
        verified=data["verified"],
        knowledge_version=file.version,
        **words,
    )


def conditions() -> tuple[str, ...]:
    """This function will list the conditions whose evidence is described."""
    return knowledge.names(__name__)


@cache
def published() -> Mapping[str, Published]:
    """This function will read the library of published regimens, by id."""
    rows: list[dict[str, Any]] = knowledge.load("reprieve.clinical", "published").data["regimen"]
    return {row["id"]: Published(**row) for row in rows}
