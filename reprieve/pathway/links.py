"""Links that let a patient write without a password, from one browser, for one form and period.

Opening a link changes nothing: mail scanners follow links. The first deliberate press binds it to
the browser; the submission is single by its own number. Reading back also needs a code sent to
the mail or telephone on file.
"""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from types import MappingProxyType

from reprieve.clinical import instruments
from reprieve.knowledge import N_, BadValue
from reprieve.pathway import message_ways, messages, patients
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import Conflict, NotFound, NotNow, PermissionDenied
from reprieve.pathway.permissions import Actor
from reprieve.records import identity as identities
from reprieve.records import link_tokens
from reprieve.records.models import AuditEvent, OutboxMessage, PatientLink
from reprieve.records.queries import closings, form_sets

DIARY, EVALUATION, FOLLOW_UP, PROGRESS = "diary", "evaluation", "follow_up", "progress"
# The moment whose forms a link asks, one after the other. Any one instrument is a form as well.
SETS = MappingProxyType({EVALUATION: form_sets.BASELINE, FOLLOW_UP: form_sets.FOLLOW_UP})
# What is asked some weeks after a series, as `scheduling/routines/followups.toml` says.
WEEKS_SHORT, WEEKS_LONG = "weeks_short", "weeks_long"
WEEKS = MappingProxyType(
    {
        WEEKS_SHORT: ("peg", "phq-9", "pgic"),
        WEEKS_LONG: ("peg", "phq-9", "pgic", "promis-pain-interference-4a", "personal-goal"),
    }
)
LASTS = MappingProxyType({DIARY: 35, EVALUATION: 14, FOLLOW_UP: 14, PROGRESS: 35})
USUAL_DAYS = 7
LONGEST_DAYS = 120
CODES_AN_HOUR = 5
CODE_TRIES = 5
HOUR = timedelta(hours=1)
ADDRESSES = MappingProxyType({DIARY: "/d/", PROGRESS: "/me/"})
CHANNELS = ("mail", "sms")


def make(
    *, actor: Actor, uid: uuid.UUID, at: datetime, patient: uuid.UUID, form: str,
    days: int | None = None, send_by: str = "",
) -> uuid.UUID:  # fmt: skip
    """This function will make a link for a patient, and send it if a way is named.

    `send_by` is mail, sms or empty. The text has no health word. Raises BadValue for an unknown
    form, a period out of range, or a way without an address on file; NotNow where care has ended
    and nobody would read the answers.
    """
    _check_form(form)
    lasts = LASTS.get(form, USUAL_DAYS) if days is None else days
    if not 1 <= lasts <= LONGEST_DAYS:
        raise BadValue("days", f"must be 1 to {LONGEST_DAYS}, got {lasts}")

    def work() -> Done:
        if form != PROGRESS and closings.is_ended(clinic=actor.clinic, patient=patient):
            raise NotNow(N_("Care has ended: a new request opens a new course of care first."))
        until = at + timedelta(days=lasts)
        row = issue(actor=actor, at=at, patient=patient, form=form, valid_until=until)
        if send_by:
            send(row, by=send_by, at=at)
        return Done(subject_kind="link", subject=row.pk, detail={"form": form, "by": send_by})

    return uuid.UUID(perform("link.make", actor=actor, uid=uid, at=at, work=work)["id"])


def issue(
    *, actor: Actor, at: datetime, patient: uuid.UUID, form: str, valid_until: datetime
) -> PatientLink:
    """This function will make a link inside the caller's act."""
    person = patients.get(clinic=actor.clinic, patient=patient)
    row = PatientLink(
        clinic_id=actor.clinic, patient=person, form=form, valid_from=at, valid_until=valid_until
    )
    row.token_sha256 = link_tokens.fingerprint(link_tokens.token(actor.clinic, row.pk))
    row.save(force_insert=True)
    return row


def asked(*, clinic: uuid.UUID, form: str, made_at: datetime) -> tuple[str, ...]:
    """This function will list the instruments that a link asks, as chosen when it was made."""
    if form in WEEKS:
        return WEEKS[form]
    if form not in SETS:
        return (form,)
    return form_sets.chosen(clinic=clinic, moment=SETS[form], at=made_at)


