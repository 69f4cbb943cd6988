"""Whether this server answers: for a container's own look at itself.

`python -m reprieve.config.answers URL` ends with 0 on an answer of 200, with 1 on everything else.
"""

from __future__ import annotations

import ssl
import sys
import urllib.request
from http import HTTPStatus

from reprieve.config.folder import data_folder

PATIENCE_S = 5.0


def is_answered(url: str) -> bool:
    """This function will ask once; a certificate must be the clinic's own, or a public one."""
    trust = ssl.create_default_context()
    own = data_folder() / "tls" / "authority.crt"
    if own.exists():
        trust.load_verify_locations(own)
    try:
        with urllib.request.urlopen(url, timeout=PATIENCE_S, context=trust) as answer:  # noqa: S310  # our own address
            return bool(answer.status == HTTPStatus.OK)
    except OSError:
        return False


if __name__ == "__main__":
    sys.exit(0 if is_answered(sys.argv[1]) else 1)
