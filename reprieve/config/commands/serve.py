"""`reprieve serve`: run pages, gateway and clock until told to stop."""

from __future__ import annotations

import argparse
import json
import os
from datetime import UTC, datetime

HELP = "run the clinic: pages, the monitors' gateway and the clock"


def arguments(parser: argparse.ArgumentParser) -> None:
    """This function will add where to serve, and with whose certificate."""
    parser.add_argument("--host", default="127.0.0.1", help="address to serve on (127.0.0.1)")
    parser.add_argument("--port", type=int, default=8000, help="port of the pages (8000)")
    parser.add_argument("--mllp-port", type=int, default=2575, help="port for monitors (2575)")
    parser.add_argument("--cert", default="", metavar="FILE", help="certificate of your own, PEM")
    parser.add_argument("--key", default="", metavar="FILE", help="its private key, PKCS#8 PEM")


def run(args: argparse.Namespace) -> None:
    """This function will serve until SIGTERM or SIGINT. Raises BadValue before it starts."""
    from reprieve.config.serve import Place, serve

    place = Place(
        host=args.host,
        port=args.port,
        mllp_port=args.mllp_port,
        cert=args.cert or os.environ.get("REPRIEVE_TLS_CERT", ""),
        key=args.key or os.environ.get("REPRIEVE_TLS_KEY", ""),
    )

    def announce(place: Place) -> None:
        said = {"url": place.url, "mllp_port": place.mllp_port}
        print(json.dumps(said) if args.json else f"Reprieve is at {place.url}", flush=True)

    serve(place, at=datetime.now(UTC), announce=announce)
