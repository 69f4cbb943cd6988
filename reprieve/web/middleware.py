"""Headers on every answer, and one log line a request that names the view and never the address."""

from __future__ import annotations

import time
from collections.abc import Callable

import structlog
from django.http import HttpRequest, HttpResponseBase

Answer = Callable[[HttpRequest], HttpResponseBase]

# No inline script, no inline style, nothing from elsewhere, and nobody may frame us.
POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "media-src 'self'",
        "worker-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
        "object-src 'none'",
    )
)
DEVICES = "camera=(), microphone=(), geolocation=(), payment=(), usb=(), screen-wake-lock=(self)"

log = structlog.get_logger("reprieve.web")


def security_headers(get_response: Answer) -> Answer:
    """This function will put the content policy and the device policy on every answer."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", POLICY)
        response.headers.setdefault("Permissions-Policy", DEVICES)
        return response

    return answered


def request_log(get_response: Answer) -> Answer:
    """This function will log each answered request: view, status, milliseconds, who."""

    def answered(request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = get_response(request)
        match = request.resolver_match
        if match is not None and not match.route.startswith("live/"):
            log.info(
                "request",
                view=match.view_name or match.route,
                method=request.method,
                status=response.status_code,
                ms=round((time.perf_counter() - began) * 1000, 1),
                actor=getattr(getattr(request, "actor", None), "label", None),
            )
        return response

    return answered
