"""`reprieve findings FACTS.json --step STEP`: every safety finding about one set of facts."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from reprieve.clinical import safety
from reprieve.clinical.findings import Finding, Outcome, Step, blocking, by_weight
from reprieve.knowledge import BadValue

HELP = "list all safety findings for a file of facts"
LARGEST_FILE = 1_000_000


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the file and the step."""
    parser.add_argument("facts", metavar="FACTS.json", help="fact names and values")
    parser.add_argument("--step", required=True, choices=[str(step) for step in Step])


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Return the findings, heaviest first. Raises BadValue naming the fact that is unusable."""
    answers = by_weight(safety.examine(facts=_facts(args.facts), step=Step(args.step)))
    return {
        "step": args.step,
        "blocked": bool(blocking(answers)),
        "findings": [_plain(f) for f in answers if f.outcome is not Outcome.CLEAR],
        "unknown": sorted({n for f in answers if f.outcome is Outcome.UNKNOWN for n in f.needs}),
        "clear": [f.rule for f in answers if f.outcome is Outcome.CLEAR],
    }


def text(answer: dict[str, Any]) -> str:
    """Put the findings into lines for a reader."""
    lines = [_line(finding) for finding in answer["findings"]]
    lines.append(f"{answer['step']}: {'blocked' if answer['blocked'] else 'not blocked'}")
    return "\n".join(lines)


def _line(f: dict[str, Any]) -> str:
    """Put one finding into a line: what was found and why, or the questions still open."""
    words = [f["says"], *(f["asks"] if f["outcome"] == Outcome.UNKNOWN else [f["because"]])]
    mark = "" if f["verified"] else " [to be confirmed]"
    said = " ".join(words)
    return f"{f['severity']:9} {f['outcome']:7} {f['rule']}: {said} ({f['source']}){mark}"


def _plain(finding: Finding) -> dict[str, Any]:
    return {
        "rule": finding.rule,
        "severity": str(finding.severity),
        "outcome": str(finding.outcome),
        "blocks": finding.blocks,
        "says": str(finding.says),
        "because": str(finding.because),
        "source": finding.source,
        "saw": dict(finding.saw),
        "needs": list(finding.needs),
        "asks": [safety.catalogue()[name].question for name in finding.needs],
        "overridable": finding.overridable,
        "verified": finding.verified,
        "version": finding.knowledge_version,
    }


def _facts(name: str) -> Any:
    """Read a JSON file strictly: no repeated name, no NaN, one object."""
    try:
        raw = Path(name).read_bytes()
        if len(raw) > LARGEST_FILE:
            raise BadValue("FACTS.json", f"larger than {LARGEST_FILE} bytes")
        return json.loads(
            raw.decode("utf-8-sig"), object_pairs_hook=_once, parse_constant=_no_constant
        )
    except (OSError, ValueError, RecursionError) as error:
        if isinstance(error, BadValue):
            raise
        raise BadValue("FACTS.json", _why(error)) from error


def _why(error: Exception) -> str:
    if isinstance(error, OSError):
        return f"cannot be read: {error.strerror or error}"
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return f"not valid JSON: {str(error).splitlines()[0]}"


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    facts: dict[str, Any] = {}
    for name, value in pairs:
        if name in facts:
            raise BadValue(ascii(name)[:60].strip("'"), "given twice")
        facts[name] = value
    return facts


def _no_constant(word: str) -> Any:
    raise BadValue("FACTS.json", f"{word} is not a JSON number")
