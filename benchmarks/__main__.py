"""`script/bench [NAME] [--quick] [--json]`: run one bench, or all of them, and tell the figures.

A bench is a file here with `run(*, quick: bool) -> dict[str, Figure]`.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import sys
from pathlib import Path

from benchmarks import children
from benchmarks.harness import Figure


def names() -> list[str]:
    """This function will list the benches, told from their helpers without importing them."""
    files = Path(__file__).parent.glob("*.py")
    return sorted(f.stem for f in files if "\ndef run(*, quick" in f.read_text())


def main() -> None:
    """This function will run what was asked for; a missed goal is told, never an error."""
    parser = argparse.ArgumentParser(prog="script/bench", description=__doc__)
    parser.add_argument("name", nargs="?", choices=names())
    parser.add_argument("--quick", action="store_true", help="within 5 minutes, every goal kept")
    parser.add_argument("--json", action="store_true", help="nothing but JSON on stdout")
    asked = parser.parse_args()
    children.end_when_told()
    figures: dict[str, Figure] = {}
    for name in [asked.name] if asked.name else names():
        with contextlib.redirect_stdout(sys.stderr):
            figures |= importlib.import_module(f"benchmarks.{name}").run(quick=asked.quick)
    print(json.dumps(figures, indent=2) if asked.json else table(figures))


def table(figures: dict[str, Figure]) -> str:
    """This function will lay the figures out for reading, a line each."""
    return "\n".join(_line(name, one) for name, one in figures.items())


def _line(name: str, one: Figure) -> str:
    words = f"{name:40} {one['value']:12.4g} {one['unit']:8}"
    if one["goal"] is not None:
        words += f" goal {one['goal']:g} {'met' if one['met'] else 'MISSED'}"
    if one["peer"] is not None and one["ratio"] is not None:
        words += f"  peer {one['peer']:.4g} (x{one['ratio']:.2f})"
    return words.rstrip()


if __name__ == "__main__":
    main()
