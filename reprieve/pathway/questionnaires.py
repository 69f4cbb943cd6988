"""Forms saved as they are filled in: scored when finished, and heard even when abandoned."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from reprieve.clinical import instruments
from reprieve.clinical.instruments import Instrument, Score
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import observations, patients, risk
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, PermissionDenied
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor
from reprieve.records import identity as identities
from reprieve.records.models import PatientLink, QuestionnaireResponse
from reprieve.records.models.base import Mode
from reprieve.records.queries import questionnaires as saved

SOON = timedelta(minutes=5)  # two clocks may differ a little
LONGEST_WORDS = 500
MODES = tuple(mode.value for mode in Mode)


def save(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    patient: uuid.UUID,
    instrument: str,
    answers: Mapping[str, Any],
    complete: bool,
    mode: str,
    measured_at: datetime | None = None,
    encounter: uuid.UUID | None = None,
    link: uuid.UUID | None = None,
    corrects: uuid.UUID | None = None,
    words: str = "",
) -> dict[str, Any]:
    """This function will store a form, finished or not, and act on what it says at once.

    `answers` by item id; None is unanswered, `total` stands alone where only scores are entered;
    `words` stand beside the answers where the instrument asks for some, and are kept encrypted.
    A finished form writes its scores as observations. An answer about thoughts of death opens the
    suicide-risk path even in a draft. Returns `id` and `alert` (true: show the crisis text).
    Raises BadValue naming the item, NotFound for a patient of another clinic.
    """

    def work() -> Done:
        return store(
            actor=actor, at=at, patient=patient, instrument=instrument, answers=answers,
            complete=complete, mode=mode, measured_at=measured_at, encounter=encounter, link=link,
            corrects=corrects, words=words,
        )  # fmt: skip

    return perform("questionnaire.answer", actor=actor, uid=uid, at=at, work=work)


def store(
    *,
    actor: Actor,
    at: datetime,
    patient: uuid.UUID,
    instrument: str,
    answers: Mapping[str, Any],
    complete: bool,
    mode: str,
    measured_at: datetime | None = None,
    encounter: uuid.UUID | None = None,
    link: uuid.UUID | None = None,
    corrects: uuid.UUID | None = None,
    words: str = "",
) -> Done:
    """This function will do what `save` does inside the caller's act."""
    patients.get(clinic=actor.clinic, patient=patient)
    _check(actor, patient, mode, link, corrects)
    form = instruments.instrument(instrument)
    moment = _moment(measured_at, at)
    given = {name: value for name, value in answers.items() if value is not None}
    result = instruments.score(instrument=form, answers=given, sex=_sex(actor.clinic, patient))
    if complete:
        _must_be_finished(form, result)
    row = QuestionnaireResponse.objects.add(
        clinic_id=actor.clinic, patient_id=patient, encounter_id=encounter, instrument=form.id,
        version=form.version, answers=given, complete=complete, score=result.to_json(),
        measured_at=moment, mode=mode, link_id=link, corrects_id=corrects, recorded_at=at,
        by_id=actor.practitioner,
    )  # fmt: skip
    if complete:
        _write_scores(form, result, row, actor=actor, at=at)
    if form.words and words.strip():
        _write_words(form, words.strip(), row, actor=actor, at=at)
    alert = risk.heard(
        actor=actor, at=at, patient=patient, score=result, complete=complete, encounter=encounter
    )
    return Done(
        subject_kind="questionnaire", subject=row.pk, result={"alert": alert},
        detail={"instrument": form.id, "complete": complete},
    )  # fmt: skip


def _check(
    actor: Actor, patient: uuid.UUID, mode: str, link: uuid.UUID | None, corrects: uuid.UUID | None
) -> None:
    if actor.patient is not None and actor.patient != patient:
        raise PermissionDenied(N_("This link is another person's."))
    if mode not in MODES:
        raise BadValue("mode", f"unknown {mode!r}; known: {', '.join(MODES)}")
    if link and not PatientLink.of(actor.clinic).filter(pk=link, patient_id=patient).exists():
        raise NotFound(N_("There is no such link."))
    rows = QuestionnaireResponse.of(actor.clinic).filter(patient_id=patient)
    if corrects and not rows.filter(pk=corrects).exists():
        raise NotFound(N_("There is no such form to correct."))


def _moment(measured_at: datetime | None, at: datetime) -> datetime:
    moment = measured_at or at
    if moment > at + SOON:
        raise BadValue("measured_at", "is in the future")
    return moment


def _sex(clinic: uuid.UUID, patient: uuid.UUID) -> str | None:
    """Some bands differ by sex; where it is not on file they stay open."""
    sex = identities.newest(clinic, [patient])[patient].sex
    return sex if sex in ("female", "male") else None


def _must_be_finished(form: Instrument, result: Score) -> None:
    """A finished form has what its instrument's own rule needs for a score."""
    has_score = result.complete if form.rule == "none" else result.total is not None
    if not has_score:
        raise BadValue(result.missing[0] if result.missing else "answers", "is not answered")


def _write_scores(
    form: Instrument, result: Score, row: QuestionnaireResponse, *, actor: Actor, at: datetime
) -> None:
    told = [Told(code=code, value=value, unit=form.unit) for code, value in _scores(result).items()]
    observations.write(
        told, actor=actor, at=at, measured_at=row.measured_at, patient=row.patient_id,
        encounter=row.encounter_id, provenance="typed" if actor.practitioner else "patient",
        mode=row.mode, response=row.pk, knowledge=form.version,
    )  # fmt: skip


def _write_words(
    form: Instrument, words: str, row: QuestionnaireResponse, *, actor: Actor, at: datetime
) -> None:
    """Words are written when they are new; each draft sends the same ones again."""
    if len(words) > LONGEST_WORDS:
        raise BadValue("words", f"has more than {LONGEST_WORDS} characters")
    if words == saved.words(
        clinic=actor.clinic, patient=row.patient_id, instrument=form.id
    ):  # fmt: skip
        return
    observations.write(
        [Told(code=saved.words_code(form.id), value=True)], actor=actor, at=at,
        measured_at=row.measured_at, patient=row.patient_id, mode=row.mode, note=words,
        provenance="typed" if actor.practitioner else "patient", response=row.pk,
        knowledge=form.version,
    )  # fmt: skip


def _scores(result: Score) -> dict[str, Any]:
    """The observations of a form: `phq-9` its total, `pcs/rumination` a part, `.../t` a T score."""
    name = result.instrument
    found = {name: result.total, f"{name}/t": result.t_score}
    found |= {f"{name}/{part}": value for part, value in result.subscales.items()}
    return {code: value for code, value in found.items() if value is not None}
