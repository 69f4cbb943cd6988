"""The addresses of signing in. Only those named here are served, each with its access stated."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from allauth.account import urls as account_urls
from allauth.mfa import urls as mfa_urls
from allauth.usersessions import urls as usersessions_urls
from django.urls import URLPattern, URLResolver, path
from django.views.i18n import set_language

from reprieve.web import sign_on
from reprieve.web.access import public, signed_in
from reprieve.web.own_account import own, pin

WHY = "a person signs in or resets a password before anybody knows who it is"
PUBLIC = frozenset(
    {
        "account_login",
        "account_logout",
        "account_signup",
        "account_inactive",
        "account_reset_password",
        "account_reset_password_done",
        "account_reset_password_from_key",
        "account_reset_password_from_key_done",
        "mfa_authenticate",
        "mfa_login_webauthn",
    }
)
OWN = frozenset(
    {
        "account_change_password",
        "account_set_password",
        "account_reauthenticate",
        "mfa_index",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_remove_webauthn",
        "mfa_edit_webauthn",
        "mfa_reauthenticate_webauthn",
        "usersessions_list",
    }
)
OWN_ACCOUNT = signed_in(opens="own account", unready=True)


def _stated(found: list[Any], prefix: str = "") -> Iterator[Any]:
    for entry in found:
        if isinstance(entry, URLResolver):
            yield from _stated(entry.url_patterns, prefix + str(entry.pattern))
        elif entry.name in PUBLIC:
            view = entry.callback
            if entry.name == "account_login":
                view = sign_on.leads_out(view)
            yield _again(entry, prefix, public(why=WHY)(view))
        elif entry.name in OWN:
            yield _again(entry, prefix, OWN_ACCOUNT(entry.callback))


def _again(entry: URLPattern, prefix: str, view: Any) -> URLResolver:
    inner = URLPattern(entry.pattern, view, entry.default_args, entry.name)
    return path(prefix, ([inner], None, None))


urlpatterns = [
    path("language", public(why="anybody may choose a language")(set_language), name="language"),
    *_stated(account_urls.urlpatterns),
    path(
        "sso/<slug:provider_id>/", public(why=WHY)(sign_on.begin), name="openid_connect_login"
    ),
    path(
        "sso/<slug:provider_id>/callback/", public(why=WHY)(sign_on.back),
        name="openid_connect_callback",
    ),
    path("", own, name="account_own"),
    path("pin", pin, name="account_pin"),
    *_stated(mfa_urls.urlpatterns, "2fa/"),
    *_stated(usersessions_urls.urlpatterns, "devices/"),
]
