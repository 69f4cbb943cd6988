"""The infusion room's words: signals, acts, alarms and times of day with seconds."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from reprieve.monitoring.alarm_state import Alarm
from reprieve.monitoring.schedule import Due
from reprieve.records.frame_marks import Doubt
from reprieve.records.queries.offline import OfflineView
from reprieve.web import presenters
from reprieve.web.presenters import AlarmLine

SIGNALS: dict[str, tuple[Promise | str, str]] = {
    "heart_rate": (_("Heart rate"), "/min"),
    "pulse_rate": (_("Pulse"), "/min"),
    "spo2": ("SpO2", "%"),
    "respiratory_rate": (_("Breaths"), "/min"),
    "sbp": (_("Systolic"), "mmHg"),
    "dbp": (_("Diastolic"), "mmHg"),
    "map": (_("Mean pressure"), "mmHg"),
    "etco2": ("EtCO2", "mmHg"),
    "temp_c": (_("Temperature"), "°C"),
    "rass": (_("Sedation (RASS)"), ""),
    "moaas": (_("Sedation (MOAA/S)"), ""),
    "cadss6": ("CADSS-6", ""),
    "pain": (_("Pain"), "/10"),
    "dissociation": (_("Dissociation"), "/10"),
    "nausea": (_("Nausea"), "/10"),
    "anxiety": (_("Anxiety"), "/10"),
    "o2_l_per_min": (_("Oxygen"), "L/min"),
    "blood_pressure": (_("Blood pressure"), "mmHg"),
    "sedation": (_("Sedation"), ""),
    "observations": (_("Observations"), ""),
    "deviation": (_("Outside the order"), ""),
    "monitor": (_("Monitor"), ""),
    "patient": (_("Patient"), ""),
}
ACTS: dict[str, Promise] = {
    "prepared": _("Prepared"),
    "cancelled": _("Cancelled"),
    "started": _("Started"),
    "rate": _("Rate changed"),
    "bolus": _("Bolus"),
    "bag_changed": _("Bag changed"),
    "chair_moved": _("Moved to another chair"),
    "handed_over": _("Handed over"),
    "paused": _("Paused"),
    "infiltrated": _("Line infiltrated"),
    "pump_fault": _("Pump fault"),
    "resumed": _("Resumed"),
    "stopped": _("Stopped"),
    "restarted": _("Restarted"),
    "ended": _("Ended"),
    "patient_left": _("Patient left"),
    "transferred": _("Transferred to hospital"),
    "discharged": _("Discharged"),
    "noted": _("Note"),
}
STATES: dict[str, tuple[str, Promise]] = {
    "prepared": ("off", _("prepared")),
    "running": ("now", _("running")),
    "paused": ("warn", _("paused")),
    "stopped": ("stop", _("stopped")),
    "recovery": ("ok", _("recovery")),
    "discharged": ("off", _("discharged")),
    "left": ("warn", _("patient left")),
    "transferred": ("stop", _("transferred to hospital")),
    "cancelled": ("off", _("cancelled")),
}
RECHECKS: dict[str, Promise] = {
    "rate_change": _("re-check after the rate change"),
    "rescue": _("re-check after the drug"),
}
# Why an entry made without connection stands beside the others.
BESIDE: dict[str, Promise] = {
    "overlap": _("side by side: others changed the rate meanwhile"),
    "stopped": _("side by side: others stopped before it"),
    "signed": _("side by side: the record was signed"),
}
_COMPARES = (
    ("at or below ", "≤"), ("at or above ", "≥"), ("below ", "<"), ("above ", ">"),
)  # fmt: skip
ALARM_STATES = {"active": "unacknowledged", "acknowledged": "acknowledged", "latched": "latched"}


DOUBTS: dict[str, Promise] = {
    "spike": _("alone beside its neighbours"),
    "pulse_mismatch": _("far from the heart rate"),
    "mean_outside": _("outside its pressures"),
}


def doubt(found: Doubt) -> str:
    """This function will say a doubtful value with the reason: "doubtful: 41, alone …"."""
    return gettext("doubtful: {value}, {why}").format(
        value=f"{found.value:g}", why=DOUBTS[found.reason]
    )


def signal(name: str) -> str:
    """This function will say a signal or score as people call it."""
    found = SIGNALS.get(name)
    return str(found[0]) if found else name.replace("_", " ")


def unit(name: str) -> str:
    """This function will return the unit shown beside a signal."""
    return SIGNALS.get(name, ("", ""))[1]


def act(kind: str) -> str:
    """This function will say an act of the stream."""
    found = ACTS.get(kind)
    return str(found) if found else kind.replace("_", " ")


def ended(at_ms: int | None) -> str:
    """This function will say when a side effect was over; nothing while it goes on."""
    said = gettext("over at {time}")
    return said.format(time=second(at_ms)) if at_ms is not None else ""


def mg(amount_ug: int) -> str:
    """This function will write micrograms as milligrams with one decimal."""
    return f"{amount_ug / 1000:.1f}"


def second(at_ms: int | None) -> str:
    """This function will say a moment of today as "14:02:10" in the clinic's zone."""
    if at_ms is None:
        return ""
    return timezone.localtime(moment(at_ms)).strftime("%H:%M:%S")


def moment(at_ms: int) -> datetime:
    """This function will return UTC milliseconds as a moment."""
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def limit(label: str) -> str:
    """This function will write a limit in signs: "below 90" becomes "<90"."""
    for words, sign in _COMPARES:
        if label.startswith(words):
            rest = label.removeprefix(words)
            return sign + rest.replace("% of baseline", gettext("% of baseline"))
    return gettext(label)


def because(due: Due) -> str:
    """This function will say what an observation is a re-check after, if it is one."""
    return str(RECHECKS.get(due.because, ""))


def sent_later(one: OfflineView) -> str:
    """This function will say how an entry came from a tablet that had no connection."""
    at, came = second(one.at_ms), second(one.received_ms)
    said = gettext("without connection {at}, received {came}").format(at=at, came=came)
    why = BESIDE.get(one.beside)
    return f"{said}, {why}" if why else said


def alarm_text(alarm: Alarm) -> str:
    """This function will say an alarm in a few words: "SpO2 84 % (<90)"."""
    if alarm.kind == "technical" or alarm.value is None:
        return f"{signal(alarm.signal)}: {limit(alarm.limit)}"
    value = f"{alarm.value:g}"
    shown = f"{value} {unit(alarm.signal)}".strip()
    named = signal(alarm.signal)
    if alarm.derived:
        named = gettext("{signal}, worked out").format(signal=named)
    return f"{named} {shown} ({limit(alarm.limit)})"


def alarm_line(alarm: Alarm) -> AlarmLine:
    """This function will prepare one alarm for the bar."""
    gone = alarm.phase == "latched" and alarm.kind == "clinical" and alarm.run_ms is None
    return presenters.alarm_line(
        priority=alarm.priority,
        state=ALARM_STATES.get(alarm.phase, "unacknowledged"),
        text=alarm_text(alarm),
        since=second(alarm.raised_ms),
        technical=alarm.kind == "technical",
        recovered=gettext("recovered") if gone else "",
    )
