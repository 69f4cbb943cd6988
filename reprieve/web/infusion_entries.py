"""Which entry the infusion screen offers, with its form, its words and the act behind it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from reprieve.clinical import rescue
from reprieve.knowledge import BadValue
from reprieve.pathway import (
    alarms,
    charting,
    charting_drug,
    charting_harm,
    charting_line,
    charting_urgent,
    drug_facts,
    harm_end,
    infusion,
    preparing,
)
from reprieve.pathway.infusion import Happened
from reprieve.records.queries import clinics, people
from reprieve.records.queries import gate_visits as visits
from reprieve.web import emergency_view, infusion_fixes
from reprieve.web import infusion_fix_forms as fix_forms
from reprieve.web import infusion_forms as forms
from reprieve.web.access import PageRequest
from reprieve.web.chairside import Chairside, Result, Save
from reprieve.web.infusion_forms import Timed, micrograms

OPEN = ("running", "paused", "stopped", "recovery")
DRUG = ("running", "paused")
ANY = ("prepared", *OPEN)


# What a form offers beyond its own words: this clinic's chairs, staff and limits.
Choices = Mapping[str, list[tuple[str, str]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One kind of entry. `states`: when its button is offered; `quick`: on the first row.

    `checked`: a second person's check comes before it. `key` opens it from the keyboard. `never`
    names the entry that says, instead of a correction, that it did not happen.
    """

    kind: str
    label: Promise
    press: Promise
    form: type[Any]
    save: Save
    states: tuple[str, ...] = OPEN
    quick: bool = False
    danger: bool = False
    checked: bool = False
    icon: str = "plus"
    key: str = ""
    never: str = ""


def happened(form: Timed, kind: str, **more: Any) -> Happened:
    """This function will make an act of the stream from a form's time and words."""
    return Happened(kind=kind, at=form.cleaned_data.get("at"), note=form.said(), **more)


def act(kind: str) -> Save:
    """An entry that is an act of the stream with nothing but its words."""

    def save(where: Chairside, form: Timed) -> Result:
        return infusion.act(happened=happened(form, kind, reported=where.reported), **where.args)

    return save


def _set(where: Chairside, form: forms.SetForm) -> Result:
    return charting.save_set(
        values=form.values(), measured_at=form.cleaned_data["at"], note=form.said(), **where.args
    )


def _rate(where: Chairside, form: forms.RateForm) -> Result:
    rate = micrograms(form.cleaned_data["rate_mg_per_h"])
    done = form.cleaned_data["reported"]
    return infusion.act(
        happened=happened(form, "rate", rate_ug_per_h=rate, reported=done), **where.args
    )


def _halve(where: Chairside, form: Timed) -> None:
    infusion.halve(note=form.said(), **where.args)


def _run(kind: str) -> Save:
    def save(where: Chairside, form: forms.RunForm) -> None:
        rate = micrograms(form.cleaned_data["rate_mg_per_h"])
        infusion.act(happened=happened(form, kind, rate_ug_per_h=rate), **where.args)

    return save


def _bolus(where: Chairside, form: forms.BolusForm) -> Result:
    data = form.cleaned_data
    return infusion.act(
        happened=happened(
            form, "bolus", dose_ug=micrograms(data["dose_mg"]), reported=data["reported"],
            detail={"over_min": data["over_min"]},
        ),
        **where.args,
    )  # fmt: skip


def _volume(kind: str) -> Save:
    def save(where: Chairside, form: forms.VolumeForm) -> None:
        left = {"volume_left_ml": f"{form.cleaned_data['volume_left_ml']:f}"}
        infusion.act(happened=happened(form, kind, detail=left), **where.args)

    return save


def _chair(where: Chairside, form: forms.ChairForm) -> None:
    chair = uuid.UUID(form.cleaned_data["chair"])
    infusion.act(happened=happened(form, "chair_moved", chair=chair), **where.args)


def _infiltrated(where: Chairside, form: forms.InfiltratedForm) -> None:
    dose = micrograms(form.cleaned_data["dose_mg"])
    infusion.act(happened=happened(form, "infiltrated", dose_ug=dose), **where.args)


