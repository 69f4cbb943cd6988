"""The manual's page of the facts that criteria read, printed from their files.

Write it anew with `python -m reprieve.clinical.criteria.manual > docs/manual/facts-criteria.md`.
"""

from __future__ import annotations

import sys

from reprieve.clinical.criteria.facts import Fact, criterion_data, facts_of
from reprieve.clinical.criteria.judging import criteria

HEAD = """# Facts that diagnostic criteria read

A facts file is one JSON object: `{"fact name": value, ...}`. A fact that is absent or null is
unknown; false says it was looked for and is not there, an empty list that there is none. A name
that no criterion and no safety rule knows is refused.
"""


def page() -> str:
    """Print the page."""
    return "\n".join([HEAD, *(_chapter(name) for name in criteria())])


def _chapter(name: str) -> str:
    data = criterion_data(name).data
    mark = "" if data["verified"] else " To be confirmed: " + "; ".join(data["unverified"]) + "."
    lines = [f"## `{name}`: {data['title']}\n", f"Source: {data['source']}.{mark}\n"]
    lines += ["| fact | type | unit | meaning |", "|---|---|---|---|"]
    for fact in facts_of(name):
        lines += [_row(fact.name, fact)]
        lines += [_row(f"{fact.name}[].{inner.name}", inner) for inner in fact.fields]
    return "\n".join([*lines, ""])


def _row(name: str, fact: Fact) -> str:
    limits = "" if fact.high is None else f", {fact.low:g} to {fact.high:g}"
    words = f" ({', '.join(fact.values)})" if fact.values else ""
    return f"| `{name}` | {fact.type}{limits} | {fact.unit} | {fact.means}{words} |"


if __name__ == "__main__":
    sys.stdout.write(page())
