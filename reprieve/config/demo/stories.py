"""How far each invented person has come: one function a story, told from its beginning to now."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from reprieve.config.demo import care, chair, feed
from reprieve.config.demo.care import visit
from reprieve.config.demo.cast import Person
from reprieve.config.demo.stage import PASSWORD, Stage
from reprieve.pathway import booking, closing, monitors, questionnaires
from reprieve.records.queries import monitors as known_monitors

Story = Callable[[Stage, Person, datetime], None]
# Days from the first infusion of the short regimen: two a week for three weeks.
SERIES_DAYS = (0, 3, 7, 10, 14, 17)
MINUTES = 40
CALLED_AFTER = timedelta(hours=22)
PREPARED_MIN = 10  # from the arrival to the start
KNOWN_BEFORE = 9  # days from the plan to the first infusion: the diary is kept in between
OLD = 90  # days: who began longer ago remembers the week before, and kept no diary of it


def asked_by_web(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(hours=3)
    care.ask(stage, who, source="web")


def asked_by_call(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(minutes=50)
    care.ask(stage, who, source="call")


def asked_by_letter(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(days=1)
    care.ask(stage, who, source="referral")


def consultation_today(stage: Stage, who: Person, now: datetime) -> None:
    _consultation(stage, who, now, when=now + timedelta(hours=4, minutes=20))


def consultation_later(stage: Stage, who: Person, now: datetime) -> None:
    _consultation(stage, who, now, when=now + timedelta(days=7, hours=1, minutes=20))


def _consultation(stage: Stage, who: Person, now: datetime, *, when: datetime) -> None:
    stage.at = now - timedelta(days=4)
    patient = care.ask(stage, who, source="web")
    visit(
        stage, patient, when, kind="consultation",
        practitioner=stage.staff["physician"].practitioner,
    )  # fmt: skip


def evaluating(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(hours=2)
    care.evaluate(stage, who, care.ask(stage, who, source="referral"))


def many_findings(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(hours=3)
    patient = care.ask(stage, who, source="referral")
    care.evaluate(
        stage, who, patient, sbp=172, dbp=104, substance_use_history=True, sleep_apnoea=True,
        seizure_disorder=True, pdmp_checked=False,
    )  # fmt: skip


def thoughts_of_death(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(minutes=45)
    patient = care.ask(stage, who, source="walk_in")
    answers = {f"q{n}": 2 for n in range(1, 9)} | {"q9": 1}
    care.evaluate(stage, who, patient)
    questionnaires.save(
        **stage.by("infusion_nurse"), patient=patient, instrument="phq-9", answers=answers,
        complete=True, mode="kiosk",
    )  # fmt: skip


def deferred(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(days=9)
    patient = care.ask(stage, who, source="referral")
    care.evaluate(stage, who, patient)
    care.accept(stage, patient, outcome="defer")


def accepted(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(days=2)
    _accepted(stage, who)


def _accepted(stage: Stage, who: Person) -> uuid.UUID:
    patient = care.ask(stage, who, source="referral")
    care.evaluate(stage, who, patient)
    care.accept(stage, patient)
    return patient


def consented(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(days=2)
    care.agree(stage, who, _accepted(stage, who))


def planned(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(days=1)
    _planned(stage, who)


def _planned(stage: Stage, who: Person) -> uuid.UUID:
    patient = _accepted(stage, who)
    care.agree(stage, who, patient)
    care.plan(stage, who, patient)
    return patient


def series_booked(stage: Stage, who: Person, now: datetime) -> None:
    first = now + timedelta(hours=2, minutes=20)
    stage.at = now - timedelta(days=KNOWN_BEFORE)
    patient = _planned(stage, who)
    _book_series(stage, patient, first=first, chair_name="Chair 5")
    _diary_before(stage, who, patient, now)


def _book_series(
    stage: Stage, patient: uuid.UUID, *, first: datetime, chair_name: str, done: int = 0
) -> list[uuid.UUID]:
    wanted = [
        booking.Slot(
            starts_at=first + timedelta(days=SERIES_DAYS[n] - SERIES_DAYS[done]),
            kind="infusion", chair=stage.chairs[chair_name], infusion_min=MINUTES,
            series_no=n + 1,
        )
        for n in range(done, len(SERIES_DAYS))
    ]  # fmt: skip
    return booking.book_all(
        **stage.by("front_desk"), patient=patient, wanted=wanted, anyway=True
    )


def preparing(stage: Stage, who: Person, now: datetime) -> None:
    patient = _arrives_today(stage, who, now, now - timedelta(minutes=20), chair_name="Chair 4")
    stage.at = now - timedelta(minutes=20)
    appointment = _todays(stage, patient)
    chair.arrive(stage, who, patient, chair="Chair 4", appointment=appointment)


def _arrives_today(
    stage: Stage, who: Person, now: datetime, first: datetime, *, chair_name: str
) -> uuid.UUID:
    stage.at = now - timedelta(days=KNOWN_BEFORE)
    patient = _planned(stage, who)
    _book_series(stage, patient, first=first, chair_name=chair_name)
    _diary_before(stage, who, patient, first)
    return patient


def _diary_before(stage: Stage, who: Person, patient: uuid.UUID, first: datetime) -> None:
    """A week of the usual pain, one evening missed: what relief will be compared with."""
    pains = [max(1, min(10, who.pain + stage.rng.randint(-1, 1))) for _ in range(6)]
    care.keep_diary(stage, patient, until=first - timedelta(days=1), pains=pains)


def _todays(stage: Stage, patient: uuid.UUID) -> uuid.UUID:
    from reprieve.records.queries import booking as booked

    return booked.of_patient(clinic=stage.clinic.id, patient=patient)[0].id


def running_by_hand(stage: Stage, who: Person, now: datetime) -> None:
    begins = now - timedelta(minutes=45)
    patient = _arrives_today(stage, who, now, begins, chair_name="Chair 3")
    stage.at = begins
    seat = chair.arrive(
        stage, who, patient, chair="Chair 3", appointment=_todays(stage, patient)
    )
    stage.later(minutes=15)
    chair.ready(stage, seat)
    chair.start(stage, seat)
    chair.sit(stage, seat, minutes=18, every=5)
    chair.feel(stage, seat, "dizziness")


def running_on_feed_1(stage: Stage, who: Person, now: datetime) -> None:
    _on_feed(stage, who, now, chair_name="Chair 1", minutes=28)


def running_on_feed_2(stage: Stage, who: Person, now: datetime) -> None:
    _on_feed(stage, who, now, chair_name="Chair 2", minutes=12)


def _on_feed(
    stage: Stage, who: Person, now: datetime, *, chair_name: str, minutes: int
) -> None:
    begins = now - timedelta(minutes=minutes + PREPARED_MIN)
    patient = _arrives_today(stage, who, now, begins, chair_name=chair_name)
    stage.at = begins
    seat = chair.arrive(
        stage, who, patient, chair=chair_name, by_hand=False,
        appointment=_todays(stage, patient),
    )  # fmt: skip
    feed.heard(stage, chair_name, since=stage.at, until=stage.at + timedelta(seconds=20))
    stage.later(seconds=30)
    device = next(
        m.id for m in known_monitors.monitors(clinic=stage.clinic.id)
        if m.bed == feed.BEDS[chair_name].bed
    )  # fmt: skip
    monitors.link(
        **stage.by("infusion_nurse"), encounter=seat.encounter, device=device,
        patient_ids=[feed.BEDS[chair_name].patient_id],
    )  # fmt: skip
    linked = stage.at
    chair.ready(stage, seat)
    feed.heard(stage, chair_name, since=linked, until=stage.at)
    chair.start(stage, seat)
    feed.heard(stage, chair_name, since=stage.at, until=now)


def recovering(stage: Stage, who: Person, now: datetime) -> None:
    begins = now - timedelta(minutes=95)
    patient = _arrives_today(stage, who, now, begins, chair_name="Chair 6")
    stage.at = begins
    seat = chair.arrive(
        stage, who, patient, chair="Chair 6", appointment=_todays(stage, patient)
    )
    chair.ready(stage, seat)
    chair.start(stage, seat)
    chair.sit(stage, seat, minutes=MINUTES)
    chair.act(stage, seat, "ended")
    stage.at = now - timedelta(minutes=10)
    chair.look(stage, seat)


def in_series(stage: Stage, who: Person, now: datetime) -> None:
    patient = _series(stage, who, now, first=now - timedelta(days=5), sessions=2)
    stage.at = now - timedelta(days=1)
    _book_series(
        stage, patient, first=now + timedelta(days=2, hours=3), chair_name="Chair 4", done=2
    )


def in_series_missed_one(stage: Stage, who: Person, now: datetime) -> None:
    first = now - timedelta(days=4, hours=1, minutes=40)
    patient = _series(stage, who, now, first=first, sessions=1)
    stage.at = now - timedelta(days=3)
    [missed, *_rest] = _book_series(
        stage, patient, first=now - timedelta(days=1), chair_name="Chair 5", done=1
    )
    stage.at = now - timedelta(days=1, minutes=-30)
    booking.mark(**stage.by("front_desk"), appointment=missed, act="no_show")


def _series(
    stage: Stage, who: Person, now: datetime, *, first: datetime, sessions: int = 6
) -> uuid.UUID:
    stage.at = first - timedelta(days=KNOWN_BEFORE)
    patient = _planned(stage, who)
    if now - first < timedelta(days=OLD):
        _diary_before(stage, who, patient, first)
    for number in range(sessions):
        stage.at = first + timedelta(days=SERIES_DAYS[number])
        _whole_infusion(stage, who, patient, now)
    return patient


def _whole_infusion(stage: Stage, who: Person, patient: uuid.UUID, now: datetime) -> None:
    seat = chair.arrive(stage, who, patient)
    chair.ready(stage, seat)
    chair.start(stage, seat)
    chair.sit(stage, seat, minutes=MINUTES)
    chair.feel(stage, seat, stage.rng.choice(("dizziness", "nausea", "dissociation")))
    chair.go_home(stage, seat)
    if stage.at + CALLED_AFTER < now:
        stage.later(seconds=CALLED_AFTER.total_seconds())
        chair.call_home(stage, seat)


def series_done(stage: Stage, who: Person, now: datetime) -> None:
    patient = _series(stage, who, now, first=now - timedelta(days=18, hours=1))
    care.keep_diary(stage, patient, until=now - timedelta(days=1), pains=_better(stage, who, 10))


def relief_lasts(stage: Stage, who: Person, now: datetime) -> None:
    first = now - timedelta(days=45)
    patient = _series(stage, who, now, first=first)
    care.answer_again(stage, who, patient, at=first + timedelta(days=SERIES_DAYS[-1] + 24))
    care.hold_follow_up(stage, patient, now)
    care.keep_diary(stage, patient, until=now - timedelta(days=1), pains=_better(stage, who, 14))


def relief_fades(stage: Stage, who: Person, now: datetime) -> None:
    first = now - timedelta(days=364)
    patient = _series(stage, who, now, first=first)
    care.hold_follow_up(stage, patient, now)
    for weeks in range(10, 44, 11):
        at = first + timedelta(weeks=weeks)
        care.keep_diary(stage, patient, until=at, pains=_better(stage, who, 3))
    pains = _better(stage, who, 14) + [who.pain - 1] * 4 + [who.pain] * 10
    care.keep_diary(stage, patient, until=now - timedelta(days=1), pains=pains)


def booster_given(stage: Stage, who: Person, now: datetime) -> None:
    first = now - timedelta(days=120)
    patient = _series(stage, who, now, first=first)
    care.hold_follow_up(stage, patient, now)
    pains = _better(stage, who, 8) + [who.pain] * 8
    care.keep_diary(stage, patient, until=first + timedelta(days=70), pains=pains)
    _booster(stage, patient, now)
    care.keep_diary(stage, patient, until=now - timedelta(days=1), pains=_better(stage, who, 7))


def _booster(stage: Stage, patient: uuid.UUID, now: datetime) -> None:
    from reprieve.pathway import maintenance

    stage.at = now - timedelta(days=20)
    maintenance.accept(
        **stage.by("physician"), patient=patient, password=PASSWORD,
        accepted=maintenance.Accepted(
            reason="Relief faded as seen in the diary.",
            slot=booking.Slot(
                starts_at=now + timedelta(days=3, hours=2, minutes=20), kind="infusion",
                chair=stage.chairs["Chair 6"], infusion_min=MINUTES,
            ),
        ),
    )  # fmt: skip


def closed(stage: Stage, who: Person, now: datetime) -> None:
    stage.at = now - timedelta(days=30)
    patient = care.ask(stage, who, source="web")
    closing.close(
        **stage.by("front_desk"), patient=patient, because="moved_away", reason="Moved away."
    )


def _better(stage: Stage, who: Person, days: int) -> list[int]:
    return [max(1, who.pain - 4 + stage.rng.randint(0, 1)) for _ in range(days)]


def story(name: str) -> Story:
    """This function will return the story of a name."""
    found: Story = globals()[name]
    return found

