"""The controlled-drug ledger as rows: chained, named in the audit trail, and checked again.

Each vial, bag and syringe has a chain of entries; the first link covers the container's own facts.
The act's audit row names every row it wrote with its hash, so that a removed end of a chain is
missed as well. The chains are read by raw SQL, since a clinic may hold years of them.
"""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import orjson
from django.db import connections, models

from reprieve.records.models import (
    AuditEvent,
    Discrepancy,
    DiscrepancyEvent,
    LedgerEntry,
    LeftReading,
    Portion,
    PortionEntry,
    Reconciliation,
    StockCount,
    Vial,
    VialState,
)

ANCHOR = "ledger"
ACTS = "ledger."
# Rows that stand by themselves; containers and their entries are chained.
LOOSE = (LeftReading, Reconciliation, StockCount, Discrepancy, DiscrepancyEvent)
BATCH = 5_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """A kind of container and where its entries lie. `extra` are the columns of its own."""

    word: str
    holder: type[models.Model]
    entries: type[models.Model]
    key: str
    extra: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        """What an entry's hash covers, after the hash before it."""
        return (self.key, *COMMON, *self.extra, "detail")


COMMON = (
    "seq", "kind", "change_ug", "balance_after_ug", "witness_id", "recorded_at", "clinic_id",
    "by_id",
)  # fmt: skip
VIALS = Chain(
    word="vial", holder=Vial, entries=LedgerEntry, key="vial_id", extra=("encounter_id", "note_id")
)
PORTIONS = Chain(
    word="portion", holder=Portion, entries=PortionEntry, key="portion_id", extra=("source_id",)
)
CHAINS = (VIALS, PORTIONS)


def holder_hash(row: models.Model) -> str:
    """This function will hash a row's own facts: the first link of its chain, or its anchor."""
    said = {
        field.attname: _plain(getattr(row, field.attname)) for field in row._meta.concrete_fields
    }
    return _digest([row._meta.model_name, said])


def entry_hash(chain: Chain, row: models.Model) -> str:
    """This function will hash what an entry says together with the entry before it."""
    said = "|".join(_text(getattr(row, column)) for column in chain.columns)
    return _linked(row.previous_hash, said)  # type: ignore[attr-defined]


def _linked(previous: str, said: str) -> str:
    return hashlib.sha256(f"{previous}|{said}".encode()).hexdigest()


def _text(value: Any) -> str:
    """A value as SQLite keeps it, so that a whole entry can be put together by its own engine.

    Only the last column is free text; before it nothing holds the sign that parts them.
    """
    if value is None:
        return ""
    if isinstance(value, dict):
        return json.dumps(value, sort_keys=True)
    if isinstance(value, datetime):
        return str(value.astimezone(UTC).replace(tzinfo=None))
    return value.hex if isinstance(value, uuid.UUID) else str(value)


def _digest(said: list[Any]) -> str:
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).hexdigest()


def _plain(value: Any) -> Any:
    if isinstance(value, uuid.UUID):
        return value.hex
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return value.isoformat() if isinstance(value, date) else value


def entry_anchor(chain: Chain, row: Any) -> str:
    """This function will name an entry as the audit trail does: container and place in it."""
    return f"{chain.word}:{getattr(row, chain.key).hex}:{row.seq}"


def anchor(row: models.Model) -> str:
    """This function will name a container, or a row outside the chains, as the audit trail does."""
    return f"{row._meta.model_name}:{row.pk.hex}"


def faults() -> Iterator[str]:
    """This function will name each row that was edited, removed, slipped in or put out of order."""
    kept: dict[str, str] = {}
    for chain in CHAINS:
        yield from chain_faults(chain, kept)
    for model in LOOSE:
        for row in model.objects.every().iterator():
            kept[anchor(row)] = holder_hash(row)
    yield from _anchor_faults(kept)
    yield from _state_faults()
    yield from _double_entry_faults()


def chain_faults(chain: Chain, kept: dict[str, str] | None = None) -> Iterator[str]:
    """This function will follow every chain of a kind; `kept` collects each entry's hash."""
    firsts = _holders(chain)
    if kept is not None:
        kept |= {f"{chain.word}:{key}": row_hash for key, row_hash in firsts.items()}
    heads = {key: (0, 0, row_hash) for key, row_hash in firsts.items()}
    for holder, number, change_ug, balance_ug, previous, row_hash, said in _read(chain):
        seq, balance, link = heads.get(holder, NOTHING)
        # What runs for each entry of years: nothing else is done while all is well.
        is_edited = _linked(previous, said) != row_hash
        follows = number == seq + 1 and previous == link and balance + change_ug == balance_ug
        if is_edited or not follows:
            found = _entry_faults(number, seq, is_edited=is_edited)
            yield from (f"ledger of {chain.word} {uuid.UUID(holder)}: {what}" for what in found)
        heads[holder] = (number, balance_ug, row_hash)
        if kept is not None:
            kept[f"{chain.word}:{holder}:{number}"] = row_hash


