"""Judges a diagnostic criterion on a file of facts."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from reprieve.clinical.criteria import judge
from reprieve.clinical.instruments.strictjson import read_json

HELP = "judge a diagnostic criterion: yes, no or unknown, and what is needed"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the criterion and the file of facts."""
    parser.add_argument("name", metavar="NAME", help="an id such as budapest")
    parser.add_argument("facts", metavar="FACTS.json", type=Path)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Judge the file. Raises BadValue naming the fact that cannot be used."""
    return judge(name=args.name, facts=read_json(args.facts)).to_json()
