"""Each component with the values that decide: unknown, none, old, refused, blocked."""

from __future__ import annotations

import re
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory

from reprieve.clinical.findings import Finding, Outcome, Severity
from reprieve.knowledge import BadValue, Message
from reprieve.records.queries.patients import PatientHeader
from reprieve.web import acts, presenters
from reprieve.web.templatetags import reprieve as tags


def render(source: str, **values: object) -> str:
    from django_cotton.compiler_regex import CottonCompiler

    request = RequestFactory().get("/")
    compiled = CottonCompiler().process("{% load i18n reprieve %}" + source)
    html = Template(compiled).render(Context({"request": request} | values))
    return re.sub(r"\s+", " ", html)


def header(**changes: object) -> PatientHeader:
    values = {
        "id": uuid.UUID(int=1), "number": 12, "name": "Iva Invented",
        "birth_date": date(1980, 5, 17), "allergies": (), "language": "en", "interpreter": False,
        "state": "in_series", "episode": None,
    }  # fmt: skip
    return PatientHeader(**(values | changes))  # type: ignore[arg-type]


def finding(severity: Severity, outcome: Outcome) -> Finding:
    return Finding(
        rule="r", severity=severity, outcome=outcome, says=Message(id="It says."),
        because=Message(id="Because."), source="Invented 2026", needs=("weight",),
        saw={"pregnant": None, "adult": True, "child": False, "sbp": 172}, knowledge_version="0",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("allergies", "said"),
    [(None, "not asked"), ((), "none known"), (("Latex", "Ketamine"), "Latex, Ketamine")],
)
def test_allergies_nobody_asked_about_are_not_none(
    allergies: tuple[str, ...] | None, said: str
) -> None:
    strip = presenters.strip(header(allergies=allergies), on=date(2026, 3, 3))
    html = render('<c-patient-header :patient="patient" />', patient=strip)
    others = {"not asked", "none known"} - {said}
    assert said in html
    assert not any(other in html for other in others)
    assert "45 years" in html


def test_the_header_links_to_the_patient_and_shows_alerts() -> None:
    alert = presenters.Badge(kind="stop", text="call first")
    strip = presenters.strip(
        header(interpreter=True, birth_date=None), on=date(2026, 3, 3), alerts=[alert], href="/p/1"
    )
    html = render('<c-patient-header :patient="patient" />', patient=strip)
    assert '<a class="name" href="/p/1">' in html
    assert "interpreter" in html
    assert "call first" in html
    assert "age unknown" in html


@pytest.mark.parametrize(
    ("state", "now", "done"),
    [("requested", "Request", 0), ("in_series", "Infusions", 5), ("maintenance", "Maintenance", 7)],
)
def test_the_present_step_is_lit(state: str, now: str, done: int) -> None:
    line = presenters.pathway_line(state)
    assert [s.label for s in line if s.state == "now"] == [now]
    assert len([s for s in line if s.state == "done"]) == done
    html = render('<c-pathway :steps="steps" />', steps=line)
    assert html.count('aria-current="step"') == 1


def test_a_closed_episode_has_no_step_lit() -> None:
    assert {s.state for s in presenters.pathway_line("closed")} == {"next"}


def test_every_state_of_an_episode_has_its_step() -> None:
    from reprieve.pathway.states import ANY_OPEN

    for state in ANY_OPEN:
        assert any(s.state == "now" for s in presenters.pathway_line(state)), state


@pytest.mark.parametrize("kind", ["ok", "stop", "warn", "unknown", "now", "off"])
def test_a_state_is_a_word_with_an_icon(kind: str) -> None:
    html = render(f'<c-state kind="{kind}">a word</c-state>')
    assert f"state-{kind}" in html
    assert "<svg" in html
    assert "a word" in html


def test_each_state_has_an_icon_of_its_own() -> None:
    kinds = ["ok", "stop", "warn", "unknown", "now", "off"]
    icons = {re.search(r"#([a-z-]+)", render(f'<c-state kind="{k}">x</c-state>'))[1] for k in kinds}
    assert len(icons) == len(kinds)


@pytest.mark.parametrize(
    ("severity", "outcome", "word", "kind"),
    [
        (Severity.STOP, Outcome.FINDS, "Stop", "stop"),
        (Severity.HOLD, Outcome.FINDS, "Hold", "hold"),
        (Severity.WARN_HIGH, Outcome.FINDS, "Acknowledge", "warn"),
        (Severity.WARN, Outcome.FINDS, "Note", "warn"),
        (Severity.STOP, Outcome.UNKNOWN, "Unknown: blocks", "unknown"),
        (Severity.WARN, Outcome.UNKNOWN, "Unknown", "unknown"),
        (Severity.STOP, Outcome.CLEAR, "Clear", "ok"),
    ],
)
def test_a_finding_is_named_by_its_weight(
    severity: Severity, outcome: Outcome, word: str, kind: str
) -> None:
    card = presenters.finding_card(finding(severity, outcome))
    assert (card.word, card.kind) == (word, kind)


def test_a_finding_opens_to_reason_and_source() -> None:
    card = presenters.finding_card(finding(Severity.STOP, Outcome.FINDS))
    html = render('<c-finding :finding="card" />', card=card)
    assert html.index("It says.") < html.index("Because.") < html.index("Invented 2026")
    assert "pregnant: unknown; adult: yes; child: no; sbp: 172" in html


@pytest.mark.parametrize("value", [None, ""])
def test_a_missing_number_is_unknown_and_never_zero(value: object) -> None:
    html = render('<c-number :value="value" unit="kg" />', value=value)
    assert "unknown" in html
    assert "0" not in html


