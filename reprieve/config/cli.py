"""The `reprieve` command: finds the command's file, reads its arguments, prints its answer."""

from __future__ import annotations

import argparse
import importlib
import json
import os
import pkgutil
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import Any, NoReturn

from reprieve import __version__
from reprieve.config import commands, secret_files
from reprieve.knowledge import BadValue

BAD_INPUT = 2


class Parser(argparse.ArgumentParser):
    """An argument parser that says what is wrong in one line and leaves with 2."""

    def error(self, message: str) -> NoReturn:
        self.exit(BAD_INPUT, f"reprieve: {message}\n")


def main(argv: Sequence[str] | None = None) -> None:
    """Run one command and leave with its exit code: 0 done, 1 fault found, 2 bad input."""
    sys.exit(call(sys.argv[1:] if argv is None else argv))


def call(argv: Sequence[str]) -> int:
    """Run one command; the exit code is the answer."""
    args, command = _read(argv)
    try:
        if args.data:
            os.environ["REPRIEVE_DATA"] = args.data
        secret_files.read()
        if getattr(command, "NEEDS_DATABASE", False):
            importlib.import_module("reprieve.config.boot").start()
        code = _show(command.run(args), command, as_json=args.json)
        sys.stdout.flush()
    except BadValue as error:
        print(f"reprieve: {error}", file=sys.stderr)
        return BAD_INPUT
    except BrokenPipeError:
        # Whoever read our answer has read enough; Python must not complain at the end either.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    return code


def _read(argv: Sequence[str]) -> tuple[argparse.Namespace, ModuleType]:
    """Import only the command that is asked for, so that a small command starts fast."""
    known = sorted(m.name for m in pkgutil.iter_modules(commands.__path__))
    wanted = next((a for a in argv if not a.startswith("-")), None)
    parser = Parser(prog="reprieve", description="Runs a ketamine-infusion programme.")
    parser.add_argument("--version", action="version", version=__version__)
    sub = parser.add_subparsers(
        dest="command", required=True, metavar="COMMAND", parser_class=Parser
    )
    modules: dict[str, ModuleType] = {}
    for file in known if wanted is None else [_file_of(wanted, known)]:
        if file not in known:
            parser.error(f"command: unknown {wanted!r}; known: {', '.join(_spoken(known))}")
        modules[file] = importlib.import_module(f"{commands.__name__}.{file}")
        child = sub.add_parser(file.rstrip("_").replace("_", "-"), help=modules[file].HELP)
        child.add_argument("--json", action="store_true", help="print JSON")
        child.add_argument("--data", metavar="DIR", help="folder of the database and settings")
        modules[file].arguments(child)
    args = parser.parse_args(argv)
    return args, modules[_file_of(args.command, known)]


def _file_of(command: str, known: list[str]) -> str:
    plain = command.replace("-", "_")
    return plain if plain in known else f"{plain}_"


def _spoken(files: list[str]) -> list[str]:
    return [f.rstrip("_").replace("_", "-") for f in files]


def _show(answer: Any, command: ModuleType, *, as_json: bool) -> int:
    """Print a command's answer; None prints nothing. The command's `exit_code` decides the code."""
    code = getattr(command, "exit_code", lambda _answer: 0)(answer)
    if answer is None:
        return code
    words = getattr(command, "text", None)
    if as_json or words is None:
        print(json.dumps(answer, ensure_ascii=False, indent=2, allow_nan=False))
    else:
        print(words(answer))
    return code
