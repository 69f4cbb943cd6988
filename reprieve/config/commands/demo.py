"""`reprieve demo`: serve a demo clinic with invented patients and simulated monitors."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from datetime import UTC, datetime

from reprieve.knowledge import BadValue

HELP = "serve a demo clinic with invented patients and simulated monitors"


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add where to serve, and whether to begin anew."""
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port of the pages (8000)")
    parser.add_argument("--mllp-port", type=int, default=2575, help="port for monitors (2575)")
    parser.add_argument("--no-simulator", action="store_true", help="without simulated monitors")
    parser.add_argument("--reset", action="store_true", help="forget this demo and make a new one")


def run(args: argparse.Namespace) -> None:
    """This function will make the demo where there is none, and serve it until told to stop."""
    from reprieve.config.serve import Place, serve
    from reprieve.config.supervise import Part

    if os.environ.get("REPRIEVE_DATABASE_URL"):
        raise BadValue("REPRIEVE_DATABASE_URL", "a demo has its own embedded database; unset it")
    place = Place(host=args.host, port=args.port, mllp_port=args.mllp_port)
    _prepare(reset=args.reset)
    extra = () if args.no_simulator else (
        Part(
            name="monitors", argv=(sys.executable, "-m", "reprieve.config.demo.monitors"),
            env={"REPRIEVE_PART": "monitors", "REPRIEVE_MLLP_PORT": str(args.mllp_port)},
        ),
    )  # fmt: skip

    def announce(place: Place) -> None:
        said = {"url": place.url, "mllp_port": place.mllp_port}
        words = f"The demo is at {place.url} - choose a role in its banner"
        print(json.dumps(said) if args.json else words, flush=True)

    serve(place, at=datetime.now(UTC), announce=announce, extra=extra)


def _prepare(*, reset: bool) -> None:
    """In a process of its own, so that the one that serves stays small."""
    command = [sys.executable, "-m", "reprieve.config.demo.prepare", *(["--reset"] * reset)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, check=False)  # noqa: S603  # our own
    if done.returncode:
        raise BadValue("data", "this folder cannot hold the demo (see above)")
