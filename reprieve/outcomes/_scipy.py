"""Late door to scipy: its import takes longer than a small command may."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def stats() -> Any:
    """Give `scipy.stats`, imported on first use; it carries no types."""
    return import_module("scipy.stats")
