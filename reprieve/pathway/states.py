"""What may happen when: one table for each process. The manual's diagram is drawn from it."""

from __future__ import annotations

from dataclasses import dataclass

from reprieve.knowledge import N_, Message
from reprieve.pathway.errors import NotNow


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """From these states, this act leads to that state. `after` None: the state stays."""

    act: str
    before: tuple[str, ...]
    after: str | None


ANY_OPEN = (
    "requested", "consultation_booked", "evaluating", "deferred", "accepted", "consented",
    "planned", "in_series", "follow_up", "maintenance",
)  # fmt: skip

EPISODE = (
    Step(act="referral.receive", before=("",), after="requested"),
    Step(act="booking.consultation", before=("requested", "deferred"), after="consultation_booked"),
    Step(
        act="evaluation.begin",
        before=("requested", "consultation_booked", "deferred"),
        after="evaluating",
    ),
    Step(act="evaluation.accept", before=("evaluating",), after="accepted"),
    Step(act="evaluation.defer", before=("evaluating",), after="deferred"),
    Step(act="evaluation.decline", before=("evaluating",), after="closed"),
    Step(act="consent.give", before=("accepted",), after="consented"),
    Step(
        act="consent.renew",
        before=("consented", "planned", "in_series", "follow_up", "maintenance"),
        after=None,
    ),
    Step(
        act="consent.withdraw",
        before=("consented", "planned", "in_series", "follow_up", "maintenance"),
        after="accepted",
    ),
    Step(
        act="plan.sign",
        before=("consented", "planned", "in_series", "follow_up", "maintenance"),
        after="planned",
    ),
    Step(act="booking.series", before=("planned", "in_series"), after="in_series"),
    Step(act="infusion.start", before=("planned", "in_series"), after="in_series"),
    Step(act="series.complete", before=("planned", "in_series"), after="follow_up"),
    Step(act="followup.continue", before=("follow_up", "maintenance"), after="follow_up"),
    Step(act="followup.change", before=("follow_up", "maintenance"), after="consented"),
    Step(act="followup.step_down", before=("follow_up", "maintenance"), after="maintenance"),
    Step(act="followup.booster", before=("follow_up", "maintenance"), after="maintenance"),
    Step(act="followup.refer", before=("follow_up", "maintenance"), after="closed"),
    Step(act="followup.end", before=("follow_up", "maintenance"), after="closed"),
    Step(act="import.series", before=("requested",), after="in_series"),
    Step(act="import.done", before=("requested", "in_series"), after="follow_up"),
    Step(act="import.undo", before=ANY_OPEN, after="closed"),
    Step(act="episode.close", before=ANY_OPEN, after="closed"),
    Step(act="episode.reopen", before=("closed",), after="requested"),
)

INFUSION = (
    Step(act="prepared", before=("",), after="prepared"),
    Step(act="cancelled", before=("prepared",), after="cancelled"),
    Step(act="bag_prepared", before=("prepared", "running", "paused", "stopped"), after=None),
    Step(act="started", before=("prepared",), after="running"),
    Step(act="rate", before=("running",), after=None),
    Step(act="bolus", before=("running", "paused"), after=None),
    Step(act="bag_changed", before=("running", "paused", "stopped"), after=None),
    Step(act="chair_moved", before=("prepared", "running", "paused", "recovery"), after=None),
    Step(act="handed_over", before=("running", "paused", "stopped", "recovery"), after=None),
    Step(act="paused", before=("running",), after="paused"),
    Step(act="infiltrated", before=("running", "paused"), after="paused"),
    Step(act="pump_fault", before=("running", "paused"), after="paused"),
    Step(act="resumed", before=("paused",), after="running"),
    Step(act="stopped", before=("running", "paused"), after="stopped"),
    Step(act="restarted", before=("stopped",), after="running"),
    Step(act="ended", before=("running", "paused", "stopped"), after="recovery"),
    Step(
        act="patient_left",
        before=("running", "paused", "stopped", "recovery"),
        after="left",
    ),
    Step(
        act="transferred",
        before=("running", "paused", "stopped", "recovery"),
        after="transferred",
    ),
    Step(act="discharged", before=("recovery",), after="discharged"),
    Step(
        act="noted",
        before=(
            "prepared", "running", "paused", "stopped", "recovery", "left", "transferred",
            "discharged",
        ),
        after=None,
    ),
)

APPOINTMENT = (
    Step(act="booked", before=("",), after="booked"),
    Step(act="moved", before=("booked", "late"), after="booked"),
    Step(act="late", before=("booked",), after="late"),
    Step(act="arrived", before=("booked", "late"), after="arrived"),
    Step(act="no_show", before=("booked", "late"), after="no_show"),
    Step(act="restored", before=("no_show",), after="booked"),
    Step(act="cancelled", before=("booked", "late", "arrived"), after="cancelled"),
    Step(act="done", before=("arrived",), after="done"),
)

PROCESSES: dict[str, tuple[Step, ...]] = {
    "episode": EPISODE,
    "infusion": INFUSION,
    "appointment": APPOINTMENT,
}


def after(process: str, act: str, state: str) -> str:
    """This function will return the state that follows an act. Raises NotNow when it may not be."""
    for step in PROCESSES[process]:
        if step.act == act and state in step.before:
            return state if step.after is None else step.after
    raise NotNow(
        Message(
            id=N_("{act} is not possible while the state is {state}."),
            params={"act": act, "state": state or "new"},
        )
    )


def possible(process: str, state: str) -> tuple[str, ...]:
    """This function will list the acts that a state allows, in the table's order."""
    return tuple(step.act for step in PROCESSES[process] if state in step.before)
