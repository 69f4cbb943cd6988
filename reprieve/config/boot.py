"""Start Django in a command's process: the shipped SQLite first, then the settings."""

import os


def start() -> None:
    """This function will make the database usable in this process."""
    from reprieve.config.sqlite_swap import swap

    swap()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "reprieve.config.settings")
    import django

    django.setup()
