"""The form of a message: all that it says without its times, its numbers and its control id.

A monitor says the same thing every second but for those. What follows from the rest (whose codes,
which bed, what each row means) is worked out once for a form and remembered, within bounds.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass

from reprieve.interop.hl7v2 import identity
from reprieve.interop.hl7v2.ack import header
from reprieve.interop.hl7v2.dialects import Dialect, pick
from reprieve.interop.hl7v2.groups import Group, groups
from reprieve.interop.hl7v2.identity import Place
from reprieve.interop.hl7v2.observations import RowForm, row_form
from reprieve.interop.hl7v2.parse import Hl7, Segment
from reprieve.interop.hl7v2.values import Header, Reject

RESULTS = {"", "R01", "W01"}
ALERTS = {"R40"}
ANSWERS = {"ACK", "MCF", "ORA"}  # answering an answer would never end
_TEST_TRAFFIC = {"T", "D"}
_PROCESSING = {"", "P", *_TEST_TRAFFIC}
# Fields that change from message to message, by segment.
_CHANGING = {"MSH": (7, 10), "OBR": (7, 14), "OBX": (5, 14)}
Key = tuple[object, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """What is true of every message of one form. `rows` are those of the groups, in order.

    `no_message` refuses it before its control id is looked at, `not_handled` after.
    """

    header: Header
    type: str
    trigger: str
    version: str
    accept_level: bool
    training: bool
    no_message: Reject | None
    not_handled: Reject | None
    of_several: bool
    alerts_in: frozenset[int]
    sender: str
    device: str | None
    patient_ids: tuple[str, ...]
    place: Place
    dialect: Dialect | None
    rows: tuple[RowForm, ...]


class Forms:
    """Forms by what they say; the ones used longest ago are forgotten."""

    MOST = 256

    def __init__(self, dialects: Sequence[Dialect]) -> None:
        self._dialects = tuple(dialects)
        self._known: OrderedDict[Key, Form] = OrderedDict()

    def of(self, tree: Hl7, *, remember: bool) -> Form:
        """Return the form of a message; one worth remembering is small and likely to return."""
        if not remember:
            return _form(tree, self._dialects)
        key = _key(tree)
        form = self._known.get(key)
        if form is None:
            form = self._known[key] = _form(tree, self._dialects)
            if len(self._known) > self.MOST:
                self._known.popitem(last=False)
        else:
            self._known.move_to_end(key)
        return form


def _key(tree: Hl7) -> Key:
    return (tree.codec, tree.delimiters, *(_lasting(s) for s in tree.segments))


def _lasting(segment: Segment) -> Key:
    fields = segment.fields
    changing = _CHANGING.get(fields[0])
    if changing is None:
        return fields
    first, second = changing
    return fields[:first], fields[first + 1 : second], fields[second + 1 :]


def _form(tree: Hl7, dialects: Sequence[Dialect]) -> Form:
    msh = tree.msh
    dialect = _dialect(tree, dialects)
    parts = groups(tree)
    return Form(
        header=header(tree),
        type=msh.text(9),
        trigger=msh.text(9, 2),
        version=msh.text(12),
        accept_level=msh.text(15).upper() == "AL",
        training=msh.text(11).upper() in _TEST_TRAFFIC,
        no_message=_no_message(tree),
        not_handled=_not_handled(msh),
        of_several=identity.is_of_several(tree),
        alerts_in=_alerts_in(parts, msh.text(9, 2)),
        sender=identity.sender(tree),
        device=identity.device(tree, dialect=dialect),
        patient_ids=identity.patient_ids(tree),
        place=identity.place(tree, dialect=dialect),
        dialect=dialect,
        rows=tuple(
            row_form(obx, dialect=dialect, setting=part.of_settings)
            for part in parts
            for obx in part.rows
        ),
    )


def _dialect(tree: Hl7, dialects: Sequence[Dialect]) -> Dialect | None:
    systems = {obx.text(3, at) for obx in tree.every("OBX") for at in (3, 6)} - {""}
    return pick(
        dialects, application=tree.msh.text(3), facility=tree.msh.text(4), systems=systems
    ) or pick(dialects, application="", facility="", systems={"MDC"})


def _alerts_in(parts: Sequence[Group], trigger: str) -> frozenset[int]:
    """Number the groups whose rows are parts of alerts."""
    return frozenset(n for n, part in enumerate(parts) if trigger in ALERTS or part.of_alerts)


def _no_message(tree: Hl7) -> Reject | None:
    if len(tree.every("MSH")) > 1:
        return Reject(level="E", reason="more than one MSH in one message")
    if not tree.msh.text(9):
        return Reject(level="E", reason="no message type (MSH-9)")
    return None


def _not_handled(msh: Segment) -> Reject | None:
    kind, trigger = msh.text(9), msh.text(9, 2)
    version, processing = msh.text(12), msh.text(11)
    if kind not in ANSWERS and not (kind == "ORU" and trigger in RESULTS | ALERTS):
        name = f"{kind}^{trigger}" if trigger else kind
        return Reject(level="R", reason=f"message type {name[:40]} is not handled here")
    if version and not version.startswith("2."):
        return Reject(level="R", reason=f"version {version[:20]} is not HL7 2 (MSH-12)")
    if processing.upper() not in _PROCESSING:
        return Reject(level="R", reason=f"unknown processing id {processing[:20]} (MSH-11)")
    return None
