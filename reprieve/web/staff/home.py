"""The first page after signing in, the lock, and the gallery of components."""

from __future__ import annotations

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from reprieve.web import collect, gallery_examples, lock, passkeys
from reprieve.web.access import PageRequest, live, page, signed_in


@page("home.open", opens="home")
def home(request: PageRequest) -> HttpResponseBase:
    """This function will send a person to the first page of their role."""
    first = collect.home(request.actor)
    if first is None:
        return render(request, "staff/welcome.html")
    return redirect(first.url_name)


@live("home.open", opens="lock", in_kiosk=True)
@require_POST
def unlock(request: PageRequest) -> HttpResponse:
    """This function will open a locked screen: 204 when the proof is right, else 422."""
    credential = request.POST.get("credential", "")
    right = (
        lock.unlock_by_passkey(request, credential=credential)
        if credential
        else lock.unlock(request, password=request.POST.get("password", ""))
    )
    return HttpResponse(status=HTTPStatus.NO_CONTENT if right else HTTPStatus.UNPROCESSABLE_ENTITY)


@live("home.open", opens="lock", in_kiosk=True)
@require_POST
def passkey(request: PageRequest) -> HttpResponse:
    """This function will ask the person's passkey a question that only it can answer."""
    return JsonResponse(passkeys.question(request))


@live("home.open", opens="lock", in_kiosk=True)
@require_POST
def lock_now(request: PageRequest) -> HttpResponse:
    """This function will lock the session at once."""
    lock.lock_now(request)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@live("home.open", opens="lock", in_kiosk=True)
@require_POST
def active(request: PageRequest) -> HttpResponse:
    """This function will note that the person is typing; 423 when the session is locked."""
    if lock.is_locked(request):
        return HttpResponse(status=lock.HTTP_LOCKED)
    lock.touch(request)
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


@signed_in(opens="gallery")
def gallery(request: PageRequest) -> HttpResponse:
    """This function will show every component with invented values."""
    template = "staff/gallery_dark.html" if "dark" in request.GET else "staff/gallery.html"
    return render(request, template, gallery_examples.context(at=request.at))


urlpatterns = [
    path("home", home, name="home"),
    path("session/unlock", unlock, name="unlock"),
    path("session/passkey", passkey, name="unlock_passkey"),
    path("session/lock", lock_now, name="lock_now"),
    path("session/active", active, name="active"),
    path("gallery", gallery, name="gallery"),
]
