"""The idle lock: after some minutes without input the screen asks who is there.

The password, a PIN or a passkey opens it.

The person stays signed in and the page keeps its state; alarms stay visible, since polled parts
neither wake the session nor stop at the lock. A form sent from a locked session is kept: the
answer asks for the password and sends the same fields again.
"""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib.auth import authenticate
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from reprieve.pathway import accounts
from reprieve.web import passkeys

SEEN = "seen_at"
LOCKED = "locked"
PASSWORD = "_unlock_password"  # noqa: S105  # the name of a field
SAVE_EVERY_S = 30
HTTP_LOCKED = 423


def refusal(request: HttpRequest) -> HttpResponse | None:
    """This function will return the page that asks for the password, None when all is open."""
    if not is_locked(request):
        touch(request)
        return None
    given = request.POST.get(PASSWORD)
    if given is not None and unlock(request, password=given):
        return None
    return asked(request, wrong=given is not None)


def is_locked(request: HttpRequest) -> bool:
    """This function will tell whether the session was locked or saw no input for too long."""
    seen = request.session.get(SEEN)
    if seen is None:
        return False
    idle_s = time.time() - float(seen)
    return bool(request.session.get(LOCKED)) or idle_s > settings.IDLE_LOCK_MIN * 60


def touch(request: HttpRequest) -> None:
    """This function will note input now; at most one write in half a minute."""
    now = time.time()
    if now - float(request.session.get(SEEN, 0)) > SAVE_EVERY_S:
        request.session[SEEN] = now


def lock_now(request: HttpRequest) -> None:
    """This function will lock the session at once."""
    request.session[LOCKED] = True
    request.session.setdefault(SEEN, time.time())


def unlock(request: HttpRequest, *, password: str) -> bool:
    """This function will open the session when the password or the person's PIN is right.

    Wrong passwords lock out; after three wrong PINs only the password opens it.
    """
    if accounts.is_pin(password):
        right = accounts.is_right_pin(user=request.user.pk, pin=password)  # type: ignore[arg-type]
        return _open(request) if right else False
    email = getattr(request.user, "email", "")
    person = authenticate(request, email=email, password=password)
    if person is None or person.pk != request.user.pk:
        return False
    accounts.forgive(person.pk)
    return _open(request)


def unlock_by_passkey(request: HttpRequest, *, credential: str) -> bool:
    """This function will open the session when the person's own passkey answers the question."""
    if not passkeys.is_right(request, credential):
        return False
    accounts.forgive(request.user.pk)  # type: ignore[arg-type]
    return _open(request)


def _open(request: HttpRequest) -> bool:
    request.session.pop(LOCKED, None)
    request.session[SEEN] = time.time()
    return True


def asked(request: HttpRequest, *, wrong: bool) -> HttpResponse:
    """This function will ask for the password and carry the fields that were being sent."""
    if request.headers.get("HX-Request"):
        return HttpResponse(status=HTTP_LOCKED, headers={"HX-Trigger": "reprieve:lock"})
    skip = {PASSWORD, "csrfmiddlewaretoken"}
    kept = [(k, v) for k, values in request.POST.lists() if k not in skip for v in values]
    lost = bool(request.FILES)
    context = {"wrong": wrong, "kept": kept, "files_lost": lost, "address": request.get_full_path()}
    return render(request, "problems/locked.html", context, status=HTTP_LOCKED)
