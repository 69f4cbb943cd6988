"""Tables written as CSV, and as Parquet where its package is installed."""

from __future__ import annotations

import csv
import importlib.util
import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from itertools import islice
from pathlib import Path
from typing import Any

from reprieve.records.export.tables import Column, Table

BATCH = 20_000
# A cell that a spreadsheet would run as a formula is written behind an apostrophe.
FORMULA = re.compile(r"^(?:[=@\t\r]|[+\-](?![\d ().,\-/]*$))")


def has_parquet() -> bool:
    """This function will tell whether Parquet can be written here."""
    return importlib.util.find_spec("pyarrow") is not None


def write(table: Table, folder: Path) -> int:
    """This function will write one table into a folder and return its number of rows."""
    count = 0
    with ExitStack() as files:
        sheet = files.enter_context((folder / f"{table.name}.csv").open("w", newline=""))
        lines = csv.writer(sheet)
        lines.writerow([column.name for column in table.columns])
        parquet = files.enter_context(_parquet(table, folder)) if has_parquet() else None
        for batch in _batches(table.rows()):
            lines.writerows([_shown(cell) for cell in row] for row in batch)
            if parquet is not None:
                parquet.write_table(_arrow(batch, table.columns))
            count += len(batch)
    return count


def _batches(rows: Iterator[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    while batch := list(islice(rows, BATCH)):
        yield batch


def _shown(cell: Any) -> Any:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, datetime | date):
        return cell.isoformat()
    return f"'{cell}" if isinstance(cell, str) and FORMULA.match(cell) else cell


def _parquet(table: Table, folder: Path) -> Any:
    import pyarrow.parquet as pq

    return pq.ParquetWriter(folder / f"{table.name}.parquet", _arrow([], table.columns).schema)


def _arrow(rows: Sequence[tuple[Any, ...]], columns: Sequence[Column]) -> Any:
    import pyarrow as pa

    kinds = {
        "whole": pa.int64(), "yes or no": pa.bool_(), "day": pa.date32(),
        "moment": pa.timestamp("us", "UTC"), "number": pa.float64(),
    }  # fmt: skip
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table({
        one.name: pa.array(_plain(cells[n], one.kind), kinds.get(one.kind, pa.string()))
        for n, one in enumerate(columns)
    })  # fmt: skip


def _plain(cells: Sequence[Any], kind: str) -> Sequence[Any]:
    """A decimal stays exact as text."""
    if kind != "decimal":
        return cells
    return [None if cell is None else str(cell) for cell in cells]
