"""Writing into the controlled-drug ledger: inside one act, chained, each row named in its audit.

A vial's chain is locked before it is read, so that two people who draw at once never overdraw it.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Model

from reprieve.clinical import controlled
from reprieve.knowledge import N_, Message
from reprieve.pathway import double_checks
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.errors import NotFound, NotNow
from reprieve.pathway.permissions import Actor
from reprieve.records import ledger as rows
from reprieve.records.models import (
    Clinic,
    LedgerEntry,
    Note,
    Portion,
    PortionEntry,
    Vial,
    VialState,
)

HANDLE, DECIDE = "ledger.handle", "ledger.decide"
HOLDS_LESS = N_("The vial holds {left} mg: {asked} mg cannot leave it.")


class Book:
    """What one act writes. `witness` has just authenticated and is not the actor."""

    def __init__(self, *, actor: Actor, at: datetime, witness: Actor | None = None) -> None:
        self.actor, self.at = actor, at
        self.witness = None if witness is None else witness.practitioner
        self._anchors: dict[str, str] = {}

    def keep(self, row: Any) -> Any:
        """Name a container, or a row outside the chains, in the act's audit row."""
        self._anchors[rows.anchor(row)] = rows.holder_hash(row)
        return row

    def add(self, model: Any, **values: Any) -> Any:
        """Insert a row that is no entry, by the actor and now."""
        return self.keep(model.objects.add(**self._stamped(), **values))

    def enter(
        self, vial: Vial, kind: str, change_ug: int, *, encounter: uuid.UUID | None = None,
        note: Note | None = None, detail: Mapping[str, Any] | None = None,
    ) -> LedgerEntry:  # fmt: skip
        """Write the next entry of a vial, locked by the caller, and renew its projection."""
        last = LedgerEntry.of(self.actor.clinic).filter(vial=vial).order_by("-seq").first()
        entry = self._chained(
            rows.VIALS, last, vial, vial=vial, kind=kind, change_ug=change_ug,
            encounter_id=encounter, note=note, detail=_sorted(detail),
        )  # fmt: skip
        _project(vial, entry)
        return entry  # type: ignore[no-any-return]  # one of the two kinds of entry

    def put(
        self, portion: Portion, kind: str, change_ug: int, *, source: LedgerEntry | None = None,
        detail: Mapping[str, Any] | None = None,
    ) -> PortionEntry:  # fmt: skip
        """Write the next entry of a bag or syringe, whose visit is locked by the caller."""
        last = PortionEntry.of(self.actor.clinic).filter(portion=portion).order_by("-seq").first()
        return self._chained(  # type: ignore[no-any-return]  # one of the two kinds of entry
            rows.PORTIONS, last, portion, portion=portion, kind=kind, change_ug=change_ug,
            source=source, detail=_sorted(detail),
        )  # fmt: skip

    def _chained(self, chain: rows.Chain, last: Any, holder: Model, **values: Any) -> Any:
        seq, balance, link = 0, 0, ""
        if last is None:
            link = rows.holder_hash(holder)
        else:
            seq, balance, link = last.seq, last.balance_after_ug, last.row_hash
        _refuse_below_nought(balance, values["change_ug"])
        row = chain.entries(
            **self._stamped(), **values, seq=seq + 1, witness_id=self.witness,
            balance_after_ug=balance + values["change_ug"], previous_hash=link,
        )  # fmt: skip
        row.row_hash = rows.entry_hash(chain, row)  # type: ignore[attr-defined]
        row.save(force_insert=True)
        self._anchors[rows.entry_anchor(chain, row)] = row.row_hash  # type: ignore[attr-defined]
        return row

    def _stamped(self) -> dict[str, Any]:
        return {
            "clinic_id": self.actor.clinic, "recorded_at": self.at,
            "by_id": self.actor.practitioner,
        }  # fmt: skip

    def done(
        self, what: str, *, kind: str, subject: uuid.UUID, result: Mapping[str, Any] | None = None
    ) -> Done:
        """Close the act: what was done, to which row, and the rows that were written."""
        detail = {"kind": what, rows.ANCHOR: self._anchors}
        return Done(subject_kind=kind, subject=subject, result=result or {}, detail=detail)


def write(
    act: str, work: Callable[[Book], Done], *, actor: Actor, uid: uuid.UUID, at: datetime,
    witness: Actor | None = None,
) -> dict[str, Any]:  # fmt: skip
    """This function will run one act of the ledger, with the witness it needs.

    Raises BadValue("second") for a witness who is the actor, PermissionDenied for one who may not.
    """
    if witness is not None:
        double_checks.may_stand_beside(actor, witness, HANDLE)
    book = Book(actor=actor, at=at, witness=witness)
    return perform(act, actor=actor, uid=uid, at=at, work=lambda: work(book))


def _sorted(detail: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """In the order of its keys, as the hash reads it on either engine."""
    return dict(sorted(detail.items())) if detail else None


def _project(vial: Vial, entry: LedgerEntry) -> None:
    now = {"seq": entry.seq, "balance_ug": entry.balance_after_ug}
    if entry.kind == "opened":
        now["is_open"] = True
    elif (entry.detail or {}).get("sealed"):  # nobody ever drew from it
        now["is_open"] = False
    if entry.seq == 1:
        VialState.objects.add(clinic_id=vial.clinic_id, vial=vial, drug=vial.drug, **now)
    else:
        VialState.of(vial.clinic_id).filter(vial=vial).update(**now)


def _refuse_below_nought(balance_ug: int, change_ug: int) -> None:
    if balance_ug + change_ug < 0:
        params = {"left": mg(balance_ug), "asked": mg(-change_ug)}
        raise NotNow(Message(id=HOLDS_LESS, params=params))


def locked_vial(*, clinic: uuid.UUID, vial: uuid.UUID) -> Vial:
    """This function will return a vial, locked for this act. Raises NotFound."""
    row = Vial.of(clinic).select_for_update().filter(pk=vial).first()
    if row is None:
        raise NotFound(N_("There is no such vial in this clinic."))
    return row


def state_of(vial: Vial) -> VialState:
    """This function will return what a vial holds now."""
    return VialState.of(vial.clinic_id).get(vial=vial)


def today(clinic: uuid.UUID, at: datetime) -> date:
    """This function will return the clinic's own day: labels expire and clocks run by it."""
    return at.astimezone(ZoneInfo(Clinic.objects.get(pk=clinic).timezone)).date()


def mg(amount_ug: int) -> str:
    """This function will write micrograms as milligrams, without noughts at the end."""
    return f"{controlled.amount(amount_ug).normalize():f}"


def volume_ug(vial: Vial, volume_ml: Decimal, *, field: str = "volume") -> int:
    """This function will return the micrograms in a volume of a vial. Raises BadValue."""
    volume_ul = controlled.whole(volume_ml, field=field)
    controlled.refuse_crumbs(volume_ul, form=vial.form, field=field)
    return controlled.ug(volume_ul, strength_ug_per_ml=vial.strength_ug_per_ml)
