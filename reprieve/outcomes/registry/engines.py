"""The engines: DuckDB in this process, and any that speaks Spark Connect."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from reprieve.outcomes.registry.run import Engine
from reprieve.outcomes.registry.tables import Column

PREFIX, ROWS = "reprieve_", "rows_"


def duckdb(*, threads: int | None = None, memory: str = "3GB") -> Any:
    """Open a DuckDB in memory; it moves to the disk what outgrows `memory`."""
    import ibis

    options: dict[str, Any] = {"memory_limit": memory}
    if threads is not None:
        options["threads"] = threads
    return ibis.duckdb.connect(**options)


def on_duckdb(connection: Any, folder: Path | None = None) -> Engine:
    """Use tables of a DuckDB connection, or the Parquet files of a folder."""

    def keep(name: str, made: Any) -> Any:
        return connection.create_table(PREFIX + name, made, temp=True, overwrite=True)

    def rows(made: Any) -> list[dict[str, Any]]:
        # Not by ibis' own way out: that one loads pandas, which nothing here needs.
        found = connection.con.execute(connection.compile(made))
        names = [column[0] for column in found.description]
        return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

    def table(name: str) -> Any:
        if folder is None:
            return connection.table(name)
        return connection.read_parquet(str(folder / f"{name}.parquet"))

    return Engine(table=table, keep=keep, rows=rows)


def from_rows(
    tables: Mapping[str, Sequence[tuple[Any, ...]]], columns: Mapping[str, Sequence[Column]]
) -> Engine:
    """Use rows in memory, their cells in the order of `columns`."""
    connection = duckdb()
    for name, rows in tables.items():
        connection.con.register(ROWS + name, arrow(rows, columns[name]))
    return replace(on_duckdb(connection), table=lambda name: connection.table(ROWS + name))


def arrow(rows: Sequence[tuple[Any, ...]], columns: Sequence[Column]) -> Any:
    """Make an Arrow table of rows, of the right kinds also where there are none."""
    import pyarrow as pa

    kinds = {"string": pa.string(), "int64": pa.int64()}
    cells = list(zip(*rows, strict=True)) or [()] * len(columns)
    return pa.table(
        {one.name: pa.array(cells[n], kinds[one.kind]) for n, one in enumerate(columns)}
    )


def on_spark(session: Any, folder: str) -> Engine:
    """Use Parquet files that a Spark Connect session can read. `folder` is the engine's path."""
    import ibis

    connection = ibis.pyspark.connect(session)

    def keep(name: str, made: Any) -> Any:
        return connection.create_view(PREFIX + name, made, overwrite=True)

    return Engine(
        table=lambda name: connection.read_parquet(f"{folder}/{name}.parquet"),
        keep=keep,
        rows=lambda made: made.to_pyarrow().to_pylist(),
    )
