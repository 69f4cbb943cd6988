"""Conditions, medicines, earlier therapies and allergies: lists in which nothing is rubbed out.

A correction is a new row that points at the old; what ended is a row that is no longer active.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any

from reprieve.clinical import conditions, criteria, icd10, medicine_names, mme, trials
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import observations, patients
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor
from reprieve.records import notes
from reprieve.records.models import AllergyIntolerance, Condition, MedicationStatement
from reprieve.records.queries.medicines import LOOKED_UP, NONE_TAKEN, current
from reprieve.records.queries.treatments import zone_of

LISTS: dict[str, Any] = {
    "condition": Condition, "medicine": MedicationStatement, "allergy": AllergyIntolerance,
}  # fmt: skip
Row = Condition | MedicationStatement | AllergyIntolerance
# In what the highest dose of a therapy is told; "times" counts procedures and sessions.
UNITS = ("mg/d", "µg/h", "mg", "g/d", "mL", "IU", "%", "times")


def add_condition(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, code: str = "",
    label: str = "", onset: str = "", is_pain_condition: bool = True,
    corrects: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """This function will add a condition by its ICD-10-CM code, or in free words.

    Raises BadValue for a code that is not in the present release or when both are missing.
    """
    wanted = code.strip().upper()
    said = _text("label", label or _label(wanted), 200)
    fields = {
        "code": wanted, "label": said, "onset": _short("onset", onset, 20),
        "is_pain_condition": is_pain_condition,
    }  # fmt: skip
    return _add(
        "condition", fields, actor=actor, uid=uid, at=at, patient=patient, corrects=corrects
    )


def _label(code: str) -> str:
    """The clinic's own words for a code, else the published ones."""
    if not code:
        return ""
    own = conditions.conditions().get(code)
    known = None if own else icd10.find(code)
    if own is None and known is None:
        raise BadValue("code", N_("is not in the list: leave it empty and use your own words"))
    return own.label.id if own else known.label[:200] if known else ""