def _entry_faults(number: int, before: int, *, is_edited: bool) -> Iterator[str]:
    """What is wrong with an entry that does not continue its chain."""
    if number != before + 1:
        yield f"entry {before + 1} is missing"
    elif not is_edited:
        yield f"entry {number} does not follow" if before else "its own facts were edited"
    if is_edited:
        yield f"entry {number} was edited"


def _holders(chain: Chain) -> dict[str, str]:
    rows = chain.holder._default_manager.every()  # type: ignore[attr-defined]
    return {row.pk.hex: holder_hash(row) for row in rows.iterator()}


NOTHING = (0, 0, "")  # before the first entry of a container that is not there
Read = tuple[str, int, int, int, str, str, str]


def _read(chain: Chain) -> Iterator[Read]:
    """Entries of a kind: container, place, change, balance, both hashes, and what is hashed.

    They come in the order of each chain. SQLite keeps rows as they were added, which is that
    order, and reads its file from end to end several times faster than by the chains' index.
    """
    connection = connections["default"]
    is_sqlite = connection.vendor == "sqlite"
    plain = (chain.key, "seq", "change_ug", "balance_after_ug", "previous_hash", "row_hash")
    names = [f'"{column}"' for column in plain]
    if is_sqlite:
        names.append(" || '|' || ".join(f"ifnull(\"{c}\", '')" for c in chain.columns))
    else:
        names += [f'"{column}"' for column in chain.columns]
    order = "rowid" if is_sqlite else f'"{chain.key}", "seq"'
    table = chain.entries._meta.db_table
    with connection.chunked_cursor() as cursor:
        cursor.execute(f'SELECT {", ".join(names)} FROM "{table}" ORDER BY {order}')  # noqa: S608
        while rows := cursor.fetchmany(BATCH):
            yield from rows if is_sqlite else map(_postgresql, rows)


def _postgresql(row: tuple[Any, ...]) -> Read:
    """Keys and moments come as such, JSON as text with its keys in another order."""
    holder, number, change_ug, balance_ug, previous, row_hash, *values, detail = row
    if isinstance(detail, str):
        detail = json.loads(detail)
    text = "|".join(_text(value) for value in (*values, detail))
    return holder.hex, number, change_ug, balance_ug, previous, row_hash, text


def _anchor_faults(kept: dict[str, str]) -> Iterator[str]:
    """What the acts wrote and what is there must be the same rows."""
    left = dict(kept)
    rows = AuditEvent.objects.filter(action__startswith=ACTS).order_by("id")
    for detail in rows.values_list("detail", flat=True).iterator():
        for name, row_hash in detail.get(ANCHOR, {}).items():
            found = left.pop(name, None)
            if found is None:
                yield f"ledger: {_words(name)} was removed"
            elif found != row_hash:
                yield f"ledger: {_words(name)} is not what was written"
    for name in left:
        yield f"ledger: {_words(name)} was written by no act"


def _words(anchor: str) -> str:
    kind, key, *seq = anchor.split(":")
    container = f"{kind} {uuid.UUID(key)}"
    return f"entry {seq[0]} of {container}" if seq else container


def _state_faults() -> Iterator[str]:
    """Compare each vial's stored balance with the newest entry of its chain."""
    newest = LedgerEntry.objects.every().filter(vial=models.OuterRef("vial")).order_by("-seq")
    rows = VialState.objects.every().annotate(
        last_seq=models.Subquery(newest.values("seq")[:1]),
        last_ug=models.Subquery(newest.values("balance_after_ug")[:1]),
    )
    for row in rows.iterator():
        if (row.seq, row.balance_ug) != (row.last_seq, row.last_ug):
            yield f"ledger of vial {row.vial_id}: the stored balance differs from its entries"
    for vial in Vial.objects.every().filter(state__isnull=True):
        yield f"ledger of vial {vial.pk}: its stored balance is missing"


def _double_entry_faults() -> Iterator[str]:
    """What left a vial for a bag or syringe came in there, and back, to the microgram."""
    drawn = LedgerEntry.objects.every().filter(kind__in=("drawn", "draw_reversed"))
    lost = drawn.filter(drawn_into__isnull=True)
    other = drawn.filter(drawn_into__isnull=False).exclude(
        drawn_into__change_ug=-1 * models.F("change_ug")
    )
    for row in lost | other:
        yield f"ledger of vial {row.vial_id}: entry {row.seq} did not arrive where it was drawn to"
