"""The manual's chapter on states and permissions, printed from the tables that decide.

`python -m reprieve.pathway.manual` writes it; a test fails when the chapter is stale.
"""

from __future__ import annotations

from pathlib import Path

from reprieve.pathway import states
from reprieve.pathway.permissions import EMERGENCY, PERMISSIONS

CHAPTER = Path(__file__).resolve().parents[2] / "docs" / "manual" / "pathway.md"
HEAD = """# What may happen when, and who may do it

Printed from `reprieve/pathway/states.py` and `reprieve/pathway/permissions.py`. Anything that is
not named here is refused.
"""


def chapter() -> str:
    """This function will write the whole chapter in Markdown."""
    parts = [HEAD]
    for process, table in states.PROCESSES.items():
        parts += [f"\n## {process.capitalize()}\n", diagram(table), listing(table)]
    return "\n".join([*parts, "\n## Permissions\n", permissions(), emergency()])


def diagram(table: tuple[states.Step, ...]) -> str:
    """This function will draw a process as a state diagram (Mermaid)."""
    arrows: dict[tuple[str, str], list[str]] = {}
    for step in table:
        for before in step.before:
            if step.after is not None:
                arrows.setdefault((before or "[*]", step.after), []).append(step.act)
    lines = [f"    {a} --> {b}: {', '.join(acts)}" for (a, b), acts in arrows.items()]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```", ""])


def listing(table: tuple[states.Step, ...]) -> str:
    """This function will list a process's acts with the states before and after."""
    rows = [
        f"| {step.act} | {', '.join(b or 'new' for b in step.before)} "
        f"| {step.after or 'unchanged'} |"
        for step in table
    ]
    return "\n".join(["| act | possible in | leads to |", "|---|---|---|", *rows])


def permissions() -> str:
    """This function will list each act or view with the roles that may do it."""
    rows = [
        f"| {act} | {', '.join(sorted(r.replace('_', ' ') for r in roles))} |"
        for act, roles in sorted(PERMISSIONS.items())
    ]
    return "\n".join(["| act or view | roles |", "|---|---|", *rows, ""])


def emergency() -> str:
    """This function will say what an emergency access opens, and to whom."""
    who = ", ".join(sorted(r.replace("_", " ") for r in PERMISSIONS["emergency.open"]))
    judges = ", ".join(sorted(r.replace("_", " ") for r in PERMISSIONS["emergency.review"]))
    return (
        f"An emergency access, with a reason and for an hour, also opens to {who} for reading: "
        f"{', '.join(sorted(EMERGENCY))}. Looked at afterwards by: {judges}.\n"
    )


if __name__ == "__main__":
    CHAPTER.write_text(chapter())
