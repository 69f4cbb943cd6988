"""What a person sees that no signal tells: panic, a patient who asks to stop, a new rhythm.

The table of limits stops the infusion for each. Who saw it writes it down in one entry, and the
high alarm goes out with it.
"""

from __future__ import annotations

import uuid
from datetime import datetime

from reprieve.knowledge import N_, BadValue
from reprieve.monitoring import events as ev
from reprieve.pathway import alarm_fold, infusion
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.clock import ms
from reprieve.pathway.permissions import Actor

ABOUT = "patient"
URGENT = {
    "panic": N_("panic"),
    "asks-to-stop": N_("asks to stop"),
    "arrhythmia": N_("new arrhythmia"),
}


def record(
    *, actor: Actor, uid: uuid.UUID, at: datetime, encounter: uuid.UUID, what: str,
    seen_at: datetime | None = None, note: str = "", beside: bool = False,
) -> dict[str, object]:  # fmt: skip
    """This function will write an urgent event on the chart and raise its high alarm, once.

    The alarm waits for one answer. Raises BadValue("what") naming the known events.
    """
    if what not in URGENT:
        raise BadValue("what", f"unknown {what[:40]!r}; known: {', '.join(URGENT)}")

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        said = infusion.Happened(kind="noted", at=seen_at, note=note, detail={"urgent": what})
        event = infusion.append(row, said, actor=actor, at=at, beside=beside)
        raised = ev.Raised(at_ms=ms(at), about=ABOUT, says=URGENT[what])
        alarm_fold.fold(
            clinic=row.clinic_id, encounter=row.encounter_id, events=[raised],
            recorded_ms=ms(at), by=actor.practitioner,
        )  # fmt: skip
        infusion.announce(row.clinic_id, row.encounter_id, at)
        return Done(
            subject_kind="encounter", subject=encounter, result={"event": str(event.pk)},
            detail={"kind": "urgent", "what": what},
        )  # fmt: skip

    return dict(perform("infusion.chart", actor=actor, uid=uid, at=at, work=work))