def test_a_zero_is_a_number() -> None:
    assert "unknown" not in render('<c-number :value="value" unit="mg" />', value=0)
    assert "no value" not in render('<c-tile name="x" :value="value" />', value=0)


def test_a_number_tells_its_time_and_source() -> None:
    at = datetime(2020, 3, 3, 14, 5, tzinfo=UTC)
    html = render('<c-number value="82.4" unit="kg" :at="at" source="typed" />', at=at)
    assert "Tue 3 Mar 2020, 14:05 · typed" in html


def test_a_tile_without_a_value_shows_a_question_mark() -> None:
    html = render('<c-tile name="RR" :value="None" unit="/min" signal="rr" />')
    assert "tile-none" in html
    assert "no value" in html


class Form(forms.Form):
    weight = forms.DecimalField(help_text="Without shoes.")
    source = forms.ChoiceField(choices=[("a", "A")], widget=forms.RadioSelect)
    agreed = forms.BooleanField()
    kind = forms.ChoiceField(choices=[("a", "A")], required=False)
    secret = forms.CharField(widget=forms.HiddenInput)


def test_a_refused_field_is_tied_to_its_words() -> None:
    form = Form({})
    html = render('<c-field :field="field" units="kg,lb" />', field=form["weight"])
    assert 'aria-describedby="id_weight_help id_weight_error"' in html
    assert 'aria-invalid="true"' in html
    assert 'data-units="kg,lb"' in html
    assert 'id="id_weight_error"' in html
    assert 'inputmode="decimal"' in html


def test_fields_of_each_kind_are_labelled() -> None:
    form = Form()
    assert "<legend>" in render('<c-field :field="f" />', f=form["source"])
    assert '<label for="id_agreed">' in render('<c-field :field="f" />', f=form["agreed"])
    assert "optional" in render('<c-field :field="f" />', f=form["kind"])
    assert "label" not in render('<c-field :field="f" />', f=form["secret"])


def test_the_summary_of_errors_leads_to_each_field() -> None:
    html = render('<c-form-errors :form="form" />', form=Form({}))
    assert 'href="#id_weight"' in html
    assert render('<c-form-errors :form="form" />', form=Form()).strip() == ""


def test_the_scale_runs_from_0_to_10() -> None:
    html = render('<c-scale name="pain" label="Pain" low="none" high="worst" value="10" />')
    assert re.findall(r'value="(\d+)"', html) == [str(n) for n in range(11)]
    assert html.count("checked") == 1
    assert "10 = worst" in html


def test_a_confirmation_names_the_patient_and_the_act() -> None:
    source = '<c-confirm id="c" title="Stop?" act="Stop infusion" patient="Iva, 12" action="/x" />'
    html = render(source)
    assert "Iva, 12" in html
    assert "Stop infusion" in html
    assert 'name="act"' in html


def test_a_charts_data_cannot_end_its_script() -> None:
    data = {"series": [{"label": "</script><b>"}]}
    html = render('<c-chart id="c1" title="It fell" :data="data" />', data=data)
    assert '<script id="c1" type="application/json">' in html
    assert "</script><b>" not in html


def test_text_of_people_is_never_markup() -> None:
    strip = presenters.strip(header(name="<b>x</b>", allergies=("<i>",)), on=date(2026, 3, 3))
    html = render('<c-patient-header :patient="patient" />', patient=strip)
    assert "&lt;b&gt;" in html
    assert "<i>" not in html


@pytest.mark.parametrize(
    ("priority", "technical", "stars"),
    [("high", False, "***"), ("medium", False, "**"), ("low", False, "*"), ("high", True, "!!!"),
     ("medium", True, "!!")],
)  # fmt: skip
def test_an_alarm_has_stars_beside_its_colour(priority: str, technical: bool, stars: str) -> None:
    line = presenters.alarm_line(
        priority=priority, state="latched", text="SpO2 84", since="14:02", technical=technical,
        recovered="recovered at 14:03",
    )  # fmt: skip
    html = render('<c-alarm-bar :alarms="alarms" feed="3 s" />', alarms=[line])
    assert stars in html
    assert f"alarm-{priority} latched" in html
    assert f"{priority} alarm" in html
    assert "recovered at 14:03" in html


def test_no_alarm_is_said_in_words() -> None:
    assert "No alarm" in render('<c-alarm-bar :alarms="alarms" />', alarms=[])


def test_an_acts_number_is_new_each_time_and_read_back() -> None:
    first, second = render("{% act_id %}"), render("{% act_id %}")
    assert first != second
    uid = uuid.UUID(re.search(r'value="([^"]+)"', first)[1])
    assert acts.act_of(RequestFactory().post("/", {"act": str(uid)})) == uid


@pytest.mark.parametrize("sent", [{}, {"act": "x"}])
def test_a_form_without_its_acts_number_is_refused(sent: dict[str, str]) -> None:
    with pytest.raises(BadValue, match="act"):
        acts.act_of(RequestFactory().post("/", sent))


def test_filters_say_the_same_as_the_words() -> None:
    html = render(
        '{{ at|moment }}|{{ at|clock_time }}|{{ on|day }}|{{ on|age_on:to }}|{{ mg|unit:"mg" }}|'
        '{{ "physician"|role_word }}|{{ message|say }}',
        at=datetime(2020, 3, 3, 14, 5, tzinfo=UTC), on=date(2020, 3, 3), to=date(2026, 3, 3),
        mg=Decimal("1.5"), message=Message(id="x {n}", params={"n": 1}),
    )  # fmt: skip
    assert html.split("|") == [
        "Tue 3 Mar 2020, 14:05", "14:05", "Tue 3 Mar 2020", "6 years", "1.5 mg", "Physician", "x 1",
    ]  # fmt: skip
    assert tags.role_word("unheard-of") == "unheard-of"
