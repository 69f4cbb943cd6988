"""Patients as lists, search results and headers: frozen values, names decrypted."""

from __future__ import annotations

import contextlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from reprieve.records import identity as identities
from reprieve.records.identity import Identity
from reprieve.records.models import AllergyIntolerance, EpisodeOfCare, IdentityIndex, Patient

PAGE = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientView:
    """A patient with who they are and where they stand."""

    id: uuid.UUID
    number: int
    identity: Identity
    language: str
    interpreter: bool
    created_at: datetime
    episode: uuid.UUID | None
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientHeader:
    """What stays in view on every page about a patient. `allergies` None: nobody has asked."""

    id: uuid.UUID
    number: int
    name: str
    birth_date: date | None
    allergies: tuple[str, ...] | None
    language: str
    interpreter: bool
    state: str
    episode: uuid.UUID | None


def count(*, clinic: uuid.UUID) -> int:
    """This function will count the clinic's patients."""
    return Patient.of(clinic).count()


def page(*, clinic: uuid.UUID, number: int = 1, size: int = PAGE) -> list[PatientView]:
    """This function will return one page of patients, newest first. Pages count from 1."""
    start = (max(1, number) - 1) * size
    rows = Patient.of(clinic).order_by("-number")[start : start + size]
    return _views(clinic, list(rows))


def find(*, clinic: uuid.UUID, text: str) -> list[PatientView]:
    """This function will find patients by words of the name, number, birth date, phone or mail.

    A word matches whole or by its first three letters; all words of a name must match.
    """
    wanted = text.strip()
    if not wanted:
        return []
    if wanted.isdecimal() and len(wanted) < 7:
        rows = list(Patient.of(clinic).filter(number=int(wanted)))
        return _views(clinic, rows)
    ids = _by_exact(clinic, wanted) or _by_name(clinic, wanted)
    rows = list(Patient.of(clinic).filter(pk__in=ids).order_by("-number")[:PAGE])
    return _views(clinic, rows)


def _by_exact(clinic: uuid.UUID, text: str) -> set[uuid.UUID]:
    kinds = {"mrn": text.upper(), "email": text.lower()}
    if len(identities.digits(text)) >= 7:
        kinds["phone"] = identities.digits(text)
    with contextlib.suppress(ValueError):
        kinds["birth"] = date.fromisoformat(text).isoformat()
    found: set[uuid.UUID] = set()
    for kind, value in kinds.items():
        found |= _having(clinic, kind, value)
    return found


def _by_name(clinic: uuid.UUID, text: str) -> set[uuid.UUID]:
    matches: set[uuid.UUID] | None = None
    for word in identities.words(text):
        whole = _having(clinic, "name", word)
        hit = whole or _having(clinic, "prefix", word[: identities.PREFIX_LETTERS])
        matches = hit if matches is None else matches & hit
    return matches or set()


def _having(clinic: uuid.UUID, kind: str, value: str) -> set[uuid.UUID]:
    token = identities.token(clinic, kind, value)
    rows = IdentityIndex.of(clinic).filter(kind=kind, token=token)
    return set(rows.values_list("patient_id", flat=True))


def likely_same(*, clinic: uuid.UUID, identity: Identity) -> list[PatientView]:
    """This function will list patients who may be this person: two identifiers in common."""
    hits: dict[uuid.UUID, set[str]] = {}
    for kind, token in identities.tokens(clinic, identity):
        if kind == "prefix":
            continue
        rows = IdentityIndex.of(clinic).filter(kind=kind, token=token)
        for patient in rows.values_list("patient_id", flat=True):
            hits.setdefault(patient, set()).add(f"{kind}:{token.hex()}")
    alike = [p for p, found in hits.items() if len(found) >= 2 or any(_strong(f) for f in found)]
    return _views(clinic, list(Patient.of(clinic).filter(pk__in=alike).order_by("number")))


def _strong(found: str) -> bool:
    return found.split(":", maxsplit=1)[0] in {"mrn", "phone", "email"}


def header(*, clinic: uuid.UUID, patient: uuid.UUID) -> PatientHeader | None:
    """This function will return what stays in view about one patient, or None."""
    view = one(clinic=clinic, patient=patient)
    if view is None:
        return None
    return PatientHeader(
        id=view.id,
        number=view.number,
        name=view.identity.full_name,
        birth_date=view.identity.birth_date,
        allergies=allergies(clinic=clinic, patient=patient),
        language=view.language,
        interpreter=view.interpreter,
        state=view.state,
        episode=view.episode,
    )


def one(*, clinic: uuid.UUID, patient: uuid.UUID) -> PatientView | None:
    """This function will return one patient of the clinic, or None."""
    found = _views(clinic, list(Patient.of(clinic).filter(pk=patient)))
    return found[0] if found else None


def many(*, clinic: uuid.UUID, patients: Sequence[uuid.UUID]) -> dict[uuid.UUID, PatientView]:
    """This function will return the named patients by id."""
    views = _views(clinic, list(Patient.of(clinic).filter(pk__in=patients)))
    return {view.id: view for view in views}


def by_number(*, clinic: uuid.UUID, numbers: Sequence[int]) -> dict[int, PatientView]:
    """This function will return the patients with the given numbers, by number."""
    views = _views(clinic, list(Patient.of(clinic).filter(number__in=numbers)))
    return {view.number: view for view in views}


def allergies(*, clinic: uuid.UUID, patient: uuid.UUID) -> tuple[str, ...] | None:
    """This function will return known allergies; empty is 'none known'; None is 'not asked'."""
    rows = list(AllergyIntolerance.of(clinic).filter(patient_id=patient).order_by("recorded_at"))
    replaced = {row.corrects_id for row in rows}
    rows = [row for row in rows if row.pk not in replaced and row.active]
    if not rows:
        return None
    return tuple(row.substance for row in rows if not row.none_known)


def _views(clinic: uuid.UUID, rows: list[Patient]) -> list[PatientView]:
    ids = [row.pk for row in rows]
    who = identities.newest(clinic, ids)
    episodes = EpisodeOfCare.of(clinic).filter(patient_id__in=ids).order_by("started_at")
    newest = {episode.patient_id: episode for episode in episodes}
    return [_view(row, who[row.pk], newest.get(row.pk)) for row in rows]


def _view(row: Patient, identity: Identity, episode: EpisodeOfCare | None) -> PatientView:
    return PatientView(
        id=row.pk,
        number=row.number,
        identity=identity,
        language=row.language,
        interpreter=row.interpreter,
        created_at=row.created_at,
        episode=episode.pk if episode else None,
        state=episode.state if episode else "",
    )
