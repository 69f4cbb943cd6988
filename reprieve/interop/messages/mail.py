"""Mail by Django's backend: real SMTP where a host is set, the console otherwise."""

from __future__ import annotations

import smtplib
from email.utils import parseaddr

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from icalendar import Calendar

from reprieve.interop.messages.render import Words
from reprieve.interop.messages.sms import NotSent
from reprieve.pathway.outbox import Due

PERMANENT = range(500, 600)


def sender_address() -> str:
    """This function will return the bare address that mail comes from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def send(due: Due, *, words: Words, calendar: Calendar | None) -> None:
    """This function will send one mail. Raises NotSent, which never names the address."""
    mail = EmailMultiAlternatives(
        subject=words.subject, body=words.body, to=[due.to],
        headers={
            # The same number at every try: a mailbox shows a repeat once.
            "Message-ID": f"<{due.id}@reprieve>",
            "Auto-Submitted": "auto-generated",
        },
    )  # fmt: skip
    if calendar is not None:
        text = calendar.to_ical().decode()
        method = str(calendar["method"])
        mail.attach_alternative(text, f"text/calendar; method={method}")
        mail.attach("appointment.ics", text, "text/calendar")
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        codes = {code for code, _ in error.recipients.values()}
        reason = f"the mail server refused the address ({', '.join(map(str, sorted(codes)))})"
        raise NotSent(reason, for_good=all(c in PERMANENT for c in codes)) from error
    except smtplib.SMTPResponseException as error:
        reason = f"the mail server answered {error.smtp_code}"
        raise NotSent(reason, for_good=error.smtp_code in PERMANENT) from error
    except (OSError, smtplib.SMTPException) as error:
        raise NotSent("the mail server cannot be reached", for_good=False) from error
    except ValueError as error:  # a line break in an address or subject
        raise NotSent("the address cannot be written to", for_good=True) from error
