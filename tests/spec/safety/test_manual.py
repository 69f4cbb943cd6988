"""The manual's pages on facts and safety rules, printed from the declarations.

`python tests/spec/safety/test_manual.py` writes them anew.
"""

import tomllib
from importlib import import_module
from pathlib import Path

import pytest

from reprieve.clinical import safety
from reprieve.clinical.facts import Kind
from reprieve.clinical.findings import Step

HERE = Path(__file__).parent
MANUAL = HERE.parents[2] / "docs" / "manual"
WRITE = "Written by `python tests/spec/safety/test_manual.py`; do not edit."


def facts_page():
    lines = [
        "# Facts that the safety rules read", "", WRITE, "",
        "`reprieve findings FACTS.json --step evaluation|start|discharge` reads one JSON object of",
        "fact names and values. A fact that is left out, or null, is unknown; an unknown STOP or",
        "HOLD blocks. A name that is not in this table, a value of another kind, or one outside",
        "its limits is refused.", "",
        "| Fact | Kind | Unit | Values | Asked at | Question |", "|---|---|---|---|---|---|",
    ]  # fmt: skip
    for name, fact in sorted(safety.catalogue().items()):
        steps = [s for s in Step if any(name in _names(e) for e in safety.at(s))]
        lines.append(
            f"| `{name}` | {fact.kind} | {fact.unit} | {_values(fact)} | {', '.join(steps)}"
            f" | {fact.question} |"
        )
    return "\n".join([*lines, "", *liver_ages()])


def liver_ages():
    """The age of the liver tests is worked out of the record; the table of its spec is printed."""
    cases = tomllib.loads((HERE / "liver_ages.toml").read_text())["case"]
    rows = [f"| {_record(case['record'])} | {_reads(case['reads'])} |" for case in cases]
    return [
        "## Liver tests, as the record has them", "",
        "Before a start the program works these two out of the record. The recorded tests count",
        "with their own day, and a panel is as old as the oldest of its five tests. What was only",
        "told counts where no test is recorded; it grows older from day to day.", "",
        "| On record | The rules read |", "|---|---|", *rows, "",
    ]  # fmt: skip


def _record(entries):
    return "; ".join(map(_entry, entries)) or "nothing"


def _entry(entry):
    ago = f"{entry['days_ago']} days ago" if entry["days_ago"] else "today"
    said = [f"told {_case(entry['told'])}"] if "told" in entry else []
    said += [f"{entry[name]} {name}" for name in ("tests", "infusions") if name in entry]
    return f"{ago} {', '.join(said)}"


def _reads(facts):
    names = ("liver_tests_age_days", "sessions_since_liver_tests_n")
    return ", ".join(f"`{n}` {facts.get(n, 'unknown')}" for n in names)


def rules_page():
    lines = [
        "# Safety rules", "", WRITE, "",
        "Every rule answers found, clear or unknown. STOP blocks; HOLD blocks until it is measured",
        "again twice or a physician decides with a reason; WARN-HIGH must be acknowledged; WARN is",
        "shown. Unknown weighs as much as its rule. Rules marked *unconfirmed* wait for the word",
        "of the clinic's medical director. Examples name only what was known.", "",
    ]  # fmt: skip
    for chapter in sorted({e.chapter for e in safety.rules()}):
        about = import_module(f"reprieve.clinical.safety.{chapter}").__doc__
        lines += [f"## {chapter.replace('_', ' ').capitalize()}", "", about, ""]
        examples = tomllib.loads((HERE / f"{chapter}.toml").read_text())
        for entry in (e for e in safety.rules() if e.chapter == chapter):
            lines += _rule(entry, examples[entry.name])
    return "\n".join(lines)


def _rule(entry, examples):
    marks = [] if entry.overridable else ["never overridden"]
    marks += [] if entry.verified else ["unconfirmed"]
    if entry.severity_when_unknown != entry.severity:
        marks.append(f"{entry.severity_when_unknown} when unknown")
    steps = ", ".join(step for step in Step if step in entry.rule.steps)
    lines = [
        f"### `{entry.name}`: {', '.join([entry.severity, *marks])}", "",
        f"{entry.rule.says.id} {entry.rule.because}", "",
        f"- Asked at: {steps}", f"- Source: {entry.source}",
    ]  # fmt: skip
    numbers = {k: v for k, v in entry.numbers.items() if k != "medicines"}
    if numbers:
        lines.append("- Numbers: " + ", ".join(f"{k} = {v}" for k, v in numbers.items()))
    if entry.numbers["medicines"]:
        lines.append("- Medicines: " + ", ".join(entry.numbers["medicines"]))
    for outcome in ("finds", "clear", "unknown"):
        lines.append(f"- {outcome.capitalize()}: " + "; ".join(map(_case, examples[outcome])))
    return [*lines, ""]


def _case(facts):
    return ", ".join(f"`{k} = {str(v).lower()}`" for k, v in facts.items()) or "nothing known"


def _names(entry):
    return {fact.name for fact in entry.rule.facts}


def _values(fact):
    if fact.kind is Kind.FLAG:
        return "true, false"
    if fact.kind is Kind.CHOICE:
        return ", ".join(f'"{option}"' for option in fact.options)
    return "words" if fact.kind is Kind.LISTING else f"{fact.low:g} to {fact.high:g}"


PAGES = {"facts.md": facts_page, "safety-rules.md": rules_page}


@pytest.mark.parametrize("name", PAGES)
def test_page_of_the_manual_is_fresh(name):
    assert (MANUAL / name).read_text(encoding="utf-8") == PAGES[name]()


if __name__ == "__main__":
    MANUAL.mkdir(parents=True, exist_ok=True)
    for page, write in PAGES.items():
        (MANUAL / page).write_text(write(), encoding="utf-8")