def _handover(where: Chairside, form: forms.HandoverForm) -> None:
    actor = where.request.actor
    to = people.member(clinic=actor.clinic, practitioner=uuid.UUID(form.cleaned_data["to"]))
    if to is None or to.id == actor.practitioner:
        raise BadValue("to", "is not another member of staff")
    names = {"from": str(actor.practitioner), "from_name": actor.name, "to": str(to.id),
             "to_name": to.name}  # fmt: skip
    infusion.act(happened=happened(form, "handed_over", detail=names), **where.args)


def _drug(where: Chairside, form: forms.DrugForm) -> Result:
    """An answer about the patient stays on record also when the drug is refused for it."""
    data, answers = form.cleaned_data, form.answers()
    if answers:
        told = {**where.args, "uid": uuid.uuid5(where.uid, repr(sorted(answers.items())))}
        told.pop("beside", None)
        drug_facts.answer(answers=answers, **told)
    dose = charting_drug.Dose(
        drug=data["drug"], dose=data["dose"], route=data["route"], given_at=data["at"],
        reported=data["reported"], note=form.said(),
    )  # fmt: skip
    return charting_drug.give(dose=dose, **where.args)


def _harm(where: Chairside, form: forms.HarmForm) -> Result:
    data = form.cleaned_data
    harm = charting_harm.Harm(
        term=data["term"], grade=data["grade"], onset=data["at"], action=data["action"],
        outcome=data["outcome"], serious=data["serious"], note=form.said(),
    )  # fmt: skip
    return {"id": str(charting_harm.record(harm=harm, **where.args))}


def _urgent(where: Chairside, form: forms.UrgentForm) -> Result:
    data = form.cleaned_data
    return charting_urgent.record(
        what=data["what"], seen_at=data["at"], note=form.words(), **where.args
    )


def _harm_end(where: Chairside, form: forms.HarmEndForm) -> None:
    data = form.cleaned_data
    harm_end.end(
        harm=data["harm"], ended=data["at"], outcome=data["outcome"], note=form.said(),
        **where.args,
    )  # fmt: skip


def _emergency(where: Chairside, form: forms.EmergencyForm) -> Result:
    data = form.cleaned_data
    said = emergency_view.pressed(data["what"], at=data["at"], reported=where.reported)
    return infusion.act(happened=said, **where.args)


def _line(where: Chairside, form: Any) -> None:
    preparing.place_line(line=preparing.Line(**form.cleaned_data), **where.args)


def _line_out(where: Chairside, form: Timed) -> Result:
    data = form.cleaned_data
    return charting_line.take_out(taken_at=data["at"], note=form.said(), **where.args)


def _correct(where: Chairside, form: Any) -> None:
    charting.correct(**form.cleaned_data, **where.args)


def _suspend(where: Chairside, form: Any) -> None:
    data = form.cleaned_data
    alarms.suspend(
        limit_key=data["limit"], seconds=data["minutes"] * 60, reason=data["reason"], **where.args
    )


