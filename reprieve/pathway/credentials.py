"""The register of credentials: what was seen of each colleague, and until when it holds."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime

from reprieve.knowledge import N_, BadValue
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.permissions import Actor
from reprieve.records.models import Credential, Practitioner
from reprieve.records.queries.credentials import KINDS


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A credential as it was seen. `expires_on` None: it does not end. `withdrawn`: it is over."""

    kind: str
    number: str = ""
    expires_on: date | None = None
    withdrawn: bool = False


def note(
    *, actor: Actor, uid: uuid.UUID, at: datetime, practitioner: uuid.UUID, seen: Seen
) -> None:
    """This function will keep a credential; the newest of its kind counts from now on.

    Raises BadValue for an unknown kind, a person of elsewhere, or no day and no number.
    """
    if seen.kind not in KINDS:
        raise BadValue("kind", f"must be one of {', '.join(KINDS)}")
    if not (seen.number.strip() or seen.expires_on or seen.withdrawn):
        raise BadValue("number", N_("say its number or the day on which it ends"))

    def work() -> Done:
        if not Practitioner.of(actor.clinic).filter(pk=practitioner).exists():
            raise BadValue("practitioner", N_("is nobody of this clinic"))
        row = Credential.objects.add(
            clinic_id=actor.clinic, practitioner_id=practitioner, kind=seen.kind,
            number=seen.number.strip()[:60], expires_on=seen.expires_on, withdrawn=seen.withdrawn,
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="credential", subject=row.pk, detail={"kind": seen.kind})

    perform("staff.change", actor=actor, uid=uid, at=at, work=work)
