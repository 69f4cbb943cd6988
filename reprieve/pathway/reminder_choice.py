"""How a patient is reminded: at which hour, by mail or text, in which language, or not at all.

Stopping needs nothing but the link or the telephone: whoever wants peace gets it at once.
"""

from __future__ import annotations

import uuid
from datetime import datetime, time

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import diary_link, message_ways, messages, patients
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import PermissionDenied
from reprieve.pathway.permissions import Actor, system
from reprieve.records.models import OutboxMessage, ReminderChoice
from reprieve.records.queries import clinics, reminder_choices
from reprieve.scheduling import reminders

ACT = "reminder.choose"
BY_PAGE, BY_MAIL, BY_TEXT, BY_STAFF = "page", "mail", "text", "staff"
# Words that end or renew texts, as carriers know them, in the languages of the product.
STOP = frozenset({"stop", "stopall", "end", "quit", "cancel", "unsubscribe", "alto", "parar",
                  "basta"})  # fmt: skip
START = frozenset({"start", "unstop", "yes", "empezar", "seguir"})


def choose(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, wanted: bool,
    evening: time | None = None, language: str = "", said_by: str = BY_PAGE,
    way: str | None = None,
) -> None:  # fmt: skip
    """This function will keep what a patient chose, and plan or withdraw the prompts by it.

    `way` is mail, sms, empty for the usual one, or None for the one chosen before. Raises BadValue
    for an hour at which nobody is disturbed, an unknown language, or a way that does not reach.
    """
    _check(evening, language)
    _check_way(way, actor.clinic, patient)

    def work() -> Done:
        person = patients.get(clinic=actor.clinic, patient=patient)
        if actor.patient is not None and actor.patient != patient:
            raise PermissionDenied(N_("This link is another person's."))
        before = reminder_choices.of(clinic=actor.clinic, patient=patient)
        ReminderChoice.objects.add(
            clinic_id=actor.clinic, patient=person, wanted=wanted, evening=evening,
            way=before.way if way is None else way, said_by=said_by, recorded_at=at,
            by_id=actor.practitioner,
        )  # fmt: skip
        if language and language != person.language:
            person.language = language
            person.save(update_fields=["language"])
        if wanted:
            diary_link.ask(actor=actor, patient=patient, at=at)
        else:
            _withdraw(actor.clinic, patient)
        return Done(
            subject_kind="patient", subject=patient,
            detail={"wanted": wanted, "by": said_by, "way": way},
        )  # fmt: skip

    perform(ACT, actor=actor, uid=uid, at=at, work=work)


def told_by_text(*, phone: str, text: str, at: datetime) -> int:
    """This function will follow a text that says stop or start, for all who have that telephone.

    The hour that was chosen stays. Any other text changes nothing. Returns how many it was for.
    """
    word = text.strip().strip(".!").lower()
    if word not in STOP | START:
        return 0
    count = 0
    for clinic in clinics.clinics():
        for patient in reminder_choices.by_phone(clinic=clinic.id, phone=phone):
            before = reminder_choices.of(clinic=clinic.id, patient=patient)
            choose(
                actor=system(clinic.id, "texts"), uid=uuid.uuid4(), at=at, patient=patient,
                wanted=word in START, evening=before.evening, said_by=BY_TEXT,
            )  # fmt: skip
            count += 1
    return count


def _check(evening: time | None, language: str) -> None:
    if evening is not None and reminders.routine().quiet.is_quiet(evening):
        raise BadValue("evening", N_("lies in the hours in which nobody is disturbed"))
    if language and language not in patients.LANGUAGES:
        raise BadValue("language", N_("is not one that the product speaks"))


def _check_way(way: str | None, clinic: uuid.UUID, patient: uuid.UUID) -> None:
    if way and way not in (message_ways.MAIL, message_ways.TEXT):
        raise BadValue("way", f"unknown {way[:20]!r}; known: mail, sms")
    if way and way not in message_ways.offered(clinic=clinic, patient=patient):
        raise BadValue("way", N_("does not reach: there is no such address, or no text gateway"))


def _withdraw(clinic: uuid.UUID, patient: uuid.UUID) -> None:
    rows = OutboxMessage.of(clinic).filter(patient_id=patient, state="waiting")
    rows.filter(template__in=messages.DISTURBING).update(state="withdrawn")