SAVE = _("Save")
ENTRIES = {
    entry.kind: entry
    for entry in (
        Entry(kind="set", label=_("Vital signs"), press=_("Save vital signs"), form=forms.SetForm,
              save=_set, states=ANY, quick=True, icon="heart", key="v"),
        Entry(kind="rate", label=_("Rate"), press=_("Change the rate"), form=forms.RateForm,
              save=_rate, states=("running",), quick=True, icon="drop", key="r"),
        Entry(kind="halve", label=_("Halve the rate"), press=_("Halve the rate"),
              form=forms.ReasonForm, save=_halve, states=("running",), quick=True, icon="drop",
              key="h"),
        Entry(kind="pause", label=_("Pause"), press=_("Pause the infusion"),
              form=forms.ReasonForm, save=act("paused"), states=("running",), quick=True,
              icon="pause", key="p"),
        Entry(kind="resume", label=_("Resume"), press=_("Resume the infusion"),
              form=forms.RunForm, save=_run("resumed"), states=("paused",), quick=True,
              icon="play", key="u"),
        Entry(kind="bolus", label=_("Bolus"), press=_("Give the bolus"), form=forms.BolusForm,
              save=_bolus, states=DRUG, quick=True, key="b"),
        Entry(kind="harm", label=_("Side effect"), press=_("Save the side effect"),
              form=forms.HarmForm, save=_harm, states=ANY, quick=True, icon="alert", key="s"),
        Entry(kind="drug", label=_("Drug given"), press=_("Save the drug"), form=forms.DrugForm,
              save=_drug, states=ANY, quick=True, key="d"),
        Entry(kind="urgent", label=_("Urgent"), press=_("Save and alarm"),
              form=forms.UrgentForm, save=_urgent, states=ANY, quick=True, danger=True,
              icon="alert", key="n"),
        Entry(kind="note", label=_("Event"), press=_("Save the event"), form=forms.NoteForm,
              save=act("noted"), states=ANY, quick=True, icon="note", key="e"),
        Entry(kind="restart", label=_("Restart"), press=_("Restart the infusion"),
              form=forms.RunForm, save=_run("restarted"), states=("stopped",), checked=True,
              icon="play"),
        Entry(kind="bag", label=_("Bag change"), press=_("Save the bag change"),
              form=forms.BagForm, save=_volume("bag_changed"),
              states=("running", "paused", "stopped"), checked=True, icon="drop"),
        Entry(kind="infiltrated", label=_("Line infiltrated"), press=_("Save: line infiltrated"),
              form=forms.InfiltratedForm, save=_infiltrated, states=DRUG, icon="alert"),
        Entry(kind="fault", label=_("Pump fault"), press=_("Save the pump fault"),
              form=forms.NoteForm, save=act("pump_fault"), states=DRUG, icon="alert"),
        Entry(kind="handover", label=_("Hand over"), press=_("Hand over"),
              form=forms.HandoverForm, save=_handover, icon="people", key="o"),
        Entry(kind="chair", label=_("Move chair"), press=_("Move to this chair"),
              form=forms.ChairForm, save=_chair,
              states=("prepared", "running", "paused", "recovery"), icon="chair"),
        Entry(kind="line", label=_("IV line"), press=_("Save the line"), form=forms.LineForm,
              save=_line, states=ANY, icon="drop"),
        Entry(kind="line_out", label=_("IV line out"), press=_("Save: line out"),
              form=forms.ReasonForm, save=_line_out, states=ANY, icon="drop"),
        Entry(kind="suspend", label=_("Put a limit aside"), press=_("Put it aside"),
              form=forms.SuspendForm, save=_suspend, states=ANY, icon="bell-off"),
        Entry(kind="left", label=_("Patient left"), press=_("Save: patient left"),
              form=forms.ReasonForm, save=act("patient_left"), danger=True, icon="person"),
        Entry(kind="transferred", label=_("To hospital"), press=_("Save: transferred"),
              form=forms.NoteForm, save=act("transferred"), danger=True, icon="arrow"),
        Entry(kind="end", label=_("End"), press=_("End the infusion"), form=forms.VolumeForm,
              save=_volume("ended"), states=("running", "paused", "stopped"), icon="check",
              key="z"),
        Entry(kind="stop", label=_("Stop"), press=_("Stop the infusion"),
              form=forms.VolumeForm, save=_volume("stopped"), states=DRUG, danger=True,
              icon="stop", key="x"),
        Entry(kind="correct", label=_("Correct a value"), press=_("Strike through"),
              form=forms.CorrectForm, save=_correct, states=(), icon="undo"),
        Entry(kind="drug_fix", label=_("Correct a drug"), press=_("Save the correction"),
              form=fix_forms.DrugFixForm, save=infusion_fixes.drug, states=(), icon="undo",
              never="not_given"),
        Entry(kind="not_given", label=_("A drug that was not given"), press=_("It was not given"),
              form=fix_forms.NotGivenForm, save=infusion_fixes.not_given, states=(),
              danger=True, icon="undo"),
        Entry(kind="harm_fix", label=_("Correct a side effect"), press=_("Save the correction"),
              form=fix_forms.HarmFixForm, save=infusion_fixes.harm, states=(), icon="undo",
              never="not_seen"),
        Entry(kind="not_seen", label=_("A side effect that was not"),
              press=_("It did not happen"), form=fix_forms.NotSeenForm,
              save=infusion_fixes.not_seen, states=(), danger=True, icon="undo"),
        Entry(kind="rate_fix", label=_("Correct a rate"), press=_("Save the correction"),
              form=fix_forms.RateFixForm, save=infusion_fixes.rate, states=(), icon="undo"),
        Entry(kind="dose_fix", label=_("Correct an amount"), press=_("Save the correction"),
              form=fix_forms.DoseFixForm, save=infusion_fixes.dose, states=(), icon="undo"),
        Entry(kind="time_fix", label=_("Correct a time"), press=_("Save the correction"),
              form=fix_forms.TimeFixForm, save=infusion_fixes.time, states=(), icon="undo"),
        Entry(kind="harm_end", label=_("Side effect over"), press=_("It is over"),
              form=forms.HarmEndForm, save=_harm_end, states=(), icon="check"),
        Entry(kind="emergency", label=_("Emergency card"), press=SAVE, form=forms.EmergencyForm,
              save=_emergency, states=(), icon="alert"),
    )
}  # fmt: skip


