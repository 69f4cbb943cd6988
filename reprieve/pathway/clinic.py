"""Found a clinic, give it chairs and staff, and keep its settings."""

from __future__ import annotations

import re
import uuid
import zoneinfo
from collections.abc import Iterable
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from reprieve.knowledge import BadValue
from reprieve.pathway import house
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.permissions import DIRECTOR, MANAGER, ROLES, Actor, system
from reprieve.records import keys
from reprieve.records.models import (
    Chair,
    Clinic,
    ClinicSetting,
    Practitioner,
    PractitionerRole,
    Site,
    User,
)
from reprieve.records.queries import clinics


def found(
    *,
    name: str,
    timezone: str,
    admin_name: str,
    admin_email: str,
    password: str,
    at: datetime,
    is_demo: bool = False,
) -> clinics.ClinicView:
    """This function will make a clinic with one site and its first administrator.

    The administrator is manager and medical director. Raises BadValue naming the field.
    """
    _check_clinic(name, timezone)
    with transaction.atomic():
        clinic = Clinic.objects.create(
            name=name.strip(),
            timezone=timezone,
            is_demo=is_demo,
            data_key=keys.new_data_key(),
            created_at=at,
        )
        actor = system(clinic.pk, "init")

        def work() -> Done:
            Site.objects.add(clinic=clinic, name=name.strip())
            person = _person(
                clinic.pk, name=admin_name, email=admin_email, password=password,
                roles=(MANAGER, DIRECTOR), at=at, by=None,
            )  # fmt: skip
            return Done(subject_kind="clinic", subject=clinic.pk, detail={"admin": str(person.pk)})

        perform("clinic.found", actor=actor, uid=uuid.uuid4(), at=at, work=work)
    return clinics.clinic(clinic.pk)


@cache
def _zones() -> frozenset[str]:
    """The names of time zones; reading them walks a folder of six hundred files."""
    return frozenset(zoneinfo.available_timezones())


def _check_clinic(name: str, timezone: str) -> None:
    if not name.strip():
        raise BadValue("clinic", "a name is needed")
    if len(name) > 200:
        raise BadValue("clinic", "the name has more than 200 characters")
    if timezone not in _zones():
        raise BadValue("timezone", f"unknown time zone {timezone!r}; example: America/New_York")
    if Clinic.objects.filter(name__iexact=name.strip()).exists():
        raise BadValue("clinic", f"a clinic named {name.strip()!r} is already here")


def add_staff(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    name: str,
    email: str,
    password: str,
    roles: Iterable[str],
    phone: str = "",
) -> uuid.UUID:
    """This function will add a member of staff with a sign-in and roles.

    The password is the first one: they choose another before they can do anything.
    """

    wanted = tuple(roles)
    house.refuse_doctors(actor, wanted)

    def work() -> Done:
        person = _person(
            actor.clinic, name=name, email=email, password=password, roles=wanted,
            at=at, by=actor.practitioner, phone=phone,
        )  # fmt: skip
        User.objects.filter(pk=person.user_id).update(password_given_at=at)
        return Done(subject_kind="practitioner", subject=person.pk, detail={"roles": list(wanted)})

    return uuid.UUID(perform("staff.change", actor=actor, uid=uid, at=at, work=work)["id"])


def _person(
    clinic: uuid.UUID,
    *,
    name: str,
    email: str,
    password: str,
    roles: tuple[str, ...],
    at: datetime,
    by: uuid.UUID | None,
    phone: str = "",
) -> Practitioner:
    address = email.strip().lower()
    _check_person(name, address, password, roles)
    user = User.objects.create_user(username=address, email=address, password=password)
    from allauth.account.models import EmailAddress

    EmailAddress.objects.create(user=user, email=address, primary=True, verified=True)
    person = Practitioner.objects.add(
        clinic_id=clinic, user=user, name=name.strip(), phone=phone.strip()
    )
    for role in roles:
        PractitionerRole.objects.add(
            clinic_id=clinic, practitioner=person, role=role, granted=True, recorded_at=at, by_id=by
        )
    return person  # type: ignore[no-any-return]  # the scoped manager is untyped


def _check_person(name: str, email: str, password: str, roles: tuple[str, ...]) -> None:
    if not name.strip():
        raise BadValue("name", "is needed")
    try:
        validate_email(email)
    except ValidationError as error:
        raise BadValue("email", f"{email!r} is not an e-mail address") from error
    if User.objects.filter(username=email).exists():
        raise BadValue("email", f"{email!r} already has a sign-in")
    try:
        validate_password(password, User(username=email, email=email))
    except ValidationError as error:
        raise BadValue("password", " ".join(error.messages)) from error
    unknown = set(roles) - set(ROLES)
    if unknown or not roles:
        raise BadValue("roles", f"unknown or none: {', '.join(sorted(unknown)) or 'none given'}")


def add_chair(
    *, actor: Actor, uid: uuid.UUID, at: datetime, name: str, bed: str = "", has_feed: bool = False
) -> uuid.UUID:
    """This function will add a chair to the clinic's first site."""

    def work() -> Done:
        house.check_chair(clinics.first_site(clinic=actor.clinic), name=name, bed=bed)
        chair = Chair.objects.add(
            clinic_id=actor.clinic, site_id=clinics.first_site(clinic=actor.clinic),
            name=name.strip(), bed=bed.strip(), has_feed=has_feed,
        )  # fmt: skip
        return Done(subject_kind="chair", subject=chair.pk)

    return uuid.UUID(perform("clinic.settings", actor=actor, uid=uid, at=at, work=work)["id"])


KEY = re.compile(r"[a-z_]+(\.[a-z0-9_]+)*")


def choose(
    *, actor: Actor, uid: uuid.UUID, at: datetime, key: str, value: Any, reason: str = ""
) -> None:
    """This function will keep a setting of the clinic from now on; the old one stays on record."""
    if not KEY.fullmatch(key):
        raise BadValue("key", f"{key!r} is not a setting's name")

    def work() -> Done:
        row = ClinicSetting.objects.add(
            clinic_id=actor.clinic, key=key, value=value, valid_from=at, reason=reason,
            recorded_at=at, by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="setting", subject=row.pk, detail={"key": key})

    perform("clinic.settings", actor=actor, uid=uid, at=at, work=work)