def add_medicine(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, name: str, dose: str = "",
    mg_per_day: Decimal | None = None, mg_per_dose: Decimal | None = None,
    corrects: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """This function will add a medicine that the patient takes; known names get their code.

    `mg_per_dose` is one dose of an opioid that is taken as needed.
    """
    fields = {**_named(name), **_dose(dose, mg_per_day), "mg_per_dose": mg_per_dose}
    _check_patch(fields["name"], mg_per_day)
    _check_one_dose(fields["name"], mg_per_dose)
    return _add("medicine", fields, actor=actor, uid=uid, at=at, patient=patient, corrects=corrects)


def add_therapy(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, name: str,
    drug_class: str, outcome: str, weeks: int | None = None, dose: str = "",
    highest: Decimal | None = None, highest_unit: str = "", tried_from: str = "",
    tried_to: str = "", stopped_for: str = "", stopped_words: str = "",
    corrects: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """This function will add a therapy that was tried: class, dose, when, and how it ended.

    `highest` is the highest dose in `highest_unit` (one of UNITS), `dose` what has no number;
    `tried_from` and `tried_to` are a month (`2023-05`) or a year; what is left empty is not known.
    """
    words = therapy_words()
    for field, said in (("drug_class", drug_class), ("outcome", outcome)):
        if said not in words[field]:
            raise BadValue(field, f"must be one of {', '.join(words[field])}")
    if weeks is not None and not 0 <= weeks <= 5200:
        raise BadValue("weeks", N_("must be within 0 to 5200 weeks"))
    began, ended = _tried(tried_from, tried_to, weeks, actor, at)
    fields = {
        **_named(name), **_dose(dose, None), **_highest(highest, highest_unit),
        "drug_class": drug_class, "outcome": outcome, "weeks": weeks, "is_failed_therapy": True,
        "tried_from": began, "tried_to": ended,
        "stopped_for": _stopped(stopped_for, stopped_words, words["stopped_for"]),
    }  # fmt: skip
    return _add(
        "medicine", fields, actor=actor, uid=uid, at=at, patient=patient, corrects=corrects,
        words=stopped_words,
    )  # fmt: skip


def therapy_words() -> dict[str, tuple[str, ...]]:
    """This function will list the words for a therapy's class, how it ended and why it stopped."""
    known = next(f for f in criteria.facts_of("refractory") if f.name == "drug_trials")
    words = {field.name: field.values for field in known.fields}
    return {**words, "drug_class": (*words["drug_class"], "not a medicine")}


def _tried(
    tried_from: str, tried_to: str, weeks: int | None, actor: Actor, at: datetime
) -> tuple[str | None, str | None]:
    today = at.astimezone(zone_of(actor.clinic)).date()
    began = trials.month("tried_from", tried_from, today=today)
    ended = trials.month("tried_to", tried_to, today=today)
    trials.check_order(began, ended)
    most = trials.most_weeks(began, ended)
    if weeks is not None and most is not None and weeks > most:
        raise BadValue("weeks", N_("is longer than from the beginning to the end"))
    return began, ended


def _highest(amount: Decimal | None, unit: str) -> dict[str, Any]:
    if amount is None and not unit:
        return {}
    if amount is None or not 0 < amount <= 1_000_000:
        raise BadValue("highest", N_("must be above 0 and at most 1000000"))
    if unit not in UNITS:
        raise BadValue("highest_unit", f"must be one of {', '.join(UNITS)}")
    return {"highest": amount, "highest_unit": unit}


def _stopped(reason: str, words: str, known: tuple[str, ...]) -> str | None:
    if reason and reason not in known:
        raise BadValue("stopped_for", f"must be one of {', '.join(known)}")
    if reason == "other" and not words.strip():
        raise BadValue("stopped_words", N_("is needed"))
    _short("stopped_words", words, 500)
    return reason or None


def takes_nothing(*, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID) -> uuid.UUID:
    """This function will note that the patient takes no medicine. NotNow if one is listed."""

    def work() -> Done:
        patients.locked(clinic=actor.clinic, patient=patient)
        if _active(MedicationStatement, actor.clinic, patient, is_failed_therapy=False):
            raise NotNow(N_("Medicines are listed: stop them first."))
        row = observations.write(
            [Told(code=NONE_TAKEN, value=[])], actor=actor, at=at, measured_at=at, patient=patient
        )[0]
        return Done(subject_kind="observation", subject=row.pk)

    return _act(actor, uid, at, work)


def looked_up(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, row: uuid.UUID
) -> uuid.UUID:
    """This function will note that a medicine in no list was looked up and has no interaction.

    Raises NotFound or NotNow (off the list, or one that the lists know).
    """

    def work() -> Done:
        patients.locked(clinic=actor.clinic, patient=patient)
        one = _standing("medicine", actor.clinic, patient, row)
        assert isinstance(one, MedicationStatement)
        if one.is_failed_therapy or medicine_names.find(one.name):
            raise NotNow(N_("The lists know this medicine: there is nothing to look up."))
        known = current(clinic=actor.clinic, patient=patient).looked_up
        told = Told(code=LOOKED_UP, value=sorted({*known, one.name}))
        kept = observations.write(
            [told], actor=actor, at=at, measured_at=at, patient=patient
        )[0]
        return Done(subject_kind="observation", subject=kept.pk, detail={"medicine": str(row)})

    return _act(actor, uid, at, work)


def add_allergy(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, substance: str,
    reaction: str = "", corrects: uuid.UUID | None = None,
) -> uuid.UUID:  # fmt: skip
    """This function will add an allergy; a 'none known' of before no longer counts then."""
    fields = {
        "substance": _text("substance", substance, 120),
        "reaction": _short("reaction", reaction, 200),
    }
    return _add("allergy", fields, actor=actor, uid=uid, at=at, patient=patient, corrects=corrects)


def no_allergies(*, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID) -> uuid.UUID:
    """This function will note that no allergy is known. Raises NotNow if one is listed."""

    def work() -> Done:
        patients.locked(clinic=actor.clinic, patient=patient)
        listed = _active(AllergyIntolerance, actor.clinic, patient)
        if any(not row.none_known for row in listed):
            raise NotNow(N_("Allergies are listed: remove them first."))
        row = AllergyIntolerance.objects.add(
            clinic_id=actor.clinic, patient_id=patient, substance="", none_known=True,
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="allergy", subject=row.pk)

    return _act(actor, uid, at, work)


def end(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, kind: str, row: uuid.UUID
) -> uuid.UUID:
    """This function will take an entry off its list: a row that ends it; the old one stays.

    `kind` is condition, medicine or allergy. Raises NotFound or NotNow (already off the list).
    """
    if kind not in LISTS:
        raise BadValue("kind", f"unknown {kind[:40]!r}; known: {', '.join(LISTS)}")

    def work() -> Done:
        patients.locked(clinic=actor.clinic, patient=patient)
        old = _standing(kind, actor.clinic, patient, row)
        kept = {f.attname: getattr(old, f.attname) for f in old._meta.concrete_fields}
        fields = kept | {"active": False, "corrects_id": old.pk, "recorded_at": at}
        del fields["id"]
        new = LISTS[kind].objects.add(**(fields | {"by_id": actor.practitioner}))
        return Done(subject_kind=kind, subject=new.pk, detail={"ended": str(row)})

    return _act(actor, uid, at, work)


def _add(
    kind: str, fields: dict[str, Any], *, actor: Actor, uid: uuid.UUID, at: datetime,
    patient: uuid.UUID, corrects: uuid.UUID | None, words: str = "",
) -> uuid.UUID:  # fmt: skip
    def work() -> Done:
        patients.locked(clinic=actor.clinic, patient=patient)
        if corrects is not None:
            _standing(kind, actor.clinic, patient, corrects)
        said = notes.optional(
            words, clinic=actor.clinic, at=at, by=actor.practitioner, patient=patient
        )
        noted = {"note": said} if said else {}
        row = LISTS[kind].objects.add(
            clinic_id=actor.clinic, patient_id=patient, corrects_id=corrects, recorded_at=at,
            by_id=actor.practitioner, **fields, **noted,
        )  # fmt: skip
        return Done(subject_kind=kind, subject=row.pk)

    return _act(actor, uid, at, work)


def _act(actor: Actor, uid: uuid.UUID, at: datetime, work: Callable[[], Done]) -> uuid.UUID:
    return uuid.UUID(perform("history.change", actor=actor, uid=uid, at=at, work=work)["id"])


def _active(model: Any, clinic: uuid.UUID, patient: uuid.UUID, **of: Any) -> list[Any]:
    rows = list(model.of(clinic).filter(patient_id=patient, **of))
    replaced = {row.corrects_id for row in rows}
    return [row for row in rows if row.pk not in replaced and row.active]


def _standing(kind: str, clinic: uuid.UUID, patient: uuid.UUID, row: uuid.UUID) -> Row:
    model = LISTS[kind]
    old: Row | None = model.of(clinic).filter(patient_id=patient, pk=row).first()
    if old is None:
        raise NotFound(N_("There is no such entry."))
    if not old.active or model.of(clinic).filter(corrects_id=row).exists():
        raise NotNow(N_("This entry is already corrected."))
    return old


def _named(name: str) -> dict[str, str]:
    said = _text("name", name, 120)
    known = medicine_names.find(said)
    return {"name": known.name if known else said, "rxnorm": known.rxnorm if known else ""}


def _dose(dose: str, mg_per_day: Decimal | None) -> dict[str, Any]:
    if mg_per_day is not None and not 0 < mg_per_day <= 100_000:
        raise BadValue("mg_per_day", N_("must be above 0 and at most 100000 mg a day"))
    return {"dose": _short("dose", dose, 80), "mg_per_day": mg_per_day}


def _check_patch(name: str, amount: Decimal | None) -> None:
    """A patch counts in micrograms an hour; in mg it would look like a fortieth of its dose."""
    least = mme.least_rate(name)
    if least is not None and amount is not None and amount < least:
        raise BadValue(
            "mg_per_day",
            N_("a patch is entered in micrograms an hour, as its box says: 12 or more"),
        )


def _check_one_dose(name: str, mg: Decimal | None) -> None:
    if mg is None:
        return
    if not 0 < mg <= 1000:
        raise BadValue("mg_per_dose", N_("must be above 0 and at most 1000 mg"))
    if mme.least_rate(name) is not None:
        raise BadValue("mg_per_dose", N_("a patch is not taken as needed"))


def _text(field: str, value: str, longest: int) -> str:
    said = _short(field, value, longest)
    if not said:
        raise BadValue(field, N_("is needed"))
    return said


def _short(field: str, value: str, longest: int) -> str:
    said = " ".join(value.split())
    if len(said) > longest:
        raise BadValue(field, f"has more than {longest} characters")
    return said
