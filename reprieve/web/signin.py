"""Signing in: no public sign-up, and what the lock-out knows about an attempt."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render, resolve_url

from reprieve.web.peer import address

TOO_MANY = 429
FACTOR_STAGE = "allauth.mfa.stages.AuthenticateStage"
OWN_STAGE = "reprieve.web.sign_on.AuthenticateStage"


class Adapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth with this product's rules."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are made by the clinic, never by whoever finds the page."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Sessions, notices and limits tell people apart as the lock-out does."""
        return address(request)

    def get_login_stages(self) -> list[str]:
        """The second factor's stage is ours: it knows what a provider proved."""
        stages: list[str] = super().get_login_stages()
        return [OWN_STAGE if stage == FACTOR_STAGE else stage for stage in stages]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """A changed password leads to work, as signing in does."""
        return resolve_url(settings.LOGIN_REDIRECT_URL)


def typed_name(request: HttpRequest | None, credentials: dict[str, Any] | None) -> str:
    """This function will return what was typed as name: the lock-out counts by it."""
    given = credentials or {}
    typed = given.get("email") or given.get("username")
    if not typed and request is not None:
        typed = request.POST.get("login") or getattr(request.user, "email", "")
    return str(typed or "").strip().lower()


def locked_out(
    request: HttpRequest, response: HttpResponse | None, credentials: dict[str, Any] | None
) -> HttpResponse:
    """This function will tell a person that there were too many attempts, and for how long."""
    if request.headers.get("X-Reprieve-Unlock"):
        return HttpResponse(status=TOO_MANY)
    return render(request, "problems/locked_out.html", status=TOO_MANY)