def send(row: PatientLink, *, by: str, at: datetime) -> None:
    """This function will put the message that carries a link into the outbox, inside an act."""
    if by not in CHANNELS:
        raise BadValue("send_by", f"unknown {by!r}; known: {', '.join(CHANNELS)}")
    who = identities.newest(row.clinic_id, [row.patient_id])[row.patient_id]
    if not (who.email if by == "mail" else who.phone):
        raise BadValue("send_by", N_("there is no such address on file"))
    messages.enqueue(
        clinic=row.clinic_id, template="link", patient=row.patient_id, channel=by, at=at,
        params={"path": address(row)},
    )  # fmt: skip


def address(row: PatientLink) -> str:
    """This function will return where a link leads: it names neither person nor treatment."""
    start = ADDRESSES.get(row.form, "/f/")
    return f"{start}{link_tokens.token(row.clinic_id, row.pk)}"


def way(*, clinic: uuid.UUID, patient: uuid.UUID) -> str:
    """This function will choose how a patient is reached: as chosen, else mail, sms or empty."""
    who = identities.newest(clinic, [patient])[patient]
    chosen = message_ways.of_reminders(clinic=clinic, patient=patient, who=who)
    if chosen:
        return chosen
    if who.email:
        return "mail"
    return "sms" if who.phone else ""


def revoke(*, actor: Actor, uid: uuid.UUID, at: datetime, link: uuid.UUID) -> None:
    """This function will end a link at once."""

    def work() -> Done:
        row = _locked(actor.clinic, link)
        if row.revoked_at is None:
            row.revoked_at = at
            row.save(update_fields=["revoked_at"])
        return Done(subject_kind="link", subject=row.pk)

    perform("link.make", actor=actor, uid=uid, at=at, work=work)


