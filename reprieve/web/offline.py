"""What the pages that work without a connection share: their service workers' own addresses."""

from django.http import HttpResponse
from django.templatetags.static import static


def service_worker(*, script: str, scope: str) -> HttpResponse:
    """This function will give a service worker that may rule the addresses under `scope` alone.

    The script itself comes from the static files; a worker's own address decides what it rules.
    """
    words = f'importScripts("{static(script)}");\n'
    headers = {"Service-Worker-Allowed": scope, "Cache-Control": "no-cache"}
    return HttpResponse(words, content_type="text/javascript", headers=headers)
