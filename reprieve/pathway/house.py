"""The clinic's own house: how it is reached, when it opens, its chairs, and who works there."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import datetime, time
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import accounts, alarm_fold, turns
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import CLINICIANS, DIRECTOR, DOCTORS, MANAGER, ROLES, Actor
from reprieve.records.identity import is_phone
from reprieve.records.models import (
    Appointment,
    Chair,
    ClinicSetting,
    InfusionState,
    Practitioner,
    PractitionerRole,
    User,
)
from reprieve.records.queries import form_sets, people, settings
from reprieve.scheduling.opening import Hours

LONGEST = 500
MOST_NURSES = 50
PAPERS = ("letter", "a4")
# Nothing starts before a second clinician has checked the pump.
CARERS, TWO = CLINICIANS, 2


def describe(
    *, actor: Actor, uid: uuid.UUID, at: datetime, facts: Mapping[str, Any]
) -> list[str]:
    """This function will keep those of the clinic's facts that changed, and name them.

    Raises BadValue naming the setting; then nothing is kept.
    """
    for key, value in facts.items():
        if key not in CHECKS:
            raise BadValue(key, N_("is not a setting of this page"))
        CHECKS[key](key, value)

    def work() -> Done:
        chosen = settings.every(clinic=actor.clinic, at=at)
        changed = sorted(key for key, value in facts.items() if chosen.get(key) != value)
        for key in changed:
            ClinicSetting.objects.add(
                clinic_id=actor.clinic, key=key, value=facts[key], valid_from=at, reason="",
                recorded_at=at, by_id=actor.practitioner,
            )  # fmt: skip
        return Done(
            subject_kind="clinic", subject=actor.clinic, result={"changed": changed},
            detail={"keys": changed},
        )  # fmt: skip

    return list(perform("clinic.settings", actor=actor, uid=uid, at=at, work=work)["changed"])


def change_chair(
    *, actor: Actor, uid: uuid.UUID, at: datetime, chair: uuid.UUID, name: str, bed: str,
    has_feed: bool, active: bool,
) -> None:  # fmt: skip
    """This function will rename a chair, connect it with a monitor, or take it out of use."""

    def work() -> Done:
        turns.take(actor.clinic)  # nobody is seated in it meanwhile
        row = Chair.of(actor.clinic).select_for_update().filter(pk=chair).first()
        if row is None:
            raise NotFound(N_("There is no such chair."))
        if (row.bed, row.has_feed, row.active) != (bed.strip(), has_feed, active):
            _refuse_occupied(row)
        if row.active and not active:
            _refuse_booked(row, at)
        check_chair(row.site_id, name=name, bed=bed, but=row.pk)
        row.name, row.bed = name.strip(), bed.strip()
        row.has_feed, row.active = has_feed, active
        row.save(update_fields=["name", "bed", "has_feed", "active"])
        return Done(subject_kind="chair", subject=row.pk, detail={"active": active})

    perform("clinic.settings", actor=actor, uid=uid, at=at, work=work)


def check_chair(
    site: uuid.UUID | None, *, name: str, bed: str, but: uuid.UUID | None = None
) -> None:
    """This function will raise BadValue for a chair that cannot be, or is there already."""
    if not name.strip():
        raise BadValue("name", N_("is needed"))
    for field, text, longest in (("name", name, 40), ("bed", bed, 80)):
        if len(text.strip()) > longest:
            raise BadValue(field, N_("is too long"))
    alike = Chair.objects.every().filter(site_id=site).exclude(pk=but)
    if alike.filter(name=name.strip()).exists():
        raise BadValue("name", N_("is another chair's name"))
    if bed.strip() and alike.filter(bed=bed.strip(), active=True).exists():
        raise BadValue("bed", N_("is another chair's bed"))


def _refuse_occupied(row: Chair) -> None:
    seated = InfusionState.of(row.clinic_id).filter(chair=row, state__in=alarm_fold.WATCHED)
    if seated.exists():
        raise NotNow(N_("Somebody sits in this chair: change it afterwards."))


def _refuse_booked(row: Chair, at: datetime) -> None:
    booked = Appointment.of(row.clinic_id).filter(
        chair=row, ends_at__gt=at, status__in=("booked", "late", "arrived")
    )
    if booked.exists():
        raise NotNow(N_("Visits are booked in this chair: move them first."))


def set_roles(
    *, actor: Actor, uid: uuid.UUID, at: datetime, practitioner: uuid.UUID, roles: Iterable[str]
) -> None:
    """This function will give a member of staff exactly these roles.

    Only the medical director makes or unmakes a physician or a director. The clinic always keeps
    somebody who may change this.
    """
    wanted = frozenset(roles)
    if not wanted or wanted - set(ROLES):
        raise BadValue("roles", N_("choose at least one of the list"))

    def work() -> Done:
        held = _member(actor.clinic, practitioner).roles
        refuse_doctors(actor, wanted ^ held)
        for role in sorted(wanted ^ held):
            PractitionerRole.objects.add(
                clinic_id=actor.clinic, practitioner_id=practitioner, role=role,
                granted=role in wanted, recorded_at=at, by_id=actor.practitioner,
            )  # fmt: skip
        _refuse_nobody_left(actor.clinic)
        return Done(
            subject_kind="practitioner", subject=practitioner,
            detail={"roles": sorted(wanted), "before": sorted(held)},
        )  # fmt: skip

    perform("staff.change", actor=actor, uid=uid, at=at, work=work)


def set_active(
    *, actor: Actor, uid: uuid.UUID, at: datetime, practitioner: uuid.UUID, active: bool
) -> None:
    """This function will let a member of staff leave, at once and everywhere, or come back."""

    def work() -> Done:
        refuse_doctors(actor, _member(actor.clinic, practitioner).roles)
        row = Practitioner.of(actor.clinic).select_for_update().get(pk=practitioner)
        row.active = active
        row.save(update_fields=["active"])
        # Somebody may work in another clinic of this installation, too.
        anywhere = Practitioner.objects.every().filter(user_id=row.user_id, active=True).exists()
        User.objects.filter(pk=row.user_id).update(is_active=anywhere)
        if not active:
            accounts.end_sessions(row.user_id)
        _refuse_nobody_left(actor.clinic)
        return Done(subject_kind="practitioner", subject=practitioner, detail={"active": active})

    perform("staff.change", actor=actor, uid=uid, at=at, work=work)


def refuse_doctors(actor: Actor, roles: Iterable[str]) -> None:
    """This function will raise PermissionDenied where only a medical director gives the roles."""
    if DOCTORS & frozenset(roles) and DIRECTOR not in actor.roles:
        raise PermissionDenied(
            N_("Only the medical director gives or takes the role of a physician or director.")
        )


def _member(clinic: uuid.UUID, practitioner: uuid.UUID) -> people.StaffMember:
    found = people.member(clinic=clinic, practitioner=practitioner)
    if found is None:
        raise NotFound(N_("There is no such member of staff."))
    return found


def _refuse_nobody_left(clinic: uuid.UUID) -> None:
    if not any(m.active and m.roles & {MANAGER, DIRECTOR} for m in people.staff(clinic=clinic)):
        raise NotNow(N_("The clinic would have nobody left who may change this."))


def _text(key: str, value: Any) -> None:
    if len(str(value)) > LONGEST:
        raise BadValue(key, N_("is too long"))


def _phone(key: str, value: Any) -> None:
    if value and not is_phone(str(value)):
        raise BadValue(key, N_("is not a telephone number"))


def _email(key: str, value: Any) -> None:
    if not value:
        return
    try:
        validate_email(str(value))
    except ValidationError as error:
        raise BadValue(key, N_("is not an e-mail address")) from error


def _url(key: str, value: Any) -> None:
    """Links in mails start with it: nothing but the clinic's own https address may stand there."""
    _text(key, value)
    parts = urlsplit(str(value))
    is_own = parts.scheme == "https" and parts.hostname and not (parts.query or parts.fragment)
    if value and not is_own:
        raise BadValue(key, N_("must begin with https:// and name the clinic's server"))


