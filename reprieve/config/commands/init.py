"""`reprieve init`: make a clinic, its database and its first administrator."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
import zoneinfo
from datetime import UTC, datetime
from difflib import SequenceMatcher
from typing import Any

from reprieve.knowledge import BadValue

HELP = "make a clinic and its first administrator"
PASSWORD = "REPRIEVE_ADMIN_PASSWORD"  # noqa: S105  # the variable's name
SHORTEST = 12
LONGEST_NAME = 200
ALIKE = 0.7


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add who is to be made."""
    parser.add_argument("--clinic", required=True, metavar="NAME", help="the clinic's name")
    parser.add_argument("--name", required=True, help="the administrator's name")
    parser.add_argument("--email", required=True, help="the administrator's e-mail, to sign in")
    parser.add_argument("--timezone", default="UTC", help="for example America/New_York (UTC)")


def run(args: argparse.Namespace) -> dict[str, Any]:
    """This function will make the clinic, or raise BadValue and leave no trace."""
    clinic = _name("clinic", args.clinic)
    name = _name("name", args.name)
    email = _email(args.email)
    _check_zone(args.timezone)
    password = _password(email=email, name=name)
    at = datetime.now(UTC)
    _prepare()
    from reprieve.config import tls
    from reprieve.config.folder import data_folder
    from reprieve.pathway.clinic import found

    made = found(
        name=clinic, timezone=args.timezone, admin_name=name, admin_email=email,
        password=password, at=at,
    )  # fmt: skip
    authority = tls.make_authority(data_folder(), name=clinic, at=at)
    return {
        "clinic": str(made.id), "name": clinic, "timezone": args.timezone, "admin": email,
        "data": str(data_folder()), "authority": str(authority),
    }  # fmt: skip


def text(answer: dict[str, Any]) -> str:
    """This function will say what was made and what comes next."""
    return (
        f"{answer['name']} is made in {answer['data']}; {answer['admin']} may sign in.\n"
        "Next: reprieve serve"
    )


def _prepare() -> None:
    """Start Django and bring the tables up to date, once everything typed has been checked."""
    from reprieve.config import boot
    from reprieve.config.migrate import migrate

    boot.start()
    migrate()
    from reprieve.records.queries import clinics

    # Real patients must never share a folder with a demo, whose clock anybody sets.
    if any(clinic.is_demo for clinic in clinics.clinics()):
        raise BadValue("data", "this folder holds a demo clinic; choose another")


def _name(field: str, typed: str) -> str:
    name = typed.strip()
    if not name:
        raise BadValue(field, "a name is needed")
    if len(name) > LONGEST_NAME:
        raise BadValue(field, f"has more than {LONGEST_NAME} characters")
    if not name.isprintable():
        raise BadValue(field, "has characters that cannot be printed")
    return name


def _email(typed: str) -> str:
    from django.core.exceptions import ValidationError
    from django.core.validators import EmailValidator

    email = typed.strip().lower()
    try:
        EmailValidator()(email)
    except ValidationError as error:
        raise BadValue("email", f"{typed!r} is not an e-mail address") from error
    return email


def _check_zone(name: str) -> None:
    if name not in zoneinfo.available_timezones():
        raise BadValue("timezone", f"unknown time zone {name!r}; example: America/New_York")


def _password(*, email: str, name: str) -> str:
    password = os.environ.get(PASSWORD)
    if password is None:
        password = _asked()
    if len(password) < SHORTEST:
        raise BadValue("password", f"needs at least {SHORTEST} characters")
    if password.isdigit():
        raise BadValue("password", "is only digits")
    if any(_is_alike(password, own) for own in (email, name)):
        raise BadValue("password", "is too much like the administrator's own name or address")
    if _is_common(password):
        raise BadValue("password", "is one of the most used passwords")
    return password


def _is_common(password: str) -> bool:
    from django.contrib.auth.password_validation import CommonPasswordValidator

    return password.lower() in CommonPasswordValidator().passwords


def _is_alike(password: str, own: str) -> bool:
    """The measure of the sign-in's own validator, which cannot run before there are settings."""
    parts = [*re.split(r"\W+", own.lower()), own.lower()]
    return any(SequenceMatcher(a=password.lower(), b=part).quick_ratio() >= ALIKE for part in parts)


def _asked() -> str:
    if not sys.stdin.isatty():
        raise BadValue("password", f"set {PASSWORD}, or run this in a terminal to be asked")
    first = getpass.getpass("Password: ")
    if first != getpass.getpass("Again: "):
        raise BadValue("password", "the two entries differ")
    return first
