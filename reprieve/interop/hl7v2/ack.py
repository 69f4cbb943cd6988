"""Writes acknowledgements: whom to, in whose separators, with the sender's control id.

The answer is written in the sender's own separators and letters, so that MSA-2 repeats MSH-10 byte
for byte. Bytes that would break the frame are left out of it; such a message is refused anyway.
"""

from __future__ import annotations

import re
from datetime import datetime

from reprieve.interop.hl7v2.framing import frame
from reprieve.interop.hl7v2.parse import Hl7
from reprieve.interop.hl7v2.values import Header

_CONTROL = re.compile(r"[\x00-\x1f]")
_OURS = "REPRIEVE"
_STRUCTURED_SINCE = "2.3.1"  # ACK^R01^ACK; before it the message type alone
_NOBODY = Header(
    separators="|^~\\&",
    codec="ascii",
    application="",
    facility="",
    receiving_application="",
    receiving_facility="",
    trigger="",
    control="",
    processing="P",
    version="2.6",
    charset="",
)


def can_be_echoed(control: str) -> bool:
    """Tell whether a control id holds nothing that could break an answer's frame."""
    return _CONTROL.search(control) is None


def header(tree: Hl7) -> Header:
    """Take from a message what its answer needs."""
    msh, marks = tree.msh, tree.delimiters
    return Header(
        separators=marks.field + marks.component + marks.repetition + _inner(tree),
        codec=tree.codec,
        application=msh.raw(3),
        facility=msh.raw(4),
        receiving_application=msh.raw(5),
        receiving_facility=msh.raw(6),
        trigger=msh.text(9, 2),
        control=msh.raw(10),
        processing=msh.raw(11),
        version=msh.raw(12),
        charset=msh.raw(18),
    )


def acknowledge(
    header: Header | None, *, code: str, text: str = "", at: datetime, ack_id: str
) -> bytes:
    """Write one framed acknowledgement.

    `code` is AA, AE, AR, CA, CE or CR; `text` says why (no patient data); `at` (aware) stamps it;
    `ack_id` is its own control id, at most 20 characters. Without a header (the message could not
    be read) the answer names no control id.
    """
    to = header or _NOBODY
    mark = to.separators[0]
    msh = ["MSH" + to.separators, *_addresses(to), _stamp(at), "", _type(to), ack_id]
    msh += [to.processing or "P", to.version or "2.6", *[""] * 5, to.charset]
    msa = ["MSA", code, to.control, _escaped(text, to.separators)]
    lines = (mark.join(_clean(part) for part in line).rstrip(mark) for line in (msh, msa))
    return frame("".join(line + "\r" for line in lines).encode(to.codec, errors="replace"))


def _addresses(to: Header) -> list[str]:
    """Turn sender and receiver round."""
    ours = to.receiving_application or _OURS
    return [ours, to.receiving_facility, to.application, to.facility]


def _inner(tree: Hl7) -> str:
    return tree.delimiters.escape + tree.delimiters.subcomponent


def _stamp(at: datetime) -> str:
    return at.strftime("%Y%m%d%H%M%S%z")


def _type(to: Header) -> str:
    if to.version and to.version < _STRUCTURED_SINCE:
        return "ACK"
    return to.separators[1].join(("ACK", to.trigger, "ACK")) if to.trigger else "ACK"


def _clean(text: str) -> str:
    return _CONTROL.sub("", text)


def _escaped(text: str, separators: str) -> str:
    names = dict(zip(separators, "FSRET", strict=True))
    escape = separators[3]
    return "".join(escape + names[c] + escape if c in names else c for c in text[:200])