def _paper(key: str, value: Any) -> None:
    if value not in PAPERS:
        raise BadValue(key, N_("choose one of the list"))


def _nurses(key: str, value: Any) -> None:
    if not isinstance(value, int) or not 1 <= value <= MOST_NURSES:
        raise BadValue(key, N_("must lie between 1 and 50"))


def _hours(key: str, value: Any) -> None:
    """By weekday, Monday "0": a list of pairs of wall-clock times."""
    for pairs in value.values():
        for opens, closes in pairs:
            try:
                Hours(opens=time.fromisoformat(opens), closes=time.fromisoformat(closes))
            except BadValue as error:
                raise BadValue(key, N_("closing must come after opening")) from error


def _words(key: str, value: Any) -> None:
    for text in value.values():
        _text(key, text)


def _form_sets(key: str, value: Any) -> None:
    """By moment, the forms that patients are asked: at least one, each once."""
    for moment in form_sets.USUAL:
        names = value.get(moment, [])
        if not names or len(set(names)) != len(names):
            raise BadValue(key, N_("choose at least one form for each moment"))
        unknown = [name for name in names if name not in form_sets.possible(moment)]
        if unknown:
            raise BadValue(key, N_("holds a form that patients do not fill in alone then"))


CHECKS = {
    "clinic.phone": _phone, "clinic.email": _email, "clinic.physician": _text,
    "clinic.address": _text, "clinic.url": _url, "print.paper": _paper,
    accounts.FACTOR_ROLES: accounts.check_factor_roles,
    "booking.nurses": _nurses, "booking.hours": _hours, "crisis.text": _words,
    form_sets.KEY: _form_sets,
}  # fmt: skip
