"""The room that keeps what happened."""

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class RecordsConfig(AppConfig):
    name = "reprieve.records"
    label = "records"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Install the guards after every migration: Django's table remake drops triggers."""
        from reprieve.records import guards

        post_migrate.connect(guards.install_after_migrate, sender=self)
