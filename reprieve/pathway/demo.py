"""What only a demo may: its clock set, its monitors made to misbehave, its people changed."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db.models import Max

from reprieve.knowledge import N_, BadValue
from reprieve.pathway import clock
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import audit
from reprieve.records.models import Act, Change, Clinic, ClinicSetting
from reprieve.records.queries import people, settings
from reprieve.records.queries.people import StaffMember

ACT = "demo.switch"
SCENE = "demo.scene"
STEADY = "steady"
FARTHEST = timedelta(days=400)
# After this long without anybody there, the demo goes on where it stopped.
STANDS_STILL_AFTER = timedelta(minutes=2)


def begin_at(*, clinic: uuid.UUID, at: datetime, real: datetime) -> None:
    """This function will let the demo's clock begin at a moment. NotNow for a real clinic."""
    clock.may_be_set(clinic)
    offset_s = round((at - real).total_seconds())
    ClinicSetting.objects.add(
        clinic_id=clinic, key=clock.OFFSET, value=offset_s, valid_from=real, recorded_at=real
    )
    audit.record(
        clinic=clinic, at=real, actor="system:demo", action=ACT, subject_kind="clock",
        detail={"offset_s": offset_s},
    )  # fmt: skip


def go_on(*, clinic: uuid.UUID, real: datetime) -> None:
    """This function will let a demo that stood still go on from its last moment."""
    last = _last_moment(clinic)
    if last is not None and clock.now(clinic) - last > STANDS_STILL_AFTER:
        begin_at(clinic=clinic, at=last, real=real)


def _last_moment(clinic: uuid.UUID) -> datetime | None:
    acted = Act.objects.filter(clinic_id=clinic).aggregate(at=Max("at"))["at"]
    told_ms = Change.objects.filter(clinic_id=clinic).aggregate(at=Max("at_ms"))["at"]
    moments = [m for m in (acted, clock.moment(told_ms) if told_ms else None) if m is not None]
    return max(moments, default=None)


def set_clock(*, actor: Actor, uid: uuid.UUID, at: datetime, to: datetime) -> None:
    """This function will move a demo's clock forward; what was written stays in its past.

    Raises NotNow for a real clinic, BadValue for a moment before now or too far ahead.
    """

    def work() -> Done:
        clock.may_be_set(actor.clinic)
        if to < at:
            raise BadValue("to", N_("the clock goes forward only: begin anew with --reset"))
        if to - at > FARTHEST:
            raise BadValue("to", N_("at most 400 days ahead at once"))
        real = clock.real()
        row = ClinicSetting.objects.add(
            clinic_id=actor.clinic, key=clock.OFFSET,
            value=round((to - real).total_seconds()), valid_from=real, recorded_at=real,
            by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="clock", subject=row.pk)

    perform(ACT, actor=actor, uid=uid, at=at, work=work)


def play(*, actor: Actor, uid: uuid.UUID, at: datetime, bed: str, scene: str) -> None:
    """This function will let a demo's monitor go through a scene from now on."""
    if not scene.replace("-", "").isalnum() or len(scene) > 40 or len(bed) > 40:
        raise BadValue("scene", N_("is not the name of a scene"))

    def work() -> Done:
        only_in_a_demo(actor.clinic)
        real = clock.real()
        now = {**scenes(clinic=actor.clinic), bed: scene}
        row = ClinicSetting.objects.add(
            clinic_id=actor.clinic, key=SCENE, value=now, valid_from=real, recorded_at=real,
            by_id=actor.practitioner,
        )  # fmt: skip
        return Done(subject_kind="setting", subject=row.pk, detail={"bed": bed, "scene": scene})

    perform(ACT, actor=actor, uid=uid, at=at, work=work)


def scenes(*, clinic: uuid.UUID) -> dict[str, str]:
    """This function will return which scene each bed plays; a bed that is not named is steady."""
    found = settings.value(clinic=clinic, key=SCENE, at=clock.real(), default={})
    return dict(found)


def only_in_a_demo(clinic: uuid.UUID) -> None:
    """This function will raise NotNow for a real clinic."""
    if not Clinic.objects.get(pk=clinic).is_demo:
        raise NotNow(N_("This is not a demo clinic."))


def clinic() -> uuid.UUID | None:
    """This function will return the demo clinic of this installation, None in a real one."""
    rows = list(Clinic.objects.order_by("created_at").values_list("pk", "is_demo"))
    return rows[0][0] if rows and all(is_demo for _, is_demo in rows) else None


def somebody(*, clinic: uuid.UUID, role: str) -> StaffMember:
    """This function will return who plays a role in the demo. Raises NotNow, BadValue."""
    only_in_a_demo(clinic)
    found = [m for m in people.with_role(clinic=clinic, role=role) if m.roles == {role}]
    if not found:
        raise BadValue("role", N_("nobody has this role"))
    return found[0]
