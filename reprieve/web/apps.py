"""The room people see."""

from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "reprieve.web"
    label = "web"

    def ready(self) -> None:
        """Listen to what allauth and Django say about sign-ins."""
        from reprieve.web import account_signals

        account_signals.connect()
