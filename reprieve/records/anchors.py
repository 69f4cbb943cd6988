"""Ends of the audit chains, kept outside the database.

Whoever can rewrite the whole database can make a chain that follows. An anchor says elsewhere how
far a chain went and with which hash: a row that was edited, cut off or dated back before it is
then missed. The file only grows; put it where whoever keeps the database cannot write.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db.models import Max

from reprieve.records.models import AccessSeal, AuditSeal

CHAINS: dict[str, tuple[Any, str]] = {
    "audit": (AuditSeal, "clinic_id"), "access": (AccessSeal, "clinic_uid"),
}  # fmt: skip


def drop(*, at: datetime) -> int:
    """This function will note the end of each chain that grew; the count is returned."""
    known = {(a["chain"], a["clinic"]): a["seq"] for a in kept()}
    lines = [
        orjson.dumps({**end, "at": at.isoformat()}, option=orjson.OPT_APPEND_NEWLINE)
        for end in _ends()
        if end["seq"] > known.get((end["chain"], end["clinic"]), 0)
    ]
    if lines:
        _append(b"".join(lines))
    return len(lines)


def kept() -> list[dict[str, Any]]:
    """This function will read the anchors, oldest first; a line cut off by a power cut is left."""
    file = Path(settings.ANCHORS)
    if not file.exists():
        return []
    return [orjson.loads(line) for line in file.read_bytes().splitlines() if line.endswith(b"}")]


def faults() -> Iterator[str]:
    """This function will name each anchor that its chain no longer bears out."""
    for anchor in kept():
        model, owner = CHAINS[anchor["chain"]]
        found = model.objects.filter(**{owner: anchor["clinic"]}, seq=anchor["seq"])
        now = found.values_list("link_hash", flat=True).first()
        which = f"{anchor['chain']} chain of clinic {anchor['clinic']}"
        if now is None:
            yield f"{which}: ends before link {anchor['seq']}, which was there at {anchor['at']}"
        elif now != anchor["link_hash"]:
            yield f"{which}: link {anchor['seq']} is not the one that was there at {anchor['at']}"


def _ends() -> Iterator[dict[str, Any]]:
    for chain, (model, owner) in CHAINS.items():
        for clinic, seq in model.objects.values_list(owner).annotate(last=Max("seq")):
            last = model.objects.get(**{owner: clinic}, seq=seq)
            yield {
                "chain": chain, "clinic": str(clinic), "seq": seq, "link_hash": last.link_hash,
            }  # fmt: skip


def _append(content: bytes) -> None:
    file = Path(settings.ANCHORS)
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
    with os.fdopen(os.open(file, flags, 0o600), "ab") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())
