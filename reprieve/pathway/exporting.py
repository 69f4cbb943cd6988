"""The clinic takes its data out, whole, on any day: tables, files, a dictionary, a way back in."""

from __future__ import annotations

import csv
import shutil
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

from reprieve.knowledge import BadValue
from reprieve.outcomes.registry.tables import TABLES
from reprieve.outcomes.registry.tables import Column as Flat
from reprieve.pathway import exporting_practice, exporting_research
from reprieve.pathway.acts import Done, perform
from reprieve.pathway.importing_tables import COLUMNS, MEANS
from reprieve.pathway.permissions import Actor, require
from reprieve.records import snapshot
from reprieve.records.export import tables, write
from reprieve.records.export.tables import Column, Table
from reprieve.records.queries import registry

ACT, RESEARCH = "export.run", "export.research"
DICTIONARY = ("table", "a row is", "column", "kind", "means")


def everything(*, actor: Actor, uid: uuid.UUID, at: datetime, folder: Path) -> dict[str, int]:
    """This function will write all that a clinic owns into a new folder: rows by table.

    `registry/` holds the flat tables that a cluster reads, `import/` what `reprieve import`
    brings back. Nothing is left behind when it fails. Raises BadValue for a folder with something
    in it, PermissionDenied.
    """
    require(actor, ACT)
    counts: dict[str, int] = {}

    def fill(made: Path) -> None:
        with snapshot.reading():
            found = list(tables.every(actor.clinic))
            for table in found:
                counts[table.name] = write.write(table, made)
            _attachments(actor.clinic, made / "attachments")
            _registry(actor.clinic, at, made / "registry")
            exporting_practice.write(clinic=actor.clinic, at=at, folder=_new(made / "import"))
        _dictionary([*found, *flat({name: [] for name in TABLES}), *_back_in()], made)

    _whole(folder, fill)
    _note(ACT, actor, uid, at, sum(counts.values()))
    return counts


def research(
    *, actor: Actor, uid: uuid.UUID, at: datetime, folder: Path, without: frozenset[str],
    chance: Callable[[int], int],
) -> dict[str, int]:  # fmt: skip
    """This function will write the de-identified set; see `exporting_research`.

    Raises BadValue when a small cell would identify somebody; then nothing is written.
    """
    require(actor, RESEARCH)
    with snapshot.reading():
        rows = registry.tables(clinic=actor.clinic, at=at)
    made = exporting_research.deidentified(
        rows, day=registry.day_of(at, clinic=actor.clinic), without=without, chance=chance
    )
    found = list(flat(made, columns=exporting_research.COLUMNS))

    def fill(place: Path) -> None:
        for table in found:
            write.write(table, place)
        _dictionary(found, place)

    _whole(folder, fill)
    counts = {name: len(some) for name, some in made.items()}
    _note(RESEARCH, actor, uid, at, sum(counts.values()))
    return counts


def flat(
    rows: dict[str, list[tuple[Any, ...]]], *, columns: Mapping[str, tuple[Flat, ...]] = TABLES
) -> Iterator[Table]:
    """This function will give the registry's flat tables in the shape that is written."""
    kinds = {"string": "text", "int64": "whole"}
    for name, own in columns.items():
        yield Table(
            name=name, means="A flat table of the registry.",
            columns=tuple(Column(name=c.name, kind=kinds[c.kind], means=c.means) for c in own),
            rows=partial(iter, rows[name]),
        )  # fmt: skip


def _back_in() -> Iterator[Table]:
    """The tables of `import/`, for the dictionary."""
    for kind in exporting_practice.KINDS:
        means = MEANS[kind]
        yield Table(
            name=f"import/{kind}", means=f"A row for `reprieve import --kind {kind}`.",
            columns=tuple(Column(name=n, kind="text", means=means[n]) for n in COLUMNS[kind]),
            rows=partial(iter, ()),
        )  # fmt: skip


def _registry(clinic: uuid.UUID, at: datetime, folder: Path) -> None:
    for table in flat(registry.tables(clinic=clinic, at=at)):
        write.write(table, _new(folder))


def _attachments(clinic: uuid.UUID, folder: Path) -> None:
    for key, content in tables.attachments(clinic):
        (_new(folder) / key).write_bytes(content)


def _dictionary(found: list[Table], folder: Path) -> None:
    with (folder / "dictionary.csv").open("w", newline="") as sheet:
        lines = csv.writer(sheet)
        lines.writerow(DICTIONARY)
        for table in found:
            for one in table.columns:
                lines.writerow([table.name, table.means, one.name, one.kind, one.means])


def _note(act: str, actor: Actor, uid: uuid.UUID, at: datetime, rows: int) -> None:
    perform(
        act, actor=actor, uid=uid, at=at,
        work=lambda: Done(subject_kind="export", subject=uid, detail={"rows": rows}),
    )  # fmt: skip


def _new(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    return folder


def _whole(folder: Path, fill: Callable[[Path], None]) -> None:
    with _beside(folder) as made:
        fill(made)


@contextmanager
def _beside(folder: Path) -> Iterator[Path]:
    """A folder that takes its name only when it is complete; its owner alone may read it."""
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise BadValue("folder", f"{folder} is not empty: name a new folder")
    made = folder.with_name(f"{folder.name}.part-{uuid.uuid4().hex[:8]}")
    try:
        made.mkdir(mode=0o700)
    except OSError as error:
        raise BadValue("folder", f"cannot be made: {error.strerror}") from error
    try:
        yield made
        if folder.exists():
            folder.rmdir()
        made.rename(folder)
    finally:
        shutil.rmtree(made, ignore_errors=True)
