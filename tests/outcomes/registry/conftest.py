"""The registry on DuckDB from rows in memory."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from reprieve.outcomes.registry import engines
from reprieve.outcomes.registry.run import Sheets, run
from reprieve.outcomes.registry.tables import TABLES
from reprieve.outcomes.rules import Rules
from reprieve.outcomes.rules import rules as in_force
from tests.outcomes.registry.practices import Practice

KINDS = {"string": pa.string(), "int64": pa.int64()}
Compute = Callable[..., Sheets]


def table(made: Practice, name: str) -> pa.Table:
    """This function will make one flat table, also when it has no rows."""
    columns = TABLES[name]
    rows = made.rows[name]
    return pa.table(
        {c.name: pa.array([r[n] for r in rows], KINDS[c.kind]) for n, c in enumerate(columns)}
    )


def as_files(made: Practice, folder: Path) -> Path:
    """This function will write a practice as the Parquet files an engine reads."""
    for name in TABLES:
        pq.write_table(table(made, name), folder / f"{name}.parquet")
    return folder


@pytest.fixture(scope="session")
def rules() -> Rules:
    return in_force(on=date(2026, 12, 1))


@pytest.fixture(scope="session")
def compute(rules: Rules) -> Compute:
    connection = engines.duckdb(threads=1)

    def on_duckdb(made: Practice, *, at_day: int) -> Sheets:
        for name in TABLES:
            connection.con.register(f"rows_{name}", table(made, name))
        engine = engines.on_duckdb(connection)
        from dataclasses import replace

        named = replace(engine, table=lambda name: connection.table(f"rows_{name}"))
        return run(named, at_day=at_day, rules=rules)

    return on_duckdb
