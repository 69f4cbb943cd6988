"""Single sign-on as pages: to the clinic's provider and back, and words for every refusal.

allauth speaks OpenID Connect; whose account it is, is decided by `pathway.sign_on`. Nobody is
signed up, nothing that the provider tells is kept but a hash of the subject.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, wraps
from typing import Any

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.stages import AuthenticateStage as MfaStage
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialApp
from allauth.socialaccount.providers.openid_connect import views
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from reprieve.pathway import sign_on
from reprieve.pathway.errors import PermissionDenied
from reprieve.web.middleware import POLICY
from reprieve.web.words import say

PROVED = "factor_proved"  # of a sign-in under way
LOGIN = "login"
NOT_NOW, REFUSED = 503, 403
View = Callable[..., HttpResponseBase]


class Adapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """allauth's sign-in by a provider with this product's rules."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        """Accounts are made by the clinic."""
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """This function will put the right account behind a sign-in, or refuse it in words."""
        if sociallogin.state.get("process") != LOGIN:
            raise ImmediateHttpResponse(refused(request, _said_nothing()))
        told = sociallogin.account.extra_data
        sociallogin.account.extra_data = {}
        claims, more = told.get("id_token") or {}, told.get("userinfo") or {}
        subject = str(claims.get("sub") or "")
        if not subject or more.get("sub", subject) != subject:
            raise ImmediateHttpResponse(refused(request, _said_nothing()))
        known = {**claims, **more}
        person = sign_on.Person(
            subject=subject, mail=str(known.get("email") or ""),
            is_verified=known.get("email_verified") is True,
        )  # fmt: skip
        try:
            user = sign_on.account_of(person, rules=rules())
        except PermissionDenied as error:
            raise ImmediateHttpResponse(refused(request, say(error.message))) from error
        sociallogin.user = sociallogin.account.user = _user(user)
        sociallogin.state[PROVED] = rules().proves_factor(claims)

    def on_authentication_error(
        self, request: HttpRequest, provider: Any, error: Any = None, exception: Any = None,
        extra_context: Any = None,
    ) -> None:  # fmt: skip
        """This function will say that it did not work, without the insides of why."""
        if error == "cancelled":
            said = _("The sign-in was stopped at your provider. Nothing was changed.")
        else:
            said = _said_nothing()
        raise ImmediateHttpResponse(refused(request, said))


class AuthenticateStage(MfaStage):  # type: ignore[misc]
    """Our own second factor is asked for, unless the provider proved one that the clinic trusts."""

    def _should_handle(self, request: HttpRequest) -> bool:
        return not proved(self.login.signal_kwargs) and bool(super()._should_handle(request))


def proved(signal: dict[str, Any] | None) -> bool:
    """This function will tell whether a sign-in came with a second factor that is trusted."""
    login = (signal or {}).get("sociallogin")
    return login is not None and bool(login.state.get(PROVED))


@cache
def rules() -> sign_on.Rules:
    """This function will return what the clinic says about its provider."""
    said = settings.SINGLE_SIGN_ON
    assert said is not None, "asked only where a provider is set"
    return sign_on.Rules(
        issuer=said["issuer"], link_by=said["link_by"], mail_domains=tuple(said["mail_domains"]),
        second_factor=said["second_factor"], acr=frozenset(said["acr"]),
        amr=frozenset(said["amr"]), people=said["people"],
    )  # fmt: skip


def begin(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """This function will send a person to the provider: by a press only, never by a link."""
    if request.method != "POST":
        return redirect("account_login")
    return _spoken(views.login, request, provider_id)


def back(request: HttpRequest, provider_id: str) -> HttpResponseBase:
    """This function will take a person in who comes back from the provider."""
    return _spoken(views.callback, request, provider_id)


def leads_out(view: View) -> View:
    """This function will let a page's forms lead to the provider: browsers look at that too."""

    @wraps(view)
    def answered(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        if settings.SINGLE_SIGN_ON:
            out = " ".join(["form-action 'self'", *settings.SINGLE_SIGN_ON["form_origins"]])
            response.headers["Content-Security-Policy"] = POLICY.replace("form-action 'self'", out)
        return response

    return answered


def refused(request: HttpRequest, said: str, *, status: int = REFUSED) -> HttpResponse:
    """This function will say why a person was not signed in, and how to go on."""
    return render(request, "problems/sign_on.html", {"said": said}, status=status)


def _spoken(view: View, request: HttpRequest, provider_id: str) -> HttpResponseBase:
    if not settings.SINGLE_SIGN_ON:
        raise Http404
    try:
        return view(request, provider_id)
    except SocialApp.DoesNotExist as error:
        raise Http404 from error
    except (OSError, ValueError, KeyError):  # it does not answer, or not as a provider does
        said = _("Your provider does not answer at present. Sign in by password, or try later.")
        return refused(request, said, status=NOT_NOW)


def _said_nothing() -> str:
    return _("The sign-in by your provider did not work. Try again, or sign in by password.")


def _user(user: int) -> Any:
    from django.contrib.auth import get_user_model

    return get_user_model().objects.get(pk=user)