def revoke_all(*, clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> int:
    """This function will end every link of a patient that is not over, inside the caller's act.

    One that was answered still opens the own page, and so ends as well. Returns how many.
    """
    rows = PatientLink.of(clinic).filter(
        patient_id=patient, revoked_at__isnull=True, valid_until__gt=at
    )
    return int(rows.update(revoked_at=at))


def bind(*, actor: Actor, uid: uuid.UUID, at: datetime, link: uuid.UUID, secret: str) -> None:
    """This function will bind a link to the browser that holds `secret`, at the first press.

    Raises Conflict when another browser was first, NotNow when the link is over.
    """

    def work() -> Done:
        row = usable(actor=actor, at=at, link=link)
        mark = link_tokens.fingerprint(secret)
        if row.bound_sha256 is not None and bytes(row.bound_sha256) != mark:
            raise Conflict(N_("This link is in use on another device."))
        row.bound_sha256 = mark
        row.save(update_fields=["bound_sha256"])
        return Done(subject_kind="link", subject=row.pk)

    perform("link.use", actor=actor, uid=uid, at=at, work=work)


def usable(
    *, actor: Actor, at: datetime, link: uuid.UUID, forms: tuple[str, ...] = (),
    told: datetime | None = None,
) -> PatientLink:  # fmt: skip
    """This function will return a patient's own link locked for this act, when it may be used.

    What was `told` before care ended may be grave: it is taken by the link that ended with it.
    """
    row = _locked(actor.clinic, link)
    if actor.patient != row.patient_id:
        raise PermissionDenied(N_("This link is another person's."))
    is_over = row.revoked_at is not None and not was_told_in_time(
        clinic=actor.clinic, patient=row.patient_id, revoked_at=row.revoked_at, told=told
    )
    if is_over or not row.valid_from <= at < row.valid_until:
        raise NotNow(N_("This link is over. Ask the clinic for a new one."))
    if forms and row.form not in forms:
        raise PermissionDenied(N_("This link is for another form."))
    return row


def was_told_in_time(
    *, clinic: uuid.UUID, patient: uuid.UUID, revoked_at: datetime | None, told: datetime | None
) -> bool:
    """This function will tell whether a link that ended still takes what was `told` before.

    It must have ended with the patient's care: what somebody ended by hand may be in wrong hands.
    """
    if told is None or revoked_at is None or told >= revoked_at:
        return False
    return closings.ended_at(clinic=clinic, patient=patient) == revoked_at


def submit(
    *, actor: Actor, uid: uuid.UUID, at: datetime, link: uuid.UUID
) -> None:
    """This function will note that a link's form is finished; it takes no second submission.

    `uid` is the submission's own number, made by the browser.
    """

    def work() -> Done:
        row = usable(actor=actor, at=at, link=link)
        if row.submitted_key is not None:
            raise NotNow(N_("This form was already sent. Thank you."))
        row.submitted_key = uid
        row.save(update_fields=["submitted_key"])
        return Done(subject_kind="link", subject=row.pk)

    perform("link.use", actor=actor, uid=uid, at=at, work=work)


def send_code(
    *, actor: Actor, uid: uuid.UUID, at: datetime, link: uuid.UUID, code: str
) -> str:
    """This function will send a code to the address on file and say by which way it went.

    `code` is made by the caller and kept only by the browser's session. Raises NotNow without an
    address on file and after too many codes in an hour.
    """

    def work() -> Done:
        row = usable(actor=actor, at=at, link=link)
        by = way(clinic=actor.clinic, patient=row.patient_id)
        if not by:
            raise NotNow(N_("The clinic has no mail address or telephone number of yours."))
        _not_too_often(actor.clinic, row.patient_id, at)
        messages.enqueue(
            clinic=actor.clinic, template="read_code", patient=row.patient_id, channel=by, at=at,
            params={"code": code},
        )  # fmt: skip
        return Done(subject_kind="link", subject=row.pk, result={"way": by})

    return str(perform("link.use", actor=actor, uid=uid, at=at, work=work)["way"])


def take_code_try(
    *, actor: Actor, uid: uuid.UUID, at: datetime, link: uuid.UUID, code: uuid.UUID
) -> None:
    """This function will take one of the tries of a code before what was typed is looked at.

    `code` is the number of the act that sent it. Tries are counted under the link's lock, so that
    guesses made side by side count each. Raises NotNow when all are taken.
    """

    def work() -> Done:
        row = usable(actor=actor, at=at, link=link)
        if _tries(row, code) >= CODE_TRIES:
            raise NotNow(N_("The code is over. Ask for a new one."))
        return Done(subject_kind="link", subject=row.pk, detail={"tried": str(code)})

    perform("link.use", actor=actor, uid=uid, at=at, work=work)


def has_code_try(*, clinic: uuid.UUID, link: uuid.UUID, code: uuid.UUID) -> bool:
    """This function will tell whether a code may still be tried."""
    row = PatientLink.of(clinic).filter(pk=link).first()
    return row is not None and _tries(row, code) < CODE_TRIES


def _tries(row: PatientLink, code: uuid.UUID) -> int:
    found = AuditEvent.objects.filter(
        clinic_id=row.clinic_id, subject=str(row.pk), action="link.use", detail__tried=str(code)
    )
    return found.count()


def _not_too_often(clinic: uuid.UUID, patient: uuid.UUID, at: datetime) -> None:
    sent = OutboxMessage.of(clinic).filter(
        template="read_code", patient_id=patient, created_at__gt=at - HOUR
    )
    if sent.count() >= CODES_AN_HOUR:
        raise NotNow(N_("Too many codes were asked for. Try again in an hour."))


def _check_form(form: str) -> None:
    known = (DIARY, PROGRESS, *SETS, *WEEKS, *instruments.instruments())
    if form not in known:
        raise BadValue("form", f"unknown {form[:60]!r}; known: {', '.join(known)}")


def _locked(clinic: uuid.UUID, link: uuid.UUID) -> PatientLink:
    row = PatientLink.of(clinic).select_for_update().filter(pk=link).first()
    if row is None:
        raise NotFound(N_("There is no such link."))
    return row
