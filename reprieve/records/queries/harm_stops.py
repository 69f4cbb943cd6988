"""Whether a patient's side effects stop further infusions until a physician decides.

What a physician decided lets pass only what the decision names as seen: an entry that comes later,
or is judged anew, counts again, whenever it was written down. What was judged not to come from the
drug does not count. "No further infusion" holds until a physician judged or decided anew: what was
seen then, or stands for it since, is undecided until somebody judges it, however light it is now.
A severe one that is said not to have happened counts until a physician agrees.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace

from reprieve.clinical import harm_grades
from reprieve.records.models import AdverseEvent, Decision
from reprieve.records.queries import harm
from reprieve.records.queries.harm import HarmView

KIND = "harm_stop"
GO_ON, STAY = "go_on", "stay"
SEEN = "seen"


@dataclass(frozen=True, slots=True, kw_only=True)
class HarmStop:
    """What the rule of repeated side effects reads about a patient.

    `same_severe_n`: how often the side effect of grade 3 or more came that came most often, 0
    when none came since the decision. `serious`: None while one waits for its judgement.
    `waits`: whether a physician must still judge one, also a light one that stops nothing.
    """

    same_severe_n: int
    serious: bool | None
    heavy: tuple[HarmView, ...]
    waits: bool

    @property
    def facts(self) -> dict[str, int | bool | None]:
        """What the rule reads, by the names of its facts."""
        return {
            "same_severe_harm_n": self.same_severe_n, "serious_harm_undecided": self.serious,
        }  # fmt: skip

    @property
    def waits_for_judgement(self) -> bool:
        """Whether a severe side effect has not been judged yet."""
        return any(event.waits for event in self.heavy)


def of(*, clinic: uuid.UUID, patient: uuid.UUID, as_if_undecided: bool = False) -> HarmStop:
    """This function will gather a patient's severe side effects since the last decision."""
    outcome, named = _last_word(clinic, patient)
    held = _held(clinic, patient, outcome, named)
    every = harm.undecided(clinic=clinic, patient=patient)
    found = [replace(event, asked_anew=event.id in held) for event in every]
    heavy = tuple(
        e for e in found if harm_grades.needs_review(grade=e.grade, serious=e.serious) or e.waits
    )
    seen = named if outcome == GO_ON and not as_if_undecided else frozenset()
    return HarmStop(
        same_severe_n=_repeats(heavy, seen), serious=_serious(heavy, seen), heavy=heavy,
        waits=any(event.waits for event in (*every, *heavy)),
    )  # fmt: skip


def of_entry(*, clinic: uuid.UUID, patient: uuid.UUID, entry: uuid.UUID) -> HarmStop | None:
    """This function will gather what one entry adds to the "no further infusion" that named it.

    That is the entry by itself, and how often its side effect came where it counts there. None
    where no such decision named it, or what it stands for.
    """
    if entry not in _held(clinic, patient, *_last_word(clinic, patient)):
        return None
    known = of(clinic=clinic, patient=patient)
    mine = tuple(event for event in known.heavy if event.id == entry)
    among = [g for g in _alike(known.heavy) if any(event.id == entry for event in g)]
    return HarmStop(
        same_severe_n=max(map(len, among), default=0), serious=_serious(mine, frozenset()),
        heavy=mine, waits=any(event.waits for event in mine),
    )  # fmt: skip


def decided(*, clinic: uuid.UUID) -> frozenset[uuid.UUID]:
    """This function will name the patients about whose infusions a physician decided."""
    rows = Decision.of(clinic).filter(kind=KIND)
    return frozenset(rows.values_list("patient_id", flat=True))


def _last_word(clinic: uuid.UUID, patient: uuid.UUID) -> tuple[str, frozenset[str]]:
    """What a physician decided last, if anything, and the entries in view then."""
    rows = Decision.of(clinic).filter(patient_id=patient, kind=KIND)
    last = rows.order_by("-recorded_at", "-id").first()
    if last is None:
        return "", frozenset()
    named = (name for finding in last.findings for name in finding.get(SEEN, ()))
    return last.outcome, frozenset(named)


def _held(
    clinic: uuid.UUID, patient: uuid.UUID, outcome: str, named: frozenset[str]
) -> frozenset[uuid.UUID]:
    """What a word against infusions named, and what stands for it since, by any corrections."""
    if outcome != STAY:
        return frozenset()
    rows = AdverseEvent.of(clinic).filter(patient_id=patient)
    before = dict(rows.values_list("id", "corrects_id"))

    def rests(entry: uuid.UUID | None) -> bool:
        while entry is not None and str(entry) not in named:
            entry = before[entry]
        return entry is not None

    return frozenset(entry for entry in before if rests(entry))


def _repeats(heavy: Iterable[HarmView], seen: frozenset[str]) -> int:
    came = [len(g) for g in _alike(heavy) if any(_is_new(e, seen) for e in g)]
    return max(came, default=0)


def _alike(heavy: Iterable[HarmView]) -> Iterable[list[HarmView]]:
    """The severe ones that may come from the drug, each side effect by itself."""
    groups: dict[str, list[HarmView]] = {}
    for event in heavy:
        severe = harm_grades.needs_review(grade=event.grade, serious=False)
        if severe and harm_grades.may_be_from_drug(event.relatedness) is not False:
            groups.setdefault(event.term.strip().casefold(), []).append(event)
    return groups.values()


def _serious(heavy: Iterable[HarmView], seen: frozenset[str]) -> bool | None:
    answers = [
        harm_grades.may_be_from_drug(event.relatedness)
        for event in heavy
        if _may_stop(event) and _is_new(event, seen)
    ]
    if True in answers:
        return True
    return None if None in answers else False


def _may_stop(event: HarmView) -> bool:
    """Whether one alone stops: it is serious, or a decision against infusions rests on it."""
    is_serious = harm_grades.is_serious(grade=event.grade, serious=event.serious)
    return is_serious or (event.asked_anew and event.waits)


def _is_new(event: HarmView, seen: frozenset[str]) -> bool:
    return str(event.id) not in seen
