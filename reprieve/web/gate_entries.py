"""What each form of the start gate writes: one small function a form, found by its key."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.translation import gettext as _

from reprieve.clinical import safety
from reprieve.clinical.facts import Fact, Kind
from reprieve.clinical.findings import Step
from reprieve.clinical.how_long import how_long
from reprieve.knowledge import BadValue
from reprieve.pathway import charting, monitors, preparing
from reprieve.pathway.permissions import CLINICIANS, DOCTORS
from reprieve.records.queries import monitors as monitor_list
from reprieve.records.queries import observations, pregnancy
from reprieve.web import facts_form, gate_forms, second
from reprieve.web.access import PageRequest
from reprieve.web.acts import act_of
from reprieve.web.gate_view import PARTS

FACTS = "facts-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """The visit that a form is about, who asks, and the answers that are on record."""

    request: PageRequest
    encounter: uuid.UUID
    known: Mapping[str, Any] = field(default_factory=dict)

    @property
    def act(self) -> dict[str, Any]:
        """What every act of the pathway takes."""
        return {
            "actor": self.request.actor, "uid": act_of(self.request), "at": self.request.at,
            "encounter": self.encounter,
        }  # fmt: skip


Save = Callable[[Bench, Any], None]
Build = Callable[..., forms.Form]


def form_for(key: str, bench: Bench, data: Any = None) -> forms.Form | None:
    """This function will make the form of a key, bound when data are given; None for no key."""
    if key.startswith(FACTS):
        asked = _open_to(bench, facts_of(key.removeprefix(FACTS)))
        return _facts_form(key, bench, asked, data) if asked else None
    if key not in FORMS:
        return None
    return FORMS[key][0](data, prefix=key, **_choices(key, bench))


def save(key: str, bench: Bench, form: forms.Form) -> None:
    """This function will write a valid form down. Raises what the pathway raises."""
    if key.startswith(FACTS):
        _save_facts(bench, form)
    else:
        FORMS[key][1](bench, form)


def facts_of(part: str) -> tuple[Fact, ...]:
    """This function will list the facts that a section asks; history asks what no other does."""
    askable = {f.name: f for f in safety.facts_at(Step.START) if f.name not in preparing.WORKED_OUT}
    own = {p.key: p.facts for p in PARTS}
    if part != "history":
        return tuple(askable[name] for name in own.get(part, ()))
    elsewhere = {name for names in own.values() for name in names} | BY_FORM
    return tuple(
        f for f in askable.values() if f.name not in elsewhere and f.kind is not Kind.LISTING
    )


def _open_to(bench: Bench, facts: Iterable[Fact]) -> list[Fact]:
    """What is counted from the record of this patient is not asked."""
    clinic = bench.request.actor.clinic
    patient = preparing.visit_of(clinic, bench.encounter).patient_id
    asked = preparing.asked_at_the_gate(clinic=clinic, patient=patient)
    return [fact for fact in facts if fact.name in asked]


# Written by a form of its own.
BY_FORM = {"height_cm", "iv_site_checked", "pulse_oximeter_on", "pulse_oximeter_alarm_heard"}


def _facts_form(
    key: str, bench: Bench, asked: Iterable[Fact], data: Any
) -> forms.Form:
    anew = {f.name for f in asked} & (how_long().states | {pregnancy.CODE})
    words = {
        f.name: bench.known[f.name]
        for f in asked
        if f.name in bench.known and f.kind in {Kind.FLAG, Kind.CHOICE} and f.name not in anew
    }
    shown = facts_form.initial(words)
    return facts_form.form_of(asked, told=_told(bench, anew))(data, prefix=key, initial=shown)


def _told(bench: Bench, names: Iterable[str]) -> dict[str, str]:
    """What comes and goes is shown beside its field: saving the section says nothing anew."""
    clinic = bench.request.actor.clinic
    patient = preparing.visit_of(clinic, bench.encounter).patient_id
    newest = observations.newest(clinic=clinic, patient=patient, codes=list(names))
    return {name: facts_form.last(view) for name, view in newest.items()}


def _save_facts(bench: Bench, form: forms.Form) -> None:
    _refuse_strange(form)
    said = facts_form.changed(form, {})
    if not said:
        form.add_error(None, _("Nothing was answered."))
        return
    preparing.tell(facts=said, **bench.act)


def _refuse_strange(form: forms.Form) -> None:
    """An answer to what this section does not ask was sent by hand, or by a page of before."""
    sent = {name.removeprefix(f"{form.prefix}-") for name, value in form.data.items() if value}
    for name in sorted(sent & safety.catalogue().keys() - form.fields.keys()):
        raise BadValue(name, preparing.ON_RECORD)


def _choices(key: str, bench: Bench) -> dict[str, Any]:
    actor = bench.request.actor
    if key == "again":
        return {"colleagues": second.colleagues(actor)}
    if key == "people":
        me = [(str(actor.practitioner), actor.name)]
        return {
            "staff": sorted([*second.colleagues(actor, CLINICIANS), *me], key=lambda one: one[1]),
            "doctors": [*second.colleagues(actor, DOCTORS), *(me if actor.roles & DOCTORS else [])],
        }
    if key == "monitor":
        found = monitor_list.monitors(clinic=actor.clinic)
        return {"devices": [(str(m.id), _device(m)) for m in found if m.encounter is None]}
    return {}


def _device(monitor: monitor_list.Monitor) -> str:
    bed = monitor.bed or _("no bed")
    return f"{monitor.sender} · {bed}"


def _identity(bench: Bench, form: forms.Form) -> None:
    said = {k: v or None for k, v in form.cleaned_data.items()}
    preparing.identify(said=preparing.Identifiers(**said), **bench.act)


def _body(bench: Bench, form: gate_forms.BodyForm) -> None:
    preparing.weigh(
        weight_kg=form.kilograms(), height_cm=form.centimetres(), **bench.act
    )


def _again(bench: Bench, form: gate_forms.AgainForm) -> None:
    beside = second.second_of(
        bench.request, person=form.cleaned_data["second"], password=form.cleaned_data["password"]
    )
    preparing.weigh_again(second=beside, weight_kg=form.kilograms(), **bench.act)


def _vitals(bench: Bench, form: forms.Form) -> None:
    values = {**form.cleaned_data, "rass": int(form.cleaned_data["rass"])}
    charting.save_set(values=values, **bench.act)


def _escort(bench: Bench, form: forms.Form) -> None:
    preparing.name_escort(**form.cleaned_data, **bench.act)


def _line(bench: Bench, form: forms.Form) -> None:
    data = form.cleaned_data
    line = preparing.Line(
        site=data["site"], gauge=int(data["gauge"]), attempts=data["attempts"],
        runs_freely=data["runs_freely"] == "yes",
    )  # fmt: skip
    preparing.place_line(line=line, **bench.act)


def _people(bench: Bench, form: forms.Form) -> None:
    data = form.cleaned_data
    preparing.name_people(
        life_support=uuid.UUID(data["life_support"]), physician=uuid.UUID(data["physician"]),
        starter=uuid.UUID(data["starter"]), nurses=data["nurses"], **bench.act,
    )  # fmt: skip


def _oximeter(bench: Bench, form: forms.Form) -> None:
    answers = {name: value == "yes" for name, value in form.cleaned_data.items()}
    preparing.by_hand(**answers, **bench.act)


def _monitor(bench: Bench, form: forms.Form) -> None:
    monitors.link(
        device=uuid.UUID(form.cleaned_data["device"]),
        patient_ids=form.cleaned_data["patient_ids"].split(","), **bench.act,
    )  # fmt: skip


FORMS: dict[str, tuple[Build, Save]] = {
    "identity": (gate_forms.IdentityForm, _identity),
    "body": (gate_forms.BodyForm, _body),
    "again": (gate_forms.AgainForm, _again),
    "vitals": (gate_forms.VitalsForm, _vitals),
    "escort": (gate_forms.EscortForm, _escort),
    "line": (gate_forms.LineForm, _line),
    "people": (gate_forms.PeopleForm, _people),
    "oximeter": (gate_forms.OximeterForm, _oximeter),
    "monitor": (gate_forms.MonitorForm, _monitor),
}
