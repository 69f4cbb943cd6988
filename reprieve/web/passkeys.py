"""A passkey's answer at a locked screen: the same question and check as at signing in."""

from __future__ import annotations

import json
from typing import Any

from allauth.mfa.webauthn.internal import auth
from cryptography.exceptions import InvalidSignature
from django.core.exceptions import ValidationError
from django.http import HttpRequest

KNOWN = "has_passkey"  # a session's field
KIND = "webauthn"


def question(request: HttpRequest) -> dict[str, Any]:
    """This function will make the question for the passkeys of the person signed in."""
    return {"request_options": auth.begin_authentication(request.user)}


def is_right(request: HttpRequest, credential: str) -> bool:
    """This function will tell whether the answer is from one of the person's own passkeys."""
    try:
        answer = json.loads(credential)
        auth.parse_authentication_response(answer)
        auth.complete_authentication(request.user, answer)
    except (ValueError, TypeError, KeyError, AttributeError, ValidationError, InvalidSignature):
        return False
    return True
