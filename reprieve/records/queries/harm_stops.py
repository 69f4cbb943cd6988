"""Whether a patient's side effects stop further infusions until a physician decides.

What a physician decided lets pass only what the decision names as seen: an entry that comes later,
or is judged anew, counts again, whenever it was written down. What was judged not to come from the
drug does not count.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from reprieve.clinical import harm_grades
from reprieve.records.models import Decision
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
    """

    same_severe_n: int
    serious: bool | None
    heavy: tuple[HarmView, ...]

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
    found = harm.of_patient(clinic=clinic, patient=patient)
    heavy = tuple(
        e for e in found if harm_grades.needs_review(grade=e.grade, serious=e.serious)
    )
    seen = frozenset() if as_if_undecided else _let_pass(clinic, patient)
    return HarmStop(
        same_severe_n=_repeats(heavy, seen), serious=_serious(heavy, seen), heavy=heavy
    )


def _let_pass(clinic: uuid.UUID, patient: uuid.UUID) -> frozenset[str]:
    """What a physician had in view when deciding to go on, if that is still the last word."""
    rows = Decision.of(clinic).filter(patient_id=patient, kind=KIND)
    last = rows.order_by("-recorded_at", "-id").first()
    if last is None or last.outcome != GO_ON:
        return frozenset()
    return frozenset(name for finding in last.findings for name in finding.get(SEEN, ()))


def _repeats(heavy: Iterable[HarmView], seen: frozenset[str]) -> int:
    groups: dict[str, list[HarmView]] = {}
    for event in heavy:
        severe = harm_grades.needs_review(grade=event.grade, serious=False)
        if severe and harm_grades.may_be_from_drug(event.relatedness) is not False:
            groups.setdefault(event.term.strip().casefold(), []).append(event)
    came = [len(g) for g in groups.values() if any(_is_new(e, seen) for e in g)]
    return max(came, default=0)


def _serious(heavy: Iterable[HarmView], seen: frozenset[str]) -> bool | None:
    answers = [
        harm_grades.may_be_from_drug(event.relatedness)
        for event in heavy
        if harm_grades.is_serious(grade=event.grade, serious=event.serious)
        and _is_new(event, seen)
    ]
    if True in answers:
        return True
    return None if None in answers else False


def _is_new(event: HarmView, seen: frozenset[str]) -> bool:
    return str(event.id) not in seen
