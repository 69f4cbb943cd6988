"""The intravenous line comes out: noted with its time, beside where and when it went in."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from reprieve.pathway import charting, infusion, observations
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.infusion import Happened
from reprieve.pathway.observations import Told
from reprieve.pathway.permissions import Actor


def take_out(
    *,
    actor: Actor,
    uid: uuid.UUID,
    at: datetime,
    encounter: uuid.UUID,
    taken_at: datetime | None = None,
    note: str = "",
) -> dict[str, Any]:
    """This function will write that the line is out, in the list and for the discharge."""

    def work() -> Done:
        row = infusion.locked(clinic=actor.clinic, encounter=encounter)
        moment = charting.measured(taken_at, at)
        saved = observations.write(
            [Told(code="iv_removed", value=True)], actor=actor, at=at, measured_at=moment,
            patient=row.patient_id, encounter=encounter,
        )  # fmt: skip
        said = Happened(kind="noted", at=moment, note=note, detail={"about": "line_out"})
        infusion.append(row, said, actor=actor, at=at)
        return Done(
            subject_kind="encounter", subject=encounter, result={"set": str(saved[0].set_id)}
        )

    return perform("infusion.chart", actor=actor, uid=uid, at=at, work=work)
