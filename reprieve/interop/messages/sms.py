"""Text messages by any gateway that takes one HTTP POST. Off until its address is set."""

from __future__ import annotations

import json
import os
import urllib.error
import urllib.request
import uuid
from difflib import SequenceMatcher
from http.client import HTTPException
from urllib.parse import urlsplit

from reprieve.knowledge import BadValue
from reprieve.pathway import gateway_words, messages

TIMEOUT_S = 10.0
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
REFUSED_FOR_GOOD = range(400, 500)
TRY_LATER = frozenset({408, 425, 429})
MOST_READ = 500
# As many characters of our own text in a row are that text, and no words of the gateway.
ECHO = 16


class NotSent(Exception):
    """The gateway did not take it. `for_good`: another try would end the same."""

    def __init__(self, reason: str, *, for_good: bool) -> None:
        super().__init__(reason)
        self.reason, self.for_good = reason, for_good


def gateway() -> str:
    """This function will return the gateway's address, or nothing when texts are off."""
    return os.environ.get(messages.GATEWAY, "")


def can_answer() -> bool:
    """This function will tell whether answers to texts, and receipts, come in."""
    return bool(os.environ.get(messages.INBOUND))


def send(*, to: str, text: str, number: uuid.UUID) -> None:
    """This function will hand one text to the gateway as JSON: `to`, `text`, `id`.

    REPRIEVE_SMS_TOKEN goes along as a bearer token. Raises NotSent, and BadValue for an address
    that would carry a text in the clear.
    """
    body = json.dumps({"to": to, "text": text, "id": str(number)}).encode()
    request = urllib.request.Request(_checked(gateway()), data=body, method="POST")  # noqa: S310  # checked
    request.add_header("Content-Type", "application/json")
    token = os.environ.get("REPRIEVE_SMS_TOKEN", "")
    if token:
        request.add_header("Authorization", f"Bearer {token}")
    try:
        with urllib.request.urlopen(request, timeout=TIMEOUT_S):  # noqa: S310  # checked
            return
    except urllib.error.HTTPError as error:
        final = error.code in REFUSED_FOR_GOOD and error.code not in TRY_LATER
        said = _said(error, text)
        reason = f"the gateway answered {error.code}" + (f": {said}" if said else "")
        raise NotSent(reason, for_good=final) from error
    except (OSError, HTTPException) as error:  # nobody there, or no gateway
        raise NotSent("the gateway cannot be reached", for_good=False) from error


def _said(error: urllib.error.HTTPError, text: str) -> str:
    """Why it was refused: the gateway's first words, without what it hands back of the text."""
    try:
        with error:
            said = error.read(MOST_READ).decode(errors="replace")
    except (OSError, HTTPException):
        return ""
    return gateway_words.kept(_without(said, text))


def _without(said: str, text: str) -> str:
    """What is left of some words when every longer piece of a text is cut out of them."""
    while True:
        same = SequenceMatcher(None, said, text, autojunk=False).find_longest_match()
        if same.size < ECHO:
            return said
        said = f"{said[: same.a]}…{said[same.a + same.size :]}"


def _checked(url: str) -> str:
    parts = urlsplit(url)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname:
        raise BadValue(messages.GATEWAY, "needs an https address")
    return url
