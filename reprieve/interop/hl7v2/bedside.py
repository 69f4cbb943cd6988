"""An invented patient on a bedside monitor: drifting vital signs and the messages that carry them.

Pure: the same random generator, times and scenarios give the same bytes.
"""

from __future__ import annotations

import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from reprieve import knowledge
from reprieve.monitoring import vitals

PACKAGE = "reprieve.interop.hl7v2.scenarios"
STEADY = "steady"
_CUFF = ("sbp", "dbp", "map")
_ROWS = {  # signal: code, unit, decimals
    "heart_rate": ("147842^MDC_ECG_HEART_RATE^MDC", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 0),
    "spo2": ("150456^MDC_PULS_OXIM_SAT_O2^MDC", "262688^MDC_DIM_PERCENT^MDC", 0),
    "pulse_rate": ("149530^MDC_PULS_OXIM_PULS_RATE^MDC", "264864^MDC_DIM_BEAT_PER_MIN^MDC", 0),
    "respiratory_rate": ("151578^MDC_TTHOR_RESP_RATE^MDC", "264928^MDC_DIM_RESP_PER_MIN^MDC", 0),
    "temp_c": ("150344^MDC_TEMP^MDC", "268192^MDC_DIM_DEGC^MDC", 1),
    "sbp": ("150021^MDC_PRESS_BLD_NONINV_SYS^MDC", "266016^MDC_DIM_MMHG^MDC", 0),
    "dbp": ("150022^MDC_PRESS_BLD_NONINV_DIA^MDC", "266016^MDC_DIM_MMHG^MDC", 0),
    "map": ("150023^MDC_PRESS_BLD_NONINV_MEAN^MDC", "266016^MDC_DIM_MMHG^MDC", 0),
}
_NARROWEST_MMHG = 15  # the least distance kept between systolic and diastolic


@dataclass(frozen=True, slots=True, kw_only=True)
class Course:
    """Where a signal drifts to, how far it wanders and how fast it returns."""

    target: float
    spread: float
    pull: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What the monitor does: courses of signals, values sent instead, its clock and its link."""

    name: str
    title: str
    courses: Mapping[str, Course]
    sent: Mapping[str, tuple[str, str]]
    clock_off: timedelta
    linked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Bed:
    """Who and where: invented identifiers of one simulated monitor."""

    bed: str
    patient_id: str
    device: str


@cache
def scenario(name: str) -> Scenario:
    """Return a scenario by name; what it does not say is as in `steady`. BadValue when unknown."""
    data = knowledge.load(PACKAGE, name).data
    base = knowledge.load(PACKAGE, STEADY).data["signal"]
    return Scenario(
        name=name,
        title=data["title"],
        courses={s: Course(**row) for s, row in {**base, **data.get("signal", {})}.items()},
        sent={s: (row["value"], row["status"]) for s, row in data.get("sent", {}).items()},
        clock_off=timedelta(seconds=data["clock_off_s"]),
        linked=data["linked"],
    )


def scenarios() -> tuple[str, ...]:
    """Return the names of all scenarios."""
    return knowledge.names(PACKAGE)


class Patient:
    """Vital signs that wander around where the scenario wants them."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        courses = scenario(STEADY).courses
        self._now = {s: rng.gauss(c.target, c.spread) for s, c in courses.items()}

    def step(self, scene: Scenario) -> dict[str, float]:
        """Move on by one second and return every signal."""
        for name, course in scene.courses.items():
            self._now[name] = self._moved(name, course)
        values = dict(self._now)
        values["dbp"] = min(values["dbp"], values["sbp"] - _NARROWEST_MMHG)
        values["map"] = values["dbp"] + (values["sbp"] - values["dbp"]) / 3
        values["pulse_rate"] = values["heart_rate"]
        return values

    def _moved(self, name: str, course: Course) -> float:
        # An Ornstein-Uhlenbeck step: its standing deviation is `spread` whatever the pull.
        kick = course.spread * math.sqrt(2 * course.pull) * self._rng.gauss(0, 1)
        moved = self._now[name] + course.pull * (course.target - self._now[name]) + kick
        sign = vitals.signal(name)
        return min(max(moved, sign.low), sign.high)


def message(
    values: Mapping[str, float], *, at: datetime, bed: Bed, scene: Scenario, cuff: bool
) -> bytes:
    """Write one ORU^R01 as the monitor would at `at` (aware); `cuff`: a pressure was just taken."""
    shown = at + scene.clock_off
    stamp = f"{shown:%Y%m%d%H%M%S}.{shown.microsecond // 1000:03d}{shown:%z}"
    control = f"{bed.device}-{int(at.timestamp() * 1000)}"
    sender = f"BEDSIDE_SIM^{bed.device}^EUI-64|SIMULATOR"
    segments = [
        rf"MSH|^~\&|{sender}|||{stamp}||ORU^R01^ORU_R01|{control}|P|2.6|||AL|NE||UNICODE UTF-8",
        f"PID|||{bed.patient_id}",
        f"PV1||I|^^{bed.bed}",
        f"OBR|1|||182777000^monitoring of patient^SCT|||{stamp}",
    ]
    names = [n for n in _ROWS if n in values and (cuff or n not in _CUFF)]
    rows = [_row(n, name, values[name], scene) for n, name in enumerate(names, start=1)]
    return "".join(line + "\r" for line in [*segments, *rows]).encode()


def _row(number: int, name: str, value: float, scene: Scenario) -> str:
    code, unit, decimals = _ROWS[name]
    sent, status = scene.sent.get(name, (f"{value:.{decimals}f}", "F"))
    return f"OBX|{number}|NM|{code}||{sent}|{unit}|||||{status}"
