"""The web part imports its pages once, and its workers share them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

LOADED = """
import json, os
from reprieve.config.serve_web import application
application()
from django.db import connections
from django.urls import get_resolver
print(json.dumps({
    "open": [one.alias for one in connections.all(initialized_only=True) if one.connection],
    "threads": len(os.listdir("/proc/self/task")),
    "pages": "url_patterns" in vars(get_resolver()),
}))
"""


def test_what_workers_share_may_be_forked(tmp_path: Path) -> None:
    """A connection or a thread of before the fork would be torn in two."""
    done = subprocess.run(
        [sys.executable, "-c", LOADED], env={**os.environ, "REPRIEVE_DATA": str(tmp_path)},
        check=True, capture_output=True, text=True,
    )  # fmt: skip
    assert json.loads(done.stdout) == {"open": [], "threads": 1, "pages": True}
