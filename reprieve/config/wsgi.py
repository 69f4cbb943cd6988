"""The web application as granian serves it."""

from reprieve.config import boot

boot.start()

from django.core.wsgi import get_wsgi_application  # noqa: E402  # after the start, on purpose

application = get_wsgi_application()
