"""Addresses of scripts, styles and pictures: worked out once, since they never change."""

from __future__ import annotations

from typing import Any

from django.contrib.staticfiles.storage import StaticFilesStorage


class Addresses(StaticFilesStorage):
    """Static files by address. A page asks for some forty, every icon among them."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._known: dict[str, str] = {}

    def url(self, name: str | None) -> str:
        """This function will return a file's address."""
        if name is None:
            return super().url(name)
        if name not in self._known:
            self._known[name] = super().url(name)
        return self._known[name]
