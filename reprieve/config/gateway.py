"""The gateway's process: listens to monitors and stores what they send, before it answers."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import ssl
import uuid
from collections.abc import Callable
from functools import partial


def main() -> None:
    """This function will run the gateway until it is told to stop."""
    os.environ.setdefault("REPRIEVE_PART", "gateway")
    from reprieve.config import boot, upgrade

    boot.start()
    upgrade.wait()
    with contextlib.suppress(KeyboardInterrupt, asyncio.CancelledError):
        asyncio.run(_run())


async def _run() -> None:
    from reprieve.config import boot
    from reprieve.config.shift import Shift
    from reprieve.interop.hl7v2.gateway import serve
    from reprieve.interop.hl7v2.own_dialects import ClinicReader
    from reprieve.interop.hl7v2.sink import commit

    clinic_id, zone = await asyncio.to_thread(boot.until_answered, _clinic)
    shift = await asyncio.to_thread(boot.until_answered, Shift().begin)
    task = asyncio.current_task()
    assert task is not None
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    boot.settle()
    await serve(
        host=os.environ.get("REPRIEVE_MLLP_HOST", "127.0.0.1"),
        port=int(os.environ.get("REPRIEVE_MLLP_PORT", "2575")),
        commit=partial(commit, clinic=clinic_id),
        tls=_tls(),
        reader=ClinicReader(
            clinic_zone=zone, files=partial(_dialects, clinic_id, shift.now_ms), warn=_warn
        ).read,
        now_ms=shift.now_ms,
        allow=[a for a in os.environ.get("REPRIEVE_MLLP_ALLOW", "").split(",") if a],
    )


def _dialects(clinic: uuid.UUID, now_ms: Callable[[], int]) -> dict[str, str]:
    from django.db import connection

    from reprieve.pathway import dialects
    from reprieve.pathway.clock import moment

    try:
        return dialects.in_force(clinic=clinic, at=moment(now_ms()))
    except Exception:
        connection.close()  # the batch that comes next must not meet a connection that is lost
        raise


def _warn(what: str) -> None:
    import structlog

    structlog.get_logger(__name__).warning("dialects_not_read", why=what)


def _tls() -> ssl.SSLContext | None:
    """The monitors' port speaks TLS when it is given a certificate; most monitors cannot."""
    from reprieve.interop.hl7v2.gateway import tls_context
    from reprieve.knowledge import BadValue

    certificate, key, authority = (
        os.environ.get(f"REPRIEVE_MLLP_{name}", "") for name in ("CERT", "KEY", "CLIENT_CA")
    )
    if not certificate and not key:
        if authority:
            raise BadValue("REPRIEVE_MLLP_CERT", "is needed to ask monitors for certificates")
        return None
    if not certificate or not key:
        missing = "KEY" if certificate else "CERT"
        raise BadValue(f"REPRIEVE_MLLP_{missing}", "a certificate and its key are given together")
    return tls_context(certificate=certificate, key=key, client_authority=authority or None)


def _clinic():  # type: ignore[no-untyped-def]  # Django is started before this is called
    """One listener speaks for one clinic: the named one, or the only one there is."""
    import time

    from django.db import connection

    from reprieve.records.queries import clinics

    named = os.environ.get("REPRIEVE_MLLP_CLINIC", "")
    while True:
        found = [c for c in clinics.clinics() if not named or str(c.id) == named]
        if found:
            connection.close()
            return found[0].id, found[0].timezone
        time.sleep(1)


if __name__ == "__main__":
    main()
