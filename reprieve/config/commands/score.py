"""Scores the answers to an instrument."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from reprieve.clinical.instruments import instrument, score_document
from reprieve.clinical.instruments.strictjson import read_json

HELP = "score the answers to an instrument"


def arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the instrument and the file of answers."""
    parser.add_argument("instrument", metavar="INSTRUMENT", help="an id such as phq-9")
    parser.add_argument("answers", metavar="ANSWERS.json", type=Path)


def run(args: argparse.Namespace) -> dict[str, Any]:
    """Score the file. Raises BadValue naming the item or field that cannot be used."""
    form = instrument(args.instrument)
    return score_document(instrument=form, document=read_json(args.answers)).to_json()
