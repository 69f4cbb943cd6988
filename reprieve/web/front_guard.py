"""Keeping machines from the public form without a third party and without keeping addresses.

A field that people do not see, a signed time before which nobody has read the page, a number of
requests an hour for each sender (known by a keyed hash, in memory only) and one for the clinic.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Literal

from django.core import signing
from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from reprieve.records.queries import referral
from reprieve.web.peer import address

TRAP = "website"
STAMP = "stamp"
SALT = "public-request"
LEAST_S = 3
LONGEST_S = 12 * 3600
A_SENDER_AN_HOUR = 5
A_CLINIC_AN_HOUR = 60
HOUR_S = 3600

Verdict = Literal["good", "machine", "too_fast", "too_old", "too_many"]


def stamp() -> str:
    """This function will sign the moment at which the page was shown."""
    return signing.dumps("shown", salt=SALT)


def judge(request: HttpRequest, *, clinic: uuid.UUID, at: datetime) -> Verdict:
    """This function will tell whether a sent form may be taken in."""
    if request.POST.get(TRAP):
        return "machine"
    verdict = _age(request.POST.get(STAMP, ""))
    if verdict != "good":
        return verdict
    since = at - timedelta(hours=1)
    if referral.count_web(clinic=clinic, since=since) >= A_CLINIC_AN_HOUR:
        return "too_many"
    return "too_many" if _count(request) > A_SENDER_AN_HOUR else "good"


def _age(sealed: str) -> Verdict:
    try:
        signing.loads(sealed, salt=SALT, max_age=LONGEST_S)
    except signing.BadSignature:
        return "too_old"
    try:
        signing.loads(sealed, salt=SALT, max_age=LEAST_S)
    except signing.SignatureExpired:
        return "good"
    return "too_fast"


def _count(request: HttpRequest) -> int:
    key = "request:" + salted_hmac(SALT, address(request), algorithm="sha256").hexdigest()
    cache.add(key, 0, HOUR_S)
    return int(cache.incr(key))
