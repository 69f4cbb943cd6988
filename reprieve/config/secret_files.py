"""Secrets in files of their own, as containers hand them out: NAME_FILE names the file of NAME.

Read once, when a command starts; the processes that it starts get the secret itself.
"""

from __future__ import annotations

import os
from pathlib import Path

from reprieve.knowledge import BadValue

NAMES = (
    "EMAIL_HOST_PASSWORD", "REPRIEVE_ADMIN_PASSWORD", "REPRIEVE_BACKUP_KEY",
    "REPRIEVE_DATABASE_URL", "REPRIEVE_MASTER_KEY", "REPRIEVE_METRICS_TOKEN",
    "REPRIEVE_SECRET_KEY", "REPRIEVE_SMS_INBOUND_TOKEN", "REPRIEVE_SMS_TOKEN",
)  # fmt: skip
ENDING = "_FILE"


def read() -> None:
    """This function will put each secret that a file is named for into the environment.

    Raises BadValue naming the variable where a file cannot be read, is empty, or says what the
    environment says too.
    """
    for name in NAMES:
        file = os.environ.get(name + ENDING, "")
        if not file:
            continue
        if os.environ.get(name):
            raise BadValue(name + ENDING, f"{name} is given as well: name one of them")
        os.environ[name] = _text(name + ENDING, Path(file))
        del os.environ[name + ENDING]


def _text(variable: str, file: Path) -> str:
    try:
        text = file.read_text().strip()
    except (OSError, ValueError) as error:
        raise BadValue(variable, f"{file} cannot be read") from error
    if not text:
        raise BadValue(variable, f"{file} is empty")
    return text
