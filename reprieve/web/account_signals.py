"""What happens at sign-ins is on the audit trail, whoever's code let it happen.

Every process listens, also those that serve no pages: the libraries of passkeys and single sign-on
are imported where they are needed, for they take a sixth of the time of a start.
"""

from __future__ import annotations

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.http import HttpRequest

from reprieve.pathway import accounts
from reprieve.web import readiness


def connect() -> None:
    """This function will listen to Django's and allauth's words about sign-ins."""
    user_logged_in.connect(_signed_in)
    account.user_logged_in.connect(_by_provider)
    user_logged_out.connect(_signed_out)
    user_login_failed.connect(_failed)
    for signal in (account.password_changed, account.password_reset, account.password_set):
        signal.connect(_password)
    mfa.authenticator_added.connect(_factor_added)
    mfa.authenticator_removed.connect(_factor_removed)
    mfa.authentication_failed.connect(_factor_failed)


def _signed_in(user: Any, **_: Any) -> None:
    accounts.note(user=user.pk, what="account.signed_in")


def _by_provider(request: HttpRequest, user: Any, **more: Any) -> None:
    """After the sign-in itself: that a provider vouched, and whether for a second factor, too."""
    if more.get("sociallogin") is None:
        return
    from reprieve.web import sign_on

    proved = sign_on.proved(more)
    accounts.note(user=user.pk, what="account.sign_on", detail={"factor_proved": proved})
    if proved:
        request.session[readiness.PROVED_ELSEWHERE] = True


def _signed_out(user: Any, **_: Any) -> None:
    if user is not None:
        accounts.note(user=user.pk, what="account.signed_out")


def _failed(credentials: dict[str, Any], **_: Any) -> None:
    typed = credentials.get("email") or credentials.get("username") or ""
    accounts.note_failure(email=str(typed).strip())


def _password(request: HttpRequest, user: Any, **_: Any) -> None:
    accounts.chose_password(user.pk)
    accounts.note(user=user.pk, what="account.password")
    readiness.forget(request)


def _factor_added(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    _changed(request, user, authenticator, "account.factor_added")


def _factor_removed(request: HttpRequest, user: Any, authenticator: Any, **_: Any) -> None:
    _changed(request, user, authenticator, "account.factor_removed")


def _changed(request: HttpRequest, user: Any, authenticator: Any, what: str) -> None:
    from reprieve.web import passkeys

    accounts.note(user=user.pk, what=what, detail={"kind": str(authenticator.type)})
    request.session.pop(passkeys.KNOWN, None)
    readiness.forget(request)


def _factor_failed(user: Any, authenticator: Any, **_: Any) -> None:
    kind = str(authenticator.type) if authenticator is not None else ""
    accounts.note(user=user.pk, what="account.failed", detail={"by": kind})