def form_for(entry: Entry, where: PageRequest, encounter: uuid.UUID, data: Any = None) -> Any:
    """This function will make an entry's form with the choices of this clinic and visit."""
    return _form(entry, _choices(entry, where, encounter), data)


@dataclass(frozen=True, slots=True)
class Blank:
    """An entry with its empty form, made only when it is not in the cache as drawn before.

    `drawn` names everything that the form's fields show.
    """

    entry: Entry
    choices: Choices

    @property
    def form(self) -> Any:
        """The empty form."""
        return _form(self.entry, self.choices)

    @property
    def drawn(self) -> str:
        """What the drawn fields depend on."""
        return f"{get_language()} {self.entry.kind} {self.choices!r}"


def blank(entry: Entry, where: PageRequest, encounter: uuid.UUID) -> Blank:
    """This function will give an entry's empty form to be drawn on a page."""
    return Blank(entry, _choices(entry, where, encounter))


def _form(entry: Entry, choices: Choices, data: Any = None) -> Any:
    return entry.form(data, prefix=None, auto_id=f"{entry.kind}-%s", **choices)


def _choices(entry: Entry, where: PageRequest, encounter: uuid.UUID) -> Choices:
    clinic, actor = where.actor.clinic, where.actor
    if entry.form is forms.ChairForm:
        return {"chairs": [(str(c.id), c.name) for c in clinics.chairs(clinic=clinic)]}
    if entry.form is forms.HandoverForm:
        nurses = [m for m in people.staff(clinic=clinic) if m.active and m.id != actor.practitioner]
        return {"staff": [(str(m.id), m.name) for m in nurses if m.roles & CARERS]}
    if entry.form is forms.SuspendForm:
        return {"limits": limit_choices(where, encounter)}
    if entry.form is forms.DrugForm:
        return {"asked": drug_questions(where, encounter)}
    return {}


def drug_questions(where: PageRequest, encounter: uuid.UUID) -> list[tuple[str, str]]:
    """This function will list what the drugs ask of this patient and nobody has answered."""
    visit = visits.one(clinic=where.actor.clinic, encounter=encounter)
    if visit is None:
        return []
    found = drug_facts.unanswered(
        clinic=where.actor.clinic, patient=visit.patient, at=where.at, drugs=rescue.drugs()
    )
    return [(q.fact, drug_question(q)) for q in found]


def drug_question(question: drug_facts.Question) -> str:
    """This function will say a question with the drug that asks it."""
    return _now("For {drug}: {question}").format(
        drug=_now(question.drug), question=_now(question.words)
    )


CARERS = frozenset({"infusion_nurse", "physician", "medical_director"})


def limit_choices(where: PageRequest, encounter: uuid.UUID) -> list[tuple[str, str]]:
    """This function will list the limits in force, in words."""
    from reprieve.pathway import alarm_policy
    from reprieve.web import infusion_words as words

    rules = alarm_policy.in_force(
        clinic=where.actor.clinic, encounter=encounter, at=where.at
    )
    return [(x.key, f"{words.signal(x.signal)} {words.limit(x.label)}") for x in rules]
