"""The same measures on every engine: counts and days exactly, floats to 1e-9.

Sail speaks Spark Connect without Java and always runs. Apache Spark is compared too where
`SPARK_REMOTE` names a Connect server of it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reprieve.outcomes.registry import engines
from reprieve.outcomes.registry.run import Sheets, run
from reprieve.outcomes.rules import Rules
from tests.outcomes.registry.conftest import as_files
from tests.outcomes.registry.practices import FIRST, Practice, by_chance

NO_SPARK = (
    "SPARK_REMOTE names no Connect server of Apache Spark: that needs Java 17 and the full pyspark"
)


@pytest.fixture(scope="module")
def sail() -> Iterator[str]:
    from pysail.spark import SparkConnectServer

    server = SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    _host, port = server.listening_address
    yield f"sc://127.0.0.1:{port}"
    server.stop()


@pytest.fixture(scope="module", params=["sail", "spark"])
def session(request: pytest.FixtureRequest) -> Iterator[Any]:
    from pyspark.sql.connect.session import SparkSession

    is_sail = request.param == "sail"
    if not is_sail and "SPARK_REMOTE" not in os.environ:
        pytest.skip(NO_SPARK)
    address = request.getfixturevalue("sail") if is_sail else os.environ["SPARK_REMOTE"]
    made = SparkSession.builder.remote(address).create()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = Practice()
    for seed in range(3):
        for name, rows in by_chance(seed, patients=60).rows.items():
            made.rows[name] += [(row[0] + 1000 * seed, *row[1:]) for row in rows]
    return as_files(made, tmp_path_factory.mktemp("practice"))


def test_both_engines_give_the_same_registry(session: Any, practice: Path, rules: Rules) -> None:
    at_day = FIRST + 200
    here = run(engines.on_duckdb(engines.duckdb(threads=1), practice), at_day=at_day, rules=rules)
    there = run(engines.on_spark(session, str(practice)), at_day=at_day, rules=rules)
    assert len(here.cases) == 180
    same(here, there)


def same(one: Sheets, other: Sheets) -> None:
    for mine, yours in ((one.cases, other.cases), (one.infusions, other.infusions)):
        assert len(mine) == len(yours)
        for a, b in zip(mine, yours, strict=True):
            for name, value in a.items():
                if isinstance(value, float):
                    assert b[name] == pytest.approx(value, rel=1e-9), name
                else:
                    assert b[name] == value, name
