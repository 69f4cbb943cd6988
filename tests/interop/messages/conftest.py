"""A real mail server on a free port, and a clinic whose messages go there."""

from __future__ import annotations

import email
import logging
import threading
from collections.abc import Iterator
from email.message import EmailMessage
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.house.server import free_port

if TYPE_CHECKING:
    from tests.interop.messages.sending import Gateway
    from tests.world import World


class Mailbox:
    """What a mail server took in; `answer` is what it says next instead of taking it."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.to: list[str] = []
        self.answer = ""

    async def handle_RCPT(  # the server's own name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[Any]
    ) -> str:
        if self.answer:
            return self.answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        assert isinstance(envelope.content, bytes)
        parsed = email.message_from_bytes(envelope.content, policy=default)
        assert isinstance(parsed, EmailMessage)
        self.mails.append(parsed)
        self.to += envelope.rcpt_tos
        return "250 Message accepted for delivery"


@pytest.fixture
def mailbox_server(db: None) -> Iterator[Mailbox]:
    """A mail server that the product really talks to."""
    from django.test import override_settings

    logging.getLogger("mail.log").setLevel(logging.ERROR)  # the server tells of each line
    box = Mailbox()
    port = free_port()
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=60)
    controller.start()
    backend = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=backend, EMAIL_HOST="127.0.0.1", EMAIL_PORT=port):
        yield box
    controller.stop()


@pytest.fixture
def world(db: None) -> World:
    """A clinic with a person for each role."""
    from tests import world as invented  # needs a started Django

    return invented.found()


@pytest.fixture
def gateway(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    """A text gateway that the product really talks to."""
    from tests.interop.messages.sending import Gateway

    server = Gateway()
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    monkeypatch.setenv("REPRIEVE_SMS_URL", f"http://127.0.0.1:{server.server_port}/texts")
    monkeypatch.setenv("REPRIEVE_SMS_TOKEN", "not-a-secret")
    yield server
    server.shutdown()
    thread.join()
    server.server_close()
